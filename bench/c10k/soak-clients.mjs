/**
 * The clients of the soak, on core 1. A wave: steady listeners that must get every numbered message, while visitors (visitors.mjs) come and go
 * or have to be cut; then everybody leaves. The answer says what the steady ones missed, and who was still there when the patience was over.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CLOSE, floods, leavers, poll, PONG, silent, slow, SSE, WS } from "./visitors.mjs";

const port = Number(process.argv[2]);

const STEADY = { ws: 600, sse: 200, poll: 200 };
const SOURCES = 8;
/** Visitors of a kind at one time: what is waiting for them must fit into memory. */
const AT_ONCE = { leavers: 300, slow: 20, silent: 60, floods: 30 };
const GROUPS = { leavers, slow, silent, floods };
const PUBLISH_MS = 50;
const VISIT_MS = 10;
/** A visitor that has to be cut is, within this time. */
const PATIENCE_SECONDS = 25;

let opened = 0;

function open() {
  const localAddress = `127.0.0.${(opened++ % SOURCES) + 2}`;
  const socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true, allowHalfOpen: true });
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  return socket;
}

/** Messages are `#n#`, answers to polls `#first-last#`; they are counted out of the text, whatever it is framed in. */
class Steady {
  next = undefined;
  delivered = 0;
  lost = 0;
  text = "";

  constructor(kind) {
    this.kind = kind;
    this.socket = open();
    this.socket.write({ ws: WS, sse: SSE, poll: poll(0) }[kind]);
    this.socket.on("data", (data) => this.received(data));
  }

  received(data) {
    // A ping without data is 0x89 0x00, which stands in nothing else that comes.
    if (this.kind === "ws" && data.includes(Buffer.from([0x89, 0]))) this.socket.write(PONG);
    this.text += data.toString("latin1");
    let seen = 0;
    for (const match of this.text.matchAll(/#(\d+)(?:-(\d+))?#/g)) {
      seen = match.index + match[0].length;
      this.#heard(Number(match[1]), Number(match[2] ?? match[1]));
    }
    if (seen > 0) this.text = this.text.slice(seen);
    else if (this.text.length > 4096) this.text = this.text.slice(-64);
  }

  #heard(from, to) {
    if (this.next !== undefined && from !== this.next) this.lost += Math.abs(from - this.next);
    if (this.next !== undefined || this.kind !== "poll") this.delivered += to - from + 1;
    this.next = to + 1;
    if (this.kind === "poll" && !this.leaving) this.socket.write(poll(to));
  }

  /** It has all up to `last`. */
  has(last) {
    return this.next === last + 1;
  }

  leave() {
    this.leaving = true;
    if (this.kind === "ws") this.socket.write(CLOSE);
    else this.socket.destroy();
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function ask(method, path) {
  const asked = httpRequest({ port, host: "127.0.0.1", method, path, agent });
  asked.end();
  const [answer] = await once(asked, "response");
  let text = "";
  for await (const piece of answer.setEncoding("utf8")) text += piece;
  return JSON.parse(text);
}

async function until(condition, seconds) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

/** Comings and goings, kinds in turn. */
class Visitors {
  here = { leavers: new Set(), slow: new Set(), silent: new Set(), floods: new Set() };
  gone = { leavers: 0, slow: 0, silent: 0, floods: 0 };
  #turn = 0;

  come() {
    for (const [group, kinds] of Object.entries(GROUPS)) {
      if (this.here[group].size >= AT_ONCE[group]) continue;
      const names = Object.keys(kinds);
      this.#one(group, names[this.#turn % names.length], kinds);
    }
    this.#turn += 1;
  }

  #one(group, name, kinds) {
    const socket = open();
    const visitor = { name, socket };
    this.here[group].add(visitor);
    socket.on("close", () => {
      if (this.here[group].delete(visitor)) this.gone[group] += 1;
    });
    socket.on("connect", () => kinds[name](socket));
  }

  get left() {
    return Object.values(this.here).flatMap((set) => [...set].map(({ name }) => name));
  }

  /** A paused socket does not see that it was closed. */
  look() {
    for (const set of Object.values(this.here)) for (const { socket } of set) socket.resume();
  }
}

async function wave(seconds) {
  opened = 0;
  const steady = Object.entries(STEADY).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => new Steady(kind)),
  );
  await until(async () => {
    const { standing } = await ask("GET", "/state");
    return standing.sockets === STEADY.ws && standing.streams === STEADY.sse && standing.polls >= STEADY.poll - 1;
  }, 20);
  const visitors = new Visitors();
  const coming = setInterval(() => visitors.come(), VISIT_MS);
  const end = Date.now() + seconds * 1000;
  let last = 0;
  while (Date.now() < end) {
    ({ number: last } = await ask("POST", "/publish"));
    await sleep(PUBLISH_MS);
  }
  clearInterval(coming);
  // Messages go on: only they make a slow reader slower.
  const cut = await until(async () => {
    ({ number: last } = await ask("POST", "/publish"));
    const { standing } = await ask("GET", "/state");
    return standing.fired + standing.firedStreams === 0 && standing.sockets === STEADY.ws;
  }, PATIENCE_SECONDS);
  visitors.look();
  await until(() => visitors.left.length === 0, 5);
  const complete = await until(() => steady.every((one) => one.has(last)), 5);
  for (const one of steady) one.leave();
  await until(async () => Object.values((await ask("GET", "/state")).standing).every((size) => size === 0), 10);
  const left = visitors.left;
  for (const one of steady) one.socket.destroy();
  const missing = complete ? 0 : steady.filter((one) => !one.has(last)).length;
  return {
    connections: opened,
    delivered: steady.reduce((sum, one) => sum + one.delivered, 0),
    lost: steady.reduce((sum, one) => sum + one.lost, missing),
    gone: visitors.gone,
    notCut: cut ? [] : left,
    left: left.length,
    state: await ask("GET", "/state"),
  };
}

process.on("message", async ({ command, seconds }) => {
  try {
    process.send(command === "wave" ? await wave(seconds) : await ask("GET", "/state"));
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on("disconnect", () => process.exit(0));
