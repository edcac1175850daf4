/** Echo over the WebSockets built into Bun; a message "all" is said to everybody. */
import { host, port } from "./process.mjs";

const NEWS = "x".repeat(100);

const server = Bun.serve({
  hostname: host,
  port,
  fetch: (request, self) => (self.upgrade(request) ? undefined : new Response("no WebSocket", { status: 400 })),
  websocket: {
    open: (socket) => socket.subscribe("all"),
    message(socket, message) {
      if (message === "all") server.publish("all", NEWS);
      else socket.send(message);
    },
    perMessageDeflate: false,
  },
});
