/**
 * The guide as a reader follows it: `npm init`, the package installed from its tarball, files written, programs started one by one in this
 * runtime, and every command given to a shell, with the real curl.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import * as assert from "uvu/assert";
import { bindUnusedPort } from "../../src/testing/index.ts";
import { suite } from "../_support/suite.ts";
import { readPage } from "./_page.ts";
import type { Page, Program } from "./_page.ts";
import { ROOT, runsHere } from "./_serve.ts";

const run = promisify(execFile);
const onBun = "Bun" in globalThis;
/** Seconds a program without a server may run. */
const LONGEST = 20;
/** Whether this runtime takes the types out by itself; a reader with Node 20 has tsx do it, which uses esbuild. */
const readsTypes = onBun || (process.features as { typescript?: unknown }).typescript !== undefined;

/** The file to start for a program. */
async function startable(folder: string, file: string): Promise<string> {
  if (readsTypes || !file.endsWith(".ts")) return file;
  const outfile = join(folder, file.replace(/\.ts$/, ".mjs"));
  await build({
    entryPoints: [join(folder, file)],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
  });
  return outfile;
}
const env: NodeJS.ProcessEnv = { ...process.env, npm_config_loglevel: "error", NODE_OPTIONS: "" };

const read = (name: string): Page => readPage(readFileSync(join(ROOT, "docs/guide", name), "utf8"));

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function listens(port: number, running: () => boolean): Promise<void> {
  for (;;) {
    const socket = net.connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen || !running()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs a program of a page, and every command the page gives for it. */
async function follow(folder: string, program: Program): Promise<void> {
  const commands = program.questions.filter(({ command }) => command !== undefined);
  if (!runsHere(program) || (program.listens && commands.length === 0)) return;
  const held = await bindUnusedPort();
  await held.release();
  const onPort = (text: string): string => text.replace(/\b8888\b/g, String(held.port));
  write(join(folder, program.file), `${onPort(program.code)}\n`);
  const child = spawn(process.execPath, [await startable(folder, program.file)], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const ended = once(child, "exit");
  try {
    if (!program.listens) {
      // A reader waits for its end, and so does its deadline.
      const late = setTimeout(() => child.kill("SIGKILL"), LONGEST * 1000);
      const [status] = (await ended) as [number | null];
      clearTimeout(late);
      assert.is(status, 0, `${program.file}:\n${output}`);
      return;
    }
    await listens(held.port, () => child.exitCode === null);
    assert.is(child.exitCode, null, `${program.file} ended:\n${output}`);
    for (const { command = "", expected, line } of commands) {
      for (const [, name = ""] of command.matchAll(/@([\w.]+)/g)) write(join(folder, name), `content of ${name}`);
      const typed = onPort(command).replace(/^curl/, "curl -sS --max-time 10");
      const { stdout, stderr } = await run("sh", ["-c", typed], { cwd: folder, env, timeout: 15_000 });
      for (const text of expected) {
        const isThere = stdout.toLowerCase().includes(onPort(text).toLowerCase());
        assert.ok(isThere, `line ${line}, ${command}: no "${text}" in\n${stdout}${stderr}${output}`);
      }
    }
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** All pages of the guide. */
export const PAGES: readonly string[] = readdirSync(join(ROOT, "docs/guide")).filter((name) => name.endsWith(".md"));

/** A suite that follows some pages, in a project of its own. */
export function followGuide(names: readonly string[]): void {
  const test = suite("the guide, step by step", { deadline: 60, needs: ["curl"] });
  let project = "";
  let tarball = "";

  test.before(async () => {
    project = mkdtempSync(join(tmpdir(), "landspout-guide-"));
    const pack = ["pack", ROOT, "--json", "--ignore-scripts", "--pack-destination", project];
    const { stdout } = await run("npm", pack, { cwd: project, env, maxBuffer: 10_000_000 });
    const packed = Object.values(JSON.parse(stdout) as { [name: string]: { filename: string } });
    tarball = join(project, packed[0]?.filename ?? "");
  });
  test.after(() => rmSync(project, { recursive: true, force: true }));

  test("1-first-handler.md installs it in a new folder", async () => {
    const commands = read("1-first-handler.md").commands.filter((command) => command.startsWith("npm "));
    assert.equal(commands, ["npm init -y", "npm pkg set type=module", "npm install landspout"]);
    // No registry: the tarball in place of the name, and the one dependency from where it is already.
    const local = `--offline --no-audit --no-fund --install-links ${tarball} ${join(ROOT, "node_modules/mime")}`;
    for (const command of commands)
      await run("sh", ["-c", command.replace("install landspout", `install ${local}`)], { cwd: project, env });
    assert.ok(existsSync(join(project, "node_modules/landspout/build/index.js")));
  });

  for (const name of names) {
    const page = read(name);
    test(name, async () => {
      const folder = join(project, name.replace(/\.md$/, ""));
      for (const [file, text] of page.files) write(join(folder, file), text);
      // Those that programs import are there from the start.
      for (const program of page.programs) write(join(folder, program.file), program.code);
      for (const program of page.programs) await follow(folder, program);
    });
  }

  if (!onBun && names.includes("6-testing.md")) {
    test("6-testing.md: its test passes in Node's own runner", async () => {
      const folder = join(project, "6-testing");
      const file = await startable(folder, "app.test.ts");
      const { stdout } = await run(process.execPath, ["--test", file], { cwd: folder, env });
      assert.match(stdout, /pass 1\b/);
    });
  }

  test.run();
}
