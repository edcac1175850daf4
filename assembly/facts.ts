/**
 * What the fields that decide about the message say: Content-Length, Transfer-Encoding, Connection, Host, Expect, Upgrade.
 * Gathered line by line in globals, which `resetFacts` clears and `storeFacts` writes out; nothing stays between two calls.
 */
import {
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
  T_AUTHORITY_START,
  T_CONTENT_LENGTH_LO,
  T_FLAGS,
  T_HOST_END,
  T_HOST_START,
  T_KNOWN,
  T_REASON_END,
} from "../src/parser/abi";
import { byteAt, isDigit, isTchar, lower, skipBlanks, trimEnd } from "./classes";
import { at } from "./lanes";
import { isAuthority } from "./authority";
import { clearFour, put, putPair } from "./outcome";

/** "keep-ali" */
const KEEP_ALI: u64 = 0x696c612d7065656b;

let flags: u32 = 0;
let lengthValue: u64 = 0;
let known: u64 = 0;

export function resetFacts(): void {
  flags = 0;
  lengthValue = 0;
  known = 0;
  // Everything from the authority to the reason phrase: what applies is set again.
  clearFour(T_AUTHORITY_START);
  clearFour(T_CONTENT_LENGTH_LO);
  clearFour(T_KNOWN);
  putPair(T_REASON_END, 0);
}

export function addFlags(more: u32): void {
  flags |= more;
}

/** Bits of the well-known names that occur. */
export function setKnown(ids: u64): void {
  known = ids;
}

/** Writes the facts to the table. */
export function storeFacts(): void {
  if ((flags & (F_CL_INVALID | F_CL_REPEATED)) != 0) lengthValue = 0;
  put(T_FLAGS, flags);
  putPair(T_CONTENT_LENGTH_LO, lengthValue);
  putPair(T_KNOWN, known);
}

/** A line of one of the six fields, value trimmed. `limit`: end of the bytes. `request`: Host and Expect count. */
export function addFact(id: u32, value: usize, end: usize, limit: usize, request: bool): void {
  if (id == H_HOST) {
    if (request) host(value, end, limit);
  } else if (id == H_CONNECTION) connection(value, end, limit);
  else if (id == H_CONTENT_LENGTH) contentLength(value, end);
  else if (id == H_TRANSFER_ENCODING) transferEncoding(value, end);
  else if (id == H_EXPECT) {
    if (request) expectations(value, end);
  } else if (id == H_UPGRADE && value < end) flags |= F_UPGRADE;
}

function host(value: usize, end: usize, limit: usize): void {
  if ((flags & F_HOST_PRESENT) != 0) {
    flags |= F_HOST_REPEATED;
    return;
  }
  flags |= F_HOST_PRESENT;
  put(T_HOST_START, <u32>value);
  put(T_HOST_END, <u32>end);
  if (!isAuthority(value, end, limit, false, false)) flags |= F_HOST_INVALID;
}

// RFC 9110 §8.6: Content-Length = 1*DIGIT
function contentLength(value: usize, end: usize): void {
  if ((flags & F_CL_PRESENT) != 0) flags |= F_CL_REPEATED;
  flags |= F_CL_PRESENT;
  let size: u64 = 0;
  for (let ptr = value; ptr < end; ptr++) {
    const byte = byteAt(ptr);
    if (!isDigit(byte)) {
      flags |= F_CL_INVALID;
      return;
    }
    size = size * 10 + <u64>(byte - 0x30);
    // 2^53 - 1 is the largest number both sides count exactly; past it the sum could overflow unseen.
    if (size > 0x1f_ffff_ffff_ffff) {
      flags |= F_CL_INVALID;
      return;
    }
  }
  if (value == end) flags |= F_CL_INVALID;
  lengthValue = size;
}

// RFC 9112 §6.1: Transfer-Encoding = #transfer-coding, over all its lines together
function transferEncoding(value: usize, end: usize): void {
  flags |= F_TE_PRESENT;
  let start = value;
  while (true) {
    const stop = elementEnd(start, end);
    transferCoding(skipBlanks(start, stop), trimEnd(start, stop));
    if (stop == end) return;
    start = stop + 1;
  }
}

function transferCoding(start: usize, end: usize): void {
  if ((flags & F_TE_CHUNKED_LAST) != 0) {
    flags |= F_TE_CHUNKED_MISPLACED;
    flags &= ~F_TE_CHUNKED_LAST;
  }
  // "chunked", in any case
  if (isWord(start, end, 0x64656b6e756863, 7)) flags |= F_TE_CHUNKED_LAST;
  else flags |= start < end && isTchar(byteAt(start)) ? F_TE_OTHER : F_TE_INVALID;
}

// RFC 9110 §7.6.1: Connection = #connection-option, without regard to case
function connection(value: usize, end: usize, limit: usize): void {
  // One option alone, in one comparison. No byte of a value but the letters themselves becomes one of these under 0x20.
  const word = v128.or(at(value, limit), i8x16.splat(0x20));
  const low = <u64>i64x2.extract_lane(word, 0);
  if (end - value == 10 && low == KEEP_ALI && (i64x2.extract_lane(word, 1) & 0xffff) == 0x6576) {
    flags |= F_CONN_KEEP_ALIVE;
    return;
  }
  let start = value;
  while (true) {
    const stop = elementEnd(start, end);
    const from = skipBlanks(start, stop);
    const to = trimEnd(from, stop);
    const size = to - from;
    if (size == 5) {
      if (isWord(from, to, 0x65736f6c63, 5)) flags |= F_CONN_CLOSE;
    } else if (size == 7) {
      if (isWord(from, to, 0x65646172677075, 7)) flags |= F_CONN_UPGRADE;
    } else if (size == 10) {
      if (isWord(from, from + 8, KEEP_ALI, 8) && isWord(from + 8, to, 0x6576, 2)) flags |= F_CONN_KEEP_ALIVE;
    }
    if (stop == end) return;
    start = stop + 1;
  }
}

// RFC 9110 §10.1.1: Expect = #expectation. §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements"
function expectations(value: usize, end: usize): void {
  let start = value;
  while (true) {
    const stop = elementEnd(start, end);
    const from = skipBlanks(start, stop);
    if (from < stop) expectation(from, trimEnd(from, stop));
    if (stop == end) return;
    start = stop + 1;
  }
}

// The only one defined is 100-continue; a second is one too many.
function expectation(value: usize, end: usize): void {
  const first = (flags & (F_EXPECT_CONTINUE | F_EXPECT_OTHER)) == 0;
  // "100-cont", "inue"
  const known =
    end - value == 12 && isWord(value, value + 8, 0x746e6f632d303031, 8) && isWord(value + 8, end, 0x65756e69, 4);
  flags |= first && known ? F_EXPECT_CONTINUE : F_EXPECT_OTHER;
}

/** The next comma at or after `start`, or `end`. */
function elementEnd(start: usize, end: usize): usize {
  let ptr = start;
  while (ptr < end && byteAt(ptr) != 0x2c) ptr++;
  return ptr;
}

/** Whether `[start, end)` is, without regard to case, the word of `size` (at most 8) lower-case letters in `word`. */
function isWord(start: usize, end: usize, word: u64, size: usize): bool {
  if (end - start != size) return false;
  for (let i: usize = 0; i < size; i++) {
    if (lower(byteAt(start + i)) != <u32>((word >> ((<u64>i) << 3)) & 0xff)) return false;
  }
  return true;
}
