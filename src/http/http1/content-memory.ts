/**
 * Memory for the content of one request while it arrives. Pieces that follow each other are copied into one block, side by side, so that
 * who wants the content as one Buffer (`ContentBuffer`) need not copy it again. A block is sized by what has arrived, not by what was
 * announced: a client that announces much and sends little costs no more than `SMALL_BLOCK` bytes.
 */
import { Buffer } from "node:buffer";

/** Bytes. A block is at least so large, where more content than fits into the piece is still to come. */
const SMALL_BLOCK = 16_384;

export class ContentMemory {
  #block: Buffer | undefined = undefined;
  #used = 0;

  /**
   * A copy of the bytes `[start, end)` of `memory`, the caller's to keep. `expected`: bytes of content known to follow this piece.
   */
  copy(memory: Buffer, start: number, end: number, expected: number): Buffer {
    const size = end - start;
    let block = this.#block;
    if (block === undefined || block.length - this.#used < size) {
      if (expected === 0) {
        this.#block = undefined;
        const only = Buffer.allocUnsafe(size);
        memory.copy(only, 0, start, end);
        return only;
      }
      block = this.#block = Buffer.allocUnsafeSlow(Math.min(size + expected, Math.max(SMALL_BLOCK, 2 * size)));
      this.#used = 0;
    }
    const from = this.#used;
    memory.copy(block, from, start, end);
    this.#used = from + size;
    return block.subarray(from, from + size);
  }
}
