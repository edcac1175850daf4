/**
 * Random WebSocket conversations with servers and clients of every kind, for as long as one likes:
 *
 *   node --import tsx scripts/fuzz-websocket.ts --runs 20000 --seed 1 [--role server|client]
 *
 * Every fourth batch may be compressed; clients get random answers to their handshake besides. What goes wrong is printed with its seed, and ends the run with status 1; `--runs 1 --seed N`
 * repeats it, with `--compressed` where it was.
 */
import { parseArgs } from "node:util";
import { SETUPS } from "../test/_support/wire.ts";
import { ROLES } from "../test/websocket/_endpoints.ts";
import { runHandshakes } from "../test/websocket/_fuzz-handshake.ts";
import { runFuzz } from "../test/websocket/_fuzz-run.ts";

/** Conversations that are told of; a part of them are those of one endpoint. */
const BATCH = 2000;
const PART = 500;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20000" },
    seed: { type: "string" },
    role: { type: "string" },
    compressed: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const firstSeed = Number(values.seed ?? Date.now() & 0x7fff_ffff);
const roles = ROLES.filter((role) => values.role === undefined || values.role === role);
if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(firstSeed))
  throw new RangeError("--runs and --seed are numbers");
if (roles.length === 0) throw new RangeError("--role is server or client");

const setups = SETUPS.map(([name]) => name).join(", ");
console.log(`${runs} conversations from seed ${firstSeed}, with each ${roles.join(" and ")} of ${setups}`);
try {
  for (let done = 0; done < runs; done += PART) {
    const count = Math.min(PART, runs - done);
    const compressed = values.compressed || (done / PART) % 4 === 3;
    for (const role of roles)
      for (const [, setup] of SETUPS) await runFuzz(role, setup, firstSeed + done, count, compressed);
    if (roles.includes("client")) for (const [, setup] of SETUPS) await runHandshakes(setup, firstSeed + done, count);
    if ((done + PART) % BATCH === 0 || done + PART >= runs)
      console.log(`${Math.min(done + PART, runs)} conversations as they should be`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message.slice(0, 4000) : error);
  process.exitCode = 1;
}
