/**
 * `npm run bench:c10k`: ten thousand WebSockets, apart from it ten thousand event streams and ten thousand long polls, on one server
 * process: time until all stand, memory of each, a message to all of them. Beside it `ws` on node:http, and Bun.serve. The server runs on
 * core 0, the clients in one process on core 1. With `--processes N` the server is N processes on core 0, the clients N on core 1. With
 * `--soak SECONDS` instead: soak.mjs.
 */
import { parseArgs } from "node:util";
import { median } from "../lib/numbers.mjs";
import { prepare } from "../lib/prepare.mjs";
import { ServerProcess } from "../lib/server-process.mjs";
import { terminalTable } from "../lib/table.mjs";
import { latest, save, writeDocs } from "./docs.mjs";
import { Fleet } from "./fleet.mjs";
import { makeRoom } from "./limits.mjs";
import { anonymousBytes, cpuMicroseconds, giveBack, processesOf } from "./process-tree.mjs";
import { HEAD, KINDS, MANY_HEAD, manyRows, rowsOf } from "./report.mjs";
import { chooseServers } from "./servers.mjs";
import { soak } from "./soak.mjs";

const USAGE = `npm run bench:c10k -- [options]

  --only a,b       kinds of clients: ws, sse, poll (all)
  --servers a,b    landspout-node, landspout-bun, ws, bun-serve (all)
  --clients N      (10000)
  --processes N    of the server, and as many of clients (1); 50,000 clients want 4 where a process may have 20,000 descriptors
  --rounds N       rounds, each with every server once in a process of its own; medians are over rounds (1)
  --messages N     messages to all in each round (10)
  --bytes N        of a message (64)
  --docs           write the tables and the chart of docs/benchmarks.md
  --render         no measuring: write them again from the last results
  --soak SECONDS   joins, leaves, slow readers, silent peers and floods instead: nothing may be lost or left

Runs are merged: a later one replaces what it measured. BENCH_LANDSPOUT=/path/to/index.js measures another build than build/index.js.`;

const WARM_UP_CLIENTS = 500;

async function cpuOf(pids, work) {
  const before = cpuMicroseconds(pids);
  const result = await work();
  return { result, cpu: cpuMicroseconds(pids) - before };
}

/** Everything of one server and one kind, once. */
async function measureWith(running, clients, { clients: count, messages, bytes }) {
  await clients.ready();
  const pids = processesOf(running.pid);
  await clients.open(WARM_UP_CLIENTS);
  await clients.broadcast(messages, bytes);
  await clients.close();
  await giveBack(pids);
  const before = anonymousBytes(pids);
  const opened = await cpuOf(pids, () => clients.open(count));
  await giveBack(pids);
  const after = anonymousBytes(pids);
  const sent = await cpuOf(pids, () => clients.broadcast(messages, bytes));
  const middle = (key) => median(sent.result.map((sample) => sample[key]));
  return {
    connect: opened.result.ms,
    least: Math.min(...opened.result.each),
    most: Math.max(...opened.result.each),
    connectCpu: opened.cpu / count,
    memory: (after - before) / count,
    first: middle("first"),
    p50: middle("p50"),
    p99: middle("p99"),
    last: middle("last"),
    cpu: sent.cpu / (count * messages),
  };
}

async function measure(server, kind, options) {
  const running = await ServerProcess.start(server, { flags: server.group === "node" ? ["--expose-gc"] : [] });
  const clients = new Fleet(running.port, kind, options.processes);
  try {
    return await measureWith(running, clients, options);
  } finally {
    await clients.end();
    await running.end();
  }
}

function medians(samples) {
  return Object.fromEntries(Object.keys(samples[0]).map((key) => [key, median(samples.map((sample) => sample[key]))]));
}

async function measureKind(kind, servers, options) {
  const samples = new Map();
  for (let round = 0; round < options.rounds; round++) {
    for (const server of servers) {
      try {
        samples.set(server.name, [...(samples.get(server.name) ?? []), await measure(server, kind, options)]);
      } catch (error) {
        console.log(`${server.name}, ${kind}: ${error.message}`);
        process.exitCode = 1;
      }
    }
  }
  return Object.fromEntries([...samples].map(([name, list]) => [name, { ...medians(list), rounds: list.length }]));
}

function readOptions(argv) {
  const text = (fallback) => ({ type: "string", default: fallback });
  const { values } = parseArgs({
    args: argv,
    options: {
      only: text(Object.keys(KINDS).join()),
      servers: { type: "string" },
      clients: text("10000"),
      processes: text("1"),
      rounds: text("1"),
      messages: text("10"),
      bytes: text("64"),
      soak: { type: "string" },
      docs: { type: "boolean", default: false },
      render: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  for (const name of ["clients", "processes", "rounds", "messages", "bytes", "soak"]) {
    if (values[name] === undefined) continue;
    values[name] = Number(values[name]);
    if (!Number.isInteger(values[name]) || values[name] < 1)
      throw new Error(`--${name} wants a whole number of at least 1`);
  }
  values.only = values.only.split(",");
  const wrong = values.only.find((kind) => !Object.hasOwn(KINDS, kind));
  if (wrong !== undefined) throw new Error(`no kind "${wrong}"; there are ${Object.keys(KINDS).join(", ")}`);
  return values;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  if (options.render) return console.log(`written: ${writeDocs(latest()).join(", ")}`);
  if (process.platform !== "linux") return console.log("skipped: it reads /proc and pins with taskset");
  const runtimes = prepare({});
  const servers = chooseServers(options.servers?.split(","), runtimes, options.processes);
  const many = options.processes > 1;
  let data;
  if (options.soak !== undefined) {
    data = save({ soak: await soak(servers, options.soak) }, options, servers, runtimes);
  } else makeRoom(options.clients, options.processes);
  for (const kind of options.soak === undefined ? options.only : []) {
    const results = await measureKind(kind, servers, options);
    console.log(`\n${options.clients.toLocaleString("en-US")} ${KINDS[kind]}`);
    const table = many
      ? terminalTable(MANY_HEAD, manyRows({ [kind]: results }, servers, runtimes))
      : terminalTable(HEAD, rowsOf(results, servers, runtimes, kind));
    console.log(table);
    data = save({ [many ? `many-${kind}` : kind]: results }, options, servers, runtimes);
  }
  if (options.docs) console.log(`written: ${writeDocs(data).join(", ")}`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
