/**
 * The messages of a chat room: the last 200, and whoever waits for the next. It must not know HTTP: who waits has a promise, and
 * a signal to give up by.
 */
import { IOLoop } from "landspout";

export interface Message {
  /** Higher than that of every earlier message, also of those before the server started again. */
  readonly id: number;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

type Waiter = (messages: readonly Message[]) => void;

/** Begins at the clock and counts on: so no id comes twice, unless the chat has a thousand messages a second all its life. */
let last = Date.now();

export class MessageBuffer {
  readonly #size: number;
  readonly #messages: Message[] = [];
  /** The messages kept, by the key their page gave them. */
  readonly #byKey: Map<string, Message> = new Map();
  readonly #waiters: Set<Waiter> = new Set();
  /** Id of the last message that was forgotten, or of the last there was before this room. */
  #forgotten: number = last;

  /** @param size Messages kept; older ones are forgotten. */
  constructor(size = 200) {
    this.#size = size;
  }

  /** How many wait for a message. */
  get waiting(): number {
    return this.#waiters.size;
  }
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Messages with a higher id, oldest first. An id from the future (the clock was put back) gets all. */
  since(id: number): readonly Message[] {
    return this.#messages.filter((message) => message.id > id || id > last);
  }

  /** Whether there may have been messages after this id that are forgotten. */
  hasGap(id: number): boolean {
    return id > 0 && id < this.#forgotten;
  }

  /** The message that came with this key, if it is kept: it was sent again because the answer got lost. */
  find(key: string): Message | undefined {
    return this.#byKey.get(key);
  }

  add(name: string, text: string, key = ""): Message {
    const message = { id: ++last, name, text, time: Date.now() };
    this.#messages.push(message);
    if (key !== "") this.#byKey.set(key, message);
    if (this.#messages.length > this.#size) this.#forgetOldest();
    this.wake([message]);
    return message;
  }

  #forgetOldest(): void {
    const oldest = this.#messages.shift();
    if (oldest === undefined) return;
    this.#forgotten = oldest.id;
    // Maps keep the order: the oldest key is the first, where the oldest message had one.
    for (const [key, message] of this.#byKey) {
      if (message.id <= oldest.id) this.#byKey.delete(key);
      break;
    }
  }

  /** The next message; or nothing, if there is none for so many seconds, if the signal is aborted, or by `wake()`. */
  next(seconds: number, signal: AbortSignal): Promise<readonly Message[]> {
    return new Promise((resolve) => {
      const giveUp = (): void => done([]);
      const done = (messages: readonly Message[]): void => {
        this.#waiters.delete(done);
        loop.removeTimeout(timeout);
        signal.removeEventListener("abort", giveUp);
        resolve(messages);
      };
      const loop = IOLoop.current();
      const timeout = loop.callLater(seconds, giveUp);
      signal.addEventListener("abort", giveUp);
      this.#waiters.add(done);
      if (signal.aborted) giveUp();
    });
  }

  /** Answers everybody who waits. */
  wake(messages: readonly Message[] = []): void {
    for (const waiter of this.#waiters) waiter(messages);
  }
}
