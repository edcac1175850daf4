/**
 * Going on with an unfinished head. The hint says where the bytes ended: in a method, a target, a name, a value … As long as
 * new bytes only lengthen or lawfully follow that, they are looked at once and nothing else happens. With the first that might be more
 * (the end of the head, a wrong byte) everything is parsed from the start, and that result is the one that counts: a wrong hint can
 * cost time but change no answer.
 */
import { T_RESUME, TABLE } from "../src/parser/abi";
import { byteAt, COLON, CR, HTAB, isTchar, LF, notTarget, notTchar, notValue } from "./classes";
import { at } from "./lanes";
import {
  AT_LINE_START,
  AFTER_CR,
  IN_METHOD,
  IN_NAME,
  IN_SHORT_PART,
  IN_REASON,
  IN_TARGET,
  IN_VALUE,
  put,
  putHint,
} from "./outcome";

/** Whether the bytes behind the hint leave the head unfinished for sure; then the table says so. */
export function isStillIncomplete(start: usize, end: usize, hint: u32): bool {
  let place = hint >> 29;
  let lines = (hint >> 24) & 31;
  let ptr = start + <usize>(hint & 0xffffff);
  if (place == IN_SHORT_PART || ptr > end) return false;
  while (ptr < end) {
    if (place < AFTER_CR) {
      const v = at(ptr, end);
      const stops =
        place == IN_TARGET ? notTarget(v) : place == IN_METHOD || place == IN_NAME ? notTchar(v) : notValue(v);
      if (stops == 0) {
        ptr += 16;
        continue;
      }
      ptr += <usize>ctz(stops);
      if (ptr >= end) break;
    }
    if (place == AT_LINE_START) {
      if (lines == 0 || !isTchar(byteAt(ptr))) return false;
      lines--;
    }
    place = after(place, byteAt(ptr++));
    if (place == IN_SHORT_PART) return false;
  }
  putHint(place, lines, end - start);
  return true;
}

/** Where a byte leads that ends a run in `place`, or IN_SHORT_PART where a parse has to say. */
function after(place: u32, byte: u32): u32 {
  if (place == AT_LINE_START) return IN_NAME;
  if (place == AFTER_CR) return byte == LF ? AT_LINE_START : IN_SHORT_PART;
  if (place == IN_NAME) return byte == COLON ? IN_VALUE : IN_SHORT_PART;
  if (byte == HTAB && (place == IN_VALUE || place == IN_REASON)) return place;
  return place == IN_VALUE && byte == CR ? AFTER_CR : IN_SHORT_PART;
}

/** Completes T_RESUME with the number of bytes seen. */
export function countSeen(start: usize, end: usize): void {
  put(T_RESUME, load<u32>(<usize>TABLE + ((<usize>T_RESUME) << 2)) | <u32>(end - start));
}
