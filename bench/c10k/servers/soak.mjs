/**
 * landspout under the soak: short limits, so that minutes show what hours would, and a report of everything that is still there.
 * `/ws` listens to the numbered messages and echoes its own, `/fire` and
 * `/sse-fire` are sent more than a slow reader takes; `/sse` and `/poll` listen too.
 */
import { host, port } from "../../servers/process.mjs";
import { FIRE, LIMITS, report, tally } from "./soak-report.mjs";

const entry = new URL(process.env.BENCH_LANDSPOUT ?? "../../../build/index.js", import.meta.url);
const { Application, EventSourceHandler, RequestHandler, prepareEvent } = await import(new URL("web/index.js", entry));
const { WebSocketHandler, prepareMessage } = await import(new URL("web/websocket.js", entry));
const { loggers, setLoggers } = await import(new URL("log.js", entry));

// A line for each flood of bytes that are not HTTP.
setLoggers({ general: { ...loggers.general, info() {}, warn: console.error, error: console.error } });

const FIRE_MESSAGE = prepareMessage(FIRE);
const FIRE_EVENT = prepareEvent(FIRE);

const sockets = new Set();
const fired = new Set();
const streams = new Set();
const firedStreams = new Set();
const polls = new Set();
let number = 0;

class Socket extends WebSocketHandler {
  over = false;
  get group() {
    return sockets;
  }
  getWebSocketOptions() {
    return LIMITS;
  }
  open() {
    tally.opened += 1;
    this.group.add(this);
  }
  onMessage(message) {
    this.writeMessage(message);
  }
  onClose(code) {
    tally.closed += 1;
    if (this.over) tally.twice += 1;
    this.over = true;
    tally.codes[code] = (tally.codes[code] ?? 0) + 1;
    this.group.delete(this);
  }
}

class Fire extends Socket {
  get group() {
    return fired;
  }
}

class Stream extends EventSourceHandler {
  over = false;
  get group() {
    return streams;
  }
  getEventSourceOptions() {
    return { keepAlive: 3, maxUnsentSize: LIMITS.maxUnsentSize };
  }
  open() {
    tally.opened += 1;
    this.group.add(this);
  }
  onClose() {
    tally.closed += 1;
    if (this.over) tally.twice += 1;
    this.over = true;
    this.group.delete(this);
  }
}

class FireStream extends Stream {
  get group() {
    return firedStreams;
  }
}

/** Answers with what is newer than `since`, so that nothing is lost between two polls. */
class Poll extends RequestHandler {
  autoFinish = false;
  get() {
    const since = Number(this.getQueryArgument("since", String(number)));
    if (since < number) return this.finish(`#${since + 1}-${number}#`);
    this.since = since;
    polls.add(this);
  }
  onConnectionClose() {
    polls.delete(this);
    // Without it the connection waits for an answer until the server's `writeTimeout`.
    this.finish();
  }
}

class Publish extends RequestHandler {
  post() {
    number += 1;
    const text = `#${number}#`;
    const frame = prepareMessage(text);
    const event = prepareEvent(text);
    for (const socket of sockets) socket.writePrepared(frame);
    for (const socket of fired) socket.writePrepared(FIRE_MESSAGE);
    for (const stream of streams) stream.sendPrepared(event);
    for (const stream of firedStreams) stream.sendPrepared(FIRE_EVENT);
    const waiting = [...polls];
    polls.clear();
    for (const poll of waiting) poll.finish(`#${poll.since + 1}-${number}#`);
    this.write({ number });
  }
}

class State extends RequestHandler {
  get() {
    this.write({ ...report({ sockets, fired, streams, firedStreams, polls }), number });
  }
}

const app = new Application(
  [
    ["/ws", Socket],
    ["/fire", Fire],
    ["/sse", Stream],
    ["/sse-fire", FireStream],
    ["/poll", Poll],
    ["/publish", Publish],
    ["/state", State],
  ],
  { accessLog: false },
);
await app.listen(port, host, { parser: "wasm" });
