/**
 * Memory for output that is copied on its way out: one piece for all streams of a thread, taken from its lower end upwards and given back
 * when the operating system has it, which mostly is at once. What is not sent at once stays where it is, and new memory is taken when the
 * piece is full. It knows no stream.
 */
import { Buffer } from "node:buffer";

/** Bytes. A slow client keeps as much alive at most; there may be many, but each then fills its own part. */
const ARENA_SIZE = 256 * 1024;
/** Bytes of one append up to which they are always copied. More is offered to the system first, and what it does not take is copied. */
export const COPY_LIMIT: number = 72 * 1024;

let memory: Buffer | undefined;
let used = 0;
let last: Buffer | undefined;

/**
 * Copies bytes, with text (latin1) before and behind. The copy lies behind `previous`, and in one piece with it, if that is what was taken
 * last and there is room; the result then stands for both.
 */
export function takeCopy(
  previous: Uint8Array | string | undefined,
  before: string,
  bytes: Uint8Array,
  after: string,
): Buffer {
  const size = before.length + bytes.length + after.length;
  if (memory === undefined || used + size > memory.length) {
    memory = Buffer.allocUnsafeSlow(Math.max(ARENA_SIZE, size));
    used = 0;
    last = undefined;
  }
  const start = last !== undefined && previous === last ? used - last.length : used;
  put(memory, used, before, bytes, after);
  used += size;
  return (last = memory.subarray(start, used));
}

/** What was taken last has left this process: its place is free again. Of anything else this does nothing. */
export function giveBack(piece: Uint8Array | string | undefined): void {
  if (piece !== last || last === undefined) return;
  used -= last.length;
  last = undefined;
}

/** The same copy in memory of its own: for output that waits, whose memory nobody else shall share. */
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

/** Mostly a header of a few bytes, for which a call out of JavaScript is dearer. */
function putText(memory: Buffer, at: number, text: string): void {
  if (text.length > 16) memory.write(text, at, "latin1");
  else for (let i = 0; i < text.length; i++) memory[at + i] = text.charCodeAt(i);
}
