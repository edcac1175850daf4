/**
 * Rules: a matcher, what answers the requests it accepts, and a name (Tornado's `Rule` and `URLSpec`). What kinds of target there are is
 * said here; what becomes of each is the routers' business.
 */
import { UsageError } from "../../errors.ts";
import type { HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../../http/interfaces.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { checkOption, text } from "../../options-check.ts";
import type { HandlerClass } from "../handler/host.ts";
import { Matcher, PathMatches } from "./matchers.ts";
import type { Pattern, ReverseArguments } from "../paths/parameters.ts";
import type { MethodFunctions, RouteFunction } from "./function-handler.ts";

/** Finds what answers a request. */
export interface RequestRouter extends HTTPServerConnectionDelegate {
  /** Called when the head of a request is complete; undefined leaves it to later rules. */
  findHandler(request: HTTPServerRequest, serverConnection: object): HTTPMessageDelegate | undefined;
}

/** A router that finds the paths of named rules. */
export interface ReversibleRouter extends RequestRouter {
  /** The path of the rule with that name; undefined where there is none. */
  reverseUrl(name: string, ...args: ReverseArguments<string>): string | undefined;
}

/**
 * What answers the requests of a rule: a handler class, a function or several by method, another router or application, anything that
 * speaks the protocol of connections, or further rules. Classes need an application around their rule.
 */
export type RouteTarget =
  | HandlerClass
  | RouteFunction
  | MethodFunctions
  | RequestRouter
  | HTTPServerConnectionDelegate
  | readonly Route[];

/**
 * `[pattern, target, initArgs?, name?]`, or a Rule. The pattern is a path pattern (`/user/:id`, `/files/*`), a RegExp for the whole path,
 * or a Matcher. `initArgs` go to the handler's `initialize`; with a function they are its FunctionOptions.
 */
export type Route =
  | Rule
  | readonly [
      pattern: Pattern | Matcher,
      target: RouteTarget,
      initArgs?: object | undefined,
      name?: string | undefined,
    ];

/** Requests that a matcher accepts are for a target. */
export class Rule {
  readonly matcher: Matcher;
  readonly target: RouteTarget;
  readonly initArgs: object | undefined;
  readonly name: string | undefined;

  constructor(matcher: Matcher, target: RouteTarget, initArgs?: object, name?: string) {
    if (!(matcher instanceof Matcher)) throw new UsageError("ERR_LANDSPOUT_ROUTE", "a rule needs a Matcher");
    if (name !== undefined && name !== null) checkOption("url", "name", name, text, "ERR_LANDSPOUT_ROUTE");
    this.matcher = matcher;
    this.target = target;
    this.initArgs = initArgs;
    this.name = name;
  }

  /** The path of this rule with values for its captured parts; undefined where its matcher knows of no path. */
  reverse(...args: readonly unknown[]): string | undefined {
    return this.matcher.reverse(...args);
  }

  /** A rule of what stands in a list of routes. @throws UsageError on anything else. */
  static from(route: Route): Rule {
    if (route instanceof Rule) return route;
    const [pattern, target, initArgs, name] = Array.isArray(route) ? (route as Exclude<Route, Rule>) : [undefined];
    if (pattern instanceof Matcher) return new Rule(pattern, target as RouteTarget, initArgs, name);
    if (typeof pattern === "string" || pattern instanceof RegExp)
      return new URLSpec(pattern, target as RouteTarget, initArgs, name);
    throw new UsageError("ERR_LANDSPOUT_ROUTE", "a route is a Rule or [pattern, target, initArgs?, name?]");
  }
}

/** A rule about paths. The compiler knows what its pattern captures. */
export class URLSpec<P extends Pattern = Pattern> extends Rule {
  declare readonly matcher: PathMatches<P>;

  constructor(pattern: P, target: RouteTarget, initArgs?: object, name?: string) {
    super(new PathMatches(pattern), target, initArgs, name);
  }

  get pattern(): P {
    return this.matcher.pattern;
  }
  /** The path with values for what is captured: in order, or in one object by name. */
  override reverse(...args: ReverseArguments<P>): string {
    return this.matcher.reverse(...args);
  }
}

/** A route in Tornado's spelling. */
export function url<const P extends Pattern>(
  pattern: P,
  target: RouteTarget,
  initArgs?: object,
  name?: string,
): URLSpec<P> {
  return new URLSpec(pattern, target, initArgs, name);
}

/**
 * The path of a pattern with values for what it captures: `reverse("/users/:id", { id: 7 })` is `/users/7`.
 * @throws UsageError where values are missing or too many, or the path would lead elsewhere.
 */
export function reverse<const P extends Pattern>(pattern: P, ...args: ReverseArguments<P>): string {
  return new PathMatches(pattern).reverse(...args);
}
