/**
 * Who is in the room: every page polls under a name it made up, and is there while it polls and for a moment between two polls.
 * It must not know HTTP.
 */
import { IOLoop } from "landspout";

/** Seconds a page may take from an answer to its next poll. */
const GRACE = 3;

type Timeout = ReturnType<IOLoop["callLater"]>;

export class People {
  /** By name: undefined while a poll is held, else what will end the wait for the next. */
  readonly #present: Map<string, Timeout | undefined> = new Map();
  readonly #changed: () => void;

  /** @param changed Called when somebody came or went. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get count(): number {
    return this.#present.size;
  }

  /** A poll begins. */
  arrive(who: string): void {
    const isNew = !this.#present.has(who);
    this.#hold(who, undefined);
    if (isNew) this.#changed();
  }

  /** A poll was answered: the page comes back soon, or has gone. */
  answered(who: string): void {
    if (this.#present.has(who))
      this.#hold(
        who,
        IOLoop.current().callLater(GRACE, () => this.leave(who)),
      );
  }

  /** A poll was given up: the page has gone. */
  leave(who: string): void {
    if (!this.#present.has(who)) return;
    this.#hold(who, undefined);
    this.#present.delete(who);
    this.#changed();
  }

  #hold(who: string, timeout: Timeout | undefined): void {
    const before = this.#present.get(who);
    if (before !== undefined) IOLoop.current().removeTimeout(before);
    this.#present.set(who, timeout);
  }
}
