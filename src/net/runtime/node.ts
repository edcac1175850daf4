/**
 * Node: `net.Server` accepts, and each connection reads straight into the parser's memory.
 *
 * The zero-copy road takes the handle out of the accepted `net.Socket` and gives it to a second one made with
 * `onread: { buffer, callback }`, which Node offers to outgoing connections only. That `handle` is an option of `net.Socket`
 * is not documented, so `zeroCopyObstacle` tries it out once on a handle of paper; where anything is not as expected, and always for
 * TLS, bytes come by `data` events and one copy.
 */
import { Buffer } from "node:buffer";
import cluster from "node:cluster";
import * as net from "node:net";
import * as tls from "node:tls";
import type { AddressInfo } from "node:net";
import { connect, startTls } from "./node-connect.ts";
import { NodeTransport, onReadOf } from "./node-transport.ts";
import type { OnRead, OwnedSocket } from "./node-transport.ts";
import type { Listener, Runtime, RuntimeListenOptions, TlsServerOptions, TransportRoad } from "../transport.ts";

/** Moves an accepted connection to a socket that reads into the parser's memory. */
function adopt(accepted: net.Socket, onread: OnRead): net.Socket {
  const owned = accepted as OwnedSocket;
  const handle = owned._handle;
  // Without its handle the first socket closes nothing, and destroying it takes it out of the server's count.
  owned._handle = null;
  accepted.destroy();
  return new net.Socket({ handle, onread, allowHalfOpen: true } as unknown as net.SocketConstructorOpts);
}

let obstacle: string | undefined;

/**
 * Why the zero-copy road cannot be taken on this runtime, or "". Gives `net.Socket` a handle of paper and looks whether the
 * buffer arrives at it: tried once, at the first listen.
 */
export function zeroCopyObstacle(): string {
  obstacle ??= tryZeroCopy();
  return obstacle;
}

function tryZeroCopy(): string {
  let given: unknown;
  let started = false;
  const paper = {
    reading: false,
    onread: undefined,
    getAsyncId: () => 0,
    useUserBuffer(buffer: unknown): void {
      given = buffer;
    },
    readStart(): number {
      started = true;
      return 0;
    },
    readStop: () => 0,
    close(done?: () => void): void {
      done?.();
    },
  };
  const buffer = Buffer.alloc(1);
  try {
    const options = { handle: paper, onread: { buffer, callback: () => true } };
    const socket = new net.Socket(options as unknown as net.SocketConstructorOpts) as OwnedSocket;
    const wired = given === buffer && started && typeof paper.onread === "function" && socket._handle === paper;
    socket.on("error", () => undefined);
    socket._handle = null;
    socket.destroy();
    return wired ? "" : "this runtime's net.Socket does not take a handle together with onread";
  } catch (error) {
    return `net.Socket refused a handle: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export function secureContextOptions(options: TlsServerOptions): tls.TlsOptions {
  const { serverNames: _names, handshakeTimeout, ...rest } = options;
  return {
    ...(rest as tls.TlsOptions),
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: (handshakeTimeout ?? 30) * 1000,
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

class NodeListener implements Listener {
  readonly #server: net.Server;
  readonly path: string | undefined;
  readonly road: TransportRoad;
  readonly roadReason: string;
  readonly #reload: ((options: TlsServerOptions) => void) | undefined;
  readonly #info: AddressInfo | string | null;

  constructor(
    server: net.Server,
    path: string | undefined,
    roadReason: string,
    reload: ((options: TlsServerOptions) => void) | undefined,
  ) {
    this.#server = server;
    this.path = path;
    this.road = roadReason === "" ? "zero-copy" : "copy";
    this.roadReason = roadReason;
    this.#reload = reload;
    this.#info = server.address();
  }
  get port(): number | undefined {
    return typeof this.#info === "object" ? this.#info?.port : undefined;
  }
  get address(): string | undefined {
    return typeof this.#info === "object" ? this.#info?.address : undefined;
  }
  /** The port is free when this settles. Node's own callback waits for all connections besides. */
  close(): Promise<void> {
    this.#server.close();
    return new Promise((resolve) => setImmediate(resolve));
  }
  reloadTls(options: TlsServerOptions): void {
    if (this.#reload === undefined) throw new TypeError("this listener does not speak TLS");
    this.#reload(options);
  }
}

function createServer(
  options: RuntimeListenOptions,
  roadReason: string,
): [net.Server, ((o: TlsServerOptions) => void)?] {
  const { parser, onConnection } = options;
  const base = { allowHalfOpen: true, noDelay: true };
  if (options.tls !== undefined) {
    let names = new ServerNames(options.tls);
    const server = tls.createServer({
      ...base,
      ...secureContextOptions(options.tls),
      SNICallback: (name, done) => done(null, names.find(name)),
    });
    server.on("secureConnection", (socket) => onConnection(new NodeTransport(socket, parser, "copy")));
    server.on("tlsClientError", (error, socket) => {
      socket.destroy();
      options.onError(error);
    });
    const reload = (next: TlsServerOptions): void => {
      const nextNames = new ServerNames(next);
      server.setSecureContext(secureContextOptions(next));
      names = nextNames;
    };
    return [server, reload];
  }
  if (roadReason !== "") {
    const server = net.createServer(base, (socket) => onConnection(new NodeTransport(socket, parser, "copy")));
    return [server];
  }
  const onread = onReadOf(parser);
  const server = net.createServer({ ...base, pauseOnConnect: true }, (socket) => {
    onConnection(new NodeTransport(adopt(socket, onread), parser, "zero-copy"));
  });
  return [server];
}

/**
 * `server.listen`, but bound before it returns where that can be: Node looks an address up asynchronously even if it is a
 * literal, while `_listen2`, which it calls in the end, binds at once.
 */
function bind(server: net.Server, where: net.ListenOptions): void {
  const { port, host, backlog } = where;
  const direct = (server as { _listen2?: unknown })._listen2;
  const plain = port !== undefined && host !== undefined && Object.keys(where).length === 3;
  if (plain && net.isIP(host) !== 0 && !cluster.isWorker && typeof direct === "function") {
    direct.call(server, host, port, net.isIP(host), backlog, undefined, 0);
  } else server.listen(where);
}

function listen(options: RuntimeListenOptions): Promise<Listener> | Listener {
  const roadReason =
    options.tls !== undefined
      ? "TLS decrypts into buffers of its own"
      : options.road === "copy"
        ? "the copying road was asked for"
        : zeroCopyObstacle();
  const [server, reload] = createServer(options, roadReason);
  const where: net.ListenOptions & { reusePort?: boolean } = { backlog: options.backlog ?? 128 };
  if (options.fd !== undefined) Object.assign(where, { fd: options.fd });
  else if (options.path !== undefined) where.path = options.path;
  else {
    where.port = options.port ?? 0;
    if (options.address !== undefined && options.address !== "") where.host = options.address;
    if (options.ipv6Only === true) where.ipv6Only = true;
    if (options.reusePort === true) where.reusePort = true;
  }
  bind(server, where);
  const listening = (): Listener => {
    server.on("error", options.onError);
    return new NodeListener(server, options.path, roadReason, reload);
  };
  if (server.listening) return listening();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.removeListener("error", reject);
      resolve(listening());
    });
  });
}

export const nodeRuntime: Runtime = { name: "node", listen, connect, startTls };
