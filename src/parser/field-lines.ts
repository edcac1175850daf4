/** The field lines that the table holds, as text. The only reader of the rows from T_FIELDS on outside the parsers. */
import { FIELD_SLOTS, T_FIELD_COUNT, T_FIELDS } from "./abi.ts";

/** In the first slot of a row, the bits of the offset; the id is above them. */
const OFFSET_BITS = 0xffffff;

/**
 * Names and values in turn, as sent, one character for each byte.
 * @param text The bytes of the memory from the offset `base` on, as latin1, at least up to the end of the section.
 */
export function fieldLines(table: Uint32Array, text: string, base: number): string[] {
  const count = table[T_FIELD_COUNT] as number;
  const lines: string[] = [];
  for (let i = 0, slot = T_FIELDS; i < count; i++, slot += FIELD_SLOTS) {
    lines.push(
      text.substring(((table[slot] as number) & OFFSET_BITS) - base, (table[slot + 1] as number) - base),
      text.substring((table[slot + 2] as number) - base, (table[slot + 3] as number) - base),
    );
  }
  return lines;
}
