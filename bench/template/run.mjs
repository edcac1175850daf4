/**
 * `npm run bench:template [-- --write]`: a table of 1,000 rows of ten cells, escaped, to UTF-8, beside eta and Tornado's template. Each
 * contender has a turn in every round; the best round of each counts, since noise only ever adds. Node first, then Bun where it is
 * installed; Tornado takes part where Debian's python3-tornado is. `--write` puts the figures into docs/benchmarks.md.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findBun } from "../../scripts/lib/bun.mjs";
import { replaceSection } from "../lib/docs.mjs";
import { markdownTable, terminalTable } from "../lib/table.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const ROUNDS = 40;
/** Renderings in a turn. */
const COUNT = 10;

const cells = (make) =>
  Array.from({ length: 1000 }, (_, row) => Array.from({ length: 10 }, (__, cell) => make(row, cell)));
const tables = {
  numbers: cells((row, cell) => row * 10 + cell),
  texts: cells((row, cell) => (cell === 3 ? `<b>${row} & more</b>` : `cell ${cell} of row ${row}`)),
};
const OURS = "<table>{% for row in table %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% end %}</tr>{% end %}</table>";
const ETA =
  "<table><% for (const row of it.table) { %><tr><% for (const cell of row) { %><td><%= cell %></td><% } %></tr><% } %></table>";

/** Names, and functions that render once. */
async function contenders() {
  const { Template } = await import("../../build/template/index.js");
  const { Eta } = await import("eta");
  const template = new Template(OURS, { name: "table.html" });
  const eta = new Eta();
  const compiled = eta.compile(ETA);
  return {
    landspout: (table) => Buffer.from(template.generate({ table })),
    eta: (table) => Buffer.from(eta.render(compiled, { table })),
  };
}

/** Tornado in a process of its own, which renders when it is told to. */
async function startTornado() {
  if (spawnSync("/usr/bin/python3", ["-c", "import tornado"]).status !== 0) return undefined;
  const child = spawn("/usr/bin/python3", [join(here, "tornado_table.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const templates = Object.fromEntries(Object.keys(tables).map((name) => [name, OURS]));
  child.stdin.write(`${JSON.stringify({ templates, tables })}\n`);
  const sizes = {};
  let version = "";
  for (const name of Object.keys(tables)) {
    const answer = JSON.parse(await next());
    version = answer.version;
    sizes[name] = answer.bytes;
  }
  const render = async (name, count) => {
    child.stdin.write(`${name} ${count}\n`);
    return Number(await next());
  };
  return { version, sizes, render, end: () => child.stdin.end() };
}

/** Nanoseconds of one rendering, by contender, of the best round. */
async function measure(name, functions, tornado) {
  const table = tables[name];
  const best = {};
  const sizes = new Set(Object.values(functions).map((render) => render(table).length));
  if (tornado) sizes.add(tornado.sizes[name]);
  if (sizes.size !== 1) throw new Error(`they render ${[...sizes].join(", ")} bytes`);
  const note = (who, round, each) => {
    if (round >= 0) best[who] = Math.min(best[who] ?? Infinity, each);
  };
  for (let round = -3; round < ROUNDS; round++) {
    const turns = Object.entries(functions);
    if (round % 2 !== 0) turns.reverse();
    for (const [who, render] of turns) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < COUNT; i++) render(table);
      note(who, round, Number(process.hrtime.bigint() - start) / COUNT);
    }
    if (tornado && round >= ROUNDS - 5) note("Tornado", round, await tornado.render(name, 2));
  }
  return best;
}

/** What one runtime measures. */
async function measureHere() {
  const functions = await contenders();
  const tornado = await startTornado();
  const figures = {};
  for (const name of Object.keys(tables)) figures[name] = await measure(name, functions, tornado);
  tornado?.end();
  const { Bun } = globalThis;
  const runtime = Bun === undefined ? `Node ${process.versions.node}` : `Bun ${Bun.version}`;
  return { runtime, tornado: tornado?.version, figures };
}

/** Wanted at least, as the time of another over ours. */
const WANTED = { eta: 1, Tornado: 3 };

function rowsOf({ runtime, tornado, figures }) {
  const versions = {
    eta: JSON.parse(readFileSync(join(here, "node_modules/eta/package.json"))).version,
    Tornado: tornado,
  };
  return Object.entries(figures).flatMap(([name, best]) =>
    Object.entries(best).map(([who, ns]) => {
      const ratio = ns / best.landspout;
      const wanted = WANTED[who];
      return [
        `${runtime}, ${name}: ${who}${versions[who] === undefined ? "" : ` ${versions[who]}`}`,
        `${(ns / 1e6).toFixed(2)}`,
        `${ratio.toFixed(2)}×`,
        wanted === undefined ? "–" : `${wanted}×`,
        wanted === undefined ? "–" : ratio >= wanted ? "yes" : "**no**",
      ];
    }),
  );
}

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(await measureHere()));
} else {
  execFileSync(process.execPath, [join(root, "scripts/setup.mjs")], { stdio: "inherit" });
  if (!existsSync(join(here, "node_modules/eta")))
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
  const measured = [process.execPath, findBun()]
    .filter((runtime) => runtime !== undefined)
    .map((runtime) =>
      JSON.parse(execFileSync(runtime, [fileURLToPath(import.meta.url), "--json"], { encoding: "utf8" })),
    );
  const head = ["runtime, table: engine", "ms", "time over ours", "wanted", "met"];
  const rows = measured.flatMap(rowsOf);
  console.log(terminalTable(head, rows));
  if (process.argv.includes("--write")) {
    const page = join(root, "docs/benchmarks.md");
    writeFileSync(page, replaceSection(readFileSync(page, "utf8"), "template", markdownTable(head, rows)));
  }
}
