/** The scan behind `readUntil`: thirty-two places at a time where first and last byte of the needle both fit, then all of it. */
import { NEEDLE } from "../src/parser/abi";
import { at } from "./lanes";

/** Offset of the `length` bytes at NEEDLE in `[start, end)`, or -1. */
export function indexOf(start: usize, end: usize, length: usize): i32 {
  if (end - start < length || end < start) return -1;
  const first = i8x16.splat(load<i8>(<usize>NEEDLE));
  const last = i8x16.splat(load<i8>(<usize>NEEDLE + length - 1));
  /** Behind the last place where the needle can begin. */
  const limit = end - length + 1;
  let ptr = start;
  while (<i32>(end - ptr - length) >= 31) {
    // SAFETY: the last of these loads ends at ptr + length + 31, which is not past `end`.
    const here = v128.and(i8x16.eq(v128.load(ptr), first), i8x16.eq(v128.load(ptr + length - 1), last));
    const there = v128.and(i8x16.eq(v128.load(ptr, 16), first), i8x16.eq(v128.load(ptr + length - 1, 16), last));
    if (v128.any_true(v128.or(here, there))) {
      const place = firstMatch(ptr, <u32>i8x16.bitmask(here) | ((<u32>i8x16.bitmask(there)) << 16), length);
      if (place != 0) return <i32>place;
    }
    ptr += 32;
  }
  for (; ptr < limit; ptr += 16) {
    const heads = i8x16.eq(at(ptr, end), first);
    const tails = i8x16.eq(at(ptr + length - 1, end), last);
    // Zeros that `at` shows past the end are no bytes.
    const left = limit - ptr;
    const real: u32 = left >= 16 ? 0xffff : ((<u32>1) << (<u32>left)) - 1;
    const place = firstMatch(ptr, <u32>i8x16.bitmask(v128.and(heads, tails)) & real, length);
    if (place != 0) return <i32>place;
  }
  return -1;
}

/** The first of the places marked in `places`, counted from `ptr`, where all of the needle stands; 0 for none. */
function firstMatch(ptr: usize, places: u32, length: usize): usize {
  while (places != 0) {
    const place = ptr + <usize>ctz(places);
    if (length <= 2 || memory.compare(place + 1, <usize>NEEDLE + 1, length - 2) == 0) return place;
    places &= places - 1;
  }
  return 0;
}
