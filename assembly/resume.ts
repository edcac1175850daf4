/**
 * Going on with an unfinished head. The hint says where the bytes ended: in a method, a target, a name, a value … As long as
 * new bytes only lengthen or lawfully follow that, they are looked at once and nothing else happens. With the first that might be more
 * (the end of the head, a wrong byte) everything is parsed from the start, and that result is the one that counts: a wrong hint can
 * cost time but change no answer.
 */
import { T_RESUME, TABLE } from "../src/parser/abi";
import { at, byteAt, COLON, CR, HTAB, isToken, LF, notTarget, notToken, notValue } from "./bytes";
import {
  AT_LINE,
  AT_LINE_FEED,
  IN_METHOD,
  IN_NAME,
  IN_NOTHING,
  IN_REASON,
  IN_TARGET,
  IN_VALUE,
  put,
  putHint,
} from "./outcome";

/** Whether the bytes behind the hint leave the head unfinished for sure; then the table says so. */
export function stillUnfinished(start: usize, end: usize, hint: u32): bool {
  let place = hint >> 29;
  let lines = (hint >> 24) & 31;
  let ptr = start + <usize>(hint & 0xffffff);
  if (place == IN_NOTHING || ptr > end) return false;
  while (ptr < end) {
    if (place < AT_LINE_FEED) {
      const v = at(ptr, end);
      const stops =
        place == IN_TARGET ? notTarget(v) : place == IN_METHOD || place == IN_NAME ? notToken(v) : notValue(v);
      if (stops == 0) {
        ptr += 16;
        continue;
      }
      ptr += <usize>ctz(stops);
      if (ptr >= end) break;
    }
    if (place == AT_LINE) {
      if (lines == 0 || !isToken(byteAt(ptr))) return false;
      lines--;
    }
    place = after(place, byteAt(ptr++));
    if (place == IN_NOTHING) return false;
  }
  putHint(place, lines, end - start);
  return true;
}

/** Where a byte leads that ends a run in `place`, or IN_NOTHING where a parse has to say. */
function after(place: u32, byte: u32): u32 {
  if (place == AT_LINE) return IN_NAME;
  if (place == AT_LINE_FEED) return byte == LF ? AT_LINE : IN_NOTHING;
  if (place == IN_NAME) return byte == COLON ? IN_VALUE : IN_NOTHING;
  if (byte == HTAB && (place == IN_VALUE || place == IN_REASON)) return place;
  return place == IN_VALUE && byte == CR ? AT_LINE_FEED : IN_NOTHING;
}

/** Completes T_RESUME with the number of bytes seen. */
export function countSeen(start: usize, end: usize): void {
  put(T_RESUME, load<u32>(<usize>TABLE + ((<usize>T_RESUME) << 2)) | <u32>(end - start));
}
