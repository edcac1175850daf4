/** A server that is no server of ours: it counts requests, and answers them or cuts the connection in place of an answer. */
import { once } from "node:events";
import * as net from "node:net";

export interface Backend {
  readonly port: number;
  /** Methods of the requests that arrived, probes left out. */
  readonly seen: string[];
  close(): Promise<void>;
}

export async function backend(answers: boolean): Promise<Backend> {
  const seen: string[] = [];
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {});
    let text = "";
    socket.on("data", (chunk) => {
      text += String(chunk);
      // The content of each request is "x", or nothing.
      const request = /^(\w+) (\S+) [^]*?\r\n\r\n(x?)/.exec(text);
      if (request === null || (request[1] === "POST" && request[3] === "")) return;
      text = "";
      const probe = request[2] === "/ready";
      if (!probe) seen.push(request[1] ?? "");
      if (probe || answers) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
      else socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as net.AddressInfo).port,
    seen,
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
