/**
 * Runs every test/**\/*.test.ts as a process of its own, two at a time, on Node and on Bun:
 *
 *   node scripts/run-tests.mjs [--runtime node|bun] [--node PATH] [--jobs N] [--without PART] [part of a path …]
 *
 * Besides a failed test these fail a file: no test run at all, a test that never ended, another exit status than 0, two minutes
 * gone by, processes left behind. The last line gives the sums: `N passed, N failed`.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { findBun } from "./lib/bun.mjs";
import { ROOT } from "./lib/root.mjs";
import { runProcess } from "./lib/run-process.mjs";

/** Seconds a file may take. */
const DEADLINE = 120;

const { values: options, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: "string", multiple: true, default: ["node", "bun"] },
    node: { type: "string", default: process.execPath },
    jobs: { type: "string", default: "2" },
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
  if (runtime === "node") return { command: options.node, before: ["--import", "tsx"] };
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
  return { passed, skipped, failed: failedTests + complaints.length, complaints };
}

async function runFile({ runtime, command, before, path }) {
  const { FORCE_COLOR, NODE_OPTIONS, ...env } = process.env;
  const result = await runProcess(command, [...before, path], { deadline: DEADLINE, env: { ...env, NO_COLOR: "1" } });
  const verdict = judge(result);
  const tests = `${verdict.passed} passed${verdict.skipped > 0 ? `, ${verdict.skipped} skipped` : ""}`;
  const line = `${runtime.padEnd(5)} ${path}  ${tests}  ${result.seconds.toFixed(1)} s`;
  if (verdict.failed === 0) {
    console.log(`ok    ${line}`);
  } else {
    console.log(`FAIL  ${line}`);
    for (const complaint of verdict.complaints) console.log(`      ${complaint}`);
    console.log(result.output.replace(/^/gm, "    "));
  }
  return verdict;
}

async function main() {
  const files = findFiles();
  if (files.length === 0) throw new Error(`no test file matches ${patterns.join(", ")}`);
  const queue = options.runtime.flatMap((runtime) => {
    const start = commandFor(runtime);
    return files.map((path) => ({ runtime, ...start, path }));
  });
  let passed = 0;
  let failed = 0;
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const verdict = await runFile(job);
      passed += verdict.passed;
      failed += verdict.failed;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(options.jobs)) }, worker));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
