/**
 * The exports: the functions of `HttpParser` (src/parser/types.ts) over the memory drawn in src/parser/abi.ts. No state is kept
 * between two calls; the globals of the other files live for one.
 */
import { ABI_VERSION, T_EPOCH, T_METHOD, T_TARGET_START, TABLE } from "../src/parser/abi";
import { chunkLine } from "./chunk";
import { resetFacts, storeFacts } from "./facts";
import { fieldSection, REQUEST, RESPONSE, TRAILERS } from "./fields";
import { clearFour } from "./outcome";
import { requestLine } from "./request-line";
import { countSeen, isStillIncomplete } from "./resume";
import { statusLine } from "./status-line";

/** Compared on load with the ABI_VERSION the other side was built with. */
export const abiVersion: i32 = ABI_VERSION;

/** Another result than the one before begins. */
function nextEpoch(): void {
  const slot = <usize>TABLE + ((<usize>T_EPOCH) << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

/** The result of a parse that reached `reached`, or stopped. */
function conclude(start: usize, end: usize, reached: i32): i32 {
  if (reached > 0) {
    storeFacts();
    return reached - <i32>start;
  }
  if (reached == 0) countSeen(start, end);
  return reached;
}

export function parseRequestHead(start: usize, end: usize, hint: u32, maxFields: i32): i32 {
  nextEpoch();
  if (hint != 0 && isStillIncomplete(start, end, hint)) return 0;
  resetFacts();
  const fields = requestLine(start, end);
  return conclude(start, end, fields <= 0 ? fields : fieldSection(fields, end, maxFields, REQUEST));
}

/** Clears what only a request line sets. */
function noRequestLine(): void {
  resetFacts();
  clearFour(T_METHOD);
  clearFour(T_TARGET_START);
}

export function parseResponseHead(start: usize, end: usize, hint: u32, maxFields: i32): i32 {
  nextEpoch();
  if (hint != 0 && isStillIncomplete(start, end, hint)) return 0;
  noRequestLine();
  const fields = statusLine(start, end);
  return conclude(start, end, fields <= 0 ? fields : fieldSection(fields, end, maxFields, RESPONSE));
}

export function parseTrailers(start: usize, end: usize, hint: u32, maxFields: i32): i32 {
  nextEpoch();
  if (hint != 0 && isStillIncomplete(start, end, hint)) return 0;
  noRequestLine();
  return conclude(start, end, fieldSection(<i32>start, end, maxFields, TRAILERS));
}

export function parseChunkSize(start: usize, end: usize): i32 {
  nextEpoch();
  const reached = chunkLine(start, end);
  return reached > 0 ? reached - <i32>start : reached;
}

export { hashBlocks, hashFinish } from "./hash";
export { indexOf } from "./index-of";
export { mask } from "./mask";
export { utf8 } from "./utf8";
