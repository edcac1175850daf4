/**
 * The first occurrence of the needle in a range of the memory: the scan behind `readUntil`. Whoever chooses the needle or
 * sends the bytes cannot make it slow: after too many half matches it goes on with Knuth, Morris and Pratt's algorithm,
 * whose time is linear whatever the input.
 */
import { NEEDLE, NEEDLE_SIZE } from "../abi.ts";

/** Compared bytes beyond those of the range itself that are permitted before the search changes its algorithm. */
const PATIENCE = 512;

/** For each prefix of the needle, how long the longest proper prefix is that is also its suffix. */
const borders = new Uint16Array(NEEDLE_SIZE);

function findBorders(bytes: Uint8Array, length: number): void {
  borders[0] = 0;
  let border = 0;
  for (let i = 1; i < length; i++) {
    const byte = bytes[NEEDLE + i];
    while (border > 0 && bytes[NEEDLE + border] !== byte) border = borders[border - 1] as number;
    if (bytes[NEEDLE + border] === byte) border++;
    borders[i] = border;
  }
}

function linearSearch(bytes: Uint8Array, start: number, end: number, length: number): number {
  findBorders(bytes, length);
  let matched = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    while (matched > 0 && bytes[NEEDLE + matched] !== byte) matched = borders[matched - 1] as number;
    if (bytes[NEEDLE + matched] === byte) matched++;
    if (matched === length) return i - length + 1;
  }
  return -1;
}

export function indexOf(bytes: Uint8Array, start: number, end: number, length: number): number {
  const first = bytes[NEEDLE];
  const last = end - length;
  let patience = PATIENCE + (end - start);
  for (let i = start; i <= last; i++) {
    if (bytes[i] !== first) continue;
    let matched = 1;
    while (matched < length && bytes[i + matched] === bytes[NEEDLE + matched]) matched++;
    if (matched === length) return i;
    patience -= matched;
    if (patience < 0) return linearSearch(bytes, i + 1, end, length);
  }
  return -1;
}
