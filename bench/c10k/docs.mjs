/** bench/results/c10k.json, and what is made of it: sections of docs/benchmarks.md and docs/benchmark-c10k.svg. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceSection } from "../lib/docs.mjs";
import { BENCH, ROOT } from "../lib/prepare.mjs";
import { machine } from "../lib/results.mjs";
import { markdownTable } from "../lib/table.mjs";
import { drawChart } from "./chart.mjs";
import { HEAD, KINDS, MANY_HEAD, manyRows, rowsOf, SOAK_HEAD, soakRows } from "./report.mjs";

const RESULTS = join(BENCH, "results/c10k.json");
const PAGE = join(ROOT, "docs/benchmarks.md");
const CHART = join(ROOT, "docs/benchmark-c10k.svg");

export function latest() {
  if (!existsSync(RESULTS)) throw new Error("bench/results/c10k.json is missing: run the benchmark first");
  return JSON.parse(readFileSync(RESULTS, "utf8"));
}

/** Runs of some servers replace only theirs. */
export function save(sections, { clients, processes, messages, bytes }, servers, runtimes) {
  mkdirSync(join(BENCH, "results"), { recursive: true });
  const before = existsSync(RESULTS) ? latest() : { sections: {}, servers: [] };
  const about = { date: new Date().toISOString().slice(0, 10), clients, processes, messages, bytes };
  const merged = { ...before.sections };
  for (const [name, results] of Object.entries(sections))
    merged[name] = { about, results: { ...before.sections[name]?.results, ...results } };
  const others = before.servers.filter(({ name }) => !servers.some((server) => server.name === name));
  const known = servers.map(({ name, label, group, role, version }) => ({ name, label, group, role, version }));
  const order = ["landspout-node", "ws", "landspout-bun", "bun-serve"];
  const all = [...others, ...known].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const data = { machine: machine(), runtimes, servers: all, sections: merged };
  writeFileSync(RESULTS, `${JSON.stringify(data, undefined, 2)}\n`);
  return data;
}

function aboutLine({ about, results }) {
  const rounds = [...new Set(Object.values(results).map((one) => one.rounds))].sort((a, b) => a - b).join(" or ");
  const clients = `${about.clients.toLocaleString("en-US")} clients`;
  const processes = about.processes > 1 ? `, ${about.processes} processes of the server` : "";
  return `Measured ${about.date}: ${clients}${processes}, ${rounds} ${rounds === "1" ? "round" : "rounds"} of ${about.messages} messages of ${about.bytes} bytes.`;
}

/** Writes both files and gives their names. */
export function writeDocs(data) {
  const { sections, servers, runtimes } = data;
  let page = readFileSync(PAGE, "utf8");
  for (const kind of Object.keys(KINDS)) {
    if (sections[kind] === undefined) continue;
    const table = markdownTable(HEAD, rowsOf(sections[kind].results, servers, runtimes, kind));
    page = replaceSection(page, `c10k-${kind}`, `${aboutLine(sections[kind])}\n\n${table}`);
  }
  const many = Object.keys(KINDS).filter((kind) => sections[`many-${kind}`] !== undefined);
  if (many.length > 0) {
    const results = Object.fromEntries(many.map((kind) => [kind, sections[`many-${kind}`].results]));
    const table = markdownTable(MANY_HEAD, manyRows(results, servers, runtimes));
    page = replaceSection(page, "c10k-many", `${aboutLine(sections[`many-${many[0]}`])}\n\n${table}`);
  }
  if (sections.soak !== undefined)
    page = replaceSection(
      page,
      "c10k-soak",
      markdownTable(SOAK_HEAD, soakRows(sections.soak.results, servers, runtimes)),
    );
  writeFileSync(PAGE, page);
  if (Object.keys(KINDS).some((kind) => sections[kind] === undefined)) return ["docs/benchmarks.md"];
  writeFileSync(CHART, drawChart(data));
  return ["docs/benchmarks.md", "docs/benchmark-c10k.svg"];
}
