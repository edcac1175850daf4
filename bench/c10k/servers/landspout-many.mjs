/**
 * landspout in several processes by its own means: `server.start(n)`, and a topic that reaches all of them through `processDriver`. Each
 * child also answers for itself, at an address of its own. BENCH_LANDSPOUT names the index of another build than this tree's.
 */
import { host, port } from "../../servers/process.mjs";
import { ownHost } from "./own-host.mjs";
import "./collect.mjs";

const entry = new URL(process.env.BENCH_LANDSPOUT ?? "../../../build/index.js", import.meta.url);
const load = (path) => import(new URL(path, entry));
const { Application, EventSourceHandler, RequestHandler } = await load("web/index.js");
const { WebSocketHandler } = await load("web/websocket.js");
const { HTTPServer } = await load("http/server/httpserver.js");
const { PubSub, processDriver } = await load("pubsub/index.js");

const pubsub = new PubSub(processDriver());
const sockets = new Set();
const streams = new Set();
const polls = new Set();

class Socket extends WebSocketHandler {
  open() {
    sockets.add(this);
    pubsub.subscribe("all", this);
  }
  onClose() {
    sockets.delete(this);
  }
}

class Stream extends EventSourceHandler {
  open() {
    streams.add(this);
    pubsub.subscribe("all", this);
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
    this.finish();
  }
}

class Publish extends RequestHandler {
  post() {
    this.write({ sent: pubsub.publish("all", this.request.body.toString()) });
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

const server = new HTTPServer(app, { parser: "wasm" });
server.bind(port, host);
const forked = await server.start(Number(process.argv[3]));
if (forked?.role === "child") {
  const answerPolls = (text) => {
    const waiting = [...polls];
    polls.clear();
    for (const poll of waiting) poll.finish(text);
  };
  await pubsub.subscribe("all", answerPolls).active;
  await app.listen(port, ownHost(forked.id), { parser: "wasm" }).listening;
}
