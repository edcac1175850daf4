/**
 * The messages of a chat room: the last 200, and whoever waits for the next. It must not know HTTP: who waits has a promise, and a
 * signal to give up by.
 *
 * They are kept in the order of their ids, which is the same in every process; and each has a number by which it arrived here, because
 * what another process took earlier may arrive later. A page names how far it has heard this process ("at"), and gets what has arrived
 * since. To a page that comes from another process all is new: it gets everything, and leaves out what it knows by its id.
 */
import { createHash } from "node:crypto";
import { IOLoop } from "landspout";
import { follow, nextId, PROCESS } from "./ids.ts";
import { MOST_MESSAGES } from "./limits.ts";

export interface Message {
  /** Sorts messages, as text. */
  readonly id: string;
  /** Public id of its author; empty where it is not known. The name is what the author chose, and may be another's too. */
  readonly from: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Made up by its page: two with the same are one, sent again because the answer got lost. Empty where there is none. */
  readonly key: string;
}

/** What a client says. */
export type Saying = Pick<Message, "from" | "name" | "text" | "key">;

export interface Messages {
  readonly type: "messages";
  /** By id. */
  readonly messages: readonly Message[];
  /** Up to here a page has heard this process. */
  readonly at: string;
  /** A page that knows none of these has missed some that are forgotten. */
  readonly gap?: boolean;
}

/** How far a page has heard the processes it has been connected to, `PROCESS.NUMBER`, the last eight. */
export const AT_FORM: RegExp = /^$|^[0-9a-z]{6}\.\d{1,15}(?:~[0-9a-z]{6}\.\d{1,15}){0,7}$/;
/** Of these the newest are compared between processes: enough to see a difference, few enough that both still have them. */
const COMPARED = 100;

interface Kept {
  readonly message: Message;
  readonly arrival: number;
}

/** Over all rooms, so that a room that was forgotten and made again does not count anew. */
let arrivals = 0;

export class MessageBuffer {
  readonly #size: number;
  /** By id. */
  readonly #kept: Kept[] = [];
  /** The messages kept, by the key their page gave them. */
  readonly #byKey: Map<string, Message> = new Map();
  readonly #waiters: Set<() => void> = new Set();
  /** Arrival of the last message that was forgotten, or of the last there was before this room. */
  #forgotten: number = arrivals;

  /** @param size Messages kept; older ones are forgotten. */
  constructor(size: number = MOST_MESSAGES) {
    this.#size = size;
  }

  /** How many wait for a message. */
  get waiting(): number {
    return this.#waiters.size;
  }
  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }
  get all(): readonly Message[] {
    return this.#kept.map(({ message }) => message);
  }

  /** What a page has not got. `since` is empty for a new one; see AT_FORM. */
  missed(since: string): Messages {
    const at = `${PROCESS}.${arrivals}`;
    const own = since.split("~").find((one) => one.startsWith(`${PROCESS}.`));
    const after = own === undefined ? 0 : Number(own.slice(PROCESS.length + 1));
    const messages = this.#kept.filter(({ arrival }) => arrival > after).map(({ message }) => message);
    const gap = since !== "" && (own === undefined || after < this.#forgotten);
    return gap ? { type: "messages", messages, at, gap } : { type: "messages", messages, at };
  }

  /** The message that came with this key, if it is kept. */
  find(key: string): Message | undefined {
    return this.#byKey.get(key);
  }

  /** A message said here. */
  add({ from, name, text, key }: Saying): Messages {
    const message = { id: nextId(), from, name, text, time: Date.now(), key };
    this.#insert(message);
    this.wake();
    return { type: "messages", messages: [message], at: `${PROCESS}.${arrivals}` };
  }

  /** Messages that other processes, or a store, have; in any order, and any number of times. Returns those that are new here. */
  merge(messages: readonly Message[]): Messages | undefined {
    const before = arrivals;
    for (const message of messages) this.#insert(message);
    const fresh = this.#kept.filter(({ arrival }) => arrival > before).map(({ message }) => message);
    if (fresh.length === 0) return undefined;
    this.wake();
    return { type: "messages", messages: fresh, at: `${PROCESS}.${arrivals}` };
  }

  #insert(message: Message): boolean {
    follow(message.id);
    const twin = message.key === "" ? undefined : this.#byKey.get(message.key);
    if (twin !== undefined) {
      // Sent to two processes before either knew of the other: everywhere the one with the lower id stays.
      if (twin.id <= message.id) return false;
      this.#kept.splice(
        this.#kept.findIndex((kept) => kept.message === twin),
        1,
      );
    }
    let place = this.#kept.length;
    while (place > 0 && (this.#kept[place - 1]?.message.id ?? "") > message.id) place--;
    if (this.#kept[place - 1]?.message.id === message.id) return false;
    if (place === 0 && this.#kept.length >= this.#size) return false;
    this.#kept.splice(place, 0, { message, arrival: ++arrivals });
    if (message.key !== "") this.#byKey.set(message.key, message);
    if (this.#kept.length > this.#size) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return;
    this.#forgotten = Math.max(this.#forgotten, oldest.arrival);
    this.#byKey.delete(oldest.message.key);
  }

  /** Equal in two processes that have the same messages up to this id; empty where there is none. */
  digest(before: string): string {
    const ids = this.#kept.map(({ message }) => message.id).filter((id) => id < before);
    if (ids.length === 0) return "";
    return createHash("sha1").update(ids.slice(-COMPARED).join()).digest("base64url").slice(0, 12);
  }

  /** Waits for the next message; for no longer than so many seconds, until the signal is aborted, or for `wake()`. */
  next(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters.delete(done);
        loop.removeTimeout(timeout);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const loop = IOLoop.current();
      const timeout = loop.callLater(seconds, done);
      signal.addEventListener("abort", done);
      this.#waiters.add(done);
      if (signal.aborted) done();
    });
  }

  /** Answers everybody who waits. */
  wake(): void {
    for (const waiter of this.#waiters) waiter();
  }
}
