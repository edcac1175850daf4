/**
 * `status-line = HTTP-version SP status-code SP [ reason-phrase ]` CRLF (RFC 9112 §4). What a status means is decided above.
 */
import * as abi from "../abi.ts";
import * as classes from "./classes.ts";
import { fail, IN_REASON, IN_SHORT_PART, incomplete } from "./outcome.ts";
import { version } from "./version.ts";

// Copies of imported constants: why, says index.ts.
const { E_BARE_CR, E_BARE_LF, E_REASON, E_STATUS, E_VERSION, T_REASON_END, T_REASON_START, T_STATUS } = abi;
const { CR, DIGIT_0, LF, SP, VALUE } = classes;

/** `status-code = 3DIGIT`, RFC 9110 §15: the first is 1 to 9; then its SP. The position after it, 0 or an error. */
function statusCode(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  let status = 0;
  for (let i = start; i < start + 3; i++) {
    if (i === end) return incomplete(table, IN_SHORT_PART);
    const digit = (bytes[i] as number) - DIGIT_0;
    if (digit < (i === start ? 1 : 0) || digit > 9) return fail(table, E_STATUS, i);
    status = status * 10 + digit;
  }
  if (start + 3 === end) return incomplete(table, IN_SHORT_PART);
  if (bytes[start + 3] !== SP) return fail(table, E_STATUS, start + 3);
  table[T_STATUS] = status;
  return start + 4;
}

export function statusLine(bytes: Uint8Array, view: DataView, table: Uint32Array, start: number, end: number): number {
  let i = version(bytes, view, table, start, end);
  if (i <= 0) return i;
  if (i === end) return incomplete(table, IN_SHORT_PART);
  if (bytes[i] !== SP) return fail(table, E_VERSION, i);
  i = statusCode(bytes, table, i + 1, end);
  if (i <= 0) return i;

  // reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
  table[T_REASON_START] = i;
  while (i < end && VALUE[bytes[i] as number] === 1) i++;
  if (i === end) return incomplete(table, IN_REASON);
  if (bytes[i] !== CR) return fail(table, bytes[i] === LF ? E_BARE_LF : E_REASON, i);
  if (i + 1 === end) return incomplete(table, IN_SHORT_PART);
  if (bytes[i + 1] !== LF) return fail(table, E_BARE_CR, i);
  table[T_REASON_END] = i;
  return i + 2;
}
