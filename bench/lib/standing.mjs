/**
 * What standing connections cost: memory of each idle one, and latency of the few active ones among them. The
 * client is standing-client.mjs; what a connection costs the kernel is the same for all servers and not counted.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { median } from "./numbers.mjs";
import { BENCH } from "./prepare.mjs";
import { CLIENT_CORE, RAISE_LIMIT, ServerProcess } from "./server-process.mjs";
import { verify } from "./verify.mjs";
import { CONNECTIONS, workload } from "./workloads.mjs";
import { wrk } from "./wrk.mjs";

/** Requests per second of the paced load: well below what the slowest server can do, so that latency is not a queue. */
export const PACE = 2000;
export const ACTIVE_SHARE = 0.01;
const SETTLE_MS = 1000;
const OPEN_DEADLINE_MS = 60_000;

const hello = workload("hello");

class Client {
  #child;

  constructor(port) {
    const script = join(BENCH, "lib/standing-client.mjs");
    const args = [String(port), hello.request.toString("base64"), hello.body.toString("base64")];
    this.#child = spawn(
      "sh",
      ["-c", RAISE_LIMIT, "sh", "taskset", "-c", CLIENT_CORE, process.execPath, script, ...args],
      {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      },
    );
  }

  async #ask(message, deadline) {
    this.#child.send(message);
    const [answer] = await once(this.#child, "message", { signal: AbortSignal.timeout(deadline) });
    if (answer.lost > 0) throw new Error(`${answer.lost} standing connections were closed by the server`);
    return answer;
  }

  async open(count) {
    await this.#ask({ command: "open", count }, OPEN_DEADLINE_MS);
  }

  async load(active, seconds) {
    const answer = await this.#ask({ command: "load", active, perSecond: PACE, seconds }, (seconds + 20) * 1000);
    if (answer.answered < PACE * seconds)
      throw new Error(`only ${answer.answered} of ${PACE * seconds} requests were answered`);
    return { p50: answer.p50, p99: answer.p99 };
  }

  async end() {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

/** Runs `work(client)` and always ends the client, so that the server sees its connections close. */
async function withClient(port, work) {
  const client = new Client(port);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function checkDescriptors(connections) {
  const [, hard] = /^Max open files\s+\d+\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  if (Number(hard) < connections + 100) {
    throw new Error(
      `${connections} connections need more than the ${hard} open files allowed here: raise the hard limit (ulimit -Hn)`,
    );
  }
}

async function started(server, flags) {
  const running = await ServerProcess.start(server, {
    flags,
    env: { BENCH_REQUEST_BYTES: String(hello.request.length) },
  });
  try {
    await verify(running.port, hello, server.name);
    await wrk({ port: running.port, workload: hello, connections: CONNECTIONS, seconds: 1 });
  } catch (error) {
    await running.end();
    throw error;
  }
  return running;
}

async function measureMemory(server, { connections }) {
  const running = await started(server, server.group === "node" ? ["--expose-gc"] : []);
  try {
    await sleep(SETTLE_MS);
    await running.collectGarbage();
    const before = running.memoryBytes();
    return await withClient(running.port, async (client) => {
      await client.open(connections);
      await sleep(SETTLE_MS);
      await running.collectGarbage();
      const after = running.memoryBytes();
      if (running.openDescriptors() < connections) throw new Error("the server does not hold all connections");
      return { perConnection: (after - before) / connections, before, after };
    });
  } finally {
    await running.end();
  }
}

async function measureLatency(server, { connections, seconds }) {
  const active = Math.max(1, Math.round(connections * ACTIVE_SHARE));
  const running = await started(server, []);
  const { port } = running;
  try {
    const few = await withClient(port, async (client) => {
      await client.open(CONNECTIONS);
      return client.load(CONNECTIONS, seconds);
    });
    await sleep(SETTLE_MS);
    const fewFull = await wrk({ port, workload: hello, connections: CONNECTIONS, seconds });
    return await withClient(port, async (client) => {
      await client.open(connections);
      await sleep(SETTLE_MS);
      const many = await client.load(active, seconds);
      const manyFull = await wrk({ port, workload: hello, connections: active, seconds });
      return { few, many, fewFull, manyFull };
    });
  } finally {
    await running.end();
  }
}

async function eachServer(servers, { rounds, progress }, title, measure) {
  const samples = new Map();
  const failed = new Set();
  for (let round = 1; round <= rounds; round++) {
    for (const server of servers) {
      if (!server.standing.includes(title) || failed.has(server.name)) continue;
      progress(`${title}: round ${round} of ${rounds}, ${server.name}`);
      try {
        samples.set(server.name, [...(samples.get(server.name) ?? []), await measure(server)]);
      } catch (error) {
        failed.add(server.name);
        samples.delete(server.name);
        console.log(`${server.name} left out of ${title}: ${error.message}`);
      }
    }
  }
  return samples;
}

/** `{ serverName: { perConnection, before, after } }` in bytes. */
export async function memory(servers, options) {
  checkDescriptors(options.connections);
  const samples = await eachServer(servers, options, "memory", (server) => measureMemory(server, options));
  const middle = (list, key) => median(list.map((sample) => sample[key]));
  return Object.fromEntries(
    [...samples].map(([name, list]) => [
      name,
      {
        perConnection: middle(list, "perConnection"),
        before: middle(list, "before"),
        after: middle(list, "after"),
        samples: list,
      },
    ]),
  );
}

/** `{ serverName: { few, many, fewFull, manyFull } }`, each with p50 and p99 in milliseconds. */
export async function latency(servers, options) {
  checkDescriptors(options.connections);
  const samples = await eachServer(servers, options, "latency", (server) => measureLatency(server, options));
  const middle = (list, part) => ({
    p50: median(list.map((sample) => sample[part].p50)),
    p99: median(list.map((sample) => sample[part].p99)),
  });
  const parts = ["few", "many", "fewFull", "manyFull"];
  return Object.fromEntries(
    [...samples].map(([name, list]) => [
      name,
      { ...Object.fromEntries(parts.map((part) => [part, middle(list, part)])), samples: list },
    ]),
  );
}
