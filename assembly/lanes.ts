/**
 * Sixteen bytes looked at in one step, as the lanes of a vector. Every scan of this module stands on `at`, which never shows a byte at or past
 * `end`: there it gives zeros, and zero is in no class, so a scan stops at `end` by itself.
 */

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

/** A bit for each byte equal to `byte`. */
export function equalTo(v: v128, byte: i8): u32 {
  return <u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(byte)));
}
