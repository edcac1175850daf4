/**
 * What the fields say that decide framing and connection: Host, Connection, Content-Length, Transfer-Encoding, Expect, Upgrade.
 * Each line adds its share to T_FLAGS as it comes; nothing here is an error, what follows from a flag is decided above.
 */
import * as abi from "../abi.ts";
import { isAuthority } from "./authority.ts";
import * as classes from "./classes.ts";

// Copies of imported constants: why, says index.ts.
const {
  F_CL_INVALID,
  F_CL_PRESENT,
  F_CL_REPEATED,
  F_CONN_CLOSE,
  F_CONN_KEEP_ALIVE,
  F_CONN_UPGRADE,
  F_EXPECT_CONTINUE,
  F_EXPECT_OTHER,
  F_HOST_INVALID,
  F_HOST_PRESENT,
  F_HOST_REPEATED,
  F_TE_CHUNKED_LAST,
  F_TE_CHUNKED_MISPLACED,
  F_TE_INVALID,
  F_TE_OTHER,
  F_TE_PRESENT,
  F_UPGRADE,
  H_CONNECTION,
  H_CONTENT_LENGTH,
  H_EXPECT,
  H_HOST,
  H_TRANSFER_ENCODING,
  H_UPGRADE,
  T_CONTENT_LENGTH_HI,
  T_CONTENT_LENGTH_LO,
  T_FLAGS,
  T_HOST_END,
  T_HOST_START,
} = abi;
const { asciiBytes, COMMA, DIGIT_0, HTAB, LOWER, SP, TCHAR } = classes;

/** The ids of the fields above are 1 … 6. */
export const LAST_FACT_ID = 6;

const TWO_TO_32 = 0x1_0000_0000;
/** Digits of 2^53 - 1, the largest length that is counted. */
const MAX_DIGITS = 16;

const CHUNKED = asciiBytes("chunked");
const CLOSE = asciiBytes("close");
const KEEP_ALIVE = asciiBytes("keep-alive");
const UPGRADE = asciiBytes("upgrade");
const CONTINUE = asciiBytes("100-continue");

/** Whether `[start, end)` is the word, which is in lower case; letters compare without case. */
function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (LOWER[bytes[start + i] as number] !== word[i]) return false;
  return true;
}

/** RFC 9110 §8.6: `Content-Length = 1*DIGIT`. The flags of one line; its value goes to the slots. */
function contentLength(bytes: Uint8Array, table: Uint32Array, start: number, end: number): number {
  if (start === end) return F_CL_INVALID;
  let i = start;
  while (i < end && bytes[i] === DIGIT_0) i++;
  if (end - i > MAX_DIGITS) return F_CL_INVALID;
  let value = 0;
  for (; i < end; i++) {
    const digit = (bytes[i] as number) - DIGIT_0;
    if (digit < 0 || digit > 9) return F_CL_INVALID;
    value = value * 10 + digit;
  }
  // Sixteen digits can pass 2^53, where doubles get coarse, but never come back below it.
  if (value > Number.MAX_SAFE_INTEGER) return F_CL_INVALID;
  // A slot keeps what it is given modulo 2^32.
  table[T_CONTENT_LENGTH_LO] = value;
  table[T_CONTENT_LENGTH_HI] = value / TWO_TO_32;
  return 0;
}

/** The flags after one more element of the Transfer-Encoding list, RFC 9112 §6.1; `[start, end)` is trimmed. */
function transferCoding(bytes: Uint8Array, flags: number, start: number, end: number): number {
  let next = flags;
  // What was the last coding so far is so no longer.
  if ((next & F_TE_CHUNKED_LAST) !== 0) next = (next & ~F_TE_CHUNKED_LAST) | F_TE_CHUNKED_MISPLACED;
  if (isWord(bytes, start, end, CHUNKED)) return next | F_TE_CHUNKED_LAST;
  if (start < end && TCHAR[bytes[start] as number] === 1) return next | F_TE_OTHER;
  return next | F_TE_INVALID;
}

/** RFC 9110 §7.6.1: `Connection = #connection-option`. */
function connectionOption(bytes: Uint8Array, flags: number, start: number, end: number): number {
  if (isWord(bytes, start, end, CLOSE)) return flags | F_CONN_CLOSE;
  if (isWord(bytes, start, end, KEEP_ALIVE)) return flags | F_CONN_KEEP_ALIVE;
  if (isWord(bytes, start, end, UPGRADE)) return flags | F_CONN_UPGRADE;
  return flags;
}

/** Splits `[start, end)` at every comma and adds the flags of each element, without the blanks around it. */
function addElements(bytes: Uint8Array, flags: number, id: number, start: number, end: number): number {
  let next = flags;
  for (let from = start; from <= end;) {
    let comma = from;
    while (comma < end && bytes[comma] !== COMMA) comma++;
    let first = from;
    let last = comma;
    while (first < last && (bytes[first] === SP || bytes[first] === HTAB)) first++;
    while (last > first && (bytes[last - 1] === SP || bytes[last - 1] === HTAB)) last--;
    if (id === H_CONNECTION) next = connectionOption(bytes, next, first, last);
    else if (id === H_EXPECT) next = expectation(bytes, next, first, last);
    else next = transferCoding(bytes, next, first, last);
    from = comma + 1;
  }
  return next;
}

function host(bytes: Uint8Array, table: Uint32Array, flags: number, start: number, end: number): number {
  if ((flags & F_HOST_PRESENT) !== 0) return flags | F_HOST_REPEATED;
  table[T_HOST_START] = start;
  table[T_HOST_END] = end;
  return flags | F_HOST_PRESENT | (isAuthority(bytes, start, end, false, false) ? 0 : F_HOST_INVALID);
}

/**
 * RFC 9110 §10.1.1: `Expect = #expectation`, of which there is one. A second is one too many, whatever it says.
 * §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements".
 */
function expectation(bytes: Uint8Array, flags: number, start: number, end: number): number {
  if (start === end) return flags;
  const first = (flags & (F_EXPECT_CONTINUE | F_EXPECT_OTHER)) === 0;
  return flags | (first && isWord(bytes, start, end, CONTINUE) ? F_EXPECT_CONTINUE : F_EXPECT_OTHER);
}

/** Takes one line, with its trimmed value `[start, end)`, into account. Responses have no Host and no Expect. */
export function addFact(
  bytes: Uint8Array,
  table: Uint32Array,
  id: number,
  start: number,
  end: number,
  isRequest: boolean,
): void {
  let flags = table[T_FLAGS] as number;
  switch (id) {
    case H_HOST:
      if (isRequest) flags = host(bytes, table, flags, start, end);
      break;
    case H_EXPECT:
      if (isRequest) flags = addElements(bytes, flags, id, start, end);
      break;
    case H_CONTENT_LENGTH:
      flags |= (flags & F_CL_PRESENT) === 0 ? F_CL_PRESENT : F_CL_REPEATED;
      flags |= contentLength(bytes, table, start, end);
      if ((flags & (F_CL_REPEATED | F_CL_INVALID)) !== 0) {
        table[T_CONTENT_LENGTH_LO] = 0;
        table[T_CONTENT_LENGTH_HI] = 0;
      }
      break;
    case H_CONNECTION:
      // What nearly every client sends needs no list.
      if (isWord(bytes, start, end, KEEP_ALIVE)) flags |= F_CONN_KEEP_ALIVE;
      else flags = addElements(bytes, flags, id, start, end);
      break;
    case H_TRANSFER_ENCODING:
      flags = addElements(bytes, flags | F_TE_PRESENT, id, start, end);
      break;
    case H_UPGRADE:
      if (start < end) flags |= F_UPGRADE;
      break;
  }
  table[T_FLAGS] = flags;
}
