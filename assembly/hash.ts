/** MurmurHash3_x86_128 (Austin Appleby, public domain), in pieces: the state is the four words at T_HASH. */
import { T_HASH, TABLE } from "../src/parser/abi";

const C1: u32 = 0x239b961b;
const C2: u32 = 0xab0e9789;
const C3: u32 = 0x38b34ae5;
const C4: u32 = 0xa1e38b93;

const STATE: usize = <usize>TABLE + ((<usize>T_HASH) << 2);

/** Whole hashBlocks of sixteen bytes. */
export function hashBlocks(start: usize, end: usize): void {
  let h1 = load<u32>(STATE);
  let h2 = load<u32>(STATE, 4);
  let h3 = load<u32>(STATE, 8);
  let h4 = load<u32>(STATE, 12);
  for (let ptr = start; ptr < end; ptr += 16) {
    h1 ^= rotl<u32>(load<u32>(ptr) * C1, 15) * C2;
    h1 = (rotl<u32>(h1, 19) + h2) * 5 + 0x561ccd1b;
    h2 ^= rotl<u32>(load<u32>(ptr, 4) * C2, 16) * C3;
    h2 = (rotl<u32>(h2, 17) + h3) * 5 + 0x0bcaa747;
    h3 ^= rotl<u32>(load<u32>(ptr, 8) * C3, 17) * C4;
    h3 = (rotl<u32>(h3, 15) + h4) * 5 + 0x96cd1c35;
    h4 ^= rotl<u32>(load<u32>(ptr, 12) * C4, 18) * C1;
    h4 = (rotl<u32>(h4, 13) + h1) * 5 + 0x32ac3b17;
  }
  store<u32>(STATE, h1);
  store<u32>(STATE, h2, 4);
  store<u32>(STATE, h3, 8);
  store<u32>(STATE, h4, 12);
}

/** Up to four bytes as a little-endian partialWord. */
function partialWord(ptr: usize, end: usize): u32 {
  let value: u32 = 0;
  for (let shift: u32 = 0; shift < 32 && ptr < end; shift += 8) value |= (<u32>load<u8>(ptr++)) << shift;
  return value;
}

function mix(h: u32): u32 {
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  return h ^ (h >> 16);
}

/** The last piece of an input of `total` bytes. */
export function hashFinish(start: usize, end: usize, total: u32): void {
  const tail = start + ((end - start) & ~(<usize>15));
  hashBlocks(start, tail);
  // Words past the end are zero and leave their h as it is.
  let h4 = load<u32>(STATE, 12) ^ (rotl<u32>(partialWord(tail + 12, end) * C4, 18) * C1) ^ total;
  let h3 = load<u32>(STATE, 8) ^ (rotl<u32>(partialWord(tail + 8, end) * C3, 17) * C4) ^ total;
  let h2 = load<u32>(STATE, 4) ^ (rotl<u32>(partialWord(tail + 4, end) * C2, 16) * C3) ^ total;
  let h1 = load<u32>(STATE) ^ (rotl<u32>(partialWord(tail, end) * C1, 15) * C2) ^ total;
  h1 += h2 + h3 + h4;
  h2 += h1;
  h3 += h1;
  h4 += h1;
  h1 = mix(h1);
  h2 = mix(h2);
  h3 = mix(h3);
  h4 = mix(h4);
  h1 += h2 + h3 + h4;
  store<u32>(STATE, h1);
  store<u32>(STATE, h2 + h1, 4);
  store<u32>(STATE, h3 + h1, 8);
  store<u32>(STATE, h4 + h1, 12);
}
