/** The exclusive or that WebSocket frames are masked with (RFC 6455 §5.3), in place, sixty-four bytes at a time. */

/** `key`: the four bytes of the masking key as a little-endian word; its first byte goes with the byte at `start`. */
export function mask(start: usize, end: usize, key: u32): void {
  const keys = i32x4.splat(key);
  let ptr = start;
  for (; <i32>(end - ptr) >= 64; ptr += 64) {
    // SAFETY: the last of these ends at ptr + 64, which is not past `end`.
    v128.store(ptr, v128.xor(v128.load(ptr), keys));
    v128.store(ptr, v128.xor(v128.load(ptr, 16), keys), 16);
    v128.store(ptr, v128.xor(v128.load(ptr, 32), keys), 32);
    v128.store(ptr, v128.xor(v128.load(ptr, 48), keys), 48);
  }
  for (; <i32>(end - ptr) >= 16; ptr += 16) v128.store(ptr, v128.xor(v128.load(ptr), keys));
  for (; <i32>(end - ptr) >= 4; ptr += 4) store<u32>(ptr, load<u32>(ptr) ^ key);
  for (let left = key; ptr < end; ptr++) {
    store<u8>(ptr, load<u8>(ptr) ^ <u8>left);
    left >>= 8;
  }
}
