/** Bytes received and not yet read: one growing block, used from the front, appended at the end. */
import { Buffer } from "node:buffer";

/** Below this the block is kept when it runs empty. */
const KEEP = 64 * 1024;

export class ReadBuffer {
  #block: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** All bytes, as a view that holds until the next change. */
  view(): Buffer {
    return this.#block.subarray(this.#start, this.#end);
  }

  append(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (this.#end + bytes.length > this.#block.length) {
      // Moving to the front is enough where half of the block is free; else it doubles: appending stays linear.
      const target =
        needed * 2 <= this.#block.length ? this.#block : Buffer.allocUnsafeSlow(Math.max(4096, needed * 2));
      this.#block.copy(target, 0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
      this.#block = target;
    }
    this.#block.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Takes `size` bytes from the front, as a copy that is the caller's. */
  take(size: number): Buffer {
    const taken = Buffer.allocUnsafe(size);
    this.#block.copy(taken, 0, this.#start, this.#start + size);
    this.skip(size);
    return taken;
  }

  /** Copies up to `target.length` bytes from the front into `target` and drops them here. */
  takeInto(target: Uint8Array): number {
    const size = Math.min(target.length, this.length);
    target.set(this.#block.subarray(this.#start, this.#start + size));
    this.skip(size);
    return size;
  }

  skip(size: number): void {
    this.#start += size;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    if (this.#block.length > KEEP) this.#block = Buffer.alloc(0);
  }
}
