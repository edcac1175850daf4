/**
 * `Application` (Tornado's `tornado.web.Application`): routes and settings, and the delegate of the server that serves them.
 */
import { requestChannels } from "../../diagnostics.ts";
import { UsageError } from "../../errors.ts";
import { toFetchHandler } from "../../http/memory/fetch-handler.ts";
import type { FetchContext, FetchHandler } from "../../http/memory/fetch-handler.ts";
import { HTTPServer } from "../../http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../http/server/httpserver.ts";
import type { Exchange, HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../../http/interfaces.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { loggers } from "../../log.ts";
import { refuseCallback } from "../../net/listen-options.ts";
import { compression } from "../answer/compression.ts";
import { logFailed, logUncaught, summary, watchHook } from "../handler/failures.ts";
import type { HandlerHost } from "../handler/host.ts";
import { stateOf } from "../handler/state.ts";
import { HandlerRun } from "./handler-run.ts";
import { endTrace } from "../handler/request-trace.ts";
import { checkSettings } from "./settings-check.ts";
import type { Settings } from "./settings.ts";
import type { RequestHandler } from "../handler/request-handler.ts";
import { ApplicationRouter } from "./application-router.ts";
import { ErrorHandler, ServerOptionsHandler } from "../routing/basic-handlers.ts";
import { AnyMatches, DefaultHostMatches, HostMatches } from "../routing/matchers.ts";
import { RoutedMessage } from "../routing/messages.ts";
import type { Pattern, ReverseArguments } from "../paths/parameters.ts";
import { PathTable } from "../paths/path-table.ts";
import type { RouteMatch } from "../paths/path-table.ts";
import { Rule } from "../routing/rule.ts";
import type { ReversibleRouter, Route } from "../routing/rule.ts";
import type { OutputTransformFactory } from "../answer/output-transform.ts";
import { StaticFileHandler } from "../static/static-file-handler.ts";
import { staticRoutes } from "./static-routes.ts";
import { targetOf } from "./target-of.ts";
import type { Target } from "../handler/target.ts";

/**
 * Routes requests to handlers. The target of a route is a handler class, a function, functions by method, a router or another
 * application, or a list of routes; the first route that matches answers. An application in an application answers whatever it is
 * given, with its own settings and its own 404 page.
 *
 * @example
 * class MainHandler extends RequestHandler {
 *   get() { this.write("Hello, world"); }
 * }
 * new Application([["/", MainHandler]]).listen(8888);
 */
export class Application implements HandlerHost, HTTPServerConnectionDelegate, ReversibleRouter {
  readonly settings: Settings;
  /** Whether whole answers get an entity tag. */
  readonly etags: boolean;
  /** Whether requests are timed, for the log. */
  readonly timed: boolean;
  /** Whether requests that change something need an XSRF token. */
  readonly checksXsrf: boolean;
  /** What every answer goes through before it is sent. */
  readonly transforms: OutputTransformFactory[] = [];
  readonly defaultHost: string | undefined;
  /** Routes for any host. */
  readonly #routes: ApplicationRouter;
  /** Routes by host, those for any host last. */
  readonly #hosts: ApplicationRouter;
  /** All routes, where every one is a path and a handler: they need no router. */
  #table: PathTable<Target> | undefined;
  readonly #notFound: RouteMatch<Target>;
  #fetch: FetchHandler | undefined = undefined;
  readonly #serverOptions: RouteMatch<Target>;

  /** @throws UsageError on a route that is none, on a setting of another type, and on a name that one of ours was meant by. */
  constructor(routes: Iterable<Route> = [], settings: Settings = {}) {
    checkSettings(settings);
    this.settings =
      settings.debug === true ? { serveTraceback: true, compiledTemplateCache: false, ...settings } : settings;
    this.etags = settings.etags !== false;
    this.timed = settings.accessLog !== false || settings.logFunction !== undefined;
    this.checksXsrf = settings.xsrfCookies === true;
    const { compressResponse } = settings;
    if (compressResponse !== undefined && compressResponse !== false)
      this.addTransform(compression(compressResponse === true ? {} : compressResponse));
    const { defaultHandlerClass, defaultHandlerArgs } = settings;
    const fallback = targetOf(defaultHandlerClass ?? ErrorHandler, defaultHandlerArgs);
    this.#notFound = { target: fallback, captured: [] };
    this.#serverOptions = { target: targetOf(ServerOptionsHandler, undefined), captured: [] };
    this.defaultHost = settings.defaultHost;
    this.#routes = new ApplicationRouter(
      this,
      settings.staticPath === undefined ? routes : [...staticRoutes(settings), ...routes],
    );
    this.#hosts = new ApplicationRouter(this, [new Rule(new AnyMatches(), this.#routes)]);
    this.#table = this.#routes.table;
  }

  /**
   * Serves this application and returns the server; its `port` is the real one after `listen(0)`.
   * Await `server.listening` to know of a failure to bind.
   * @param port 0 to 65535; 0 is any free port. Text of decimal digits is taken as well, as the environment gives it.
   * @throws UsageError `ERR_LANDSPOUT_LISTEN` on a port or address that is none, and on a callback; on a wrong option.
   */
  listen(port: number | string, address?: string | HTTPServerOptions, options: HTTPServerOptions = {}): HTTPServer {
    refuseCallback("listen", port, address, options);
    const inPlace = typeof address === "object" && address !== null;
    const server = new HTTPServer(this, inPlace ? address : options);
    void server.listen(port, inPlace ? undefined : address);
    return server;
  }

  /**
   * Adds routes for a host: a name, `*.example.com`, or a RegExp for the whole name, in lower case and without the port. They are tried
   * before those given to the constructor, and after those added earlier.
   */
  addHandlers(hostPattern: Pattern, routes: Iterable<Route>): void {
    const router = new ApplicationRouter(this, routes);
    this.#hosts.addBeforeLast(new Rule(new HostMatches(hostPattern), router));
    if (this.defaultHost !== undefined)
      this.#routes.addRules([new Rule(new DefaultHostMatches(this, hostPattern), router)]);
    this.#table = undefined;
  }

  startRequest(serverConnection: object, exchange: Exchange): HTTPMessageDelegate {
    return this.#table === undefined
      ? new RoutedMessage(this, serverConnection, exchange)
      : new HandlerRun(this, exchange);
  }
  /** What answers a request: there is always something, a 404 page if nothing else. */
  findHandler(request: HTTPServerRequest, serverConnection: object): HTTPMessageDelegate {
    const found = this.#table === undefined ? this.#hosts.findHandler(request, serverConnection) : undefined;
    return found ?? new HandlerRun(this, request.connection, { request, match: this.match(request) });
  }
  onClose(serverConnection: object): void {
    this.#hosts.onClose(serverConnection);
  }

  /** Adds an output transform; answers go through them in the order they were added. */
  addTransform(factory: OutputTransformFactory): void {
    this.transforms.push(factory);
  }

  /** The URL of a file below `staticPath`, with its version unless told otherwise; see `StaticFileHandler.makeStaticUrl`. */
  staticUrl(path: string, includeVersion = true): string {
    return (this.settings.staticHandlerClass ?? StaticFileHandler).makeStaticUrl(this.settings, path, includeVersion);
  }

  /** Whether a route of this application matches; without one the request would be answered 404. */
  handles(request: HTTPServerRequest): boolean {
    if (this.#table === undefined) return this.#hosts.findHandler(request, this) !== undefined;
    return this.#table.find(request.path) !== undefined;
  }

  /**
   * Answers a `Request` of the Fetch standard, for hosts that speak in those: `Bun.serve({ fetch: (request) => app.fetch(request) })`.
   * It runs through the same parser, limits and writer as a request from a socket.
   */
  fetch(request: Request, context?: FetchContext): Promise<Response> {
    this.#fetch ??= toFetchHandler(this);
    return this.#fetch(request, context);
  }

  /** The route of a request, of those that are a path and a handler; the 404 handler where there is none. */
  match(request: HTTPServerRequest): RouteMatch<Target> {
    const { path } = request;
    return this.#table?.find(path) ?? (path === "*" ? this.#serverOptions : this.#notFound);
  }

  /**
   * The path of the route with that name, with values for what it captures: in order, or in one object by name.
   * @throws UsageError where there is no such route, or the values do not fit it.
   */
  reverseUrl(name: string, ...args: ReverseArguments<string>): string {
    const path = this.findUrl(name, args);
    if (path === undefined) throw new UsageError("ERR_LANDSPOUT_REVERSE", `${name} not found in named urls`);
    return path;
  }
  /** The same for routers around this application: undefined where there is no such route. */
  findUrl(name: string, args: ReverseArguments<string>): string | undefined {
    return this.#hosts.reverseUrl(name, ...args);
  }

  /** Called by a handler whose answer is complete. Does not throw. */
  requestFinished(handler: RequestHandler): void {
    const state = stateOf(handler);
    if (this.timed) {
      state.request.markFinished();
      try {
        const pending: unknown = this.logRequest(handler);
        if (pending !== undefined) watchHook(state, pending, "logRequest");
      } catch (error) {
        logFailed(state, error, "logRequest");
      }
    }
    if (requestChannels.asyncEnd.hasSubscribers) endTrace(state);
    if (state.target?.finishes !== true) return;
    try {
      const pending: unknown = handler.onFinish();
      if (pending !== undefined) watchHook(state, pending, "onFinish");
    } catch (error) {
      logFailed(state, error, "onFinish");
    }
  }

  /** Writes the line of a request: `200 GET /path (127.0.0.1) 1.23ms`; warning from 400, error from 500. */
  logRequest(handler: RequestHandler): void {
    const { accessLog, logFunction } = this.settings;
    if (logFunction !== undefined) return logFunction(handler);
    if (accessLog !== false) {
      const status = handler.getStatus();
      const state = stateOf(handler);
      const line = `${status} ${summary(state)} ${(state.request.requestTime() * 1000).toFixed(2)}ms`;
      if (status < 400) loggers.access.info(line);
      else if (status < 500) loggers.access.warn(line);
      else loggers.access.error(line);
    }
  }

  /** Logs what a handler threw: an HTTPError in one line, and only if it has a text for the log; others with their stack. */
  logException(handler: RequestHandler, error: unknown): void {
    logUncaught(stateOf(handler), error);
  }
}

declare module "../handler/class-types.ts" {
  interface ClassTypes {
    application: Application;
  }
}
