/**
 * A start line by itself (RFC 9112 §3, §4), for code that has one as text and no message around it. The grammar is that of the parser in
 * TypeScript, in a memory made for the call: the results of the thread's parser stay as they are, and no line is too long.
 */
import { T_FIELDS } from "./abi.ts";
import { requestLine } from "./ts/request-line.ts";
import { statusLine } from "./ts/status-line.ts";

/** Where the line begins: a position of 0 would mean "unfinished". */
const START = 16;
/** The parser reads words, which may reach past the end of the line. Bytes. */
const PADDING = 16;

/** A start line that has been read. */
export interface StartLineResult {
  /** As of a parse function: positive where the line is complete, 0 where it is not, minus an error code of abi.ts. */
  readonly result: number;
  /** Where complete: what stands between the offsets in two slots (T_). */
  readonly part: (from: number, to: number) => string;
}

/** @param line Without its CRLF, one character for each byte; a character above 0xFF is taken modulo 256. */
function read(line: string, grammar: typeof requestLine): StartLineResult {
  const end = START + line.length + 2;
  const bytes = new Uint8Array(end + PADDING);
  for (let i = 0; i < line.length; i++) bytes[START + i] = line.charCodeAt(i);
  bytes.set([0x0d, 0x0a], end - 2);
  const table = new Uint32Array(T_FIELDS);
  const reached = grammar(bytes, new DataView(bytes.buffer), table, START, end);
  return {
    result: reached > 0 ? reached - START : reached,
    part: (from, to) => line.slice((table[from] as number) - START, (table[to] as number) - START),
  };
}

/** `request-line = method SP request-target SP HTTP-version` */
export function readRequestLine(line: string): StartLineResult {
  return read(line, requestLine);
}

/** `status-line = HTTP-version SP status-code SP [ reason-phrase ]` */
export function readStatusLine(line: string): StartLineResult {
  return read(line, statusLine);
}
