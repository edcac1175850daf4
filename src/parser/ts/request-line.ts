/**
 * `request-line = method SP request-target SP HTTP-version` CRLF (RFC 9112 §3), with the one CRLF that may precede it
 * (RFC 9112 §2.2). Decides the method's id, the target's form and its parts; what a path means is not decided here.
 */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_METHOD,
  E_TARGET,
  E_TARGET_FORM,
  E_VERSION,
  F_PATH_ESCAPED,
  FORM_ABSOLUTE,
  FORM_ASTERISK,
  FORM_AUTHORITY,
  FORM_ORIGIN,
  M_CONNECT,
  M_GET,
  M_OPTIONS,
  M_OTHER,
  T_AUTHORITY_END,
  T_AUTHORITY_START,
  T_FLAGS,
  T_METHOD,
  T_METHOD_END,
  T_METHOD_START,
  T_PATH_END,
  T_PATH_START,
  T_TARGET_END,
  T_TARGET_FORM,
  T_TARGET_START,
} from "../abi.ts";
import { METHOD_NAMES } from "../names.ts";
import { isAuthority } from "./authority.ts";
import { ASTERISK, CR, LF, PERCENT, QUESTION, SLASH, SP, TARGET, TCHAR } from "./classes.ts";
import { fail, IN_METHOD, IN_SHORT_PART, IN_TARGET, pause } from "./outcome.ts";
import { version } from "./version.ts";

/** RFC 9110 §9.1: the method token is case-sensitive. */
function methodId(bytes: Uint8Array, start: number, end: number): number {
  for (let id = M_GET; id < METHOD_NAMES.length; id++) {
    const name = METHOD_NAMES[id] as string;
    if (name.length !== end - start) continue;
    let i = 0;
    while (i < name.length && bytes[start + i] === name.charCodeAt(i)) i++;
    if (i === name.length) return id;
  }
  return M_OTHER;
}

/** Length of `http://` or `https://` in any case (RFC 3986 §3.1) at `start`, or 0. */
function schemeLength(bytes: Uint8Array, start: number, end: number): number {
  const HTTP = "http";
  if (end - start < 7) return 0;
  for (let i = 0; i < 4; i++) if (((bytes[start + i] as number) | 0x20) !== HTTP.charCodeAt(i)) return 0;
  let i = start + 4;
  if (((bytes[i] as number) | 0x20) === 0x73) i++;
  if (i + 3 > end || bytes[i] !== 0x3a || bytes[i + 1] !== SLASH || bytes[i + 2] !== SLASH) return 0;
  return i + 3 - start;
}

/**
 * The form of the target `[start, end)`, with T_AUTHORITY_* set and T_PATH_START to come from the caller's table slot, or 0
 * where it has none that goes with the method (RFC 9112 §3.2).
 */
function targetForm(bytes: Uint8Array, table: Uint32Array, method: number, start: number, end: number): number {
  table[T_AUTHORITY_START] = 0;
  table[T_AUTHORITY_END] = 0;
  if (method === M_CONNECT) {
    if (!isAuthority(bytes, start, end, true, true)) return 0;
    table[T_AUTHORITY_START] = start;
    table[T_AUTHORITY_END] = end;
    table[T_PATH_START] = end;
    return FORM_AUTHORITY;
  }
  table[T_PATH_START] = start;
  if (bytes[start] === SLASH) return FORM_ORIGIN;
  if (bytes[start] === ASTERISK) return end - start === 1 && method === M_OPTIONS ? FORM_ASTERISK : 0;
  const scheme = schemeLength(bytes, start, end);
  if (scheme === 0) return 0;
  let i = start + scheme;
  while (i < end && bytes[i] !== SLASH && bytes[i] !== QUESTION) i++;
  if (!isAuthority(bytes, start + scheme, i, true, false)) return 0;
  table[T_AUTHORITY_START] = start + scheme;
  table[T_AUTHORITY_END] = i;
  table[T_PATH_START] = i;
  return FORM_ABSOLUTE;
}

/** Sets the target's slots; false where its form is refused. */
function target(bytes: Uint8Array, table: Uint32Array, method: number, start: number, end: number): boolean {
  const form = targetForm(bytes, table, method, start, end);
  if (form === 0) return false;
  table[T_TARGET_FORM] = form;
  table[T_TARGET_START] = start;
  table[T_TARGET_END] = end;
  let i = table[T_PATH_START] as number;
  let flags = 0;
  for (; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === QUESTION) break;
    if (byte === PERCENT) flags = F_PATH_ESCAPED;
  }
  table[T_PATH_END] = i;
  table[T_FLAGS] = flags;
  return true;
}

/** The position of the method's first byte, 0 or an error. */
function skipEmptyLine(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  if (start === end) return pause(table, IN_SHORT_PART);
  if (bytes[start] === LF) return fail(table, E_BARE_LF, start);
  if (bytes[start] !== CR) return start;
  if (start + 1 === end) return pause(table, IN_SHORT_PART);
  if (bytes[start + 1] !== LF) return fail(table, E_BARE_CR, start);
  return start + 2 === end ? pause(table, IN_SHORT_PART) : start + 2;
}

export function requestLine(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  const methodStart = skipEmptyLine(bytes, table, start, end);
  if (methodStart <= 0) return methodStart;

  let i = methodStart;
  while (i < end && TCHAR[bytes[i] as number] === 1) i++;
  if (i === end) return pause(table, IN_METHOD);
  if (bytes[i] !== SP || i === methodStart) return fail(table, E_METHOD, i);
  const method = methodId(bytes, methodStart, i);
  table[T_METHOD] = method;
  table[T_METHOD_START] = methodStart;
  table[T_METHOD_END] = i;

  const targetStart = ++i;
  while (i < end && TARGET[bytes[i] as number] === 1) i++;
  if (i === end) return pause(table, IN_TARGET);
  if (bytes[i] !== SP || i === targetStart) return fail(table, E_TARGET, i);
  if (!target(bytes, table, method, targetStart, i)) return fail(table, E_TARGET_FORM, targetStart);

  i = version(bytes, table, i + 1, end);
  if (i <= 0) return i;
  if (i === end) return pause(table, IN_SHORT_PART);
  if (bytes[i] !== CR) return fail(table, bytes[i] === LF ? E_BARE_LF : E_VERSION, i);
  if (i + 1 === end) return pause(table, IN_SHORT_PART);
  if (bytes[i + 1] !== LF) return fail(table, E_BARE_CR, i);
  return i + 2;
}
