/**
 * Which bytes may stand where, sixteen of them at a time or one, and the single bytes by name. A class of bytes is named for those that are not
 * in it, because they are what a scan looks for.
 *
 * A class is two tables of sixteen bytes, one for each half of a byte, whose entries share a bit exactly when the byte belongs: two
 * swizzles and an AND classify sixteen bytes (the technique of G. Langdale and D. Lemire's "Parsing Gigabytes of JSON per Second").
 */
import { at } from "./lanes";

export const SP: u32 = 0x20;
export const HTAB: u32 = 0x09;
export const CR: u32 = 0x0d;
export const LF: u32 = 0x0a;
export const COLON: u32 = 0x3a;
/** CR and LF as a little-endian u16. */
export const CRLF: u32 = 0x0a0d;

/** tchar, RFC 9110 §5.6.2: a bit for each byte that is none. */
export function notTchar(v: v128): u32 {
  const low = i8x16.swizzle(
    i8x16(0x3a, 0x3f, 0x3e, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3e, 0x3e, 0x3d, 0x15, 0x34, 0x15, 0x3d, 0x1c),
    v128.and(v, i8x16.splat(0x0f)),
  );
  const high = i8x16.swizzle(i8x16(0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0), i8x16.shr_u(v, 4));
  return <u32>i8x16.bitmask(i8x16.eq(v128.and(low, high), i8x16.splat(0)));
}

/** reg-name, RFC 3986 §3.2.2, without the percent and the comma (GRAMMAR.md): a bit for each byte that is not unreserved or sub-delims. */
export function notRegName(v: v128): u32 {
  const low = i8x16.swizzle(
    i8x16(0x2a, 0x3f, 0x3e, 0x3e, 0x3f, 0x3e, 0x3f, 0x3f, 0x3f, 0x3f, 0x3d, 0x17, 0x14, 0x17, 0x35, 0x1c),
    v128.and(v, i8x16.splat(0x0f)),
  );
  const high = i8x16.swizzle(i8x16(0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0), i8x16.shr_u(v, 4));
  return <u32>i8x16.bitmask(i8x16.eq(v128.and(low, high), i8x16.splat(0)));
}

/** What a request target may hold (GRAMMAR.md): 0x21-0x7E and 0x80-0xFF without `#`. A bit for each byte that is none. */
export function notTarget(v: v128): u32 {
  const control = v128.or(i8x16.le_u(v, i8x16.splat(0x20)), i8x16.eq(v, i8x16.splat(0x7f)));
  return <u32>i8x16.bitmask(v128.or(control, i8x16.eq(v, i8x16.splat(0x23))));
}

/** Bytes that end a run within a field value or reason phrase: controls (HTAB too) and DEL. */
export function notValue(v: v128): u32 {
  return <u32>i8x16.bitmask(v128.or(i8x16.le_u(v, i8x16.splat(0x1f)), i8x16.eq(v, i8x16.splat(0x7f))));
}

export function byteAt(ptr: usize): u32 {
  return <u32>load<u8>(ptr);
}

export function isTchar(byte: u32): bool {
  return (notTchar(i8x16.splat(<i8>byte)) & 1) == 0;
}

export function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

export function isHex(byte: u32): bool {
  return isDigit(byte) || lower(byte) - 0x61 < 6;
}

export function isBlank(byte: u32): bool {
  return byte == SP || byte == HTAB;
}

/** In lower case, for letters. */
export function lower(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** First byte at or after `ptr` that is no token byte, or `end`. */
export function skipToken(ptr: usize, end: usize): usize {
  while (ptr < end) {
    const stops = notTchar(at(ptr, end));
    if (stops != 0) return ptr + <usize>ctz(stops);
    ptr += 16;
  }
  return end;
}

/** First byte at or after `ptr` that is neither space nor tab, or `end`. */
export function skipBlanks(ptr: usize, end: usize): usize {
  while (ptr < end && isBlank(byteAt(ptr))) ptr++;
  return ptr;
}

/** The end of `[ptr, end)` without the spaces and tabs there. */
export function trimEnd(ptr: usize, end: usize): usize {
  while (end > ptr && isBlank(byteAt(end - 1))) end--;
  return end;
}
