/** `HTTP-version = "HTTP/" DIGIT "." DIGIT` (RFC 9112 §2.3) and the end of a line. */
import { E_BARE_CR, E_BARE_LF, E_VERSION, E_VERSION_UNSUPPORTED, T_MINOR } from "../src/parser/abi";
import { byteAt, CR, CRLF, isDigit, LF } from "./bytes";
import { fail, IN_NOTHING, put, starve } from "./outcome";

/** "HTTP/1." as the low seven bytes of a little-endian u64. */
const HTTP1: u64 = 0x2e312f50545448;

/** Returns the offset behind the version. */
export function version(ptr: usize, end: usize): usize {
  if (end - ptr >= 8) {
    const word = load<u64>(ptr);
    const minor = <u32>(word >> 56) - 0x30;
    if ((word & 0x00ff_ffff_ffff_ffff) == HTTP1 && minor < 10) {
      put(T_MINOR, minor);
      return ptr + 8;
    }
  }
  return oddVersion(ptr, end);
}

/** Byte by byte: an incomplete version, a wrong one, or another major version. */
function oddVersion(ptr: usize, end: usize): usize {
  for (let i: usize = 0; i < 8; i++) {
    if (ptr + i == end) return starve(IN_NOTHING, 0);
    const byte = byteAt(ptr + i);
    const right = i == 5 || i == 7 ? isDigit(byte) : byte == <u32>((HTTP1 >> (i << 3)) & 0xff);
    if (!right) return fail(E_VERSION, ptr + i);
  }
  return fail(E_VERSION_UNSUPPORTED, ptr + 5);
}

/** CRLF behind a request line; returns the offset behind it. */
export function lineEnd(ptr: usize, end: usize): usize {
  if (end - ptr >= 2 && <u32>load<u16>(ptr) == CRLF) return ptr + 2;
  if (ptr == end) return starve(IN_NOTHING, 0);
  const byte = byteAt(ptr);
  if (byte == LF) return fail(E_BARE_LF, ptr);
  if (byte != CR) return fail(E_VERSION, ptr);
  return ptr + 1 == end ? starve(IN_NOTHING, 0) : fail(E_BARE_CR, ptr);
}
