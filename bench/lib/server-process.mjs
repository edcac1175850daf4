/** One server process pinned to core 0: start, wait until it accepts, CPU time, memory, sleep, end. Knows no workload. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export const SERVER_CORE = "0";
export const CLIENT_CORE = "1";
/** USER_HZ: the kernel's unit of utime and stime in /proc, 100 on every Linux that people run. */
const TICK_MICROSECONDS = 10_000;
const START_DEADLINE_MS = 10_000;
/** As many descriptors as the system lets us have; `exec` keeps the process id. */
export const RAISE_LIMIT = 'ulimit -n "$(ulimit -Hn)"; exec "$@"';

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function accepts(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const children = new Set();
// Also stopped processes end by SIGKILL; nothing may stay behind when a run is interrupted.
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

export class ServerProcess {
  #child;
  #stopped = false;

  constructor(server, child, port) {
    this.server = server;
    this.port = port;
    this.#child = child;
  }

  /** `flags` go to the runtime, before the script. */
  static async start(server, { flags = [], env = {} } = {}) {
    const port = await freePort();
    const args = ["-c", SERVER_CORE, server.command, ...flags, server.script, String(port), ...server.args];
    const child = spawn("sh", ["-c", RAISE_LIMIT, "sh", "taskset", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, NODE_ENV: "production", ...env },
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    const self = new ServerProcess(server, child, port);
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`${server.name} ended while starting (status ${child.exitCode})`);
      if (Date.now() > deadline) {
        await self.end();
        throw new Error(`${server.name} did not listen within ${START_DEADLINE_MS / 1000} s`);
      }
      await sleep(20);
    }
    return self;
  }

  get pid() {
    return this.#child.pid;
  }

  /** User and system time of all threads since the start, in microseconds; resolution 10 ms. */
  cpuMicroseconds() {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
  }

  /** Proportional set size in bytes: private pages plus the fair share of shared ones. */
  memoryBytes() {
    const rollup = readFileSync(`/proc/${this.#child.pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) * 1024;
  }

  openDescriptors() {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Asks for a garbage collection (see servers/process.mjs) and lets it settle. */
  async collectGarbage() {
    for (let round = 0; round < 3; round++) {
      this.#child.kill("SIGUSR2");
      await sleep(400);
    }
  }

  sleep() {
    if (!this.#stopped) this.#child.kill("SIGSTOP");
    this.#stopped = true;
  }

  wake() {
    if (this.#stopped) this.#child.kill("SIGCONT");
    this.#stopped = false;
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.wake();
    this.#child.kill("SIGTERM");
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(patience);
  }
}
