/**
 * The opening handshake as a client (RFC 6455 §4.1): where a URL leads, the request, the answer read from a stream and checked. It leaves
 * every byte behind the answer to whoever reads next, and knows no frames.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { isInterim, ResponseHeadReader } from "../http/http1/response-head-reader.ts";
import type { ResponseHead } from "../http/http1/response-head-reader.ts";
import { LimitError } from "../http/message/errors.ts";
import { fieldLine, isToken, requestLine } from "../http/message/field-text.ts";
import { HTTPHeaders } from "../http/message/headers.ts";
import { hasMember, listMembers } from "../http/message/list-fields.ts";
import type { BaseIOStream, StreamConsumer } from "../net/base-iostream.ts";
import { WebSocketHandshakeError } from "./errors.ts";
import { checkAccepted, offerOf } from "./extensions.ts";
import type { Compression, CompressionOptions } from "./extensions.ts";
import { acceptValue } from "./handshake.ts";

/** Bytes of the answer to a handshake, interim answers and all: a server cannot fill the memory with it. */
const MAX_ANSWER_SIZE = 65_536;
/** Field lines of the answer. */
const MAX_ANSWER_FIELDS = 100;

/** Where a WebSocket is. */
export interface WebSocketTarget {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Value of the Host field. */
  readonly authority: string;
  /** Path and query. */
  readonly resource: string;
  /** Value of the Authorization field, where the URL has a user. */
  readonly authorization: string | undefined;
}

/** @throws UsageError on what is no `ws:` or `wss:` URL. */
export function targetOf(address: string | URL): WebSocketTarget {
  const text = String(address);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "ws:" && url.protocol !== "wss:") || url.hostname === "") {
    throw new UsageError("ERR_LANDSPOUT_WEBSOCKET_URL", `${JSON.stringify(text)} is no ws:// or wss:// URL`);
  }
  // §3: "Fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used on these URIs."
  if (text.includes("#")) throw new UsageError("ERR_LANDSPOUT_WEBSOCKET_URL", "the URL of a WebSocket has no fragment");
  const secure = url.protocol === "wss:";
  const user = `${userPart(url.username)}:${userPart(url.password)}`;
  return {
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    resource: url.pathname + url.search,
    authorization: user === ":" ? undefined : `Basic ${Buffer.from(user).toString("base64")}`,
  };
}

/** RFC 3986 §2.1: percent-encoded bytes. The text of a URL may hold a "%" that begins none, and bytes that are no UTF-8. */
function userPart(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new UsageError(
      "ERR_LANDSPOUT_WEBSOCKET_URL",
      'the user or the password of the URL is not percent-encoded UTF-8: write "%25" for "%"',
    );
  }
}

/** What the client asks for. */
export interface HandshakeOffer {
  readonly key: string;
  readonly headers: HTTPHeaders;
  readonly subprotocols: readonly string[];
  /** Compression is offered. */
  readonly compression: CompressionOptions | undefined;
}

// The fields that are the handshake's own, and those of a content, which it cannot have.
const OWN = /^(?:upgrade|connection|sec-websocket-.*|content-length|transfer-encoding|te|trailer|expect)$/i;

/** @throws UsageError on a field that is the handshake's own, or a subprotocol that is no token or there twice. */
export function checkOffer(headers: HTTPHeaders, subprotocols: readonly string[]): void {
  for (const [name] of headers) {
    if (OWN.test(name))
      throw new UsageError(
        "ERR_LANDSPOUT_OPTION",
        `headers of websocketConnect cannot have ${name}: the handshake does`,
      );
  }
  for (const [i, name] of subprotocols.entries()) {
    // §4.1: "The elements that comprise this value MUST be non-empty strings [… and] MUST all be unique strings."
    if (!isToken(name) || subprotocols.indexOf(name) !== i)
      throw new UsageError("ERR_LANDSPOUT_OPTION", `${JSON.stringify(name)} is no subprotocol, or there twice`);
  }
}

/** The request, as it goes out. */
export function handshakeRequest(target: WebSocketTarget, offer: HandshakeOffer): Buffer {
  const { headers, subprotocols, compression } = offer;
  let text = requestLine("GET", target.resource);
  if (!headers.has("Host")) text += fieldLine("Host", target.authority);
  text += "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  text += `Sec-WebSocket-Key: ${offer.key}\r\nSec-WebSocket-Version: 13\r\n`;
  if (subprotocols.length > 0) text += fieldLine("Sec-WebSocket-Protocol", subprotocols.join(", "));
  if (compression !== undefined) text += fieldLine("Sec-WebSocket-Extensions", offerOf(compression));
  if (target.authorization !== undefined && !headers.has("Authorization"))
    text += fieldLine("Authorization", target.authorization);
  return Buffer.from(`${text}${headers.toWire()}\r\n`, "latin1");
}

export interface HandshakeResponse {
  readonly status: number;
  readonly reason: string;
  /** The y of HTTP/1.y. */
  readonly minor: number;
  readonly headers: HTTPHeaders;
}

/** What a good answer has chosen. */
export interface Chosen {
  readonly subprotocol: string | undefined;
  readonly compression: Compression | undefined;
}

/** The checks of §4.1. @throws WebSocketHandshakeError where the answer does not open a WebSocket. */
export function checkResponse(answer: HandshakeResponse, offer: HandshakeOffer): Chosen {
  const { status, headers } = answer;
  const refuse = (message: string, code = "ERR_LANDSPOUT_WEBSOCKET_HANDSHAKE"): never => {
    throw new WebSocketHandshakeError(code, message, { status, headers });
  };
  // Redirects are not followed: where they lead is not where the caller wanted its credentials to go.
  if (status !== 101)
    refuse(`The server answered ${status} ${answer.reason}`.trimEnd(), "ERR_LANDSPOUT_WEBSOCKET_STATUS");
  if (answer.minor < 1) refuse("The server answered with HTTP/1.0");
  // §4.1: "an ASCII case-insensitive match for the value "websocket"": one protocol and no other (RFC 9110 §7.8: Upgrade = #protocol).
  const upgrade = listMembers(headers.get("Upgrade") ?? "");
  if (upgrade.length !== 1 || upgrade[0]?.toLowerCase() !== "websocket")
    refuse('The answer\'s "Upgrade" is not "websocket"');
  if (!hasMember(headers.get("Connection"), "upgrade")) refuse('The answer\'s "Connection" has no "Upgrade"');
  if (headers.get("Sec-WebSocket-Accept") !== acceptValue(offer.key))
    refuse("The answer's Sec-WebSocket-Accept is not that of our key");
  const extensions = headers.get("Sec-WebSocket-Extensions");
  let compression: Compression | undefined;
  if (extensions !== undefined) {
    if (offer.compression !== undefined) compression = checkAccepted(extensions, offer.compression);
    if (compression === undefined) refuse("The server chose an extension, or parameters of it, that were not offered");
  }
  const chosen = headers.get("Sec-WebSocket-Protocol");
  if (chosen !== undefined && !offer.subprotocols.includes(chosen))
    refuse("The server chose a subprotocol that was not offered");
  return { subprotocol: chosen, compression };
}

/** Reads the answer from a stream. One of its two callbacks is called, once; within `answered` the stream may change hands. */
export class HandshakeReader implements StreamConsumer {
  readonly #stream: BaseIOStream;
  readonly #heads: ResponseHeadReader;
  readonly #answered: (answer: HandshakeResponse) => void;
  readonly #failed: (error: Error) => void;
  #done = false;

  constructor(stream: BaseIOStream, answered: (answer: HandshakeResponse) => void, failed: (error: Error) => void) {
    this.#stream = stream;
    this.#heads = new ResponseHeadReader(stream.parser, MAX_ANSWER_SIZE, MAX_ANSWER_FIELDS);
    this.#answered = answered;
    this.#failed = failed;
  }

  bytesReceived(start: number, end: number): number {
    let at = start;
    while (!this.#done && at < end) {
      let head: ResponseHead | undefined;
      try {
        head = this.#heads.read(at, end);
      } catch (error) {
        this.#fail(new WebSocketHandshakeError("ERR_LANDSPOUT_WEBSOCKET_HANDSHAKE", problemOf(error as Error)));
        return end;
      }
      if (head === undefined) return at;
      at += head.size;
      if (isInterim(head.status)) continue;
      const { status, reason, minor, fields } = head;
      this.#done = true;
      this.#answered({ status, reason, minor, headers: HTTPHeaders.from({ readFields: () => fields }) });
    }
    return this.#done && this.#stream.isClosed ? end : at;
  }

  #fail(error: Error): void {
    if (this.#done) return;
    this.#done = true;
    this.#failed(error);
  }
  #closed(cause?: Error): void {
    const message = "The server closed the connection before it answered";
    const more = cause === undefined ? {} : { cause };
    this.#fail(new WebSocketHandshakeError("ERR_LANDSPOUT_WEBSOCKET_HANDSHAKE", message, more));
  }
  streamEnded(): void {
    this.#closed();
  }
  streamClosed(error: Error | undefined): void {
    this.#closed(error);
  }
  streamDrained(): void {}
}

const problemOf = (error: Error): string =>
  error instanceof LimitError ? `The answer has more than ${error.limit} bytes` : error.message;
