/** The request target and its four forms (RFC 9112 §3.2). */
import {
  E_TARGET,
  E_TARGET_FORM,
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
  T_PATH_END,
  T_PATH_START,
  T_TARGET_END,
  T_TARGET_FORM,
  T_TARGET_START,
} from "../src/parser/abi";
import { isAuthority } from "./authority";
import { byteAt, COLON, lower, notTarget, SP } from "./classes";
import { addFlags } from "./facts";
import { at, equalTo } from "./lanes";
import { methodId } from "./methods";
import { fail, IN_TARGET, incomplete, put, putPair } from "./outcome";

/** Parses the target at `start` and the space behind it; `line`: the method. Returns the offset behind the space. */
export function requestTarget(line: usize, start: usize, end: usize): i32 {
  // "/ ": the root of a site, asked for more than any other path, and of a method that is not CONNECT.
  if (end - start >= 2 && <u32>load<u16>(start) == 0x202f && load<u32>(line) != 0x4e4e4f43) {
    put(T_TARGET_FORM, FORM_ORIGIN);
    putPair(T_TARGET_START, <u64>start | ((<u64>(start + 1)) << 32));
    putPair(T_PATH_START, <u64>start | ((<u64>(start + 1)) << 32));
    return <i32>start + 2;
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
  if (stop == 0 || stop == end) return incomplete(IN_TARGET, 0);
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
    return <i32>stop + 1;
  }
  return otherForm(line, start, stop, end, question, percent) ? <i32>stop + 1 : fail(E_TARGET_FORM, start);
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
