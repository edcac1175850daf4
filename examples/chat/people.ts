/**
 * Who is in a room, under which name, and who is typing. Every page has a secret it made up: it is there while it holds a connection or
 * a poll, and for a moment after one that ended without a goodbye. Others know it by a number. It must not know HTTP.
 */
import { IOLoop } from "landspout";

/** Seconds a page may take from an answer to its next poll, or from a connection that broke to the next. */
const GRACE = 3;
/** Seconds after which somebody types no more, unless the page says so again. */
const TYPING = 5;
/** People counted in a room: secrets cost nothing, so they must not fill memory. */
const MOST_PEOPLE = 20_000;
/** People told to a page by name; the rest is a number. */
const MOST_LISTED = 100;

type Timeout = ReturnType<IOLoop["callLater"]>;

interface Person {
  readonly number: number;
  name: string;
  /** Connections and polls held. */
  holds: number;
  /** Ends the wait for the next of them. */
  grace: Timeout | undefined;
  /** Ends the typing. */
  typing: Timeout | undefined;
}

export interface Listed {
  readonly id: number;
  readonly name: string;
}

let numbers = 0;

export class People {
  readonly #present: Map<string, Person> = new Map();
  readonly #changed: (cameOrWent: boolean) => void;

  /** @param changed Called when somebody came or went, took another name, began or ended typing. */
  constructor(changed: (cameOrWent: boolean) => void) {
    this.#changed = changed;
  }

  get count(): number {
    return this.#present.size;
  }
  /** Those who came first, up to a hundred. */
  get listed(): readonly Listed[] {
    const listed: Listed[] = [];
    for (const { number, name } of this.#present.values()) {
      if (listed.length === MOST_LISTED) break;
      listed.push({ id: number, name });
    }
    return listed;
  }
  /** Numbers of those who are typing. */
  get typing(): readonly number[] {
    const numbers: number[] = [];
    for (const { number, typing } of this.#present.values()) {
      if (numbers.length === MOST_LISTED) break;
      if (typing !== undefined) numbers.push(number);
    }
    return numbers;
  }

  /** A connection or a poll begins. The result is the page's number, 0 where nobody counts it. */
  arrive(who: string, name: string): number {
    let person = this.#present.get(who);
    if (person === undefined) {
      if (this.#present.size >= MOST_PEOPLE) return 0;
      person = { number: ++numbers, name, holds: 1, grace: undefined, typing: undefined };
      this.#present.set(who, person);
      this.#changed(true);
      return person.number;
    }
    person.holds++;
    stop(person.grace);
    person.grace = undefined;
    if (name !== "") this.#rename(person, name);
    return person.number;
  }

  /** A poll was answered, or a connection broke: the page comes back soon, or has gone. */
  interrupted(who: string): void {
    const person = this.#released(who);
    if (person !== undefined) person.grace = IOLoop.current().callLater(GRACE, () => this.#remove(who, person));
  }

  /** A poll was given up, or a connection closed with a goodbye: the page has gone. */
  leave(who: string): void {
    const person = this.#released(who);
    if (person !== undefined) this.#remove(who, person);
  }

  /** The person, if that was the last it held. */
  #released(who: string): Person | undefined {
    const person = this.#present.get(who);
    if (person === undefined || person.holds === 0) return undefined;
    return --person.holds === 0 ? person : undefined;
  }
  #remove(who: string, person: Person): void {
    stop(person.grace);
    stop(person.typing);
    this.#present.delete(who);
    this.#changed(true);
  }

  /** What a page says of itself; of one that is not here nothing is kept. */
  update(who: string, name: string, typing: boolean): void {
    const person = this.#present.get(who);
    if (person === undefined) return;
    this.#rename(person, name);
    const was = person.typing;
    stop(was);
    person.typing = typing ? IOLoop.current().callLater(TYPING, () => this.update(who, person.name, false)) : undefined;
    if ((was !== undefined) !== typing) this.#changed(false);
  }

  #rename(person: Person, name: string): void {
    if (person.name === name) return;
    person.name = name;
    this.#changed(false);
  }
}

function stop(timeout: Timeout | undefined): void {
  if (timeout !== undefined) IOLoop.current().removeTimeout(timeout);
}
