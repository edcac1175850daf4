/**
 * Writes of a stream that the system has not taken, in their order: how much they are, who waits for them, and when the last of
 * them is out. Knows neither how they are sent nor why a stream closes.
 */
import type { BytesPolicy } from "./bytes-policy.ts";
import { Fifo } from "../async/fifo.ts";

export interface QueuedWrite {
  /** Where they have been given to the transport, their length alone matters. */
  readonly bytes: Uint8Array;
  readonly policy: BytesPolicy;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class WriteQueue {
  readonly #entries = new Fifo<QueuedWrite>();
  #size = 0;
  #onEmpty: (() => void) | undefined = undefined;

  /** Bytes waiting. */
  get size(): number {
    return this.#size;
  }

  push(entry: QueuedWrite): void {
    this.#entries.push(entry);
    this.#size += entry.bytes.length;
  }

  /** The writes that wait, oldest first. */
  waiting(): readonly QueuedWrite[] {
    return this.#entries.all();
  }

  /** The system has taken the oldest write. */
  taken(): void {
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    this.#size -= entry.bytes.length;
    entry.resolve();
    if (this.#entries.length === 0) this.#empty();
  }

  /** None of them will be sent. */
  rejectAll(error: () => Error): void {
    const entries = this.#entries.clear();
    this.#size = 0;
    for (const entry of entries) entry.reject(error());
    this.#empty();
  }

  /** Calls back once, when nothing waits any more: at once if that is so. */
  whenEmpty(callback: () => void): void {
    this.#onEmpty = callback;
    if (this.#entries.length === 0) this.#empty();
  }

  #empty(): void {
    const callback = this.#onEmpty;
    this.#onEmpty = undefined;
    callback?.();
  }
}
