/**
 * Bun: `Bun.listen` and `Bun.connect`, and `node:tls` for servers with TLS. The handlers object is shared by all connections of a listener; each finds its transport in
 * `socket.data`.
 */
import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import type { PeerCertificate } from "node:tls";
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
import type { BunSocket } from "./bun-transport.ts";
import { open as openNode, startTls as startNodeTls } from "./node-connect.ts";
import { NodeTransport } from "./node-transport.ts";
import { wrap } from "./node.ts";
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
      : {
          hostname: options.address === undefined || options.address === "" ? "::" : options.address,
          port: options.port ?? 0,
          reusePort: options.reusePort ?? false,
        };
  const listener = bound(options, () =>
    bun.listen({
      ...where,
      ...(options.fd === undefined ? {} : { fd: options.fd }),
      ...(options.ipv6Only === true ? { ipv6Only: true } : {}),
      allowHalfOpen: true,
      socket: bunHandlers((socket) => {
        const transport = new BunTransport(socket, parser, false);
        socket.data = transport;
        onConnection(transport);
      }),
    }),
  );
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

const REASONS: { readonly [code: string]: string } = {
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "address not available",
  EACCES: "permission denied",
  ENOENT: "no such file or directory",
};

/** Names in the message of a failure what Node names: the reason, and the address with its port. `code` and the others are there. */
function bound<T>({ path }: RuntimeListenOptions, listening: () => T): T {
  try {
    return listening();
  } catch (error) {
    const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    if (error instanceof Error && code !== undefined) {
      const where = path ?? (port === undefined ? address : `${address}:${port}`);
      error.message = `listen ${code}: ${REASONS[code] ?? "failed"} ${where}`;
    }
    throw error;
  }
}

/** RFC 7301 §3.1: names, each after its length in one byte. Bun takes nothing else. */
function wireAlpn(protocols: readonly string[]): ArrayBuffer {
  const bytes = protocols.flatMap((name) => [name.length, ...Buffer.from(name, "latin1")]);
  return new Uint8Array(bytes).buffer;
}

function clientTls(options: TlsClientOptions): object {
  const { serverHostname: serverName, handshakeTimeout: _timeout, ALPNProtocols: spoken, ...rest } = options;
  return {
    ...rest,
    // RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted in HostName". Bun sends what it is given, and the host it connects
    // to where it is given nothing; an empty name is not sent, and not compared with the certificate: see `identityError`.
    ...(serverName === undefined ? {} : { serverName: isIP(serverName) === 0 ? serverName : "" }),
    ...(spoken === undefined ? {} : { ALPNProtocols: wireAlpn(spoken) }),
  };
}

function open(
  options: RuntimeConnectOptions,
  connected: (transport: Transport) => void,
  failed: (error: Error) => void,
): () => void {
  // Bun.connect has no source address; its `node:net` has.
  if (options.localAddress !== undefined || options.localPort !== undefined)
    return openNode({ ...options, road: "copy" }, connected, failed);
  const { parser, path, port, address } = options;
  let over = false;
  let transport: BunTransport | undefined;
  const fail = (error: Error | undefined): void => {
    if (over || transport !== undefined) return;
    over = true;
    failed(error ?? new Error("the connection closed before it was established"));
  };
  const handlers = bunHandlers((socket) => {
    if (over) return socket.terminate();
    transport = new BunTransport(socket, parser, false);
    socket.data = transport;
    connected(transport);
  });
  bunGlobal()
    ?.connect({
      ...(path === undefined ? { hostname: address, port } : { unix: path }),
      allowHalfOpen: true,
      socket: {
        ...handlers,
        close: (socket: BunSocket, error?: Error) => {
          if (transport === undefined) fail(error);
          else handlers.close(socket, error);
        },
        connectError: (_socket: BunSocket, error: Error) => fail(error),
      },
    })
    .catch(fail);
  return () => {
    over = true;
    transport?.destroy();
  };
}

/** RFC 2818 §3.1: "the iPAddress subjectAltName must be present in the certificate and must exactly match the IP in the URI". */
function identityError(socket: BunSocket, name: string | undefined): Error | undefined {
  if (name === undefined || isIP(name) === 0) return undefined;
  return checkServerIdentity(name, socket.getPeerCertificate() as PeerCertificate);
}

/**
 * Bun connects first and verifies afterwards: a certificate that does not verify ends the connection here. `name`: whose certificate a client
 * expects.
 */
function handshaken(resolve: () => void, failed: (error: Error | undefined) => void, verify: boolean, name?: string) {
  return (socket: BunSocket, success: boolean, error: Error | null): void => {
    const problem = verify ? (error ?? (success ? identityError(socket, name) : undefined)) : undefined;
    if (success && problem === undefined) resolve();
    else {
      failed(problem ?? error ?? undefined);
      socket.data.destroy();
    }
  };
}

function startTls(
  transport: Transport,
  options: { server: TlsServerOptions } | { client: TlsClientOptions },
  parser: HttpParser,
  attach: (transport: Transport) => void,
): Promise<void> {
  if (transport instanceof NodeTransport) return startNodeTls(transport, options, parser, attach);
  if (!(transport instanceof BunTransport)) throw new TypeError("this connection is no socket of this runtime");
  const { verify, name, ...side } = "server" in options ? serverSide(options.server) : clientSide(options.client);
  return new Promise((resolve, reject) => {
    const failed = (error: Error | undefined): void =>
      reject(error ?? new Error("the connection closed in its TLS handshake"));
    const handlers = bunHandlers(() => undefined);
    const raw = transport.release();
    let socket: BunSocket;
    try {
      [, socket] = raw.upgradeTLS({
        data: undefined,
        ...side,
        socket: {
          ...handlers,
          handshake: handshaken(resolve, failed, verify, name),
          close: (closed: BunSocket, error?: Error) => {
            failed(error);
            handlers.close(closed, error);
          },
        },
      });
    } catch (error) {
      // A key that is none, for one. Nobody owns the connection any more.
      raw.terminate();
      throw error;
    }
    const secure = new BunTransport(socket, parser, true);
    socket.data = secure;
    attach(secure);
  });
}

interface Side {
  readonly tls: object;
  readonly isServer: boolean;
  /** Whether the peer's certificate decides. */
  readonly verify: boolean;
  /** Whose it must be. */
  readonly name?: string | undefined;
}

function clientSide(options: TlsClientOptions): Side {
  const { rejectUnauthorized, serverHostname: name } = options;
  return { tls: clientTls(options), isServer: false, verify: rejectUnauthorized !== false, name };
}

/** @throws UsageError where certificates by name are asked for: `upgradeTLS` has one. */
function serverSide(options: TlsServerOptions): Side {
  const { serverNames, handshakeTimeout: _timeout, ALPNProtocols: spoken, ...rest } = options;
  if (serverNames !== undefined) {
    throw new UsageError(
      "ERR_LANDSPOUT_UNSUPPORTED",
      "On Bun startTls() as a server has one certificate; a server with the option ssl can have serverNames",
    );
  }
  const verify = rest.requestCert === true && rest.rejectUnauthorized !== false;
  const alpn = spoken === undefined ? {} : { ALPNProtocols: wireAlpn(spoken) };
  return { tls: { ...rest, ...alpn, isServer: true }, isServer: true, verify };
}

export const bunRuntime: Runtime = { name: "bun", listen, open, startTls, wrap };
