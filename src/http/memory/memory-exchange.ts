/**
 * One request in memory and its response: an exchange whose response goes to a sink as status, fields and content, without text. The rules of
 * a response are those of `HTTP1Exchange`; how it is framed is left to the other side.
 */
import { Buffer } from "node:buffer";
import type { BaseIOStream } from "../../net/base-iostream.ts";
import type { BytesPolicy } from "../../net/bytes-policy.ts";
import { M_HEAD } from "../../parser/abi.ts";
import { BaseExchange, FINISHED, HEAD_SENT, LOST, NOTHING, SHORT_CONTENT } from "../base-exchange.ts";
import type { RequestSource } from "../http1/connection-context.ts";
import type { Exchange, HTTPMessageDelegate, ResponseStartLine, ResponseStream } from "../interfaces.ts";
import { belongsToConnection } from "../message/connection-fields.ts";
import { httpDate } from "../message/date.ts";
import { SERVER } from "../message/default-fields.ts";
import { checkStatusLine } from "../message/field-text.ts";
import type { HTTPHeaders } from "../message/headers.ts";
import { hasNoContent, reasonPhrase } from "../message/status.ts";
import type { ResponseMemo } from "../response-memo.ts";
import type { UpgradedConnections } from "../upgraded-connections.ts";
import type { MemoryHead } from "./memory-head.ts";

/** What an exchange needs of its connection. */
export interface MemoryOwner extends ResponseStream {
  /** All content of the request has been received. */
  readonly requestComplete: boolean;
  /** The server accepts nothing more. */
  readonly ending: boolean;
  readonly upgraded: UpgradedConnections;
  sourceOf(head: MemoryHead): RequestSource;
  sendWhole(status: number, reason: string, lines: string[], content: string | Uint8Array): void;
  sendHead(status: number, reason: string, lines: string[]): void;
  sendPiece(piece: Buffer): void;
  /** All content has been given to the sink. */
  sendComplete(): void;
  sendEnd(): void;
  /** Resolves when less is unsent than the high-water mark; rejects when the connection closes first. */
  drained(): Promise<void>;
  /** An exception out of what answers the request. */
  delegateFailed(exchange: MemoryExchange, error: unknown, hook: string, delegate: object | undefined): void;
  detach(): BaseIOStream;
}

export class MemoryExchange extends BaseExchange<MemoryHead> implements Exchange {
  private readonly owner: MemoryOwner;
  /** What receives the request. */
  message: HTTPMessageDelegate | undefined = undefined;
  maxBodySize: number;
  /** Seconds. */
  bodyTimeout: number;
  private source: RequestSource | undefined = undefined;

  constructor(owner: MemoryOwner, head: MemoryHead, maxBodySize: number, bodyTimeout: number) {
    super(head);
    this.owner = owner;
    this.maxBodySize = maxBodySize;
    this.bodyTimeout = bodyTimeout;
  }

  get stream(): ResponseStream {
    return this.owner;
  }
  get remoteIp(): string {
    return (this.source ??= this.owner.sourceOf(this.head)).remoteIp;
  }
  get protocol(): "http" | "https" {
    return (this.source ??= this.owner.sourceOf(this.head)).protocol;
  }
  get left(): boolean {
    return this.phase === LOST;
  }
  protected get ending(): boolean {
    return this.owner.ending;
  }

  // --- the request ---

  get requestComplete(): boolean {
    return this.owner.requestComplete;
  }
  get contentIsShort(): boolean {
    const { contentLength } = this.head;
    return contentLength >= 0 && contentLength <= SHORT_CONTENT;
  }
  setMaxBodySize(size: number): void {
    this.maxBodySize = size;
  }
  setBodyTimeout(seconds: number): void {
    this.bodyTimeout = seconds;
  }

  // --- the response ---

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
    const phrase = reason === "" ? reasonPhrase(status) : reason;
    checkStatusLine(status, phrase);
    const empty = hasNoContent(status);
    let lines: string[];
    if (headers === undefined) {
      lines = ["Server", SERVER];
      if (!empty && memo.contentType !== "") lines.push("Content-Type", memo.contentType);
      lines.push("Date", httpDate());
      if (status === 304 && memo.tag !== "") lines.push("Etag", memo.tag);
    } else {
      lines = linesOf(headers);
      if (!headers.has("Date")) lines.push("Date", httpDate());
    }
    if (!empty) {
      if (memo.length >= 0) lines.push("Content-Length", String(memo.length));
      if (memo.tag !== "") lines.push("Etag", memo.tag);
    }
    this.close();
    const sent = this.head.id === M_HEAD ? "" : content;
    this.owner.sendWhole(
      status,
      phrase,
      lines,
      typeof sent === "string" || policy === "keep" ? sent : Buffer.from(sent),
    );
  }

  repeat(memo: ResponseMemo): boolean {
    if (this.phase !== NOTHING) return false;
    this.respond(200, "", undefined, memo, memo.text, "keep");
    return true;
  }

  writeHeaders(
    { code, reason }: ResponseStartLine,
    headers: HTTPHeaders,
    chunk?: string | Uint8Array,
    policy: BytesPolicy = "copy",
  ): Promise<void> | void {
    if (this.phase !== NOTHING) {
      this.refuseSecond();
      return this.gone();
    }
    checkStatusLine(code, reason);
    // RFC 9110 §15.2: interim responses may be left out on the way to the client.
    if (code < 200 && code !== 101) return undefined;
    const lengthField = headers.get("Content-Length");
    this.promise(code, lengthField, chunk);
    const lines = linesOf(headers);
    if (!headers.has("Date")) lines.push("Date", httpDate());
    if (code === 205 && lengthField === undefined) lines.push("Content-Length", "0");
    this.phase = HEAD_SENT;
    this.owner.sendHead(code, reason, lines);
    if (chunk !== undefined && chunk.length > 0) return this.write(chunk, policy);
    return this.owner.congested ? this.owner.drained() : undefined;
  }

  write(chunk: string | Uint8Array, policy: BytesPolicy = "copy"): Promise<void> | void {
    if (this.phase >= FINISHED) return this.gone();
    this.checkBegun("write");
    if (chunk.length === 0 || this.head.id === M_HEAD) return undefined;
    // The sink may keep its bytes, and the program may change its own: only with "keep" they are shared.
    const bytes = typeof chunk === "string" || policy !== "keep" ? Buffer.from(chunk as string) : bufferOf(chunk);
    this.count(bytes.length);
    this.owner.sendPiece(bytes);
    // Nobody has to wait for the reader of a whole response: a handler may flush its last piece before it finishes.
    if (this.promised === 0) {
      this.owner.sendComplete();
      return undefined;
    }
    return this.owner.congested ? this.owner.drained() : undefined;
  }

  finish(): void {
    if (this.phase >= FINISHED) return;
    this.checkBegun("finish");
    this.checkComplete();
    this.close();
    this.owner.sendEnd();
  }

  destroy(): void {
    if (this.phase < FINISHED) this.owner.destroy();
  }
  fail(error: unknown): void {
    this.owner.delegateFailed(this, error, "response", this.message);
  }

  // --- another protocol ---

  /** A host that has no connection of ours to give cannot pass it on to another protocol (RFC 9110 §7.8). */
  // oxlint-disable-next-line class-methods-use-this
  get upgradable(): boolean {
    return false;
  }
  detach(): BaseIOStream {
    this.closeForUpgrade();
    return this.owner.detach();
  }
  get upgraded(): UpgradedConnections {
    return this.owner.upgraded;
  }
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The field lines of a response without those of the connection and of framing, which are the other side's. */
function linesOf(headers: HTTPHeaders): string[] {
  const lines = headers.toLines();
  let kept = 0;
  for (let i = 0; i < lines.length; i += 2) {
    if (belongsToConnection(lines[i] as string)) continue;
    lines[kept++] = lines[i] as string;
    lines[kept++] = lines[i + 1] as string;
  }
  lines.length = kept;
  return lines;
}
