/**
 * How a part of the parser says that it cannot go on, and what the resume hint remembers. A part returns the position after
 * its last byte, 0 for "more bytes, please" or minus an error code; the details go to the result table.
 *
 * The hint's low 24 bits count the bytes seen. Of its high 8, three are a PLACE: where in the grammar the input ended, and
 * five `linesLeft`: how many field lines may still begin before they have to be counted again.
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
export const PLACE_MASK = 7;
export const LINES_LEFT_SHIFT = 3;
const MAX_LINES_LEFT = 31;

/** The input ended in this place; the caller completes the hint. */
export function incomplete(table: Uint32Array, place: number): 0 {
  table[T_RESUME] = place;
  return 0;
}

export function incompleteInFields(table: Uint32Array, place: number, linesLeft: number): 0 {
  return incomplete(table, place | ((linesLeft < MAX_LINES_LEFT ? linesLeft : MAX_LINES_LEFT) << LINES_LEFT_SHIFT));
}

export function fail(table: Uint32Array, code: number, offset: number): number {
  table[T_ERROR_OFFSET] = offset;
  return -code;
}
