/**
 * Runs every test/**\/*.test.ts as a process of its own, on Node and on Bun:
 *
 *   node scripts/run-tests.mjs [--runtime node|bun] [--node PATH] [--jobs N] [--without PART] [part of a path …]
 *
 * TypeScript is transformed once, before the first of them (lib/compiled.mjs); Bun reads it as it is. As many run at a time as there
 * are processors, and more while those are idle (lib/share.mjs); `--jobs N` runs N at a time. The slowest of the last run start first.
 *
 * Besides a failed test these fail a file: no test run at all, a test that never ended, another exit status than 0, two minutes
 * gone by, processes left behind. What was skipped for want of a program is listed. The last line gives the sums: `N passed, N failed`,
 * and `, N skipped` where some were.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { findBun } from "./lib/bun.mjs";
import { compile } from "./lib/compiled.mjs";
import { ROOT } from "./lib/root.mjs";
import { runProcess } from "./lib/run-process.mjs";
import { share } from "./lib/share.mjs";

/** Seconds a file may take. */
const DEADLINE = 120;
/** How many files are named as the slowest. */
const SLOWEST = 20;
/** Files at a time per processor, where they mostly wait. */
const WAITING = 3;
const LOADER = join(ROOT, "scripts/lib/typescript.cjs");
/** Seconds each file took when it was last run, by runtime and path. */
const TIMES = join(ROOT, ".cache/test-times.json");

const { values: options, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: "string", multiple: true, default: ["node", "bun"] },
    node: { type: "string", default: process.execPath },
    jobs: { type: "string" },
    without: { type: "string", multiple: true, default: [] },
  },
});

function findFiles() {
  return readdirSync(join(ROOT, "test"), { recursive: true })
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".test.ts"))
    .filter((path) => !options.without.some((part) => path.includes(part)))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
    .sort();
}

/** How to start a file on a runtime. */
function commandFor(runtime) {
  if (runtime === "node") return { command: options.node, before: ["--require", LOADER] };
  if (runtime !== "bun") throw new Error(`--runtime is node or bun, not ${runtime}`);
  const bun = findBun();
  if (bun === undefined)
    throw new Error("there is no Bun for this platform in node_modules; --runtime node runs without it");
  return { command: bun, before: [] };
}

const number = (output, label) => {
  const found = [...output.matchAll(new RegExp(`^  ${label}: +(\\d+)$`, "gm"))].at(-1);
  return found === undefined ? undefined : Number(found[1]);
};

/** Numbers of a file's run, and what was wrong with it besides failed tests. */
function judge({ status, output, late, orphans }) {
  const plain = stripVTControlCharacters(output);
  const total = number(plain, "Total");
  const passed = number(plain, "Passed") ?? 0;
  const skipped = number(plain, "Skipped") ?? 0;
  const complaints = [];
  if (late) complaints.push(`not done after ${DEADLINE} s`);
  else if (total === undefined) complaints.push("ended before its tests were done");
  else if (total + skipped === 0) complaints.push("ran no test: is run() called?");
  if (orphans) complaints.push("left processes behind");
  const failedTests = (total ?? passed) - passed;
  if (complaints.length === 0 && failedTests === 0 && status !== 0)
    complaints.push(`exit status ${status ?? "by signal"}`);
  const missing = [...plain.matchAll(/^missing program: (\S+) \((\S+)\)$/gm)].map(([, program, name]) => [
    program,
    name,
  ]);
  return { passed, skipped, failed: failedTests + complaints.length, complaints, missing };
}

async function runFile({ name, command, before, path }) {
  const { FORCE_COLOR, NODE_OPTIONS, ...env } = process.env;
  const result = await runProcess(command, [...before, path], {
    deadline: DEADLINE,
    env: { ...env, NO_COLOR: "1", LANDSPOUT_COMPILED: ROOT },
  });
  const verdict = judge(result);
  const tests = `${verdict.passed} passed${verdict.skipped > 0 ? `, ${verdict.skipped} skipped` : ""}`;
  const line = `${name}  ${tests}  ${result.seconds.toFixed(1)} s`;
  if (verdict.failed === 0) {
    console.log(`ok    ${line}`);
  } else {
    console.log(`FAIL  ${line}`);
    for (const complaint of verdict.complaints) console.log(`      ${complaint}`);
    console.log(result.output.replace(/^/gm, "    "));
  }
  return { ...verdict, seconds: result.seconds };
}

function readTimes() {
  try {
    return JSON.parse(readFileSync(TIMES, "utf8"));
  } catch {
    return {};
  }
}

function jobs(times) {
  const files = findFiles();
  if (files.length === 0) throw new Error(`no test file matches ${patterns.join(", ")}`);
  const all = options.runtime.flatMap((runtime) => {
    const start = commandFor(runtime);
    return files.map((path) => ({ runtime, ...start, path, name: `${runtime.padEnd(5)} ${path}` }));
  });
  const expected = ({ name }) => times[name] ?? Infinity;
  return all.sort((a, b) => (expected(a) === expected(b) ? 0 : expected(b) - expected(a)));
}

/** How many may run at a time. */
function limits() {
  if (options.jobs === undefined) return { least: availableParallelism(), most: WAITING * availableParallelism() };
  const count = Number(options.jobs);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--jobs is a number from 1, not ${options.jobs}`);
  return { least: count, most: count };
}

async function main() {
  const times = readTimes();
  const queue = jobs(times);
  const { least, most } = limits();
  const began = performance.now();
  await compile();
  const taken = [];
  const missing = new Map();
  const sums = { passed: 0, failed: 0, skipped: 0 };
  const run = async (job) => {
    const verdict = await runFile(job);
    for (const key of Object.keys(sums)) sums[key] += verdict[key];
    for (const [program, install] of verdict.missing) {
      const entry = missing.get(program) ?? { install, files: new Set() };
      missing.set(program, { install, files: entry.files.add(job.path) });
    }
    taken.push({ name: job.name, seconds: verdict.seconds });
    times[job.name] = verdict.seconds;
  };
  await share(queue, run, { least, most });
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  writeFileSync(TIMES, JSON.stringify(times));
  if (taken.length > 1) reportTimes(taken, (performance.now() - began) / 1000);
  if (missing.size > 0) reportMissing(missing);
  const { passed, failed, skipped } = sums;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function reportTimes(taken, whole) {
  const slowest = taken.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  console.log(`${taken.length} files in ${whole.toFixed(0)} s; the slowest ${slowest.length}:`);
  for (const { name, seconds } of slowest) console.log(`  ${seconds.toFixed(1).padStart(5)} s  ${name}`);
}

const sorted = (texts) => [...texts].sort((a, b) => (a < b ? -1 : 1));

function reportMissing(missing) {
  console.log("Skipped, because a program is not here:");
  for (const [program, { files }] of missing) console.log(`  ${program}: ${sorted(files).join(", ")}`);
  const packages = sorted(new Set([...missing.values()].map(({ install }) => install)));
  console.log(`To run them as well (Debian): apt-get install ${packages.join(" ")}`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
