/**
 * The rules of an application: a RuleRouter that takes handler classes and functions besides, and finds runs of rules about paths in one
 * look-up however many they are. Where all rules are of that kind (`table`), the application asks the table and nothing else.
 */
import type { HTTPMessageDelegate } from "../../http/interfaces.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { HandlerRun } from "./handler-run.ts";
import type { RunHost } from "./handler-run.ts";
import { targetOf } from "./target-of.ts";
import type { Target } from "../handler/target.ts";
import { functionHandler, isHandlerClass } from "../routing/function-handler.ts";
import type { FunctionOptions, MethodFunctions, RouteFunction } from "../routing/function-handler.ts";
import { PathMatches } from "../routing/matchers.ts";
import type { MatchResult } from "../routing/matchers.ts";
import type { Pattern } from "../paths/parameters.ts";
import { PathTable } from "../paths/path-table.ts";
import { isClass, isConnectionDelegate, ReversibleRuleRouter, withTarget } from "../routing/router.ts";
import type { RequestRouter, Route, RouteTarget, Rule } from "../routing/rule.ts";

/** What is searched in one step: rules about paths that end the search, or a rule of another kind. */
type Step = PathTable<Target> | Rule;

export class ApplicationRouter extends ReversibleRuleRouter {
  readonly #application: RunHost;
  /** Targets of the rules that have one. */
  readonly #targets = new Map<Rule, Target>();
  #steps: Step[] | undefined = undefined;

  constructor(application: RunHost, routes: Iterable<Route> = []) {
    super();
    this.#application = application;
    this.addRules(routes);
  }

  override addRules(routes: Iterable<Route>): void {
    super.addRules(routes);
    this.#steps = undefined;
  }
  /** Puts a rule in front of the last one. */
  addBeforeLast(route: Route): void {
    this.addRules([route]);
    this.rules.splice(-2, 2, ...this.rules.slice(-2).reverse());
  }

  protected override processRule(given: Rule): Rule {
    let rule = super.processRule(given);
    const { target, initArgs } = rule;
    if (isHandlerClass(target)) this.#targets.set(rule, targetOf(target, initArgs, namesOf(rule)));
    else if (!isConnectionDelegate(target)) {
      const handler = functionHandler(target as RouteFunction | MethodFunctions, initArgs as FunctionOptions);
      rule = withTarget(rule, handler);
      this.#targets.set(rule, targetOf(handler, undefined, namesOf(rule)));
    }
    return rule;
  }
  protected override nestedRouter(routes: readonly Route[]): RequestRouter {
    return new ApplicationRouter(this.#application, routes);
  }
  protected override takes(target: RouteTarget): boolean {
    if (isHandlerClass(target)) return true;
    if (typeof target === "function") return !isClass(target);
    return typeof target === "object" && target !== null && isPlain(target) && Object.keys(target).length > 0;
  }
  protected override takesWhat(): string {
    return "give RequestHandler or a subclass of it, a function, functions by method, a router or application, or a list of routes";
  }

  /** All rules, where every one is a path and a handler. */
  get table(): PathTable<Target> | undefined {
    const [first, second] = this.#inSteps();
    if (first === undefined) return new PathTable();
    return second === undefined && first instanceof PathTable ? first : undefined;
  }

  #inSteps(): Step[] {
    if (this.#steps !== undefined) return this.#steps;
    const steps: Step[] = [];
    for (const rule of this.rules) {
      const target = this.#targets.get(rule);
      const { matcher } = rule;
      // A subclass may match otherwise.
      if (target === undefined || matcher.constructor !== PathMatches) {
        steps.push(rule);
        continue;
      }
      let table = steps.at(-1);
      if (!(table instanceof PathTable)) steps.push((table = new PathTable()));
      table.add((matcher as PathMatches<Pattern>).pattern, target);
    }
    this.#steps = steps;
    return steps;
  }

  override findHandler(request: HTTPServerRequest, serverConnection: object): HTTPMessageDelegate | undefined {
    for (const step of this.#inSteps()) {
      if (step instanceof PathTable) {
        const match = step.find(request.path);
        if (match !== undefined) return new HandlerRun(this.#application, request.connection, { request, match });
      } else {
        const found = this.tryRule(step, request, serverConnection);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  protected override getTargetDelegate(
    rule: Rule,
    request: HTTPServerRequest,
    result: MatchResult,
    serverConnection: object,
  ): HTTPMessageDelegate | undefined {
    const target = this.#targets.get(rule);
    if (target === undefined) return super.getTargetDelegate(rule, request, result, serverConnection);
    const { pathArgs = [], pathKwargs, encoded = false } = result;
    const match = { target, captured: pathArgs, kwargs: pathKwargs, encoded };
    return new HandlerRun(this.#application, request.connection, { request, match });
  }
}

const isPlain = (target: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(target);
  return prototype === Object.prototype || prototype === null;
};

function namesOf({ matcher }: Rule): readonly (string | undefined)[] {
  return matcher instanceof PathMatches ? matcher.names : [];
}
