/**
 * TLS of servers, over `node:tls`: certificates by name, certificates replaced while serving, handshakes with an end. Both runtimes
 * use it for listeners (`Bun.listen` knows neither names nor replacing), Node also for `startTls`. Knows nothing of what is spoken
 * inside.
 */
import type * as net from "node:net";
import * as tls from "node:tls";
import type { HttpParser } from "../../parser/types.ts";
import type { Listener, RuntimeListenOptions, TlsServerOptions, Transport } from "../transport.ts";
import { HANDSHAKE_TIMEOUT } from "../handshake.ts";
import { plainAddress } from "../address.ts";
import { listenOn } from "./node-listener.ts";
import { NodeTransport } from "./node-transport.ts";
import { PrefaceReader } from "./tls-preface.ts";

/** Milliseconds a timer of the runtimes can wait at most. */
const LONGEST_WAIT = 0x7fffffff;

/** Of seconds, where 0 is "for ever", as a time the runtimes can wait. */
function milliseconds(seconds: number): number {
  return seconds === 0 ? LONGEST_WAIT : Math.min(seconds * 1000, LONGEST_WAIT);
}

function secureContextOptions(options: TlsServerOptions): tls.TlsOptions {
  const { serverNames: _names, handshakeTimeout, ...rest } = options;
  return {
    ...(rest as tls.TlsOptions),
    handshakeTimeout: milliseconds(handshakeTimeout ?? HANDSHAKE_TIMEOUT),
  };
}

/** Contexts by server name, for SNI; `*.example.org` stands for one label. */
class ServerNames {
  #contexts = new Map<string, tls.SecureContext>();

  constructor(options: TlsServerOptions) {
    for (const [name, pair] of Object.entries(options.serverNames ?? {})) {
      this.#contexts.set(name.toLowerCase(), tls.createSecureContext(pair as tls.SecureContextOptions));
    }
  }
  find(serverName: string): tls.SecureContext | undefined {
    const name = serverName.toLowerCase();
    const dot = name.indexOf(".");
    return this.#contexts.get(name) ?? (dot < 0 ? undefined : this.#contexts.get(`*${name.slice(dot)}`));
  }
}

type ReloadTls = (options: TlsServerOptions) => void;

interface TlsServerParts extends Pick<RuntimeListenOptions, "parser" | "onConnection"> {
  readonly tls: TlsServerOptions;
  /** A failed handshake; `address` is of the peer, undefined on a unix socket. */
  readonly onError: (error: Error, address?: string) => void;
  readonly prefaces?: PrefaceReader | undefined;
}

/** A server that gives connections to `onConnection` once their handshake is complete, and what replaces its certificates. */
function createTlsServer(options: TlsServerParts): [tls.Server, ReloadTls] {
  const { parser, onConnection, prefaces } = options;
  let current = options.tls;
  let names = new ServerNames(current);
  const server = tls.createServer({
    // A peer that ends within the handshake has left; later it may go on reading.
    allowHalfOpen: false,
    noDelay: true,
    ...secureContextOptions(current),
    SNICallback: (name, done) => done(null, names.find(name)),
  });
  server.on("secureConnection", (socket) => {
    socket.allowHalfOpen = true;
    const found = prefaces?.find(socket);
    if (prefaces !== undefined && found === undefined) {
      socket.destroy();
      options.onError(new Error("this runtime does not tell which connection a TLS socket stands on"));
    } else onConnection(new NodeTransport(socket, parser, "copy", found?.peer));
  });
  // Asked for now: once the connection has failed, the system does not know its address any more.
  const addresses = new WeakMap<object, string | undefined>();
  server.on("connection", (socket) => addresses.set(socket, socket.remoteAddress));
  server.on("tlsClientError", (error, socket) => {
    // On Node the connection is the socket below, on Bun the TLS socket itself.
    const { _parent: below } = socket as { _parent?: object };
    const address =
      prefaces?.find(socket)?.peer?.address ??
      socket.remoteAddress ??
      addresses.get(socket) ??
      (below === undefined ? undefined : addresses.get(below));
    socket.destroy();
    options.onError(error, address === undefined ? undefined : plainAddress(address));
  });
  // What a reload does not name stays: without its own `ca` a server would accept certificates of clients by any authority.
  const reload = (changed: TlsServerOptions): void => {
    const next = { ...current, ...changed };
    const nextNames = new ServerNames(next);
    server.setSecureContext(secureContextOptions(next));
    names = nextNames;
    current = next;
  };
  return [server, reload];
}

/** Peers that leave within the handshake, as scanners and health checks do: nothing to write down. */
const LEFT: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE"]);

/** A listener whose connections speak TLS. */
export function listenTls(options: RuntimeListenOptions, ssl: TlsServerOptions): Promise<Listener> | Listener {
  const { preface } = options;
  const prefaces =
    preface === undefined
      ? undefined
      : new PrefaceReader(preface, milliseconds(ssl.handshakeTimeout ?? HANDSHAKE_TIMEOUT), options.onError);
  const [server, reload] = createTlsServer({
    parser: options.parser,
    tls: ssl,
    prefaces,
    onConnection: options.onConnection,
    onError: (error, address = "unix socket") => {
      if (!LEFT.has((error as { code?: unknown }).code)) {
        const message = `TLS handshake failed: ${error.message.trim()} (${address})`;
        options.onError(new Error(message, { cause: error }));
      }
    },
  });
  const listening = prefaces === undefined ? server : prefaces.serverInFrontOf(server);
  return listenOn(listening, options, "TLS decrypts into buffers of its own", reload);
}

/** The server's side of a handshake on a connection that is there already; settles with its end. */
export function acceptTls(
  socket: net.Socket,
  options: TlsServerOptions,
  parser: HttpParser,
  attach: (transport: Transport) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const [server] = createTlsServer({
      // The stream has a clock of its own.
      tls: { ...options, handshakeTimeout: 0 },
      parser,
      onConnection: (transport) => {
        attach(transport);
        resolve();
      },
      onError: reject,
    });
    socket.allowHalfOpen = false;
    // node:tls documents that connections may be handed to a server in this way.
    server.emit("connection", socket);
  });
}
