/**
 * The hash: published digests of MurmurHash3_x86_128, and that an input in pieces gives the digest of the whole.
 *
 * Vectors: the verification value of SMHasher's own test (Austin Appleby, KeysetTest.cpp: VerificationTest, 0xB3ECE62A for
 * MurmurHash3_x86_128), which covers every length from 0 to 255; and the example of the README of murmurhash3js.
 */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import * as abi from "../../src/parser/abi.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import { parsers } from "./_parsers.ts";

function seed(parser: HttpParser, value: number): void {
  parser.table.fill(value, abi.T_HASH, abi.T_HASH + 4);
}

function digest(parser: HttpParser): number[] {
  return [...parser.table.subarray(abi.T_HASH, abi.T_HASH + 4)];
}

function hash(parser: HttpParser, bytes: Uint8Array, seedValue: number, at: number = abi.SCRATCH): number[] {
  parser.buffer.set(bytes, at);
  seed(parser, seedValue);
  parser.hashFinish(at, at + bytes.length, bytes.length);
  return digest(parser);
}

const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, "0")).join("");
const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 167 + (i >> 3) * 29 + 13) & 0xff);
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

for (const parser of parsers) {
  const test = suite(`hash · ${parser.kind}`);

  test("gives the verification value of SMHasher", () => {
    // Keys {0}, {0,1}, … of every length up to 255 with the seed 256 - length; then the hash of all digests with seed 0.
    const digests = new Uint8Array(256 * 16);
    const view = new DataView(digests.buffer);
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, i) => i);
      hash(parser, key, 256 - length).forEach((word, i) => view.setUint32(length * 16 + i * 4, word, true));
    }
    assert.is(hash(parser, digests, 0)[0], 0xb3ece62a);
  });

  test("gives the published digest of a sentence", () => {
    const sentence = ascii("I will not buy this record, it is scratched.");
    assert.is(hex(hash(parser, sentence, 0)), "a0a9683b25ac5e40d9af2895890dddf5");
  });

  test("gives zeros for nothing with seed 0", () => {
    assert.equal(hash(parser, new Uint8Array(0), 0), [0, 0, 0, 0]);
  });

  test("gives the same digest wherever the bytes lie", () => {
    const bytes = noise(333);
    const expected = hash(parser, bytes, 7);
    for (let shift = 0; shift < 17; shift++) assert.equal(hash(parser, bytes, 7, abi.RECEIVE - 100 + shift), expected);
    assert.equal(hash(parser, bytes, 7, abi.MEMORY_SIZE - bytes.length), expected);
  });

  test("gives the digest of the whole for pieces", () => {
    const bytes = noise(200);
    const expected = hash(parser, bytes, 1);
    for (let cut = 0; cut <= 192; cut += 16) {
      for (let second = cut; second <= 192; second += 16) {
        seed(parser, 1);
        parser.hashBlocks(abi.SCRATCH, abi.SCRATCH + cut);
        parser.hashBlocks(abi.SCRATCH + cut, abi.SCRATCH + second);
        parser.hashFinish(abi.SCRATCH + second, abi.SCRATCH + 200, 200);
        assert.equal(digest(parser), expected, `${cut} and ${second}`);
      }
    }
  });

  test("leaves the state as it is for an empty piece", () => {
    seed(parser, 99);
    parser.hashBlocks(abi.SCRATCH, abi.SCRATCH);
    assert.equal(digest(parser), [99, 99, 99, 99]);
  });

  test("takes the total modulo 2^32", () => {
    const bytes = noise(20);
    parser.buffer.set(bytes, abi.SCRATCH);
    const withTotal = (total: number): number[] => {
      seed(parser, 3);
      parser.hashFinish(abi.SCRATCH, abi.SCRATCH + 20, total);
      return digest(parser);
    };
    assert.equal(withTotal(2 ** 32 + 20), withTotal(20));
    assert.not.equal(withTotal(2 ** 31 + 20), withTotal(20));
  });

  test("survives a parse between two pieces", () => {
    const bytes = noise(64);
    const expected = hash(parser, bytes, 5);
    seed(parser, 5);
    parser.hashBlocks(abi.SCRATCH, abi.SCRATCH + 32);
    const head = ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    parser.buffer.set(head, abi.RECEIVE);
    assert.is(parser.parseRequestHead(abi.RECEIVE, abi.RECEIVE + head.length, 0, 10), head.length);
    parser.hashFinish(abi.SCRATCH + 32, abi.SCRATCH + 64, 64);
    assert.equal(digest(parser), expected);
  });

  test.run();
}

const agreement = suite("hash · agreement");

agreement("every parser gives the same digest for every length up to 600", () => {
  const bytes = noise(600);
  for (let length = 0; length <= 600; length++) {
    const digests = parsers.map((parser) => hex(hash(parser, bytes.subarray(0, length), length * 2654435761)));
    assert.equal(new Set(digests).size, 1, `${length} bytes`);
  }
});

agreement.run();
