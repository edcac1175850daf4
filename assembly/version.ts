/** `HTTP-version = "HTTP/" DIGIT "." DIGIT` (RFC 9112 §2.3) and the end of a line. */
import { E_BARE_CR, E_BARE_LF, E_VERSION, E_VERSION_UNSUPPORTED, T_MINOR } from "../src/parser/abi";
import { byteAt, CR, CRLF, isDigit, LF } from "./classes";
import { fail, IN_SHORT_PART, put, incomplete } from "./outcome";

/** "HTTP/1." as the low seven bytes of a little-endian u64. */
const HTTP1: u64 = 0x2e312f50545448;

/** Returns the offset behind the version. */
export function version(ptr: usize, end: usize): i32 {
  if (end - ptr >= 8) {
    const word = load<u64>(ptr);
    const minor = <u32>(word >> 56) - 0x30;
    if ((word & 0x00ff_ffff_ffff_ffff) == HTTP1 && minor < 10) {
      put(T_MINOR, minor);
      return <i32>ptr + 8;
    }
  }
  return oddVersion(ptr, end);
}

/** Byte by byte: an incomplete version, a wrong one, or another major version. */
function oddVersion(ptr: usize, end: usize): i32 {
  for (let i: usize = 0; i < 8; i++) {
    if (ptr + i == end) return incomplete(IN_SHORT_PART, 0);
    const byte = byteAt(ptr + i);
    const right = i == 5 || i == 7 ? isDigit(byte) : byte == <u32>((HTTP1 >> (i << 3)) & 0xff);
    if (!right) return fail(E_VERSION, ptr + i);
  }
  return fail(E_VERSION_UNSUPPORTED, ptr + 5);
}
