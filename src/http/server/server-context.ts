/**
 * What the connections of one server share: parser, limits, the sweep that ends waits, and the order in which all of them end. It must
 * not know applications, nor how connections come in.
 */
import { connectionChannels } from "../../diagnostics.ts";
import { isolated, withoutContext } from "../../async/context.ts";
import { guard, logFailure } from "../../user-code.ts";
import { nameOf } from "../failures.ts";
import { memoryOf } from "../../net/parser-memory.ts";
import type { ParserMemory } from "../../net/parser-memory.ts";
import type { HttpParser } from "../../parser/types.ts";
import { AddressList, normalizeAddress } from "./addresses.ts";
import type { ConnectionContext, RequestSource } from "../http1/connection-context.ts";
import { DecompressingConnections } from "./decompressing-connections.ts";
import { applyForwarded, hasForwarded } from "./forwarded.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { ConnectionLimits } from "../http1/limits.ts";
import type { HTTPServerConnectionDelegate, RequestFacts } from "../interfaces.ts";
import type { HTTPServerOptions } from "./options.ts";
import { UpgradedConnections } from "../upgraded-connections.ts";

/** What the server keeps track of: an HTTP connection, or one whose PROXY header is still awaited. */
export interface ServerConnection {
  readonly stream: { destroy(): void };
  /** Requests of it have been given to the delegate. */
  readonly servesRequests: boolean;
  readonly idle: boolean;
  readonly clientDisconnected: boolean;
  closeIdle(): void;
  checkTimeouts(): void;
  /** The server ends: whoever answers a request is told. */
  onServerShutdown(): void;
}

/** Seconds in which the first request of a connection follows, where a load balancer has made it just before it heard of the end. */
const FIRST_REQUEST = 1;

/** Shared by the connections of one server. */
export class ServerContext implements ConnectionContext {
  readonly parser: HttpParser;
  readonly memory: ParserMemory;
  readonly limits: ConnectionLimits;
  readonly delegate: HTTPServerConnectionDelegate;
  readonly noKeepAlive: boolean;
  readonly halfCloseDisconnects: boolean;
  readonly strictTarget: boolean;
  readonly tick: number;
  readonly connections: Set<ServerConnection> = new Set();
  now = 0;
  closing = false;
  ending = false;
  /** Nobody waits for a connection any more. */
  over = false;
  readonly upgraded: UpgradedConnections = new UpgradedConnections(() => this.#left());
  readonly #xheaders: boolean;
  readonly #trusted: AddressList | undefined;
  readonly #protocol: "http" | "https" | undefined;
  #sweep: NodeJS.Timeout | undefined = undefined;
  #whenEmpty: (() => void)[] = [];

  constructor(
    parser: HttpParser,
    delegate: HTTPServerConnectionDelegate,
    limits: ConnectionLimits,
    options: HTTPServerOptions,
  ) {
    this.parser = parser;
    this.memory = memoryOf(parser);
    this.delegate = options.decompressRequest === true ? new DecompressingConnections(delegate, limits) : delegate;
    this.limits = limits;
    this.noKeepAlive = options.noKeepAlive === true;
    this.halfCloseDisconnects = options.halfClose !== "answer";
    this.strictTarget = options.strictTarget === true;
    this.#xheaders = options.xheaders === true;
    this.#trusted = options.trustedDownstream === undefined ? undefined : new AddressList(options.trustedDownstream);
    this.#protocol = options.protocol;
    this.tick = sweepInterval(limits);
  }

  sourceOf(head: RequestFacts, peer: string | undefined, encrypted: boolean): RequestSource {
    const remoteIp = normalizeAddress(peer);
    const source: RequestSource =
      this.#xheaders && hasForwarded(head)
        ? applyForwarded(HTTPHeaders.from(head), remoteIp, encrypted, this.#trusted)
        : { remoteIp, protocol: encrypted ? "https" : "http" };
    return this.#protocol === undefined ? source : { remoteIp: source.remoteIp, protocol: this.#protocol };
  }

  /** Before a connection is made: its first wait begins now, not when the last one of others was looked at. */
  startClock(): void {
    if (this.#sweep !== undefined) return;
    this.now = performance.now() / 1000;
    this.#sweep = withoutContext(() => setInterval(() => this.#check(), this.tick * 1000));
    this.#sweep.unref();
  }

  add(connection: ServerConnection): void {
    this.connections.add(connection);
    if (connectionChannels.start.hasSubscribers) connectionChannels.start.publish({ connection });
  }

  connectionClosed(connection: ServerConnection): void {
    this.connections.delete(connection);
    const { asyncEnd } = connectionChannels;
    if (asyncEnd.hasSubscribers) isolated(asyncEnd.publish, asyncEnd, { connection });
    if (connection.servesRequests) this.#tellDelegate(connection);
    this.#left();
  }
  #stopClock(): void {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
  #left(): void {
    if (this.closing && this.connections.size === 0) this.#stopClock();
    if (this.connections.size === 0 && this.upgraded.size === 0) for (const done of this.#whenEmpty.splice(0)) done();
  }

  #tellDelegate(connection: ServerConnection): void {
    const { delegate } = this;
    const { onClose } = delegate;
    if (onClose === undefined) return;
    guard(
      () => isolated(onClose, delegate, connection),
      (error) => logFailure(nameOf(delegate, "onClose"), error),
    );
  }

  /**
   * Stops when no connection is left at a look: connections may come and go faster than a timer is made. A server that accepts no more
   * stops with its last connection.
   */
  #check(): void {
    this.now = performance.now() / 1000;
    if (this.connections.size === 0) this.#stopClock();
    for (const connection of this.connections) connection.checkTimeouts();
  }

  /** Resolves when no connection is left, or after so many seconds. */
  empty(limit?: number): Promise<void> {
    if (this.connections.size === 0 && this.upgraded.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = limit === undefined ? undefined : setTimeout(resolve, limit * 1000);
      this.#whenEmpty.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Each answer from here on is the last of its connection, and whoever takes long is told. */
  close(): void {
    this.closing = true;
    if (this.connections.size === 0) this.#stopClock();
    this.#notify();
  }

  /** Nothing more is accepted; whoever takes long is told, whenever he comes. Ends when no connection is left, or at the deadline. */
  async end(drained: boolean, deadline: number): Promise<void> {
    const over = performance.now() / 1000 + deadline;
    this.ending = true;
    this.#notify();
    // A connection that has just been made has its request still to come; those that were idle before have been closed by their clients.
    if (drained) await this.empty(Math.min(FIRST_REQUEST, deadline));
    for (const connection of this.connections) {
      if (connection.idle) connection.closeIdle();
      // A handler that never answers a client that left would hold everybody up.
      else if (connection.clientDisconnected) connection.stream.destroy();
    }
    const left = over - performance.now() / 1000;
    if (left > 0) await this.empty(left);
    this.over = true;
    await this.destroy();
  }

  #notify(): void {
    for (const connection of this.connections) connection.onServerShutdown();
    this.upgraded.notify(this.ending);
  }

  /** Cuts every connection. Resolves when all are closed. */
  destroy(): Promise<void> {
    for (const { stream } of this.connections) stream.destroy();
    this.upgraded.destroy();
    if (this.connections.size === 0) this.#stopClock();
    return this.empty().then(() => {
      if (this.connections.size === 0) this.#stopClock();
    });
  }
}

/** One timer for all connections: as coarse as the shortest wait allows, at most a second, at least 20 ms. */
function sweepInterval(limits: ConnectionLimits): number {
  const waits = [
    limits.idleConnectionTimeout,
    limits.headerTimeout,
    limits.bodyTimeout,
    limits.bodyIdleTimeout,
    limits.writeTimeout,
    limits.unreadTimeout,
    limits.lingerTimeout,
    limits.lingerTime,
  ].filter((wait) => wait > 0);
  return Math.min(1, Math.max(0.02, Math.min(...waits) / 4));
}
