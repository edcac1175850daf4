/**
 * Whether bytes are UTF-8 (RFC 3629 §4), a piece at a time. A state says how many bytes a character still needs (bits 0 to 7) and
 * between which two the next must lie (bits 8 to 15, 16 to 23); only the byte behind the first is held to more than 80 to BF.
 */
import { UTF8_INVALID } from "../abi.ts";

/** Behind each first byte, 0xC2 to 0xF4: the state. */
const BEHIND: Int32Array = new Int32Array(256).fill(UTF8_INVALID);
function behind(first: number, last: number, need: number, low = 0x80, high = 0xbf): void {
  BEHIND.fill(need | (low << 8) | (high << 16), first, last + 1);
}
behind(0x00, 0x7f, 0, 0, 0);
behind(0xc2, 0xdf, 1);
behind(0xe0, 0xe0, 2, 0xa0);
behind(0xe1, 0xec, 2);
behind(0xed, 0xed, 2, 0x80, 0x9f);
behind(0xee, 0xef, 2);
behind(0xf0, 0xf0, 3, 0x90);
behind(0xf1, 0xf3, 3);
behind(0xf4, 0xf4, 3, 0x80, 0x8f);

const TAIL = 0xbf8000;

export function utf8(bytes: Uint8Array, start: number, end: number, before: number): number {
  let state = before;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (state === 0) {
      if (byte < 0x80) continue;
      state = BEHIND[byte] as number;
      if (state === UTF8_INVALID) return state;
    } else {
      if (byte < ((state >>> 8) & 0xff) || byte > state >>> 16) return UTF8_INVALID;
      const need = (state & 0xff) - 1;
      state = need === 0 ? 0 : TAIL | need;
    }
  }
  return state;
}
