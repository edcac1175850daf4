/**
 * Going on with an unfinished head. The hint says in what kind of element the bytes ended. As long as new bytes belong to that same
 * element they are looked at once and nothing else happens; with the first that does not, everything is parsed from
 * the start, and that result is the one that counts. A head sent byte by byte so costs one parse per element, and a
 * wrong hint can cost time but change no answer.
 */
import { T_RESUME, T_STAGE, TABLE } from "../src/parser/abi";
import { at, byteAt, HTAB, notTarget, notToken, notValue } from "./bytes";
import { IN_NAME, IN_REASON, IN_TARGET, put } from "./outcome";

/** Whether all bytes behind the hint only lengthen the element; then the table says that the head is incomplete. */
export function stillWithin(start: usize, end: usize, hint: u32): bool {
  const within = hint >> 24;
  let ptr = start + <usize>(hint & 0xffffff);
  if (within == 0 || ptr >= end) return false;
  while (ptr < end) {
    const v = at(ptr, end);
    const stops = within == IN_TARGET ? notTarget(v) : within == IN_NAME ? notToken(v) : notValue(v);
    if (stops == 0) {
      ptr += 16;
      continue;
    }
    ptr += <usize>ctz(stops);
    if (ptr >= end) break;
    if (within == IN_TARGET || within == IN_NAME || byteAt(ptr) != HTAB) return false;
    ptr++;
  }
  put(T_RESUME, (hint & 0xff000000) | <u32>(end - start));
  put(T_STAGE, within == IN_TARGET || within == IN_REASON ? 0 : 1);
  return true;
}

/** Completes T_RESUME with the number of bytes seen. */
export function countSeen(start: usize, end: usize): void {
  put(T_RESUME, load<u32>(<usize>TABLE + (<usize>T_RESUME << 2)) | <u32>(end - start));
}
