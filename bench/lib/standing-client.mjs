/**
 * The other end of standing connections, in a process of its own on core 1. Opens them in steps, each makes one
 * request and then stays idle; on demand some of them carry a paced load and report latencies. Commands and answers go over
 * the IPC channel: open {count}, load {active, perSecond, seconds}, close.
 *
 * Pace, not saturation: a closed loop at full speed would measure the length of its own queue. Requests leave on a clock
 * that does not wait for answers, and latency counts from the moment a request was due.
 */
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { performance } from "node:perf_hooks";

const port = Number(process.argv[2]);
const request = Buffer.from(process.argv[3], "base64");
const END_OF_BODY = Buffer.from(process.argv[4], "base64");

/** Handshakes under way at one time: below any server's backlog. */
const OPENING = 200;
/** One source address has about 28,000 ports; four keep a second run clear of the first one's TIME_WAIT. */
const SOURCES = 4;
/** How long answers may still come after the last request was due. */
const PATIENCE_SECONDS = 5;
/** A shared buffer: answers are recognised by their last bytes and then forgotten. */
const buffer = Buffer.alloc(16 * 1024);

const connections = [];
let lost = 0;

/** One connection; `answered` is what to do with the next answer, `waiting` the times of requests that could not leave yet. */
class Standing {
  due = 0;
  answered = undefined;
  waiting = [];

  constructor(index, opened) {
    this.socket = connect({
      port,
      host: "127.0.0.1",
      localAddress: `127.0.0.${(index % SOURCES) + 2}`,
      noDelay: true,
      onread: { buffer, callback: (size) => this.received(size) },
    });
    this.answered = opened;
    this.socket.on("connect", () => this.socket.write(request));
    this.socket.on("error", () => {});
    this.socket.on("close", () => (lost += 1));
  }

  /** Answers are far smaller than a segment, so the body's last byte ends a read. */
  received(size) {
    const tail = buffer.subarray(Math.max(0, size - END_OF_BODY.length), size);
    if (!tail.equals(END_OF_BODY)) return true;
    const answered = this.answered;
    this.answered = undefined;
    answered?.(this);
    return true;
  }
}

function open(count) {
  return new Promise((resolve) => {
    let ready = 0;
    let next = 0;
    const another = () => {
      if (next < count) {
        const index = next++;
        connections.push(new Standing(index, opened));
      }
    };
    const opened = () => {
      ready += 1;
      if (ready === count) resolve();
      else another();
    };
    for (let i = 0; i < OPENING; i++) another();
  });
}

/** `active` other connections every second, chosen evenly, so that the load walks over all that stand. */
function activeSet(active, turn) {
  const step = Math.max(1, Math.floor(connections.length / active));
  return Array.from({ length: active }, (_, i) => connections[(i * step + turn) % connections.length]);
}

function load({ active, perSecond, seconds }) {
  return new Promise((resolve) => {
    const total = perSecond * seconds;
    const latencies = [];
    const gap = 1000 / perSecond;
    const start = performance.now();
    let sent = 0;
    let set = activeSet(active, 0);
    const send = (connection, due) => {
      connection.due = due;
      connection.answered = answered;
      connection.socket.write(request);
    };
    const answered = (connection) => {
      latencies.push(performance.now() - connection.due);
      if (connection.waiting.length > 0) send(connection, connection.waiting.shift());
    };
    // Spinning keeps the clock exact and the core awake; this core does nothing else.
    const tick = () => {
      const now = performance.now();
      while (sent < total && start + sent * gap <= now) {
        if (sent > 0 && sent % perSecond === 0) set = activeSet(active, sent / perSecond);
        const connection = set[sent % active];
        const due = start + sent * gap;
        sent += 1;
        if (connection.answered) connection.waiting.push(due);
        else send(connection, due);
      }
      if (latencies.length < total && now - start < (seconds + PATIENCE_SECONDS) * 1000) setImmediate(tick);
      else resolve(Float64Array.from(latencies).sort());
    };
    tick();
  });
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

process.on("message", async ({ command, ...options }) => {
  if (command === "open") {
    await open(options.count);
    process.send({ lost });
  } else if (command === "load") {
    const latencies = await load(options);
    process.send({
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      answered: latencies.length,
      lost,
    });
  } else process.exit(0);
});
process.on("disconnect", () => process.exit(0));
