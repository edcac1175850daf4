/**
 * What a read may ask for: so many bytes, everything up to a delimiter or the end of a match, everything until the peer closes.
 * Decides when the bytes buffered have the shape, without searching any twice where that can be; knows no stream and no promise.
 */
import { Buffer } from "node:buffer";
import { NEEDLE_SIZE } from "../parser/abi.ts";
import { searchOutside } from "../parser/search.ts";
import type { HttpParser } from "../parser/types.ts";
import type { ReadBuffer } from "./read-buffer.ts";

/** A shape that is waited for. */
export interface Shape {
  /** Bytes at the front of the buffer that satisfy it; -1 while they do not. `final`: nothing more is coming, for now or for ever. */
  measure(buffer: ReadBuffer, final: boolean): number;
  /** The most bytes it may need; more is an UnsatisfiableReadError. */
  readonly maxBytes: number;
  /** How to say so. */
  readonly what: string;
  /** The end of the stream satisfies it with what there is. */
  readonly untilClose: boolean;
  /** It may put a search off while bytes are coming: it wants to be asked once more, with `final`, when they pause. */
  readonly patient: boolean;
}

/** Exactly `size` bytes; with `partial`, at least one of them. */
export function bytesShape(size: number, partial: boolean): Shape {
  return {
    measure: ({ length }) => (length >= size ? size : partial && length > 0 ? length : -1),
    maxBytes: Infinity,
    what: "",
    untilClose: false,
    patient: false,
  };
}

/** Everything until the peer closes. */
export function closeShape(): Shape {
  return { measure: () => -1, maxBytes: Infinity, what: "", untilClose: true, patient: false };
}

/** Everything up to and with a delimiter, found by the parser's scan; bytes once searched are not searched again. */
export function delimiterShape(parser: HttpParser, delimiter: Uint8Array, maxBytes: number): Shape {
  let searched = 0;
  return {
    measure(buffer) {
      const bytes = buffer.view();
      const found = scan(parser, bytes, delimiter, searched);
      if (found >= 0) return found + delimiter.length;
      searched = Math.max(0, bytes.length - delimiter.length + 1);
      return -1;
    },
    maxBytes,
    what: `delimiter ${JSON.stringify(Buffer.from(delimiter).toString("latin1"))} not found`,
    untilClose: false,
    patient: false,
  };
}

/** Bytes searched first: a short line in front of many others must not bring them all along. */
const FIRST_WINDOW = 256;

/** Offset of the delimiter in `bytes` at or after `from`, or -1. */
function scan(parser: HttpParser, bytes: Buffer, delimiter: Uint8Array, from: number): number {
  // A delimiter longer than the parser's memory has room for is nothing anybody uses.
  if (delimiter.length > NEEDLE_SIZE) return bytes.indexOf(delimiter, from);
  return searchOutside(parser, bytes, delimiter, from, FIRST_WINDOW);
}

/**
 * Everything up to the end of the first match. The bytes are taken for latin1, one character each. A match may begin anywhere and all
 * bytes are searched again, so while they keep coming only when they have doubled; when they pause, what is there is searched too.
 */
export function regexShape(regex: RegExp, maxBytes: number): Shape {
  const pattern = new RegExp(regex.source, regex.flags.replace(/[gy]/g, ""));
  let next = 0;
  return {
    measure(buffer, final) {
      if (!final && buffer.length < next && buffer.length < maxBytes) return -1;
      const match = pattern.exec(buffer.view().toString("latin1"));
      if (match !== null) return match.index + match[0].length;
      next = buffer.length * 2;
      return -1;
    },
    maxBytes,
    what: `${String(regex)} not found`,
    untilClose: false,
    patient: true,
  };
}
