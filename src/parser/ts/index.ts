/**
 * The parser in TypeScript: where Wasm may not run, and the oracle of the one in Wasm. It joins the parts of this folder
 * (start lines, fields, chunk lines, search, hash) behind the seam of types.ts, and keeps nothing between calls but its memory.
 *
 * The files of this folder copy the constants they import into constants of their own (`const { CR } = classes`): V8 loads an
 * imported binding at every use, while it compiles a module's own constant in. Heads took 1.4 times as long without.
 */
import * as abi from "../abi.ts";
import type { HttpParser } from "../types.ts";
import { chunkLine } from "./chunk.ts";
import { fieldSection, REQUEST, RESPONSE, TRAILERS } from "./fields.ts";
import { hashBlocks, hashFinish } from "./hash.ts";
import { indexOf } from "./index-of.ts";
import { mask } from "./mask.ts";
import { requestLine } from "./request-line.ts";
import { countSeen, isStillIncomplete } from "./resume.ts";
import { statusLine } from "./status-line.ts";
import { utf8 } from "./utf8.ts";

// Copies of imported constants: why, says index.ts.
const {
  MAX_FIELDS,
  MEMORY_SIZE,
  T_CONTENT_LENGTH_LO,
  T_EPOCH,
  T_HOST_END,
  T_METHOD,
  T_REASON_END,
  T_STATUS,
  TABLE,
  TABLE_SLOTS,
} = abi;

function clear(table: Uint32Array, first: number, last: number): void {
  for (let slot = first; slot <= last; slot++) table[slot] = 0;
}

function parse(
  bytes: Uint8Array,
  view: DataView,
  table: Uint32Array,
  start: number,
  end: number,
  hint: number,
  maxFields: number,
  kind: number,
): number {
  table[T_EPOCH] = (table[T_EPOCH] as number) + 1;
  if (hint !== 0 && isStillIncomplete(bytes, table, start, end, hint)) return 0;
  let i = start;
  if (kind === REQUEST) {
    // The request line sets all slots before these.
    clear(table, T_CONTENT_LENGTH_LO, T_HOST_END);
    clear(table, T_STATUS, T_REASON_END);
    i = requestLine(bytes, view, table, start, end);
  } else {
    clear(table, T_METHOD, T_REASON_END);
    if (kind === RESPONSE) i = statusLine(bytes, view, table, start, end);
  }
  if (i < 0) return i;
  if (i === 0 && kind !== TRAILERS) return countSeen(table, end - start, 0);
  i = fieldSection(bytes, view, table, i, end, maxFields < MAX_FIELDS ? maxFields : MAX_FIELDS, kind);
  if (i > 0) return i - start;
  return i === 0 ? countSeen(table, end - start, 1) : i;
}

class TsParser implements HttpParser {
  readonly kind = "ts";
  readonly buffer: Uint8Array;
  readonly table: Uint32Array;
  reading = false;
  private readonly view: DataView;

  constructor() {
    const memory = new ArrayBuffer(MEMORY_SIZE);
    this.buffer = new Uint8Array(memory);
    this.table = new Uint32Array(memory, TABLE, TABLE_SLOTS);
    this.view = new DataView(memory);
  }

  get epoch(): number {
    return this.table[T_EPOCH] as number;
  }

  parseRequestHead(start: number, end: number, hint: number, maxFields: number): number {
    return parse(this.buffer, this.view, this.table, start, end, hint, maxFields, REQUEST);
  }

  parseResponseHead(start: number, end: number, hint: number, maxFields: number): number {
    return parse(this.buffer, this.view, this.table, start, end, hint, maxFields, RESPONSE);
  }

  parseTrailers(start: number, end: number, hint: number, maxFields: number): number {
    return parse(this.buffer, this.view, this.table, start, end, hint, maxFields, TRAILERS);
  }

  parseChunkSize(start: number, end: number): number {
    this.table[T_EPOCH] = (this.table[T_EPOCH] as number) + 1;
    const i = chunkLine(this.buffer, this.table, start, end);
    return i > 0 ? i - start : i;
  }

  indexOf(start: number, end: number, needleLength: number): number {
    return indexOf(this.buffer, this.view, start, end, needleLength);
  }

  hashBlocks(start: number, end: number): void {
    hashBlocks(this.view, this.table, start, end);
  }

  hashFinish(start: number, end: number, total: number): void {
    hashFinish(this.view, this.table, start, end, total);
  }

  mask(start: number, end: number, key: number): void {
    mask(this.buffer, this.view, start, end, key);
  }

  utf8(start: number, end: number, state: number): number {
    return utf8(this.buffer, start, end, state);
  }
}

/** A parser with its own memory; one per thread is enough. */
export function createTsParser(): HttpParser {
  return new TsParser();
}
