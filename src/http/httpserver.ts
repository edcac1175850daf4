/**
 * `HTTPServer` (Tornado's `tornado.httpserver`): connections of a `TCPServer`, each with an `HTTP1Connection` on it. It owns what
 * its connections share: limits, the sweep that ends waits, shutdown. It must not know applications.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { connectionChannels } from "../diagnostics.ts";
import { describeError, loggers } from "../log.ts";
import type { BaseIOStream } from "../net/base-iostream.ts";
import { TCPServer } from "../net/tcpserver.ts";
import type { HttpParser } from "../parser/types.ts";
import { AddressList, normalizeAddress } from "./addresses.ts";
import { DecompressingConnections } from "./decompressing-connections.ts";
import { CallbackDelegate } from "./delegates.ts";
import type { RequestCallback } from "./delegates.ts";
import { applyForwarded } from "./forwarded.ts";
import { HTTPHeaders } from "./headers.ts";
import { HTTP1Connection } from "./http1connection.ts";
import type { ConnectionHost, Origin, ParserMemory } from "./connection-host.ts";
import type { HTTPServerConnectionDelegate } from "./interfaces.ts";
import { resolveLimits } from "./options.ts";
import type { ConnectionLimits, HTTPServerOptions } from "./options.ts";
import { ProxyHeaderReader } from "./proxy-header-reader.ts";
import type { RequestHead } from "./request-head.ts";

/** What the server keeps track of: an HTTP connection, or one whose PROXY header is still awaited. */
interface ServerConnection {
  readonly stream: BaseIOStream;
  readonly idle: boolean;
  readonly abandoned: boolean;
  closeIdle(): void;
  checkTimeouts(): void;
}

export interface ShutdownOptions {
  /** Seconds running requests may take to end; then their connections are destroyed. Default 30. */
  deadline?: number;
}

/** Shared by the connections of one server. */
class Host implements ConnectionHost {
  readonly parser: HttpParser;
  readonly memory: ParserMemory;
  readonly limits: ConnectionLimits;
  readonly delegate: HTTPServerConnectionDelegate;
  readonly noKeepAlive: boolean;
  readonly leaveOnHalfClose: boolean;
  readonly tick: number;
  readonly connections: Set<ServerConnection> = new Set();
  now = 0;
  closing = false;
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
    const { buffer } = parser;
    this.parser = parser;
    this.memory = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength) as ParserMemory;
    this.delegate = options.decompressRequest === true ? new DecompressingConnections(delegate, limits) : delegate;
    this.limits = limits;
    this.noKeepAlive = options.noKeepAlive === true;
    this.leaveOnHalfClose = options.halfClose !== "answer";
    this.#xheaders = options.xheaders === true;
    this.#trusted = options.trustedDownstream === undefined ? undefined : new AddressList(options.trustedDownstream);
    this.#protocol = options.protocol;
    this.tick = sweepInterval(limits);
  }

  originOf(head: RequestHead, peer: string | undefined, encrypted: boolean): Origin {
    const remoteIp = normalizeAddress(peer);
    const origin: Origin = this.#xheaders
      ? applyForwarded(HTTPHeaders.from(head), remoteIp, encrypted, this.#trusted)
      : { remoteIp, protocol: encrypted ? "https" : "http" };
    return this.#protocol === undefined ? origin : { remoteIp: origin.remoteIp, protocol: this.#protocol };
  }

  /** Before a connection is made: its first wait begins now, not when the last one of others was looked at. */
  startClock(): void {
    if (this.#sweep !== undefined) return;
    this.now = performance.now() / 1000;
    this.#sweep = setInterval(() => this.#check(), this.tick * 1000);
    this.#sweep.unref();
  }

  add(connection: ServerConnection): void {
    this.connections.add(connection);
    if (connectionChannels.start.hasSubscribers) connectionChannels.start.publish({ connection });
  }

  connectionClosed(connection: ServerConnection): void {
    this.connections.delete(connection);
    if (connectionChannels.asyncEnd.hasSubscribers) connectionChannels.asyncEnd.publish({ connection });
    if (connection instanceof HTTP1Connection) this.#tellDelegate(connection);
    if (this.connections.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    for (const done of this.#whenEmpty.splice(0)) done();
  }

  #tellDelegate(connection: HTTP1Connection): void {
    try {
      this.delegate.onClose?.(connection);
    } catch (error) {
      loggers.application.error(`Uncaught exception in onClose\n${describeError(error)}`);
    }
  }

  #check(): void {
    this.now = performance.now() / 1000;
    for (const connection of this.connections) connection.checkTimeouts();
  }

  /** Resolves when no connection is left. */
  empty(): Promise<void> {
    if (this.connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
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
    limits.lingerTimeout,
  ].filter((wait) => wait > 0);
  return Math.min(1, Math.max(0.02, Math.min(...waits) / 4));
}

/**
 * Serves HTTP/1.1.
 *
 * @example
 * const server = new HTTPServer((request) => {
 *   request.connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": 2 }), "hi");
 *   request.connection.finish();
 * });
 * await server.listen(8888);
 */
export class HTTPServer extends TCPServer {
  readonly #host: Host;
  readonly #proxies: AddressList | undefined;

  /** @param delegate An Application, another delegate, or a function called with each complete request. */
  constructor(delegate: HTTPServerConnectionDelegate | RequestCallback, options: HTTPServerOptions = {}) {
    const limits = resolveLimits(options);
    super({
      ...(options.ssl === undefined ? {} : { ssl: { ALPNProtocols: ["http/1.1"], ...options.ssl } }),
      ...(options.parser === undefined ? {} : { parser: options.parser }),
      ...(options.transport === undefined ? {} : { transport: options.transport }),
    });
    const connections = typeof delegate === "function" ? new CallbackDelegate(delegate) : delegate;
    this.#host = new Host(this.parserInstance, connections, limits, options);
    this.#proxies = options.proxyProtocol === undefined ? undefined : new AddressList(options.proxyProtocol);
  }

  override handleStream(stream: BaseIOStream): void {
    const host = this.#host;
    host.startClock();
    if (this.#proxies === undefined) {
      host.add(new HTTP1Connection(stream, host));
      return;
    }
    // A peer that is not trusted to speak for others speaks plain HTTP for itself.
    const peer = stream.remoteAddress;
    if (!(peer === undefined ? this.#proxies.has("unix") : this.#proxies.has(normalizeAddress(peer)))) {
      host.add(new HTTP1Connection(stream, host));
      return;
    }
    const reader = new ProxyHeaderReader(stream, host, (source) => {
      host.connections.delete(reader);
      host.add(new HTTP1Connection(stream, host, source));
    });
    host.add(reader);
  }

  /** Connections that are open now, detached ones not counted. */
  get connectionCount(): number {
    return this.#host.connections.size;
  }

  /** Destroys every connection, whatever it is doing. Resolves when all are closed. */
  closeAllConnections(): Promise<void> {
    for (const { stream } of this.#host.connections) stream.destroy();
    return this.#host.empty();
  }

  /**
   * Ends in good order: accepts nothing more, closes idle connections, says `Connection: close` on the next answers, waits for
   * running requests, and destroys what is left at the deadline. Always resolves.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { deadline = 30 } = options;
    if (!(deadline >= 0)) {
      throw new UsageError(
        "ERR_LANDSPOUT_OPTION",
        `deadline must be a number of seconds from 0, not ${String(deadline)}`,
      );
    }
    const host = this.#host;
    host.closing = true;
    const stopped = this.stop();
    for (const connection of host.connections) {
      if (connection.idle) connection.closeIdle();
      // A handler that never answers a client that left would hold everybody up.
      else if (connection.abandoned) connection.stream.destroy();
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadline * 1000);
    });
    await Promise.race([host.empty(), late]);
    clearTimeout(timer);
    await this.closeAllConnections();
    await stopped;
  }
}

export { HTTPServerRequest as HTTPRequest } from "./request.ts";
export type { HTTPServerOptions } from "./options.ts";
