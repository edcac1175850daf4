/** Bun.serve under the same soak, as the comparison: the same paths and report as soak.mjs, and its limits as far as Bun has them. */
import { host, port } from "../../servers/process.mjs";
import { FIRE, LIMITS, report, tally } from "./soak-report.mjs";

const sockets = new Set();
const fired = new Set();
const streams = new Set();
const firedStreams = new Set();
const polls = new Set();
const encoder = new TextEncoder();
let number = 0;

/** Events that a stream may hold: its queue counts chunks. */
const WAITING = LIMITS.maxUnsentSize / FIRE.length;

function openStream(group, request) {
  let own;
  const gone = () => {
    if (group.delete(own)) tally.closed += 1;
  };
  const body = new ReadableStream(
    {
      start(controller) {
        own = controller;
        tally.opened += 1;
        group.add(own);
        controller.enqueue(encoder.encode(":\n\n"));
      },
      cancel: gone,
    },
    { highWaterMark: WAITING },
  );
  request.signal.addEventListener("abort", gone);
  return new Response(body, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" } });
}

function sendStream(group, stream, event) {
  if (stream.desiredSize > 0) return stream.enqueue(event);
  if (group.delete(stream)) tally.closed += 1;
  stream.error(new Error("too slow"));
}

function poll(request) {
  const since = Number(new URL(request.url).searchParams.get("since") ?? number);
  if (since < number) return new Response(`#${since + 1}-${number}#`);
  return new Promise((resolve) => {
    const waiting = { since, resolve };
    polls.add(waiting);
    request.signal.addEventListener("abort", () => polls.delete(waiting));
  });
}

function publish() {
  number += 1;
  const text = `#${number}#`;
  server.publish("numbers", text);
  if (fired.size > 0) server.publish("fire", FIRE);
  for (const stream of streams) sendStream(streams, stream, encoder.encode(`data: ${text}\n\n`));
  for (const stream of firedStreams) sendStream(firedStreams, stream, encoder.encode(`data: ${FIRE}\n\n`));
  const waiting = [...polls];
  polls.clear();
  for (const { since, resolve } of waiting) resolve(new Response(`#${since + 1}-${number}#`));
  return Response.json({ number });
}

const upgrade = (group, topic) => (request) =>
  server.upgrade(request, { data: { group, topic } }) ? undefined : new Response("no WebSocket", { status: 400 });

const server = Bun.serve({
  port,
  hostname: host,
  idleTimeout: 0,
  routes: {
    "/ws": upgrade(sockets, "numbers"),
    "/fire": upgrade(fired, "fire"),
    "/sse": (request) => openStream(streams, request),
    "/sse-fire": (request) => openStream(firedStreams, request),
    "/poll": poll,
    "/publish": publish,
    "/state": () => Response.json({ ...report({ sockets, fired, streams, firedStreams, polls }), number }),
  },
  websocket: {
    idleTimeout: LIMITS.pingInterval + LIMITS.pingTimeout,
    maxPayloadLength: LIMITS.maxMessageSize,
    backpressureLimit: LIMITS.maxUnsentSize,
    closeOnBackpressureLimit: true,
    open(socket) {
      tally.opened += 1;
      socket.data.group.add(socket);
      socket.subscribe(socket.data.topic);
    },
    message(socket, message) {
      socket.send(message);
    },
    close(socket, code) {
      tally.closed += 1;
      tally.codes[code] = (tally.codes[code] ?? 0) + 1;
      socket.data.group.delete(socket);
    },
  },
});
