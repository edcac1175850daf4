/**
 * Going on with an unfinished head or trailer section: looks at the new bytes alone and says whether they leave it
 * unfinished and acceptable, so that a head sent byte by byte costs linear time. It decides nothing else: whatever it is
 * not sure of (an odd byte, the end of a part, a full budget) is left to a parse of the whole.
 */
import * as classes from "./classes.ts";
import {
  AFTER_CR,
  AT_LINE_START,
  BUDGET_SHIFT,
  IN_METHOD,
  IN_NAME,
  IN_REASON,
  IN_SHORT_PART,
  IN_TARGET,
  IN_VALUE,
  STATE_MASK,
} from "./outcome.ts";

// Copies of imported constants: why, says index.ts.
const { CR, COLON, LF, TARGET, TCHAR, VALUE } = classes;

/** Parse from the beginning. */
export const UNSURE = -1;

/** The state after `[start, end)` in one of the long parts of a start line. */
function goOnInStartLine(bytes: Uint8Array, state: number, start: number, end: number): number {
  const permitted = state === IN_METHOD ? TCHAR : state === IN_TARGET ? TARGET : VALUE;
  for (let i = start; i < end; i++) if (permitted[bytes[i] as number] === 0) return UNSURE;
  return state;
}

/** The state and budget after `[start, end)`, where they were `before`; or UNSURE. */
export function goOn(bytes: Uint8Array, before: number, start: number, end: number): number {
  let state = before & STATE_MASK;
  let budget = before >> BUDGET_SHIFT;
  if (state === IN_SHORT_PART) return UNSURE;
  if (state === IN_METHOD || state === IN_TARGET || state === IN_REASON)
    return goOnInStartLine(bytes, state, start, end);
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    switch (state) {
      case IN_NAME:
        if (byte === COLON) state = IN_VALUE;
        else if (TCHAR[byte] === 0) return UNSURE;
        break;
      case IN_VALUE:
        if (byte === CR) state = AFTER_CR;
        else if (VALUE[byte] === 0) return UNSURE;
        break;
      case AFTER_CR:
        if (byte !== LF) return UNSURE;
        state = AT_LINE_START;
        break;
      case AT_LINE_START:
        if (TCHAR[byte] === 0 || budget === 0) return UNSURE;
        budget--;
        state = IN_NAME;
        break;
      default:
        return UNSURE;
    }
  }
  return state | (budget << BUDGET_SHIFT);
}
