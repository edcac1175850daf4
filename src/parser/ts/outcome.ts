/**
 * How a part of the parser says that it cannot go on, and what the resume hint remembers. A part returns the position after
 * its last byte, 0 for "more bytes, please" or minus an error code; the details go to the result table.
 *
 * The hint's low 24 bits count the bytes seen. Of its high 8, three are a STATE, where in the grammar the input ended, and
 * five a budget: how many field lines may still begin before they have to be counted again.
 */
import * as abi from "../abi.ts";

// Copies of imported constants: why, says index.ts.
const { T_ERROR_OFFSET, T_RESUME } = abi;

/** Anywhere that lasts a few bytes at most: the next call parses from the beginning. */
export const IN_SHORT_PART = 0;
export const IN_METHOD = 1;
export const IN_TARGET = 2;
export const IN_REASON = 3;
/** From here on the start line is complete. After at least one byte of a field name. */
export const IN_NAME = 4;
export const IN_VALUE = 5;
/** After the CR that ends a field value. */
export const AFTER_CR = 6;
export const AT_LINE_START = 7;
export const STATE_MASK = 7;
export const BUDGET_SHIFT = 3;
export const MAX_BUDGET = 31;

/** The input ended in this state; the caller completes the hint. */
export function pause(table: Uint32Array, state: number): 0 {
  table[T_RESUME] = state;
  return 0;
}

export function pauseInFields(table: Uint32Array, state: number, linesLeft: number): 0 {
  return pause(table, state | ((linesLeft < MAX_BUDGET ? linesLeft : MAX_BUDGET) << BUDGET_SHIFT));
}

export function fail(table: Uint32Array, code: number, offset: number): number {
  table[T_ERROR_OFFSET] = offset;
  return -code;
}
