/**
 * A field section: `*( field-line CRLF ) CRLF`, `field-line = field-name ":" OWS field-value OWS` (RFC 9112 §2.1, §5), for heads
 * and trailers. Finds the lines and their parts; what the six fields mean that decide framing and connection is in facts.ts.
 */
import * as abi from "../abi.ts";
import * as classes from "./classes.ts";
import * as facts from "./facts.ts";
import * as fieldNames from "./field-names.ts";
import {
  AFTER_CR,
  AT_LINE_START,
  fail,
  IN_NAME,
  IN_SHORT_PART,
  IN_VALUE,
  incomplete,
  incompleteInFields,
} from "./outcome.ts";
import * as fourBytes from "./lanes.ts";

// Copies of imported constants: why, says index.ts.
const {
  E_BARE_CR,
  E_BARE_LF,
  E_FIELD_NAME,
  E_FIELD_VALUE,
  E_NO_COLON,
  E_OBS_FOLD,
  E_SPACE_BEFORE_COLON,
  E_TOO_MANY_FIELDS,
  FIELD_SLOTS,
  T_FIELD_COUNT,
  T_FIELDS,
  T_KNOWN,
  T_KNOWN_HI,
} = abi;
const { COLON, CR, HTAB, LF, SP, TCHAR, VALUE } = classes;
const { BLANKS, HIGH_BITS, ONES, notValue, equalTo, firstLane, lanes } = fourBytes;
const { addFact } = facts;
const { fieldNameId } = fieldNames;

const COLONS = lanes(COLON);

/** Whose fields: it decides which facts are reported. */
export const TRAILERS = 0;
export const RESPONSE = 1;
export const REQUEST = 2;

/**
 * What is wrong with a line whose name ends at `i` with something else than a colon, or is empty. RFC 9112 §5.1: "No whitespace
 * is allowed between the field name and colon." Stricter than the RFC: §5.2 lets a server replace obs-fold by SP, here it
 * is refused, because two recipients that read it differently are the door to request smuggling.
 */
function oddLine(table: Uint32Array, byte: number, empty: boolean, i: number): number {
  const blank = byte === SP || byte === HTAB;
  if (empty) return fail(table, blank ? E_OBS_FOLD : byte === LF ? E_BARE_LF : E_FIELD_NAME, i);
  if (blank) return fail(table, E_SPACE_BEFORE_COLON, i);
  return fail(table, byte === CR || byte === LF ? E_NO_COLON : E_FIELD_NAME, i);
}

/** The position after the empty line's CR at `i`, 0 or an error. */
function sectionEnd(bytes: Uint8Array, table: Uint32Array, i: number, end: number): number {
  if (i + 1 === end) return incomplete(table, IN_SHORT_PART);
  return bytes[i + 1] === LF ? i + 2 : fail(table, E_BARE_CR, i);
}

function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && TCHAR[bytes[i] as number] === 1) i++;
  return i;
}

/** The position of the first colon, or `start` where none is found but in the last few bytes: enough to guess the name. */
function findColon(view: DataView, start: number, end: number): number {
  for (let i = start; i + 4 <= end; i += 4) {
    const found = equalTo(view.getInt32(i, true), COLONS);
    if (found !== 0) return i + firstLane(found);
  }
  return start;
}

/** The position of the first byte that no value may hold, or `end`. */
function valueEnd(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const word = view.getInt32(i, true);
    const next = view.getInt32(i + 4, true);
    // In doubt: below 0x20, 0x7F, above 0x7F.
    const doubts =
      (word - BLANKS) | 0 | ((word + ONES) | 0) | word | ((next - BLANKS) | 0) | ((next + ONES) | 0) | next;
    if ((doubts & HIGH_BITS) === 0) continue;
    let found = notValue(word);
    if (found === 0) {
      found = notValue(next);
      if (found === 0) continue;
      i += 4;
    }
    i += firstLane(found);
    if (bytes[i] !== HTAB) return i;
    i -= 7;
  }
  while (i < end && VALUE[bytes[i] as number] === 1) i++;
  return i;
}

export function fieldSection(
  bytes: Uint8Array,
  view: DataView,
  table: Uint32Array,
  start: number,
  end: number,
  maxFields: number,
  kind: number,
): number {
  let known = 0;
  let knownHigh = 0;
  let count = 0;
  let slot = T_FIELDS;
  let i = start;
  for (;;) {
    if (i === end) return incompleteInFields(table, AT_LINE_START, maxFields - count);
    if (bytes[i] === CR) break;
    if (count === maxFields) return fail(table, E_TOO_MANY_FIELDS, i);
    count++;

    // A name that is known needs no look at its bytes one by one.
    let colon = findColon(view, i, end);
    const id = fieldNameId(bytes, view, i, colon);
    if (id === 0) {
      colon = nameEnd(bytes, i, end);
      if (colon === end) return incompleteInFields(table, IN_NAME, maxFields - count);
      if (bytes[colon] !== COLON || colon === i) return oddLine(table, bytes[colon] as number, colon === i, colon);
    }

    const cr = valueEnd(bytes, view, colon + 1, end);
    if (cr === end) return incompleteInFields(table, IN_VALUE, maxFields - count);
    if (bytes[cr] !== CR) return fail(table, bytes[cr] === LF ? E_BARE_LF : E_FIELD_VALUE, cr);
    if (cr + 1 === end) return incompleteInFields(table, AFTER_CR, maxFields - count);
    if (bytes[cr + 1] !== LF) return fail(table, E_BARE_CR, cr);

    let from = colon + 1;
    while (bytes[from] === SP || bytes[from] === HTAB) from++;
    let to = cr;
    while (to > from && (bytes[to - 1] === SP || bytes[to - 1] === HTAB)) to--;

    table[slot] = (id << 24) | i;
    table[slot + 1] = colon;
    table[slot + 2] = from;
    table[slot + 3] = to;
    slot += FIELD_SLOTS;
    i = cr + 2;
    if (id === 0) continue;
    if (id < 32) known |= 1 << id;
    else knownHigh |= 1 << (id - 32);
    if (id <= facts.LAST_FACT_ID && kind !== TRAILERS) addFact(bytes, table, id, from, to, kind === REQUEST);
  }
  table[T_KNOWN] = known;
  table[T_KNOWN_HI] = knownHigh;
  table[T_FIELD_COUNT] = count;
  return sectionEnd(bytes, table, i, end);
}
