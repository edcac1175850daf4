/** The command line of `npm run bench`: what may be asked for, and what each question means for the run. */
import { parseArgs } from "node:util";
import { THROUGHPUT } from "./workloads.mjs";

export const USAGE = `npm run bench -- [options]

  --only a,b       throughput workloads: ${THROUGHPUT.map((workload) => workload.name).join(", ")}
  --memory         idle memory per connection at 10,000 connections
  --c10k           latency at 10,000 standing connections, 1 % active
                   (any of these three narrows the run to what is named; none of them: everything)
  --servers a,b    only these servers
  --rounds N       rounds, each with every server once; medians are over rounds (3)
  --seconds N      length of one measurement (2)
  --connections N  standing connections for --memory and --c10k (10000)
  --fresh          a new server process for every round, instead of one per workload that sleeps between rounds
  --node PATH      the Node to run servers on, instead of .runtimes/node24
  --quick          hello, pipelined and browser only, 1 s each, without fastify, hono and Tornado
  --docs, --no-docs  write docs/benchmarks.md and docs/benchmark.svg, or not (default: when all servers ran)
  --render         no measuring: write the documents again from results/latest.json
  --profile NAME   run landspout under one workload and print where its time goes (--servers for another one)

BENCH_LANDSPOUT=/path/to/index.js measures another build of landspout than build/index.js.`;

const spec = {
  only: { type: "string" },
  servers: { type: "string" },
  memory: { type: "boolean", default: false },
  c10k: { type: "boolean", default: false },
  rounds: { type: "string", default: "3" },
  seconds: { type: "string" },
  connections: { type: "string", default: "10000" },
  fresh: { type: "boolean", default: false },
  node: { type: "string" },
  quick: { type: "boolean", default: false },
  docs: { type: "boolean" },
  "no-docs": { type: "boolean", default: false },
  render: { type: "boolean", default: false },
  profile: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
};

function list(value) {
  return value
    ?.split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

function count(name, value) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name} wants a whole number of at least 1, not "${value}"`);
  return number;
}

function chooseWorkloads({ only, quick, narrowed }) {
  if (only) return only;
  if (quick) return ["hello", "pipelined", "browser"];
  return narrowed ? [] : THROUGHPUT.map((workload) => workload.name);
}

export function readOptions(argv) {
  const { values } = parseArgs({ args: argv, options: spec, strict: true });
  const only = list(values.only);
  const narrowed = values.memory || values.c10k;
  const servers = list(values.servers);
  const known = new Set(THROUGHPUT.map((workload) => workload.name));
  for (const name of [...(only ?? []), ...(values.profile ? [values.profile] : [])]) {
    if (!known.has(name)) throw new Error(`no workload "${name}"; there are ${[...known].join(", ")}`);
  }
  const everything = !only && !narrowed && !values.quick;
  const partial = servers !== undefined || values.quick;
  return {
    help: values.help,
    render: values.render,
    profile: values.profile,
    workloads: chooseWorkloads({ only, quick: values.quick, narrowed }),
    memory: values.memory || everything,
    c10k: values.c10k || everything,
    servers,
    quick: values.quick,
    partial,
    docs: values["no-docs"] ? false : (values.docs ?? (everything && !partial)),
    fresh: values.fresh,
    rounds: count("rounds", values.rounds),
    seconds: count("seconds", values.seconds ?? (values.quick ? "1" : "2")),
    connections: count("connections", values.connections),
    node: values.node,
  };
}
