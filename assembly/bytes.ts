/**
 * Loading and classifying sixteen bytes at a time. Every scan of this module stands on `at`, which never shows a byte at or
 * past `end`: there it gives zeros, and zero is in no class, so a scan stops at `end` by itself.
 *
 * A class is two tables of sixteen bytes, one for each half of a byte, whose entries share a bit exactly when the byte belongs: two
 * swizzles and an AND classify sixteen bytes (the technique of G. Langdale and D. Lemire's "Parsing Gigabytes of JSON per Second").
 */

export const SP: u32 = 0x20;
export const HTAB: u32 = 0x09;
export const CR: u32 = 0x0d;
export const LF: u32 = 0x0a;
export const COLON: u32 = 0x3a;
/** CR and LF as a little-endian u16. */
export const CRLF: u32 = 0x0a0d;

/**
 * The bytes of `[ptr, end)`, at most sixteen, then zeros.
 * SAFETY: near the end the load is moved back so that it ends at `end`. It may reach in front of `ptr`, never in front of the
 * memory: every region that is parsed starts above 16, and what it finds there is shifted out. `ptr` may lie up to 64 bytes past
 * `end`.
 */
export function at(ptr: usize, end: usize): v128 {
  const left = <i32>(end - ptr);
  if (left >= 16) return v128.load(ptr);
  const lanes = i8x16.add(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>(16 - left)));
  return i8x16.swizzle(v128.load(end - 16), lanes);
}

/** tchar, RFC 9110 §5.6.2: a bit for each byte that is none. */
export function notToken(v: v128): u32 {
  const low = i8x16.swizzle(
    i8x16(0x3a, 0x3f, 0x3e, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3e, 0x3e, 0x3d, 0x15, 0x34, 0x15, 0x3d, 0x1c),
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

/** A bit for each byte equal to `byte`. */
export function equalTo(v: v128, byte: i8): u32 {
  return <u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(byte)));
}

export function byteAt(ptr: usize): u32 {
  return <u32>load<u8>(ptr);
}

export function isToken(byte: u32): bool {
  return (notToken(i8x16.splat(<i8>byte)) & 1) == 0;
}

export function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
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
    const stops = notToken(at(ptr, end));
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
