/** The search behind `readUntil`, against a search that is too simple to be wrong. */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import * as abi from "../../src/parser/abi.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import { parsers } from "./_parsers.ts";

type Bytes = readonly number[];

const ascii = (text: string): Bytes => [...text].map((letter) => letter.charCodeAt(0));

/** A generator of small numbers that is the same in every run. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function naive(haystack: Bytes, needle: Bytes): number {
  for (let i = 0; i + needle.length <= haystack.length; i++) {
    if (needle.every((byte, j) => haystack[i + j] === byte)) return i;
  }
  return -1;
}

function find(parser: HttpParser, haystack: Bytes, needle: Bytes, at: number = abi.RECEIVE): number {
  parser.buffer.set(needle, abi.NEEDLE);
  parser.buffer.set(haystack, at);
  const found = parser.indexOf(at, at + haystack.length, needle.length);
  return found === -1 ? -1 : found - at;
}

for (const parser of parsers) {
  const test = suite(`indexOf · ${parser.kind}`);

  test("finds a needle of every length from 1 to 40 at every offset", () => {
    for (let length = 1; length <= 40; length++) {
      const needle = Array.from({ length }, (_, i) => 65 + i);
      for (let offset = 0; offset <= 80; offset++) {
        const haystack = [...Array.from({ length: offset }, () => 46), ...needle, 46, 46];
        assert.is(find(parser, haystack, needle), offset, `${length} bytes at ${offset}`);
        assert.is(find(parser, haystack.slice(0, -3), needle), -1, `${length} bytes at ${offset}, cut short`);
      }
    }
  });

  test("finds the first of several occurrences", () => {
    assert.is(find(parser, ascii("..ab..ab"), ascii("ab")), 2);
    assert.is(find(parser, ascii("aaaa"), ascii("aa")), 0);
  });

  test("finds a needle after a beginning of itself", () => {
    assert.is(find(parser, ascii("\r\r\n\r\r\n\r\n"), ascii("\r\n\r\n")), 4);
    assert.is(find(parser, ascii("aaaaab"), ascii("aab")), 3);
    assert.is(find(parser, ascii("abababac"), ascii("ababac")), 2);
    assert.is(find(parser, ascii("--a--ab--abc"), ascii("--abc")), 7);
  });

  test("finds nothing in too short a range", () => {
    assert.is(find(parser, [], [1]), -1);
    assert.is(find(parser, [1, 2], [1, 2, 3]), -1);
    assert.is(find(parser, [1, 2, 3], [1, 2, 3]), 0);
  });

  test("does not look past the end", () => {
    parser.buffer.set(ascii("ab"), abi.NEEDLE);
    parser.buffer.set(ascii("xxab"), abi.RECEIVE);
    assert.is(parser.indexOf(abi.RECEIVE, abi.RECEIVE + 3, 2), -1);
    assert.is(parser.indexOf(abi.RECEIVE + 3, abi.RECEIVE + 4, 2), -1);
    assert.is(parser.indexOf(abi.RECEIVE + 4, abi.RECEIVE + 4, 1), -1);
  });

  test("finds a needle in the last bytes of the memory", () => {
    for (let length = 1; length <= 40; length++) {
      const needle = Array.from({ length }, (_, i) => 200 - i);
      const haystack = [0, 0, 0, ...needle];
      assert.is(find(parser, haystack, needle, abi.MEMORY_SIZE - haystack.length), 3);
      parser.buffer.fill(0, abi.MEMORY_SIZE - 64);
    }
  });

  test("tells bytes apart that differ in one bit", () => {
    for (let bit = 0; bit < 8; bit++) {
      const needle = ascii("delimiter");
      for (let i = 0; i < needle.length; i++) {
        const near = needle.map((byte, j) => (i === j ? byte ^ (1 << bit) : byte));
        assert.is(find(parser, [...near, ...near, ...needle], needle), 18);
      }
    }
  });

  test("agrees with a naive search on random bytes of a small alphabet", () => {
    const next = random(12345);
    for (let run = 0; run < 4000; run++) {
      const alphabet = 1 + next(3);
      const haystack = Array.from({ length: next(120) }, () => 97 + next(alphabet));
      const needle = Array.from({ length: 1 + next(run % 4 === 0 ? 40 : 6) }, () => 97 + next(alphabet));
      assert.is(find(parser, haystack, needle, abi.RECEIVE + next(40)), naive(haystack, needle), `run ${run}`);
    }
  });

  test("agrees with a naive search on needles cut out of the range", () => {
    const next = random(99);
    for (let run = 0; run < 2000; run++) {
      const haystack = Array.from({ length: 60 + next(300) }, () => next(run % 2 === 0 ? 2 : 256));
      const start = next(haystack.length - 1);
      const needle = haystack.slice(start, start + 1 + next(60));
      assert.is(find(parser, haystack, needle), naive(haystack, needle), `run ${run}`);
    }
  });

  test("agrees with a naive search where beginnings of the needle are frequent", () => {
    const next = random(4711);
    for (let run = 0; run < 300; run++) {
      const rare = 3 + next(60);
      const letters = (length: number): number[] => Array.from({ length }, () => (next(rare) === 0 ? 98 : 97));
      const needle = [97, ...letters(next(90)), 97];
      const haystack = [...letters(1500 + next(1500)), ...(run % 3 === 0 ? needle : []), ...letters(next(50))];
      assert.is(find(parser, haystack, needle), naive(haystack, needle), `run ${run}`);
      // The whole of the needle but its last byte within the range, and that byte behind the end.
      const cut = naive(haystack, needle);
      if (cut === -1) continue;
      const end = abi.RECEIVE + cut + needle.length - 1;
      assert.is(parser.indexOf(abi.RECEIVE, end, needle.length), -1, `run ${run}, cut short`);
    }
  });

  test("finds a needle that overlaps many beginnings of itself", () => {
    for (let length = 2; length < 70; length++) {
      // Of `a…aba…a`, with one `b`, the search meets a beginning at every byte.
      const side = Array.from({ length }, () => 97);
      const needle = [...side, 98, ...side];
      const haystack = [...Array.from({ length: 2000 }, () => 97), ...needle];
      assert.is(find(parser, haystack, needle), 2000, `${length} letters on either side`);
      assert.is(find(parser, [...haystack, 97], [...needle, 97]), 2000);
    }
  });

  test("goes on from the end minus the needle's length plus one", () => {
    const next = random(7);
    for (let run = 0; run < 500; run++) {
      const haystack = Array.from({ length: 1 + next(80) }, () => next(2));
      const needle = Array.from({ length: 1 + next(8) }, () => next(2));
      parser.buffer.set(needle, abi.NEEDLE);
      parser.buffer.set(haystack, abi.RECEIVE);
      let from = abi.RECEIVE;
      let found = -1;
      for (let end = abi.RECEIVE; found === -1 && end < abi.RECEIVE + haystack.length;) {
        end = Math.min(end + 1 + next(9), abi.RECEIVE + haystack.length);
        found = parser.indexOf(from, end, needle.length);
        from = Math.max(abi.RECEIVE, end - needle.length + 1);
      }
      assert.is(found === -1 ? -1 : found - abi.RECEIVE, naive(haystack, needle), `run ${run}`);
    }
  });

  test("finds the largest needle", () => {
    const needle = Array.from({ length: abi.NEEDLE_SIZE }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
    const filler = Array.from({ length: 5000 }, (_, i) => (i * 7) & 0xff);
    assert.is(find(parser, [...filler, ...needle], needle), 5000);
    assert.is(find(parser, [...filler, ...needle.slice(0, -1)], needle), -1);
  });

  test("finds a large needle after many beginnings of itself", () => {
    const needle = [...Array.from({ length: abi.NEEDLE_SIZE - 1 }, () => 97), 98];
    const haystack = [...Array.from({ length: 40_000 }, () => 97), 98, 97];
    assert.is(find(parser, haystack, needle), 40_000 - needle.length + 1);
    assert.is(find(parser, haystack.slice(0, 40_000), needle), -1);
  });

  test("leaves the table alone", () => {
    parser.table.fill(7);
    find(parser, ascii("aaaaaaaaaaaaaaaaaaaaab"), ascii("ab"));
    assert.ok(parser.table.every((word) => word === 7));
  });

  test.run();
}
