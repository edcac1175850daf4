/**
 * The messages of a chat room: the last 200, and whoever waits for the next. It must not know HTTP: a waiter is a function
 * that is called once.
 */
export interface Message {
  /** Counts up from 1. */
  readonly id: number;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Called with what is new, and with how many were waiting for it. */
export type Waiter = (messages: readonly Message[], people: number) => void;

export class MessageBuffer {
  readonly #size: number;
  readonly #messages: Message[] = [];
  readonly #waiters: Set<Waiter> = new Set();
  #last = 0;

  /** @param size Messages kept; older ones are forgotten. */
  constructor(size = 200) {
    this.#size = size;
  }

  /** Everyone who waits for a message: the people in the room, as far as a room can know. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Messages with a higher id than `since`, oldest first. A `since` from the future (the server has started again) gets all. */
  after(since: number): readonly Message[] {
    return since > this.#last ? this.#messages : this.#messages.filter(({ id }) => id > since);
  }

  add(name: string, text: string): Message {
    const message = { id: ++this.#last, name, text, time: Date.now() };
    this.#messages.push(message);
    if (this.#messages.length > this.#size) this.#messages.shift();
    this.#wake([message]);
    return message;
  }

  /** Calls `waiter` with the next message. Returns a function that gives up waiting. */
  wait(waiter: Waiter): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** Sends everybody away with nothing: the server is stopping. */
  release(): void {
    this.#wake([]);
  }

  #wake(messages: readonly Message[]): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter(messages, waiters.length);
  }
}
