/** The `ws` package on node:http, and event streams and long polls as node:http has them: in the way their guides show. */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { host, port } from "../../servers/process.mjs";
import "./collect.mjs";
import { isParent, onText, ownAddress, say } from "./processes.mjs";

const streams = new Set();
const polls = new Set();

function publish(text) {
  for (const client of sockets.clients) if (client.readyState === client.OPEN) client.send(text);
  const event = `data: ${text}\n\n`;
  for (const stream of streams) stream.write(event);
  const waiting = [...polls];
  polls.clear();
  for (const poll of waiting) poll.end(text);
  return sockets.clients.size + streams.size + waiting.length;
}

async function publishBody(request, response) {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  say(text);
  response.end(JSON.stringify({ sent: publish(text) }));
}

const routes = {
  "/sse": (request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    response.flushHeaders();
    streams.add(response);
    response.on("close", () => streams.delete(response));
  },
  "/poll": (request, response) => {
    polls.add(response);
    response.on("close", () => polls.delete(response));
  },
  "/publish": publishBody,
  "/count": (request, response) =>
    response.end(JSON.stringify({ ws: sockets.clients.size, sse: streams.size, poll: polls.size })),
};

onText(publish);

const answer = (request, response) => routes[request.url](request, response);
const server = createServer(answer);
const sockets = new WebSocketServer({ server, path: "/ws" });
sockets.on("connection", (client) => {
  client.on("message", (message, isBinary) => client.send(message, { binary: isBinary }));
});
if (!isParent) server.listen(port, host);
if (ownAddress !== undefined) createServer(answer).listen(port, ownAddress);
