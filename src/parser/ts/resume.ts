/**
 * Going on with an unfinished head or trailer section: looks at the new bytes alone and says whether they leave it
 * unfinished and acceptable, so that a head sent byte by byte costs linear time. It decides nothing else: whatever it is
 * not sure of (an odd byte, the end of a part, no lines left) is left to a parse of the whole.
 */
import * as abi from "../abi.ts";
import * as classes from "./classes.ts";
import {
  AFTER_CR,
  AT_LINE_START,
  LINES_LEFT_SHIFT,
  IN_METHOD,
  IN_NAME,
  IN_REASON,
  IN_SHORT_PART,
  IN_TARGET,
  IN_VALUE,
  PLACE_MASK,
} from "./outcome.ts";

// Copies of imported constants: why, says index.ts.
const { T_RESUME, T_STAGE } = abi;
const { CR, COLON, LF, TARGET, TCHAR, VALUE } = classes;

const SEEN_BITS = 24;
const SEEN_MASK = (1 << SEEN_BITS) - 1;

/** Parse from the beginning. */
const UNSURE = -1;

/** The place after `[start, end)` in one of the long parts of a start line. */
function goOnInStartLine(bytes: Uint8Array, place: number, start: number, end: number): number {
  const permitted = place === IN_METHOD ? TCHAR : place === IN_TARGET ? TARGET : VALUE;
  for (let i = start; i < end; i++) if (permitted[bytes[i] as number] === 0) return UNSURE;
  return place;
}

/** The place and the lines left after `[start, end)`, where they were `before`; or UNSURE. */
function goOn(bytes: Uint8Array, before: number, start: number, end: number): number {
  let place = before & PLACE_MASK;
  let linesLeft = before >> LINES_LEFT_SHIFT;
  if (place === IN_SHORT_PART) return UNSURE;
  if (place === IN_METHOD || place === IN_TARGET || place === IN_REASON)
    return goOnInStartLine(bytes, place, start, end);
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    switch (place) {
      case IN_NAME:
        if (byte === COLON) place = IN_VALUE;
        else if (TCHAR[byte] === 0) return UNSURE;
        break;
      case IN_VALUE:
        if (byte === CR) place = AFTER_CR;
        else if (VALUE[byte] === 0) return UNSURE;
        break;
      case AFTER_CR:
        if (byte !== LF) return UNSURE;
        place = AT_LINE_START;
        break;
      case AT_LINE_START:
        if (TCHAR[byte] === 0 || linesLeft === 0) return UNSURE;
        linesLeft--;
        place = IN_NAME;
        break;
      default:
        return UNSURE;
    }
  }
  return place | (linesLeft << LINES_LEFT_SHIFT);
}

/** Whether the hint and the new bytes alone show that the head is still incomplete; then the table says so. */
export function isStillIncomplete(
  bytes: Uint8Array,
  table: Uint32Array,
  start: number,
  end: number,
  hint: number,
): boolean {
  const length = end - start;
  const seen = hint & SEEN_MASK;
  // Where the new bytes outnumber the old ones, a parse of the whole costs no more than twice the new ones.
  if (seen * 2 <= length || seen > length) return false;
  const after = goOn(bytes, hint >>> SEEN_BITS, start + seen, end);
  if (after === UNSURE) return false;
  table[T_RESUME] = ((after << SEEN_BITS) | length) >>> 0;
  table[T_STAGE] = (after & PLACE_MASK) >= IN_NAME ? 1 : 0;
  return true;
}

/** Completes T_RESUME, where `incomplete` has left the place, with the number of bytes seen. */
export function countSeen(table: Uint32Array, length: number, stage: number): 0 {
  table[T_RESUME] = (((table[T_RESUME] as number) << SEEN_BITS) | length) >>> 0;
  table[T_STAGE] = stage;
  return 0;
}
