/** Results as rows: the same ones for the terminal and for docs/benchmarks.md. */
import { figures, thousands } from "./numbers.mjs";
import { runtimeTitle } from "./servers.mjs";
import { terminalTable } from "./table.mjs";
import { TARGET_HEAD, targetRows } from "./targets.mjs";

export function serverTitle(server, runtimes) {
  const version = server.version ? ` ${server.version}` : "";
  return `${server.label}${version} (${runtimeTitle(server.group, runtimes)})`;
}

function sortedBy(results, servers, key) {
  return servers.filter((server) => results[server.name]).sort((a, b) => key(results[a.name]) - key(results[b.name]));
}

export const WORKLOAD_HEAD = ["server", "CPU µs/request", "lowest–highest", "requests/s", "p99 ms"];

/** Lowest CPU per request first. */
export function workloadRows(results, servers, runtimes) {
  return sortedBy(results, servers, (result) => result.cpu).map((server) => {
    const { cpu, perSecond, p99, samples } = results[server.name];
    const costs = samples.map((sample) => sample.cpu);
    const spread = `${figures(Math.min(...costs))}–${figures(Math.max(...costs))}`;
    return [
      serverTitle(server, runtimes),
      figures(cpu),
      spread,
      thousands(perSecond),
      p99 === null ? "–" : p99.toFixed(2),
    ];
  });
}

export const MEMORY_HEAD = ["server", "KB per idle connection", "process before, MB", "after, MB"];

export function memoryRows(results, servers, runtimes) {
  return sortedBy(results, servers, (result) => result.perConnection).map((server) => {
    const { perConnection, before, after } = results[server.name];
    return [
      serverTitle(server, runtimes),
      figures(perConnection / 1000),
      (before / 1e6).toFixed(0),
      (after / 1e6).toFixed(0),
    ];
  });
}

export const LATENCY_HEAD = [
  "server",
  "paced p50: 64",
  "10,000",
  "paced p99: 64",
  "10,000",
  "full load p99: 64",
  "10,000",
];

export function latencyRows(results, servers, runtimes) {
  return sortedBy(results, servers, (result) => result.many.p99).map((server) => {
    const { few, many, fewFull, manyFull } = results[server.name];
    const values = [few.p50, many.p50, few.p99, many.p99, fewFull.p99, manyFull.p99];
    return [serverTitle(server, runtimes), ...values.map((value) => value.toFixed(2))];
  });
}

export function printSection(title, head, rows) {
  console.log(`\n${title}`);
  console.log(rows.length > 0 ? terminalTable(head, rows) : "nothing measured");
}

export function printTargets(results) {
  const rows = targetRows(results).filter((row) => row[3] !== "–");
  if (rows.length > 0)
    printSection(
      "targets",
      TARGET_HEAD,
      rows.map((row) => row.map((cell) => cell.replaceAll("**", ""))),
    );
}
