/**
 * The whole-server benchmark: `npm run bench` (see lib/options.mjs for what may be asked). Each server runs alone on
 * core 0, wrk on core 1, servers in turn within each round; figures are medians over the rounds of one run, to be read as
 * ratios within that run.
 */
import { readOptions, USAGE } from "./lib/options.mjs";
import { prepare } from "./lib/prepare.mjs";
import { profile } from "./lib/profile.mjs";
import { printWorkload } from "./lib/report.mjs";
import { chooseServers } from "./lib/servers.mjs";
import { measureWorkload } from "./lib/throughput.mjs";
import { workload } from "./lib/workloads.mjs";

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function runProfile(options, runtimes) {
  const servers = chooseServers({ servers: options.servers ?? ["landspout-node"] }, runtimes);
  for (const server of servers) await profile(server, workload(options.profile), options.seconds);
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  const runtimes = prepare(options);
  if (options.profile) return runProfile(options, runtimes);
  const servers = chooseServers(options, runtimes);
  for (const name of options.workloads) {
    const results = await measureWorkload(workload(name), servers, { ...options, progress });
    progress("");
    printWorkload(workload(name), results, servers, runtimes);
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
