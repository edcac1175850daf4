/**
 * The server's side of one HTTP/1 connection (RFC 9112): heads, content, keep-alive, pipelining, refusals. It drives a
 * message delegate per request, one after the other; the next head is not looked at before the answer to the last is complete, so
 * answers leave in order whatever their handlers do.
 *
 * It must not know applications or routes. Where a message ends is framing.ts's word, what is wrong is said by refusal.ts.
 */
import { Buffer } from "node:buffer";
import { parserChannels } from "../../diagnostics.ts";
import { loggers } from "../../log.ts";
import { caught, guard, isPromiseLike, logFailure, watch } from "../../user-code.ts";
import { logExchangeFailure, nameOf } from "../failures.ts";
import type { BaseIOStream, StreamConsumer } from "../../net/base-iostream.ts";
import { copyOf, isClean, isolated } from "../../async/context.ts";
import {
  F_EXPECT_CONTINUE,
  M_CONNECT,
  T_CONTENT_LENGTH_HI,
  T_CONTENT_LENGTH_LO,
  T_FLAGS,
  T_METHOD,
  T_MINOR,
  T_RESUME,
  T_STAGE,
} from "../../parser/abi.ts";
import { BodyReader, bodyTooLarge } from "./body-reader.ts";
import type { ConnectionContext, RequestSource } from "./connection-context.ts";
import { readBegins, readEnds } from "../message/date.ts";
import { RemoteProtocolError, RequestTimeoutError } from "../message/errors.ts";
import { CHUNKED, headRefusal, NO_CONTENT, REFUSALS, requestFraming } from "./framing.ts";
import { HTTP1Exchange } from "./http1exchange.ts";
import type { ExchangeOwner } from "./http1exchange.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { HTTPMessageDelegate } from "../interfaces.ts";
import { Lingering } from "./lingering.ts";
import {
  toProtocolError,
  headTooLarge,
  errorResponseText,
  syntaxError,
  targetNotStrict,
  targetTooLong,
} from "./error-response.ts";
import { RequestHead } from "./request-head.ts";
import { SocketWaits } from "./socket-waits.ts";
import type { UpgradedConnections } from "./upgraded-connections.ts";
import { UnreadWait } from "./unread-wait.ts";

/** Reads up to this size are made into one string for all the heads in them. */
const SHARED_TEXT_LIMIT = 8192;
/** After so many requests of one connection the others have their turn. */
const REQUESTS_PER_TURN = 256;

const HEAD = 0;
const BODY = 1;
/** The request is complete, its answer is not. */
const ANSWERING = 2;
/** The last answer is out; what comes is dropped until the client closes. */
const LINGERING = 3;
const DETACHED = 4;

export class HTTP1Connection implements StreamConsumer, ExchangeOwner {
  readonly stream: BaseIOStream;
  private readonly host: ConnectionContext;
  private state = HEAD;
  private hint = 0;
  /** Bytes of an empty line that is all there is of the next request: 0, 1 or 2. */
  private emptyLine = 0;
  private exchange: HTTP1Exchange | undefined = undefined;
  private message: HTTPMessageDelegate | undefined = undefined;
  private body: BodyReader | undefined = undefined;
  /** Content-Length of the current request, -1 for chunks. */
  contentLength = 0;
  private bodyDone = true;
  /** A promise of the delegate is pending. */
  private holding = false;
  private peer: string | undefined = undefined;
  maxBodySize = -1;
  private bodyTimeout = -1;
  /** Host time since when the present wait lasts, and since when the content has been coming. */
  private since: number;
  private bodySince = 0;
  private unread: UnreadWait | undefined = undefined;
  private unsent = 0;
  private lingering: Lingering | undefined = undefined;
  private reading = false;
  private waits: SocketWaits | undefined = undefined;
  private waitingForDrain = false;
  private flushes = 0;
  /** Other connections have their turn; then this one goes on. */
  private yielding = false;

  /** @param peer Address of the client where it is known better than by the socket (PROXY protocol). */
  constructor(stream: BaseIOStream, host: ConnectionContext, peer?: string) {
    this.stream = stream;
    this.host = host;
    this.peer = peer;
    this.since = host.now;
    stream.attach(this);
  }

  // --- the road in ---

  bytesReceived(start: number, end: number): number {
    const { host, stream } = this;
    let at = start;
    let text = "";
    let base = 0;
    let served = 0;
    this.reading = true;
    this.yielding = false;
    readBegins();
    while (at < end) {
      if (this.state === HEAD) {
        const { parser } = host;
        const { maxHeaderSize, maxFieldCount } = host.limits;
        // Bytes past the limit are not looked at, so that the answer is the same however they arrive.
        const used = parser.parseRequestHead(
          at,
          end - at > maxHeaderSize ? at + maxHeaderSize : end,
          this.hint,
          maxFieldCount,
        );
        if (used <= 0) {
          if (used < 0) this.refuse(syntaxError(-used));
          else if (this.headUnfinished(at, end)) break;
          continue;
        }
        const headEnd = at + used;
        if (text === "" || headEnd - base > text.length) {
          base = at;
          text = host.memory.latin1Slice(at, end - at <= SHARED_TEXT_LIMIT ? end : headEnd);
        }
        at = headEnd;
        this.hint = this.emptyLine = 0;
        this.beginRequest(text, base, headEnd, served === 0);
        served++;
      } else if (this.state === BODY) {
        const next = this.readBody(at, end);
        if (next === at && this.state === BODY) break;
        at = next;
      } else if (this.state === LINGERING) {
        this.lingering?.drop(end - at, host.now);
        at = end;
        if (this.lingering?.exceeds(host.limits) === true) stream.destroy();
      } else break;
      if (this.heldBack(served, at < end)) break;
    }
    this.reading = false;
    readEnds();
    // The client may leave before the answer is complete; then its address could not be asked for any more.
    if (this.exchange !== undefined) this.peerAddress();
    if (stream.peerEnded) this.afterLast(end - at === this.emptyLine);
    return at;
  }

  /** Whether bytes must wait: for a delegate's promise, for the answer, for the client to read, for other connections. */
  private heldBack(served: number, more: boolean): boolean {
    if (this.holding) return true;
    if (this.state === ANSWERING) {
      this.stream.hold();
      return true;
    }
    if (this.state !== HEAD || !more) return false;
    if (this.stream.flushes !== this.flushes) {
      this.flushes = this.stream.flushes;
      if (this.stream.congested) {
        this.waitingForDrain = true;
        this.stream.hold();
        return true;
      }
    }
    if (served < REQUESTS_PER_TURN) return false;
    this.yielding = true;
    this.stream.hold();
    this.stream.releaseLater();
    return true;
  }

  /** An incomplete head. False: it was refused. */
  private headUnfinished(start: number, end: number): boolean {
    const size = end - start;
    const { table, buffer } = this.host.parser;
    const { limits } = this.host;
    if (table[T_STAGE] === 0 && size >= Math.min(limits.maxTargetLength + 64, limits.maxHeaderSize)) {
      this.refuse(targetTooLong(limits.maxTargetLength));
      return false;
    }
    if (size >= limits.maxHeaderSize) {
      this.refuse(headTooLarge(limits.maxHeaderSize));
      return false;
    }
    // RFC 9112 §2.2: an empty line in front of a request line is ignored; it begins no request.
    const began = this.hint === 0 || this.emptyLine > 0;
    this.emptyLine = size <= 2 && buffer[start] === 0x0d ? size : 0;
    if (began && this.emptyLine === 0) this.since = this.host.now;
    this.hint = table[T_RESUME] as number;
    return true;
  }

  private beginRequest(text: string, base: number, headEnd: number, first: boolean): void {
    const { host } = this;
    const { parser, limits } = host;
    const { table } = parser;
    const flags = table[T_FLAGS] as number;
    const minor = table[T_MINOR] as number;
    const head = new RequestHead(parser, text, base, headEnd);
    if (head.targetLength > limits.maxTargetLength) return this.refuse(targetTooLong(limits.maxTargetLength));
    if (host.strictTarget && !head.isStrict) return this.refuse(targetNotStrict());
    const refused = headRefusal(flags, minor) ?? (table[T_METHOD] === M_CONNECT ? REFUSALS["connect"] : undefined);
    if (refused !== undefined) return this.refuse(toProtocolError(refused));
    const framing = requestFraming(flags, minor);
    if (typeof framing === "object") return this.refuse(toProtocolError(framing));

    const exchange = new HTTP1Exchange(this, head, host.noKeepAlive);
    this.exchange = exchange;
    if (framing === NO_CONTENT) {
      this.state = ANSWERING;
      this.bodyDone = true;
    } else {
      const length =
        framing === CHUNKED
          ? -1
          : (table[T_CONTENT_LENGTH_HI] as number) * 0x1_0000_0000 + (table[T_CONTENT_LENGTH_LO] as number);
      this.contentLength = length;
      this.state = BODY;
      this.bodyDone = false;
      this.maxBodySize = limits.maxBodySize;
      this.bodyTimeout = limits.bodyTimeout;
    }
    this.startDelegate(exchange, head, first);
  }

  /** Each request begins in a copy of the stream's context, whatever the one before it has set, and keeps the one its delegate leaves. */
  private startDelegate(exchange: HTTP1Exchange, head: RequestHead, first: boolean): void {
    if (isClean(first)) this.runDelegate(exchange, head);
    else copyOf(this.stream.context).runInAsyncScope(this.runDelegate, this, exchange, head);
  }
  private runDelegate(exchange: HTTP1Exchange, head: RequestHead): void {
    let message: HTTPMessageDelegate | undefined;
    try {
      message = this.message = this.host.delegate.startRequest(this, exchange);
      const pending: unknown = message.headersReceived(head, HTTPHeaders.from(head));
      if (pending === undefined || !isPromiseLike(pending)) this.afterHeaders(exchange);
      else this.headersPending(exchange, message, pending);
    } catch (error) {
      // A delegate cannot be waited for. What its promise rejects with is the same failure.
      watch(message, ignored);
      this.delegateFailed(exchange, error, "headersReceived", message ?? this.host.delegate);
    }
    if (this.exchange === exchange && exchange.context === undefined) exchange.keepContextOfRead();
  }
  private headersPending(exchange: HTTP1Exchange, message: HTTPMessageDelegate, pending: PromiseLike<unknown>): void {
    this.waitFor(exchange, message, "headersReceived", pending, () => this.afterHeaders(exchange));
  }

  /** The delegate has seen the head; a request without content is complete. */
  private afterHeaders(exchange: HTTP1Exchange): void {
    if (this.exchange !== exchange) return;
    if (this.bodyDone) return this.finishMessage(exchange);
    if (exchange.finished) return;
    const { host } = this;
    const { maxBodySize, contentLength } = this;
    if (contentLength > maxBodySize) return this.refuse(bodyTooLarge(maxBodySize));
    this.body = new BodyReader(host.parser, host.limits, contentLength, maxBodySize);
    this.since = this.bodySince = host.now;
    // RFC 9110 §10.1.1: "A server MUST NOT send a 100 (Continue) response if such a request is HTTP/1.0". It is sent now, after
    // the delegate has seen the head and not answered it: the content is wanted.
    const { head } = exchange;
    if ((head.flags & F_EXPECT_CONTINUE) !== 0 && head.minor > 0 && !exchange.started && !this.body.complete) {
      this.stream.appendText("HTTP/1.1 100 Continue\r\n\r\n", 0);
    }
    if (this.body.complete) this.requestReceived(exchange);
  }

  private readBody(start: number, end: number): number {
    const { body, exchange, host } = this;
    if (body === undefined || exchange === undefined) return start;
    const next = body.advance(start, end, host.limits.chunkSize);
    if (next < 0) {
      this.refuse(body.error as RemoteProtocolError);
      return start;
    }
    if (next > start) this.since = host.now;
    if (body.pieceEnd > body.pieceStart) {
      this.deliver(exchange, body.memory.copy(host.memory, body.pieceStart, body.pieceEnd, body.expected));
    }
    if (body.complete && !this.holding && this.exchange === exchange && this.state === BODY)
      this.requestReceived(exchange);
    return next;
  }

  private deliver(exchange: HTTP1Exchange, piece: Buffer): void {
    const { message } = this;
    if (message === undefined) return;
    try {
      const pending: unknown = isClean(false)
        ? message.dataReceived(piece)
        : exchange.scope.runInAsyncScope(message.dataReceived, message, piece);
      if (pending !== undefined && isPromiseLike(pending)) this.piecePending(exchange, message, pending);
    } catch (error) {
      this.delegateFailed(exchange, error, "dataReceived", message);
    }
  }
  private piecePending(exchange: HTTP1Exchange, message: HTTPMessageDelegate, pending: PromiseLike<unknown>): void {
    this.waitFor(exchange, message, "dataReceived", pending, () => {
      if (this.body?.complete === true && this.state === BODY) this.requestReceived(exchange);
    });
  }

  private requestReceived(exchange: HTTP1Exchange): void {
    this.body = undefined;
    this.bodyDone = true;
    this.state = ANSWERING;
    if (this.reading && isClean(false)) this.finishMessage(exchange);
    else exchange.scope.runInAsyncScope(this.finishMessage, this, exchange);
  }

  private finishMessage(exchange: HTTP1Exchange): void {
    const { message } = this;
    if (message === undefined) return;
    try {
      const pending: unknown = message.finish();
      if (pending !== undefined) watch(pending, (error) => this.delegateFailed(exchange, error, "finish", message));
    } catch (error) {
      this.delegateFailed(exchange, error, "finish", message);
    }
  }

  /** Holds the stream until a delegate's promise settles. */
  private waitFor(
    exchange: HTTP1Exchange,
    message: HTTPMessageDelegate,
    hook: string,
    pending: PromiseLike<unknown>,
    then: () => void,
  ): void {
    const failed = (error: unknown): void => this.delegateFailed(exchange, error, hook, message);
    // It answered before it returned: nobody waits for the rest of what it does.
    if (this.exchange !== exchange) return watch(pending, failed);
    this.holding = true;
    this.stream.hold();
    const settled = (): boolean => {
      if (this.exchange !== exchange || !this.holding) return false;
      this.holding = false;
      this.since = this.host.now;
      return true;
    };
    Promise.resolve(pending).then(
      () => {
        if (!settled()) return;
        this.stream.cork();
        try {
          then();
        } catch (error) {
          failed(error);
        }
        this.stream.uncork();
        if (this.state === ANSWERING) return;
        if (this.stream.peerEnded && this.stream.unreadLength === 0) this.afterLast(true);
        else this.stream.release();
      },
      (error: unknown) => {
        if (settled()) failed(error);
      },
    );
  }

  /** An exception out of a delegate: 500 (or what a protocol error says), or a cut connection once the answer has begun. */
  delegateFailed(
    exchange: HTTP1Exchange,
    thrown: unknown,
    hook = "response",
    delegate: object | undefined = this.message,
  ): void {
    const error = caught(thrown);
    if (this.exchange === exchange && error instanceof RemoteProtocolError) return this.refuse(error);
    logExchangeFailure(exchange, nameOf(delegate, hook), error);
    if (this.exchange !== exchange) return;
    if (exchange.started) this.stream.destroy();
    else this.answerAndClose(500, "ERR_LANDSPOUT_INTERNAL", "The request could not be answered.");
  }

  // --- the road out ---

  get requestComplete(): boolean {
    return this.bodyDone;
  }
  get closing(): boolean {
    return this.host.closing;
  }
  get ending(): boolean {
    return this.host.ending;
  }
  get upgraded(): UpgradedConnections {
    return this.host.upgraded;
  }
  onServerShutdown(): void {
    this.exchange?.notifyShutdown();
  }

  exchangeFinished(exchange: HTTP1Exchange): void {
    if (this.exchange !== exchange) return;
    const { message } = this;
    this.exchange = undefined;
    this.message = undefined;
    this.holding = false;
    this.since = this.host.now;
    // The head of a long answer was sent before anybody knew that it is the last.
    if (exchange.closeAfter || this.host.ending) {
      this.abandon(exchange, message, undefined);
      this.linger();
      return;
    }
    this.state = HEAD;
    if (this.reading) return;
    if (this.stream.peerEnded && this.stream.unreadLength === 0) this.stream.end();
    else this.stream.release();
  }

  /** No byte has been received of a request that is not served yet. */
  private get nothingUnread(): boolean {
    return this.stream.unreadLength === this.emptyLine;
  }

  /**
   * RFC 9112 §9.6: "the server […] performs a half-close by closing only the write side", and goes on reading until the client
   * closes: a reset would make the client lose the answer it has not read yet.
   */
  private linger(): void {
    this.state = LINGERING;
    this.holding = false;
    this.emptyLine = 0;
    this.lingering = new Lingering(this.host.now);
    this.since = this.host.now;
    this.stream.end();
    if (this.stream.peerEnded) return;
    if (!this.reading) this.stream.release();
  }

  private get waiting(): SocketWaits {
    const waits = (this.waits ??= new SocketWaits());
    if (this.stream.isClosed) waits.close(undefined);
    return waits;
  }
  drained(): Promise<void> {
    return this.waiting.drained();
  }
  released(begin: (done: () => void) => boolean): Promise<void> | undefined {
    return this.waiting.released(begin);
  }

  streamDrained(): void {
    this.waits?.drain();
    if (!this.waitingForDrain) return;
    this.waitingForDrain = false;
    this.stream.release();
  }

  // --- refusals ---

  /** Answers a request that cannot be served, once, and serves nothing that follows it. */
  refuse(error: RemoteProtocolError): void {
    const exchange = this.exchange;
    if (this.state === LINGERING || this.state === DETACHED) return;
    loggers.general.info(`Malformed HTTP message from ${this.peerAddress() ?? "unix socket"}: ${error.message}`);
    const channel = parserChannels.error;
    if (channel.hasSubscribers) isolated(channel.publish, channel, { connection: this, error });
    const message = this.message;
    this.exchange = undefined;
    this.message = undefined;
    const begun = exchange?.started === true;
    exchange?.markLost(error);
    this.abandon(exchange, message, error);
    if (begun) this.stream.destroy();
    else this.answerAndClose(error.status, error.code, error.message);
  }

  private answerAndClose(status: number, code: string, text: string): void {
    const { exchange, message } = this;
    this.exchange = undefined;
    this.message = undefined;
    exchange?.giveUp();
    this.abandon(exchange, message, undefined);
    this.stream.appendText(errorResponseText(status, code, text), 0);
    this.linger();
  }

  /** Tells a delegate whose request is not complete that it never will be. */
  private abandon(
    exchange: HTTP1Exchange | undefined,
    message: HTTPMessageDelegate | undefined,
    error: Error | undefined,
  ): void {
    const complete = this.bodyDone;
    this.bodyDone = true;
    this.body = undefined;
    if (complete || message === undefined) return;
    guard(
      () => exchange?.scope.runInAsyncScope(message.onConnectionClose, message, error),
      (thrown) =>
        logFailure(`${nameOf(message, "onConnectionClose")}, connection from ${this.peer ?? "a client"}`, thrown),
    );
  }

  // --- the client leaves ---

  streamEnded(): void {
    const { exchange } = this;
    const nothingLeft = this.nothingUnread;
    // A lingering connection closes by itself when its last bytes are out: destroying it now could lose them.
    if (this.state === HEAD || this.state === BODY) this.afterLast(nothingLeft);
    if (exchange === undefined || this.exchange !== exchange) return;
    exchange.closeAfter = exchange.closeAfter || nothingLeft;
    if (!this.host.halfCloseDisconnects) return;
    this.since = this.host.now;
    exchange.notifyLeft(undefined);
  }

  /** The client sends no more, and what it sent has been looked at, or none of it (`nothingLeft`) is left. */
  private afterLast(nothingLeft: boolean): void {
    if (this.holding || this.waitingForDrain || this.yielding) return;
    // Content, or a head, that will never be complete.
    if (this.state === BODY || (this.state === HEAD && !nothingLeft)) this.stream.destroy();
    else if (this.state === HEAD) this.stream.end();
  }

  streamClosed(error: Error | undefined): void {
    const { exchange, message } = this;
    this.exchange = undefined;
    this.message = undefined;
    exchange?.markLost(error);
    this.abandon(exchange, message, error);
    this.waits?.close(error);
    if (this.state !== DETACHED) this.host.connectionClosed(this);
  }

  // --- for the exchange and the server ---

  sourceOf(head: RequestHead): RequestSource {
    return this.host.sourceOf(head, this.peerAddress(), this.stream.encrypted);
  }
  /** Address of the peer; asked of the system once, and not before somebody needs it. */
  private peerAddress(): string | undefined {
    this.peer ??= this.stream.remoteAddress;
    return this.peer;
  }

  detachStream(exchange: HTTP1Exchange): BaseIOStream {
    if (this.exchange === exchange) {
      this.exchange = undefined;
      this.message = undefined;
      this.state = DETACHED;
      this.host.connectionClosed(this);
      this.stream.attach(undefined);
    }
    return this.stream;
  }

  setMaxBodySize(size: number): void {
    this.maxBodySize = size;
    if (this.body !== undefined) this.body.maxBodySize = size;
  }
  setBodyTimeout(seconds: number): void {
    this.bodyTimeout = seconds;
  }

  /** No request is being received or answered. */
  get idle(): boolean {
    return this.state === HEAD && (this.hint === 0 || this.emptyLine > 0) && this.nothingUnread;
  }
  /** The client has left while it was being answered, as far as this server takes a half-close for that. */
  get clientDisconnected(): boolean {
    return this.state === ANSWERING && this.stream.peerEnded && this.host.halfCloseDisconnects;
  }
  /** Closes in good order; the client is told to go. */
  closeIdle(): void {
    this.linger();
  }

  /** Called by the sweep: ends waits that have lasted too long. */
  checkTimeouts(): void {
    const { limits, now, tick } = this.host;
    const waited = now - this.since - tick;
    const unsent = this.stream.unsentLength;
    if (unsent > 0 && unsent === this.unsent && this.state !== HEAD && this.state !== BODY) {
      if (over(waited, limits.writeTimeout)) this.stream.destroy();
      return;
    }
    if (unsent !== this.unsent) {
      this.unsent = unsent;
      if (this.state !== BODY) this.since = now;
      this.lingering?.restart(now);
      return;
    }
    this.unread = this.stream.isPaused ? (this.unread ?? new UnreadWait(this.stream, now)) : undefined;
    if (this.unread?.isOver(this.stream, now, this.state === ANSWERING ? limits.unreadTimeout : 0) === true) {
      return this.stream.destroy();
    }
    if (this.state === ANSWERING) {
      // Told that its client left, a handler may still answer, but not whenever it likes.
      if (this.clientDisconnected && over(waited, limits.writeTimeout)) this.stream.destroy();
    } else if (this.state === LINGERING) {
      if (this.lingering?.expired(now, tick, limits, this.host.closing) === true) this.stream.destroy();
    } else if (this.state === BODY) {
      if (this.holding || this.body === undefined) return;
      if (over(waited, limits.bodyIdleTimeout) || over(now - this.bodySince - tick, this.bodyTimeout)) {
        this.refuse(new RequestTimeoutError("body", "The content did not arrive in time."));
      }
    } else if (this.state === HEAD) {
      if (unsent > 0 && over(waited, limits.writeTimeout)) this.stream.destroy();
      else if (this.hint === 0 || this.emptyLine > 0) {
        if (over(waited, limits.idleConnectionTimeout)) this.closeIdle();
      } else if (over(waited, limits.headerTimeout)) {
        this.refuse(new RequestTimeoutError("head", "The request head did not arrive in time."));
      }
    }
  }
}

const ignored = (): void => undefined;
const over = (waited: number, limit: number): boolean => limit > 0 && waited >= limit;
