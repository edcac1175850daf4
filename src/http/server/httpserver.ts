/**
 * `HTTPServer` (Tornado's `tornado.httpserver`): connections of a `TCPServer`, each with an `HTTP1Connection` on it, and their end
 * in good order. What the connections share is server-host.ts. It must not know applications.
 */
import { checkOptions, LONGEST_TIMER, seconds } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import { isGone } from "../../net/address.ts";
import type { BaseIOStream } from "../../net/base-iostream.ts";
import { TCPServer } from "../../net/tcpserver.ts";
import type { Preface } from "../../net/transport.ts";
import { AddressList } from "./addresses.ts";
import { CallbackDelegate } from "../delegates.ts";
import type { RequestCallback } from "../delegates.ts";
import { HTTP1Connection } from "../http1/http1connection.ts";
import type { HTTPServerConnectionDelegate } from "../interfaces.ts";
import { resolveLimits } from "./options.ts";
import type { HTTPServerOptions } from "./options.ts";
import { ProxyHeaderReader, proxyPreface } from "./proxy-header-reader.ts";
import { ServerContext } from "./server-context.ts";

export interface ShutdownOptions {
  /**
   * Seconds in which everything is still accepted and served, each answer with `Connection: close`: as long as a load balancer takes to
   * send its requests elsewhere, and longer than it keeps idle connections. Default 0.
   */
  drain?: number;
  /** Seconds that requests and WebSockets may take after that to end; then their connections are destroyed. Default 30. */
  deadline?: number;
}

const SHUTDOWN_OPTIONS: OptionTable<ShutdownOptions> = {
  drain: seconds(0, LONGEST_TIMER),
  deadline: seconds(0, LONGEST_TIMER),
};

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
  readonly #host: ServerContext;
  readonly #proxies: AddressList | undefined;
  #shutdown: Promise<void> | undefined = undefined;

  /** @param delegate An Application, another delegate, or a function called with each complete request. */
  constructor(delegate: HTTPServerConnectionDelegate | RequestCallback, options: HTTPServerOptions = {}) {
    const limits = resolveLimits(options);
    super({
      ...(options.ssl === undefined ? {} : { ssl: { ALPNProtocols: ["http/1.1", "http/1.0"], ...options.ssl } }),
      ...(options.parser === undefined ? {} : { parser: options.parser }),
      ...(options.transport === undefined ? {} : { transport: options.transport }),
    });
    const connections = typeof delegate === "function" ? new CallbackDelegate(delegate) : delegate;
    this.#host = new ServerContext(this.parserInstance, connections, limits, options);
    this.#proxies = options.proxyProtocol === undefined ? undefined : new AddressList(options.proxyProtocol);
  }

  /** The PROXY header stands in front of the TLS handshake; without TLS it is read by a ProxyHeaderReader. */
  protected override get preface(): Preface | undefined {
    return this.#proxies === undefined ? undefined : proxyPreface(this.#proxies);
  }

  override handleStream(stream: BaseIOStream): void {
    const host = this.#host;
    // A TLS handshake can take longer than the end of the server.
    if (host.over) return stream.destroy();
    host.startClock();
    if (this.#proxies !== undefined && isGone(stream)) return stream.destroy();
    // A peer that is not trusted to speak for others speaks plain HTTP for itself.
    if (this.#proxies === undefined || stream.encrypted || !this.#proxies.hasPeer(stream.remoteAddress)) {
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

  /** Destroys every connection, whatever it is doing, WebSockets too. Resolves when all are closed. */
  closeAllConnections(): Promise<void> {
    return this.#host.destroy();
  }

  /** `shutdown` has been called: whoever asks whether requests are welcome here is told no. */
  get closing(): boolean {
    return this.#host.closing;
  }

  /**
   * Ends in good order. Whoever takes long is told at once: `onShutdown` of handlers is called, which ends event streams and says 1001 to
   * WebSockets; the `shutdownSignal` of requests is aborted. After `drain` seconds it accepts nothing more, closes idle connections,
   * tells those who came meanwhile, waits for all of them, and destroys what is left at the deadline. Always resolves; called again it
   * gives the same promise. The server is over then: make a new one to listen again.
   * @throws UsageError on a time that is none.
   */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkOptions("shutdown", options, SHUTDOWN_OPTIONS);
    this.#shutdown ??= this.#end(options.drain ?? 0, options.deadline ?? 30);
    return this.#shutdown;
  }

  async #end(drain: number, deadline: number): Promise<void> {
    const host = this.#host;
    host.close();
    if (drain > 0) await new Promise((resolve) => setTimeout(resolve, drain * 1000));
    const stopped = this.stop();
    await host.end(drain > 0, deadline);
    await stopped;
  }
}

export { HTTPServerRequest as HTTPRequest } from "../request.ts";
export type { HTTPServerOptions } from "./options.ts";
