/**
 * Text and its bytes, white space: Tornado's `utf8`, `to_unicode`, `recursive_unicode` and `squeeze`. Everything of escape/ that
 * takes text takes its UTF-8 bytes as well, through `toUnicode`. Knows nothing of HTML, URLs or JSON.
 */
import { LandspoutError, UsageError } from "../errors.ts";

/** Text, or its bytes in UTF-8. */
export type Text = string | Uint8Array;

const encoder = new TextEncoder();

function refuse(value: unknown): never {
  throw new UsageError(
    "ERR_LANDSPOUT_TEXT",
    `Expected a string or bytes, got ${value === null ? "null" : typeof value}`,
  );
}

/**
 * The bytes of a text in UTF-8; bytes, null and undefined come back as they are. Unlike Tornado's, half a surrogate pair becomes
 * U+FFFD where Python raises.
 *
 * @throws UsageError on anything else
 */
export function utf8<T extends Uint8Array | null | undefined>(value: T): T;
export function utf8(value: Text): Uint8Array;
export function utf8(value: unknown): Uint8Array | null | undefined {
  if (value === null || value === undefined || value instanceof Uint8Array) return value;
  return typeof value === "string" ? encoder.encode(value) : refuse(value);
}

/**
 * The text of bytes in UTF-8, a byte order mark included; strings, null and undefined come back as they are.
 *
 * @throws LandspoutError on bytes that are not UTF-8, UsageError on what is neither text nor bytes
 */
export function toUnicode<T extends string | null | undefined>(value: T): T;
export function toUnicode(value: Text): string;
export function toUnicode(value: unknown): string | null | undefined {
  if (value === null || value === undefined || typeof value === "string") return value;
  return value instanceof Uint8Array ? decodeText(value, "utf-8") : refuse(value);
}

/**
 * The text of bytes in any encoding that `TextDecoder` knows. Its labels are those of browsers: `latin1` and `ascii` mean
 * windows-1252, and `utf-16` means little-endian, with or without a mark.
 *
 * @throws LandspoutError on bytes that have no meaning in the encoding, UsageError on an unknown encoding
 */
export function decodeText(bytes: Uint8Array, encoding: string, fatal = true): string {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal, ignoreBOM: true });
  } catch (cause) {
    throw new UsageError("ERR_LANDSPOUT_ENCODING_UNKNOWN", `Unknown encoding ${encoding}`, { cause });
  }
  // Node before 24 reads it as ISO-8859-1.
  if (decoder.encoding === "windows-1252") return Array.from(bytes, characterOfWindows).join("");
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new LandspoutError("ERR_LANDSPOUT_ENCODING", `The bytes are not ${encoding}`, { cause });
  }
}

/** 0x80 to 0x9f in windows-1252; what that leaves open stands for itself. */
const WINDOWS_1252 =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

export const characterOfWindows = (byte: number): string =>
  byte >= 0x80 && byte <= 0x9f ? WINDOWS_1252.charAt(byte - 0x80) : String.fromCharCode(byte);

/**
 * A copy of a value in which every `Uint8Array` is the text it holds: in arrays, plain objects and maps, also as a key of a map.
 * What else there is stays as it is. Tornado's tuples are arrays here.
 */
export function recursiveUnicode(value: unknown): unknown {
  if (value instanceof Uint8Array) return toUnicode(value);
  if (Array.isArray(value)) return value.map(recursiveUnicode);
  if (value instanceof Map) {
    return new Map(Array.from(value, ([key, member]) => [recursiveUnicode(key), recursiveUnicode(member)] as const));
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, recursiveUnicode(member)]));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What Python's `str.isspace` and `\s` call white space; JavaScript's lack U+001C to U+001F and U+0085, and have U+FEFF. */
export function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** Without the white space around it: Python's `str.strip`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Every run of spaces and ASCII control characters as one space; none of it, and no other white space, at the ends. */
export function squeeze(value: string): string {
  return strip(value.replace(/[\0-\x20]+/g, " "));
}
