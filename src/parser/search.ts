/** The search of `HttpParser.indexOf` in bytes that lie outside the parser's memory. */
import { SCRATCH, SCRATCH_SIZE } from "./abi.ts";
import { putNeedle, putScratch } from "./memory.ts";
import type { CopyableBytes } from "./memory.ts";
import type { HttpParser } from "./types.ts";

/** A window is four times as large as the one before. */
const GROWTH = 4;

/**
 * Offset of the first `needle` in `bytes` at or after `from`, or -1. The bytes are brought to SCRATCH in growing windows, so that a needle close by
 * costs little; the needle each time, because others use the memory between two calls.
 * @param firstWindow Bytes that are looked at first.
 * @throws ParserMemoryError for a needle of more than NEEDLE_SIZE bytes.
 */
export function searchOutside(
  parser: HttpParser,
  bytes: CopyableBytes,
  needle: Uint8Array,
  from: number,
  firstWindow: number,
): number {
  const { length } = needle;
  putNeedle(parser, needle);
  let window = Math.max(firstWindow, 2 * length);
  for (let at = from; at + length <= bytes.length;) {
    const end = Math.min(at + window, bytes.length);
    const found = parser.indexOf(SCRATCH, putScratch(parser, 0, bytes, at, end), length);
    if (found >= 0) return at + found - SCRATCH;
    // The end of this window may hold the beginning of the needle.
    at = end - length + 1;
    window = Math.min(window * GROWTH, SCRATCH_SIZE);
  }
  return -1;
}
