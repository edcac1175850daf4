/**
 * Functions as routes: `(request, ...args) => value`. Each route becomes a handler class once, so that a function runs the same road as a
 * method of a class and costs no more.
 */
import { UsageError } from "../../errors.ts";
import { checkOptions, listOf, text } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import type { HandlerClass } from "../handler/host.ts";
import { RequestHandler } from "../handler/request-handler.ts";
import type { HandlerResult } from "../handler/request-handler.ts";
import type { PathArguments, PathParameters, Pattern } from "../paths/parameters.ts";

/** A request with what its route captured, by name. */
export type RoutedRequest<P extends Pattern = string> = HTTPServerRequest & { readonly params: PathParameters<P> };

/**
 * Answers a request: what it returns is written, as what a method of a handler returns. It gets the request, its content included, and
 * the captured parts of the path. `this` is the handler (in functions that are no arrows), for status, header fields and cookies;
 * a `Response` may be returned in place of them, and an `HTTPError` thrown.
 *
 * In a list of routes the parts are typed as strings. Groups of a RegExp may be undefined: `route` knows.
 */
export type RouteFunction<P extends Pattern = string> = (
  this: FunctionHandler,
  request: RoutedRequest<P>,
  ...args: PathArguments<P>
) => HandlerResult;

/** Functions by the method they answer. */
export interface MethodFunctions<P extends Pattern = string> {
  readonly GET?: RouteFunction<P>;
  /** Without it, HEAD is answered as GET is, without the content. */
  readonly HEAD?: RouteFunction<P>;
  readonly POST?: RouteFunction<P>;
  readonly PUT?: RouteFunction<P>;
  readonly PATCH?: RouteFunction<P>;
  readonly DELETE?: RouteFunction<P>;
  readonly OPTIONS?: RouteFunction<P>;
  /** Others, such as WebDAV's. */
  readonly [method: Uppercase<string>]: RouteFunction<P> | undefined;
}

export interface FunctionOptions {
  /**
   * Methods the function answers; others get 405. Default `["GET"]`, and with it HEAD: a function that did not think of methods changes
   * nothing when it is asked to delete.
   */
  readonly methods?: readonly string[] | undefined;
}

export const FUNCTION_OPTIONS: OptionTable<FunctionOptions> = { methods: listOf(text, 'methods, such as ["GET"]') };

/** The handler a function runs in. */
export class FunctionHandler extends RequestHandler {}

/** Methods that RequestHandler defines. */
const USUAL = new Set(["GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"]);
const NO_PARAMETERS: object = Object.freeze({});

/** A handler class that calls functions. */
export function functionHandler(
  functions: RouteFunction<never> | MethodFunctions<never>,
  options: FunctionOptions = {},
): HandlerClass {
  checkOptions("a function", options, FUNCTION_OPTIONS, "ERR_LANDSPOUT_ROUTE");
  const byMethod =
    typeof functions === "function"
      ? (options.methods ?? ["GET"]).map((method) => [method, functions] as const)
      : Object.entries(functions);
  if (byMethod.length === 0 || (typeof functions !== "function" && options.methods !== undefined)) {
    throw new UsageError("ERR_LANDSPOUT_ROUTE", 'functions need methods, said once: ["GET"] or { GET: … }');
  }
  class Functions extends FunctionHandler {
    static override readonly extraMethods = byMethod.map(([method]) => method).filter((method) => !USUAL.has(method));
  }
  for (const [method, run] of byMethod) {
    if (!/^[A-Z][A-Z0-9-]*$/.test(method) || typeof run !== "function") {
      throw new UsageError("ERR_LANDSPOUT_ROUTE", `${method} with ${typeof run} is no method and function for it`);
    }
    Object.defineProperty(Functions.prototype, method.toLowerCase(), { value: callerOf(run), configurable: true });
  }
  return Functions;
}

type AnyFunction = (
  this: FunctionHandler,
  request: HTTPServerRequest,
  ...args: (string | undefined)[]
) => HandlerResult;

function callerOf(given: RouteFunction<never>): (...args: (string | undefined)[]) => HandlerResult {
  const run = given as AnyFunction;
  return function (this: FunctionHandler, ...args: (string | undefined)[]): HandlerResult {
    const request = this.request as HTTPServerRequest & { params: object };
    if (args.length === 0) {
      request.params = NO_PARAMETERS;
      return run.call(this, request);
    }
    request.params = this.pathKwargs;
    return run.call(this, request, ...args);
  };
}

export const isHandlerClass = (target: unknown): target is HandlerClass =>
  target === RequestHandler || (typeof target === "function" && target.prototype instanceof RequestHandler);
