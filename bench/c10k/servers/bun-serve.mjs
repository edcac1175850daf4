/** Bun.serve: WebSockets by its own topics, event streams by a ReadableStream, long polls by promises. */
import { host, port } from "../../servers/process.mjs";
import "./collect.mjs";
import { isParent, onText, ownAddress, processes, say } from "./processes.mjs";

const streams = new Set();
const polls = new Set();
const encoder = new TextEncoder();
let open = 0;

function sse(request) {
  let own;
  const body = new ReadableStream({
    start(controller) {
      own = controller;
      streams.add(controller);
      // The head leaves with the first chunk.
      controller.enqueue(encoder.encode(":\n\n"));
    },
    cancel() {
      streams.delete(own);
    },
  });
  request.signal.addEventListener("abort", () => streams.delete(own));
  return new Response(body, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" } });
}

function poll(request) {
  return new Promise((resolve) => {
    polls.add(resolve);
    request.signal.addEventListener("abort", () => polls.delete(resolve));
  });
}

function publish(text) {
  server.publish("all", text);
  const event = encoder.encode(`data: ${text}\n\n`);
  for (const stream of streams) stream.enqueue(event);
  const waiting = [...polls];
  polls.clear();
  for (const answer of waiting) answer(new Response(text));
  return open + streams.size + waiting.length;
}

async function publishBody(request) {
  const text = await request.text();
  say(text);
  return Response.json({ sent: publish(text) });
}

const options = {
  port,
  hostname: host,
  reusePort: processes > 1,
  idleTimeout: 0,
  routes: {
    "/ws": (request) => (server.upgrade(request) ? undefined : new Response("no WebSocket", { status: 400 })),
    "/sse": sse,
    "/poll": poll,
    "/publish": publishBody,
    "/count": () => Response.json({ ws: open, sse: streams.size, poll: polls.size }),
  },
  websocket: {
    open(socket) {
      open += 1;
      socket.subscribe("all");
    },
    message(socket, message) {
      socket.send(message);
    },
    close() {
      open -= 1;
    },
  },
};

const server = isParent ? undefined : Bun.serve(options);
if (ownAddress !== undefined) Bun.serve({ ...options, hostname: ownAddress });
onText(publish);
