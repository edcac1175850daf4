/**
 * `npm run check`: everything a change must pass, in the order that fails soonest. `--no-tests` leaves the suites out, for who has run
 * them already. Ends with `N passed, N failed`: each check counts one, and each test.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./lib/root.mjs";
import { runProcess } from "./lib/run-process.mjs";
import { setup } from "./setup.mjs";

const node = process.execPath;
const bin = (path) => [node, join(ROOT, "node_modules", path)];

/** Name, command. */
const CHECKS = [
  ["format", [...bin("oxfmt/bin/oxfmt"), "--check"]],
  ["lint", [...bin("oxlint/bin/oxlint"), "--type-aware"]],
  ["field names", [node, "--import", "tsx", "scripts/make-field-names.mjs", "--check"]],
  ["layers", [node, "scripts/check-layers.mjs"]],
  ["types of src", [...bin("typescript/bin/tsc"), "--noEmit", "-p", "."]],
  ["types of tests and examples", [...bin("typescript/bin/tsc"), "-p", "tsconfig.test.json"]],
  ["types of assembly", [...bin("typescript/bin/tsc"), "-p", "assembly"]],
  ["unused files and dependencies", [...bin("knip/bin/knip.js"), "--no-progress"]],
  ["package shape", [...bin("publint/src/cli.js"), "--strict"]],
];

let passed = 0;
let failed = 0;
let skipped = 0;
const began = performance.now();

function report(name, good, seconds, output) {
  if (good) passed++;
  else failed++;
  console.log(`${good ? "ok    " : "FAILED"} ${name}  ${seconds.toFixed(1)} s`);
  if (!good) console.log(output);
}

const start = performance.now();
try {
  setup();
  report("build", true, (performance.now() - start) / 1000, "");
} catch (error) {
  report("build", false, (performance.now() - start) / 1000, error.message);
}
for (const [name, [command, ...args]] of CHECKS) {
  const at = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  report(name, status === 0, (performance.now() - at) / 1000, `${stdout}${stderr}`);
}
if (!process.argv.includes("--no-tests")) {
  const { output, seconds } = await runProcess(node, ["scripts/run-tests.mjs"], { deadline: 1500, echo: true });
  const sums = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\n$/.exec(output);
  passed += Number(sums?.[1] ?? 0);
  failed += Number(sums?.[2] ?? 1);
  skipped += Number(sums?.[3] ?? 0);
  console.log(`tests  ${seconds.toFixed(1)} s`);
}
console.log(`all of it took ${((performance.now() - began) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed === 0 ? 0 : 1;
