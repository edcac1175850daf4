/** A `net.Server` or `tls.Server` that listens: on ports, paths and descriptors, at once where the runtime can. */
import cluster from "node:cluster";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import { UsageError } from "../../errors.ts";
import type { Listener, RuntimeListenOptions, TlsServerOptions, TransportRoad } from "../transport.ts";

/**
 * Connections the system may take before we do; it lowers this to its own limit (Linux: net.core.somaxconn, 4096). A crowd that comes at once,
 * as after a restart, has room: who finds none is not refused but tries again, after a second or more.
 */
const BACKLOG = 4096;

/** There are no certificates to replace. @throws UsageError always. */
export function withoutTls(): void {
  throw new UsageError("ERR_LANDSPOUT_OPTION", "reloadCertificates needs a server with the option ssl");
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
    if (this.#reload === undefined) withoutTls();
    else this.#reload(options);
  }
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

/** Listens where the options say. `roadReason` is why the road is not zero-copy, or "". */
export function listenOn(
  server: net.Server,
  options: RuntimeListenOptions,
  roadReason: string,
  reload?: (options: TlsServerOptions) => void,
): Promise<Listener> | Listener {
  const where: net.ListenOptions & { reusePort?: boolean } = { backlog: options.backlog ?? BACKLOG };
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
