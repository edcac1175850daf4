/**
 * Files beside other servers of files: CPU of a request, megabytes per CPU second and the largest memory, for files of 10 KB, 1 MB and
 * 100 MB. Ratios within one run; each server is asked in turn, so that a machine that changes its pace does it to all of them.
 *
 *     node bench/static.mjs [--rounds N] [--seconds N] [--only 10k,1m,100m] [--servers a,b]
 */
import { Buffer } from "node:buffer";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { median } from "./lib/numbers.mjs";
import { BENCH, obstacle, prepare } from "./lib/prepare.mjs";
import { ServerProcess } from "./lib/server-process.mjs";
import { terminalTable } from "./lib/table.mjs";
import { wrk } from "./lib/wrk.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    only: { type: "string" },
    servers: { type: "string" },
    node: { type: "string" },
  },
});
const reason = obstacle();
if (reason) {
  console.log(`not measured: ${reason}`);
  process.exit(0);
}
const runtimes = prepare({ node: values.node });

const FILES = [
  { name: "10k", file: "small.js", size: 10 * 1024, connections: 64 },
  { name: "1m", file: "medium.bin", size: 1024 * 1024, connections: 32 },
  { name: "100m", file: "large.bin", size: 100 * 1024 * 1024, connections: 8 },
].filter(({ name }) => !values.only || values.only.split(",").includes(name));

const SERVERS = [
  { name: "landspout-node", group: "node", script: "static-landspout.mjs", ours: true },
  { name: "fastify-static", group: "node", script: "static-fastify.mjs" },
  { name: "sirv", group: "node", script: "static-sirv.mjs" },
  { name: "landspout-bun", group: "bun", script: "static-landspout.mjs", ours: true },
  { name: "bun-file", group: "bun", script: "static-bun.mjs" },
].filter(({ name, group }) => runtimes[group] && (!values.servers || values.servers.split(",").includes(name)));

const root = mkdtempSync(join(tmpdir(), "landspout-static-"));
process.on("exit", () => rmSync(root, { recursive: true, force: true }));
for (const { file, size } of FILES) writeFileSync(join(root, file), Buffer.alloc(size, "The quick brown fox. "));

/** Largest resident size so far, bytes. */
const peakBytes = (running) =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${running.pid}/status`, "utf8"))[1]) * 1024;

async function verify(port, { file, size }) {
  const response = await fetch(`http://127.0.0.1:${port}/${file}`);
  const { byteLength } = await response.arrayBuffer();
  if (response.status !== 200 || byteLength !== size) throw new Error(`${response.status} with ${byteLength} bytes`);
}

async function measure(running, target, seconds) {
  const request = Buffer.from(`GET /${target.file} HTTP/1.1\r\nHost: 127.0.0.1:8888\r\n\r\n`);
  const workload = { name: `static-${target.name}`, request, depth: 1 };
  const before = running.cpuMicroseconds();
  const { requests, perSecond } = await wrk({ port: running.port, workload, connections: target.connections, seconds });
  const cpu = (running.cpuMicroseconds() - before) / requests;
  await sleep(200);
  return { cpu, perSecond };
}

for (const target of FILES) {
  const entries = [];
  for (const server of SERVERS) {
    const script = join(BENCH, "servers", server.script);
    const command = runtimes[server.group].path;
    const running = await ServerProcess.start({ ...server, script, command, args: [root] });
    try {
      await verify(running.port, target);
      await measure(running, target, 1);
      running.sleep();
      entries.push({ server, running, samples: [] });
    } catch (error) {
      console.log(`${server.name} left out of ${target.name}: ${error.message}`);
      await running.end();
    }
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { running, samples } of entries) {
      running.wake();
      samples.push(await measure(running, target, Number(values.seconds)));
      running.sleep();
    }
  }
  const rows = entries.map(({ server, running, samples }) => {
    const cpu = median(samples.map((sample) => sample.cpu));
    const ours = entries.find((entry) => entry.server.ours && entry.server.group === server.group);
    const base = ours && median(ours.samples.map((sample) => sample.cpu));
    return [
      server.name,
      cpu.toFixed(1),
      median(samples.map((sample) => sample.perSecond)).toFixed(0),
      (target.size / cpu).toFixed(0),
      (peakBytes(running) / 1e6).toFixed(0),
      base ? `${(cpu / base).toFixed(2)}×` : "–",
    ];
  });
  console.log(`\n${target.name}, ${target.connections} connections`);
  console.log(
    terminalTable(["server", "CPU µs per request", "requests/s", "MB per CPU s", "peak MB", "CPU over ours"], rows),
  );
  await Promise.all(entries.map(({ running }) => running.end()));
}
