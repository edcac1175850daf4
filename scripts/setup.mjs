/**
 * Brings a fresh clone to the point where everything runs: packages from the lockfile, build/landspout.wasm, build/*.js. Does what
 * is missing or stale and nothing else; runs on Node alone, for nothing is installed yet. `npm start` and `npm test` begin here; `--build`
 * installs nothing.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./lib/root.mjs";

const BUILD = join(ROOT, "build");
const STAMP = join(ROOT, ".cache/build.sha256");

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));

/**
 * Whether node_modules is what the lockfile says. npm writes down what it installed in a lockfile of the same form; packages for
 * other platforms are missing there, as they should.
 */
function isInstalled() {
  if (!existsSync(join(ROOT, "node_modules/.package-lock.json"))) return false;
  const installed = readJson("node_modules/.package-lock.json").packages;
  return Object.entries(readJson("package-lock.json").packages).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined
      ? wanted.optional === true
      : found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/** Runs npm: the one that runs us, if one does, else the one on the path. */
function npm(args) {
  const cli = process.env.npm_execpath;
  const [command, ...before] = cli?.endsWith(".js") ? [process.execPath, cli] : ["npm"];
  return spawnSync(command, [...before, ...args], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] }).status;
}

function install() {
  if (isInstalled()) return;
  console.log("installing the packages of package-lock.json …");
  const status = npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (status !== 0) throw new Error("npm ci failed; is the registry reachable?");
}

/** Paths under src/ that tsc compiles, with `/` on every platform. */
function sources() {
  return readdirSync(join(ROOT, "src"), { recursive: true })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts"))
    .sort((a, b) => (a < b ? -1 : 1));
}

const outputsOf = (source) => [".js", ".js.map", ".d.ts"].map((ending) => source.replace(/\.ts$/, ending));

function fingerprint(files) {
  const hash = createHash("sha256");
  const inputs = [
    ...files.map((file) => `src/${file}`),
    "tsconfig.json",
    "scripts/setup.mjs",
    "node_modules/typescript/package.json",
  ];
  for (const input of inputs) hash.update(input).update(readFileSync(join(ROOT, input)));
  return hash.digest("hex");
}

/** Deletes what an earlier build left of sources that are gone: it would be packed. */
function prune(wanted) {
  for (const name of readdirSync(BUILD, { recursive: true })) {
    const path = name.replaceAll("\\", "/");
    if (/\.(js|js\.map|d\.ts)$/.test(path) && !wanted.has(path)) rmSync(join(BUILD, path));
  }
}

function compile() {
  const files = sources();
  const outputs = files.flatMap(outputsOf);
  const current = fingerprint(files);
  const before = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : "";
  if (before === current && outputs.every((name) => existsSync(join(BUILD, name)))) return;
  const began = performance.now();
  rmSync(STAMP, { force: true });
  // Without it npm packs nothing of this folder: its .gitignore, which leaves everything out, would count.
  writeFileSync(join(BUILD, ".npmignore"), "");
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "."], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error("src/ does not compile");
  prune(new Set(outputs));
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  writeFileSync(STAMP, current);
  console.log(`src/ compiled to build/ in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** Builds what is missing or stale. */
function build() {
  execFileSync(process.execPath, [join(ROOT, "scripts/build-wasm.mjs")], { cwd: ROOT, stdio: "inherit" });
  compile();
}

/** Installs and builds whatever is missing or stale. */
export function setup() {
  install();
  build();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    // npm runs `prepare` where it installs the package from git, after the packages that build it.
    if (process.argv.includes("--build")) build();
    else setup();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
