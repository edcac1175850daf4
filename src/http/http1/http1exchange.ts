/**
 * One request and its answer on an HTTP/1 connection: the `HTTPConnection` a handler writes to. It decides how the answer is
 * framed (RFC 9112 §6) and what `Connection` says, and refuses a second answer; it lives longer than its turn only in the hands of
 * whoever keeps it, and then does nothing.
 */
import { Buffer } from "node:buffer";
import type { BaseIOStream } from "../../net/base-iostream.ts";
import type { BytesPolicy } from "../../net/bytes-policy.ts";
import { bound } from "../../async/context.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { ASCII, LATIN1, UTF8 } from "../../net/stream-output.ts";
import type { TextKind } from "../../net/stream-output.ts";
import { F_CONN_CLOSE, F_CONN_KEEP_ALIVE, F_EXPECT_CONTINUE, M_HEAD } from "../../parser/abi.ts";
import type { BodyReader } from "./body-reader.ts";
import { asksToClose, checkLength, connectionLine, parseLength, withoutFraming } from "./response-framing.ts";
import { httpDate } from "../message/date.ts";
import { LocalProtocolError } from "../message/errors.ts";
import { statusLine } from "../message/field-text.ts";
import { guardCall } from "../failures.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { HTTPConnection, HTTPMessageDelegate, ResponseStartLine } from "../interfaces.ts";
import { RequestContext } from "../request-context.ts";
import type { RequestHead } from "./request-head.ts";
import { ShutdownNotice } from "../shutdown-notice.ts";
import type { UpgradedConnections } from "./upgraded-connections.ts";
import { forbidsContent } from "../message/status.ts";

/** What an exchange needs of its connection. */
export interface ExchangeOwner {
  readonly stream: BaseIOStream;
  /** The server closes connections after their next answer. */
  readonly closing: boolean;
  /** It accepts nothing more. */
  readonly ending: boolean;
  readonly upgraded: UpgradedConnections;
  /** The client has closed its side, as far as this server takes that for leaving. */
  readonly clientDisconnected: boolean;
  exchangeFinished(exchange: HTTP1Exchange): void;
  /** An exception out of whoever answers. */
  delegateFailed(exchange: HTTP1Exchange, error: unknown): void;
  /** Resolves when output is below the high-water mark; rejects when the connection closes first. */
  drained(): Promise<void>;
  /** Resolves when `done`, which `begin` is given, is called; rejects when the connection closes first. */
  released(begin: (done: () => void) => boolean): Promise<void> | undefined;
  detachStream(exchange: HTTP1Exchange): BaseIOStream;
  sourceOf(head: RequestHead): { readonly remoteIp: string; readonly protocol: "http" | "https" };
}

/** The longest content that is waited for although nobody reads it, bytes. */
const SHORT_CONTENT = 65_536;
// What has been sent of the answer.
const NOTHING = 0;
const HEAD_SENT = 1;
const FINISHED = 2;
const LOST = 3;

export class HTTP1Exchange extends RequestContext implements HTTPConnection {
  readonly head: RequestHead;
  private readonly owner: ExchangeOwner;
  private phase = NOTHING;
  private chunked = false;
  /** 101 has been sent: what follows is another protocol's, on the detached stream. */
  private switching = false;
  /** Bytes of content still promised by Content-Length; -1 where none was promised. */
  private promised = -1;
  /** The connection closes after this answer. */
  closeAfter: boolean;
  /** What receives the request, as long as the connection tells it anything. */
  message: HTTPMessageDelegate | undefined = undefined;
  /** Reads the content; undefined where there is none, or no more of it is read. */
  body: BodyReader | undefined;
  /** Most bytes of content this request may have; 0 where it has none. */
  maxBodySize: number;
  private closeCallback: ((error: Error | undefined) => void) | undefined = undefined;
  private abort: AbortController | undefined = undefined;
  private shutdown: ShutdownNotice | undefined = undefined;

  constructor(owner: ExchangeOwner, head: RequestHead, noKeepAlive: boolean, body: BodyReader | undefined) {
    super();
    this.owner = owner;
    this.head = head;
    this.body = body;
    this.maxBodySize = body?.maxBodySize ?? 0;
    const { flags } = head;
    // RFC 9112 §9.3: persistent unless `close`; with HTTP/1.0 only on `keep-alive`.
    this.closeAfter =
      noKeepAlive || (flags & F_CONN_CLOSE) !== 0 || (head.minor === 0 && (flags & F_CONN_KEEP_ALIVE) === 0);
  }

  /** The stream below; reading or writing it directly is for after `detach`. */
  get stream(): BaseIOStream {
    return this.owner.stream;
  }
  get started(): boolean {
    return this.phase !== NOTHING;
  }
  get finished(): boolean {
    return this.phase >= FINISHED;
  }
  /** The client is gone, or was given up, before the answer was complete. */
  get lost(): boolean {
    return this.phase === LOST;
  }
  /** The client has left before the answer was complete; it may still hear it where it closed its own side only. */
  get left(): boolean {
    return this.phase === LOST || (this.phase < FINISHED && this.owner.clientDisconnected);
  }
  get remoteIp(): string {
    return this.owner.sourceOf(this.head).remoteIp;
  }
  get protocol(): "http" | "https" {
    return this.owner.sourceOf(this.head).protocol;
  }

  /** All content of the request has been received, or it has none. */
  get requestComplete(): boolean {
    return this.body === undefined;
  }
  /**
   * Whether waiting for content that nobody reads costs little and keeps the connection: its length is known and small, and the client
   * does not wait for `100 Continue` to send it.
   */
  get contentIsShort(): boolean {
    const length = this.body?.length ?? 0;
    return length >= 0 && length <= SHORT_CONTENT && (this.head.flags & F_EXPECT_CONTINUE) === 0;
  }

  /** Called once if the client leaves before the answer is complete, in the `AsyncLocalStorage` context of this call. */
  setCloseCallback(callback: ((error: Error | undefined) => void) | undefined): void {
    this.closeCallback = callback === undefined ? undefined : bound(callback);
  }

  /** Aborted if the client leaves before the answer is complete, and only then. Made when first asked for. */
  get signal(): AbortSignal {
    if (this.abort === undefined) {
      this.abort = new AbortController();
      if (this.left) this.abort.abort(new StreamClosedError());
    }
    return this.abort.signal;
  }

  /**
   * Called once if the server is shut down before the answer is complete, so that it is completed soon; at the end of this turn where it
   * accepts nothing more already.
   */
  setShutdownCallback(callback: () => void): void {
    const notice = (this.shutdown ??= new ShutdownNotice());
    notice.callback = bound(callback);
    if (this.owner.ending) queueMicrotask(() => this.notifyShutdown());
  }
  /** Aborted if the server is shut down before the answer is complete, and only then. Made when first asked for. */
  get shutdownSignal(): AbortSignal {
    const notice = (this.shutdown ??= new ShutdownNotice());
    if (this.owner.ending && this.phase < FINISHED) notice.abort();
    return notice.signal;
  }
  /** Told by the connection. */
  notifyShutdown(): void {
    const { shutdown } = this;
    if (shutdown !== undefined && this.phase < FINISHED)
      guardCall(this, "a shutdown callback", () => shutdown.notify());
  }

  /** The `Connection` field of the answer, or "", with the options of the program's own. Decides, with the state of this moment, whether the connection goes on. */
  private connectionField(own?: string): string {
    const { owner } = this;
    if (owner.closing || this.body !== undefined) this.closeAfter = true;
    if (own !== undefined) {
      if (asksToClose(own)) this.closeAfter = true;
      return connectionLine(own, this.closeAfter, this.head.minor === 0);
    }
    // RFC 9112 §9.6: "A server that does not support persistent connections MUST send the close connection option".
    if (this.closeAfter) return "Connection: close\r\n";
    return this.head.minor === 0 ? "Connection: keep-alive\r\n" : "";
  }

  /**
   * The fast road: a whole answer in one piece. `fields` is the status line and every field line, Content-Length included,
   * Connection excluded; `body` goes unless the request was HEAD. Bytes may be changed once this returns, unless `policy` is "keep".
   */
  respond(
    fields: string,
    kind: TextKind,
    body: string | Uint8Array,
    bodyKind: TextKind,
    policy: BytesPolicy = "copy",
    own?: string,
  ): void {
    if (this.phase !== NOTHING) {
      this.refuseSecond();
      return;
    }
    const { stream } = this.owner;
    const text = `${fields}${this.connectionField(own)}\r\n`;
    if (this.head.id === M_HEAD || body.length === 0) stream.appendText(text, kind);
    else if (typeof body === "string" && (kind | bodyKind) !== 3)
      stream.appendText(text + body, (kind | bodyKind) as TextKind);
    else {
      stream.cork();
      if (kind === UTF8) stream.appendText(text, kind);
      const before = kind === UTF8 ? "" : text;
      if (typeof body === "string") stream.appendKept(Buffer.from(body), before);
      else if (policy === "keep") stream.appendKept(body, before);
      else stream.appendBytes(body, before);
      stream.uncork();
    }
    this.complete();
  }

  /** Whether `repeat` may be used: the connection goes on without a word about it, and content is wanted. */
  get repeats(): boolean {
    return this.phase === NOTHING && this.head.id !== M_HEAD && this.connectionField() === "";
  }
  /** The fastest road: a whole answer as it was sent before, head and content in one text. */
  repeat(whole: string, kind: TextKind): void {
    this.owner.stream.appendText(whole, kind);
    this.complete();
  }

  private refuseSecond(): void {
    if (this.phase === LOST) return;
    throw new LocalProtocolError("ERR_LANDSPOUT_HEADERS_SENT", "The headers of this answer have been sent already.");
  }

  /** Sends the head of an answer, and what of its content is there. Bytes are treated as by `write`. */
  writeHeaders(
    startLine: ResponseStartLine,
    headers: HTTPHeaders,
    chunk?: string | Uint8Array,
    policy: BytesPolicy = "copy",
  ): Promise<void> | void {
    if (this.phase !== NOTHING) {
      this.refuseSecond();
      return this.gone();
    }
    const { head, owner } = this;
    const { code } = startLine;
    const firstLine = statusLine(code, startLine.reason);
    if (code < 200 && code !== 101) return this.writeInterim(firstLine, headers);
    const lengthField = headers.get("Content-Length");
    const without = forbidsContent(code) || head.id === M_HEAD;
    if (forbidsContent(code) && head.id !== M_HEAD && chunk !== undefined && chunk.length > 0)
      throw new LocalProtocolError("ERR_LANDSPOUT_NO_CONTENT", `A ${code} response cannot have content.`);
    if (code === 205 && lengthField !== undefined) checkLength(lengthField, 0);
    this.promised = -1;
    if (without) this.promised = 0;
    else if (lengthField !== undefined) this.promised = parseLength(lengthField);
    // RFC 9112 §6.1: "A server MUST NOT send a response containing Transfer-Encoding unless the corresponding request
    // indicates HTTP/1.1". Who sends an old client content of unknown length ends it by closing.
    const unknown = !without && lengthField === undefined;
    this.chunked = unknown && head.minor > 0;
    if (unknown && head.minor === 0) this.closeAfter = true;
    const own = headers.get("Connection");
    let text = firstLine + withoutFraming(headers, code).toWire();
    if (!headers.has("Date")) text += `Date: ${httpDate()}\r\n`;
    if (this.chunked) text += "Transfer-Encoding: chunked\r\n";
    if (code === 205 && lengthField === undefined) text += "Content-Length: 0\r\n";
    this.switching = code === 101;
    if (!this.switching || own === undefined) text += this.connectionField(own);
    this.phase = HEAD_SENT;
    const { stream } = owner;
    stream.cork();
    try {
      stream.appendText(`${text}\r\n`, LATIN1);
      if (chunk !== undefined && chunk.length > 0) return this.write(chunk, policy);
    } finally {
      stream.uncork();
    }
    return stream.congested ? owner.drained() : undefined;
  }

  /**
   * RFC 9110 §15.2: "A server MUST NOT send a 1xx response to an HTTP/1.0 client"; to others any number may go before the answer.
   */
  private writeInterim(firstLine: string, headers: HTTPHeaders): void {
    if (this.head.minor > 0) this.owner.stream.appendText(`${firstLine}${headers.toWire()}\r\n`, LATIN1);
  }

  /**
   * Sends content behind the head. The promise, where there is one, waits for the socket. Bytes may be changed as soon as the call returns;
   * with the policy "lend" once the promise has settled or there is none, with "keep" never.
   */
  write(chunk: string | Uint8Array, policy: BytesPolicy = "copy"): Promise<void> | void {
    if (this.phase >= FINISHED) return this.gone();
    if (this.phase === NOTHING) {
      throw new LocalProtocolError("ERR_LANDSPOUT_HEADERS_MISSING", "Call writeHeaders before write.");
    }
    if (chunk.length === 0) return undefined;
    const { stream } = this.owner;
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (this.head.id === M_HEAD) return undefined;
    if (this.promised >= 0) {
      this.promised -= bytes.length;
      if (this.promised < 0) {
        this.destroy();
        throw new LocalProtocolError(
          "ERR_LANDSPOUT_CONTENT_TOO_LONG",
          "Tried to write more data than Content-Length says.",
        );
      }
    }
    const before = this.chunked ? `${bytes.length.toString(16)}\r\n` : "";
    const after = this.chunked ? "\r\n" : "";
    if (bytes !== chunk || policy === "keep") stream.appendKept(bytes, before, after);
    else if (policy === "lend") {
      const released = this.owner.released((done) => stream.appendLent(bytes, before, after, done));
      if (released !== undefined) return released;
    } else stream.appendBytes(bytes, before, after);
    return stream.congested ? this.owner.drained() : undefined;
  }

  finish(): void {
    if (this.phase >= FINISHED) return;
    if (this.phase === NOTHING) {
      throw new LocalProtocolError("ERR_LANDSPOUT_HEADERS_MISSING", "Call writeHeaders before finish.");
    }
    if (this.switching) {
      this.destroy();
      throw new LocalProtocolError("ERR_LANDSPOUT_STATUS_CODE", "101 is no complete response: detach the stream.");
    }
    if (this.promised > 0 && this.head.id !== M_HEAD) {
      const missing = this.promised;
      this.destroy();
      throw new LocalProtocolError(
        "ERR_LANDSPOUT_CONTENT_TOO_SHORT",
        `Tried to finish ${missing} bytes before Content-Length was reached.`,
      );
    }
    if (this.chunked) this.owner.stream.appendText("0\r\n\r\n", ASCII);
    this.complete();
  }

  private complete(): void {
    this.phase = FINISHED;
    this.closeCallback = undefined;
    this.owner.exchangeFinished(this);
  }

  private gone(): Promise<void> | void {
    if (this.phase !== LOST) return undefined;
    const rejected = Promise.reject(new StreamClosedError());
    rejected.catch(() => undefined);
    return rejected;
  }

  /** Cuts the connection: the client must not take what it has for the whole answer. */
  destroy(): void {
    if (this.phase >= FINISHED) return;
    this.owner.stream.destroy();
  }

  /** Whoever should answer threw: 500, or a cut connection where the answer has begun. */
  fail(error: unknown): void {
    this.owner.delegateFailed(this, error);
  }

  /** The connection is gone before the answer was complete. */
  markLost(error: Error | undefined): void {
    if (this.phase >= FINISHED) return;
    this.phase = LOST;
    this.notifyLeft(error);
  }

  /** The request will be answered without its handler; the client is still there. */
  giveUp(): void {
    if (this.phase < FINISHED) this.phase = LOST;
  }

  /** Tells who asked that the client has left. The answer may still be sent: it may have closed its own side only. */
  notifyLeft(error: Error | undefined): void {
    const callback = this.closeCallback;
    this.closeCallback = undefined;
    const { abort } = this;
    if (abort !== undefined) guardCall(this, "a signal", () => abort.abort(new StreamClosedError(error)));
    if (callback !== undefined) guardCall(this, "a close callback", () => callback(error));
  }

  /** Takes the stream away from HTTP; what the client sent behind this request is delivered to its next consumer. */
  detach(): BaseIOStream {
    this.phase = FINISHED;
    this.closeCallback = undefined;
    this.shutdown = undefined;
    return this.owner.detachStream(this);
  }

  /** Where what goes on with a detached stream adds itself, to be ended with the server. */
  get upgraded(): UpgradedConnections {
    return this.owner.upgraded;
  }

  /** Limits for the content of this request: bytes, and the seconds that it may take. */
  setMaxBodySize(size: number): void {
    this.maxBodySize = size;
    if (this.body !== undefined) this.body.maxBodySize = size;
  }
  setBodyTimeout(seconds: number): void {
    if (this.body !== undefined) this.body.timeout = seconds;
  }
}
