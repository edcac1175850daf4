/**
 * landspout with ten thousand listeners: WebSockets, event streams and long polls, each in the way its guide shows. `POST /publish` sends its
 * body to all of them, encoded once. BENCH_LANDSPOUT names the index of another build than this tree's.
 */
import { host, port } from "../../servers/process.mjs";
import "./collect.mjs";

const entry = new URL(process.env.BENCH_LANDSPOUT ?? "../../../build/index.js", import.meta.url);
const { Application, EventSourceHandler, RequestHandler, prepareEvent } = await import(new URL("web/index.js", entry));
const { WebSocketHandler, prepareMessage } = await import(new URL("web/websocket.js", entry));

const sockets = new Set();
const streams = new Set();
const polls = new Set();

class Socket extends WebSocketHandler {
  open() {
    sockets.add(this);
  }
  onMessage(message) {
    this.writeMessage(message);
  }
  onClose() {
    sockets.delete(this);
  }
}

class Stream extends EventSourceHandler {
  open() {
    streams.add(this);
  }
  onClose() {
    streams.delete(this);
  }
}

class Poll extends RequestHandler {
  autoFinish = false;
  get() {
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
    const text = this.request.body.toString();
    const frame = prepareMessage(text);
    const event = prepareEvent(text);
    for (const socket of sockets) socket.writePrepared(frame);
    for (const stream of streams) stream.sendPrepared(event);
    const waiting = [...polls];
    polls.clear();
    for (const poll of waiting) poll.finish(text);
    this.write({ sent: sockets.size + streams.size + waiting.length });
  }
}

class Count extends RequestHandler {
  get() {
    this.write({ ws: sockets.size, sse: streams.size, poll: polls.size });
  }
}

const app = new Application(
  [
    ["/ws", Socket],
    ["/sse", Stream],
    ["/poll", Poll],
    ["/publish", Publish],
    ["/count", Count],
  ],
  { accessLog: false },
);
await app.listen(port, host, { parser: "wasm" });
