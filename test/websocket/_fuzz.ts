/**
 * Random conversations for the fuzz run: frames that are right, frames with something changed, plain noise; and what an echo must answer
 * to the bytes, by a decoder that is written for being read and shares nothing with the server's. All of it follows from a seed.
 */
import { Buffer } from "node:buffer";
import { masked } from "./_raw.ts";

/** Limits the server of a fuzz run has, small enough to be met. */
export const LIMITS = { maxMessageSize: 70_000, maxFragments: 12 } as const;

/** Random numbers that follow from a seed (xorshift). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed, 2_654_435_761) || 1;
    for (let i = 0; i < 8; i++) this.below(2);
  }
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    this.#state = x ^= x << 5;
    return (x >>> 0) % limit;
  }
  /** True once in so many. */
  once(often: number): boolean {
    return this.below(often) === 0;
  }
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

const LENGTHS = [
  0, 0, 1, 2, 3, 5, 8, 20, 20, 64, 100, 124, 125, 126, 127, 300, 1000, 5000, 65_535, 65_536, 70_000, 70_001,
];
const WORDS = ["a", "word", "ü", "€uro", "κόσμε", "😀", "\u0000", " ", "\uFFFD", "z".repeat(15)];

function textOf(dice: Dice, length: number): Buffer {
  let text = "";
  while (text.length < length) text += dice.of(WORDS);
  return Buffer.from(text).subarray(0, dice.once(4) ? length : undefined);
}
function bytesOf(dice: Dice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => dice.below(256)));
}
const frame = (dice: Dice, first: number, payload: Uint8Array): Buffer =>
  masked(first, payload, dice.once(8) ? 0 : dice.below(0xffff_ffff));

/** A message in one frame or more, with control frames in between. */
function message(dice: Dice, out: Buffer[]): void {
  const opcode = dice.once(2) ? 1 : 2;
  const length = dice.once(6) ? dice.of(LENGTHS) : dice.below(40);
  const payload = opcode === 1 ? textOf(dice, length) : bytesOf(dice, length);
  const count = dice.once(3) ? 1 + dice.below(dice.once(5) ? 14 : 4) : 1;
  for (let i = 0, at = 0; i < count; i++) {
    const end = i === count - 1 ? payload.length : at + dice.below(payload.length - at + 1);
    out.push(frame(dice, (i === 0 ? opcode : 0) | (i === count - 1 ? 0x80 : 0), payload.subarray(at, end)));
    at = end;
    if (dice.once(4)) control(dice, out);
  }
}
function control(dice: Dice, out: Buffer[]): void {
  if (dice.once(25)) out.push(closing(dice));
  else
    out.push(
      frame(dice, dice.once(3) ? 0x8a : 0x89, bytesOf(dice, dice.once(8) ? dice.of([124, 125, 126]) : dice.below(20))),
    );
}
function closing(dice: Dice): Buffer {
  if (dice.once(6)) return frame(dice, 0x88, bytesOf(dice, dice.below(4)));
  const code = dice.once(4) ? dice.below(6000) : dice.of([1000, 1001, 3000, 4999, 1005]);
  return frame(dice, 0x88, Buffer.concat([Buffer.of(code >> 8, code & 255), textOf(dice, dice.below(20))]));
}

/** Everything a client sends. */
export function conversationBytes(dice: Dice): Buffer {
  const out: Buffer[] = [];
  const count = dice.below(12);
  for (let i = 0; i < count; i++) {
    if (dice.once(40)) out.push(bytesOf(dice, dice.below(60)));
    else if (dice.once(5)) control(dice, out);
    else message(dice, out);
  }
  if (dice.once(3)) out.push(closing(dice));
  let data = Buffer.concat(out);
  // Every second one is as it should be; in the others some bytes are changed, lost, twice there, or the end is cut off.
  if (data.length === 0 || dice.once(2)) return data;
  for (let i = dice.below(4); i >= 0; i--) {
    // Most is header near the beginning of a frame: those are looked for rather than the payload's.
    const near = dice.of(out);
    const at = Math.min(data.length - 1, data.indexOf(near.subarray(0, 6)) + dice.below(8));
    const how = dice.below(8);
    if (how < 2) data = Buffer.concat([data.subarray(0, at), data.subarray(at + 1 + dice.below(4))]);
    else if (how < 3) data = Buffer.concat([data.subarray(0, at), data.subarray(Math.max(0, at - 5))]);
    else if (at >= 0) data[at] = how < 6 ? (data[at] as number) ^ (1 << dice.below(8)) : dice.below(256);
    if (data.length === 0) break;
  }
  return dice.once(3) ? data.subarray(0, dice.below(data.length + 1)) : data;
}

/** A frame in a word: opcode and payload. */
export const word = (opcode: number, payload: Uint8Array): string =>
  `${opcode} ${Buffer.from(payload).toString("hex")}`;
const closed = (code: number): string => `8 ${code}`;

/** What an echo answers to these bytes, and what its `onClose` is told when the client leaves after them. */
export function expectedAnswer(data: Buffer): { readonly frames: string[]; readonly close: string } {
  const frames: string[] = [];
  const refuse = (code: number) => ({ frames: [...frames, closed(code)], close: "1006 " });
  let opcode = 0;
  let count = 0;
  let size = 0;
  let parts: Buffer[] = [];
  let decoder = new TextDecoder("utf-8", { fatal: true });
  const isText = (bytes: Buffer, more: boolean): boolean => {
    try {
      decoder.decode(bytes, { stream: more });
      return true;
    } catch {
      return false;
    }
  };
  for (let at = 0; data.length - at >= 2;) {
    const first = data[at] as number;
    const short = (data[at + 1] as number) & 127;
    const kind = first & 15;
    const isControl = kind >= 8;
    if ((data[at + 1] as number) < 128 || (first & 0x70) !== 0 || (kind > 2 && kind < 8) || kind > 10)
      return refuse(1002);
    if (isControl ? first < 0x80 || short > 125 : (kind === 0) !== (opcode !== 0)) return refuse(1002);
    const extra = short < 126 ? 0 : short === 126 ? 2 : 8;
    const start = at + 6 + extra;
    if (data.length < start) break;
    const length = extra === 0 ? short : extra === 2 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
    if ((extra === 2 && length < 126) || (extra === 8 && (length < 65_536 || !Number.isSafeInteger(length))))
      return refuse(1002);
    if (!isControl && size + length > LIMITS.maxMessageSize) return refuse(1009);
    if (!isControl && ++count > LIMITS.maxFragments) return refuse(1008);
    const payload = Buffer.from(data.subarray(start, start + length));
    for (let i = 0; i < payload.length; i++)
      payload[i] = (payload[i] as number) ^ (data[start - 4 + (i & 3)] as number);
    const there = payload.length === length;
    at = start + length;
    if (isControl) {
      if (!there) break;
      if (kind === 9) frames.push(word(10, payload));
      if (kind !== 8) continue;
      const code = length < 2 ? 1005 : payload.readUInt16BE();
      const good = (code >= 1000 && code < 1015 && (code < 1004 || code > 1006)) || (code >= 3000 && code < 5000);
      if (length === 1 || (length > 0 && !good)) return refuse(1002);
      decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      const reason = payload.subarray(2);
      if (!isText(reason, false)) return refuse(1007);
      return { frames: [...frames, closed(code)], close: `${code} ${reason.toString()}` };
    }
    opcode ||= kind;
    size += length;
    parts.push(payload);
    const last = first >= 0x80 && there;
    if (opcode === 1 && !isText(payload, !last)) return refuse(1007);
    if (!last) continue;
    frames.push(word(opcode, Buffer.concat(parts)));
    decoder = new TextDecoder("utf-8", { fatal: true });
    parts = [];
    opcode = size = count = 0;
  }
  return { frames, close: "1006 " };
}
