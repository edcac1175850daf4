/**
 * The line in front of a chunk: `chunk-size [ chunk-ext ] CRLF` (RFC 9112 §7.1). Extensions are checked and then ignored, as
 * §7.1.1 asks of whoever does not know them.
 */
import * as abi from "../abi.ts";
import * as classes from "./classes.ts";
import { fail } from "./outcome.ts";

// Copies of imported constants: why, says index.ts.
const { E_BARE_CR, E_BARE_LF, E_CHUNK_EXTENSION, E_CHUNK_OVERFLOW, E_CHUNK_SIZE, T_CHUNK_SIZE_HI, T_CHUNK_SIZE_LO } =
  abi;
const { BACKSLASH, CR, DQUOTE, EQUALS, HEX, HTAB, LF, QDTEXT, SEMICOLON, SP, TCHAR, VALUE } = classes;

const TWO_TO_32 = 0x1_0000_0000;

/** The position after the token at `start` if there is one, minus an error, or `end` for "more bytes, please". */
function token(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  let i = start;
  while (i < end && TCHAR[bytes[i] as number] === 1) i++;
  return i === start && i < end ? fail(table, E_CHUNK_EXTENSION, i) : i;
}

/**
 * RFC 9110 §5.6.4: `quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE`, from after its first quote. Results as of token;
 * as something must follow the closing quote, `end` leaves no doubt.
 */
function quotedString(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  let i = start;
  while (i < end) {
    const byte = bytes[i] as number;
    if (byte === DQUOTE) return i + 1;
    if (byte === BACKSLASH) {
      // quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text )
      i++;
      if (i < end && VALUE[bytes[i] as number] === 0) return fail(table, E_CHUNK_EXTENSION, i);
    } else if (QDTEXT[byte] === 0) {
      return fail(table, E_CHUNK_EXTENSION, i);
    }
    i++;
  }
  return end;
}

/** RFC 9110 §5.6.3: `BWS = OWS`, `OWS = *( SP / HTAB )`; "A recipient MUST parse for such bad whitespace". The position after it. */
function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (bytes[i] === SP || bytes[i] === HTAB)) i++;
  return i;
}

/**
 * RFC 9112 §7.1.1, from the first semicolon on: `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`.
 * Results as of token.
 */
function extensions(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i] === SEMICOLON) {
    let partEnd = token(bytes, table, skipBlanks(bytes, i + 1, end), end);
    if (partEnd < 0) return partEnd;
    i = skipBlanks(bytes, partEnd, end);
    if (i < end && bytes[i] === EQUALS) {
      i = skipBlanks(bytes, i + 1, end);
      if (i === end) return end;
      partEnd = bytes[i] === DQUOTE ? quotedString(bytes, table, i + 1, end) : token(bytes, table, i, end);
      if (partEnd < 0) return partEnd;
      i = skipBlanks(bytes, partEnd, end);
    }
    if (i === end) return end;
    // The line may end right behind a name or value; blanks belong to a semicolon.
    if (bytes[i] !== SEMICOLON && (bytes[i] !== CR || i > partEnd)) return fail(table, E_CHUNK_EXTENSION, i);
  }
  return i;
}

export function chunkLine(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  let size = 0;
  let i = start;
  for (; i < end; i++) {
    const digit = HEX[bytes[i] as number] as number;
    if (digit === 16) break;
    // The product may be rounded, but only where it is far too large anyway.
    size = size * 16 + digit;
    if (size > Number.MAX_SAFE_INTEGER) return fail(table, E_CHUNK_OVERFLOW, i);
  }
  if (i === end) return 0;
  if (i === start) return fail(table, E_CHUNK_SIZE, i);
  if (bytes[i] === SP || bytes[i] === HTAB) {
    i = skipBlanks(bytes, i, end);
    if (i === end) return 0;
    if (bytes[i] !== SEMICOLON) return fail(table, E_CHUNK_SIZE, i);
  }
  if (bytes[i] === SEMICOLON) {
    i = extensions(bytes, table, i, end);
    if (i < 0) return i;
    if (i === end) return 0;
  }
  if (bytes[i] !== CR) return fail(table, bytes[i] === LF ? E_BARE_LF : E_CHUNK_SIZE, i);
  if (i + 1 === end) return 0;
  if (bytes[i + 1] !== LF) return fail(table, E_BARE_CR, i);
  // A slot keeps what it is given modulo 2^32.
  table[T_CHUNK_SIZE_LO] = size;
  table[T_CHUNK_SIZE_HI] = size / TWO_TO_32;
  return i + 2;
}
