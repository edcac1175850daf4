/**
 * The parsers agree with each other, and each with itself, on random and mutated input: equal return, equal table, never a
 * throw. `node --import tsx scripts/fuzz-parser.ts --runs 200000` does the same for longer.
 */
import fc from "fast-check";
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { findDisagreement, trial } from "./_agree.ts";
import { parsers } from "./_parsers.ts";

const RUNS = 3000;

const test = suite("agreement");

test("all parsers give equal results, whole and in pieces", () => {
  fc.assert(
    fc.property(trial, (one) => {
      const difference = findDisagreement(parsers, one);
      if (difference !== undefined) throw new Error(difference);
    }),
    { numRuns: RUNS },
  );
});

test("the trials reach acceptance, refusal and incompleteness", () => {
  const seen = { accepted: 0, refused: 0, unfinished: 0 };
  const [parser] = parsers;
  assert.ok(parser);
  for (const one of fc.sample(trial, { numRuns: 500, seed: 1 })) {
    const { buffer } = parser;
    for (let i = 0; i < one.input.length; i++) buffer[one.start + i] = one.input.charCodeAt(i);
    const result = parser.parseRequestHead(one.start, one.start + one.input.length, 0, one.maxFields);
    seen[result > 0 ? "accepted" : result < 0 ? "refused" : "unfinished"]++;
  }
  assert.ok(seen.accepted > 50 && seen.refused > 50 && seen.unfinished > 5, JSON.stringify(seen));
});

test.run();
