/** The servers that take part: how each is started, what it is called in tables, and why one is left out of a run. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BENCH } from "./prepare.mjs";

function packageVersion(name) {
  return JSON.parse(readFileSync(join(BENCH, "node_modules", name, "package.json"), "utf8")).version;
}

/** `group` is the runtime; `role` is ours, peer or control; `standing` lists which questions about standing connections it answers. */
const ALL = [
  {
    name: "landspout-node",
    label: "landspout",
    group: "node",
    role: "ours",
    script: "landspout.mjs",
    args: ["wasm"],
    standing: ["memory", "latency"],
  },
  {
    name: "landspout-node-ts",
    label: "landspout, TS parser",
    group: "node",
    role: "ours",
    script: "landspout.mjs",
    args: ["ts"],
    standing: [],
  },
  {
    name: "node-http",
    label: "node:http",
    group: "node",
    role: "peer",
    script: "node-http.mjs",
    standing: ["memory", "latency"],
  },
  { name: "fastify", label: "fastify", group: "node", role: "peer", script: "fastify.mjs", standing: [] },
  { name: "hono-node", label: "hono", group: "node", role: "peer", script: "hono-node.mjs", standing: [] },
  {
    name: "control-node",
    label: "fixed bytes, no parsing",
    group: "node",
    role: "control",
    script: "control-node.mjs",
    standing: ["memory"],
  },
  {
    name: "landspout-bun",
    label: "landspout",
    group: "bun",
    role: "ours",
    script: "landspout.mjs",
    args: ["wasm"],
    standing: ["memory", "latency"],
  },
  {
    name: "bun-serve",
    label: "Bun.serve",
    group: "bun",
    role: "peer",
    script: "bun-serve.mjs",
    standing: ["memory", "latency"],
  },
  {
    name: "control-bun",
    label: "fixed bytes, no parsing",
    group: "bun",
    role: "control",
    script: "control-bun.mjs",
    standing: ["memory"],
  },
  {
    name: "tornado",
    label: "Tornado",
    group: "python",
    role: "peer",
    script: "tornado_server.py",
    standing: ["memory", "latency"],
  },
];

const QUICK = new Set(["fastify", "hono-node", "tornado"]);
const PACKAGES = { fastify: "fastify", "hono-node": "hono" };

function obstacle(server, runtimes) {
  if (!runtimes[server.group])
    return server.group === "python" ? "python3-tornado is not installed" : `${server.group} is not installed`;
  if (server.role === "ours" && !runtimes.built) return "build/index.js is missing: npm run build";
  return undefined;
}

function versionOf(server, runtimes) {
  if (PACKAGES[server.name]) return packageVersion(PACKAGES[server.name]);
  return server.name === "tornado" ? runtimes.python.tornado : undefined;
}

export function runtimeTitle(group, runtimes) {
  const name = { node: "Node", bun: "Bun", python: "Python" }[group];
  return `${name} ${runtimes[group].version}`;
}

/** Servers of this run, ready to start; prints why one is skipped. */
export function chooseServers({ servers: wanted, quick }, runtimes) {
  const names = new Set(ALL.map((server) => server.name));
  for (const name of wanted ?? []) {
    if (!names.has(name)) throw new Error(`no server "${name}"; there are ${[...names].join(", ")}`);
  }
  const chosen = [];
  for (const server of ALL) {
    if (wanted ? !wanted.includes(server.name) : quick && QUICK.has(server.name)) continue;
    const reason = obstacle(server, runtimes);
    if (reason) {
      console.log(`skipped ${server.name}: ${reason}`);
      continue;
    }
    const script = join(BENCH, "servers", server.script);
    chosen.push({
      ...server,
      args: server.args ?? [],
      script,
      command: runtimes[server.group].path,
      version: versionOf(server, runtimes),
    });
  }
  return chosen;
}
