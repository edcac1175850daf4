/**
 * The whole-server benchmark: `npm run bench` (see lib/options.mjs for what may be asked). Each server runs alone on
 * core 0, wrk on core 1, servers in turn within each round; figures are medians over the rounds of one run, to be read as
 * ratios within that run.
 */
import { writeDocs } from "./lib/docs.mjs";
import { readOptions, USAGE } from "./lib/options.mjs";
import { obstacle, prepare } from "./lib/prepare.mjs";
import { profile } from "./lib/profile.mjs";
import * as report from "./lib/report.mjs";
import { latest, save } from "./lib/results.mjs";
import { chooseServers } from "./lib/servers.mjs";
import { latency as measureLatency, memory as measureMemory } from "./lib/standing.mjs";
import { measureWorkload } from "./lib/throughput.mjs";
import { workload } from "./lib/workloads.mjs";

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function runProfile(options, runtimes) {
  const servers = chooseServers({ servers: options.servers ?? ["landspout-node"] }, runtimes);
  for (const server of servers) await profile(server, workload(options.profile), options.seconds);
}

async function runThroughput(options, servers, runtimes) {
  const throughput = {};
  for (const name of options.workloads) {
    const found = workload(name);
    const results = await measureWorkload(found, servers, { ...options, progress });
    progress("");
    throughput[name] = results;
    report.printSection(found.title, report.WORKLOAD_HEAD, report.workloadRows(results, servers, runtimes));
  }
  return throughput;
}

async function runStanding(options, servers, runtimes) {
  const run = {};
  const count = options.connections.toLocaleString("en-US");
  if (options.memory) {
    run.memory = await measureMemory(servers, { ...options, progress });
    progress("");
    report.printSection(
      `memory at ${count} idle connections`,
      report.MEMORY_HEAD,
      report.memoryRows(run.memory, servers, runtimes),
    );
  }
  if (options.c10k) {
    run.latency = await measureLatency(servers, { ...options, progress });
    progress("");
    report.printSection(
      `latency in ms, 64 connections against ${count}, 1 % active`,
      report.LATENCY_HEAD,
      report.latencyRows(run.latency, servers, runtimes),
    );
  }
  return run;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  if (options.render) return console.log(`written: ${writeDocs(latest()).join(", ")}`);
  const reason = obstacle();
  if (reason) return console.log(`server benchmark skipped: ${reason}`);
  const runtimes = prepare(options);
  if (options.profile) return runProfile(options, runtimes);
  const servers = chooseServers(options, runtimes);
  const run = {
    throughput: await runThroughput(options, servers, runtimes),
    ...(await runStanding(options, servers, runtimes)),
  };
  report.printTargets(run);
  // Without landspout itself a run compares nothing worth keeping.
  if (!runtimes.built) options.partial = true;
  const { file, data } = save(run, options, servers, runtimes);
  console.log(`\nraw results: ${file}`);
  if (options.docs && runtimes.built) console.log(`written: ${writeDocs(data).join(", ")}`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
