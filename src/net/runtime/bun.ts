/**
 * Bun: `Bun.listen` and `Bun.connect`, and `node:tls` for servers with TLS. The handlers object is shared by all connections of a listener; each finds its transport in
 * `socket.data`.
 */
import type { HttpParser } from "../../parser/types.ts";
import type {
  Listener,
  Runtime,
  RuntimeConnectOptions,
  RuntimeListenOptions,
  TlsClientOptions,
  TlsServerOptions,
  Transport,
} from "../transport.ts";
import { bunGlobal, bunHandlers, BunTransport } from "./bun-transport.ts";
import type { BunSocket } from "./bun-transport.ts";
import { withoutTls } from "./node-listener.ts";
import { listenTls } from "./tls-server.ts";

function listen(options: RuntimeListenOptions): Promise<Listener> | Listener {
  const bun = bunGlobal();
  if (bun === undefined) throw new TypeError("Bun.listen is not here: this is not Bun");
  // Bun.listen has one certificate for all names and for all its life, and waits for a handshake for ever.
  if (options.tls !== undefined) return listenTls(options, options.tls);
  const { parser, onConnection } = options;
  const where =
    options.path !== undefined
      ? { unix: options.path }
      : { hostname: options.address ?? "::", port: options.port ?? 0, reusePort: options.reusePort ?? false };
  const listener = bun.listen({
    ...where,
    ...(options.fd === undefined ? {} : { fd: options.fd }),
    ...(options.ipv6Only === true ? { ipv6Only: true } : {}),
    allowHalfOpen: true,
    socket: bunHandlers((socket) => {
      const transport = new BunTransport(socket, parser, false);
      socket.data = transport;
      onConnection(transport);
    }),
  });
  return {
    port: options.path === undefined ? listener.port : undefined,
    address: options.path === undefined ? listener.hostname : undefined,
    path: options.path,
    road: "copy",
    roadReason: "Bun delivers bytes in buffers of its own",
    close: () => {
      listener.stop(false);
      return Promise.resolve();
    },
    reloadTls: withoutTls,
  };
}

function clientTls(options: TlsClientOptions, host: string | undefined): object {
  const { serverHostname, ...rest } = options;
  const serverName = serverHostname ?? host;
  return { ...rest, ...(serverName === undefined ? {} : { serverName }) };
}

function connect(options: RuntimeConnectOptions, attach: (transport: Transport) => void): Promise<void> {
  const { parser, tls } = options;
  return new Promise((resolve, reject) => {
    const failed = (error: Error | undefined): void =>
      reject(error ?? new Error("the connection closed before it was established"));
    const handlers = bunHandlers((socket) => {
      const transport = new BunTransport(socket, parser, tls !== undefined);
      socket.data = transport;
      attach(transport);
      if (tls === undefined) resolve();
    });
    bunGlobal()
      ?.connect({
        ...(options.path === undefined
          ? { hostname: options.host ?? "localhost", port: options.port }
          : { unix: options.path }),
        allowHalfOpen: true,
        ...(tls === undefined ? {} : { tls: clientTls(tls, options.host) }),
        socket: {
          ...handlers,
          ...(tls === undefined ? {} : { handshake: handshaken(resolve, failed, tls.rejectUnauthorized !== false) }),
          close: (socket: BunSocket, error?: Error) => {
            failed(error);
            handlers.close(socket, error);
          },
          connectError: (_socket: BunSocket, error: Error) => failed(error),
        },
      })
      .catch(failed);
  });
}

/** Bun connects first and verifies afterwards: a certificate that does not verify ends the connection here. */
function handshaken(resolve: () => void, failed: (error: Error | undefined) => void, verify: boolean) {
  return (socket: BunSocket, _success: boolean, error: Error | null): void => {
    if (error === null || error === undefined || !verify) resolve();
    else {
      failed(error);
      socket.terminate();
    }
  };
}

function startTls(
  transport: Transport,
  options: { server: TlsServerOptions } | { client: TlsClientOptions },
  parser: HttpParser,
  attach: (transport: Transport) => void,
): Promise<void> {
  if (!(transport instanceof BunTransport)) throw new TypeError("this connection is no socket of this runtime");
  return new Promise((resolve, reject) => {
    const isServer = "server" in options;
    const verify = !isServer && options.client.rejectUnauthorized !== false;
    const failed = (error: Error | undefined): void =>
      reject(error ?? new Error("the connection closed in its TLS handshake"));
    let secure: BunTransport | undefined;
    const handlers = bunHandlers(() => undefined);
    const raw = transport.release();
    const [, socket] = raw.upgradeTLS({
      data: undefined,
      tls: isServer ? { ...options.server, isServer: true } : clientTls(options.client, undefined),
      isServer,
      socket: {
        ...handlers,
        handshake: handshaken(resolve, failed, verify),
        close: (closed: BunSocket, error?: Error) => {
          failed(error);
          handlers.close(closed, error);
        },
      },
    });
    secure = new BunTransport(socket, parser, true);
    socket.data = secure;
    attach(secure);
  });
}

export const bunRuntime: Runtime = { name: "bun", listen, connect, startTls };
