/**
 * The life of one request in the framework: content collected, handler made, `initialize`, `prepare`, the method, `finish`, and
 * what becomes of exceptions. The synchronous road makes no promise; promises appear where a handler returns one.
 */
import { isTraced, requestChannels } from "../../diagnostics.ts";
import { ContentBuffer } from "../../http/message/content-buffer.ts";
import { LandspoutError } from "../../errors.ts";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import type { HTTP1Exchange } from "../../http/http1/http1exchange.ts";
import type { HTTPMessageDelegate, RequestStartLine } from "../../http/interfaces.ts";
import { HTTPServerRequest } from "../../http/request.ts";
import { caught, guard, isPromiseLike, notPromise } from "../../user-code.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { M_DELETE, M_GET, M_HEAD, M_OPTIONS, M_PATCH, M_POST, M_PUT } from "../../parser/abi.ts";
import type { Application } from "./application.ts";
import { endRequest, failRequest, hasLeft, logFailed, watchHook } from "../handler/failures.ts";
import { internals } from "../handler/internals.ts";
import { giveCaptured } from "../handler/captured.ts";
import type { RouteMatch } from "../paths/path-table.ts";
import { contentFor } from "../handler/request-content.ts";
import { beginTrace, traceError } from "./request-trace.ts";
import type { RequestTrace } from "./request-trace.ts";
import { Finish, HTTPError } from "../handler/http-error.ts";
import { writeReturned } from "../handler/return-value.ts";
import { allowField, NO_ARGUMENTS, RequestHandler } from "../handler/request-handler.ts";
import type { Target } from "../handler/target.ts";
import { extraMethod, isRefusedUnread } from "./unread-content.ts";

interface Routed {
  readonly request: HTTPServerRequest;
  readonly match: RouteMatch<Target>;
}

export class HandlerRun implements HTTPMessageDelegate {
  private readonly application: Application;
  private readonly exchange: HTTP1Exchange;
  private request: HTTPServerRequest | undefined = undefined;
  private content: ContentBuffer | undefined = undefined;
  private match: RouteMatch<Target> | undefined = undefined;
  private handler: RequestHandler | undefined = undefined;
  private trace: RequestTrace | undefined = undefined;
  /** A handler made for a request with content, before any of it has come. */
  private made: RequestHandler | undefined = undefined;
  /** The request is refused whatever its content is, which is dropped. */
  private unread = false;

  /** @param routed The request and its route, where a router has looked already. */
  constructor(application: Application, exchange: HTTP1Exchange, routed?: Routed) {
    this.application = application;
    this.exchange = exchange;
    if (routed === undefined) return;
    this.request = routed.request;
    this.match = routed.match;
  }

  headersReceived(_startLine: RequestStartLine, headers: HTTPHeaders): Promise<void> | void {
    const { application } = this;
    const request = (this.request ??= new HTTPServerRequest(this.exchange, headers));
    if (application.timed) request.startTime = performance.now();
    const match = (this.match ??= application.match(request));
    if (match.target.streams) return this.begin(request, match, true);
    return this.exchange.requestComplete ? undefined : this.beforeContent(request, match);
  }

  /**
   * Content that nobody will read is dropped as it comes. The error response waits for the end of short content, so that the connection
   * can be kept; otherwise it is sent at once, before `100 Continue`, and the content is dropped within the lingering bounds.
   */
  private beforeContent(request: HTTPServerRequest, match: RouteMatch<Target>): Promise<void> | void {
    this.made = this.make(request, match.target);
    if (this.made === undefined) return undefined;
    this.unread = isRefusedUnread(match.target, this.made);
    return this.unread && !this.exchange.contentIsShort ? this.begin(request, match, false) : undefined;
  }

  dataReceived(chunk: Uint8Array): Promise<void> | void {
    const { handler } = this;
    if (this.unread) return undefined;
    if (handler === undefined) (this.content ??= new ContentBuffer()).add(chunk);
    else if (internals.targetOf(handler)?.pulls === true) return contentFor(handler).push(chunk);
    else return this.passOn(handler, chunk);
    return undefined;
  }
  onConnectionClose(error?: Error): void {
    this.content = undefined;
    const { handler } = this;
    if (handler !== undefined && internals.targetOf(handler)?.pulls === true)
      contentFor(handler).abort(new StreamClosedError(error));
  }

  finish(): void {
    const { handler } = this;
    if (handler !== undefined) {
      if (this.unread) return;
      if (internals.targetOf(handler)?.pulls === true) contentFor(handler).end();
      else this.runMethodSafely(handler);
      return;
    }
    const request = this.request as HTTPServerRequest;
    if (this.content !== undefined) request.body = this.content.take();
    void this.begin(request, this.match as RouteMatch<Target>, false);
  }

  /** Gives a piece of content to a handler that takes it as it comes. */
  private passOn(handler: RequestHandler, chunk: Uint8Array): Promise<void> | void {
    if (handler.finished) return undefined;
    try {
      const pending = handler.dataReceived(chunk);
      if (!isPromiseLike(pending)) return undefined;
      return Promise.resolve(pending).catch((error: unknown) => this.failed(handler, error, "dataReceived"));
    } catch (error) {
      this.failed(handler, error, "dataReceived");
    }
    return undefined;
  }

  /** Begins, and says so to whoever traces requests. */
  private begin(request: HTTPServerRequest, match: RouteMatch<Target>, streaming: boolean): Promise<void> | void {
    if (!isTraced(requestChannels)) return this.run(request, match, streaming);
    const trace: RequestTrace = { request, handler: undefined, error: undefined };
    this.trace = trace;
    return requestChannels.start.runStores(trace, () => {
      try {
        return this.run(request, match, streaming);
      } finally {
        requestChannels.end.publish(trace);
      }
    });
  }

  /** Makes the handler and runs it up to `prepare`, and if the content is not still to come (`streaming`), its method. */
  private run(request: HTTPServerRequest, match: RouteMatch<Target>, streaming: boolean): Promise<void> | void {
    const { application } = this;
    const { target } = match;
    const handler = this.made ?? this.make(request, target);
    if (handler === undefined) return undefined;
    this.handler = handler;
    if (this.trace !== undefined) beginTrace(this.trace, handler);
    internals.setTarget(handler, target);
    let hook = "setDefaultHeaders";
    try {
      if (target.setsDefaults) watched(handler, handler.setDefaultHeaders(), hook);
      hook = "initialize";
      if (target.initializes) watched(handler, handler.initialize(target.initArgs), hook);
      if (target.noticesClose) this.exchange.setCloseCallback(() => this.clientLeft());
      hook = "decodeArgument";
      if (match.captured.length > 0 || match.kwargs !== undefined) giveCaptured(handler, match);
      hook = "checkXsrfCookie";
      // A refused request changes nothing; its token may be in the content that was dropped.
      if (application.checksXsrf && !this.unread && !isSafe(request))
        notPromise(handler.checkXsrfCookie() as unknown, hook);
      hook = "prepare";
      const pending = target.prepares ? handler.prepare() : undefined;
      if (isPromiseLike(pending)) {
        this.exchange.keepContext();
        return Promise.resolve(pending).then(
          () => (streaming && !target.pulls ? undefined : this.runMethodSafely(handler)),
          (error: unknown) => this.failed(handler, error, "prepare"),
        );
      }
    } catch (error) {
      this.failed(handler, error, hook);
      return undefined;
    }
    if (!streaming || target.pulls) this.runMethodSafely(handler);
    else this.exchange.keepContext();
    return undefined;
  }

  /** Undefined: the constructor threw. A plain handler answers in its place, and the request is logged and over as any other. */
  private make(request: HTTPServerRequest, { handlerClass }: Target): RequestHandler | undefined {
    try {
      return new handlerClass(this.application, request);
    } catch (error) {
      const substitute = new RequestHandler(this.application, request);
      this.handler = substitute;
      if (this.trace !== undefined) beginTrace(this.trace, substitute);
      this.failed(substitute, error, "constructor", handlerClass.name);
      return undefined;
    }
  }

  private runMethodSafely(handler: RequestHandler): void {
    if (handler.finished) return;
    try {
      this.runMethod(handler);
    } catch (error) {
      this.failed(handler, error, verbOf(handler));
    }
  }

  private runMethod(handler: RequestHandler): void {
    if (internals.targetOf(handler)?.noticesShutdown === true)
      this.exchange.setShutdownCallback(() => this.onServerShutdown(handler));
    const result = callMethod(handler);
    if (!handler.finished && (result !== undefined || !handler.autoFinish)) this.exchange.keepContext();
    if (result === undefined) this.ended(handler);
    else if (isPromiseLike(result)) {
      Promise.resolve(result)
        .then((value) => this.returned(handler, value))
        .catch((error: unknown) => this.failed(handler, error, verbOf(handler)));
    } else this.returned(handler, result)?.catch((error: unknown) => this.failed(handler, error, verbOf(handler)));
  }

  /** A value that a method returned is written; then the request ends. */
  private returned(handler: RequestHandler, value: unknown): Promise<void> | undefined {
    if (handler.finished) return undefined;
    if (value !== undefined) {
      const pending = writeReturned(handler, value);
      if (pending !== undefined) return pending.then(() => this.ended(handler));
    }
    this.ended(handler);
    return undefined;
  }

  /** The request ends, unless it has ended or is to end later. */
  private ended(handler: RequestHandler): void {
    if (handler.finished || !handler.autoFinish) return;
    const pending: unknown = handler.finish();
    if (pending !== undefined) watched(handler, pending, "finish");
  }

  /** Does not throw. */
  private failed(handler: RequestHandler, thrown: unknown, hook: string, handlerClass?: string): void {
    const error = abortReason(caught(thrown));
    if (error instanceof Finish) {
      if (!handler.finished) endRequest(handler, error.chunk);
      return;
    }
    if (this.trace !== undefined && !hasLeft(handler, error)) traceError(this.trace, error);
    failRequest(handler, error, hook, handlerClass);
  }

  private onServerShutdown(handler: RequestHandler): void {
    if (handler.finished) return;
    guard(
      () => this.exchange.scope.runInAsyncScope(handler.onShutdown, handler),
      (error) => this.failed(handler, error, "onShutdown"),
    );
  }

  private clientLeft(): void {
    const { handler } = this;
    if (handler === undefined) return;
    guard(
      () => this.exchange.scope.runInAsyncScope(handler.onConnectionClose, handler),
      (error) => logFailed(handler, error, "onConnectionClose"),
    );
  }
}

/** What a hook returned where the type says void: nothing, or a promise whose rejection fails the request. */
function watched(handler: RequestHandler, result: unknown, hook: string): void {
  if (result !== undefined) watchHook(handler, result, hook);
}

/** The method that answers, by its name in the class. */
const verbOf = ({ request }: RequestHandler): string => request.method.toLowerCase();

/** Functions of node:* that take a signal throw an AbortError, whose cause is why it was aborted. */
const abortReason = (error: unknown): unknown =>
  error instanceof Error && error.name === "AbortError" && error.cause instanceof LandspoutError ? error.cause : error;

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
      return callExtraMethod(handler);
  }
}

function callExtraMethod(handler: RequestHandler): unknown {
  const own = extraMethod(handler, handler.request.method);
  if (own !== undefined) return own.apply(handler, handler.pathArgs as (string | undefined)[]);
  throw new HTTPError(405, { headers: { Allow: allowField(handler) } });
}

/** RFC 9110 §9.2.1 and RFC 10008 §2: these ask for nothing to be changed. */
const isSafe = ({ methodId, method }: HTTPServerRequest): boolean =>
  methodId === M_GET || methodId === M_HEAD || methodId === M_OPTIONS || method === "QUERY" || method === "TRACE";
