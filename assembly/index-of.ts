/** The scan behind `readUntil`: sixteen places at a time where first and last byte of the needle both fit, then all of it. */
import { NEEDLE } from "../src/parser/abi";
import { at } from "./bytes";

/** Offset of the `length` bytes at NEEDLE in `[start, end)`, or -1. */
export function search(start: usize, end: usize, length: usize): i32 {
  if (end - start < length || end < start) return -1;
  const first = i8x16.splat(load<i8>(<usize>NEEDLE));
  const last = i8x16.splat(load<i8>(<usize>NEEDLE + length - 1));
  /** Behind the last place where the needle can begin. */
  const limit = end - length + 1;
  for (let ptr = start; ptr < limit; ptr += 16) {
    const heads = i8x16.eq(at(ptr, end), first);
    const tails = i8x16.eq(at(ptr + length - 1, end), last);
    let places = <u32>i8x16.bitmask(v128.and(heads, tails));
    while (places != 0) {
      const place = ptr + <usize>ctz(places);
      // Zeros that `at` shows past the end are no bytes.
      if (place >= limit) return -1;
      if (length <= 2 || memory.compare(place + 1, <usize>NEEDLE + 1, length - 2) == 0) return <i32>place;
      places &= places - 1;
    }
  }
  return -1;
}
