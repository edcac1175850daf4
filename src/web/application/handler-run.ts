/**
 * The life of one request in the framework: content collected, handler made, `initialize`, `prepare`, the method, `finish`, and
 * what becomes of exceptions. The synchronous road makes no promise; promises appear where a handler returns one.
 */
import { isTraced, requestChannels } from "../../diagnostics.ts";
import { ContentBuffer } from "../../http/message/content-buffer.ts";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import type { Exchange, HTTPMessageDelegate, RequestStartLine } from "../../http/interfaces.ts";
import { HTTPServerRequest } from "../../http/request.ts";
import { guard, isPromiseLike, notPromise } from "../../user-code.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { M_DELETE, M_GET, M_HEAD, M_OPTIONS, M_PATCH, M_POST, M_PUT } from "../../parser/abi.ts";
import { failByThrown, logFailed, watchHook } from "../handler/failures.ts";
import { NO_ARGUMENTS, stateOf } from "../handler/state.ts";
import type { HandlerState } from "../handler/state.ts";
import { giveCaptured } from "../handler/captured.ts";
import type { RouteMatch } from "../paths/path-table.ts";
import type { Application, HandlerHost } from "../handler/host.ts";
import { contentOf } from "../handler/request-content.ts";
import { beginTrace } from "../handler/request-trace.ts";
import type { RequestTrace } from "../handler/request-trace.ts";
import { HTTPError } from "../handler/http-error.ts";
import { writeReturned } from "../handler/return-value.ts";
import { allowField, RequestHandler } from "../handler/request-handler.ts";
import type { Target } from "../handler/target.ts";
import { extraMethod, isRefusedUnread } from "./unread-content.ts";

/** What running handlers needs of an application, besides what they need themselves. */
export interface RunHost extends HandlerHost {
  /** Whether requests are timed, for the log. */
  readonly timed: boolean;
  /** Whether requests that change something need an XSRF token. */
  readonly checksXsrf: boolean;
  /** The route of a request; there is always one, a 404 page if nothing else. */
  match(request: HTTPServerRequest): RouteMatch<Target>;
}

interface Routed {
  readonly request: HTTPServerRequest;
  readonly match: RouteMatch<Target>;
}

export class HandlerRun implements HTTPMessageDelegate {
  private readonly application: RunHost;
  private readonly exchange: Exchange;
  private request: HTTPServerRequest | undefined = undefined;
  private content: ContentBuffer | undefined = undefined;
  private match: RouteMatch<Target> | undefined = undefined;
  private state: HandlerState | undefined = undefined;
  private trace: RequestTrace | undefined = undefined;
  /** A handler made for a request with content, before any of it has come. */
  private made: HandlerState | undefined = undefined;
  /** The request is refused whatever its content is, which is dropped. */
  private unread = false;

  /** @param routed The request and its route, where a router has looked already. */
  constructor(application: RunHost, exchange: Exchange, routed?: Routed) {
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
    this.unread = isRefusedUnread(match.target, this.made.handler);
    return this.unread && !this.exchange.contentIsShort ? this.begin(request, match, false) : undefined;
  }

  dataReceived(chunk: Uint8Array): Promise<void> | void {
    const { state } = this;
    if (this.unread) return undefined;
    if (state === undefined) (this.content ??= new ContentBuffer()).add(chunk);
    else if (state.target?.pulls === true) return contentOf(state).push(chunk);
    else return this.passOn(state, chunk);
    return undefined;
  }
  onConnectionClose(error?: Error): void {
    this.content = undefined;
    const { state } = this;
    if (state !== undefined && state.target?.pulls === true) contentOf(state).abort(new StreamClosedError(error));
  }

  finish(): void {
    const { state } = this;
    if (state !== undefined) {
      if (this.unread) return;
      if (state.target?.pulls === true) contentOf(state).end();
      else this.runMethodSafely(state);
      return;
    }
    const request = this.request as HTTPServerRequest;
    if (this.content !== undefined) request.body = this.content.take();
    void this.begin(request, this.match as RouteMatch<Target>, false);
  }

  /** Gives a piece of content to a handler that takes it as it comes. */
  private passOn(state: HandlerState, chunk: Uint8Array): Promise<void> | void {
    const { handler } = state;
    if (handler.finished) return undefined;
    try {
      const pending = handler.dataReceived(chunk);
      if (!isPromiseLike(pending)) return undefined;
      return Promise.resolve(pending).catch((error: unknown) => this.failed(state, error, "dataReceived"));
    } catch (error) {
      this.failed(state, error, "dataReceived");
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
    const state = this.made ?? this.make(request, target);
    if (state === undefined) return undefined;
    this.state = state;
    if (this.trace !== undefined) beginTrace(this.trace, state);
    state.target = target;
    const { handler } = state;
    let hook = "setDefaultHeaders";
    try {
      if (target.setsDefaults) watched(state, handler.setDefaultHeaders(), hook);
      hook = "initialize";
      if (target.initializes) watched(state, handler.initialize(target.initArgs), hook);
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
          () => (streaming && !target.pulls ? undefined : this.runMethodSafely(state)),
          (error: unknown) => this.failed(state, error, "prepare"),
        );
      }
    } catch (error) {
      this.failed(state, error, hook);
      return undefined;
    }
    if (!streaming || target.pulls) this.runMethodSafely(state);
    else this.exchange.keepContext();
    return undefined;
  }

  /** Undefined: the constructor threw. A plain handler answers in its place, and the request is logged and over as any other. */
  private make(request: HTTPServerRequest, { handlerClass }: Target): HandlerState | undefined {
    // What implements the interface is an Application.
    const application = this.application as Application;
    try {
      return stateOf(new handlerClass(application, request));
    } catch (error) {
      const substitute = stateOf(new RequestHandler(application, request));
      this.state = substitute;
      if (this.trace !== undefined) beginTrace(this.trace, substitute);
      this.failed(substitute, error, "constructor", handlerClass.name);
      return undefined;
    }
  }

  private runMethodSafely(state: HandlerState): void {
    if (state.handler.finished) return;
    try {
      this.runMethod(state);
    } catch (error) {
      this.failed(state, error, verbOf(state));
    }
  }

  private runMethod(state: HandlerState): void {
    const { handler, target } = state;
    if (target?.noticesShutdown === true) this.exchange.setShutdownCallback(() => this.onServerShutdown(state));
    const result = callMethod(handler, state.request);
    if (result === undefined) {
      if (handler.finished) return;
      if (handler.autoFinish) finishNow(state);
      else this.exchange.keepContext();
      return;
    }
    if (!handler.finished) this.exchange.keepContext();
    if (isPromiseLike(result)) {
      Promise.resolve(result)
        .then((value) => this.returned(state, value))
        .catch((error: unknown) => this.failed(state, error, verbOf(state)));
    } else this.returned(state, result)?.catch((error: unknown) => this.failed(state, error, verbOf(state)));
  }

  /** A value that a method returned is written; then the request ends. */
  private returned(state: HandlerState, value: unknown): Promise<void> | undefined {
    const { handler } = state;
    if (handler.finished) return undefined;
    if (value !== undefined) {
      const pending = writeReturned(handler, value);
      if (pending !== undefined) return pending.then(() => finishUnlessLater(state));
    }
    finishUnlessLater(state);
    return undefined;
  }

  /** Does not throw. */
  private failed(state: HandlerState, thrown: unknown, hook: string, handlerClass?: string): void {
    failByThrown(state, thrown, hook, handlerClass);
  }

  private onServerShutdown(state: HandlerState): void {
    const { handler } = state;
    if (handler.finished) return;
    guard(
      () => this.exchange.scope.runInAsyncScope(handler.onShutdown, handler),
      (error) => this.failed(state, error, "onShutdown"),
    );
  }

  private clientLeft(): void {
    const { state } = this;
    if (state === undefined) return;
    const { handler } = state;
    guard(
      () => this.exchange.scope.runInAsyncScope(handler.onConnectionClose, handler),
      (error) => logFailed(state, error, "onConnectionClose"),
    );
  }
}

/** What a hook returned where the type says void: nothing, or a promise whose rejection fails the request. */
function watched(state: HandlerState, result: unknown, hook: string): void {
  if (result !== undefined) watchHook(state, result, hook);
}

/** The request ends, unless it has ended or is to end later. */
function finishUnlessLater(state: HandlerState): void {
  const { handler } = state;
  if (!handler.finished && handler.autoFinish) finishNow(state);
}

function finishNow(state: HandlerState): void {
  const pending: unknown = state.handler.finish();
  if (pending !== undefined) watched(state, pending, "finish");
}

/** The method that answers, by its name in the class. */
const verbOf = ({ request }: HandlerState): string => request.method.toLowerCase();

function callMethod(handler: RequestHandler, request: HTTPServerRequest): unknown {
  const args = handler.pathArgs;
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
