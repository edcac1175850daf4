/**
 * Routers (Tornado's `tornado.routing`): they look at the head of a request and find what answers it. A router can be given to an
 * HTTPServer, to an Application as the target of a route, and to another router. Nothing here knows RequestHandler.
 */
import { UsageError } from "../../errors.ts";
import type { Exchange, HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../../http/interfaces.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { CallbackMessage } from "../../http/delegates.ts";
import type { RequestCallback } from "../../http/delegates.ts";
import { loggers } from "../../log.ts";
import { guard, logFailure, notPromise } from "../../user-code.ts";
import type { MatchResult } from "./matchers.ts";
import { RoutedMessage } from "./messages.ts";
import type { ReverseArguments } from "../paths/parameters.ts";
import { Rule } from "./rule.ts";
import type { RequestRouter, ReversibleRouter, Route, RouteTarget } from "./rule.ts";

/** Finds what answers a request; to be extended. */
export abstract class Router implements RequestRouter {
  /**
   * Called when the head of a request is complete. Undefined leaves the request to later rules; where there are none it is answered 404,
   * without content.
   */
  abstract findHandler(request: HTTPServerRequest, serverConnection: object): HTTPMessageDelegate | undefined;

  startRequest(serverConnection: object, exchange: Exchange): HTTPMessageDelegate {
    return new RoutedMessage(this, serverConnection, exchange);
  }
}

/**
 * A router of a function that makes a message delegate for a request, or leaves it to later rules.
 *
 * @example
 * [new MethodMatches("PUT"), toRouter((request) => new Upload(request))]
 */
export function toRouter(
  find: (request: HTTPServerRequest, serverConnection: object) => HTTPMessageDelegate | null | undefined,
): Router {
  return new FunctionRouter(find);
}

class FunctionRouter extends Router {
  readonly #find: Parameters<typeof toRouter>[0];
  constructor(find: Parameters<typeof toRouter>[0]) {
    super();
    this.#find = find;
  }
  override findHandler(request: HTTPServerRequest, serverConnection: object): HTTPMessageDelegate | undefined {
    return this.#find(request, serverConnection) ?? undefined;
  }
}

const isObject = (target: unknown): target is object => typeof target === "object" && target !== null;
const isRouter = (target: unknown): target is RequestRouter =>
  isObject(target) && "findHandler" in target && typeof target.findHandler === "function";
export const isConnectionDelegate = (target: unknown): target is HTTPServerConnectionDelegate =>
  isObject(target) && "startRequest" in target && typeof target.startRequest === "function";
const isReversible = (target: unknown): target is ReversibleRouter =>
  isRouter(target) && "reverseUrl" in target && typeof target.reverseUrl === "function";
/** An application: its `reverseUrl` is for programs, and throws. */
const isSearchable = (
  target: unknown,
): target is { findUrl(name: string, args: ReverseArguments<string>): string | undefined } =>
  isRouter(target) && "findUrl" in target && typeof target.findUrl === "function";

/**
 * Tries rules in their order. A rule whose target is a router that finds nothing does not end the search.
 *
 * Outside of an Application the targets are routers, connection delegates, lists of rules, and functions that are called with the
 * complete request and answer on its connection, as those given to an HTTPServer.
 *
 * @example
 * new HTTPServer(new RuleRouter([
 *   [new HostMatches("api.example.com"), apiApp],
 *   ["/health", { startRequest: (_, exchange) => new Health(exchange) }],
 *   [new AnyMatches(), siteApp],
 * ]));
 */
export class RuleRouter extends Router {
  readonly rules: Rule[] = [];
  /** Which delegates saw requests of a connection, and want to know when it closes. */
  readonly #told = new WeakMap<object, Set<HTTPServerConnectionDelegate>>();

  constructor(routes?: Iterable<Route>) {
    super();
    if (routes !== undefined) this.addRules(routes);
  }

  /** Appends rules. */
  addRules(routes: Iterable<Route>): void {
    for (const route of routes) this.rules.push(this.processRule(Rule.from(route)));
  }

  /** Called with each rule that is added; what it returns is added in its place. */
  protected processRule(rule: Rule): Rule {
    const { target, initArgs } = rule;
    if ((Array.isArray(target) || isConnectionDelegate(target)) && Object.keys(initArgs ?? {}).length > 0) {
      throw new UsageError("ERR_LANDSPOUT_ROUTE", `${describe(target)} takes no arguments: only handlers do`);
    }
    if (Array.isArray(target)) return withTarget(rule, this.nestedRouter(target as readonly Route[]));
    if (isConnectionDelegate(target) || this.takes(target)) return rule;
    throw new UsageError(
      "ERR_LANDSPOUT_ROUTE",
      `${describe(target)} cannot be the target of a route here: ${this.takesWhat()}`,
    );
  }
  /** A router of the rules that are the target of one. */
  protected nestedRouter(routes: readonly Route[]): RequestRouter {
    return new RuleRouter(routes);
  }
  /** Whether there is something to be done with a target that speaks no protocol of its own. */
  protected takes(target: RouteTarget): boolean {
    return typeof target === "function" && !isClass(target);
  }
  protected takesWhat(): string {
    return "give a router, a connection delegate, a function or a list of rules. Handler classes need an Application";
  }

  override findHandler(request: HTTPServerRequest, serverConnection: object): HTTPMessageDelegate | undefined {
    for (const rule of this.rules) {
      const found = this.tryRule(rule, request, serverConnection);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  /** A matcher or a router that says null says as much as with undefined. */
  protected tryRule(rule: Rule, request: HTTPServerRequest, serverConnection: object): HTTPMessageDelegate | undefined {
    const result = notPromise(rule.matcher.match(request), "match of a rule") ?? undefined;
    if (result === undefined) return undefined;
    return this.getTargetDelegate(rule, request, result, serverConnection) ?? undefined;
  }

  /** What answers a request that a rule accepts. May be overridden, for targets of other kinds. */
  protected getTargetDelegate(
    { target }: Rule,
    request: HTTPServerRequest,
    _result: MatchResult,
    serverConnection: object,
  ): HTTPMessageDelegate | undefined {
    if (isConnectionDelegate(target) && target.onClose !== undefined) this.#remember(serverConnection, target);
    if (isRouter(target)) return notPromise(target.findHandler(request, serverConnection), "findHandler");
    if (isConnectionDelegate(target)) return target.startRequest(serverConnection, request.connection);
    if (typeof target === "function")
      return new CallbackMessage(target as unknown as RequestCallback, request.connection, request);
    return undefined;
  }

  #remember(serverConnection: object, target: HTTPServerConnectionDelegate): void {
    const known = this.#told.get(serverConnection);
    if (known === undefined) this.#told.set(serverConnection, new Set([target]));
    else known.add(target);
  }
  /** Tells the targets that were given requests of this connection. */
  onClose(serverConnection: object): void {
    const known = this.#told.get(serverConnection);
    this.#told.delete(serverConnection);
    if (known === undefined) return;
    for (const target of known)
      guard(
        () => target.onClose?.(serverConnection),
        (error) => logFailure(`onClose of ${describe(target)}`, error),
      );
  }
}

/** A RuleRouter whose rules have names, and which makes their paths. Routers among its targets are asked too. */
export class ReversibleRuleRouter extends RuleRouter implements ReversibleRouter {
  // No initial value: the rules are added before it would be set.
  declare private named: Map<string, Rule> | undefined;

  protected override processRule(given: Rule): Rule {
    const rule = super.processRule(given);
    if (rule.name !== undefined) {
      this.named ??= new Map();
      if (this.named.has(rule.name))
        loggers.application.warn(`Several routes are named ${rule.name}; the last one counts`);
      this.named.set(rule.name, rule);
    }
    return rule;
  }
  protected override nestedRouter(routes: readonly Route[]): RequestRouter {
    return new ReversibleRuleRouter(routes);
  }

  reverseUrl(name: string, ...args: ReverseArguments<string>): string | undefined {
    const named = this.named?.get(name);
    if (named !== undefined) return named.reverse(...args);
    for (const { target } of this.rules) {
      const path = isSearchable(target)
        ? target.findUrl(name, args)
        : isReversible(target)
          ? target.reverseUrl(name, ...args)
          : undefined;
      if (path !== undefined && path !== null) return path;
    }
    return undefined;
  }
}

/** The same rule with another target. */
export const withTarget = (rule: Rule, target: RouteTarget): Rule =>
  new Rule(rule.matcher, target, rule.initArgs, rule.name);

export const isClass = (value: unknown): boolean =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

function describe(target: unknown): string {
  if (typeof target === "function") return isClass(target) ? `the class ${target.name}` : `the function ${target.name}`;
  return isObject(target) ? "this object" : String(target);
}
