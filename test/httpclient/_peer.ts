/** Servers for tests of the client: one that says exactly what it is told, over a real socket. */
import { once } from "node:events";
import * as net from "node:net";
import { AsyncHTTPClient } from "../../src/http/client/index.ts";
import type { AsyncHTTPClientOptions } from "../../src/http/client/index.ts";

export interface Conversation {
  readonly socket: net.Socket;
  /** Number of the connection, and of the request on it, from 1. */
  readonly connection: number;
  readonly request: number;
  /** The head of the request. */
  readonly head: string;
  /** What has come behind the head by now. */
  readonly body: () => string;
}

export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** Heads, in order. */
  readonly heads: string[];
  readonly sockets: net.Socket[];
}

/** Serves while `use` runs. `answer` is called for each head that is complete. */
export async function withRaw(
  answer: (conversation: Conversation) => void,
  use: (server: RawServer) => Promise<void>,
  accepted?: (socket: net.Socket) => void,
): Promise<void> {
  const heads: string[] = [];
  const sockets: net.Socket[] = [];
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket);
    const connection = sockets.length;
    let request = 0;
    let text = "";
    let content = { length: 0, chunked: false, text: "" };
    socket.on("error", () => undefined);
    accepted?.(socket);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      for (;;) {
        // What belongs to the content of the request before.
        if (content.chunked) {
          const last = text.indexOf("0\r\n\r\n");
          content.text += last < 0 ? text : text.slice(0, last + 5);
          text = last < 0 ? "" : text.slice(last + 5);
          if (last < 0) return;
          content = { length: 0, chunked: false, text: "" };
        } else {
          const left = content.length - content.text.length;
          content.text += text.slice(0, left);
          text = text.slice(left);
        }
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = text.slice(0, end + 4);
        text = text.slice(end + 4);
        heads.push(head);
        const own = {
          length: Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0),
          chunked: head.includes("chunked\r\n"),
          text: "",
        };
        content = own;
        answer({ socket, connection, request: ++request, head, body: () => own.text });
      }
    });
    // What a server does whose client leaves.
    socket.on("end", () => socket.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  try {
    await use({ url: `http://127.0.0.1:${port}`, port, heads, sockets });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }
}

/** A client of its own, which must hold nothing at the end. */
export async function withClient(
  options: AsyncHTTPClientOptions,
  use: (client: AsyncHTTPClient) => Promise<void>,
): Promise<void> {
  const client = new AsyncHTTPClient({ ...options, forceInstance: true });
  try {
    await use(client);
    await turns(20);
    const { active, queued, idle, open } = client.stats();
    if (active !== 0 || queued !== 0 || open !== idle)
      throw new Error(`left over: ${JSON.stringify({ active, queued, idle, open })}`);
  } finally {
    await client.close();
  }
  await turns(5);
  const left = client.stats();
  if (left.open !== 0) throw new Error(`open after close: ${JSON.stringify(left)}`);
}

export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** What a promise rejects with, with the members the client's errors have. */
export async function failure(promise: Promise<unknown>): Promise<Error & { [name: string]: unknown }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { [name: string]: unknown };
  }
  throw new Error("nothing was thrown");
}
