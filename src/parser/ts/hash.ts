/**
 * MurmurHash3_x86_128, by Austin Appleby, who placed it in the public domain. Fast and well spread, not a secret: whoever
 * knows the seed can make collisions, so it serves entity tags and never a table that strangers fill.
 */
import * as abi from "../abi.ts";

// Copies of imported constants: why, says index.ts.
const { T_HASH } = abi;

const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

const mix1 = (k: number): number => Math.imul(rotate(Math.imul(k, C1), 15), C2);
const mix2 = (k: number): number => Math.imul(rotate(Math.imul(k, C2), 16), C3);
const mix3 = (k: number): number => Math.imul(rotate(Math.imul(k, C3), 17), C4);
const mix4 = (k: number): number => Math.imul(rotate(Math.imul(k, C4), 18), C1);

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Spreads every bit of a word over all of it. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Every whole block of 16 bytes in `[start, end)`; the position where the rest begins. */
export function hashBlocks(view: DataView, table: Uint32Array, start: number, end: number): number {
  let h1 = (table[T_HASH] as number) | 0;
  let h2 = (table[T_HASH + 1] as number) | 0;
  let h3 = (table[T_HASH + 2] as number) | 0;
  let h4 = (table[T_HASH + 3] as number) | 0;
  let i = start;
  for (; i + 16 <= end; i += 16) {
    h1 = (Math.imul((rotate(h1 ^ mix1(view.getInt32(i, true)), 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 = (Math.imul((rotate(h2 ^ mix2(view.getInt32(i + 4, true)), 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 = (Math.imul((rotate(h3 ^ mix3(view.getInt32(i + 8, true)), 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 = (Math.imul((rotate(h4 ^ mix4(view.getInt32(i + 12, true)), 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  table[T_HASH] = h1;
  table[T_HASH + 1] = h2;
  table[T_HASH + 2] = h3;
  table[T_HASH + 3] = h4;
  return i;
}

/** The little-endian word of the bytes from `start`, at most four and none past `end`. */
function partialWord(view: DataView, start: number, end: number): number {
  let word = 0;
  for (let i = 0; i < 4 && start + i < end; i++) word |= view.getUint8(start + i) << (8 * i);
  return word;
}

export function hashFinish(view: DataView, table: Uint32Array, start: number, end: number, total: number): void {
  const rest = hashBlocks(view, table, start, end);
  // A word that is 0 mixes to 0: absent bytes need no special case.
  let h1 = (table[T_HASH] as number) ^ mix1(partialWord(view, rest, end)) ^ total;
  let h2 = (table[T_HASH + 1] as number) ^ mix2(partialWord(view, rest + 4, end)) ^ total;
  let h3 = (table[T_HASH + 2] as number) ^ mix3(partialWord(view, rest + 8, end)) ^ total;
  let h4 = (table[T_HASH + 3] as number) ^ mix4(partialWord(view, rest + 12, end)) ^ total;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = mix((h2 + h1) | 0);
  h3 = mix((h3 + h1) | 0);
  h4 = mix((h4 + h1) | 0);
  h1 = mix(h1);
  h1 = (h1 + h2 + h3 + h4) | 0;
  table[T_HASH] = h1;
  table[T_HASH + 1] = h2 + h1;
  table[T_HASH + 2] = h3 + h1;
  table[T_HASH + 3] = h4 + h1;
}
