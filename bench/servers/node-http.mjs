/** node:http with the routing a careful person writes by hand: as little as gives the right answers. */
import { createServer } from "node:http";
import { host, port } from "./process.mjs";

const userPath = /^\/users\/([^/]+)\/posts\/([^/]+)$/;

function answer(response, type, body) {
  response.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

function echo(request, response) {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    answer(response, "application/octet-stream", body);
  });
}

const server = createServer((request, response) => {
  const { url } = request;
  if (url === "/") return answer(response, "text/plain", "Hello, world");
  if (url === "/json") return answer(response, "application/json", JSON.stringify({ message: "Hello, world", at: 1 }));
  if (url === "/echo" && request.method === "POST") return echo(request, response);
  const user = userPath.exec(url);
  if (user) return answer(response, "text/plain", `user ${user[1]} post ${user[2]}`);
  response.writeHead(404).end();
});
// Standing connections must outlive the run; the default closes them after five seconds.
server.keepAliveTimeout = 600_000;
server.listen(port, host);
