/**
 * `HTTP-version = HTTP-name "/" DIGIT "." DIGIT`, `HTTP-name = %s"HTTP"` (RFC 9112 §2.3): the eight bytes alone, for both start
 * lines. Which minor versions are answered how is decided above the parser.
 */
import * as abi from "../abi.ts";
import * as classes from "./classes.ts";
import { fail, IN_SHORT_PART, incomplete } from "./outcome.ts";

// Copies of imported constants: why, says index.ts.
const { E_VERSION, E_VERSION_UNSUPPORTED, T_MINOR } = abi;
const { DIGIT_0, isDigit } = classes;

const LENGTH = 8;
const MAJOR_AT = 5;
/** The eight bytes, 0 for a DIGIT. */
const TEMPLATE = Uint8Array.of(0x48, 0x54, 0x54, 0x50, 0x2f, 0, 0x2e, 0);

/** The same as little-endian words; the last byte of the second is the minor digit. */
const HTTP = 0x50545448;
const SLASH_1_DOT = 0x002e312f;

/** What is wrong with the bytes at `start`, or that they are too few. */
function oddVersion(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  for (let at = 0; at < LENGTH; at++) {
    if (start + at === end) return incomplete(table, IN_SHORT_PART);
    const byte = bytes[start + at] as number;
    const due = TEMPLATE[at] as number;
    if (due === 0 ? !isDigit(byte) : byte !== due) return fail(table, E_VERSION, start + at);
  }
  return fail(table, E_VERSION_UNSUPPORTED, start + MAJOR_AT);
}

/** The position after the version at `start`, 0 or an error. */
export function version(bytes: Uint8Array, view: DataView, table: Uint32Array, start: number, end: number): number {
  if (end - start >= LENGTH && view.getInt32(start, true) === HTTP) {
    const rest = view.getInt32(start + 4, true);
    const minor = rest >>> 24;
    if ((rest & 0xffffff) === SLASH_1_DOT && isDigit(minor)) {
      table[T_MINOR] = minor - DIGIT_0;
      return start + LENGTH;
    }
  }
  return oddVersion(bytes, table, start, end);
}
