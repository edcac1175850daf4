/** What lies between a connection that brings messages and a reader that takes one at a time: bounded, in order, over in the end. */
import { Fifo } from "../async/fifo.ts";
import type { Message } from "./events.ts";

/** The peer is held back from so many messages on, or so many bytes (characters, of text). */
const MAX_QUEUED = 64;
const MAX_QUEUED_SIZE = 65_536;

export class MessageQueue {
  readonly #queued = new Fifo<Message>();
  #size = 0;
  readonly #readers = new Fifo<(message: Message | undefined) => void>();
  /** Lets the connection go on. */
  #release: (() => void) | undefined = undefined;
  #ended = false;

  /** Takes a message. The promise, where there is one, settles when there is room again. */
  push(message: Message): Promise<void> | void {
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader(message);
      return undefined;
    }
    this.#queued.push(message);
    this.#size += message.length;
    if (this.#queued.length < MAX_QUEUED && this.#size < MAX_QUEUED_SIZE) return undefined;
    return new Promise((resolve) => (this.#release = resolve));
  }

  /** The next message, in the order of the calls; undefined once it is over and everything has been taken. */
  read(): Promise<Message | undefined> {
    const message = this.#queued.shift();
    if (message === undefined) {
      return this.#ended ? Promise.resolve(undefined) : new Promise((resolve) => this.#readers.push(resolve));
    }
    this.#size -= message.length;
    if (this.#queued.length === 0) this.letGo();
    return Promise.resolve(message);
  }

  /** Holds the connection back no longer, however much there is. */
  letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.clear()) reader(undefined);
  }
}
