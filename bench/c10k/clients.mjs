/**
 * Ten thousand clients of one kind (ws, sse, poll) in a process of their own, on raw sockets: what a client costs here is the same for all
 * servers. Commands and answers go over the IPC channel: open {count}, broadcast {rounds, bytes}, close.
 *
 * A message ends with `#`, which stands nowhere else in what a server sends; its arrival is the moment this process reads that byte. The
 * clock starts when the request to publish leaves.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const [port, kind] = [Number(process.argv[2]), process.argv[3]];

/** Handshakes under way at one time: below any server's backlog. */
const OPENING = 200;
/** One source address has about 28,000 ports; eight keep a second run clear of the first one's TIME_WAIT. */
const SOURCES = 8;
const DEADLINE_MS = 30_000;
const END = 0x23;

const HEAD = `HTTP/1.1\r\nHost: localhost:${port}\r\n`;
const requests = {
  ws: `GET /ws ${HEAD}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  sse: `GET /sse ${HEAD}Accept: text/event-stream\r\n\r\n`,
  poll: `GET /poll ${HEAD}\r\n`,
};
const request = Buffer.from(requests[kind]);

/** Shared by all sockets: what is read is looked at at once. */
const buffer = Buffer.alloc(64 * 1024);
const clients = [];
let lost = 0;
let closing = false;
let arrivals = [];
let arrived = () => {};

class Client {
  opened = false;

  constructor(index, ready) {
    this.ready = ready;
    this.socket = connect({
      port,
      host: "127.0.0.1",
      localAddress: `127.0.0.${(index % SOURCES) + 2}`,
      noDelay: true,
      onread: { buffer, callback: (size) => this.received(size) },
    });
    this.socket.on("connect", () => {
      this.socket.write(request);
      // The answer to a poll is the message.
      if (kind === "poll") this.ready();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      if (!closing) lost += 1;
    });
  }

  received(size) {
    if (kind !== "poll" && !this.opened) {
      this.opened = true;
      this.ready();
      return true;
    }
    const end = buffer.indexOf(END);
    if (end === -1 || end >= size) return true;
    buffer[end] = 0;
    arrivals.push(performance.now());
    if (kind === "poll") this.socket.write(request);
    arrived();
    return true;
  }
}

function openAll(count) {
  return new Promise((resolve) => {
    let ready = 0;
    const another = () => {
      if (clients.length < count) clients.push(new Client(clients.length, one));
    };
    const one = () => {
      ready += 1;
      if (ready === count) resolve();
      else another();
    };
    for (let i = 0; i < OPENING; i++) another();
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function ask(method, path, body) {
  const asked = httpRequest({ port, host: "127.0.0.1", method, path, agent });
  asked.end(body);
  const [answer] = await once(asked, "response");
  let text = "";
  for await (const piece of answer.setEncoding("utf8")) text += piece;
  return JSON.parse(text);
}

/** The server knows of all of them; for polls, all wait again. */
async function standing(count) {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const counts = await ask("GET", "/count");
    if (counts[kind] === count) return;
    if (performance.now() > deadline) throw new Error(`the server has ${counts[kind]} of ${count} clients`);
    await sleep(5);
  }
}

async function open(count) {
  const start = performance.now();
  await openAll(count);
  await standing(count);
  return { ms: performance.now() - start, lost };
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

async function broadcastOnce(bytes) {
  arrivals = [];
  const all = new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${arrivals.length} of ${clients.length} got the message`)),
      DEADLINE_MS,
    );
    arrived = () => {
      if (arrivals.length < clients.length) return;
      clearTimeout(late);
      resolve();
    };
  });
  const start = performance.now();
  await Promise.all([all, ask("POST", "/publish", `${"m".repeat(bytes - 1)}#`)]);
  // Polls are part of the broadcast until all wait again.
  if (kind === "poll") await standing(clients.length);
  const sorted = arrivals.map((at) => at - start).sort((a, b) => a - b);
  return { first: sorted[0], p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), last: sorted.at(-1) };
}

async function broadcast({ rounds, bytes }) {
  const samples = [];
  for (let round = 0; round < rounds; round++) samples.push(await broadcastOnce(bytes));
  return { samples, lost };
}

async function close() {
  closing = true;
  const gone = clients.splice(0).map((client) => {
    const closed = once(client.socket, "close");
    client.socket.destroy();
    return closed;
  });
  await Promise.all(gone);
  await standing(0);
  closing = false;
  return {};
}

process.on("message", async ({ command, ...options }) => {
  try {
    if (command === "open") process.send(await open(options.count));
    else if (command === "broadcast") process.send(await broadcast(options));
    else process.send(await close());
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on("disconnect", () => process.exit(0));
