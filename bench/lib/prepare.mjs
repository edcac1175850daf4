/** What must be on the machine before anything is measured: the peers, Node 24, Bun, wrk. Installs what npm can install. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const BENCH = fileURLToPath(new URL("..", import.meta.url));
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`"${command} ${args.join(" ")}" failed in ${cwd}`);
}

function installPeers() {
  const marker = join(BENCH, "node_modules/.package-lock.json");
  const lock = join(BENCH, "package-lock.json");
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log("installing the peers (fastify, hono) into bench/node_modules …");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], BENCH);
}

function installNode24() {
  const folder = join(ROOT, ".runtimes/node24");
  const binary = join(folder, "node_modules/.bin/node");
  if (existsSync(binary)) return binary;
  console.log("installing Node 24 into .runtimes/node24 …");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, "package.json"))) writeFileSync(join(folder, "package.json"), "{}\n");
  run("npm", ["install", "node@24", "--no-audit", "--no-fund", "--loglevel=error"], folder);
  return binary;
}

function version(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? (stdout || stderr).trim() : undefined;
}

/** Why this machine cannot run the benchmark at all, or undefined. */
export function obstacle() {
  if (process.platform !== "linux") return "it reads /proc and pins with taskset, so it runs on Linux only";
  if (availableParallelism() < 2) return "it needs two cores, one for the server and one for the client";
  const hints = { wrk: "apt-get install wrk, or https://github.com/wg/wrk", taskset: "apt-get install util-linux" };
  const missing = Object.keys(hints).find((command) => spawnSync("sh", ["-c", `command -v ${command}`]).status !== 0);
  return missing && `${missing} is not installed: ${hints[missing]}`;
}

/** Paths and versions of the runtimes; a runtime that is not there is undefined and its servers are skipped. */
export function prepare({ node: nodePath }) {
  installPeers();
  const node = nodePath ?? installNode24();
  const bun = join(ROOT, "node_modules/.bin/bun");
  const bunVersion = existsSync(bun) ? version(bun, ["--version"]) : undefined;
  const nodeVersion = version(node, ["--version"]);
  if (nodeVersion === undefined) throw new Error(`${node} does not run`);
  const tornado = version("/usr/bin/python3", [
    "-c",
    "import platform, tornado; print(tornado.version, platform.python_version())",
  ]);
  return {
    node: { path: node, version: nodeVersion.replace(/^v/, "") },
    bun: bunVersion && { path: bun, version: bunVersion },
    python: tornado && { path: "/usr/bin/python3", version: tornado.split(" ")[1], tornado: tornado.split(" ")[0] },
    wrk: version("sh", ["-c", "wrk -v | head -1 | cut -d' ' -f2"]),
    built: existsSync(process.env.BENCH_LANDSPOUT ?? join(ROOT, "build/index.js")),
  };
}
