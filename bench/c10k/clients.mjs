/**
 * Clients of one kind (ws, sse, poll) in a process of their own, on raw sockets: what a client costs here is the same for all servers.
 * Commands and answers go over the IPC channel: open {count}, arm, collect, close.
 *
 * A message ends with `#`, which stands nowhere else in what a server sends; its arrival is the moment this process reads that byte,
 * in milliseconds of the clock that all processes of the machine share.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect } from "node:net";
import { performance } from "node:perf_hooks";

/** `part` of `parts` processes of clients. */
const [port, kind, part, parts] = [Number(process.argv[2]), process.argv[3], ...process.argv.slice(4).map(Number)];

/** Handshakes under way at one time, of all processes: below any server's backlog. */
const OPENING = Math.ceil(100 / parts);
/** One source address has about 28,000 ports; eight keep a second run clear of the first one's TIME_WAIT. */
const SOURCES = 8;
const DEADLINE_MS = 60_000;
const END = 0x23;

const HEAD = `HTTP/1.1\r\nHost: localhost:${port}\r\n`;
const requests = {
  ws: `GET /ws ${HEAD}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  sse: `GET /sse ${HEAD}Accept: text/event-stream\r\n\r\n`,
  poll: `GET /poll ${HEAD}\r\n`,
};
const request = Buffer.from(requests[kind]);

/** `performance.now()` counts from the start of this process, the system's clock from that of the machine. */
const CLOCK = Number(process.hrtime.bigint()) / 1e6 - performance.now();

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
      localAddress: `127.0.0.${2 + part * SOURCES + (index % SOURCES)}`,
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

function open(count) {
  return new Promise((resolve) => {
    let ready = 0;
    const another = () => {
      if (clients.length < count) clients.push(new Client(clients.length, one));
    };
    const one = () => {
      ready += 1;
      if (ready === count) resolve({});
      else another();
    };
    for (let i = 0; i < OPENING; i++) another();
  });
}

let all;

/** From now on arrivals count. */
function arm() {
  arrivals = [];
  all = new Promise((resolve, reject) => {
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
  all.catch(() => {});
  return {};
}

/** When each has the message. */
async function collect() {
  await all;
  return { arrivals: arrivals.map((at) => at + CLOCK) };
}

async function close() {
  closing = true;
  const gone = clients.splice(0).map((client) => {
    const closed = once(client.socket, "close");
    client.socket.destroy();
    return closed;
  });
  await Promise.all(gone);
  closing = false;
  return {};
}

const commands = { open: ({ count }) => open(count), arm, collect, close };

process.on("message", async ({ command, ...options }) => {
  try {
    process.send({ ...(await commands[command](options)), lost });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on("disconnect", () => process.exit(0));
