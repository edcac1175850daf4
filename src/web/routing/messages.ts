/**
 * Message delegates of routers: one that asks a router once the head of a request is there and passes everything on, and the response
 * where nothing was found.
 */
import { HTTPHeaders } from "../../http/message/headers.ts";
import type { Exchange, HTTPMessageDelegate, RequestStartLine } from "../../http/interfaces.ts";
import { HTTPServerRequest } from "../../http/request.ts";
import { notPromise } from "../../user-code.ts";
import type { RequestRouter } from "./rule.ts";

/** A request whose delegate is found when its head is complete. */
export class RoutedMessage implements HTTPMessageDelegate {
  readonly #router: RequestRouter;
  readonly #serverConnection: object;
  readonly #exchange: Exchange;
  #delegate: HTTPMessageDelegate | undefined = undefined;

  constructor(router: RequestRouter, serverConnection: object, exchange: Exchange) {
    this.#router = router;
    this.#serverConnection = serverConnection;
    this.#exchange = exchange;
  }
  headersReceived(startLine: RequestStartLine, headers: HTTPHeaders): Promise<void> | void {
    const request = new HTTPServerRequest(this.#exchange, headers);
    const found = notPromise(this.#router.findHandler(request, this.#serverConnection), "findHandler");
    this.#delegate = found ?? new NotFoundMessage(this.#exchange);
    return this.#delegate.headersReceived(startLine, headers);
  }
  dataReceived(chunk: Uint8Array): Promise<void> | void {
    return this.#delegate?.dataReceived(chunk);
  }
  finish(): void {
    this.#delegate?.finish();
  }
  onConnectionClose(error?: Error): void {
    this.#delegate?.onConnectionClose(error);
  }
}

/** 404, as short as it can be said. */
class NotFoundMessage implements HTTPMessageDelegate {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }
  headersReceived(): void {
    // Long content is not waited for: it is dropped within the lingering bounds.
    if (!this.#exchange.requestComplete && !this.#exchange.contentIsShort) this.#answer();
  }
  dataReceived(): void {}
  finish(): void {
    this.#answer();
  }
  #answer(): void {
    void this.#exchange.writeHeaders({ code: 404, reason: "Not Found" }, new HTTPHeaders({ "Content-Length": "0" }));
    this.#exchange.finish();
  }
  onConnectionClose(): void {}
}
