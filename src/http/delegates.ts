/** The plain callback form of a server, and the buffer in which content is collected for it and for handlers. */
import { Buffer } from "node:buffer";
import type { HTTP1Exchange } from "./http1exchange.ts";
import type { HTTPHeaders } from "./headers.ts";
import type { HTTPMessageDelegate, HTTPServerConnectionDelegate, RequestStartLine } from "./interfaces.ts";
import { HTTPServerRequest } from "./request.ts";

/** Pieces of content until they are wanted as one. It grows with what arrives, never with what was announced. */
export class ContentBuffer {
  #pieces: Uint8Array[] = [];
  #length = 0;

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** All of it; the only piece itself where there is but one. */
  take(): Buffer {
    const pieces = this.#pieces;
    const [first] = pieces;
    this.#pieces = [];
    if (pieces.length === 1 && first instanceof Buffer) return first;
    return Buffer.concat(pieces, this.#length);
  }
}

/** What a plain callback gets, content included. */
export type RequestCallback = (request: HTTPServerRequest) => void | Promise<void>;

/** Calls a function with each complete request. */
export class CallbackDelegate implements HTTPServerConnectionDelegate {
  readonly #callback: RequestCallback;

  constructor(callback: RequestCallback) {
    this.#callback = callback;
  }
  startRequest(_serverConnection: object, exchange: HTTP1Exchange): HTTPMessageDelegate {
    return new CallbackMessage(this.#callback, exchange);
  }
}

class CallbackMessage implements HTTPMessageDelegate {
  readonly #callback: RequestCallback;
  readonly #exchange: HTTP1Exchange;
  #request: HTTPServerRequest | undefined = undefined;
  #content: ContentBuffer | undefined = undefined;

  constructor(callback: RequestCallback, exchange: HTTP1Exchange) {
    this.#callback = callback;
    this.#exchange = exchange;
  }
  headersReceived(_startLine: RequestStartLine, headers: HTTPHeaders): void {
    this.#request = new HTTPServerRequest(this.#exchange, headers);
    this.#request.startTime = performance.now();
  }
  dataReceived(chunk: Uint8Array): void {
    (this.#content ??= new ContentBuffer()).add(chunk);
  }
  finish(): void {
    const request = this.#request as HTTPServerRequest;
    if (this.#content !== undefined) request.body = this.#content.take();
    const pending = this.#callback(request);
    if (pending instanceof Promise) pending.catch((error: unknown) => this.#exchange.fail(error));
  }
  onConnectionClose(): void {
    this.#content = undefined;
  }
}
