/**
 * Percent-encoding of bytes (RFC 3986 §2.1: pct-encoded = "%" HEXDIG HEXDIG). The one codec of the package: which characters stay as they
 * are, and whether `+` is a space, is the caller's. Knows no URL.
 */

/** How each of the 256 byte values is written. */
export type PercentSpelling = readonly string[];

/** `%` and the two digits, in upper case (§2.1: "should use uppercase hexadecimal digits"), of every byte value. */
export const PERCENT_ENCODED: PercentSpelling = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
);

/** Single characters that match `kept` stay as they are; `replaced` are written otherwise. */
function spelling(kept: RegExp, replaced: { readonly [character: string]: string } = {}): PercentSpelling {
  return PERCENT_ENCODED.map((encoded, byte) => {
    const character = String.fromCharCode(byte);
    return replaced[character] ?? (kept.test(character) ? character : encoded);
  });
}

/** §2.3: unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~" stay as they are, all else is encoded. */
export const COMPONENT: PercentSpelling = spelling(/[A-Za-z0-9\-._~]/);
/** Likewise, and slashes stay: a path whose segments hold none. */
export const PATH: PercentSpelling = spelling(/[A-Za-z0-9\-._~/]/);
/** Likewise, and a space is `+`: a name or a value of a form, or of a query. */
export const FORM: PercentSpelling = spelling(/[A-Za-z0-9\-._~]/, { " ": "+" });

/** Bytes as text. */
export function percentEncode(bytes: Uint8Array, spelled: PercentSpelling = PERCENT_ENCODED): string {
  let text = "";
  for (const byte of bytes) text += spelled[byte];
  return text;
}

/** A character of one byte, encoded whatever it is: for `replace`. */
export const percentEncoded = (character: string): string => PERCENT_ENCODED[character.charCodeAt(0)] as string;

const PERCENT = 0x25;
const PLUS = 0x2b;

/**
 * Decodes `source`, from `start` to `end`, into `target`, which may be the same bytes, from its beginning; returns how many bytes that are.
 * A `%` without two hexadecimal digits stays. With `plus`, `+` is a space.
 */
export function percentDecode(
  target: Uint8Array,
  source: Uint8Array,
  start: number,
  end: number,
  plus: boolean,
): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    const value = byte === PERCENT && i + 2 < end ? hexValue(source[i + 1] as number, source[i + 2] as number) : -1;
    if (value >= 0) {
      target[length++] = value;
      i += 2;
    } else target[length++] = byte === PLUS && plus ? 0x20 : byte;
  }
  return length;
}

/** Decodes bytes that are the caller's own in place; returns the part of them that is left. */
export function percentDecoded<T extends Uint8Array>(bytes: T, plus: boolean): T {
  return bytes.subarray(0, percentDecode(bytes, bytes, 0, bytes.length, plus)) as T;
}

/** Value of two hexadecimal digits, or -1. */
function hexValue(first: number, second: number): number {
  const high = digit(first);
  const low = digit(second);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}
const digit = (code: number): number =>
  code >= 0x30 && code <= 0x39
    ? code - 0x30
    : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x66
      ? (code | 0x20) - 0x57
      : -1;
