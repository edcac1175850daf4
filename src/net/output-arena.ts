/**
 * Memory for output that is copied on its way out: one piece for all streams of a thread, taken from its lower end upwards and given back
 * when the operating system has it, which mostly is at once. What is not sent at once stays where it is, and new memory is taken when the
 * piece is full. It knows no stream.
 */
import { Buffer } from "node:buffer";

/** Bytes. A slow client keeps as much alive at most; there may be many, but each then fills its own part. */
const ARENA_SIZE = 256 * 1024;
/** More than this is not copied: it leaves from where it lies. Bytes, of one append. */
export const COPY_LIMIT: number = 72 * 1024;

let memory: Buffer | undefined;
let used = 0;
let last: Buffer | undefined;

/**
 * Copies text (latin1) and bytes. Behind `before`, and in one piece with it, if that is what was taken last and there is room; the result
 * then stands for both.
 */
export function takeCopy(before: Uint8Array | string | undefined, text: string, bytes: Uint8Array): Buffer {
  const size = text.length + bytes.length;
  if (memory === undefined || used + size > memory.length) {
    memory = Buffer.allocUnsafeSlow(ARENA_SIZE);
    used = 0;
    last = undefined;
  }
  const start = last !== undefined && before === last ? used - last.length : used;
  // Mostly a header of a few bytes, for which a call out of JavaScript is dearer.
  if (text.length > 16) memory.write(text, used, "latin1");
  else for (let i = 0; i < text.length; i++) memory[used + i] = text.charCodeAt(i);
  memory.set(bytes, used + text.length);
  used += size;
  return (last = memory.subarray(start, used));
}

/** What was taken last has left this process: its place is free again. Of anything else this does nothing. */
export function giveBack(piece: Uint8Array | string | undefined): void {
  if (piece !== last || last === undefined) return;
  used -= last.length;
  last = undefined;
}
