/**
 * The only place that writes into a parser's memory from outside. Every function checks that it stays within its region of the memory map
 * (abi.ts): one byte beyond it lie the look-up tables and results that all connections share. The exception is the kernel, which on the
 * zero-copy road of Node is given a view of RECEIVE and nothing else.
 *
 * CARRY and RECEIVE belong to one stream at a time, from `beginRead` to `endRead`: while a consumer looks at its bytes, nobody else's may
 * be put there. TABLE, NEEDLE and SCRATCH belong to whoever calls the parser next; nobody relies on them across a call into user code.
 */
import { LandspoutError } from "../errors.ts";
import {
  CARRY,
  MEMORY_SIZE,
  NEEDLE,
  NEEDLE_SIZE,
  RECEIVE,
  RECEIVE_SIZE,
  SCRATCH,
  SCRATCH_SIZE,
  T_HASH,
} from "./abi.ts";
import type { HttpParser } from "./types.ts";

/** What can be copied into the memory without a view in between: a `Buffer`. */
export interface CopyableBytes {
  readonly length: number;
  copy(target: Uint8Array, targetStart: number, sourceStart: number, sourceEnd: number): number;
}

/** The most bytes that `putCarried` has room for. */
export const LARGEST_CARRIED: number = MEMORY_SIZE - CARRY;

/** The memory map would be violated: a mistake of this package. Nothing has been written. */
export class ParserMemoryError extends LandspoutError {
  constructor(message: string) {
    super("ERR_LANDSPOUT_PARSER_MEMORY", message);
  }
}

function outside(region: string, bytes: number): never {
  throw new ParserMemoryError(`${bytes} bytes do not fit into the region ${region} of the parser's memory`);
}

function inUse(): never {
  throw new ParserMemoryError("the parser's memory holds the bytes of a read that has not ended");
}

/** Begins a read: CARRY and RECEIVE are the caller's until `endRead`. @throws ParserMemoryError while another read lasts. */
export function beginRead(parser: HttpParser): void {
  if (parser.reading) inUse();
  parser.reading = true;
}

export function endRead(parser: HttpParser): void {
  parser.reading = false;
}

/**
 * Puts received bytes at RECEIVE; returns the offset of their end.
 * @throws ParserMemoryError for more than RECEIVE_SIZE bytes, or during a read.
 */
export function putReceived(parser: HttpParser, bytes: Uint8Array): number {
  if (parser.reading) inUse();
  if (bytes.length > RECEIVE_SIZE) outside("RECEIVE", bytes.length);
  parser.buffer.set(bytes, RECEIVE);
  return RECEIVE + bytes.length;
}

/**
 * Puts the first `length` of `bytes` where they end at `end`; returns the offset of their start. RECEIVE as the end puts them in front of
 * bytes just received, MEMORY_SIZE overwrites those.
 * @throws ParserMemoryError where they would begin below CARRY, or during a read.
 */
export function putCarried(parser: HttpParser, bytes: CopyableBytes, length: number, end: number): number {
  if (parser.reading) inUse();
  const start = end - length;
  if (!(start >= CARRY) || start > end || end > MEMORY_SIZE || length > bytes.length) outside("CARRY", length);
  bytes.copy(parser.buffer, start, 0, length);
  return start;
}

/**
 * Puts bytes `[from, to)` at `offset` of SCRATCH; returns the offset in the memory of their end.
 * @throws ParserMemoryError where they do not fit.
 */
export function putScratch(parser: HttpParser, offset: number, bytes: CopyableBytes, from: number, to: number): number {
  const end = offset + to - from;
  if (!(offset >= 0) || !(to >= from) || end > SCRATCH_SIZE || to > bytes.length) outside("SCRATCH", to - from);
  bytes.copy(parser.buffer, SCRATCH + offset, from, to);
  return SCRATCH + end;
}

/** Puts text at the beginning of SCRATCH if it is all ASCII. @throws ParserMemoryError where it does not fit. */
export function putAsciiScratch(parser: HttpParser, text: string): boolean {
  const { buffer } = parser;
  const { length } = text;
  if (length > SCRATCH_SIZE) outside("SCRATCH", length);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    buffer[SCRATCH + i] = code;
  }
  return true;
}

/** Puts what `indexOf` is to search. @throws ParserMemoryError for more than NEEDLE_SIZE bytes. */
export function putNeedle(parser: HttpParser, bytes: Uint8Array): void {
  if (bytes.length > NEEDLE_SIZE) outside("NEEDLE", bytes.length);
  parser.buffer.set(bytes, NEEDLE);
}

/** Begins a hash: the seed is 0. */
export function clearHash({ table }: HttpParser): void {
  for (let slot = T_HASH; slot < T_HASH + 4; slot++) table[slot] = 0;
}
