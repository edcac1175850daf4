/** The servers that take part in the ten-thousand-client benchmark. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

const ALL = [
  { name: "landspout-node", label: "landspout", group: "node", role: "ours", script: "landspout.mjs" },
  { name: "ws", label: "ws", group: "node", role: "peer", script: "ws.mjs" },
  { name: "landspout-bun", label: "landspout", group: "bun", role: "ours", script: "landspout.mjs" },
  { name: "bun-serve", label: "Bun.serve", group: "bun", role: "peer", script: "bun-serve.mjs" },
];

function installPeer() {
  if (existsSync(`${HERE}node_modules/ws`)) return;
  console.log("installing ws into bench/c10k/node_modules …");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: HERE,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("npm ci failed in bench/c10k");
}

/** Servers of this run, ready to start; prints why one is skipped. */
export function chooseServers(wanted, runtimes, processes = 1) {
  for (const name of wanted ?? []) {
    if (!ALL.some((server) => server.name === name))
      throw new Error(`no server "${name}"; there are ${ALL.map((server) => server.name).join(", ")}`);
  }
  installPeer();
  const { version } = JSON.parse(readFileSync(`${HERE}node_modules/ws/package.json`, "utf8"));
  return ALL.filter((server) => wanted === undefined || wanted.includes(server.name))
    .filter((server) => {
      const missing = runtimes[server.group] === undefined || (server.role === "ours" && !runtimes.built);
      if (missing) console.log(`skipped ${server.name}: its runtime or build/index.js is missing`);
      return !missing;
    })
    .map((server) => ({
      ...server,
      args: processes === 1 ? [] : [String(processes)],
      script: `${HERE}servers/${processes > 1 && server.role === "ours" ? "landspout-many.mjs" : server.script}`,
      command: runtimes[server.group].path,
      version: server.name === "ws" ? version : undefined,
    }));
}
