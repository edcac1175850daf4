/** The package as users get it: packed, installed in an empty project, imported and used there, on the runtime that runs the test. */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";

const test = suite("package", { deadline: 120 });
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: { [path: string]: string | { types: string; default: string } };
  [name: string]: unknown;
};
const modules = Object.keys(manifest.exports).filter((path) => path !== "./package.json");

/** More would have to say what it is for. Source maps, with the sources in them, and the documentation are more than half of it. */
const PACKED_BUDGET = 2_000_000;
const UNPACKED_BUDGET = 700_000;

let project = "";
const inProject = (script: string): Promise<{ stdout: string; stderr: string }> => {
  const file = join(project, `script-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, script);
  return run(process.execPath, [file], { cwd: project });
};

test.before(async () => {
  project = mkdtempSync(join(tmpdir(), "landspout-"));
  const npm = { cwd: project, env: { ...process.env, npm_config_loglevel: "error" } };
  const { stdout } = await run("npm", ["pack", root, "--json", "--ignore-scripts", "--pack-destination", project], npm);
  const packed = JSON.parse(stdout) as { filename: string }[] | { [name: string]: { filename: string } };
  const [first] = Object.values(packed) as { filename: string }[];
  const tarball = join(project, (first as { filename: string }).filename);
  assert.ok(statSync(tarball).size <= PACKED_BUDGET, `${statSync(tarball).size} bytes packed`);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  mkdirSync(join(project, "node_modules"));
  // The dependencies come from where they are already: the test needs no network.
  const dependencies = Object.keys(manifest["dependencies"] as object).map((name) => join(root, "node_modules", name));
  await run(
    "npm",
    ["install", "--offline", "--no-audit", "--no-fund", "--install-links", tarball, ...dependencies],
    npm,
  );
});
test.after(() => rmSync(project, { recursive: true, force: true }));

test("needs one package, which needs none, and runs nothing when it is installed", () => {
  assert.equal(Object.keys(manifest["dependencies"] as object), ["mime"]);
  const mime = JSON.parse(readFileSync(join(root, "node_modules/mime/package.json"), "utf8")) as typeof manifest;
  assert.is(mime["dependencies"], undefined);
  for (const field of ["optionalDependencies", "bundledDependencies"]) assert.is(manifest[field], undefined);
  // The clients that drivers are given: known by their shape, never imported, never installed with it.
  const optional = manifest["peerDependenciesMeta"] as { [name: string]: { optional: boolean } };
  for (const name of Object.keys(manifest["peerDependencies"] as object)) assert.ok(optional[name]?.optional, name);
  const scripts = Object.keys(manifest["scripts"] as object);
  // npm runs `prepare` where it installs from git, and not for the package of a registry.
  assert.equal(
    scripts.filter((name) => /install|prepare|prepublish/.test(name)),
    ["prepare"],
  );
});

test("has every file its exports name, and types for each", () => {
  let size = 0;
  for (const path of modules) {
    const entry = manifest.exports[path] as { types: string; default: string };
    for (const file of [entry.types, entry.default])
      size += statSync(join(project, "node_modules/landspout", file)).size;
  }
  assert.ok(size > 0 && size < UNPACKED_BUDGET);
});

test("says where it comes from", () => {
  assert.equal(manifest["repository"], { type: "git", url: "git+https://github.com/landspout/landspout.git" });
  assert.is(manifest["homepage"], "https://github.com/landspout/landspout#readme");
  assert.equal(manifest["bugs"], { url: "https://github.com/landspout/landspout/issues" });
});

test("every link of its documentation leads to a file of the package, or of the repository", () => {
  const here = join(project, "node_modules/landspout");
  const pages = readdirSync(here, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".md") && !name.startsWith("node_modules"),
  );
  assert.ok(pages.includes("README.md") && pages.includes("CHANGELOG.md") && pages.length > 30);
  let counted = 0;
  const repository = /^https:\/\/github\.com\/landspout\/landspout\/(?:blob|tree)\/main\//;
  for (const page of pages) {
    const text = readFileSync(join(here, page), "utf8")
      .replace(/```[^]*?\n```/g, "")
      .replace(/`[^`\n]*`/g, "code");
    // Inline links with or without a title, links by reference, and the addresses of HTML.
    const links = text.matchAll(/\]\(\s*<?([^)\s#>]+)|^ {0,3}\[[^\]\n]+\]:\s*<?([^\s#>]+)|\b(?:href|src)="([^"#]+)/gm);
    for (const [, inline, reference, html] of links) {
      const link = inline ?? reference ?? html ?? "";
      counted++;
      if (/^[a-z]+:/.test(link) && !repository.test(link)) continue;
      const isOfRepository = repository.test(link);
      const target = isOfRepository ? join(root, link.replace(repository, "")) : join(here, dirname(page), link);
      assert.ok(existsSync(target), `${page}: ${link}`);
      if (!isOfRepository) assert.ok(!relative(here, target).startsWith(".."), `${page}: ${link} leaves the package`);
    }
  }
  assert.ok(counted > 300, `${counted} links`);
});

test("stack traces can name the lines of its sources, which are in its source maps", async () => {
  const map = JSON.parse(readFileSync(join(project, "node_modules/landspout/build/index.js.map"), "utf8")) as {
    sources: string[];
    sourcesContent: string[];
  };
  assert.equal(map.sources, ["../src/index.ts"]);
  assert.is(map.sourcesContent[0], readFileSync(join(root, "src/index.ts"), "utf8"));
  if ("Bun" in globalThis) return;
  const file = join(project, "throws.mjs");
  writeFileSync(
    file,
    'import { Application } from "landspout"; try { new Application(7); } catch (error) { console.log(error.stack); }',
  );
  const { stdout } = await run(process.execPath, ["--enable-source-maps", file], { cwd: project });
  assert.match(stdout, /landspout\/src\/web\/[\w/-]+\.ts:\d+:\d+/);
});

test("imports every module, without a side effect", async () => {
  for (const path of modules) {
    const name = path === "." ? "landspout" : `landspout${path.slice(1)}`;
    const { stdout, stderr } = await inProject(`
      const globals = new Set(Reflect.ownKeys(globalThis));
      const { Module } = WebAssembly;
      let compiled = 0;
      WebAssembly.Module = class extends Module { constructor(...a) { super(...a); compiled++; } };
      const module = await import("${name}");
      const added = Reflect.ownKeys(globalThis).filter((key) => !globals.has(key)).map(String);
      const handles = (process.getActiveResourcesInfo?.() ?? []).filter((kind) => !/^(?:TTY|Pipe|FSReq|Immediate|CloseReq)/.test(kind));
      console.log(JSON.stringify([Object.keys(module).length > 0, compiled, added, handles]));`);
    assert.is(stderr, "", name);
    assert.equal(JSON.parse(stdout), [true, 0, [], []], name);
  }
});

test("exports these names", async () => {
  const { stdout } = await inProject(`console.log(JSON.stringify(Object.keys(await import("landspout")).sort()))`);
  assert.equal(JSON.parse(stdout), [
    "Application",
    "AsyncHTTPClient",
    "EventSourceHandler",
    "Finish",
    "HTTPError",
    "HTTPHeaders",
    "HTTPRequest",
    "HTTPServer",
    "HTTPServerRequest",
    "IOLoop",
    "IOStream",
    "LandspoutError",
    "MissingArgumentError",
    "PeriodicCallback",
    "RedirectHandler",
    "RequestHandler",
    "StaticFileHandler",
    "TCPClient",
    "TCPServer",
    "UIModule",
    "UsageError",
    "WebSocketHandler",
    "addslash",
    "asynchronous",
    "authenticated",
    "define",
    "gen",
    "isLandspoutError",
    "loggers",
    "options",
    "removeslash",
    "route",
    "setLoggers",
    "streamRequestBody",
    "url",
    "version",
  ]);
});

test("serves the program of the README", async () => {
  const { stdout } = await inProject(`
    import { Application, RequestHandler } from "landspout";
    class MainHandler extends RequestHandler { get() { this.write("Hello, world"); } }
    const server = new Application([["/", MainHandler]], { accessLog: false }).listen(0);
    const response = await fetch("http://localhost:" + server.port);
    console.log(await response.text());
    await server.shutdown({ deadline: 1 });`);
  assert.is(stdout, "Hello, world\n");
});

test.run();
