/**
 * Whether bytes are UTF-8 (RFC 3629 §4), in pieces: what is wrong is said with the first byte that makes it so. ASCII passes sixteen
 * bytes at a time.
 *
 * UTF8-2 = %xC2-DF UTF8-tail; UTF8-3 = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2( UTF8-tail ) / %xED %x80-9F UTF8-tail / %xEE-EF 2( UTF8-tail )
 * UTF8-4 = %xF0 %x90-BF 2( UTF8-tail ) / %xF1-F3 3( UTF8-tail ) / %xF4 %x80-8F 2( UTF8-tail )
 */
import { UTF8_INVALID } from "../src/parser/abi";

/** What is still to come of a character: how many bytes, and between which two the next must lie. */
function packed(need: u32, low: u32, high: u32): u32 {
  return need | (low << 8) | (high << 16);
}

/** The state behind the first byte of a character that is not ASCII. */
function begin(byte: u32): u32 {
  if (byte < 0xc2 || byte > 0xf4) return <u32>UTF8_INVALID;
  if (byte < 0xe0) return packed(1, 0x80, 0xbf);
  if (byte < 0xf0) return packed(2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf);
  return packed(3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf);
}

export function utf8(start: usize, end: usize, before: u32): u32 {
  let state = before;
  let ptr = start;
  while (ptr < end) {
    if (state == 0) {
      while (<i32>(end - ptr) >= 16 && i8x16.bitmask(v128.load(ptr)) == 0) ptr += 16;
      while (ptr < end && load<u8>(ptr) < 0x80) ptr++;
      if (ptr == end) return 0;
      state = begin(load<u8>(ptr++));
      if (state == <u32>UTF8_INVALID) return state;
      continue;
    }
    const byte = <u32>load<u8>(ptr++);
    if (byte < ((state >> 8) & 0xff) || byte > state >> 16) return <u32>UTF8_INVALID;
    const need = (state & 0xff) - 1;
    state = need == 0 ? 0 : packed(need, 0x80, 0xbf);
  }
  return state;
}
