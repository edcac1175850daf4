/**
 * Putting latin1 text into a parser's memory, parsing it as one of the four elements, and reading the table back as a plain
 * value with offsets relative to the element. Knows nothing of what is right.
 */
import * as abi from "../../src/parser/abi.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import type { Element } from "./_case.ts";

/** Writes the text at `at`, and makes sure that the bytes before it tell nothing. */
export function put(parser: HttpParser, text: string, at: number): void {
  const { buffer } = parser;
  for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i);
  if (at > 0) buffer[at - 1] = 0;
}

export function parse(
  parser: HttpParser,
  element: Element,
  start: number,
  end: number,
  hint: number,
  maxFields: number,
): number {
  switch (element) {
    case "request":
      return parser.parseRequestHead(start, end, hint, maxFields);
    case "response":
      return parser.parseResponseHead(start, end, hint, maxFields);
    case "trailers":
      return parser.parseTrailers(start, end, hint, maxFields);
    case "chunk":
      return parser.parseChunkSize(start, end);
  }
}

/** Offsets among the slots T_METHOD … T_REASON_END; 0 where the slot does not apply. */
const OFFSETS = new Set([
  abi.T_METHOD_START,
  abi.T_METHOD_END,
  abi.T_TARGET_START,
  abi.T_TARGET_END,
  abi.T_PATH_START,
  abi.T_PATH_END,
  abi.T_AUTHORITY_START,
  abi.T_AUTHORITY_END,
  abi.T_HOST_START,
  abi.T_HOST_END,
  abi.T_REASON_START,
  abi.T_REASON_END,
]);

/**
 * All that is defined of the table after `result`, as numbers that do not depend on where the element lay: what two calls,
 * or two parsers, must agree on.
 */
export function snapshot(parser: HttpParser, element: Element, result: number, start: number): number[] {
  const { table } = parser;
  const slot = (index: number): number => table[index] as number;
  if (result < 0) return [slot(abi.T_ERROR_OFFSET) - start];
  if (element === "chunk") return result === 0 ? [] : [slot(abi.T_CHUNK_SIZE_LO), slot(abi.T_CHUNK_SIZE_HI)];
  if (result === 0) return [slot(abi.T_RESUME) & 0xffffff, slot(abi.T_STAGE)];
  const words: number[] = [];
  for (let i = abi.T_METHOD; i <= abi.T_FIELD_COUNT; i++) {
    const word = slot(i);
    words.push(OFFSETS.has(i) && word !== 0 ? word - start : word);
  }
  for (let line = 0; line < slot(abi.T_FIELD_COUNT); line++) {
    const at = abi.T_FIELDS + line * abi.FIELD_SLOTS;
    words.push(slot(at) >>> 24, (slot(at) & 0xffffff) - start);
    for (let i = 1; i < abi.FIELD_SLOTS; i++) words.push(slot(at + i) - start);
  }
  return words;
}

/** The bytes between two slots as latin1 text. */
export function span(parser: HttpParser, startSlot: number, endSlot: number): string {
  return text(parser, parser.table[startSlot] as number, parser.table[endSlot] as number);
}

export function text(parser: HttpParser, start: number, end: number): string {
  let out = "";
  for (let i = start; i < end; i++) out += String.fromCharCode(parser.buffer[i] as number);
  return out;
}
