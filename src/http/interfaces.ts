/**
 * The interfaces between a connection and the programs that answer its requests, from Tornado's `httputil`. They carry no word that is
 * HTTP/1 only, so that another protocol can stand in front of the same applications: `HTTP1Exchange` answers over a socket,
 * `MemoryExchange` in memory, and a program may bring its own `Exchange`.
 *
 * The contract: for every request the connection asks `startRequest` for a message delegate and calls `headersReceived`
 * once, `dataReceived` for each piece of content, and in the end exactly one of `finish` (the request is complete) or
 * `onConnectionClose` (it will never be: the client left, was refused, or was answered before its content had come). Neither
 * follows a request without content that was answered while `headersReceived` was pending. Nothing is called after either. A promise
 * returned from `headersReceived` or `dataReceived` holds the connection back until it settles; that is the back-pressure. Return
 * nothing where there is nothing to wait for: the synchronous road makes no promise.
 */
import type { Context } from "../async/context.ts";
import type { BaseIOStream } from "../net/base-iostream.ts";
import type { BytesPolicy } from "../net/bytes-policy.ts";
import type { HeaderSource, HTTPHeaders } from "./message/headers.ts";
import type { RequestStartLine, ResponseStartLine } from "./message/start-lines.ts";
import type { ResponseMemo } from "./response-memo.ts";
import type { UpgradedConnections } from "./upgraded-connections.ts";

export type { RequestStartLine, ResponseStartLine };

/** Answers connections: an `Application`, a router, a function in its wrapper. */
export interface HTTPServerConnectionDelegate {
  startRequest(serverConnection: object, requestConnection: Exchange): HTTPMessageDelegate;
  /** The connection is closed; no more requests come from it. */
  onClose?(serverConnection: object): void;
}

/** Receives one message. */
export interface HTTPMessageDelegate {
  headersReceived(startLine: RequestStartLine, headers: HTTPHeaders): Promise<void> | void;
  /** A piece of the content, 1 to `chunkSize` bytes, the delegate's to keep. */
  dataReceived(chunk: Uint8Array): Promise<void> | void;
  finish(): void;
  /** The client left, or the rest of the request was refused; `error` is why, where known. */
  onConnectionClose(error?: Error): void;
}

/** Sends the answer to one request. */
export interface HTTPConnection {
  /** Status line and header fields, and the first piece of content with them if given. */
  writeHeaders(startLine: ResponseStartLine, headers: HTTPHeaders, chunk?: string | Uint8Array): Promise<void> | void;
  /** A further piece of content. The promise, where there is one, settles when the socket can take more. */
  write(chunk: string | Uint8Array): Promise<void> | void;
  /** The answer is complete. */
  finish(): void;
}

/** What is known of a request whose head is complete, wherever it came from. Text is made when it is asked for. */
export interface RequestFacts extends RequestStartLine, HeaderSource {
  /** The method's id (M_ in ../parser/abi.ts), 0 for an unusual one. */
  readonly id: number;
  /** The path of the target; bytes above 0x7F are percent-encoded, here and in `path` and `query`. */
  readonly targetPath: string;
  /** What follows the `?` of the target, or "". */
  readonly query: string;
  /** The host that the request is for, with its port where it has one. */
  readonly host: string | undefined;
  /** Whether the path holds a percent-encoded character. */
  readonly pathEscaped: boolean;
  /** Whether a well-known field (H_ in ../parser/abi.ts) was sent. */
  knows(id: number): boolean;
}

/** The way a response takes, as far as a program that answers a request may look at it. */
export interface ResponseStream {
  /** Nothing can be sent any more. */
  readonly isClosed: boolean;
  /** The client sends no more. */
  readonly peerEnded: boolean;
  /** More is waiting to be sent than should be; what `write` returned settles when it is less. */
  readonly congested: boolean;
  /** Bytes that wait to be sent. */
  readonly unsentLength: number;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly encrypted: boolean;
  /** Small pieces are sent at once. */
  setNodelay(on: boolean): void;
  /** Cuts the connection. */
  destroy(): void;
}

/** One request and its response. All of it may be used after the response is complete, and does nothing then. */
export interface Exchange extends HTTPConnection {
  readonly head: RequestFacts;
  readonly stream: ResponseStream;
  /** Address of the client; what trusted proxies say of it, where the server believes them. */
  readonly remoteIp: string;
  readonly protocol: "http" | "https";

  /** All content of the request has been received, or it has none. */
  readonly requestComplete: boolean;
  /** Waiting for content that nobody reads costs little and keeps the connection. */
  readonly contentIsShort: boolean;
  /** Most bytes of content this request may have. */
  readonly maxBodySize: number;
  setMaxBodySize(size: number): void;
  /** Seconds that the content may take, 0 for no limit. */
  setBodyTimeout(seconds: number): void;

  /** The head of the response has been sent. */
  readonly started: boolean;
  /** The response is complete, or never will be. */
  readonly finished: boolean;
  /** The client is gone, or was given up, before the response was complete. */
  readonly lost: boolean;
  /** The client has left before the response was complete; it may still receive it. */
  readonly left: boolean;
  /** Called once if the client leaves before the response is complete, in the `AsyncLocalStorage` context of this call. */
  setCloseCallback(callback: ((error: Error | undefined) => void) | undefined): void;
  /** Aborted if the client leaves before the response is complete, and only then. */
  readonly signal: AbortSignal;
  /** Called once if the server is shut down before the response is complete. */
  setShutdownCallback(callback: () => void): void;
  /** Aborted if the server is shut down before the response is complete, and only then. */
  readonly shutdownSignal: AbortSignal;

  /**
   * A whole response in one piece. `headers`: every field of it but `Date`, `Content-Length` and `Etag`, which are those of `memo`;
   * undefined for `Server`, the content type of the memo and these three. Whatever `memo` says, a response whose status allows no
   * content has none of the fields that describe content. Bytes may be changed once this returns, unless `policy` is "keep".
   * @param reason "" for the usual one of the status.
   */
  respond(
    status: number,
    reason: string,
    headers: HTTPHeaders | undefined,
    memo: ResponseMemo,
    content: string | Uint8Array,
    policy: BytesPolicy,
  ): void;
  /** Sends the text of `memo` as `respond` does with status 200 and without headers; false where this exchange needs `respond`. */
  repeat(memo: ResponseMemo): boolean;
  writeHeaders(
    startLine: ResponseStartLine,
    headers: HTTPHeaders,
    chunk?: string | Uint8Array,
    policy?: BytesPolicy,
  ): Promise<void> | void;
  /**
   * Bytes may be changed as soon as the call returns; with the policy "lend" once the promise has settled or there is none, with "keep"
   * never.
   */
  write(chunk: string | Uint8Array, policy?: BytesPolicy): Promise<void> | void;
  /** Ends the exchange where it stands: the client must not take what it has for the whole response. */
  destroy(): void;
  /** The program that should answer has failed: 500, or what a RemoteProtocolError says; cut off where the response has begun. */
  fail(error: unknown): void;

  /** Whether the response can be 101, and the stream another protocol's from there on. */
  readonly upgradable: boolean;
  /** Takes the stream away from HTTP. */
  detach(): BaseIOStream;
  /** Where a connection that goes on with a detached stream adds itself, to be ended with the server. */
  readonly upgraded: UpgradedConnections;

  /** A copy of the `AsyncLocalStorage` context of this request, for one call of a function of the program. */
  readonly scope: Context;
  /** The present context becomes that of this request. */
  keepContext(): void;
}
