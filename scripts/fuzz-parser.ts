/**
 * Compares the parsers on random and mutated input for as long as one likes:
 *
 *   node --import tsx scripts/fuzz-parser.ts --runs 200000 --seed 1
 *
 * A difference is shrunk, printed with its seed, and ends the run with status 1.
 */
import { parseArgs } from "node:util";
import fc from "fast-check";
import { findDisagreement, trial } from "../test/parser/_agree.ts";
import { parsers } from "../test/parser/_parsers.ts";

const BATCH = 20_000;

const { values } = parseArgs({ options: { runs: { type: "string" }, seed: { type: "string" } } });
const runs = Number(values.runs ?? 200_000);
const firstSeed = Number(values.seed ?? Date.now() & 0x7fff_ffff);
if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(firstSeed))
  throw new RangeError("--runs and --seed are numbers");

console.log(`${runs} runs from seed ${firstSeed}, parsers: ${parsers.map((parser) => parser.kind).join(", ")}`);
for (let done = 0; done < runs; done += BATCH) {
  const seed = firstSeed + done / BATCH;
  const outcome = fc.check(
    fc.property(trial, (one) => {
      const difference = findDisagreement(parsers, one);
      if (difference !== undefined) throw new Error(difference);
    }),
    { numRuns: Math.min(BATCH, runs - done), seed },
  );
  if (outcome.failed) {
    console.error(`after ${done + outcome.numRuns} runs, seed ${seed}`);
    console.error(JSON.stringify(outcome.counterexample));
    console.error(outcome.errorInstance instanceof Error ? outcome.errorInstance.message : outcome.errorInstance);
    process.exitCode = 1;
    break;
  }
  console.log(`${Math.min(done + BATCH, runs)} runs agree`);
}
