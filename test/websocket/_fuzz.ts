/**
 * Random conversations for the fuzz run: frames that are right, frames with something changed, plain noise, as a peer of either role sends
 * them. All of it follows from a seed.
 */
import { Buffer } from "node:buffer";
import type { Role } from "./_endpoints.ts";
import { masked, unmasked } from "./_raw.ts";

/** Limits the endpoint of a fuzz run has, small enough to be met. */
export const LIMITS = { maxMessageSize: 70_000, maxFragments: 12, maxEmptyFragments: 5 } as const;

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
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = dice.below(256);
  return bytes;
}

/** Frames of the peer of an endpoint. */
class Script {
  readonly #dice: Dice;
  readonly #role: Role;
  readonly #deflate: ((data: Buffer) => Buffer) | undefined;
  readonly frames: Buffer[] = [];

  constructor(dice: Dice, role: Role, deflate: ((data: Buffer) => Buffer) | undefined) {
    this.#dice = dice;
    this.#role = role;
    this.#deflate = deflate;
  }

  add(first: number, payload: Uint8Array): void {
    const key = this.#dice.once(8) ? 0 : this.#dice.below(0xffff_ffff);
    this.frames.push(this.#role === "server" ? masked(first, payload, key) : unmasked(first, payload));
  }

  /** A message in one frame or more, with control frames in between. */
  message(): void {
    const dice = this.#dice;
    const opcode = dice.once(2) ? 1 : 2;
    const length = dice.once(6) ? dice.of(LENGTHS) : dice.below(40);
    const plain = opcode === 1 ? textOf(dice, length) : bytesOf(dice, length);
    const compressed = this.#deflate !== undefined && dice.once(2);
    const payload = compressed ? (this.#deflate?.(plain) ?? plain) : plain;
    const count = dice.once(3) ? 1 + dice.below(dice.once(5) ? 14 : 4) : 1;
    for (let i = 0, at = 0; i < count; i++) {
      const end = i === count - 1 ? payload.length : at + dice.below(payload.length - at + 1);
      const opening = i === 0 ? opcode | (compressed ? 0x40 : 0) : 0;
      this.add(opening | (i === count - 1 ? 0x80 : 0), payload.subarray(at, end));
      at = end;
      if (dice.once(4)) this.control();
    }
  }
  control(): void {
    const dice = this.#dice;
    if (dice.once(25)) this.closing();
    else {
      const opcode = dice.once(3) ? 0x8a : 0x89;
      this.add(opcode, bytesOf(dice, dice.once(8) ? dice.of([124, 125, 126]) : dice.below(20)));
    }
  }
  closing(): void {
    const dice = this.#dice;
    if (dice.once(6)) return this.add(0x88, bytesOf(dice, dice.below(4)));
    const code = dice.once(4) ? dice.below(6000) : dice.of([1000, 1001, 3000, 4999, 1005]);
    this.add(0x88, Buffer.concat([Buffer.of(code >> 8, code & 255), textOf(dice, dice.below(20))]));
  }
}

/** Some bytes changed, lost, twice there; or the end cut off. */
function mangled(dice: Dice, frames: readonly Buffer[], whole: Buffer): Buffer {
  let data = whole;
  for (let i = dice.below(4); i >= 0; i--) {
    // Most is header near the beginning of a frame: those are looked for rather than the payload's.
    const near = dice.of(frames);
    const at = Math.min(data.length - 1, data.indexOf(near.subarray(0, 6)) + dice.below(8));
    const how = dice.below(8);
    if (how < 2) data = Buffer.concat([data.subarray(0, at), data.subarray(at + 1 + dice.below(4))]);
    else if (how < 3) data = Buffer.concat([data.subarray(0, at), data.subarray(Math.max(0, at - 5))]);
    else if (at >= 0) data[at] = how < 6 ? (data[at] as number) ^ (1 << dice.below(8)) : dice.below(256);
    if (data.length === 0) break;
  }
  return dice.once(3) ? data.subarray(0, dice.below(data.length + 1)) : data;
}

/** Everything a peer sends. `intact`: nothing in it is noise; it may break limits and rules all the same. */
export function conversationBytes(
  dice: Dice,
  role: Role,
  deflate?: (data: Buffer) => Buffer,
): { readonly data: Buffer; readonly intact: boolean } {
  const script = new Script(dice, role, deflate);
  let intact = true;
  for (let i = dice.below(12); i > 0; i--) {
    if (dice.once(40)) {
      intact = false;
      script.frames.push(bytesOf(dice, dice.below(60)));
    } else if (dice.once(5)) script.control();
    else script.message();
  }
  if (dice.once(3)) script.closing();
  const data = Buffer.concat(script.frames);
  // Every second one is as it should be.
  if (data.length === 0 || dice.once(2)) return { data, intact };
  return { data: mangled(dice, script.frames, data), intact: false };
}
