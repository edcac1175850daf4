/** The package's command as users get it: packed, installed in an empty project, `npx landspout serve DIR`, on Node and on Bun. */
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { version } from "../../src/version.ts";

const test = suite("landspout serve", { deadline: 120 });
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const env = { ...process.env, npm_config_loglevel: "error" };

let project = "";
/** The command, on the runtime that runs the test: a `#!` line would choose Node. */
const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [join(project, "node_modules/landspout/build/cli/main.js"), ...args], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });

interface Serving {
  readonly url: string;
  readonly lines: readonly string[];
  stop(): Promise<{ status: number | null; errors: string }>;
}

/** Waits until a command says where it serves. */
async function serving(child: ChildProcess): Promise<Serving> {
  const closed = once(child, "close");
  let errors = "";
  child.stderr?.on("data", (piece) => (errors += String(piece)));
  const lines: string[] = [];
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line.includes("Ctrl+C")) break;
  }
  const url = /http:\/\/\S+/.exec(lines.join("\n"))?.[0];
  if (url === undefined) throw new Error(`the command has ended: ${errors}`);
  return {
    url,
    lines,
    stop: async () => {
      child.kill("SIGINT");
      const [status] = (await closed) as [number | null];
      return { status, errors };
    },
  };
}

async function outcome(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = start(...args);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (piece) => (stdout += String(piece)));
  child.stderr?.on("data", (piece) => (stderr += String(piece)));
  const [status] = (await once(child, "close")) as [number];
  return { status, stdout, stderr };
}

test.before(async () => {
  project = mkdtempSync(join(tmpdir(), "landspout-"));
  const npm = { cwd: project, env };
  const { stdout } = await run("npm", ["pack", root, "--json", "--ignore-scripts", "--pack-destination", project], npm);
  const [packed] = Object.values(JSON.parse(stdout) as { [name: string]: { filename: string } });
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  mkdirSync(join(project, "node_modules"));
  const tarball = join(project, packed?.filename ?? "");
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], npm);
  mkdirSync(join(project, "public/sub"), { recursive: true });
  mkdirSync(join(project, "public/.well-known"));
  writeFileSync(join(project, "public/hello.txt"), "hello");
  writeFileSync(join(project, "public/.hidden"), "hidden");
});
test.after(() => rmSync(project, { recursive: true, force: true }));

test("serves a folder until it is interrupted, and logs requests", async () => {
  const { url, lines, stop } = await serving(start("serve", "public", "--port", "0"));
  assert.match(url, /^http:\/\/localhost:\d+\/$/);
  assert.match(lines[0] ?? "", new RegExp(`^Serving .*public at ${url}$`));
  const list = await fetch(url);
  assert.match(await list.text(), "<title>public</title>");
  const file = await fetch(`${url}hello.txt`, { headers: { Range: "bytes=1-3" } });
  assert.is(file.status, 206);
  assert.is(await file.text(), "ell");
  assert.is((await fetch(`${url}.hidden`)).status, 404);
  const posted = await fetch(url, { method: "POST", body: "x" });
  assert.ok(posted.status === 405 || posted.status === 413);
  await posted.text();
  const { status, errors } = await stop();
  assert.is(status, 0);
  assert.match(errors, /landspout\.access\] 206 GET \/hello\.txt \(127\.0\.0\.1\)/);
});

test("hides lists and shows hidden names where it is told to", async () => {
  const { url, stop } = await serving(
    start("serve", "public", "--port=0", "--no-listing", "--single-page", "--hidden", "--quiet"),
  );
  assert.is((await fetch(url)).status, 404);
  assert.is(await (await fetch(`${url}.hidden`)).text(), "hidden");
  const { status, errors } = await stop();
  assert.is(status, 0);
  assert.is(errors, "", "~> no line per request");
});

test("serves the current folder if none is named, and lists hidden names with it", async () => {
  const child = start("serve", "--port", "0", "--hidden", "--listing", "--address", "127.0.0.1", "-q");
  const { url, stop } = await serving(child);
  assert.match(await (await fetch(`${url}public/`)).text(), "<bdi>.hidden</bdi>");
  assert.is((await stop()).status, 0);
});

test("serves a single-page application", async () => {
  mkdirSync(join(project, "single"), { recursive: true });
  writeFileSync(join(project, "single/index.html"), "the page");
  const { url, stop } = await serving(start("serve", "single", "--port", "0", "-q", "--single-page"));
  const headers = { Accept: "text/html" };
  const page = await fetch(`${url}users/5`, { headers });
  assert.is(page.status, 200);
  assert.is(page.headers.get("cache-control"), "no-cache");
  assert.is(await page.text(), "the page");
  for (const [path, fields] of [
    ["old.js", headers],
    ["users/5", { Accept: "*/*" }],
  ] as const) {
    const missing = await fetch(url + path, { headers: fields });
    assert.is(missing.status, 404);
    await missing.text();
  }
  assert.is((await stop()).status, 0);
});

test("names the addresses of everyone in the network", async () => {
  const { lines, url, stop } = await serving(start("serve", "public", "--port", "0", "--address", "0.0.0.0", "-q"));
  assert.match(lines[0] ?? "", " at http://localhost:");
  for (const line of lines.slice(1, -1)) assert.match(line, /^ {2}and at http:\/\/\d+\.\d+\.\d+\.\d+:\d+\/$/);
  assert.is((await fetch(url.replace("localhost", "127.0.0.1"))).status, 200);
  await stop();
});

test("says what is wrong, without a stack", async () => {
  const { url, stop } = await serving(start("serve", "public", "--port", "0", "-q"));
  const port = new URL(url).port;
  for (const [args, status, text] of [
    [[], 2, "say what to do"],
    [["sirve"], 2, "there is no command sirve"],
    [["serve", "a", "b"], 2, "one folder can be served, not 2"],
    [["serve", "--port", "http"], 2, "--port is a number from 0 (any free port) to 65535, not http"],
    [["serve", "--colour"], 2, "Unknown option '--colour'"],
    [["serve", "--listing", "--no-listing"], 2, "--listing and --no-listing contradict each other"],
    [["serve", "--listing", "--single-page"], 2, "--listing and --single-page contradict each other"],
    [["serve", "missing"], 1, "there is no folder missing"],
    [["serve", "package.json"], 1, "package.json is not a folder"],
    [["serve", "--port", port], 1, `cannot serve at 127.0.0.1 port ${port}: `],
  ] as const) {
    const found = await outcome(...args);
    assert.is(found.status, status, text);
    assert.ok(found.stderr.startsWith(`landspout: ${text}`), found.stderr);
    assert.not.match(found.stderr, /^ +at /m, "no stack");
    assert.is(found.stdout, "");
  }
  await stop();
});

test("tells its version and its options", async () => {
  assert.is((await outcome("--version")).stdout, `${version}\n`);
  const { stdout, status } = await outcome("serve", "--help");
  assert.is(status, 0);
  for (const option of ["--port", "--address", "--no-listing", "--hidden", "--quiet"])
    assert.match(stdout, `\n  ${option} `);
});

test("is what `npx landspout serve` runs", async () => {
  // A group of its own: a terminal would interrupt npx, its shell and the command alike.
  const child = spawn("npx", ["--no-install", "landspout", "serve", "public", "--port", "0", "-q"], {
    cwd: project,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { url } = await serving(child);
  assert.is(await (await fetch(`${url}hello.txt`)).text(), "hello");
  const closed = once(child, "close");
  process.kill(-(child.pid ?? Number.NaN), "SIGINT");
  await closed;
  await fetch(url).then(
    () => assert.unreachable("it still serves"),
    () => undefined,
  );
});

test.run();
