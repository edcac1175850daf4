/** The buffer in which the content of a request, or of a part of a form, is collected. */
import { Buffer } from "node:buffer";

/** Pieces from this size on are kept as they are; smaller ones are copied together. */
const LARGE_PIECE = 4096;
const BLOCK = 16_384;

/**
 * Pieces of content until they are wanted as one. It grows with what arrives, never with what was announced, and with the bytes, not
 * with the pieces: a content of chunks of one byte would else take a hundred times its size.
 */
export class ContentBuffer {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Where small pieces go, once there has been more than one. */
  #block: Buffer | undefined = undefined;
  #used = 0;

  add(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#block === undefined && this.#continueLast(piece)) return;
    if (piece.length >= LARGE_PIECE || this.#length === piece.length) {
      this.#sealBlock();
      this.#pieces.push(piece);
      return;
    }
    if (this.#block === undefined || this.#block.length - this.#used < piece.length) {
      this.#sealBlock();
      this.#block = Buffer.allocUnsafeSlow(BLOCK);
    }
    this.#block.set(piece, this.#used);
    this.#used += piece.length;
  }

  /** A piece right behind the last one, in the same memory, makes one piece with it (see `ContentMemory`). */
  #continueLast(piece: Uint8Array): boolean {
    const last = this.#pieces.at(-1);
    if (last === undefined || last.buffer !== piece.buffer || last.byteOffset + last.length !== piece.byteOffset)
      return false;
    this.#pieces[this.#pieces.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + piece.length);
    return true;
  }

  #sealBlock(): void {
    if (this.#block !== undefined) this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }

  /** All of it; the only piece itself where there is but one. */
  take(): Buffer {
    this.#sealBlock();
    const pieces = this.#pieces;
    const [first] = pieces;
    this.#pieces = [];
    if (pieces.length === 1 && first instanceof Buffer) return first;
    return Buffer.concat(pieces, this.#length);
  }
}
