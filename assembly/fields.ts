/**
 * The field section (RFC 9112 §5): `*( field-line CRLF ) CRLF`, `field-line = field-name ":" OWS field-value OWS`. This loop is
 * where a head spends its time. The rules and their order are in src/parser/GRAMMAR.md.
 */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_FIELD_NAME,
  E_FIELD_VALUE,
  E_NO_COLON,
  E_OBS_FOLD,
  E_SPACE_BEFORE_COLON,
  E_TOO_MANY_FIELDS,
  H_UPGRADE,
  T_FIELD_COUNT,
} from "../src/parser/abi";
import { byteAt, COLON, CR, CRLF, HTAB, isBlank, LF, notValue, skipBlanks, skipToken, SP, trimEnd } from "./classes";
import { at, equalTo } from "./lanes";
import { addFact, setKnown } from "./facts";
import { fieldNameId } from "./field-names";
import {
  AT_LINE_START,
  AFTER_CR,
  fail,
  IN_NAME,
  IN_SHORT_PART,
  IN_VALUE,
  put,
  putField,
  setLinesLeft,
  incomplete,
} from "./outcome";

/** Trailers: facts are not gathered. */
export const TRAILERS: i32 = 0;
export const RESPONSE: i32 = 1;
export const REQUEST: i32 = 2;

/**
 * Parses at `start`; returns the offset behind the empty line.
 *
 * The end of a line is looked for from its beginning, at the same time as its colon: a name holds no control character, so the
 * first one ends the line, and the chain from line to line is one load, one comparison, one bit count. A name that turns
 * out to be a known one needs no look at its letters.
 */
export function fieldSection(start: i32, end: usize, maxFields: i32, kind: i32): i32 {
  let ptr = <usize>start;
  let count: i32 = 0;
  let known: u64 = 0;
  while (end - ptr >= 2 && <u32>load<u16>(ptr) != CRLF) {
    let v: v128;
    let next: v128;
    if (<i32>(end - ptr) >= 32) {
      v = v128.load(ptr);
      next = v128.load(ptr, 16);
    } else {
      v = at(ptr, end);
      next = at(ptr + 16, end);
    }
    const colons = equalTo(v, <i8>COLON);
    let controls: u64 = <u64>(notValue(v) | (notValue(next) << 16));
    let valueEnd: usize;
    if (controls != 0) valueEnd = ptr + <usize>ctz(controls);
    else if (<i32>(end - ptr) >= 64) {
      controls = <u64>(notValue(v128.load(ptr, 32)) | (notValue(v128.load(ptr, 48)) << 16));
      valueEnd = controls != 0 ? ptr + 32 + <usize>ctz(controls) : firstControl(ptr + 64, end);
    } else valueEnd = firstControl(ptr + 32, end);
    let nameEnd: usize;
    if (colons != 0) nameEnd = ptr + <usize>ctz(colons);
    else {
      nameEnd = skipToken(ptr, end);
      if (nameEnd >= end || byteAt(nameEnd) != COLON) return oddLine(ptr, end, maxFields, count);
    }
    // Zeros that `at` shows past the end look like controls; so does a tab.
    if (nameEnd >= valueEnd || count == maxFields) return oddLine(ptr, end, maxFields, count);
    const id = fieldNameId(v, ptr, nameEnd - ptr);
    if (id == 0 && !isName(ptr, nameEnd, end)) return oddLine(ptr, end, maxFields, count);
    if (<i32>(end - valueEnd) < 2 || <u32>load<u16>(valueEnd) != CRLF) {
      const stop = valueStop(nameEnd + 1, end, maxFields - count - 1);
      if (stop <= 0) return stop;
      valueEnd = stop;
    }
    // One space, then the value, then CR: the rule. What is not above a space here is a blank to be trimmed, or the CR.
    let value = nameEnd + 1;
    let trimmed = valueEnd;
    if (byteAt(value) == SP) value++;
    if (byteAt(value) <= SP) value = skipBlanks(value, valueEnd);
    if (byteAt(valueEnd - 1) <= SP) trimmed = trimEnd(value, valueEnd);
    putField(count, id, ptr, nameEnd, value, trimmed);
    known |= (<u64>1) << (<u64>id);
    if (id - 1 < <u32>H_UPGRADE && kind != TRAILERS) addFact(id, value, trimmed, end, kind == REQUEST);
    count++;
    ptr = valueEnd + 2;
  }
  if (end - ptr < 2) return shortEnd(ptr, end, maxFields, count);
  put(T_FIELD_COUNT, count);
  setKnown(known & ~(<u64>1));
  return <i32>ptr + 2;
}

/** field-name = token, followed by its colon. */
function isName(ptr: usize, nameEnd: usize, end: usize): bool {
  return nameEnd > ptr && skipToken(ptr, end) == nameEnd;
}

/** Fewer than two bytes at the beginning of a line. */
function shortEnd(ptr: usize, end: usize, maxFields: i32, count: i32): i32 {
  if (ptr != end) return oddLine(ptr, end, maxFields, count);
  setLinesLeft(maxFields - count);
  return incomplete(AT_LINE_START, 1);
}

/** The first control character or DEL at or after `start`, or `end` or past it. */
function firstControl(start: usize, end: usize): usize {
  let ptr = start;
  while (<i32>(end - ptr) >= 32) {
    const stops = notValue(v128.load(ptr)) | (notValue(v128.load(ptr, 16)) << 16);
    if (stops != 0) return ptr + <usize>ctz(stops);
    ptr += 32;
  }
  while (<i32>(end - ptr) > 0) {
    const stops = notValue(at(ptr, end));
    if (stops != 0) return ptr + <usize>ctz(stops);
    ptr += 16;
  }
  return end;
}

/** The CR that ends the value at `start` and has a LF behind it; or how the parse ends. */
function valueStop(start: usize, end: usize, linesLeft: i32): i32 {
  let ptr = start;
  while (ptr < end) {
    const stops = notValue(at(ptr, end));
    if (stops == 0) {
      ptr += 16;
      continue;
    }
    ptr += <usize>ctz(stops);
    if (ptr >= end) break;
    const byte = byteAt(ptr);
    if (byte == CR) {
      if (ptr + 1 == end) {
        setLinesLeft(linesLeft);
        return incomplete(AFTER_CR, 1);
      }
      return byteAt(ptr + 1) == LF ? <i32>ptr : fail(E_BARE_CR, ptr);
    }
    if (byte != HTAB) return fail(byte == LF ? E_BARE_LF : E_FIELD_VALUE, ptr);
    ptr++;
  }
  setLinesLeft(linesLeft);
  return incomplete(IN_VALUE, 1);
}

/** The beginning of a line that is no complete field name and colon. */
function oddLine(ptr: usize, end: usize, maxFields: i32, count: i32): i32 {
  const stop = skipToken(ptr, end);
  const full = count == maxFields;
  setLinesLeft(maxFields - count - 1);
  const first = byteAt(ptr);
  if (first == CR) {
    return ptr + 1 == end ? incomplete(IN_SHORT_PART, 1) : fail(E_BARE_CR, ptr);
  }
  if (full) return fail(E_TOO_MANY_FIELDS, ptr);
  if (isBlank(first)) return fail(E_OBS_FOLD, ptr);
  if (first == LF) return fail(E_BARE_LF, ptr);
  if (stop >= end) return incomplete(IN_NAME, 1);
  if (stop == ptr) return fail(E_FIELD_NAME, stop);
  const byte = byteAt(stop);
  if (isBlank(byte)) return fail(E_SPACE_BEFORE_COLON, stop);
  return fail(byte == CR || byte == LF ? E_NO_COLON : E_FIELD_NAME, stop);
}
