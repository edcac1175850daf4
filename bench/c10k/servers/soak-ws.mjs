/**
 * `ws` on node:http under the same soak, as the comparison: the same paths, limits and report as soak.mjs. What `ws` and node:http leave
 * to the application (pings that must be answered, a bound on unsent output, keep-alive comments) is done here as their guides show.
 */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { host, port } from "../../servers/process.mjs";
import { LIMITS, FIRE, report, tally } from "./soak-report.mjs";

const sockets = new Set();
const fired = new Set();
const streams = new Set();
const firedStreams = new Set();
const polls = new Set();
let number = 0;

function sendSocket(socket, text) {
  if (socket.bufferedAmount > LIMITS.maxUnsentSize) socket.terminate();
  else socket.send(text);
}

function sendStream(response, event) {
  if (response.writableLength > LIMITS.maxUnsentSize) response.destroy();
  else response.write(event);
}

function openStream(group, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.flushHeaders();
  tally.opened += 1;
  group.add(response);
  const beat = setInterval(() => sendStream(response, ":\n\n"), LIMITS.pingInterval * 1000);
  response.on("close", () => {
    clearInterval(beat);
    tally.closed += 1;
    group.delete(response);
  });
}

function poll(url, response) {
  const since = Number(url.searchParams.get("since") ?? number);
  if (since < number) return response.end(`#${since + 1}-${number}#`);
  response.since = since;
  polls.add(response);
  response.on("close", () => polls.delete(response));
}

function publish(response) {
  number += 1;
  const text = `#${number}#`;
  for (const socket of sockets) sendSocket(socket, text);
  for (const socket of fired) sendSocket(socket, FIRE);
  for (const stream of streams) sendStream(stream, `data: ${text}\n\n`);
  for (const stream of firedStreams) sendStream(stream, `data: ${FIRE}\n\n`);
  const waiting = [...polls];
  polls.clear();
  for (const one of waiting) one.end(`#${one.since + 1}-${number}#`);
  response.end(JSON.stringify({ number }));
}

const routes = {
  "/sse": (url, response) => openStream(streams, response),
  "/sse-fire": (url, response) => openStream(firedStreams, response),
  "/poll": poll,
  "/publish": (url, response) => publish(response),
  "/state": (url, response) =>
    response.end(JSON.stringify({ ...report({ sockets, fired, streams, firedStreams, polls }), number })),
};

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  routes[url.pathname](url, response);
});

const upgrades = new WebSocketServer({ noServer: true, maxPayload: LIMITS.maxMessageSize });
server.on("upgrade", (request, socket, head) => {
  upgrades.handleUpgrade(request, socket, head, (client) => {
    const group = request.url === "/fire" ? fired : sockets;
    tally.opened += 1;
    group.add(client);
    let heard = Date.now();
    const beat = setInterval(() => {
      if (Date.now() - heard > (LIMITS.pingInterval + LIMITS.pingTimeout) * 1000) client.terminate();
      else client.ping();
    }, LIMITS.pingInterval * 1000);
    client.on("pong", () => (heard = Date.now()));
    client.on("error", () => {});
    client.on("message", (message, isBinary) => {
      if (client.bufferedAmount > LIMITS.maxUnsentSize) client.terminate();
      else client.send(message, { binary: isBinary });
    });
    client.on("close", (code) => {
      clearInterval(beat);
      tally.closed += 1;
      tally.codes[code] = (tally.codes[code] ?? 0) + 1;
      group.delete(client);
    });
  });
});
server.listen(port, host);
