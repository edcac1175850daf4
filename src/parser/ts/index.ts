/**
 * The parser in TypeScript: where Wasm may not run, and the oracle of the one in Wasm. It joins the parts of this folder
 * (start lines, fields, chunk lines, search, hash) behind the seam of types.ts, and keeps nothing between calls but its memory.
 *
 * The files of this folder copy the constants they import into constants of their own (`const { CR } = classes`): V8 loads an
 * imported binding at every use, while it compiles a module's own constant in. Heads took 1.4 times as long without.
 */
import * as abi from "../abi.ts";
import type { HttpParser } from "../types.ts";
import { chunkSize } from "./chunk.ts";
import { fieldSection, REQUEST, RESPONSE, TRAILERS } from "./fields.ts";
import { hashBlocks, hashFinish } from "./hash.ts";
import { indexOf } from "./index-of.ts";
import { mask } from "./mask.ts";
import { IN_NAME, STATE_MASK } from "./outcome.ts";
import { requestLine } from "./request-line.ts";
import { goOn, UNSURE } from "./resume.ts";
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
  T_RESUME,
  T_STAGE,
  T_STATUS,
  TABLE,
  TABLE_SLOTS,
} = abi;

const SEEN_BITS = 24;
const SEEN_MASK = (1 << SEEN_BITS) - 1;

/** Whether the hint and the new bytes alone show that the head is still unfinished; then the table says so. */
function isStillUnfinished(bytes: Uint8Array, table: Uint32Array, start: number, end: number, hint: number): boolean {
  const length = end - start;
  const seen = hint & SEEN_MASK;
  // Where the new bytes outnumber the old ones, a parse of the whole costs no more than twice the new ones.
  if (seen * 2 <= length || seen > length) return false;
  const state = goOn(bytes, hint >>> SEEN_BITS, start + seen, end);
  if (state === UNSURE) return false;
  table[T_RESUME] = ((state << SEEN_BITS) | length) >>> 0;
  table[T_STAGE] = (state & STATE_MASK) >= IN_NAME ? 1 : 0;
  return true;
}

/** Completes what a part has left in the table on its way out. */
function unfinished(table: Uint32Array, length: number, stage: number): 0 {
  table[T_RESUME] = (((table[T_RESUME] as number) << SEEN_BITS) | length) >>> 0;
  table[T_STAGE] = stage;
  return 0;
}

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
  whose: number,
): number {
  table[T_EPOCH] = (table[T_EPOCH] as number) + 1;
  if (hint !== 0 && isStillUnfinished(bytes, table, start, end, hint)) return 0;
  let i = start;
  if (whose === REQUEST) {
    // The request line sets all slots before these.
    clear(table, T_CONTENT_LENGTH_LO, T_HOST_END);
    clear(table, T_STATUS, T_REASON_END);
    i = requestLine(bytes, view, table, start, end);
  } else {
    clear(table, T_METHOD, T_REASON_END);
    if (whose === RESPONSE) i = statusLine(bytes, view, table, start, end);
  }
  if (i < 0) return i;
  if (i === 0 && whose !== TRAILERS) return unfinished(table, end - start, 0);
  i = fieldSection(bytes, view, table, i, end, maxFields < MAX_FIELDS ? maxFields : MAX_FIELDS, whose);
  if (i > 0) return i - start;
  return i === 0 ? unfinished(table, end - start, 1) : i;
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
    const i = chunkSize(this.buffer, this.table, start, end);
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
