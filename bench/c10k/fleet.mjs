/**
 * All clients of one kind, in one process or several, and the server's own word for how many it has. A message is published from here;
 * the clock starts when that request leaves. Knows nothing of what a server costs.
 */
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { ClientProcess } from "./client-process.mjs";
import { ownHost } from "./servers/own-host.mjs";

const STANDING_SECONDS = 60;
const OPEN_SECONDS = 240;
const BROADCAST_SECONDS = 70;

const CLOCK = Number(process.hrtime.bigint()) / 1e6 - performance.now();
const now = () => performance.now() + CLOCK;

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export class Fleet {
  #kind;
  #port;
  /** Where each process of the server answers for itself. */
  #hosts;
  #parts;
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #count = 0;

  constructor(port, kind, processes) {
    this.#kind = kind;
    this.#port = port;
    this.#hosts = processes === 1 ? ["127.0.0.1"] : Array.from({ length: processes }, (_, id) => ownHost(id));
    this.#parts = Array.from(
      { length: processes },
      (_, part) => new ClientProcess("clients.mjs", [port, kind, part, processes]),
    );
  }

  async #request(host, method, path, body) {
    const asked = httpRequest({ port: this.#port, host, method, path, agent: this.#agent });
    asked.end(body);
    const [answer] = await once(asked, "response");
    let text = "";
    for await (const piece of answer.setEncoding("utf8")) text += piece;
    return JSON.parse(text);
  }
  /** Asks again where an idle connection was closed in that moment. */
  async #counts() {
    const ask = (host) => this.#request(host, "GET", "/count");
    const counts = await Promise.all(this.#hosts.map((host) => ask(host).catch(() => ask(host))));
    return counts.map((one) => one[this.#kind]);
  }

  async #all(message, seconds) {
    const answers = await Promise.all(this.#parts.map((part, i) => part.ask(message(i), seconds)));
    const lost = answers.reduce((sum, answer) => sum + answer.lost, 0);
    if (lost > 0) throw new Error(`${lost} connections were closed by the server`);
    return answers;
  }

  /** Every process of the server answers. */
  async ready() {
    const deadline = now() + 10_000;
    while (!(await this.#counts().then(Boolean, () => false))) {
      if (now() > deadline) throw new Error("not every process of the server answers");
      await sleep(50);
    }
  }

  /** Until the server knows of all of them; for polls, until all wait again. How many each of its processes has. */
  async #standing(count) {
    const deadline = now() + STANDING_SECONDS * 1000;
    for (;;) {
      const each = await this.#counts();
      const sum = each.reduce((total, one) => total + one, 0);
      if (sum === count) return each;
      if (now() > deadline) throw new Error(`the server has ${sum} of ${count} clients`);
      await sleep(5);
    }
  }

  /** Milliseconds until all stand, and how many each process of the server has. */
  async open(count) {
    const start = now();
    const parts = this.#parts.length;
    const share = (part) => Math.floor((count * (part + 1)) / parts) - Math.floor((count * part) / parts);
    await this.#all((part) => ({ command: "open", count: share(part) }), OPEN_SECONDS);
    const each = await this.#standing(count);
    this.#count = count;
    return { ms: now() - start, each };
  }

  /** `[{ first, p50, p99, last }]` in milliseconds. */
  async broadcast(rounds, bytes) {
    const samples = [];
    for (let round = 0; round < rounds; round++) samples.push(await this.#broadcastOnce(bytes));
    return samples;
  }

  async #broadcastOnce(bytes) {
    await this.#all(() => ({ command: "arm" }), 10);
    // The connection is there and will not be closed in the moment it is used.
    await this.#counts();
    const collected = this.#all(() => ({ command: "collect" }), BROADCAST_SECONDS);
    const start = now();
    const [parts] = await Promise.all([
      collected,
      this.#request(this.#hosts[0], "POST", "/publish", `${"m".repeat(bytes - 1)}#`),
    ]);
    // Polls are part of the broadcast until all wait again.
    if (this.#kind === "poll") await this.#standing(this.#count);
    const sorted = parts.flatMap(({ arrivals }) => arrivals.map((at) => at - start)).sort((a, b) => a - b);
    return { first: sorted[0], p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), last: sorted.at(-1) };
  }

  async close() {
    await this.#all(() => ({ command: "close" }), OPEN_SECONDS);
    await this.#standing(0);
    this.#count = 0;
  }

  async end() {
    this.#agent.destroy();
    await Promise.all(this.#parts.map((part) => part.end()));
  }
}
