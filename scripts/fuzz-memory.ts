/**
 * Tries to get bytes of a peer into parts of the parser's memory where none belong, for as long as one likes:
 *
 *   npm run fuzz:memory -- --runs 2000 --seed 1 [--only streams|ways] [--runtime bun]
 *
 * `streams`: scripted runtimes and consumers that interfere with each other. `ways`: every way in over real sockets, plain and TLS, of which
 * one run is as long as 40 of the others. Borders of the regions are looked at after each step. What goes wrong is printed with its seed,
 * and ends the run with status 1; `--runs 1 --seed N` repeats it.
 */
import { certificate } from "../test/_support/certificates.ts";
import { SETUPS } from "../test/_support/wire.ts";
import { fuzzStreams } from "../test/memory/_fuzz-streams.ts";
import { fuzzWays } from "../test/memory/_fuzz-ways.ts";
import { fuzzOptions, onRuntime } from "./lib/fuzz-options.ts";

const STREAMS_PER_WAY = 40;

await onRuntime(import.meta.url, async () => {
  const { runs, seed, only } = fuzzOptions(2000, ["streams", "ways"]);
  console.log(`${runs} runs from seed ${seed}`);
  for (let done = 0; done < runs; done += STREAMS_PER_WAY) {
    const count = Math.min(STREAMS_PER_WAY, runs - done);
    if (only !== "ways") for (const kind of ["wasm", "ts"] as const) await fuzzStreams(kind, seed + done, count);
    if (only !== "streams")
      for (const [, setup] of SETUPS)
        for (const pair of [undefined, certificate("localhost")]) await fuzzWays(setup, pair, seed + done, 1);
    if (done % (10 * STREAMS_PER_WAY) === 0) console.log(`${done + count} runs as they should be`);
  }
  console.log("the memory is as it should be");
});
