/**
 * Arguments of a query or of a urlencoded content (Tornado's `parse_qs_bytes`): names are text, values stay bytes until a handler
 * decodes them. Only `&` separates, `+` is a space, empty values count.
 */
import { Buffer } from "node:buffer";
import { LimitError, RemoteProtocolError } from "./errors.ts";
import type { HTTPHeaders } from "./headers.ts";

/** Values by name, in the order they came; no prototype, so every name is safe. */
export interface ArgumentMap {
  [name: string]: Buffer[];
}

/**
 * Most arguments of one query or content. Stops hash flooding and memory amplification: a 100 MiB form of `a&a&a…` would become
 * fifty million arrays. Over it: 400.
 */
export const MAX_ARGUMENTS = 1000;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as UTF-8 text. @throws RemoteProtocolError (400) where they are not. */
export function decodeArgument(value: Uint8Array, name: string): string {
  try {
    return decoder.decode(value);
  } catch {
    throw new RemoteProtocolError("ERR_LANDSPOUT_ARGUMENT_UNICODE", `Invalid unicode in ${name}`, 400);
  }
}

/** What follows the `?` of a target. @throws RemoteProtocolError (400) on a name that is not UTF-8, or on too many. */
export function parseQueryArguments(query: string): ArgumentMap {
  const map = Object.create(null) as ArgumentMap;
  if (query === "") return map;
  let count = 0;
  for (let start = 0; start <= query.length;) {
    const next = query.indexOf("&", start);
    const end = next < 0 ? query.length : next;
    if (end > start) {
      if (++count > MAX_ARGUMENTS) {
        throw new LimitError("ERR_LANDSPOUT_ARGUMENT_COUNT", `There are more than ${MAX_ARGUMENTS} arguments.`, 400, MAX_ARGUMENTS);
      }
      const equals = query.indexOf("=", start);
      const nameEnd = equals < 0 || equals > end ? end : equals;
      const name = decodeArgument(unescape(query, start, nameEnd), "argument name");
      (map[name] ??= []).push(unescape(query, Math.min(nameEnd + 1, end), end));
    }
    start = end + 1;
  }
  return map;
}

/** The bytes of a latin1 piece of text, with `+` and percent-encoding resolved; a `%` without two digits stays. */
function unescape(text: string, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2b) bytes[length++] = 0x20;
    else if (code === 0x25 && i + 2 < end && hexValue(text, i + 1) >= 0) {
      bytes[length++] = hexValue(text, i + 1);
      i += 2;
    } else bytes[length++] = code;
  }
  return bytes.subarray(0, length);
}

const digit = (code: number): number =>
  code >= 0x30 && code <= 0x39 ? code - 0x30 : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x66 ? (code | 0x20) - 0x57 : -1;

/** Value of the two hexadecimal digits at `at`, or a negative number. */
function hexValue(text: string, at: number): number {
  const high = digit(text.charCodeAt(at));
  const low = digit(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/**
 * Arguments of a content, if it is `application/x-www-form-urlencoded`; none for any other type.
 * @throws RemoteProtocolError (400) on a form with a content coding, as Tornado does, or a malformed one.
 */
export function parseBodyArguments(contentType: string, body: Uint8Array, headers: HTTPHeaders): ArgumentMap {
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType)) return Object.create(null) as ArgumentMap;
  const coding = headers.get("Content-Encoding");
  if (coding !== undefined) {
    throw new RemoteProtocolError("ERR_LANDSPOUT_FORM_ENCODING", `Unsupported Content-Encoding: ${coding}`, 400);
  }
  return parseQueryArguments(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1"));
}
