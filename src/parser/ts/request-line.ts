/**
 * `request-line = method SP request-target SP HTTP-version` CRLF (RFC 9112 §3), with the one CRLF that may precede it
 * (RFC 9112 §2.2). The forms of the target are told apart in target.ts.
 */
import * as abi from "../abi.ts";
import * as classes from "./classes.ts";
import { methodId } from "./methods.ts";
import { fail, IN_METHOD, IN_SHORT_PART, IN_TARGET, incomplete } from "./outcome.ts";
import { pathEnd, requestTarget } from "./target.ts";
import { version } from "./version.ts";

// Copies of imported constants: why, says index.ts.
const {
  E_BARE_CR,
  E_BARE_LF,
  E_METHOD,
  E_TARGET,
  E_TARGET_FORM,
  E_VERSION,
  F_TARGET_RAW,
  T_FLAGS,
  T_METHOD,
  T_METHOD_END,
  T_METHOD_START,
} = abi;
const { CR, LF, RAW, SP, TARGET, TCHAR } = classes;

/**
 * The position of the method's first byte, 0 or an error. RFC 9112 §2.2: "a server that is expecting to receive and parse a
 * request-line SHOULD ignore at least one empty line (CRLF) received prior to the request-line."
 */
function skipEmptyLine(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  if (start === end) return incomplete(table, IN_SHORT_PART);
  if (bytes[start] === LF) return fail(table, E_BARE_LF, start);
  if (bytes[start] !== CR) return start;
  if (start + 1 === end) return incomplete(table, IN_SHORT_PART);
  if (bytes[start + 1] !== LF) return fail(table, E_BARE_CR, start);
  return start + 2 === end ? incomplete(table, IN_SHORT_PART) : start + 2;
}

/** Likewise the position after the CRLF that is due at `i`. */
function lineEnd(bytes: Uint8Array, table: Uint32Array, i: number, end: number): number {
  if (i === end) return incomplete(table, IN_SHORT_PART);
  if (bytes[i] !== CR) return fail(table, bytes[i] === LF ? E_BARE_LF : E_VERSION, i);
  if (i + 1 === end) return incomplete(table, IN_SHORT_PART);
  return bytes[i + 1] === LF ? i + 2 : fail(table, E_BARE_CR, i);
}

/** The position after the request line's CRLF, 0 or an error. */
export function requestLine(bytes: Uint8Array, view: DataView, table: Uint32Array, start: number, end: number): number {
  const methodStart = skipEmptyLine(bytes, table, start, end);
  if (methodStart <= 0) return methodStart;

  let i = methodStart;
  while (i < end && TCHAR[bytes[i] as number] === 1) i++;
  if (i === end) return incomplete(table, IN_METHOD);
  if (bytes[i] !== SP || i === methodStart) return fail(table, E_METHOD, i);
  const method = methodId(view, methodStart, i);
  table[T_METHOD] = method;
  table[T_METHOD_START] = methodStart;
  table[T_METHOD_END] = i;

  const targetStart = i + 1;
  const query = pathEnd(bytes, view, table, targetStart, end);
  i = query;
  let classesOfQuery = 0;
  for (; i < end; i++) {
    const byteClass = TARGET[bytes[i] as number] as number;
    if (byteClass === 0) break;
    classesOfQuery |= byteClass;
  }
  if (i === end) return incomplete(table, IN_TARGET);
  if (bytes[i] !== SP || i === targetStart) return fail(table, E_TARGET, i);
  if (!requestTarget(bytes, view, table, method, targetStart, query, i)) return fail(table, E_TARGET_FORM, targetStart);
  if ((classesOfQuery & RAW) !== 0) table[T_FLAGS] = (table[T_FLAGS] as number) | F_TARGET_RAW;

  i = version(bytes, view, table, i + 1, end);
  return i > 0 ? lineEnd(bytes, table, i, end) : i;
}
