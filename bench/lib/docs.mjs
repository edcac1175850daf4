/**
 * docs/benchmarks.md and docs/benchmark.svg out of results/latest.json. In the Markdown only what stands between
 * `<!-- bench:name -->` and `<!-- /bench:name -->` is replaced; the words around are written by people.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawChart } from "./chart.mjs";
import { ROOT } from "./prepare.mjs";
import * as report from "./report.mjs";
import { runtimeTitle } from "./servers.mjs";
import { markdownTable } from "./table.mjs";
import { TARGET_HEAD, targetRows } from "./targets.mjs";

const PAGE = join(ROOT, "docs/benchmarks.md");
const CHART = join(ROOT, "docs/benchmark.svg");

function about({ machine, runtimes, throughput, memory, latency }) {
  const sections = [...Object.values(throughput), memory, latency].filter(Boolean);
  const dates = [...new Set(sections.map((section) => section.about.date.slice(0, 10)))].join(", ");
  const lengths = [
    ...new Set(sections.map(({ about: { rounds, seconds } }) => `${rounds} rounds of ${seconds} s`)),
  ].join(", ");
  const versions = ["node", "bun", "python"]
    .filter((group) => runtimes[group])
    .map((group) => runtimeTitle(group, runtimes));
  return [
    `Measured ${dates}: ${lengths}; ${machine.cpu}, ${machine.kernel}; ${versions.join(", ")}, wrk ${runtimes.wrk}.`,
  ].join("\n");
}

function sectionsOf(data) {
  const { servers, runtimes, throughput } = data;
  const sections = { about: about(data) };
  for (const [name, { results }] of Object.entries(throughput)) {
    sections[name] = markdownTable(report.WORKLOAD_HEAD, report.workloadRows(results, servers, runtimes));
  }
  if (data.memory)
    sections.memory = markdownTable(report.MEMORY_HEAD, report.memoryRows(data.memory.results, servers, runtimes));
  if (data.latency)
    sections.latency = markdownTable(report.LATENCY_HEAD, report.latencyRows(data.latency.results, servers, runtimes));
  const plain = Object.fromEntries(Object.entries(throughput).map(([name, { results }]) => [name, results]));
  const measured = { throughput: plain, memory: data.memory?.results, latency: data.latency?.results };
  sections.targets = markdownTable(TARGET_HEAD, targetRows(measured));
  return sections;
}

export function replaceSection(page, name, text) {
  const open = `<!-- bench:${name} -->`;
  const close = `<!-- /bench:${name} -->`;
  const start = page.indexOf(open);
  const end = page.indexOf(close);
  if (start === -1 || end < start) throw new Error(`docs/benchmarks.md has no ${open} … ${close}`);
  return `${page.slice(0, start + open.length)}\n\n${text}\n\n${page.slice(end)}`;
}

/** Writes both files and gives their names. */
export function writeDocs(data) {
  let page = readFileSync(PAGE, "utf8");
  for (const [name, text] of Object.entries(sectionsOf(data))) page = replaceSection(page, name, text);
  writeFileSync(PAGE, page);
  if (!data.throughput.hello) return ["docs/benchmarks.md"];
  writeFileSync(CHART, drawChart(data));
  return ["docs/benchmarks.md", "docs/benchmark.svg"];
}
