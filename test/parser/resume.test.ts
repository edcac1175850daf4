/**
 * With the hint, bytes already seen are not searched again, so that a head sent byte by byte costs linear time. Shown without
 * a clock: what has been seen is overwritten with bytes that would be refused, and nobody notices.
 */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import * as abi from "../../src/parser/abi.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import type { Element } from "./_case.ts";
import { parse, put } from "./_feed.ts";
import { parsers } from "./_parsers.ts";

const BAD = 0;
const ROUNDS = 200;

/**
 * Feeds `before` honestly and then `unit` again and again, byte by byte, each time with all earlier bytes made bad; the share of
 * calls that looked back.
 */
function lookBacks(parser: HttpParser, element: Element, before: string, unit: string): number {
  const start = abi.RECEIVE;
  const { buffer } = parser;
  put(parser, before, start);
  let end = start + before.length;
  assert.is(parse(parser, element, start, end, 0, abi.MAX_FIELDS), 0);
  let hint = parser.table[abi.T_RESUME] as number;
  let noticed = 0;
  let honest = before;
  for (let i = 0; i < ROUNDS * unit.length; i++) {
    const letter = unit[i % unit.length] as string;
    honest += letter;
    buffer.fill(BAD, start, end);
    buffer[end++] = letter.charCodeAt(0);
    let result = parse(parser, element, start, end, hint, abi.MAX_FIELDS);
    if (result !== 0) {
      noticed++;
      put(parser, honest, start);
      result = parse(parser, element, start, end, hint, abi.MAX_FIELDS);
    }
    assert.is(result, 0);
    hint = parser.table[abi.T_RESUME] as number;
  }
  return noticed / (ROUNDS * unit.length);
}

const LINE = "GET / HTTP/1.1\r\n";
const PARTS: readonly (readonly [string, Element, string, string])[] = [
  ["a method", "request", "M", "m"],
  ["a target", "request", "GET /", "a%"],
  ["a field name", "request", `${LINE}n`, "n-"],
  ["a field value", "request", `${LINE}n: v`, "v \t\xff"],
  ["many field lines", "request", LINE, "n:v\r\n"],
  ["a reason", "response", "HTTP/1.1 200 r", "r "],
  ["the field lines of a response", "response", "HTTP/1.1 200 r\r\n", "n:\r\n"],
  ["many trailers", "trailers", "a:b\r\n", "name: value\r\n"],
];

for (const parser of parsers) {
  const test = suite(`resume · ${parser.kind}`);

  for (const [what, element, before, unit] of PARTS) {
    test(`does not look back in ${what}`, () => {
      // A few looks back are fine: they cost a constant factor.
      const share = lookBacks(parser, element, before, unit);
      assert.ok(share <= 0.05, `looked back in ${share * 100} % of the calls`);
    });
  }

  test("accepts a hint of the same head moved to another place", () => {
    const head = `${LINE}Host: example.com\r\n\r\n`;
    for (let cut = 1; cut < head.length; cut++) {
      put(parser, head, abi.RECEIVE);
      assert.is(parser.parseRequestHead(abi.RECEIVE, abi.RECEIVE + cut, 0, 100), 0);
      const hint = parser.table[abi.T_RESUME] as number;
      const start = abi.RECEIVE - cut;
      put(parser, head, start);
      assert.is(parser.parseRequestHead(start, start + head.length, hint, 100), head.length);
      assert.is((parser.table[abi.T_HOST_START] as number) - start, 22);
    }
  });

  test("counts the bytes seen in the low 24 bits of the hint", () => {
    const head = `${LINE}Host: example.com\r\n\r`;
    put(parser, head, abi.RECEIVE);
    let hint = 0;
    for (let length = 0; length <= head.length; length++) {
      assert.is(parser.parseRequestHead(abi.RECEIVE, abi.RECEIVE + length, hint, 100), 0);
      hint = parser.table[abi.T_RESUME] as number;
      assert.is(hint & 0xffffff, length);
    }
  });

  test.run();
}
