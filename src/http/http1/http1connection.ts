/**
 * The server's side of one HTTP/1 connection (RFC 9112): keep-alive, pipelining, error responses, half close, lingering close. Requests are
 * served one after the other: the next head is not looked at before the response to the last is complete, so responses leave in order
 * whatever their handlers do. It must not know applications or routes.
 *
 *     state      event                                    next state
 *     HEAD       the head is complete                     BODY, or ANSWERING where no content follows; the delegate is started
 *                the head is malformed, too large, late   LINGERING, behind an error response
 *                no request for long; the server ends     LINGERING
 *                the client closes its side               closed; cut where a part of a head has come
 *     BODY       a piece of content                       BODY; the delegate is given a copy
 *                the content is complete                  ANSWERING; the delegate is told
 *                it is malformed, too large, late         LINGERING, behind an error response; cut where the response has begun
 *                the response is complete                 LINGERING
 *                the client closes its side               cut
 *     ANSWERING  the response is complete                 HEAD; LINGERING where it is the last
 *                the delegate fails                       LINGERING, behind a 500; cut where the response has begun
 *                the delegate takes the stream            DETACHED
 *                the client closes its side               ANSWERING; the handler is told
 *     LINGERING  more bytes                               dropped; cut over `lingerSize`
 *                the client closes, or is waited for long closed
 *     any        the connection is lost                   closed; exchange and delegate are told
 *
 * The way of a request to its delegate is request-intake.ts; how long the client is waited for, connection-timeouts.ts. What serves a
 * client's connection as well stands apart: where a message ends in framing.ts and body-reader.ts.
 */
import { parserChannels } from "../../diagnostics.ts";
import { isolated } from "../../async/context.ts";
import { loggers } from "../../log.ts";
import type { BaseIOStream, StreamConsumer } from "../../net/base-iostream.ts";
import { T_RESUME, T_STAGE } from "../../parser/abi.ts";
import { readBegins, readEnds } from "../message/date.ts";
import { RequestTimeoutError } from "../message/errors.ts";
import type { RemoteProtocolError } from "../message/errors.ts";
import type { BodyReader } from "./body-reader.ts";
import type { ConnectionContext, RequestSource } from "./connection-context.ts";
import { ANSWERING, BODY, DELEGATE, DETACHED, DRAIN, HEAD, LINGERING, RESPONSE, TURN } from "./connection-states.ts";
import { BODY_LATE, CLOSE_IDLE, ConnectionTimeouts, DESTROY, HEAD_LATE } from "./connection-timeouts.ts";
import type { TimedConnection } from "./connection-timeouts.ts";
import { errorResponseText, headTooLarge, syntaxError, targetTooLong } from "./error-response.ts";
import type { HTTP1Exchange } from "./http1exchange.ts";
import { Lingering } from "./lingering.ts";
import type { RequestHead } from "./request-head.ts";
import { abandon, beginRequest, delegateFailed, readBody } from "./request-intake.ts";
import type { IntakeConnection } from "./request-intake.ts";
import { SocketWaits } from "./socket-waits.ts";
import type { UpgradedConnections } from "../upgraded-connections.ts";

/** Reads up to this size are made into one string for all the heads in them. */
const SHARED_TEXT_LIMIT = 8192;
/** After so many requests of one connection the others have their turn. */
const REQUESTS_PER_TURN = 256;

export class HTTP1Connection implements StreamConsumer, IntakeConnection, TimedConnection {
  readonly servesRequests = true;
  readonly stream: BaseIOStream;
  readonly host: ConnectionContext;
  state: number = HEAD;
  /** What the next bytes wait for (RESPONSE, DELEGATE, DRAIN, TURN). */
  waiting = 0;
  /** The request that is being received or answered; what is known of it is kept there. */
  exchange: HTTP1Exchange | undefined = undefined;
  /** Bytes are being delivered. */
  reading = false;
  peer: string | undefined;
  readonly timeouts: ConnectionTimeouts;
  lingering: Lingering | undefined = undefined;
  /** Where the parser goes on in a head that has come in part, and the bytes of an empty line that is all there is of it: 0, 1 or 2. */
  private hint = 0;
  private emptyLine = 0;
  /** `flushes` of the stream when it was last seen not to be congested. */
  private flushes = 0;
  private socketWaits: SocketWaits | undefined = undefined;

  /** @param peer Address of the client where it is known better than by the socket (PROXY protocol). */
  constructor(stream: BaseIOStream, host: ConnectionContext, peer?: string) {
    this.stream = stream;
    this.host = host;
    this.peer = peer;
    this.timeouts = new ConnectionTimeouts(host.now);
    stream.attach(this);
  }

  // --- what may come next ---

  bytesReceived(start: number, end: number): number {
    const { host, stream } = this;
    let at = start;
    let text = "";
    let base = 0;
    let served = 0;
    this.reading = true;
    this.waiting &= ~TURN;
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
        beginRequest(this, text, base, headEnd, served === 0);
        served++;
      } else if (this.state === BODY) {
        const next = readBody(this, at, end);
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

  /** Whether bytes must wait: for a delegate's promise, for the response, for the client to read, for other connections. */
  private heldBack(served: number, more: boolean): boolean {
    if ((this.waiting & DELEGATE) !== 0) return true;
    if (this.state === ANSWERING) return this.hold(RESPONSE);
    if (this.state !== HEAD || !more) return false;
    const { stream } = this;
    if (stream.flushes !== this.flushes) {
      this.flushes = stream.flushes;
      if (stream.congested) return this.hold(DRAIN);
    }
    if (served < REQUESTS_PER_TURN) return false;
    this.hold(TURN);
    stream.releaseLater();
    return true;
  }
  private hold(reason: number): true {
    this.waiting |= reason;
    this.stream.hold();
    return true;
  }

  /** A wait for the delegate is over. */
  goOn(): void {
    if (this.state === ANSWERING) return;
    if (this.stream.peerEnded && this.stream.unreadLength === 0) this.afterLast(true);
    else this.stream.release();
  }

  /** The client reads again. */
  streamDrained(): void {
    this.socketWaits?.drain();
    if ((this.waiting & DRAIN) === 0) return;
    this.waiting &= ~DRAIN;
    this.stream.release();
  }

  // --- HEAD ---

  /** A part of a request head has come. RFC 9112 §2.2: an empty line in front of a request line is ignored; it begins no request. */
  get headBegun(): boolean {
    return this.hint !== 0 && this.emptyLine === 0;
  }
  /** No byte has been received of a request that is not served yet. */
  private get nothingUnread(): boolean {
    return this.stream.unreadLength === this.emptyLine;
  }
  /** No request is being received or answered. */
  get idle(): boolean {
    return this.state === HEAD && !this.headBegun && this.nothingUnread;
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
    const begins = !this.headBegun;
    this.emptyLine = size <= 2 && buffer[start] === 0x0d ? size : 0;
    if (begins && this.emptyLine === 0) this.timeouts.since = this.host.now;
    this.hint = table[T_RESUME] as number;
    return true;
  }

  // --- BODY, ANSWERING ---

  /** Answers a request that breaks the protocol, once, and serves nothing that follows it. */
  refuse(error: RemoteProtocolError): void {
    if (this.state === LINGERING || this.state === DETACHED) return;
    loggers.general.info(`Malformed HTTP message from ${this.peerAddress() ?? "unix socket"}: ${error.message}`);
    const channel = parserChannels.error;
    if (channel.hasSubscribers) isolated(channel.publish, channel, { connection: this, error });
    const { exchange } = this;
    this.exchange = undefined;
    const begun = exchange?.started === true;
    exchange?.markLost(error);
    if (exchange !== undefined) abandon(this, exchange, error);
    if (begun) this.stream.destroy();
    else this.answerAndClose(error.status, error.code, error.message);
  }

  answerAndClose(status: number, code: string, text: string): void {
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.giveUp();
    if (exchange !== undefined) abandon(this, exchange, undefined);
    this.stream.appendText(errorResponseText(status, code, text), 0);
    this.linger();
  }

  delegateFailed(exchange: HTTP1Exchange, error: unknown): void {
    delegateFailed(this, exchange, error, "response", exchange.message);
  }

  /** The response is complete. */
  exchangeFinished(exchange: HTTP1Exchange): void {
    if (this.exchange !== exchange) return;
    this.exchange = undefined;
    this.waiting &= ~(DELEGATE | RESPONSE);
    this.timeouts.since = this.host.now;
    // The head of a long response was sent before anybody knew that it is the last.
    if (exchange.closeAfter || this.host.ending) {
      abandon(this, exchange, undefined);
      this.linger();
      return;
    }
    exchange.message = undefined;
    this.state = HEAD;
    if (this.reading) return;
    if (this.stream.peerEnded && this.stream.unreadLength === 0) this.stream.end();
    else this.stream.release();
  }

  /** Gives the stream to another protocol. */
  detachStream(exchange: HTTP1Exchange): BaseIOStream {
    if (this.exchange === exchange) {
      this.exchange = undefined;
      exchange.message = undefined;
      this.state = DETACHED;
      this.host.connectionClosed(this);
      this.stream.attach(undefined);
    }
    return this.stream;
  }

  /** The client has left while it was being answered, as far as this server takes a half-close for that. */
  get clientDisconnected(): boolean {
    return this.state === ANSWERING && this.stream.peerEnded && this.host.halfCloseDisconnects;
  }

  // --- LINGERING ---

  /**
   * RFC 9112 §9.6: "the server […] performs a half-close by closing only the write side", and goes on reading until the client
   * closes: a reset would make the client lose the response it has not read yet.
   */
  private linger(): void {
    this.state = LINGERING;
    this.waiting &= ~(DELEGATE | RESPONSE);
    this.emptyLine = 0;
    this.lingering = new Lingering(this.host.now);
    this.timeouts.since = this.host.now;
    this.stream.end();
    if (this.stream.peerEnded) return;
    if (!this.reading) this.stream.release();
  }
  /** Closes in good order a connection that is not used. */
  closeIdle(): void {
    this.linger();
  }

  // --- the client closes its side, the connection is lost, time passes ---

  streamEnded(): void {
    const { exchange } = this;
    const nothingLeft = this.nothingUnread;
    // A lingering connection closes by itself when its last bytes are out: destroying it now could lose them.
    if (this.state === HEAD || this.state === BODY) this.afterLast(nothingLeft);
    if (exchange === undefined || this.exchange !== exchange) return;
    exchange.closeAfter = exchange.closeAfter || nothingLeft;
    if (!this.host.halfCloseDisconnects) return;
    this.timeouts.since = this.host.now;
    exchange.notifyLeft(undefined);
  }

  /** The client sends no more, and what it sent has been looked at, or none of it (`nothingLeft`) is left. */
  private afterLast(nothingLeft: boolean): void {
    if (this.waiting !== 0) return;
    // Content, or a head, that will never be complete.
    if (this.state === BODY || (this.state === HEAD && !nothingLeft)) this.stream.destroy();
    else if (this.state === HEAD) this.stream.end();
  }

  streamClosed(error: Error | undefined): void {
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.markLost(error);
    if (exchange !== undefined) abandon(this, exchange, error);
    this.socketWaits?.close(error);
    if (this.state !== DETACHED) this.host.connectionClosed(this);
  }

  /** Called by the sweep: ends waits that have lasted too long. */
  checkTimeouts(): void {
    switch (this.timeouts.look(this)) {
      case DESTROY:
        return this.stream.destroy();
      case CLOSE_IDLE:
        return this.closeIdle();
      case HEAD_LATE:
        return this.refuse(new RequestTimeoutError("head", "The request head did not arrive in time."));
      case BODY_LATE:
        return this.refuse(new RequestTimeoutError("body", "The content did not arrive in time."));
      default:
    }
  }

  // --- for exchanges and the server ---

  get body(): BodyReader | undefined {
    return this.exchange?.body;
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

  private get waits(): SocketWaits {
    const waits = (this.socketWaits ??= new SocketWaits());
    if (this.stream.isClosed) waits.close(undefined);
    return waits;
  }
  drained(): Promise<void> {
    return this.waits.drained();
  }
  released(begin: (done: () => void) => boolean): Promise<void> | undefined {
    return this.waits.released(begin);
  }

  sourceOf(head: RequestHead): RequestSource {
    return this.host.sourceOf(head, this.peerAddress(), this.stream.encrypted);
  }
  /** Address of the peer; asked of the system once, and not before somebody needs it. */
  private peerAddress(): string | undefined {
    this.peer ??= this.stream.remoteAddress;
    return this.peer;
  }
}
