/**
 * The life of one request in the framework: content collected, handler made, `initialize`, `prepare`, the method, `finish`, and
 * what becomes of exceptions. The synchronous road makes no promise; promises appear where a handler returns one.
 */
import { Buffer } from "node:buffer";
import { ContentBuffer } from "../http/delegates.ts";
import { ProtocolError } from "../http/errors.ts";
import type { HTTPHeaders } from "../http/headers.ts";
import type { HTTP1Exchange } from "../http/http1exchange.ts";
import type { HTTPMessageDelegate, RequestStartLine } from "../http/interfaces.ts";
import { HTTPServerRequest } from "../http/request.ts";
import { M_DELETE, M_GET, M_HEAD, M_OPTIONS, M_PATCH, M_POST, M_PUT } from "../parser/abi.ts";
import type { Application } from "./application.ts";
import { Finish, HTTPError } from "./http-error.ts";
import { NO_ARGUMENTS } from "./request-handler.ts";
import type { RequestHandler, Writable } from "./request-handler.ts";

export class HandlerRun implements HTTPMessageDelegate {
  private readonly application: Application;
  private readonly exchange: HTTP1Exchange;
  private request: HTTPServerRequest | undefined = undefined;
  private content: ContentBuffer | undefined = undefined;
  private handler: RequestHandler | undefined = undefined;

  constructor(application: Application, exchange: HTTP1Exchange) {
    this.application = application;
    this.exchange = exchange;
  }

  headersReceived(_startLine: RequestStartLine, headers: HTTPHeaders): void {
    const request = new HTTPServerRequest(this.exchange, headers);
    if (this.application.timed) request.startTime = performance.now();
    this.request = request;
  }
  dataReceived(chunk: Uint8Array): void {
    (this.content ??= new ContentBuffer()).add(chunk);
  }
  onConnectionClose(): void {
    this.content = undefined;
  }

  finish(): void {
    const request = this.request as HTTPServerRequest;
    const { application } = this;
    if (this.content !== undefined) request.body = this.content.take();
    const match = application.match(request);
    const { target } = match;
    const handler = new target.handlerClass(application, request);
    this.handler = handler;
    handler.target = target;
    try {
      if (target.setsDefaults) handler.setDefaultHeaders();
      if (target.initializes) handler.initialize(target.initArgs);
      if (target.noticesClose) this.exchange.setCloseCallback(() => this.clientLeft());
      if (match.captured.length > 0) handler.pathArgs = this.decodePath(handler, match.captured);
      const pending = target.prepares ? handler.prepare() : undefined;
      if (pending instanceof Promise) {
        pending.then(
          () => this.runMethodSafely(handler),
          (error: unknown) => this.failed(handler, error),
        );
        return;
      }
      if (!handler.finished) this.runMethod(handler);
    } catch (error) {
      this.failed(handler, error);
    }
  }

  private decodePath(
    handler: RequestHandler,
    captured: readonly (string | undefined)[],
  ): readonly (string | undefined)[] {
    if (!handler.request.pathEscaped) return captured;
    return captured.map((part, place) => {
      if (part === undefined || !part.includes("%")) return part;
      return handler.decodeArgument(percentDecode(part), `path argument ${place + 1}`);
    });
  }

  private runMethodSafely(handler: RequestHandler): void {
    if (handler.finished) return;
    try {
      this.runMethod(handler);
    } catch (error) {
      this.failed(handler, error);
    }
  }

  private runMethod(handler: RequestHandler): void {
    const result = callMethod(handler);
    if (result instanceof Promise || isThenable(result)) {
      Promise.resolve(result).then(
        (value) => this.returnedSafely(handler, value),
        (error: unknown) => this.failed(handler, error),
      );
    } else this.returned(handler, result);
  }

  private returnedSafely(handler: RequestHandler, value: unknown): void {
    try {
      this.returned(handler, value);
    } catch (error) {
      this.failed(handler, error);
    }
  }

  /** A value that a method returned is written; then the request ends, unless it is to end later. */
  private returned(handler: RequestHandler, value: unknown): void {
    if (handler.finished) return;
    if (value !== undefined) handler.write(value as Writable);
    if (handler.autoFinish) handler.finish();
  }

  private failed(handler: RequestHandler, error: unknown): void {
    const { application } = this;
    if (error instanceof Finish) {
      if (!handler.finished) handler.finish(error.chunk);
      return;
    }
    // A client that left is not an error.
    if (this.exchange.lost) return;
    application.logException(handler, error);
    if (handler.finished) return;
    handler.sendError(error instanceof HTTPError || error instanceof ProtocolError ? error.status : 500, { error });
  }

  private clientLeft(): void {
    const { handler } = this;
    if (handler === undefined) return;
    try {
      handler.onConnectionClose();
    } catch (error) {
      this.application.logException(handler, error);
    }
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

function callMethod(handler: RequestHandler): unknown {
  const args = handler.pathArgs;
  const { request } = handler;
  switch (request.methodId) {
    case M_GET:
      return args === NO_ARGUMENTS ? handler.get() : handler.get(...args);
    case M_HEAD:
      return handler.head(...args);
    case M_POST:
      return args === NO_ARGUMENTS ? handler.post() : handler.post(...args);
    case M_PUT:
      return handler.put(...args);
    case M_DELETE:
      return handler.delete(...args);
    case M_PATCH:
      return handler.patch(...args);
    case M_OPTIONS:
      return handler.options(...args);
    default:
      throw new HTTPError(405, { headers: { Allow: handler.allowedMethods().join(", ") } });
  }
}

/** RFC 3986 §2.1, over bytes; `%` without two hexadecimal digits stays as it is, `+` is no space. */
function percentDecode(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const digits = text[i] === "%" ? text.slice(i + 1, i + 3) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(digits)) {
      bytes[length++] = Number.parseInt(digits, 16);
      i += 2;
    } else bytes[length++] = text.charCodeAt(i);
  }
  return bytes.subarray(0, length);
}
