/**
 * `npm run bench:websocket [-- --node PATH --rounds N --seconds N --only one,many,16k,1m,memory --write]`: CPU per message of echoes,
 * idle memory and broadcasts, beside the `ws` package, Bun's own WebSockets, and sockets that echo without a protocol. Servers have core 0, this process core 1; each server has
 * a turn in every round, medians count. `--write` puts the tables into docs/websocket-conformance.md.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findBun } from "../scripts/lib/bun.mjs";
import { replaceSection } from "./lib/docs.mjs";
import { figures, median } from "./lib/numbers.mjs";
import { CLIENT_CORE, ServerProcess } from "./lib/server-process.mjs";
import { markdownTable, terminalTable } from "./lib/table.mjs";
import { broadcast, frameSize, maskedFrame, openMany, pingPong } from "./lib/websocket-client.mjs";

const { values: options } = parseArgs({
  options: {
    node: { type: "string", default: process.execPath },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "1" },
    connections: { type: "string", default: "10000" },
    only: { type: "string", default: "one,many,16k,1m,memory" },
    write: { type: "boolean", default: false },
  },
});
const wanted = new Set(options.only.split(","));
const ROUNDS = Number(options.rounds);
const IDLE = Number(options.connections);
const NEWS = 100;

const echo = (name, title, opcode, length, together, connections) => ({
  name,
  title,
  together,
  connections,
  request: Buffer.concat(Array.from({ length: together }, () => maskedFrame(opcode, Buffer.alloc(length, "a")))),
  answer: frameSize(length) * together,
});
const ECHOES = [
  echo("one", "20 bytes, one at a time", 1, 20, 1, 32),
  echo("many", "20 bytes, 16 together", 1, 20, 16, 32),
  echo("16k", "16 KB", 2, 16_384, 1, 8),
  echo("1m", "1 MB", 2, 1_048_576, 1, 2),
].filter(({ name }) => wanted.has(name));
/** Most of ws's cost, and of Bun's, that ours may be. */
const LIMITS = { one: 1 / 2, many: 1 / 5, "16k": 1 / 3, "1m": 1 / 2 };
const BUN_LIMIT = 1.3;
const IDLE_LIMIT = 6 * 1024;

const script = (name) => fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));
const version = (command) => execFileSync(command, ["--version"], { encoding: "utf8" }).trim().replace(/^v/, "");
const bun = findBun();
const server = (name, group, file, args = []) => ({
  name,
  group,
  args,
  command: group === "Bun" ? bun : options.node,
  script: script(file),
  flags: group === "Bun" ? [] : ["--expose-gc"],
});
const SERVERS = [
  server("landspout", "Node", "ws-landspout"),
  server("ws", "Node", "ws-ws"),
  ...(bun === undefined ? [] : [server("landspout", "Bun", "ws-landspout"), server("Bun.serve", "Bun", "ws-bun")]),
];
/** Bytes owned by whoever gets them are made anew for each message; borrowed, they are not. */
const BORROWED = server("landspout, borrowed", "Node", "ws-landspout", ["wasm", "borrow"]);
/** What the runtime's sockets alone cost: nobody can be faster there. */
const control = ({ request, answer }) => server("control", "Node", "ws-control", [request.length, answer].map(String));
const idOf = ({ group, name }) => `${group}, ${name}`;

/** Microseconds of CPU per message. */
async function measureEcho(running, { connections, request, answer, together }) {
  const sockets = await openMany(running.port, connections);
  await pingPong(sockets, request, answer, 300);
  const before = running.cpuMicroseconds();
  const answered = await pingPong(sockets, request, answer, Number(options.seconds) * 1000);
  const cpu = running.cpuMicroseconds() - before;
  for (const socket of sockets) socket.destroy();
  await sleep(20);
  return cpu / (answered * together);
}

async function settledMemory(running) {
  await running.collectGarbage();
  return running.memoryBytes();
}

/** Bytes per idle WebSocket, and microseconds of CPU per message of a broadcast to all of them. */
async function measureIdle(one) {
  const running = await ServerProcess.start(one, { flags: one.flags });
  try {
    const warm = await openMany(running.port, 500);
    for (const socket of warm) socket.destroy();
    await sleep(200);
    const before = await settledMemory(running);
    const sockets = await openMany(running.port, IDLE);
    const bytes = ((await settledMemory(running)) - before) / IDLE;
    await broadcast(sockets, frameSize(NEWS), 2);
    const start = running.cpuMicroseconds();
    await broadcast(sockets, frameSize(NEWS), 5);
    const cpu = (running.cpuMicroseconds() - start) / (5 * IDLE);
    for (const socket of sockets) socket.destroy();
    return { bytes, cpu };
  } finally {
    await running.end();
  }
}

async function measureEchoes() {
  const start = (one) => ServerProcess.start(one, { flags: one.flags });
  const lasting = await Promise.all([...SERVERS, BORROWED].map(start));
  const results = {};
  for (const workload of ECHOES) {
    const floor = await start(control(workload));
    const running = [...lasting, floor];
    const samples = new Map(running.map((one) => [idOf(one.server), []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const one of running) samples.get(idOf(one.server)).push(await measureEcho(one, workload));
    await floor.end();
    results[workload.name] = Object.fromEntries([...samples].map(([id, list]) => [id, median(list)]));
  }
  await Promise.all(lasting.map((one) => one.end()));
  return results;
}

const PEERS = { Node: "Node, ws", Bun: "Bun, Bun.serve" };
function echoRows(results) {
  return ECHOES.flatMap(({ name, title }) =>
    Object.entries(results[name])
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([id, cpu]) => {
        const onBun = id.startsWith("Bun");
        const peer = results[name][PEERS[onBun ? "Bun" : "Node"]];
        const limit = onBun ? BUN_LIMIT : LIMITS[name];
        const ours = id.includes("landspout");
        const verdict = ours ? (cpu / peer <= limit ? "yes" : "**no**") : "–";
        return [title, id, figures(cpu), (cpu / peer).toFixed(2), ours ? limit.toFixed(2) : "–", verdict];
      }),
  );
}
const ECHO_HEAD = ["Echo", "Server", "CPU per message, µs", "of the peer's", "at most", "met"];
const IDLE_HEAD = [`${IDLE} WebSockets`, "idle, KB each", "at most", "met", "broadcast, CPU per client, µs"];

execFileSync("taskset", ["-acp", CLIENT_CORE, String(process.pid)], { stdio: "ignore" });
const sections = [];
if (ECHOES.length > 0) sections.push([ECHO_HEAD, echoRows(await measureEchoes())]);
if (wanted.has("memory")) {
  const rows = [];
  for (const one of SERVERS) {
    const { bytes, cpu } = await measureIdle(one);
    const limited = idOf(one) === "Node, landspout";
    const met = limited ? (bytes <= IDLE_LIMIT ? "yes" : "**no**") : "–";
    rows.push([idOf(one), (bytes / 1024).toFixed(1), limited ? "6" : "–", met, cpu.toFixed(1)]);
  }
  sections.push([IDLE_HEAD, rows]);
}
const about = `Node ${version(options.node)}${bun === undefined ? "" : `, Bun ${version(bun)}`}, ${ROUNDS} rounds of ${options.seconds} s.`;
console.log(about);
for (const [head, rows] of sections) console.log(`\n${terminalTable(head, rows)}`);
if (options.write) {
  const page = join(fileURLToPath(new URL("..", import.meta.url)), "docs/websocket-conformance.md");
  const text = [about, ...sections.map(([head, rows]) => markdownTable(head, rows))].join("\n\n");
  writeFileSync(page, replaceSection(readFileSync(page, "utf8"), "websocket", text));
}
process.exit(0);
