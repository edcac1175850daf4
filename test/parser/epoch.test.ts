/**
 * T_EPOCH: each parse function gives its result a number of its own, whatever the result is, so that nobody who comes back to the table takes
 * the numbers of one message for those of another.
 */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import * as abi from "../../src/parser/abi.ts";
import type { Element } from "./_case.ts";
import { parse, put } from "./_feed.ts";
import { parsers } from "./_parsers.ts";

const test = suite("parser, the number of a result");
const START = abi.RECEIVE;

const INPUTS: readonly (readonly [Element, complete: string, unfinished: string, refused: string])[] = [
  ["request", "GET / HTTP/1.1\r\nA: b\r\n\r\n", "GET / HTTP/1.1\r\nA: b", "GET / HTTP/1.1\r\nA b\r\n"],
  ["response", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b", "HTTP/1.1 2x"],
  ["trailers", "A: b\r\n\r\n", "A: b", "A b\r\n"],
  ["chunk", "1a\r\n", "1a", "x"],
];

for (const parser of parsers) {
  for (const [element, ...inputs] of INPUTS) {
    test(`${parser.kind}: every call for a ${element} advances it by one`, () => {
      for (const input of inputs) {
        const before = parser.epoch;
        put(parser, input, START);
        parse(parser, element, START, START + input.length, 0, 10);
        assert.is(parser.epoch, before + 1, input);
        assert.is(parser.table[abi.T_EPOCH], parser.epoch);
      }
    });
  }

  test(`${parser.kind}: a call that only goes on from a hint advances it too`, () => {
    const head = `GET / HTTP/1.1\r\nA: ${"b".repeat(200)}`;
    put(parser, head, START);
    const end = START + head.length;
    assert.is(parser.parseRequestHead(START, end - 1, 0, 10), 0);
    const before = parser.epoch;
    assert.is(parser.parseRequestHead(START, end, parser.table[abi.T_RESUME] as number, 10), 0);
    assert.is(parser.epoch, before + 1);
  });

  test(`${parser.kind}: what leaves the results alone does not advance it`, () => {
    const before = parser.epoch;
    put(parser, "x".repeat(32), START);
    parser.indexOf(START, START + 32, 1);
    parser.hashBlocks(START, START + 32);
    parser.hashFinish(START, START + 8, 40);
    parser.mask(START, START + 32, 1);
    parser.utf8(START, START + 32, 0);
    assert.is(parser.epoch, before);
  });

  test(`${parser.kind}: it goes on from 0 behind the largest number of a slot`, () => {
    parser.table[abi.T_EPOCH] = 0xffff_ffff;
    put(parser, "1\r\n", START);
    assert.is(parser.parseChunkSize(START, START + 3), 3);
    assert.is(parser.epoch, 0);
  });
}

test.run();
