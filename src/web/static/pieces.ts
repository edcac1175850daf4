/**
 * Memory for pieces of files on their way to a socket. A new piece of 256 KiB costs more than reading a file into it, because the
 * system has to clear it; so pieces are used again, but never before the system has taken what was in them.
 */
import { Buffer } from "node:buffer";

/** Bytes read, and written, at a time. */
const LARGE = 256 * 1024;
const SMALL = 64 * 1024;
/** While more files than this are being sent, small pieces are used: a thousand slow clients must not hold a thousand large ones. */
const MANY = 64;
/** Large pieces kept for the next. */
const KEPT = 8;

const kept: Buffer[] = [];
let sending = 0;

/** The piece one file is sent through. `close` must be called. */
export class Piece {
  #bytes: Buffer | undefined = undefined;

  constructor() {
    sending++;
  }

  /** Memory to be filled, at most `wanted` bytes. `reusable`: what was in it before is not needed any more. */
  next(wanted: number, reusable: boolean): Buffer {
    const size = Math.min(wanted, sending > MANY ? SMALL : LARGE);
    let bytes = reusable ? this.#bytes : undefined;
    if (bytes === undefined || bytes.length < size) {
      bytes = (size > SMALL ? kept.pop() : undefined) ?? Buffer.allocUnsafeSlow(size > SMALL ? LARGE : size);
    }
    this.#bytes = bytes;
    return size === bytes.length ? bytes : bytes.subarray(0, size);
  }

  close(reusable: boolean): void {
    sending--;
    const bytes = this.#bytes;
    this.#bytes = undefined;
    if (reusable && bytes?.length === LARGE && kept.length < KEPT) kept.push(bytes);
  }
}
