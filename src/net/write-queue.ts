/**
 * Writes of a stream that the system has not taken, in their order: how much they are, who waits for them, and when the last of
 * them is out. Knows neither how they are sent nor why a stream closes.
 */
import type { BytesPolicy } from "./bytes-policy.ts";

export interface QueuedWrite {
  /** Where they have been given to the transport, their length alone matters. */
  readonly bytes: Uint8Array;
  readonly policy: BytesPolicy;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Entries done with at the front, above which the list is made anew: taking each off the front would move all the others. */
const DONE_LIMIT = 1024;

export class WriteQueue {
  #entries: QueuedWrite[] = [];
  #first = 0;
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
    return this.#entries.slice(this.#first);
  }

  /** The system has taken the oldest write. */
  taken(): void {
    const entry = this.#entries[this.#first];
    if (entry === undefined) return;
    this.#first++;
    this.#size -= entry.bytes.length;
    if (this.#first === this.#entries.length) {
      this.#entries.length = 0;
      this.#first = 0;
    } else if (this.#first > DONE_LIMIT && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    entry.resolve();
    if (this.#entries.length === 0) this.#empty();
  }

  /** None of them will be sent. */
  rejectAll(error: () => Error): void {
    const entries = this.waiting();
    this.#entries = [];
    this.#first = 0;
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
