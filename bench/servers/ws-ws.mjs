/** Echo over the `ws` package, as its own documentation does it; a message "all" is said to everybody. */
import { WebSocket, WebSocketServer } from "ws";
import { host, port } from "./process.mjs";

const server = new WebSocketServer({ host, port, perMessageDeflate: false, backlog: 4096 });
const NEWS = "x".repeat(100);

server.on("connection", (socket) => {
  socket.on("error", () => undefined);
  socket.on("message", (data, isBinary) => {
    if (data.length !== 3) return socket.send(data, { binary: isBinary });
    for (const one of server.clients) if (one.readyState === WebSocket.OPEN) one.send(NEWS);
  });
});
