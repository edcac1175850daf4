/**
 * The way of one request in memory to its delegate and of its response to a sink: what `HTTP1Connection` and request-intake.ts are to a
 * socket. The delegate is called at once; content is read no faster than it is taken, and a response is written no faster than the sink
 * passes it on.
 */
import { Buffer } from "node:buffer";
import { isolated } from "../../async/context.ts";
import { connectionChannels, parserChannels } from "../../diagnostics.ts";
import { loggers } from "../../log.ts";
import type { BaseIOStream } from "../../net/base-iostream.ts";
import type { MemoryAddresses } from "../../net/memory-transport.ts";
import { caught, guard, isPromiseLike, logFailure, watch } from "../../user-code.ts";
import { logExchangeFailure, nameOf } from "../failures.ts";
import { bodyTooLarge } from "../http1/body-reader.ts";
import type { RequestSource } from "../http1/connection-context.ts";
import { ERROR_CONTENT_TYPE, errorText } from "../http1/error-response.ts";
import type { HTTPMessageDelegate } from "../interfaces.ts";
import { httpDate } from "../message/date.ts";
import { RemoteProtocolError, RequestTimeoutError } from "../message/errors.ts";
import { HTTPHeaders } from "../message/headers.ts";
import { reasonPhrase } from "../message/status.ts";
import type { ServerConnection, ServerContext } from "../server/server-context.ts";
import type { UpgradedConnections } from "../upgraded-connections.ts";
import { detachedStream } from "./detached-stream.ts";
import { MemoryExchange } from "./memory-exchange.ts";
import type { MemoryOwner } from "./memory-exchange.ts";
import { MemoryStream } from "./memory-stream.ts";
import { readHead } from "./memory-head.ts";
import type { MemoryHead, MemoryRequest } from "./memory-head.ts";
import type { MemorySink } from "./memory-sink.ts";

const over = (waited: number, limit: number): boolean => limit > 0 && waited >= limit;

export class MemoryConnection extends MemoryStream implements MemoryOwner, ServerConnection {
  readonly servesRequests = true;
  /** What the request was given with; routers keep things by it. */
  readonly sink: MemorySink;
  private readonly host: ServerContext;
  private exchange: MemoryExchange | undefined = undefined;
  requestComplete = false;
  /** The sink has the whole response. */
  private complete = false;
  /** `begin` has not returned. */
  private beginning = true;
  /** The request is HEAD: its response has no content. */
  private toHead = false;
  /** Content is waited for since then, host time; -1: it is not. */
  private since = -1;
  private bodySince = 0;
  private unsentBefore = 0;
  private unsentSince = 0;

  constructor(host: ServerContext, sink: MemorySink, addresses: MemoryAddresses) {
    super(addresses);
    this.host = host;
    this.sink = sink;
  }

  // --- the request ---

  /** Gives the request to the delegate. Returns when it has been answered, or waits. Never throws. */
  begin(request: MemoryRequest): void {
    const { host } = this;
    if (host.over) return this.failSink();
    this.toHead = request.method === "HEAD";
    host.connections.add(this);
    if (connectionChannels.start.hasSubscribers) connectionChannels.start.publish({ connection: this });
    const head = readHead(request, host.limits, host.strictTarget);
    if (head instanceof RemoteProtocolError) this.refuse(head);
    else {
      const { content } = request;
      this.requestComplete = content === undefined;
      const exchange = new MemoryExchange(this, head, host.limits.maxBodySize, host.limits.bodyTimeout);
      this.exchange = exchange;
      isolated(this.runDelegate, this, exchange, content);
    }
    this.beginning = false;
    if (!this.done) host.startClock();
    else this.forgotten();
  }

  private runDelegate(exchange: MemoryExchange, content: MemoryRequest["content"]): void {
    const { delegate } = this.host;
    let message: HTTPMessageDelegate | undefined;
    try {
      message = exchange.message = delegate.startRequest(this, exchange);
      const pending: unknown = message.headersReceived(exchange.head, HTTPHeaders.from(exchange.head));
      if (pending === undefined || !isPromiseLike(pending)) this.afterHeaders(exchange, content);
      else void this.waitFor(exchange, "headersReceived", pending).then(() => this.afterHeaders(exchange, content));
    } catch (error) {
      watch(message, () => undefined);
      this.delegateFailed(exchange, error, "headersReceived", message ?? delegate);
    }
    if (this.exchange === exchange && exchange.context === undefined) exchange.keepContext();
  }

  /** The delegate has seen the head; content comes next, where there is any. */
  private afterHeaders(exchange: MemoryExchange, content: MemoryRequest["content"]): void {
    if (this.exchange !== exchange) return;
    if (content === undefined) return this.finishMessage(exchange);
    if (exchange.finished) return;
    const { contentLength } = exchange.head;
    if (contentLength > exchange.maxBodySize) return this.refuse(bodyTooLarge(exchange.maxBodySize));
    if (exchange.context === undefined) exchange.keepContext();
    if (contentLength === 0) return this.requestReceived(exchange);
    this.host.startClock();
    this.bodySince = this.host.now;
    if (content instanceof Uint8Array && content.length <= this.host.limits.chunkSize) {
      const pending = this.deliver(exchange, Buffer.from(content));
      if (pending === undefined) this.requestReceived(exchange);
      else void pending.then(() => this.requestReceived(exchange));
      return;
    }
    const pieces = content instanceof Uint8Array ? [content] : content;
    this.receive(exchange, pieces).catch((error: unknown) => {
      // The source of the content has failed: the client has left in the middle of it.
      if (this.exchange === exchange) this.close(error instanceof Error ? error : undefined);
    });
  }

  /** Passes content on as the delegate takes it. */
  private async receive(
    exchange: MemoryExchange,
    pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array | string>,
  ): Promise<void> {
    const { contentLength } = exchange.head;
    const { chunkSize } = this.host.limits;
    let received = 0;
    this.since = this.host.now;
    for await (const piece of pieces) {
      // A client that has its response wants no more of it, nor does a delegate that has failed.
      if (this.exchange !== exchange) return;
      let bytes: Uint8Array = typeof piece === "string" ? Buffer.from(piece) : piece;
      // What follows the content would be another request.
      if (contentLength >= 0 && received + bytes.length > contentLength)
        bytes = bytes.subarray(0, contentLength - received);
      received += bytes.length;
      if (received > exchange.maxBodySize) return this.refuse(bodyTooLarge(exchange.maxBodySize));
      for (let at = 0; at < bytes.length; at += chunkSize) {
        this.since = -1;
        await this.deliver(exchange, Buffer.from(bytes.subarray(at, at + chunkSize)));
        if (this.exchange !== exchange) return;
        this.since = this.host.now;
      }
      if (received === contentLength) break;
    }
    this.since = -1;
    if (this.exchange !== exchange) return;
    if (contentLength >= 0 && received < contentLength) this.close(undefined);
    else this.requestReceived(exchange);
  }

  /** Gives the delegate a piece. The promise, where there is one, settles when it may have another, or has failed. */
  private deliver(exchange: MemoryExchange, piece: Buffer): Promise<void> | undefined {
    const { message } = exchange;
    if (message === undefined) return undefined;
    try {
      const pending: unknown = exchange.scope.runInAsyncScope(message.dataReceived, message, piece);
      if (pending !== undefined && isPromiseLike(pending)) return this.waitFor(exchange, "dataReceived", pending);
    } catch (error) {
      this.delegateFailed(exchange, error, "dataReceived", message);
    }
    return undefined;
  }

  private requestReceived(exchange: MemoryExchange): void {
    if (this.exchange !== exchange) return;
    this.requestComplete = true;
    exchange.scope.runInAsyncScope(this.finishMessage, this, exchange);
  }

  private finishMessage(exchange: MemoryExchange): void {
    const { message } = exchange;
    if (message === undefined) return;
    try {
      const pending: unknown = message.finish();
      if (pending !== undefined) watch(pending, (error) => this.delegateFailed(exchange, error, "finish", message));
    } catch (error) {
      this.delegateFailed(exchange, error, "finish", message);
    }
  }

  /** Settles when a promise of the delegate does. Never rejects. */
  private waitFor(exchange: MemoryExchange, hook: string, pending: PromiseLike<unknown>): Promise<void> {
    const { message } = exchange;
    return Promise.resolve(pending).then(
      () => undefined,
      (error: unknown) => this.delegateFailed(exchange, error, hook, message),
    );
  }

  /** An exception out of a delegate: 500 (or what a protocol error says), or a cut exchange once the response has begun. */
  delegateFailed(exchange: MemoryExchange, thrown: unknown, hook: string, delegate: object | undefined): void {
    const error = caught(thrown);
    const current = this.exchange === exchange;
    if (current && error instanceof RemoteProtocolError) return this.refuse(error);
    logExchangeFailure(exchange, nameOf(delegate, hook), error);
    if (!current) return;
    if (exchange.started) this.destroy();
    else this.answerError(500, "ERR_LANDSPOUT_INTERNAL", "The request could not be answered.");
  }

  /** Answers a request that breaks the protocol. */
  private refuse(error: RemoteProtocolError): void {
    loggers.general.info(`Malformed HTTP message from ${this.remoteAddress ?? "unix socket"}: ${error.message}`);
    const channel = parserChannels.error;
    if (channel.hasSubscribers) isolated(channel.publish, channel, { connection: this, error });
    const { exchange } = this;
    this.exchange = undefined;
    const begun = exchange?.started === true;
    exchange?.markLost(error);
    if (exchange !== undefined) this.abandon(exchange, error);
    if (begun) this.close(error);
    else this.answerError(error.status, error.code, error.message);
  }

  private answerError(status: number, code: string, message: string): void {
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.giveUp();
    if (exchange !== undefined) this.abandon(exchange, undefined);
    const text = errorText(status, code, message);
    const lines = ["Date", httpDate(), "Content-Type", ERROR_CONTENT_TYPE, "Content-Length", String(text.length)];
    this.sendWhole(status, reasonPhrase(status), lines, this.toHead ? "" : text);
  }

  /** Tells the delegate of a request that is not complete that it never will be. */
  private abandon(exchange: MemoryExchange, error: Error | undefined): void {
    const { message } = exchange;
    exchange.message = undefined;
    if (this.requestComplete || message === undefined) return;
    this.requestComplete = true;
    guard(
      () => exchange.scope.runInAsyncScope(message.onConnectionClose, message, error),
      (thrown) =>
        logFailure(
          `${nameOf(message, "onConnectionClose")}, connection from ${this.remoteAddress ?? "a client"}`,
          thrown,
        ),
    );
  }

  // --- the response ---

  sendWhole(status: number, reason: string, lines: string[], content: string | Uint8Array): void {
    if (this.toSink(() => this.sink.whole(status, reason, lines, content))) this.end();
  }
  sendHead(status: number, reason: string, lines: string[]): void {
    this.toSink(() => this.sink.head(status, reason, lines));
  }
  sendPiece(piece: Buffer): void {
    this.unsent += piece.length;
    this.toSink(() => this.sink.content(piece));
  }
  /** All content has been given to the sink, whenever the program says so, too. */
  sendComplete(): void {
    if (this.complete) return;
    this.complete = true;
    this.toSink(() => this.sink.complete());
  }
  sendEnd(): void {
    this.sendComplete();
    this.end();
  }

  /** Whether the sink has taken it. */
  private toSink(call: () => void): boolean {
    if (this.done) return false;
    try {
      call();
      return true;
    } catch (error) {
      // The other server takes no response, or not this one (its head was sent by another program).
      logFailure("the server that a response was handed to", error);
      this.close(undefined);
      return false;
    }
  }

  /** The response is complete. */
  private end(): void {
    if (this.done) return;
    const { exchange } = this;
    this.done = true;
    this.exchange = undefined;
    if (exchange !== undefined) this.abandon(exchange, undefined);
    this.unsent = 0;
    this.waits?.drain();
    this.leaveServer();
  }

  /** The server forgets it, in a later turn where a function of the program may be running. */
  private leaveServer(): void {
    if (!this.beginning) queueMicrotask(() => this.forgotten());
  }
  private forgotten(): void {
    if (this.host.connections.has(this)) this.host.connectionClosed(this);
  }

  /** The client leaves. */
  abort(): void {
    this.close(undefined);
  }

  private close(error: Error | undefined): void {
    if (this.done) return;
    this.cut();
    this.lose(error);
  }
  /** Nothing more reaches the sink. */
  private cut(): void {
    this.done = true;
    if (!this.complete) this.failSink();
  }
  /** Notifies the program, and what waits. */
  private lose(error: Error | undefined): void {
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.markLost(error);
    if (exchange !== undefined) this.abandon(exchange, error);
    this.waits?.close(error);
    this.leaveServer();
  }
  private failSink(): void {
    guard(
      () => this.sink.failed(),
      (error) => logFailure("the server that a response was handed to", error),
    );
  }

  detach(): BaseIOStream {
    this.exchange = undefined;
    this.done = true;
    this.host.connectionClosed(this);
    return detachedStream(this.host.parser, this.sink, this.toHead, this.addresses);
  }

  /** As with a socket, the program is not notified before the call that caused it has returned. */
  destroy(): void {
    if (this.done) return;
    this.cut();
    queueMicrotask(() => this.lose(undefined));
  }

  // --- for the server ---

  get stream(): this {
    return this;
  }
  get ending(): boolean {
    return this.host.ending;
  }
  get upgraded(): UpgradedConnections {
    return this.host.upgraded;
  }
  sourceOf(head: MemoryHead): RequestSource {
    return this.host.sourceOf(head, this.remoteAddress, this.encrypted);
  }
  // oxlint-disable-next-line class-methods-use-this
  get idle(): boolean {
    return false;
  }
  // oxlint-disable-next-line class-methods-use-this
  get clientDisconnected(): boolean {
    return false;
  }
  // oxlint-disable-next-line class-methods-use-this
  closeIdle(): void {}
  onServerShutdown(): void {
    this.exchange?.notifyShutdown();
  }
  checkTimeouts(): void {
    const { now, tick, limits } = this.host;
    const { exchange, unsent } = this;
    if (unsent === 0 || unsent !== this.unsentBefore) {
      this.unsentBefore = unsent;
      this.unsentSince = now;
    } else if (over(now - this.unsentSince - tick, limits.writeTimeout)) return this.close(undefined);
    if (this.since < 0 || exchange === undefined) return;
    if (
      over(now - this.since - tick, limits.bodyIdleTimeout) ||
      over(now - this.bodySince - tick, exchange.bodyTimeout)
    )
      this.refuse(new RequestTimeoutError("body", "The content did not arrive in time."));
  }
}
