/**
 * An endpoint of ours in either role, and the raw peer that talks to it: a server with a raw client, or a client with a raw server. What
 * the endpoint does is given; what the peer hears, and what the endpoint was told at its end, are for the test to judge.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import { Application } from "../../src/web/index.ts";
import { websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { CompressionOptions, Message, WebSocketClient, WebSocketOptions } from "../../src/web/websocket.ts";
import { acceptValue } from "../../src/websocket/handshake.ts";
import { serving } from "../_support/wire.ts";
import type { Setup } from "../_support/wire.ts";
import { masked, RawWebSocket, unmasked } from "./_raw.ts";

/** Of the endpoint that is tested; its peer has the other. */
export type Role = "server" | "client";
export const ROLES: readonly Role[] = ["server", "client"];

/** What a handler and a client have in common. */
export interface Endpoint {
  readonly isOpen: boolean;
  writeMessage(message: Message): Promise<void> | void;
  ping(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  abort(): void;
}

/** How the endpoint of a test behaves. */
export interface Behaviour {
  /** Default: an echo. `name` is the one it was connected with. */
  readonly onMessage?: (endpoint: Endpoint, message: Message, name: string) => void | Promise<void>;
  readonly onPing?: (data: string) => void;
  /** What a server does before it reads; a client has nothing of the kind. */
  readonly onOpen?: (name: string) => void | Promise<void>;
  /** Which clients read their messages one by one rather than be called with them. */
  readonly reads?: (name: string) => boolean;
  /** What a server does with errors that are meant; a client's are logged. */
  readonly onError?: (error: unknown) => void;
  readonly options?: WebSocketOptions;
  readonly compression?: CompressionOptions;
  /** Over TLS, with a certificate for `localhost`. */
  readonly secure?: { readonly key: string; readonly cert: string };
  /** The value of Sec-WebSocket-Extensions that the peer offers, or answers with. */
  readonly extensions?: string;
}

/** A conversation under way. */
export interface Pairing {
  readonly socket: RawWebSocket;
  /** What the endpoint has been told at its end; more than one is wrong. */
  readonly ends: readonly string[];
  /** It has been told one. */
  readonly over: Promise<void>;
}

/** A frame of the peer of an endpoint. */
export const peerFrame = (role: Role): typeof masked => (role === "server" ? masked : unmasked);

class Ends {
  readonly told: string[] = [];
  #over: () => void = () => undefined;
  readonly over: Promise<void> = new Promise((resolve) => (this.#over = resolve));
  tell(code: number, reason: string): void {
    this.told.push(`${code} ${reason}`);
    this.#over();
  }
}

const echo = (endpoint: Endpoint, message: Message): void | Promise<void> => endpoint.writeMessage(message);

/** Runs endpoints of a role while `use` does. `connect` makes one more, and its peer. */
export function withEndpoints(
  role: Role,
  setup: Setup,
  behaviour: Behaviour,
  use: (connect: (name?: string) => Promise<Pairing>) => Promise<void>,
): Promise<void> {
  return role === "server" ? withServer(setup, behaviour, use) : withClients(setup, behaviour, use);
}

type Use = Parameters<typeof withEndpoints>[3];

function withServer(setup: Setup, behaviour: Behaviour, use: Use): Promise<void> {
  const { onMessage = echo, onPing, onOpen, onError, options = {}, secure, compression, extensions } = behaviour;
  const all = new Map<string, Ends>();
  class Tested extends WebSocketHandler {
    override getCompressionOptions() {
      return compression;
    }
    override open() {
      return onOpen?.(nameOf(this.request.query));
    }
    override onMessage(message: Message) {
      return onMessage(this, message, nameOf(this.request.query));
    }
    override onPing(data: Buffer) {
      onPing?.(data.toString());
    }
    override onError(error: unknown) {
      if (onError === undefined) super.onError(error);
      else onError(error);
    }
    override onClose(code: number, reason: string) {
      all.get(this.request.query)?.tell(code, reason);
    }
  }
  const app = new Application([["/", Tested]], { accessLog: false, websocket: options });
  return serving(app, { ...setup, ...(secure === undefined ? {} : { ssl: secure }) }, (port) =>
    use(async (name = "") => {
      const id = `${all.size}-${name}`;
      const ends = new Ends();
      all.set(id, ends);
      const field = extensions === undefined ? "" : `Sec-WebSocket-Extensions: ${extensions}\r\n`;
      const socket = await RawWebSocket.open(port, `/?${id}`, field, secure?.cert);
      return { socket, ends: ends.told, over: ends.over };
    }),
  );
}
const nameOf = (id: string): string => id.slice(id.indexOf("-") + 1);

/** The socket of the raw server's side, once the handshake has been answered. */
async function answered(connection: net.Socket, extensions: string | undefined): Promise<RawWebSocket> {
  const socket = new RawWebSocket(connection);
  const head = await socket.head();
  socket.answer = head;
  const key = /\r\nSec-WebSocket-Key: (\S+)/.exec(head)?.[1] ?? "";
  const field = extensions === undefined ? "" : `Sec-WebSocket-Extensions: ${extensions}\r\n`;
  connection.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptValue(key)}\r\n${field}\r\n`,
  );
  return socket;
}

async function withClients(setup: Setup, behaviour: Behaviour, use: Use): Promise<void> {
  const { onMessage = echo, onPing, reads, options = {}, secure, compression, extensions } = behaviour;
  const waiting = new Map<string, (socket: RawWebSocket) => void>();
  const open = new Set<net.Socket>();
  const accept = (connection: net.Socket): void => {
    open.add(connection);
    connection.on("close", () => open.delete(connection)).on("error", () => undefined);
    void answered(connection, extensions).then((socket) => {
      waiting.get(/^GET \/\?(\S*)/.exec(socket.answer)?.[1] ?? "")?.(socket);
    });
  };
  const half = { allowHalfOpen: true, noDelay: true };
  const server =
    secure === undefined ? net.createServer(half, accept) : tls.createServer({ ...half, ...secure }, accept);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  let count = 0;
  const connect = async (name = ""): Promise<Pairing> => {
    const id = `${count++}-${name}`;
    const ends = new Ends();
    const accepted = new Promise<RawWebSocket>((resolve) => waiting.set(id, resolve));
    const client = await websocketConnect(
      `${secure === undefined ? "ws://127.0.0.1" : "wss://localhost"}:${port}/?${id}`,
      {
        ...(secure === undefined ? {} : { ssl: { ca: secure.cert } }),
        ...setup,
        ...options,
        ...(compression === undefined ? {} : { compression }),
        ...(reads?.(name) === true ? {} : { onMessage: (message) => onMessage(client, message, name) }),
        onPing: (data) => onPing?.(data.toString()),
        onClose: (code, reason) => ends.tell(code, reason),
      },
    );
    if (reads?.(name) === true) void readAll(client, (message) => onMessage(client, message, name));
    return { socket: await accepted, ends: ends.told, over: ends.over };
  };
  try {
    await use(connect);
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, "close");
  }
}

async function readAll(client: WebSocketClient, onMessage: (message: Message) => void | Promise<void>): Promise<void> {
  for await (const message of client) if (client.isOpen) await onMessage(message);
}

/** Pieces of a stream, each in one write, and one read where the system plays along. */
export async function sendPieces(socket: RawWebSocket, data: Buffer, size: number): Promise<void> {
  for (let at = 0; at < data.length && !socket.ended; at += size) {
    await new Promise<void>((resolve) => socket.socket.write(data.subarray(at, at + size), () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
