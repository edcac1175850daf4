/**
 * `bindSockets`, `bindUnixSocket`, `addAcceptHandler` (Tornado's `tornado.netutil`): sockets that listen before anybody takes their
 * connections. No runtime binds without listening, and each accepts by itself: until there is a handler, connections wait here.
 */
import { chmodSync } from "node:fs";
import { callIn, captureContext } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import { UsageError } from "../errors.ts";
import { loggers } from "../log.ts";
import { checkOptions, flag, oneOf, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { sharedParser } from "../parser/choose.ts";
import { guard, logFailure } from "../user-code.ts";
import { IOStream } from "./iostream.ts";
import { checkUnix, placeOf } from "./listen-options.ts";
import type { UnixOptions } from "./listen-options.ts";
import { DefaultResolver } from "./resolver.ts";
import { currentRuntime } from "./runtime/index.ts";
import type { Listener, ListenOptions, Transport } from "./transport.ts";
import { isAbstractPath, removeStaleSocket } from "./unix-socket.ts";

/** Connections that wait for a handler; further ones are closed. */
const MAX_WAITING_CONNECTIONS = 128;

export interface BindSocketsOptions {
  /** Addresses of one family only. Default: both. */
  family?: 4 | 6;
  /** Connections the system lets wait. Default 4096, which it lowers to its own limit; on Bun always its 512. */
  backlog?: number;
  /** Several processes share the port; rejects where the runtime cannot. Default false. */
  reusePort?: boolean;
}

const OPTIONS: OptionTable<BindSocketsOptions> = { family: oneOf(4, 6), backlog: whole(1, 65_535), reusePort: flag };

/** What takes connections: their stream, and the address of the client, which is "" on a unix socket. */
export type AcceptHandler = (stream: IOStream, address: string) => void;

/** A socket that listens. Made by `bindSockets` and `bindUnixSocket`. */
export class BoundSocket {
  #listener: Listener | undefined = undefined;
  #handler: AcceptHandler | undefined = undefined;
  #context: Context | undefined = undefined;
  #waiting: IOStream[] = [];
  #closed = false;

  /** @param where For `bindSockets` and `bindUnixSocket`, not for users. */
  static async listen(where: ListenOptions): Promise<BoundSocket> {
    const socket = new BoundSocket();
    const { parser } = sharedParser();
    socket.#listener = await currentRuntime().listen({
      ...where,
      parser,
      onConnection: (transport: Transport) => socket.#accept(new IOStream(parser, transport)),
      onError: (error) => loggers.general.warn(error.message),
    });
    return socket;
  }

  get port(): number | undefined {
    return this.#listener?.port;
  }
  get address(): string | undefined {
    return this.#listener?.address;
  }
  get path(): string | undefined {
    return this.#listener?.path;
  }

  #accept(stream: IOStream): void {
    if (this.#handler !== undefined) this.#give(stream, this.#handler);
    else if (this.#closed || this.#waiting.length >= MAX_WAITING_CONNECTIONS) stream.destroy();
    else this.#waiting.push(stream);
  }

  #give(stream: IOStream, handler: AcceptHandler): void {
    const call = (): void =>
      callIn(this.#context ?? captureContext(), handler, undefined, stream, stream.remoteAddress ?? "");
    guard(call, (error) => {
      logFailure("an accept handler", error);
      stream.close();
    });
  }

  /** For `addAcceptHandler`. */
  handle(handler: AcceptHandler): () => void {
    if (this.#handler !== undefined)
      throw new UsageError("ERR_LANDSPOUT_ACCEPT_HANDLER", "this socket has a handler already: remove that one first");
    this.#handler = handler;
    this.#context = captureContext();
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0)
      setImmediate(() => {
        for (const stream of waiting) if (!stream.closed()) this.#accept(stream);
      });
    return () => {
      if (this.#handler === handler) this.#handler = undefined;
    };
  }

  /** Stops listening; connections that wait for a handler are closed, others go on. Settles when the port is free. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#handler = undefined;
    for (const stream of this.#waiting) stream.destroy();
    this.#waiting = [];
    await this.#listener?.close();
  }
}

/**
 * Listens on every address of a name, all on one port; without `address` on every interface. With port 0 the system chooses the port.
 * Rejects with the system's error (EADDRINUSE …); then none of them listens.
 * @throws UsageError on a port, address or option that is none.
 */
export async function bindSockets(
  port: number,
  address?: string,
  options: BindSocketsOptions = {},
): Promise<BoundSocket[]> {
  checkOptions("bindSockets", options, OPTIONS);
  const { family, ...rest } = options;
  const where = placeOf("bindSockets", port, address, rest);
  let addresses: (string | undefined)[] = [family === 4 ? "0.0.0.0" : family === 6 ? "::" : undefined];
  if (address !== undefined && address !== "") {
    const found = await new DefaultResolver().resolve(address, { family: family ?? 0 });
    addresses = [...new Set(found.map((one) => one.address))];
  }
  const sockets: BoundSocket[] = [];
  let chosen = port;
  try {
    for (const one of addresses) {
      const socket = await BoundSocket.listen({
        ...where,
        port: chosen,
        ...(one === undefined ? {} : { address: one }),
        ...(one?.includes(":") === true ? { ipv6Only: true } : {}),
      });
      sockets.push(socket);
      chosen = socket.port ?? chosen;
    }
  } catch (error) {
    await Promise.all(sockets.map((socket) => socket.close()));
    throw error;
  }
  return sockets;
}

/** Listens on a unix socket; see `TCPServer.listenUnix`. */
export async function bindUnixSocket(path: string, options: UnixOptions = {}): Promise<BoundSocket> {
  checkUnix(path, options);
  const { mode = 0o600, backlog } = options;
  await removeStaleSocket(path);
  const socket = await BoundSocket.listen({ path, ...(backlog === undefined ? {} : { backlog }) });
  if (!isAbstractPath(path)) chmodSync(path, mode);
  return socket;
}

/**
 * Calls back for every connection of a socket, those that wait first. What the handler throws is logged, and the connection closed. The
 * result takes the handler back: connections wait again.
 * @throws UsageError where the socket has a handler.
 */
export function addAcceptHandler(socket: BoundSocket, callback: AcceptHandler): () => void {
  return socket.handle(callback);
}
