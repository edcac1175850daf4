/**
 * `HTTP-version = HTTP-name "/" DIGIT "." DIGIT`, `HTTP-name = %s"HTTP"` (RFC 9112 §2.3): the eight bytes alone, for both start
 * lines. Which minor versions are answered how is decided above the parser.
 */
import { E_VERSION, E_VERSION_UNSUPPORTED, T_MINOR } from "../abi.ts";
import { DIGIT_0 } from "./classes.ts";
import { fail, IN_SHORT_PART, pause } from "./outcome.ts";

const LENGTH = 8;
const isDigit = (byte: number): boolean => byte >= DIGIT_0 && byte <= DIGIT_0 + 9;

/** Whether `byte` may stand at the index `at` of a version. */
function fits(byte: number, at: number): boolean {
  switch (at) {
    case 0:
      return byte === 0x48; // H
    case 1:
    case 2:
      return byte === 0x54; // T
    case 3:
      return byte === 0x50; // P
    case 4:
      return byte === 0x2f; // /
    case 6:
      return byte === 0x2e; // .
    default:
      return isDigit(byte);
  }
}

export function version(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  const present = end - start < LENGTH ? end - start : LENGTH;
  for (let at = 0; at < present; at++) {
    if (!fits(bytes[start + at] as number, at)) return fail(table, E_VERSION, start + at);
  }
  if (present < LENGTH) return pause(table, IN_SHORT_PART);
  if (bytes[start + 5] !== DIGIT_0 + 1) return fail(table, E_VERSION_UNSUPPORTED, start + 5);
  table[T_MINOR] = (bytes[start + 7] as number) - DIGIT_0;
  return start + LENGTH;
}
