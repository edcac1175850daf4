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
import { byteAt, CR, HTAB, isDigit, LF, notValue, SP } from "./classes";
import { at } from "./lanes";
import { fail, IN_SHORT_PART, IN_REASON, put, incomplete } from "./outcome";
import { version } from "./version";

/** Parses at `start`; returns the offset behind the CRLF. */
export function statusLine(start: usize, end: usize): i32 {
  const reached = version(start, end);
  if (reached <= 0) return reached;
  const space = <usize>reached;
  if (space == end) return incomplete(IN_SHORT_PART, 0);
  if (byteAt(space) != SP) return fail(E_VERSION, space);
  // status-code = 3DIGIT, followed by SP
  let status: u32 = 0;
  for (let i: usize = 1; i <= 3; i++) {
    if (space + i == end) return incomplete(IN_SHORT_PART, 0);
    const byte = byteAt(space + i);
    if (!isDigit(byte) || (i == 1 && byte == 0x30)) return fail(E_STATUS, space + i);
    status = status * 10 + byte - 0x30;
  }
  if (space + 4 == end) return incomplete(IN_SHORT_PART, 0);
  if (byteAt(space + 4) != SP) return fail(E_STATUS, space + 4);
  put(T_STATUS, status);
  return reason(space + 5, end);
}

// reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
function reason(start: usize, end: usize): i32 {
  put(T_REASON_START, <u32>start);
  let ptr = start;
  while (true) {
    if (ptr >= end) return incomplete(IN_REASON, 0);
    const stops = notValue(at(ptr, end));
    if (stops == 0) {
      ptr += 16;
      continue;
    }
    ptr += <usize>ctz(stops);
    if (ptr >= end) return incomplete(IN_REASON, 0);
    const byte = byteAt(ptr);
    if (byte == HTAB) {
      ptr++;
      continue;
    }
    if (byte == LF) return fail(E_BARE_LF, ptr);
    if (byte != CR) return fail(E_REASON, ptr);
    put(T_REASON_END, <u32>ptr);
    if (ptr + 1 == end) return incomplete(IN_SHORT_PART, 0);
    return byteAt(ptr + 1) == LF ? <i32>ptr + 2 : fail(E_BARE_CR, ptr);
  }
}
