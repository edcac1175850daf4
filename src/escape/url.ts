/**
 * Percent-encoding of one component of a URL (RFC 3986 §2.1), as Python's `quote`, `quote_plus` and their opposites do it. To
 * take a query or a form apart there is `landspout/httputil`; nothing here knows of `&` or `=`.
 */
import { FORM, PATH, percentDecoded, percentEncode, percentEncoded } from "./percent.ts";
import { decodeText, toUnicode } from "./text.ts";
import type { Text } from "./text.ts";

/**
 * The text with all but unreserved characters percent-encoded. With `plus`, the default, for queries and forms: spaces become `+` and
 * slashes `%2F`. Without, for a path: spaces become `%20` and slashes stay.
 *
 * Unlike Tornado's, half a surrogate pair is encoded as U+FFFD where Python raises.
 */
export function urlEscape(value: Text, plus = true): string {
  if (typeof value !== "string") return percentEncode(value, plus ? FORM : PATH);
  const text = escapeString(value);
  return plus ? text.replaceAll("%20", "+") : text.replaceAll("%2F", "/");
}

function escapeString(value: string): string {
  // RFC 2396 let these five pass, which is what encodeURIComponent was made after.
  const text = value.replace(/\p{Surrogate}/gu, "\ufffd");
  return encodeURIComponent(text).replace(/[!'()*]/g, percentEncoded);
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

/** Bytes of their own memory: a view would keep the encoded ones too. */
const unescapeToBytes = (text: string): Uint8Array => percentDecoded(new TextEncoder().encode(text), false).slice();
