/**
 * One request and its answer on an HTTP/1 connection: the `HTTPConnection` a handler writes to. It decides how the answer is
 * framed (RFC 9112 §6) and what `Connection` says, and refuses a second answer; it lives longer than its turn only in the hands of
 * whoever keeps it, and then does nothing.
 */
import { Buffer } from "node:buffer";
import type { BaseIOStream } from "../../net/base-iostream.ts";
import type { BytesPolicy } from "../../net/bytes-policy.ts";
import { ASCII, LATIN1 } from "../../net/stream-output.ts";
import type { TextKind } from "../../net/stream-output.ts";
import { F_CONN_CLOSE, F_CONN_KEEP_ALIVE, F_EXPECT_CONTINUE, M_HEAD } from "../../parser/abi.ts";
import type { BodyReader } from "./body-reader.ts";
import { asksToClose, connectionLine, withoutFraming } from "./response-framing.ts";
import { httpDate, httpDateGeneration } from "../message/date.ts";
import { statusLine } from "../message/field-text.ts";
import { ownHead, renewWhole, takeConnection, usualHead } from "./response-head.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { Exchange, HTTPMessageDelegate, ResponseStartLine } from "../interfaces.ts";
import { BaseExchange, FINISHED, HEAD_SENT, LOST, NOTHING, SHORT_CONTENT } from "../base-exchange.ts";
import type { ResponseMemo } from "../response-memo.ts";
import type { RequestHead } from "./request-head.ts";
import type { UpgradedConnections } from "../upgraded-connections.ts";

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

export class HTTP1Exchange extends BaseExchange<RequestHead> implements Exchange {
  private readonly owner: ExchangeOwner;
  private chunked = false;
  /** The connection closes after this answer. */
  closeAfter: boolean;
  /** What receives the request, as long as the connection tells it anything. */
  message: HTTPMessageDelegate | undefined = undefined;
  /** Reads the content; undefined where there is none, or no more of it is read. */
  body: BodyReader | undefined;
  /** Most bytes of content this request may have; 0 where it has none. */
  maxBodySize: number;

  constructor(owner: ExchangeOwner, head: RequestHead, noKeepAlive: boolean, body: BodyReader | undefined) {
    super(head);
    this.owner = owner;
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
  /** The client has left before the answer was complete; it may still hear it where it closed its own side only. */
  get left(): boolean {
    return this.phase === LOST || (this.phase < FINISHED && this.owner.clientDisconnected);
  }
  protected get ending(): boolean {
    return this.owner.ending;
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

  /** A whole response in one piece. `content` goes unless the request was HEAD. */
  respond(
    status: number,
    reason: string,
    headers: HTTPHeaders | undefined,
    memo: ResponseMemo,
    content: string | Uint8Array,
    policy: BytesPolicy,
  ): void {
    if (this.phase !== NOTHING) {
      this.refuseSecond();
      return;
    }
    const { stream } = this.owner;
    let head: string;
    let kind: TextKind = LATIN1;
    if (headers === undefined) {
      // A reason, and a tag of the program's own, may be latin1.
      if (reason === "" && memo.plainTag) kind = ASCII;
      head = usualHead(status, reason, memo) + this.connectionField();
    } else {
      // Decided before the text is made: it is taken out of the fields.
      const connection = this.connectionField(takeConnection(headers));
      head = ownHead(status, reason, headers, memo) + connection;
    }
    const text = `${head}\r\n`;
    if (this.head.id === M_HEAD || content.length === 0) stream.appendText(text, kind);
    else if (typeof content === "string" && (kind | memo.kind) !== 3)
      stream.appendText(text + content, (kind | memo.kind) as TextKind);
    else {
      stream.cork();
      if (typeof content === "string") stream.appendKept(Buffer.from(content), text);
      else if (policy === "keep") stream.appendKept(content, text);
      else stream.appendBytes(content, text);
      stream.uncork();
    }
    this.complete();
  }

  /** The fastest road: a whole response as it was sent before, head and content in one text. Not where the connection has a word to say. */
  repeat(memo: ResponseMemo): boolean {
    if (this.phase !== NOTHING || this.head.id === M_HEAD || this.connectionField() !== "") return false;
    if (memo.generation !== httpDateGeneration()) renewWhole(memo);
    this.owner.stream.appendText(memo.whole, memo.kind);
    this.complete();
    return true;
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
    const unknown = this.promise(code, lengthField, chunk);
    // RFC 9112 §6.1: "A server MUST NOT send a response containing Transfer-Encoding unless the corresponding request
    // indicates HTTP/1.1". Who sends an old client content of unknown length ends it by closing.
    this.chunked = unknown && head.minor > 0;
    if (unknown && head.minor === 0) this.closeAfter = true;
    const own = headers.get("Connection");
    let text = firstLine + withoutFraming(headers, code).toWire();
    if (!headers.has("Date")) text += `Date: ${httpDate()}\r\n`;
    if (this.chunked) text += "Transfer-Encoding: chunked\r\n";
    if (code === 205 && lengthField === undefined) text += "Content-Length: 0\r\n";
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
    this.checkBegun("write");
    if (chunk.length === 0) return undefined;
    const { stream } = this.owner;
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (this.head.id === M_HEAD) return undefined;
    this.count(bytes.length);
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
    this.checkBegun("finish");
    this.checkComplete();
    if (this.chunked) this.owner.stream.appendText("0\r\n\r\n", ASCII);
    this.complete();
  }

  private complete(): void {
    this.close();
    this.owner.exchangeFinished(this);
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

  get upgradable(): boolean {
    return !this.owner.stream.inMemory;
  }
  /** Takes the stream away from HTTP; what the client sent behind this request is delivered to its next consumer. */
  detach(): BaseIOStream {
    this.closeForUpgrade();
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
