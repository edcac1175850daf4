/**
 * Runs the suites on the other Node versions that are supported: `node scripts/run-on-nodes.mjs [22 24 26]`. Each is installed from
 * npm into .runtimes/ at its first use; the package of the platform holds the binary, so no install script has to run. The last
 * line gives the sums over all versions.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./lib/root.mjs";
import { runProcess } from "./lib/run-process.mjs";

const VERSIONS = ["22", "24", "26"];

/** What a browser makes of our pages is the same on all of them, and `npm test` has seen it; the servers' side has other tests. */
const WITHOUT = "browser";
/** Seconds all suites may take on one version. */
const DEADLINE = 900;

/** The path of a Node of this major version. */
function provide(version) {
  const folder = join(ROOT, `.runtimes/node${version}`);
  const binary = join(folder, process.platform === "win32" ? "node_modules/.bin/node.cmd" : "node_modules/.bin/node");
  if (existsSync(binary)) return binary;
  console.log(`installing Node ${version} into .runtimes/node${version} …`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, "package.json"))) writeFileSync(join(folder, "package.json"), "{}\n");
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}@${version}`;
  const { status } = spawnSync("npm", ["install", name, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`Node ${version} could not be installed`);
  return binary;
}

let passed = 0;
let failed = 0;
let skipped = 0;
const versions = process.argv.length > 2 ? process.argv.slice(2) : VERSIONS;
for (const version of versions) {
  try {
    const node = provide(version);
    console.log(`Node ${spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim()}`);
    const args = ["scripts/run-tests.mjs", "--runtime", "node", "--node", node, "--without", WITHOUT];
    const { output } = await runProcess(process.execPath, args, { deadline: DEADLINE, echo: true });
    const sums = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\n$/.exec(output);
    if (sums === null) throw new Error(`the suites on Node ${version} did not end`);
    passed += Number(sums[1]);
    failed += Number(sums[2]);
    skipped += Number(sums[3] ?? 0);
  } catch (error) {
    console.error(error.message);
    failed += 1;
  }
}
console.log(
  `Node ${versions.join(", ")}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
);
process.exitCode = failed === 0 ? 0 : 1;
