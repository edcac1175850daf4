/**
 * Arguments of a query or of a form (Tornado's `parse_qs_bytes`): names are text, values stay bytes until a handler
 * decodes them. Only `&` separates, `+` is a space, empty values count. One pass over the bytes, whatever they are.
 */
import { Buffer } from "node:buffer";
import { percentDecode } from "../../escape/percent.ts";
import { LimitError, RemoteProtocolError } from "./errors.ts";

/** Values by name, in the order they came; no prototype, so every name is safe. */
export interface ArgumentMap {
  [name: string]: Buffer[];
}

/**
 * Most arguments of one query or content. Stops hash flooding and memory amplification: a 100 MiB form of `a&a&a…` would become
 * fifty million arrays. Over it: 400.
 */
export const MAX_ARGUMENTS = 1000;

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;

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
  return query === "" ? (Object.create(null) as ArgumentMap) : parsePairs(Buffer.from(query, "latin1"));
}

/** `name=value&name=value`; throws as `parseQueryArguments`. Values that hold nothing encoded are views of `bytes`. */
export function parsePairs(bytes: Buffer): ArgumentMap {
  const map = Object.create(null) as ArgumentMap;
  let count = 0;
  let start = 0;
  let equals = -1;
  // Whether name or value hold more than ASCII that stands for itself.
  let nameCoded = false;
  let valueCoded = false;
  for (let i = 0; i <= bytes.length; i++) {
    const byte = i < bytes.length ? bytes[i] : AMPERSAND;
    if (byte === AMPERSAND) {
      if (i > start) {
        if (++count > MAX_ARGUMENTS) throw tooMany();
        const nameEnd = equals < 0 ? i : equals;
        const name = nameCoded ? decodeName(bytes, start, nameEnd) : bytes.toString("latin1", start, nameEnd);
        const from = Math.min(nameEnd + 1, i);
        (map[name] ??= []).push(valueCoded ? decodePart(bytes, from, i) : bytes.subarray(from, i));
      }
      start = i + 1;
      equals = -1;
      nameCoded = valueCoded = false;
    } else if (byte === EQUALS) {
      if (equals < 0) equals = i;
    } else if (byte === PERCENT || byte === PLUS) {
      if (equals < 0) nameCoded = true;
      else valueCoded = true;
    } else if (equals < 0 && (byte as number) > 0x7f) nameCoded = true;
  }
  return map;
}

const decodeName = (bytes: Buffer, start: number, end: number): string =>
  decodeArgument(decodePart(bytes, start, end), "argument name");

const tooMany = (): LimitError =>
  new LimitError("ERR_LANDSPOUT_ARGUMENT_COUNT", `There are more than ${MAX_ARGUMENTS} arguments.`, 400, MAX_ARGUMENTS);

/** A part with `+` and percent-encoding resolved; a `%` without two hexadecimal digits stays. */
function decodePart(bytes: Buffer, start: number, end: number): Buffer {
  const decoded = Buffer.allocUnsafe(end - start);
  return decoded.subarray(0, percentDecode(decoded, bytes, start, end, true));
}
