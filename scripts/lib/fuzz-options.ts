/** What the fuzz runs of the memory have in common: their options, the runtime they run on, and how they end. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findBun } from "./bun.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
    runtime: { type: "string", default: "bun" in process.versions ? "bun" : "node" },
  },
});

/** @throws RangeError on what is no number, or no part of the run. */
export function fuzzOptions(
  defaultRuns: number,
  parts: readonly string[],
): { readonly runs: number; readonly seed: number; readonly only: string | undefined } {
  const runs = Number(values.runs ?? defaultRuns);
  const seed = Number(values.seed ?? Date.now() & 0xff_ffff);
  if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(seed)) throw new RangeError("--runs and --seed are numbers");
  if (values.only !== undefined && !parts.includes(values.only))
    throw new RangeError(`--only is ${parts.join(" or ")}`);
  return { runs, seed, only: values.only };
}

/** Runs a script's body here, or the script on Bun where `--runtime bun` asks for it. */
export async function onRuntime(script: string, body: () => Promise<void>): Promise<void> {
  if (values.runtime === "bun" && !("bun" in process.versions)) {
    const bun = findBun();
    if (bun === undefined) throw new RangeError("there is no Bun for this platform in node_modules");
    process.exit(spawnSync(bun, [fileURLToPath(script), ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1);
  }
  try {
    await body();
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message.slice(0, 4000) : error);
    process.exit(1);
  }
}
