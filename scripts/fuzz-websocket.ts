/**
 * Random WebSocket conversations with a server of every kind, for as long as one likes:
 *
 *   node --import tsx scripts/fuzz-websocket.ts --runs 20000 --seed 1
 *
 * What goes wrong is printed with its seed, and ends the run with status 1; `--runs 1 --seed N` repeats it.
 */
import { parseArgs } from "node:util";
import { SETUPS } from "../test/_support/wire.ts";
import { runFuzz } from "../test/websocket/_fuzz-run.ts";

const BATCH = 2000;

const { values } = parseArgs({ options: { runs: { type: "string" }, seed: { type: "string" } } });
const runs = Number(values.runs ?? 20_000);
const firstSeed = Number(values.seed ?? Date.now() & 0x7fff_ffff);
if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(firstSeed))
  throw new RangeError("--runs and --seed are numbers");

console.log(`${runs} conversations from seed ${firstSeed}, with each of ${SETUPS.map(([name]) => name).join(", ")}`);
try {
  for (let done = 0; done < runs; done += BATCH) {
    for (const [, setup] of SETUPS) await runFuzz(setup, firstSeed + done, Math.min(BATCH, runs - done));
    console.log(`${Math.min(done + BATCH, runs)} conversations as they should be`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message.slice(0, 4000) : error);
  process.exitCode = 1;
}
