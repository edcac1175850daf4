/**
 * `Application` (Tornado's `tornado.web.Application`): routes and settings, and the delegate of the server that serves them.
 */
import { UsageError } from "../errors.ts";
import { RemoteProtocolError } from "../http/errors.ts";
import type { HTTP1Exchange } from "../http/http1exchange.ts";
import { HTTPServer } from "../http/httpserver.ts";
import type { HTTPServerOptions } from "../http/httpserver.ts";
import type { HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../http/interfaces.ts";
import type { HTTPServerRequest } from "../http/request.ts";
import { describeError, loggers } from "../log.ts";
import { compression } from "./compression.ts";
import type { CompressionOptions } from "./compression.ts";
import { HandlerRun } from "./handler-run.ts";
import { HTTPError } from "./http-error.ts";
import { RequestHandler } from "./request-handler.ts";
import { Router } from "./router.ts";
import type { RouteMatch } from "./router.ts";
import { streamsRequestBody } from "./decorators.ts";
import type { OutputTransformFactory } from "./output-transform.ts";
import type { CookieSecret } from "./signed-value.ts";
import type { SetCookieOptions } from "../http/set-cookie.ts";
import { newMemo } from "./send-whole.ts";
import type { AnswerMemo } from "./send-whole.ts";

export type HandlerClass = new (application: Application, request: HTTPServerRequest) => RequestHandler;

/** `[pattern, HandlerClass, initArgs?, name?]`: a path pattern (`/user/:id`, `/files/*`) or a RegExp for the whole path. */
export type Route = readonly [
  pattern: string | RegExp,
  handler: HandlerClass,
  initArgs?: object | undefined,
  name?: string | undefined,
];

/** The same as a route, in Tornado's spelling. */
export function url(pattern: string | RegExp, handler: HandlerClass, initArgs?: object, name?: string): Route {
  return [pattern, handler, initArgs, name];
}

export interface Settings {
  /** One line per request on the access logger. Default true. */
  accessLog?: boolean;
  /** Called in place of that line when an answer is complete. */
  logFunction?: (handler: RequestHandler) => void;
  /** Entity tags on answers to GET that are sent whole. Default true. */
  etags?: boolean;
  /** Answers what no route matches; default: a 404 page. */
  defaultHandlerClass?: HandlerClass;
  defaultHandlerArgs?: object;
  /** Sets `serveTraceback`, where that is not set. Default false. */
  debug?: boolean;
  /** Error pages show the exception, its source lines and the request. Never in production. Default: `debug`. */
  serveTraceback?: boolean;
  /** Answers are compressed where client and content allow it. Default false. */
  compressResponse?: boolean | CompressionOptions;
  /** Signs cookies: one secret, or several by key version. Make it with `crypto.randomBytes(32)`, and keep it. */
  cookieSecret?: CookieSecret;
  /** Which of several secrets signs. */
  keyVersion?: number;
  /** Requests that change something must bring the XSRF token of their cookie. Default false. */
  xsrfCookies?: boolean;
  /** Format of the token, 1 or 2, the default. */
  xsrfCookieVersion?: number;
  /** Default `_xsrf`. */
  xsrfCookieName?: string;
  xsrfCookieOptions?: SetCookieOptions;
  /**
   * With `xsrfCookies`: what the browser says of where a request comes from (`Sec-Fetch-Site`, `Origin`) is checked, and where it
   * vouches for this site no token is needed. Default false.
   */
  xsrfFetchMetadata?: boolean;
  /** Where `authenticated` sends those who have to log in. */
  loginUrl?: string;
  /** Whatever else the program wants its handlers to find. */
  [name: string]: unknown;
}

/** A handler class with what is known about it before any request: hooks it does not define are not called. */
export interface Target {
  readonly handlerClass: HandlerClass;
  readonly initArgs: object;
  readonly initializes: boolean;
  readonly prepares: boolean;
  readonly noticesClose: boolean;
  readonly setsDefaults: boolean;
  readonly finishes: boolean;
  /** The class takes content as it comes. */
  readonly streams: boolean;
  readonly memo: AnswerMemo;
}

function targetOf(handlerClass: HandlerClass, initArgs: object | undefined): Target {
  if (handlerClass !== RequestHandler && !(handlerClass?.prototype instanceof RequestHandler)) {
    throw new UsageError(
      "ERR_LANDSPOUT_ROUTE",
      "the second element of a route must be RequestHandler or a subclass of it",
    );
  }
  const own = handlerClass.prototype as RequestHandler;
  const base = RequestHandler.prototype;
  return {
    handlerClass,
    initArgs: initArgs ?? {},
    initializes: own.initialize !== base.initialize,
    prepares: own.prepare !== base.prepare,
    noticesClose: own.onConnectionClose !== base.onConnectionClose,
    setsDefaults: own.setDefaultHeaders !== base.setDefaultHeaders,
    finishes: own.onFinish !== base.onFinish,
    streams: streamsRequestBody(handlerClass),
    memo: newMemo(),
  };
}

/** Answers every method with one status. */
class ErrorHandler extends RequestHandler {
  #status = 404;
  override initialize(args: { status?: number }): void {
    this.#status = args.status ?? 404;
  }
  override prepare(): void {
    throw new HTTPError(this.#status);
  }
  /** What is answered with an error changes nothing. */
  override checkXsrfCookie(): void {}
}

/** RFC 9110 §9.3.7: `OPTIONS *` asks about the server in general. */
class ServerOptionsHandler extends RequestHandler {
  override options(): void {
    this.setStatus(204);
    this.setHeader("Allow", "GET, HEAD, POST, DELETE, PATCH, PUT, OPTIONS");
  }
}

/**
 * Routes requests to handlers.
 *
 * @example
 * class MainHandler extends RequestHandler {
 *   get() { this.write("Hello, world"); }
 * }
 * new Application([["/", MainHandler]]).listen(8888);
 */
export class Application implements HTTPServerConnectionDelegate {
  readonly settings: Settings;
  /** Whether whole answers get an entity tag. */
  readonly etags: boolean;
  /** Whether requests are timed, for the log. */
  readonly timed: boolean;
  /** Whether requests that change something need an XSRF token. */
  readonly checksXsrf: boolean;
  /** What every answer goes through before it is sent. */
  readonly transforms: OutputTransformFactory[] = [];
  readonly #router = new Router<Target>();
  readonly #notFound: RouteMatch<Target>;

  constructor(routes: Iterable<Route> = [], settings: Settings = {}) {
    this.settings = settings.debug === true ? { serveTraceback: true, ...settings } : settings;
    this.etags = settings.etags !== false;
    this.timed = settings.accessLog !== false || settings.logFunction !== undefined;
    this.checksXsrf = settings.xsrfCookies === true;
    const { compressResponse } = settings;
    if (compressResponse !== undefined && compressResponse !== false)
      this.addTransform(compression(compressResponse === true ? {} : compressResponse));
    const { defaultHandlerClass, defaultHandlerArgs } = settings;
    const fallback = targetOf(defaultHandlerClass ?? ErrorHandler, defaultHandlerArgs);
    this.#notFound = { target: fallback, captured: [] };
    for (const [pattern, handler, initArgs] of routes) this.#router.add(pattern, targetOf(handler, initArgs));
    this.#router.add("*", targetOf(ServerOptionsHandler, undefined));
  }

  /**
   * Serves this application and returns the server; its `port` is the real one after `listen(0)`.
   * Await `server.listening` to know of a failure to bind.
   */
  listen(port: number, address?: string | HTTPServerOptions, options: HTTPServerOptions = {}): HTTPServer {
    const server = new HTTPServer(this, typeof address === "object" ? address : options);
    void server.listen(port, typeof address === "string" ? address : undefined);
    return server;
  }

  startRequest(_serverConnection: object, exchange: HTTP1Exchange): HTTPMessageDelegate {
    return new HandlerRun(this, exchange);
  }

  /** Adds an output transform; answers go through them in the order they were added. */
  addTransform(factory: OutputTransformFactory): void {
    this.transforms.push(factory);
  }

  /** The route of a request; the 404 handler where there is none. */
  match(request: HTTPServerRequest): RouteMatch<Target> {
    return this.#router.find(request.path) ?? this.#notFound;
  }

  /** Called by a handler whose answer is complete. */
  requestFinished(handler: RequestHandler): void {
    if (this.timed) {
      handler.request.markFinished();
      this.logRequest(handler);
    }
    try {
      if (handler.target?.finishes === true) handler.onFinish();
    } catch (error) {
      this.logException(handler, error);
    }
  }

  /** Writes the line of a request: `200 GET /path (127.0.0.1) 1.23ms`; warning from 400, error from 500. */
  logRequest(handler: RequestHandler): void {
    const { accessLog, logFunction } = this.settings;
    if (logFunction !== undefined) logFunction(handler);
    else if (accessLog !== false) {
      const status = handler.getStatus();
      const line = `${status} ${summary(handler)} ${(handler.request.requestTime() * 1000).toFixed(2)}ms`;
      if (status < 400) loggers.access.info(line);
      else if (status < 500) loggers.access.warn(line);
      else loggers.access.error(line);
    }
  }

  /** Logs what a handler threw: an HTTPError in one line, and only if it has a text for the log; others with their stack. */
  logException(handler: RequestHandler, error: unknown): void {
    if (error instanceof HTTPError) {
      if (error.logMessage !== undefined)
        loggers.general.warn(`${error.status} ${summary(handler)}: ${error.logMessage}`);
    } else if (error instanceof RemoteProtocolError) {
      loggers.general.info(`${error.status} ${summary(handler)}: ${error.message}`);
    } else loggers.application.error(`Uncaught exception ${summary(handler)}\n${describeError(error)}`);
  }
}

const summary = ({ request }: RequestHandler): string => `${request.method} ${request.uri} (${request.remoteIp})`;
