/**
 * Bun: `Bun.listen` and `Bun.connect`. The handlers object is shared by all connections of a listener; each finds its transport in
 * `socket.data`.
 */
import { UsageError } from "../../errors.ts";
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
import type { BunSocket, BunSocketHandlers, BunTcpListener } from "./bun-transport.ts";

function bunTls({ serverNames, handshakeTimeout: _timeout, ...rest }: TlsServerOptions): object {
  if (serverNames !== undefined) {
    throw new UsageError(
      "ERR_LANDSPOUT_UNSUPPORTED",
      "Bun.listen shows every client the same certificate: name all hosts in one, or put a proxy in front",
    );
  }
  return { ...rest, ALPNProtocols: "http/1.1" };
}

/** Seconds a client may take for its handshake. */
const HANDSHAKE_TIMEOUT = 30;

/** Resets connections whose handshake takes too long; Bun itself waits for ever. */
function withHandshakeTimeout(handlers: BunSocketHandlers, seconds: number): BunSocketHandlers {
  const waiting = new WeakMap<BunSocket, NodeJS.Timeout>();
  const over = (socket: BunSocket): void => clearTimeout(waiting.get(socket));
  return {
    ...handlers,
    open: (socket) => {
      const timer = setTimeout(() => socket.terminate(), seconds * 1000);
      waiting.set(socket, timer.unref());
      handlers.open(socket);
    },
    handshake: over,
    close: (socket, error) => {
      over(socket);
      handlers.close(socket, error);
    },
  };
}

function listen(options: RuntimeListenOptions): Listener {
  const bun = bunGlobal();
  if (bun === undefined) throw new TypeError("Bun.listen is not here: this is not Bun");
  const { parser, tls, onConnection } = options;
  const opened = bunHandlers((socket) => {
    const transport = new BunTransport(socket, parser, tls !== undefined);
    socket.data = transport;
    onConnection(transport);
  });
  const handlers = tls === undefined ? opened : withHandshakeTimeout(opened, tls.handshakeTimeout ?? HANDSHAKE_TIMEOUT);
  const where =
    options.path !== undefined
      ? { unix: options.path }
      : { hostname: options.address ?? "::", port: options.port ?? 0, reusePort: options.reusePort ?? false };
  const open = (port: { readonly port?: number | undefined }, secured: TlsServerOptions | undefined): BunTcpListener =>
    bun.listen({
      ...where,
      ...port,
      ...(options.fd === undefined ? {} : { fd: options.fd }),
      ...(options.ipv6Only === true ? { ipv6Only: true } : {}),
      allowHalfOpen: true,
      ...(secured === undefined ? {} : { tls: bunTls(secured) }),
      socket: handlers,
    });
  let listener = open({}, tls);
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
    reloadTls: (changed) => {
      if (tls === undefined || options.fd !== undefined) {
        throw new UsageError(
          "ERR_LANDSPOUT_UNSUPPORTED",
          "only a listener with TLS that Bun has opened itself can take other certificates",
        );
      }
      const secured = { ...tls, ...changed };
      // Bun cannot change a listener: another takes its place. Open connections belong to neither.
      bunTls(secured);
      const { port } = listener;
      listener.stop(false);
      listener = open(options.path === undefined ? { port } : {}, secured);
    },
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
