/**
 * Memory for output that is copied on its way out. New memory costs more than copying into it, so it is taken from pieces that all streams
 * of a thread share, from the lower end upwards, and given back when the operating system has it, which mostly is at once. What is not
 * sent at once stays where it is, and new memory is taken when a piece is full. It knows no stream.
 */
import { Buffer } from "node:buffer";

/** Bytes of one append up to which they are always copied. More is offered to the system first, and what it does not take is copied. */
export const COPY_LIMIT: number = 72 * 1024;
/** Bytes. A slow client keeps as much alive at most; there may be many, but each then fills its own part. */
const ARENA_SIZE = 256 * 1024;
/** The same for content that waits in a handler, and never longer: of what the system does not take a copy is made. */
const LARGE_ARENA_SIZE = 1024 * 1024;
/** Content below this lies in small blocks of its own: a handler may keep it for long, and with it the whole block. */
const SMALL = 4096;
/** Bytes of such a block: as many as Node keeps together for small Buffers (`Buffer.poolSize`). */
const SMALL_CONTENT_SIZE = 8192;

class Arena {
  readonly #size: number;
  #memory: Buffer | undefined;
  #used = 0;
  #last: Buffer | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  take(previous: Uint8Array | string | undefined, before: string, bytes: Uint8Array, after: string): Buffer {
    const size = before.length + bytes.length + after.length;
    if (this.#memory === undefined || this.#used + size > this.#memory.length) {
      this.#memory = Buffer.allocUnsafeSlow(this.#size);
      this.#used = 0;
      this.#last = undefined;
    }
    const last = this.#last;
    const start = last !== undefined && previous === last ? this.#used - last.length : this.#used;
    put(this.#memory, this.#used, before, bytes, after);
    this.#used += size;
    return (this.#last = this.#memory.subarray(start, this.#used));
  }

  giveBack(piece: Uint8Array | string | undefined): void {
    const last = this.#last;
    if (last === undefined || piece !== last) return;
    this.#used -= last.length;
    this.#last = undefined;
  }
}

const small = new Arena(ARENA_SIZE);
const large = new Arena(LARGE_ARENA_SIZE);
const smallContent = new Arena(SMALL_CONTENT_SIZE);

/**
 * Copies up to `COPY_LIMIT` bytes, with text (latin1) before and behind. The copy lies behind `previous`, and in one piece with it, if that
 * is what was taken last and there is room; the result then stands for both.
 */
export function takeCopy(
  previous: Uint8Array | string | undefined,
  before: string,
  bytes: Uint8Array,
  after: string,
): Buffer {
  return small.take(previous, before, bytes, after);
}

/** A copy of content that is soon given to a stream. */
export function takeContent(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  if (length > LARGE_ARENA_SIZE) return Buffer.from(bytes);
  return (length < SMALL ? smallContent : length > COPY_LIMIT ? large : small).take(undefined, "", bytes, "");
}

/** What was taken last has left this process, or has been copied: its place is free again. Of anything else this does nothing. */
export function giveBack(piece: Uint8Array | string | undefined): void {
  small.giveBack(piece);
  large.giveBack(piece);
  smallContent.giveBack(piece);
}

/** A copy in memory of its own: for output that waits, whose memory nobody else shall share. */
export function ownCopy(before: string, bytes: Uint8Array, after: string): Buffer {
  const copy = Buffer.allocUnsafe(before.length + bytes.length + after.length);
  put(copy, 0, before, bytes, after);
  return copy;
}

function put(memory: Buffer, at: number, before: string, bytes: Uint8Array, after: string): void {
  putText(memory, at, before);
  memory.set(bytes, at + before.length);
  putText(memory, at + before.length + bytes.length, after);
}

/** `Buffer.write` for latin1 without the search for the encoding. It is not documented, so it may be missing. */
const { latin1Write }: { latin1Write?: (this: Buffer, text: string, at: number, length: number) => number } =
  Buffer.prototype as object;

/** Mostly a header of a few bytes, for which a call out of JavaScript is dearer. */
function putText(memory: Buffer, at: number, text: string): void {
  if (text.length > 16) {
    if (latin1Write === undefined) memory.write(text, at, "latin1");
    else latin1Write.call(memory, text, at, text.length);
  } else for (let i = 0; i < text.length; i++) memory[at + i] = text.charCodeAt(i);
}
