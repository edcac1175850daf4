/**
 * The request line (RFC 9112 §3): `request-line = method SP request-target SP HTTP-version`, and the four forms of a target
 * (§3.2). The rules and their order are in src/parser/GRAMMAR.md.
 */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_METHOD,
  E_TARGET,
  E_TARGET_FORM,
  F_PATH_ESCAPED,
  F_TARGET_RAW,
  FORM_ABSOLUTE,
  FORM_ASTERISK,
  FORM_AUTHORITY,
  FORM_ORIGIN,
  M_CONNECT,
  M_DELETE,
  M_GET,
  M_HEAD,
  M_OPTIONS,
  M_OTHER,
  M_PATCH,
  M_POST,
  M_PUT,
  M_TRACE,
  T_AUTHORITY_END,
  T_AUTHORITY_START,
  T_METHOD,
  T_METHOD_END,
  T_METHOD_START,
  T_PATH_END,
  T_PATH_START,
  T_TARGET_END,
  T_TARGET_FORM,
  T_TARGET_START,
} from "../src/parser/abi";
import { at, byteAt, COLON, CR, equalTo, LF, lower, notTarget, skipToken, SP } from "./bytes";
import { addFlags } from "./facts";
import { isAuthority } from "./host";
import { fail, IN_METHOD, IN_NOTHING, IN_TARGET, put, putPair, starve } from "./outcome";
import { lineEnd, version } from "./version";

/** Parses at `ptr`; returns the offset behind the CRLF. */
export function requestLine(ptr: usize, end: usize): usize {
  const line = leadingEmptyLine(ptr, end);
  if (line == 0) return 0;
  const target = method(line, end);
  if (target == 0) return 0;
  const behind = requestTarget(line, target, end);
  if (behind == 0) return 0;
  const ending = version(behind, end);
  return ending == 0 ? 0 : lineEnd(ending, end);
}

// RFC 9112 §2.2: "a server that is expecting to receive and parse a request-line SHOULD ignore at least one empty line
// (CRLF) received prior to the request-line". One is skipped.
function leadingEmptyLine(ptr: usize, end: usize): usize {
  if (ptr == end) return starve(IN_NOTHING, 0);
  const first = byteAt(ptr);
  if (first == LF) return fail(E_BARE_LF, ptr);
  if (first != CR) return ptr;
  if (ptr + 1 == end) return starve(IN_NOTHING, 0);
  return byteAt(ptr + 1) == LF ? ptr + 2 : fail(E_BARE_CR, ptr);
}

// method = token; followed by SP
function method(ptr: usize, end: usize): usize {
  put(T_METHOD_START, <u32>ptr);
  // "GET " in one comparison: nearly every request.
  if (end - ptr >= 4 && load<u32>(ptr) == 0x20544547) {
    put(T_METHOD, M_GET);
    put(T_METHOD_END, <u32>ptr + 3);
    return ptr + 4;
  }
  const stop = skipToken(ptr, end);
  if (stop == end) return starve(stop > ptr ? IN_METHOD : IN_NOTHING, 0);
  if (stop == ptr || byteAt(stop) != SP) return fail(E_METHOD, stop);
  put(T_METHOD, methodId(ptr, stop - ptr));
  put(T_METHOD_END, <u32>stop);
  return stop + 1;
}

/** Methods are case-sensitive (RFC 9110 §9.1). `ptr` is followed by at least a space. */
function methodId(ptr: usize, length: usize): i32 {
  if (length == 3)
    return (load<u32>(ptr) & 0xffffff) == 0x545550 ? M_PUT : (load<u32>(ptr) & 0xffffff) == 0x544547 ? M_GET : M_OTHER;
  if (length < 4 || length > 7) return M_OTHER;
  const word = load<u32>(ptr);
  if (length == 4) return word == 0x54534f50 ? M_POST : word == 0x44414548 ? M_HEAD : M_OTHER;
  // The last four letters, which overlap the first four.
  const tail = load<u32>(ptr + length - 4);
  if (length == 5) {
    if (word == 0x43544150 && tail == 0x48435441) return M_PATCH;
    return word == 0x43415254 && tail == 0x45434152 ? M_TRACE : M_OTHER;
  }
  if (length == 6) return word == 0x454c4544 && tail == 0x4554454c ? M_DELETE : M_OTHER;
  if (word == 0x4954504f && tail == 0x534e4f49) return M_OPTIONS;
  return word == 0x4e4e4f43 && tail == 0x5443454e ? M_CONNECT : M_OTHER;
}

function requestTarget(line: usize, start: usize, end: usize): usize {
  // "/ ": the root of a site, asked for more than any other path, and of a method that is not CONNECT.
  if (end - start >= 2 && <u32>load<u16>(start) == 0x202f && load<u32>(line) != 0x4e4e4f43) {
    put(T_TARGET_FORM, FORM_ORIGIN);
    putPair(T_TARGET_START, <u64>start | ((<u64>(start + 1)) << 32));
    putPair(T_PATH_START, <u64>start | ((<u64>(start + 1)) << 32));
    return start + 2;
  }
  let ptr = start;
  let question: usize = 0;
  let percent: usize = 0;
  let stop: usize = 0;
  // Bits of bytes above 0x7F.
  let raw: u32 = 0;
  while (ptr < end) {
    const v = at(ptr, end);
    const stops = notTarget(v);
    const above = <u32>i8x16.bitmask(v);
    const questions = equalTo(v, 0x3f);
    const percents = equalTo(v, 0x25);
    if (question == 0 && questions != 0) question = ptr + <usize>ctz(questions);
    if (percent == 0 && percents != 0) percent = ptr + <usize>ctz(percents);
    if (stops != 0) {
      stop = ptr + <usize>ctz(stops);
      // Those in front of the first stop.
      raw |= above & (stops - 1) & ~stops;
      break;
    }
    raw |= above;
    ptr += 16;
  }
  if (stop == 0 || stop == end) return starve(IN_TARGET, 0);
  if (stop == start || byteAt(stop) != SP) return fail(E_TARGET, stop);
  if (question == 0 || question > stop) question = stop;
  if (percent == 0) percent = stop;
  put(T_TARGET_START, <u32>start);
  put(T_TARGET_END, <u32>stop);
  if (raw != 0) addFlags(F_TARGET_RAW);
  if (byteAt(start) == 0x2f && load<u32>(line) != 0x4e4e4f43) {
    put(T_TARGET_FORM, FORM_ORIGIN);
    put(T_PATH_START, <u32>start);
    put(T_PATH_END, <u32>question);
    if (percent < question) addFlags(F_PATH_ESCAPED);
    return stop + 1;
  }
  return otherForm(line, start, stop, end, question, percent) ? stop + 1 : fail(E_TARGET_FORM, start);
}

/** authority-form, asterisk-form, absolute-form, and origin-form of a method that begins with CONN. */
function otherForm(line: usize, start: usize, stop: usize, end: usize, question: usize, percent: usize): bool {
  const id = methodId(line, start - 1 - line);
  const options = id == M_OPTIONS;
  if (id == M_CONNECT) {
    // authority-form = uri-host ":" port
    if (!isAuthority(start, stop, end, true, true)) return false;
    put(T_TARGET_FORM, FORM_AUTHORITY);
    put(T_AUTHORITY_START, <u32>start);
    put(T_AUTHORITY_END, <u32>stop);
    put(T_PATH_START, <u32>stop);
    put(T_PATH_END, <u32>stop);
    return true;
  }
  if (byteAt(start) == 0x2a && stop == start + 1) {
    put(T_TARGET_FORM, FORM_ASTERISK);
    put(T_PATH_START, <u32>start);
    put(T_PATH_END, <u32>stop);
    return options;
  }
  let path = start;
  let form = FORM_ORIGIN;
  if (byteAt(start) != 0x2f) {
    // absolute-form = absolute-URI; http-URI = "http" "://" authority path-abempty [ "?" query ], likewise https
    const authority = schemeEnd(start, stop);
    if (authority == 0) return false;
    path = authority;
    while (path < question && byteAt(path) != 0x2f) path++;
    if (!isAuthority(authority, path, end, true, false)) return false;
    put(T_AUTHORITY_START, <u32>authority);
    put(T_AUTHORITY_END, <u32>path);
    form = FORM_ABSOLUTE;
  }
  put(T_TARGET_FORM, form);
  put(T_PATH_START, <u32>path);
  put(T_PATH_END, <u32>question);
  if (hasPercent(path, question, percent)) addFlags(F_PATH_ESCAPED);
  return true;
}

/** Whether a `%` stands in the path; `first` is the first in the target, which may lie in the authority. */
function hasPercent(path: usize, pathEnd: usize, first: usize): bool {
  if (first >= pathEnd) return false;
  for (let ptr = path; ptr < pathEnd; ptr++) if (byteAt(ptr) == 0x25) return true;
  return false;
}

/** Offset behind `http://` or `https://`, in any case, or 0. */
function schemeEnd(start: usize, stop: usize): usize {
  if (stop - start < 8) return 0;
  const http =
    lower(byteAt(start)) == 0x68 &&
    lower(byteAt(start + 1)) == 0x74 &&
    lower(byteAt(start + 2)) == 0x74 &&
    lower(byteAt(start + 3)) == 0x70;
  if (!http) return 0;
  const colon = lower(byteAt(start + 4)) == 0x73 ? start + 5 : start + 4;
  if (colon + 3 > stop) return 0;
  return byteAt(colon) == COLON && byteAt(colon + 1) == 0x2f && byteAt(colon + 2) == 0x2f ? colon + 3 : 0;
}
