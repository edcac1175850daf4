/**
 * Bytes of a message that comes in several reads or frames, gathered in one piece of memory where its end is known early. Memory is taken in
 * proportion to what has come, so that a frame which only announces much costs nothing.
 */
import { Buffer } from "node:buffer";

/** Taken at once for a message, if it announces as much. Bytes. */
const FIRST_PIECE = 64 * 1024;
const SMALLEST = 512;
/** So many times what has come is taken where as much is announced: a message of 1 MB is moved once at most. */
const AHEAD = 16;

export class MessageBuffer {
  /** No more is ever taken. Bytes. */
  readonly #most: number;
  #bytes: Buffer | undefined = undefined;
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Appends `[start, end)` of a memory. `announced`: bytes of their frame that come after them; `last`: it is the last of the message. */
  add(memory: Buffer, start: number, end: number, announced: number, last: boolean): void {
    const length = this.#length + end - start;
    if (this.#bytes === undefined || this.#bytes.length < length) this.#grow(length, announced, last);
    memory.copy(this.#bytes as Buffer, this.#length, start, end);
    this.#length = length;
  }

  #grow(length: number, announced: number, last: boolean): void {
    const bytes = this.#bytes;
    const ahead = Math.min(length + announced, Math.max(length * AHEAD, FIRST_PIECE));
    // Doubled, so that many small frames are not copied again for each of them.
    const doubled = Math.min((bytes?.length ?? SMALLEST / 2) * 2, this.#most);
    const size = last ? ahead : Math.max(ahead, doubled);
    this.#bytes = Buffer.allocUnsafeSlow(size);
    bytes?.copy(this.#bytes, 0, 0, this.#length);
  }

  /** All of it as text. */
  text(): string {
    return this.#bytes?.toString("utf8", 0, this.#length) ?? "";
  }

  /** All of it, and the receiver's to keep; memory that was taken in vain is given back. */
  take(): Buffer {
    const bytes = this.#bytes;
    if (bytes === undefined) return Buffer.alloc(0);
    if (bytes.length === this.#length) return bytes;
    return Buffer.from(bytes.subarray(0, this.#length));
  }
}
