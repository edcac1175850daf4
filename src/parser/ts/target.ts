/**
 * The form of a request target and its parts (RFC 9112 §3.2), once all its bytes are there and found to be target bytes. What a
 * path means is not decided here.
 */
import {
  F_PATH_ESCAPED,
  FORM_ABSOLUTE,
  FORM_ASTERISK,
  FORM_AUTHORITY,
  FORM_ORIGIN,
  M_CONNECT,
  M_OPTIONS,
  T_AUTHORITY_END,
  T_AUTHORITY_START,
  T_FLAGS,
  T_PATH_END,
  T_PATH_START,
  T_TARGET_END,
  T_TARGET_FORM,
  T_TARGET_START,
} from "../abi.ts";
import { isAuthority } from "./authority.ts";
import { ASTERISK, COLON, PATH, QUESTION, SLASH } from "./classes.ts";

/** "http" as a little-endian word, and what makes a letter lower case in each of its bytes. */
const HTTP = 0x70747468;
const LOWER_CASE = 0x20202020;
const LETTER_S = 0x73;

/** Length of `http://` or `https://` at `start`, or 0. RFC 3986 §3.1: a scheme compares without case. */
function schemeLength(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  if (end - start < 7 || (view.getInt32(start, true) | LOWER_CASE) !== HTTP) return 0;
  const colon = ((bytes[start + 4] as number) | 0x20) === LETTER_S ? start + 5 : start + 4;
  const isScheme =
    colon + 3 <= end && bytes[colon] === COLON && bytes[colon + 1] === SLASH && bytes[colon + 2] === SLASH;
  return isScheme ? colon + 3 - start : 0;
}

function setTarget(table: Uint32Array, form: number, start: number, end: number): void {
  table[T_TARGET_FORM] = form;
  table[T_TARGET_START] = start;
  table[T_TARGET_END] = end;
}

function setAuthority(table: Uint32Array, start: number, end: number): void {
  table[T_AUTHORITY_START] = start;
  table[T_AUTHORITY_END] = end;
}

/** Reports the path from `start` to the first question mark or `end`. */
function setPath(bytes: Uint8Array, table: Uint32Array, start: number, end: number): void {
  let classes = 0;
  let i = start;
  for (; i < end && bytes[i] !== QUESTION; i++) classes |= PATH[bytes[i] as number] as number;
  table[T_PATH_START] = start;
  table[T_PATH_END] = i;
  table[T_FLAGS] = (classes & 2) === 0 ? 0 : F_PATH_ESCAPED;
}

/** authority-form = uri-host ":" port: for CONNECT and nothing else, RFC 9112 §3.2.3. */
function authorityForm(bytes: Uint8Array, table: Uint32Array, start: number, end: number): boolean {
  if (!isAuthority(bytes, start, end, true, true)) return false;
  setTarget(table, FORM_AUTHORITY, start, end);
  setAuthority(table, start, end);
  setPath(bytes, table, end, end);
  return true;
}

/** absolute-form = absolute-URI, RFC 9112 §3.2.2: of the two schemes that HTTP has, without userinfo (RFC 9110 §4.2.4). */
function absoluteForm(bytes: Uint8Array, view: DataView, table: Uint32Array, start: number, end: number): boolean {
  const scheme = schemeLength(bytes, view, start, end);
  if (scheme === 0) return false;
  let i = start + scheme;
  while (i < end && bytes[i] !== SLASH && bytes[i] !== QUESTION) i++;
  if (!isAuthority(bytes, start + scheme, i, true, false)) return false;
  setTarget(table, FORM_ABSOLUTE, start, end);
  setAuthority(table, start + scheme, i);
  setPath(bytes, table, i, end);
  return true;
}

/** Reports the target `[start, end)`, not empty; false where it has none of the forms that go with the method. */
export function requestTarget(
  bytes: Uint8Array,
  view: DataView,
  table: Uint32Array,
  method: number,
  start: number,
  end: number,
): boolean {
  if (method === M_CONNECT) return authorityForm(bytes, table, start, end);
  setAuthority(table, 0, 0);
  if (bytes[start] === SLASH) {
    setTarget(table, FORM_ORIGIN, start, end);
    setPath(bytes, table, start, end);
    return true;
  }
  if (bytes[start] === ASTERISK) {
    // asterisk-form = "*": for OPTIONS and nothing else, RFC 9112 §3.2.4.
    if (method !== M_OPTIONS || end - start !== 1) return false;
    setTarget(table, FORM_ASTERISK, start, end);
    setPath(bytes, table, start, end);
    return true;
  }
  return absoluteForm(bytes, view, table, start, end);
}
