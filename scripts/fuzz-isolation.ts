/**
 * Looks for bytes of one connection under another's name: many connections with tokens of their own, cut in the middle of handlers.
 *
 *   npm run fuzz:isolation -- --runs 20 --seed 1 [--runtime bun]
 *
 * A run is 300 rounds with each parser, plain and TLS. What goes wrong is printed with its seed, and ends the run with status 1;
 * `--runs 1 --seed N` repeats it, as far as the order in which the system delivers allows.
 */
import { certificate } from "../test/_support/certificates.ts";
import { SETUPS } from "../test/_support/wire.ts";
import { runIsolation } from "../test/memory/_isolation.ts";
import { fuzzOptions, onRuntime } from "./lib/fuzz-options.ts";

const ROUNDS = 300;

await onRuntime(import.meta.url, async () => {
  const { runs, seed } = fuzzOptions(20, []);
  console.log(`${runs} runs of ${ROUNDS} rounds from seed ${seed}`);
  const sums = { messages: 0, requests: 0, answers: 0, cuts: 0 };
  for (let i = 0; i < runs; i++) {
    for (const [, setup] of SETUPS) {
      for (const pair of [undefined, certificate("localhost")]) {
        const count = await runIsolation(setup, pair, seed + i, ROUNDS);
        for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += count[name];
      }
    }
    console.log(
      `${i + 1} runs: ${Object.entries(sums)
        .map(([name, sum]) => `${sum} ${name}`)
        .join(", ")}; none under another's name`,
    );
  }
});
