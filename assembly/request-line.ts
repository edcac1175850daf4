/**
 * The request line (RFC 9112 §3): `request-line = method SP request-target SP HTTP-version`. The rules and their order are in
 * src/parser/GRAMMAR.md.
 */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_METHOD,
  E_VERSION,
  M_GET,
  T_METHOD,
  T_METHOD_END,
  T_METHOD_START,
} from "../src/parser/abi";
import { byteAt, CR, CRLF, LF, skipToken, SP } from "./classes";
import { methodId } from "./methods";
import { fail, IN_METHOD, IN_SHORT_PART, incomplete, put } from "./outcome";
import { requestTarget } from "./target";
import { version } from "./version";

/** Parses at `ptr`; returns the offset behind the CRLF. */
export function requestLine(ptr: usize, end: usize): i32 {
  const line = skipEmptyLine(ptr, end);
  if (line <= 0) return line;
  const target = method(line, end);
  if (target <= 0) return target;
  const behind = requestTarget(line, target, end);
  if (behind <= 0) return behind;
  const ending = version(behind, end);
  return ending <= 0 ? ending : lineEnd(ending, end);
}

// RFC 9112 §2.2: "a server that is expecting to receive and parse a request-line SHOULD ignore at least one empty line
// (CRLF) received prior to the request-line". One is skipped.
function skipEmptyLine(ptr: usize, end: usize): i32 {
  if (ptr == end) return incomplete(IN_SHORT_PART, 0);
  const first = byteAt(ptr);
  if (first == LF) return fail(E_BARE_LF, ptr);
  if (first != CR) return <i32>ptr;
  if (ptr + 1 == end) return incomplete(IN_SHORT_PART, 0);
  return byteAt(ptr + 1) == LF ? <i32>ptr + 2 : fail(E_BARE_CR, ptr);
}

// method = token; followed by SP
function method(ptr: usize, end: usize): i32 {
  put(T_METHOD_START, <u32>ptr);
  // "GET " in one comparison: nearly every request.
  if (end - ptr >= 4 && load<u32>(ptr) == 0x20544547) {
    put(T_METHOD, M_GET);
    put(T_METHOD_END, <u32>ptr + 3);
    return <i32>ptr + 4;
  }
  const stop = skipToken(ptr, end);
  if (stop == end) return incomplete(stop > ptr ? IN_METHOD : IN_SHORT_PART, 0);
  if (stop == ptr || byteAt(stop) != SP) return fail(E_METHOD, stop);
  put(T_METHOD, methodId(ptr, stop - ptr));
  put(T_METHOD_END, <u32>stop);
  return <i32>stop + 1;
}

/** CRLF behind a request line; returns the offset behind it. */
function lineEnd(ptr: usize, end: usize): i32 {
  if (end - ptr >= 2 && <u32>load<u16>(ptr) == CRLF) return <i32>ptr + 2;
  if (ptr == end) return incomplete(IN_SHORT_PART, 0);
  const byte = byteAt(ptr);
  if (byte == LF) return fail(E_BARE_LF, ptr);
  if (byte != CR) return fail(E_VERSION, ptr);
  return ptr + 1 == end ? incomplete(IN_SHORT_PART, 0) : fail(E_BARE_CR, ptr);
}
