/**
 * `chunk-size [ chunk-ext ] CRLF` (RFC 9112 §7.1), `chunk-size = 1*HEXDIG`,
 * `chunk-ext = *( ";" chunk-ext-name [ "=" chunk-ext-val ] )`.
 * Stricter than the RFC: none of its "bad" white space.
 */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_CHUNK_EXTENSION,
  E_CHUNK_OVERFLOW,
  E_CHUNK_SIZE,
  T_CHUNK_SIZE_HI,
  T_CHUNK_SIZE_LO,
} from "../src/parser/abi";
import { byteAt, CR, HTAB, isDigit, LF, lower, skipToken, SP } from "./bytes";
import { isHex } from "./host";
import { fail, IN_NOTHING, put, starve } from "./outcome";

const SEMICOLON: u32 = 0x3b;

/** Parses at `start`; returns the offset behind the CRLF. */
export function chunkLine(start: usize, end: usize): usize {
  let ptr = start;
  let size: u64 = 0;
  while (ptr < end && isHex(byteAt(ptr))) {
    const byte = byteAt(ptr);
    size = (size << 4) | <u64>(isDigit(byte) ? byte - 0x30 : lower(byte) - 0x57);
    if (size > 0x1f_ffff_ffff_ffff) return fail(E_CHUNK_OVERFLOW, ptr);
    ptr++;
  }
  if (ptr == end) return starve(IN_NOTHING, 1);
  if (ptr == start) return fail(E_CHUNK_SIZE, ptr);
  put(T_CHUNK_SIZE_LO, <u32>size);
  put(T_CHUNK_SIZE_HI, <u32>(size >> 32));
  const byte = byteAt(ptr);
  if (byte == LF) return fail(E_BARE_LF, ptr);
  if (byte != CR && byte != SEMICOLON) return fail(E_CHUNK_SIZE, ptr);
  while (byteAt(ptr) == SEMICOLON) {
    ptr = extension(ptr + 1, end);
    if (ptr == 0) return 0;
  }
  if (byteAt(ptr) != CR) return fail(E_CHUNK_EXTENSION, ptr);
  if (ptr + 1 == end) return starve(IN_NOTHING, 1);
  return byteAt(ptr + 1) == LF ? ptr + 2 : fail(E_BARE_CR, ptr);
}

/** One extension without its semicolon; returns the offset of the byte behind it, which is there. */
function extension(start: usize, end: usize): usize {
  const nameEnd = skipToken(start, end);
  if (nameEnd == end) return starve(IN_NOTHING, 1);
  if (nameEnd == start) return fail(E_CHUNK_EXTENSION, start);
  if (byteAt(nameEnd) != 0x3d) return nameEnd;
  const value = nameEnd + 1;
  if (value == end) return starve(IN_NOTHING, 1);
  if (byteAt(value) == 0x22) return quotedString(value + 1, end);
  const valueEnd = skipToken(value, end);
  if (valueEnd == end) return starve(IN_NOTHING, 1);
  return valueEnd == value ? fail(E_CHUNK_EXTENSION, value) : valueEnd;
}

// RFC 9110 §5.6.4: quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
function quotedString(start: usize, end: usize): usize {
  let escaped = false;
  for (let ptr = start; ptr < end; ptr++) {
    const byte = byteAt(ptr);
    // qdtext and quoted-pair both allow HTAB, SP, VCHAR and obs-text, the former without `"` and `\`.
    if ((byte < SP && byte != HTAB) || byte == 0x7f) return fail(E_CHUNK_EXTENSION, ptr);
    if (escaped) escaped = false;
    else if (byte == 0x5c) escaped = true;
    else if (byte == 0x22) return ptr + 1 == end ? starve(IN_NOTHING, 1) : ptr + 1;
  }
  return starve(IN_NOTHING, 1);
}
