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

export class MessageBuffer {
  readonly #size: number;
  readonly #messages: Message[] = [];
  readonly #waiters: Set<Waiter> = new Set();
  /** Begins at the clock and counts on: so no id comes twice, unless a room has a thousand messages a second all its life. */
  #last = Date.now();

  /** @param size Messages kept; older ones are forgotten. */
  constructor(size = 200) {
    this.#size = size;
  }

  /** How many wait for a message. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Messages with a higher id, oldest first. An id from the future (the clock was put back) gets all. */
  since(id: number): readonly Message[] {
    return this.#messages.filter((message) => message.id > id || id > this.#last);
  }

  add(name: string, text: string): Message {
    const message = { id: ++this.#last, name, text, time: Date.now() };
    this.#messages.push(message);
    if (this.#messages.length > this.#size) this.#messages.shift();
    this.wake([message]);
    return message;
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
