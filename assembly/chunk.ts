/**
 * `chunk-size [ chunk-ext ] CRLF` (RFC 9112 §7.1), `chunk-size = 1*HEXDIG`,
 * `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`, BWS as RFC 9110 §5.6.3 has it.
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
import { byteAt, CR, HTAB, isBlank, isDigit, isHex, LF, lower, skipBlanks, skipToken, SP } from "./classes";
import { fail, IN_SHORT_PART, put, incomplete } from "./outcome";

const SEMICOLON: u32 = 0x3b;

/** Parses at `start`; returns the offset behind the CRLF. */
export function chunkLine(start: usize, end: usize): i32 {
  let ptr = start;
  let size: u64 = 0;
  while (ptr < end && isHex(byteAt(ptr))) {
    const byte = byteAt(ptr);
    size = (size << 4) | <u64>(isDigit(byte) ? byte - 0x30 : lower(byte) - 0x57);
    if (size > 0x1f_ffff_ffff_ffff) return fail(E_CHUNK_OVERFLOW, ptr);
    ptr++;
  }
  if (ptr == end) return incomplete(IN_SHORT_PART, 1);
  if (ptr == start) return fail(E_CHUNK_SIZE, ptr);
  put(T_CHUNK_SIZE_LO, <u32>size);
  put(T_CHUNK_SIZE_HI, <u32>(size >> 32));
  const behind = skipBlanks(ptr, end);
  if (behind == end) return incomplete(IN_SHORT_PART, 1);
  const byte = byteAt(behind);
  if (byte != SEMICOLON) {
    if (behind == ptr && byte == LF) return fail(E_BARE_LF, ptr);
    if (behind > ptr || byte != CR) return fail(E_CHUNK_SIZE, behind);
  }
  ptr = behind;
  while (byteAt(ptr) == SEMICOLON) {
    const reached = extension(ptr + 1, end);
    if (reached <= 0) return reached;
    ptr = reached;
  }
  // Blanks are allowed in front of a semicolon only.
  if (byteAt(ptr) != CR || isBlank(byteAt(ptr - 1))) return fail(E_CHUNK_EXTENSION, ptr);
  if (ptr + 1 == end) return incomplete(IN_SHORT_PART, 1);
  return byteAt(ptr + 1) == LF ? <i32>ptr + 2 : fail(E_BARE_CR, ptr);
}

/** One extension without its semicolon; returns the offset of the first byte behind it that is no blank, which is there. */
function extension(start: usize, end: usize): i32 {
  const name = skipBlanks(start, end);
  const nameEnd = skipToken(name, end);
  const equals = skipBlanks(nameEnd, end);
  if (nameEnd < end && nameEnd == name) return fail(E_CHUNK_EXTENSION, name);
  if (equals == end) return incomplete(IN_SHORT_PART, 1);
  if (byteAt(equals) != 0x3d) return <i32>equals;
  const value = skipBlanks(equals + 1, end);
  if (value == end) return incomplete(IN_SHORT_PART, 1);
  let valueEnd: usize;
  if (byteAt(value) == 0x22) {
    const reached = quotedString(value + 1, end);
    if (reached <= 0) return reached;
    valueEnd = reached;
  } else {
    valueEnd = skipToken(value, end);
    if (valueEnd == value) return fail(E_CHUNK_EXTENSION, value);
  }
  const behind = skipBlanks(valueEnd, end);
  return behind == end ? incomplete(IN_SHORT_PART, 1) : <i32>behind;
}

// RFC 9110 §5.6.4: quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
function quotedString(start: usize, end: usize): i32 {
  let escaped = false;
  for (let ptr = start; ptr < end; ptr++) {
    const byte = byteAt(ptr);
    // qdtext and quoted-pair both allow HTAB, SP, VCHAR and obs-text, the former without `"` and `\`.
    if ((byte < SP && byte != HTAB) || byte == 0x7f) return fail(E_CHUNK_EXTENSION, ptr);
    if (escaped) escaped = false;
    else if (byte == 0x5c) escaped = true;
    else if (byte == 0x22) return ptr + 1 == end ? incomplete(IN_SHORT_PART, 1) : <i32>ptr + 1;
  }
  return incomplete(IN_SHORT_PART, 1);
}
