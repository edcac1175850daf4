/** The plain callback form of a server: a function that is called with each complete request. */
import { watch } from "../user-code.ts";
import type { Exchange, HTTPMessageDelegate, HTTPServerConnectionDelegate, RequestStartLine } from "./interfaces.ts";
import { ContentBuffer } from "./message/content-buffer.ts";
import type { HTTPHeaders } from "./message/headers.ts";
import { HTTPServerRequest } from "./request.ts";

/** What a plain callback gets, content included. */
export type RequestCallback = (request: HTTPServerRequest) => void | Promise<void>;

/** Calls a function with each complete request. */
export class CallbackDelegate implements HTTPServerConnectionDelegate {
  readonly #callback: RequestCallback;

  constructor(callback: RequestCallback) {
    this.#callback = callback;
  }
  startRequest(_serverConnection: object, exchange: Exchange): HTTPMessageDelegate {
    return new CallbackMessage(this.#callback, exchange);
  }
}

/** Collects the content of one request and calls a function with it. */
export class CallbackMessage implements HTTPMessageDelegate {
  readonly #callback: RequestCallback;
  readonly #exchange: Exchange;
  #request: HTTPServerRequest | undefined;
  #content: ContentBuffer | undefined = undefined;

  /** @param request Where a router has made it already. */
  constructor(callback: RequestCallback, exchange: Exchange, request?: HTTPServerRequest) {
    this.#callback = callback;
    this.#exchange = exchange;
    this.#request = request;
  }
  headersReceived(_startLine: RequestStartLine, headers: HTTPHeaders): void {
    this.#request ??= new HTTPServerRequest(this.#exchange, headers);
    this.#request.startTime = performance.now();
  }
  dataReceived(chunk: Uint8Array): void {
    (this.#content ??= new ContentBuffer()).add(chunk);
  }
  finish(): void {
    const request = this.#request as HTTPServerRequest;
    if (this.#content !== undefined) request.body = this.#content.take();
    const pending = this.#callback(request);
    if (pending !== undefined) watch(pending, (error) => this.#exchange.fail(error));
  }
  onConnectionClose(): void {
    this.#content = undefined;
  }
}
