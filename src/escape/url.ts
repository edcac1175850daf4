/**
 * Percent-encoding of one component of a URL (RFC 3986 §2.1), as Python's `quote`, `quote_plus` and their opposites do it. To
 * take a query or a form apart there is `landspout/httputil`; nothing here knows of `&` or `=`.
 */
import { decodeText, toUnicode } from "./text.ts";
import type { Text } from "./text.ts";

// RFC 3986 §2.3: unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"
const isUnreserved = (byte: number): boolean => /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte));
const HEX = "0123456789ABCDEF";
const percent = (byte: number): string => `%${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`;

/** What each byte becomes; a slash and a space are seen to by `urlEscape`. */
const ESCAPED: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  isUnreserved(byte) ? String.fromCharCode(byte) : percent(byte),
);

/**
 * The text with all but unreserved characters percent-encoded. With `plus`, the default, for queries and forms: spaces become `+` and
 * slashes `%2F`. Without, for a path: spaces become `%20` and slashes stay.
 *
 * Unlike Tornado's, half a surrogate pair is encoded as U+FFFD where Python raises.
 */
export function urlEscape(value: Text, plus = true): string {
  const text = typeof value === "string" ? escapeString(value) : escapeBytes(value);
  return plus ? text.replaceAll("%20", "+") : text.replaceAll("%2F", "/");
}

function escapeString(value: string): string {
  // RFC 2396 let these five pass, which is what encodeURIComponent was made after.
  const text = value.replace(/\p{Surrogate}/gu, "\ufffd");
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => percent(mark.charCodeAt(0)));
}

function escapeBytes(value: Uint8Array): string {
  let text = "";
  for (const byte of value) text += ESCAPED[byte];
  return text;
}

/**
 * The text a percent-encoded component stands for. With `plus`, the default, `+` is a space. What is no percent-encoding stays (`%zz`);
 * bytes that have no meaning in the encoding become U+FFFD. With null for the encoding the bytes themselves.
 *
 * Encodings are those of `TextDecoder`; unlike in Python, `latin1` is windows-1252.
 *
 * @throws LandspoutError on bytes that are not UTF-8, UsageError on an unknown encoding
 */
export function urlUnescape(value: Text, encoding: null, plus?: boolean): Uint8Array;
export function urlUnescape(value: Text, encoding?: string, plus?: boolean): string;
export function urlUnescape(value: Text, encoding: string | null = "utf-8", plus = true): string | Uint8Array {
  let text = toUnicode(value);
  if (plus) text = text.replaceAll("+", " ");
  if (encoding === null) return unescapeToBytes(text);
  if (!text.includes("%")) return text;
  // Beyond ASCII nothing is encoded: such text separates what is decoded as one.
  return text.replace(/[\0-\x7f]+/g, (run) =>
    run.includes("%") ? decodeText(unescapeToBytes(run), encoding, false) : run,
  );
}

function unescapeToBytes(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const escaped = byte === 0x25 ? hex(bytes[at + 1]) * 16 + hex(bytes[at + 2]) : Number.NaN;
    if (escaped >= 0) at += 2;
    bytes[length++] = escaped >= 0 ? escaped : byte;
  }
  return bytes.slice(0, length);
}

/** The value of a hexadecimal digit; NaN for anything else. */
function hex(byte: number | undefined): number {
  if (byte === undefined) return Number.NaN;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}
