/**
 * How a step of a parse ends and where results go. A step returns the offset it reached, 0 after `incomplete`, or minus an error code after
 * `fail`; no step ends at offset 0.
 */
import { FIELD_SLOTS, T_ERROR_OFFSET, T_FIELDS, T_RESUME, T_STAGE, TABLE } from "../src/parser/abi";

// Where in a head the bytes ended; kept in three of the high bits of T_RESUME.
/** Nowhere that can be gone on from: everything is parsed again. */
export const IN_SHORT_PART: u32 = 0;
export const IN_METHOD: u32 = 1;
export const IN_TARGET: u32 = 2;
export const IN_REASON: u32 = 3;
export const IN_NAME: u32 = 4;
export const IN_VALUE: u32 = 5;
/** Behind the CR of a field line. */
export const AFTER_CR: u32 = 6;
/** At the beginning of a field line. */
export const AT_LINE_START: u32 = 7;

/** How many more field lines may begin before the limit has to be looked at; the other five of the high bits. */
let linesLeft: u32 = 0;
const MAX_LINES_LEFT: i32 = 31;

export function setLinesLeft(lines: i32): void {
  linesLeft = <u32>max<i32>(0, min<i32>(lines, MAX_LINES_LEFT));
}

/** The hint of `size` bytes that end in `place`. */
export function putHint(place: u32, lines: u32, size: usize): void {
  put(T_RESUME, (place << 29) | (lines << 24) | <u32>size);
  put(T_STAGE, place != IN_SHORT_PART && place <= IN_REASON ? 0 : 1);
}

export function put(slot: i32, value: u32): void {
  store<u32>(<usize>TABLE + ((<usize>slot) << 2), value);
}

/** Four slots at once, from one whose number is a multiple of four. */
export function clearFour(slot: i32): void {
  v128.store(<usize>TABLE + ((<usize>slot) << 2), i64x2.splat(0));
}

/** Two slots at once: low and high word. */
export function putPair(slot: i32, value: u64): void {
  store<u64>(<usize>TABLE + ((<usize>slot) << 2), value);
}

export function fail(code: i32, ptr: usize): i32 {
  put(T_ERROR_OFFSET, <u32>ptr);
  return -code;
}

/** The bytes do not suffice; they end in `place`, in the start line (stage 0) or behind it. */
export function incomplete(place: u32, stage: u32): i32 {
  putHint(place, linesLeft, 0);
  put(T_STAGE, stage);
  return 0;
}

/** One field line: four slots, as two stores. */
export function putField(index: i32, id: u32, name: usize, nameEnd: usize, value: usize, valueEnd: usize): void {
  const slot = <usize>TABLE + ((<usize>(T_FIELDS + index * FIELD_SLOTS)) << 2);
  store<u64>(slot, <u64>(<u32>name | (id << 24)) | ((<u64>nameEnd) << 32));
  store<u64>(slot, <u64>value | ((<u64>valueEnd) << 32), 8);
}
