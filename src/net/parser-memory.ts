/** A parser's memory as a Buffer, which makes strings of its bytes faster than a TextDecoder does. One Buffer for each parser. */
import { Buffer } from "node:buffer";
import type { HttpParser } from "../parser/types.ts";

/** A Buffer with the two methods of Node and Bun that make a string without looking at an encoding's name. They are not documented. */
export interface ParserMemory extends Buffer {
  latin1Slice(start: number, end: number): string;
  /** Bytes that are no UTF-8 become U+FFFD. */
  utf8Slice(start: number, end: number): string;
}

/** Adds those of the two methods that the runtime does not have. */
export function withSlices(buffer: Buffer): ParserMemory {
  const memory = buffer as ParserMemory;
  if (typeof memory.latin1Slice !== "function") {
    memory.latin1Slice = (start, end) => memory.toString("latin1", start, end);
  }
  if (typeof memory.utf8Slice !== "function") memory.utf8Slice = (start, end) => memory.toString("utf8", start, end);
  return memory;
}

const memories: WeakMap<HttpParser, ParserMemory> = new WeakMap();

/** To be asked once per server or connection, not per request. */
export function memoryOf(parser: HttpParser): ParserMemory {
  let memory = memories.get(parser);
  if (memory === undefined) {
    const { buffer } = parser;
    memory = withSlices(Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength));
    memories.set(parser, memory);
  }
  return memory;
}
