/**
 * The exports: the functions of `HttpParser` (src/parser/types.ts) over the memory drawn in src/parser/abi.ts. No state is kept
 * between two calls; the globals of the other files live for one.
 */
import {
  ABI_VERSION,
  T_AUTHORITY_END,
  T_AUTHORITY_START,
  T_METHOD,
  T_MINOR,
  T_REASON_END,
  T_REASON_START,
  T_STATUS,
} from "../src/parser/abi";
import { chunkLine } from "./chunk";
import { resetFacts, storeFacts } from "./facts";
import { fieldSection, REQUEST, RESPONSE, TRAILERS } from "./fields";
import { blocks, finish } from "./hash";
import { search } from "./index-of";
import { put, verdict } from "./outcome";
import { requestLine } from "./request-line";
import { countSeen, stillUnfinished } from "./resume";
import { statusLine } from "./status-line";

/** Compared on load with the ABI_VERSION the other side was built with. */
export const abiVersion: i32 = ABI_VERSION;

/** The result of a parse that reached `reached`, or stopped. */
function conclude(start: usize, end: usize, reached: usize): i32 {
  if (reached != 0) {
    storeFacts();
    return <i32>(reached - start);
  }
  if (verdict == 0) countSeen(start, end);
  return verdict;
}

export function parseRequestHead(start: usize, end: usize, hint: u32, maxFields: i32): i32 {
  if (hint != 0 && stillUnfinished(start, end, hint)) return 0;
  resetFacts();
  put(T_AUTHORITY_START, 0);
  put(T_AUTHORITY_END, 0);
  put(T_STATUS, 0);
  put(T_REASON_START, 0);
  put(T_REASON_END, 0);
  const fields = requestLine(start, end);
  return conclude(start, end, fields == 0 ? 0 : fieldSection(fields, end, maxFields, REQUEST));
}

/** Clears what only a start line sets. */
function noStartLine(): void {
  resetFacts();
  for (let slot = T_METHOD; slot <= T_MINOR; slot++) put(slot, 0);
  for (let slot = T_STATUS; slot <= T_REASON_END; slot++) put(slot, 0);
}

export function parseResponseHead(start: usize, end: usize, hint: u32, maxFields: i32): i32 {
  if (hint != 0 && stillUnfinished(start, end, hint)) return 0;
  noStartLine();
  const fields = statusLine(start, end);
  return conclude(start, end, fields == 0 ? 0 : fieldSection(fields, end, maxFields, RESPONSE));
}

export function parseTrailers(start: usize, end: usize, hint: u32, maxFields: i32): i32 {
  if (hint != 0 && stillUnfinished(start, end, hint)) return 0;
  noStartLine();
  return conclude(start, end, fieldSection(start, end, maxFields, TRAILERS));
}

export function parseChunkSize(start: usize, end: usize): i32 {
  const reached = chunkLine(start, end);
  return reached == 0 ? verdict : <i32>(reached - start);
}

export function indexOf(start: usize, end: usize, needleLength: usize): i32 {
  return search(start, end, needleLength);
}

export function hashBlocks(start: usize, end: usize): void {
  blocks(start, end);
}

export function hashFinish(start: usize, end: usize, total: u32): void {
  finish(start, end, total);
}
