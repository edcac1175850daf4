/** `status-line = HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4). */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_REASON,
  E_STATUS,
  E_VERSION,
  T_REASON_END,
  T_REASON_START,
  T_STATUS,
} from "../src/parser/abi";
import { at, byteAt, CR, HTAB, isDigit, LF, notValue, SP } from "./bytes";
import { fail, IN_NOTHING, IN_REASON, put, starve } from "./outcome";
import { version } from "./version";

/** Parses at `start`; returns the offset behind the CRLF. */
export function statusLine(start: usize, end: usize): usize {
  const space = version(start, end);
  if (space == 0) return 0;
  if (space == end) return starve(IN_NOTHING, 0);
  if (byteAt(space) != SP) return fail(E_VERSION, space);
  // status-code = 3DIGIT, followed by SP
  let status: u32 = 0;
  for (let i: usize = 1; i <= 3; i++) {
    if (space + i == end) return starve(IN_NOTHING, 0);
    const byte = byteAt(space + i);
    if (!isDigit(byte) || (i == 1 && byte == 0x30)) return fail(E_STATUS, space + i);
    status = status * 10 + byte - 0x30;
  }
  if (space + 4 == end) return starve(IN_NOTHING, 0);
  if (byteAt(space + 4) != SP) return fail(E_STATUS, space + 4);
  put(T_STATUS, status);
  return reason(space + 5, end);
}

// reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
function reason(start: usize, end: usize): usize {
  put(T_REASON_START, <u32>start);
  let ptr = start;
  while (true) {
    if (ptr >= end) return starve(IN_REASON, 0);
    const stops = notValue(at(ptr, end));
    if (stops == 0) {
      ptr += 16;
      continue;
    }
    ptr += <usize>ctz(stops);
    if (ptr >= end) return starve(IN_REASON, 0);
    const byte = byteAt(ptr);
    if (byte == HTAB) {
      ptr++;
      continue;
    }
    if (byte == LF) return fail(E_BARE_LF, ptr);
    if (byte != CR) return fail(E_REASON, ptr);
    put(T_REASON_END, <u32>ptr);
    if (ptr + 1 == end) return starve(IN_NOTHING, 0);
    return byteAt(ptr + 1) == LF ? ptr + 2 : fail(E_BARE_CR, ptr);
  }
}
