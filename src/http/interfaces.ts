/**
 * The three interfaces between an HTTP connection and what answers it, from Tornado's `httputil`. They carry no word that is
 * HTTP/1 only, so that another protocol can stand in front of the same applications.
 *
 * The contract: for every request the connection asks `startRequest` for a message delegate and calls `headersReceived`
 * once, `dataReceived` for each piece of content, and in the end exactly one of `finish` (the request is complete) or
 * `onConnectionClose` (it will never be: the client left, was refused, or was answered before its content had come). Neither
 * follows a request without content that was answered while `headersReceived` was pending. Nothing is called after either. A promise returned from `headersReceived` or
 * `dataReceived` holds the connection back until it settles; that is the back-pressure. Return nothing where there is
 * nothing to wait for: the synchronous road makes no promise.
 */
import type { HTTPHeaders } from "./message/headers.ts";
import type { RequestStartLine, ResponseStartLine } from "./message/start-lines.ts";

export type { RequestStartLine, ResponseStartLine };

/** Answers connections: an `Application`, a router, a function in its wrapper. */
export interface HTTPServerConnectionDelegate {
  startRequest(serverConnection: object, requestConnection: HTTPConnection): HTTPMessageDelegate;
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
