/**
 * The first occurrence of the needle in a range of the memory: the scan behind `readUntil`. Whoever chooses the needle or
 * sends the bytes cannot make it slow: after too many half matches it goes on with Knuth, Morris and Pratt's algorithm,
 * whose time is linear whatever the input.
 */
import * as abi from "../abi.ts";
import * as fourBytes from "./lanes.ts";

// Copies of imported constants: why, says index.ts.
const { NEEDLE, NEEDLE_SIZE } = abi;
const { equalTo, firstLane, lanes } = fourBytes;

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

/**
 * The first position from `start` to `last` where the needle's first and last byte stand in their places, or `last + 1`. Of
 * two bytes, both must fit: a delimiter often begins with a byte that is frequent.
 */
function findCandidate(bytes: Uint8Array, view: DataView, start: number, last: number, length: number): number {
  const first = bytes[NEEDLE] as number;
  const final = bytes[NEEDLE + length - 1] as number;
  const firsts = lanes(first);
  const finals = lanes(final);
  const distance = length - 1;
  let i = start;
  for (; i + 3 <= last; i += 4) {
    const found = equalTo(view.getInt32(i, true), firsts) & equalTo(view.getInt32(i + distance, true), finals);
    if (found !== 0) return i + firstLane(found);
  }
  while (i <= last && (bytes[i] !== first || bytes[i + distance] !== final)) i++;
  return i;
}

export function indexOf(bytes: Uint8Array, view: DataView, start: number, end: number, length: number): number {
  const last = end - length;
  let patience = PATIENCE + (end - start);
  for (let i = start; i <= last; i++) {
    i = findCandidate(bytes, view, i, last, length);
    if (i > last) return -1;
    let matched = 1;
    while (matched < length && bytes[i + matched] === bytes[NEEDLE + matched]) matched++;
    if (matched === length) return i;
    patience -= matched;
    if (patience < 0) return linearSearch(bytes, i + 1, end, length);
  }
  return -1;
}
