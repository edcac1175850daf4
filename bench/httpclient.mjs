/**
 * CPU time of a client process for each request: keep-alive GET of 27 bytes of JSON, one at a time and 64 at once, beside `node:http` and
 * `fetch`, with a bare socket that parses nothing as the control. The server is a process of its own.
 *
 *   node bench/httpclient.mjs [requests]      after `npm run build`; also `bun bench/httpclient.mjs`
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";

const BODY = '{"message":"Hello, World!"}';
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const ROUNDS = 5;

if (process.argv[2] === "--server") {
  // As plain as can be: it must not be what is measured.
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(ANSWER));
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
  process.on("disconnect", () => process.exit(0));
} else await main(Number(process.argv[2] ?? 20_000));

async function main(requests) {
  const server = fork(new URL(import.meta.url), ["--server"]);
  const [port] = await once(server, "message");
  const url = `http://127.0.0.1:${port}/json`;
  const { AsyncHTTPClient } = await import("../build/http/client/index.js");
  const client = new AsyncHTTPClient({ forceInstance: true, maxIdlePerHost: 64 });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const clients = {
    control: bareSockets(port),
    landspout: async () => (await client.fetch(url)).json(),
    "node:http": () => nodeHttp(url, agent),
    fetch: async () => (await fetch(url)).json(),
  };
  for (const parallel of [64, 1]) {
    const least = {};
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, get] of Object.entries(clients)) {
        const micros = await measured(get, parallel === 1 ? requests / 4 : requests, parallel);
        least[name] = Math.min(least[name] ?? Infinity, micros);
      }
    console.log(`${parallel} at once`);
    for (const [name, micros] of Object.entries(least))
      console.log(
        `  ${name.padEnd(10)} ${micros.toFixed(1).padStart(7)} µs  ${(micros / least.landspout).toFixed(2)} times landspout`,
      );
  }
  await client.close();
  agent.destroy();
  server.disconnect();
  process.exit(0);
}

async function measured(get, count, parallel) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await get();
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: parallel }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function nodeHttp(url, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => (text += piece));
      response.on("end", () => resolve(JSON.parse(text)));
    });
    request.on("error", reject);
  });
}

/** Sockets that send fixed bytes and wait for as many as the answer has. */
function bareSockets(port) {
  const idle = [];
  const head = `GET /json HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  return () =>
    new Promise((resolve) => {
      let socket = idle.pop();
      if (socket === undefined) {
        socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
        socket.on("data", (chunk) => {
          if ((socket.left -= chunk.length) > 0) return;
          idle.push(socket);
          socket.done();
        });
      }
      socket.left = ANSWER.length;
      socket.done = resolve;
      socket.write(head);
    });
}
