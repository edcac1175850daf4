/** The parts of a parser's memory that no byte of a peer may ever reach, watched. */
import { Buffer } from "node:buffer";
import { CARRY, NEEDLE, NEEDLE_SIZE, SCRATCH, TABLE, TABLE_SLOTS } from "../../src/parser/abi.ts";
import type { HttpParser } from "../../src/parser/types.ts";

const TABLE_END = TABLE + TABLE_SLOTS * 4;

export class Canaries {
  readonly #parser: HttpParser;
  readonly #memory: Buffer;
  /** Where each watched part begins, and what it holds. */
  readonly #parts: (readonly [start: number, content: Buffer])[];
  #scratch: Buffer | undefined = undefined;

  /** Look-up tables are watched as they are; gaps between regions, which nobody uses, are filled. */
  constructor(parser: HttpParser) {
    this.#parser = parser;
    this.#memory = Buffer.from(parser.buffer.buffer, parser.buffer.byteOffset, parser.buffer.byteLength);
    const gaps = [
      [TABLE_END, NEEDLE],
      [NEEDLE + NEEDLE_SIZE, SCRATCH],
    ] as const;
    for (const [start, end] of gaps) for (let at = start; at < end; at++) parser.buffer[at] = (at * 37) & 0xff;
    this.#parts = ([[0, TABLE] as const, ...gaps] as const).map(
      ([start, end]) => [start, Buffer.from(this.#memory.subarray(start, end))] as const,
    );
  }

  /** From here on nobody searches or hashes: everything below CARRY has to stay. */
  watchScratch(): void {
    this.#scratch = Buffer.from(this.#memory.subarray(NEEDLE, CARRY));
  }
  ignoreScratch(): void {
    this.#scratch = undefined;
  }

  /** @throws Error naming the first byte that has changed. */
  check(when: string): void {
    for (const [start, content] of this.#parts) this.#compare(start, content, when);
    if (this.#scratch !== undefined) this.#compare(NEEDLE, this.#scratch, when);
    if (this.#parser.buffer.length !== this.#memory.length) throw new Error(`the memory has moved, ${when}`);
  }
  #compare(start: number, content: Buffer, when: string): void {
    if (this.#memory.compare(content, 0, content.length, start, start + content.length) === 0) return;
    for (let i = 0; i < content.length; i++) {
      if (this.#memory[start + i] !== content[i])
        throw new Error(`byte 0x${(start + i).toString(16)} of the parser's memory has changed, ${when}`);
    }
  }
}

/** Numbers that look random and follow from a seed. */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  }
  /** From 0 to below `n`. */
  below(n: number): number {
    // xorshift32
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return Math.floor((this.#state / 0x1_0000_0000) * n);
  }
  one(n: number): boolean {
    return this.below(n) === 0;
  }
  /** Bytes of a read: small ones, any up to 1 MiB, and those beside a border of the memory. */
  size(): number {
    switch (this.below(4)) {
      case 0:
        return 1 + this.below(300);
      case 1:
        return 1 + this.below(70_000);
      case 2:
        return 1 + this.below(1_048_576);
      default:
        return (BORDERS[this.below(BORDERS.length)] as number) + this.below(3) - 1;
    }
  }
}
const BORDERS = [4096, 65_536, 131_072, 196_608, 262_144, 327_680, 393_216, 524_288, 1_048_575];
