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
import { at, byteAt, COLON, CR, CRLF, HTAB, isBlank, LF, notToken, notValue, skipToken, SP, trimEnd } from "./bytes";
import { addKnown, factOf } from "./facts";
import { SLOT_FACTOR, SLOT_IDS, SLOT_LENGTHS, SLOT_LETTERS, SLOT_SHIFT } from "./names";
import { AT_LINE, AT_LINE_FEED, fail, IN_NAME, IN_NOTHING, IN_VALUE, put, putField, setLinesLeft, starve } from "./outcome";

/** Trailers: facts are not gathered. */
export const TRAILERS: i32 = 0;
export const RESPONSE: i32 = 1;
export const REQUEST: i32 = 2;

/** Parses at `ptr`; returns the offset behind the empty line. */
export function fieldSection(start: usize, end: usize, maxFields: i32, kind: i32): usize {
  let ptr = start;
  let count: i32 = 0;
  while (true) {
    if (end - ptr >= 2 && <u32>load<u16>(ptr) == CRLF) {
      put(T_FIELD_COUNT, count);
      return ptr + 2;
    }
    if (ptr == end) {
      setLinesLeft(maxFields - count);
      return starve(AT_LINE, 1);
    }
    const v = at(ptr, end);
    const stops = notToken(v);
    let nameEnd = ptr + <usize>ctz(stops);
    if (stops == 0) nameEnd = skipToken(ptr + 16, end);
    if (count == maxFields || nameEnd >= end || nameEnd == ptr || byteAt(nameEnd) != COLON) {
      setLinesLeft(maxFields - count - 1);
      return oddName(ptr, nameEnd, end, count == maxFields);
    }
    const id = nameId(v, ptr, nameEnd - ptr);

    let value = nameEnd + 1;
    // One space is the rule, and the scan below does not mind another; only the start of the value does.
    if (value < end && byteAt(value) == SP) value++;
    const valueEnd = valueStop(value, end, maxFields - count - 1);
    if (valueEnd == 0) return 0;
    if (isBlank(byteAt(value))) while (isBlank(byteAt(value))) value++;
    const trimmed = trimEnd(value, valueEnd);
    putField(count, id, ptr, nameEnd, value, trimmed);
    if (id != 0) {
      addKnown(id);
      if (id <= <u32>H_UPGRADE && kind != TRAILERS) factOf(id, value, trimmed, kind == REQUEST);
    }
    count++;
    ptr = valueEnd + 2;
  }
}

/** The CR that ends the value at `start`, if a LF follows it; else 0. */
function valueStop(start: usize, end: usize, linesLeft: i32): usize {
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
        return starve(AT_LINE_FEED, 1);
      }
      return byteAt(ptr + 1) == LF ? ptr : fail(E_BARE_CR, ptr);
    }
    if (byte != HTAB) return fail(byte == LF ? E_BARE_LF : E_FIELD_VALUE, ptr);
    ptr++;
  }
  setLinesLeft(linesLeft);
  return starve(IN_VALUE, 1);
}

/** The beginning of a line that is no complete field name and colon. */
function oddName(ptr: usize, stop: usize, end: usize, full: bool): usize {
  const first = byteAt(ptr);
  if (first == CR) {
    return ptr + 1 == end ? starve(IN_NOTHING, 1) : fail(E_BARE_CR, ptr);
  }
  if (full) return fail(E_TOO_MANY_FIELDS, ptr);
  if (isBlank(first)) return fail(E_OBS_FOLD, ptr);
  if (first == LF) return fail(E_BARE_LF, ptr);
  if (stop >= end) return starve(IN_NAME, 1);
  if (stop == ptr) return fail(E_FIELD_NAME, stop);
  const byte = byteAt(stop);
  if (isBlank(byte)) return fail(E_SPACE_BEFORE_COLON, stop);
  return fail(byte == CR || byte == LF ? E_NO_COLON : E_FIELD_NAME, stop);
}

/** Id of the name of `length` token bytes whose first sixteen are in `v`. */
function nameId(v: v128, ptr: usize, length: usize): u32 {
  // Only letters and "-" remain equal to a known name under 0x20, because every byte is a tchar.
  const lowered = v128.or(v, i8x16.splat(0x20));
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const first = v128.and(lowered, i8x16.lt_u(lanes, i8x16.splat(length < 16 ? <i8>length : 16)));
  const mixed = (<u64>i64x2.extract_lane(first, 0) ^ <u64>i64x2.extract_lane(first, 1)) * SLOT_FACTOR;
  const slot = <usize>(mixed >> SLOT_SHIFT);
  if (<usize>load<u8>(SLOT_LENGTHS + slot) != length) return 0;
  const letters = SLOT_LETTERS + (slot << 5);
  if (v128.any_true(v128.xor(first, v128.load(letters)))) return 0;
  if (length > 16) {
    // SAFETY: the last sixteen bytes of a name longer than that lie within it.
    const tail = v128.or(v128.load(ptr + length - 16), i8x16.splat(0x20));
    if (v128.any_true(v128.xor(tail, v128.load(letters + length - 16)))) return 0;
  }
  return <u32>load<u8>(SLOT_IDS + slot);
}
