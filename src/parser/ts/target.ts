/**
 * The form of a request target and its parts (RFC 9112 §3.2), once all its bytes are there and found to be target bytes. What a
 * path means is not decided here.
 */
import * as abi from "../abi.ts";
import { isAuthority } from "./authority.ts";
import * as classes from "./classes.ts";
import * as fourBytes from "./lanes.ts";

// Copies of imported constants: why, says index.ts.
const {
  F_PATH_ESCAPED,
  F_TARGET_RAW,
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
} = abi;
const { ASTERISK, COLON, ESCAPE, PATH, QUESTION, RAW, SLASH } = classes;
const { HIGH_BITS, ONES } = fourBytes;

/** "http" as a little-endian word, and what makes a letter lower case in each of its bytes. */
const HTTP = 0x70747468;
const LOWER_CASE = 0x20202020;
const LETTER_S = 0x73;

/** Whether no byte of the word is `?`, `%`, above 0x7F or one that is refused; in doubt it says no. */
function isPlain(word: number): boolean {
  // In doubt: below 0x26, 0x7F, above 0x7F; and, by a zero in `angle`, the four bytes from `<` to `?`.
  const angle = (word & 0xfcfcfcfc) ^ 0x3c3c3c3c;
  const doubts = (word - 0x26262626) | 0 | ((word + ONES) | 0) | word | (((angle - ONES) | 0) & ~angle);
  return (doubts & HIGH_BITS) === 0;
}

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

/**
 * The end of the path that starts at `start`: its first `?` or a byte that no target may hold, or `end`. Sets F_PATH_ESCAPED and
 * F_TARGET_RAW in T_FLAGS, and no other flag.
 */
export function pathEnd(bytes: Uint8Array, view: DataView, table: Uint32Array, start: number, end: number): number {
  let classes = 0;
  let i = start;
  while (i < end) {
    if (i + 4 <= end && isPlain(view.getInt32(i, true))) {
      i += 4;
      continue;
    }
    const byteClass = PATH[bytes[i] as number] as number;
    if (byteClass === 0) break;
    classes |= byteClass;
    i++;
  }
  table[T_FLAGS] = ((classes & ESCAPE) === 0 ? 0 : F_PATH_ESCAPED) | ((classes & RAW) === 0 ? 0 : F_TARGET_RAW);
  return i;
}

function setPath(table: Uint32Array, start: number, end: number): void {
  table[T_PATH_START] = start;
  table[T_PATH_END] = end;
}

/** authority-form = uri-host ":" port: for CONNECT and nothing else, RFC 9112 §3.2.3. */
function authorityForm(bytes: Uint8Array, table: Uint32Array, start: number, end: number): boolean {
  if (!isAuthority(bytes, start, end, true, true)) return false;
  setTarget(table, FORM_AUTHORITY, start, end);
  setAuthority(table, start, end);
  setPath(table, end, end);
  table[T_FLAGS] = 0;
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
  setPath(table, i, pathEnd(bytes, view, table, i, end));
  return true;
}

/**
 * Reports the target `[start, end)`, not empty, whose `?` or end pathEnd has found; false where it has none of the forms that go
 * with the method.
 */
export function requestTarget(
  bytes: Uint8Array,
  view: DataView,
  table: Uint32Array,
  method: number,
  start: number,
  query: number,
  end: number,
): boolean {
  if (method === M_CONNECT) return authorityForm(bytes, table, start, end);
  if (bytes[start] !== SLASH) {
    if (bytes[start] !== ASTERISK) return absoluteForm(bytes, view, table, start, end);
    // asterisk-form = "*": for OPTIONS and nothing else, RFC 9112 §3.2.4.
    if (method !== M_OPTIONS || end - start !== 1) return false;
  }
  setTarget(table, bytes[start] === SLASH ? FORM_ORIGIN : FORM_ASTERISK, start, end);
  setAuthority(table, 0, 0);
  setPath(table, start, query);
  return true;
}
