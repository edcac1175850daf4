/**
 * Frames as they go out (RFC 6455 §5.2). A small frame of a server becomes text of one character per byte, which joins others of its turn
 * in one string and one write; a large payload follows its header without being copied.
 */
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export const FIN = 0x80;
/** Marks a compressed message (RFC 7692 §6). */
export const RSV1 = 0x40;
const MASKED = 0x80;

/** Payloads up to this size are copied into one piece with their header. Bytes. */
const SMALL_PAYLOAD = 8192;

/** A server's frame as it is sent to one connection. */
export interface Frame {
  /** All of it, one character per byte; or its header. */
  readonly text: string;
  /** The payload behind a header. */
  readonly payload: Uint8Array | undefined;
}

/** Headers of small frames, made once: by the first byte, then the length. */
const shortHeaders: (string[] | undefined)[] = Array.from({ length: 256 });
function shortHeader(first: number, length: number): string {
  return ((shortHeaders[first] ??= [])[length] ??= String.fromCharCode(first, length));
}

/** Header of an unmasked frame, one character per byte. */
function headerText(first: number, length: number): string {
  if (length < 126) return shortHeader(first, length);
  if (length < 65_536) return String.fromCharCode(first, 126, length >>> 8, length & 255);
  const high = Math.floor(length / 0x1_0000_0000);
  return String.fromCharCode(
    first,
    127,
    0,
    high >>> 16,
    (high >>> 8) & 255,
    high & 255,
    (length >>> 24) & 255,
    (length >>> 16) & 255,
    (length >>> 8) & 255,
    length & 255,
  );
}

/** A frame of a server; `first`: opcode and flags. */
export function prepareFrame(first: number, payload: string | Uint8Array): Frame {
  const length = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  const header = headerText(first, length);
  if (length > SMALL_PAYLOAD) {
    return { text: header, payload: typeof payload === "string" ? Buffer.from(payload) : payload };
  }
  if (typeof payload === "string" && length === payload.length) return { text: header + payload, payload: undefined };
  const bytes =
    typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload.buffer, payload.byteOffset, length);
  return { text: header + bytes.toString("latin1"), payload: undefined };
}

const KEYS = Buffer.alloc(4096);
let usedKeys = KEYS.length;

/** A masking key: four unpredictable bytes (§5.3), drawn by the thousand. */
export function nextKey(): Uint8Array {
  if (usedKeys >= KEYS.length) {
    randomFillSync(KEYS);
    usedKeys = 0;
  }
  usedKeys += 4;
  return KEYS.subarray(usedKeys - 4, usedKeys);
}

/** A frame of a client, masked with a key (§5.3: a new, unpredictable one for every frame). */
export function maskedFrame(first: number, payload: string | Uint8Array, key: Uint8Array): Buffer {
  const length = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extra + 4 + length);
  frame[0] = first;
  frame[1] = MASKED | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) frame.writeUInt16BE(length, 2);
  else if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  const start = 2 + extra + 4;
  frame.set(key, start - 4);
  if (typeof payload === "string") frame.write(payload, start);
  else frame.set(payload, start);
  maskInPlace(frame, start, key);
  return frame;
}

/** Masks what is in `bytes` from `start` on: by words, once they are aligned. */
function maskInPlace(bytes: Buffer, start: number, key: Uint8Array): void {
  const end = bytes.length;
  let at = start;
  if (end - start >= 256) {
    while (((bytes.byteOffset + at) & 3) !== 0) maskByte(bytes, at++, start, key);
    const turned = Uint8Array.from([0, 1, 2, 3], (i) => key[(at - start + i) & 3] as number);
    const word = new Int32Array(turned.buffer)[0] as number;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >>> 2);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] as number) ^ word;
    at += words.length * 4;
  }
  while (at < end) maskByte(bytes, at++, start, key);
}
function maskByte(bytes: Buffer, at: number, start: number, key: Uint8Array): void {
  bytes[at] = (bytes[at] as number) ^ (key[(at - start) & 3] as number);
}
