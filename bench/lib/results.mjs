/** Raw results in bench/results/latest.json. Each section is one run's; a later run replaces only what it measured. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join, relative } from "node:path";
import { BENCH, ROOT } from "./prepare.mjs";

const folder = join(BENCH, "results");
const LATEST = join(folder, "latest.json");

export function machine() {
  return { cpu: `${cpus().length} × ${cpus()[0].model.trim()}`, kernel: `Linux ${release()}`, arch: process.arch };
}

function load(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { throughput: {} };
}

/** Runs of only some servers go to partial.json, so that latest.json always compares all of them. */
export function save(run, { partial, rounds, seconds, connections }, servers, runtimes) {
  mkdirSync(folder, { recursive: true });
  const file = partial ? join(folder, "partial.json") : LATEST;
  const before = load(file);
  const about = { date: new Date().toISOString(), rounds, seconds, connections };
  const stamp = (section) => section && { about, results: section };
  const throughput = Object.fromEntries(
    Object.entries(run.throughput).map(([name, results]) => [name, stamp(results)]),
  );
  const merged = {
    machine: machine(),
    runtimes,
    servers: servers.map(({ name, label, group, role, version }) => ({ name, label, group, role, version })),
    throughput: { ...before.throughput, ...throughput },
    memory: stamp(run.memory) ?? before.memory,
    latency: stamp(run.latency) ?? before.latency,
  };
  writeFileSync(file, `${JSON.stringify(merged, undefined, 2)}\n`);
  return { file: relative(ROOT, file), data: merged };
}

/** What the last run of all servers left, for drawing the documents again. */
export function latest() {
  if (!existsSync(LATEST)) throw new Error("bench/results/latest.json is missing: run the benchmark first");
  return load(LATEST);
}
