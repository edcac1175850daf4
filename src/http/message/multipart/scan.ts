/**
 * Finds the delimiter of a multipart content in bytes that lie outside the parser's memory.
 *
 * With the Wasm parser they are brought to SCRATCH and searched there: 8 to 14 GB a second whatever the bytes are, copy included. On
 * Node `Buffer.indexOf` is slower on most content (3 to 11 GB a second; much faster on zeros), on Bun faster (17 to 30). The scan of
 * the parser in TypeScript reads 1 GB a second; in its place `Buffer.indexOf` is used. (`bench/multipart/run.mjs --scan`.)
 */
import { Buffer } from "node:buffer";
import { searchOutside } from "../../../parser/search.ts";
import type { HttpParser } from "../../../parser/types.ts";

/** First bytes to look at: a form of small fields must not copy 64 KiB for each of them. */
const FIRST_WINDOW = 1024;

/** Offset of the first delimiter in `bytes` at or after `from`, or -1. */
export function findDelimiter(parser: HttpParser, bytes: Buffer, from: number, delimiter: Buffer): number {
  if (parser.kind === "ts") return bytes.indexOf(delimiter, from);
  return searchOutside(parser, bytes, delimiter, from, FIRST_WINDOW);
}

/**
 * Where the longest beginning of the delimiter starts that ends `bytes`, at or after `from`; `bytes.length` where there is none. It is
 * the last CR or nothing: a delimiter has no second one.
 */
export function findBeginning(bytes: Buffer, from: number, delimiter: Buffer): number {
  const { length } = bytes;
  const lowest = Math.max(from, length - delimiter.length + 1);
  for (let i = length - 1; i >= lowest; i--) {
    if (bytes[i] !== 0x0d) continue;
    for (let j = i + 1; j < length; j++) if (bytes[j] !== delimiter[j - i]) return length;
    return i;
  }
  return length;
}
