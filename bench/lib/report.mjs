/** Results as rows, for the terminal. */
import { figures, thousands } from "./numbers.mjs";
import { runtimeTitle } from "./servers.mjs";
import { terminalTable } from "./table.mjs";

export function serverTitle(server, runtimes) {
  const version = server.version ? ` ${server.version}` : "";
  return `${server.label}${version} (${runtimeTitle(server.group, runtimes)})`;
}

/** Lowest CPU per request first. */
export function workloadRows(results, servers, runtimes) {
  return servers
    .filter((server) => results[server.name])
    .sort((a, b) => results[a.name].cpu - results[b.name].cpu)
    .map((server) => {
      const { cpu, perSecond, p99, samples } = results[server.name];
      const costs = samples.map((sample) => sample.cpu);
      const spread = `${figures(Math.min(...costs))}–${figures(Math.max(...costs))}`;
      return [serverTitle(server, runtimes), figures(cpu), spread, thousands(perSecond), p99 > 0 ? p99.toFixed(2) : "–"];
    });
}

export const WORKLOAD_HEAD = ["server", "CPU µs/request", "lowest–highest", "requests/s", "p99 ms"];

export function printWorkload(workload, results, servers, runtimes) {
  console.log(`\n${workload.title}`);
  console.log(terminalTable(WORKLOAD_HEAD, workloadRows(results, servers, runtimes)));
}
