/** `landspout/routing`: rules, matchers and routers, and functions as routes. */
export {
  AllMatch,
  AnyMatches,
  DefaultHostMatches,
  HostMatches,
  Matcher,
  MethodMatches,
  PathMatches,
} from "./matchers.ts";
export type { MatchResult } from "./matchers.ts";
export { ReversibleRuleRouter, Router, RuleRouter, toRouter } from "./router.ts";
export { reverse, Rule, url, URLSpec } from "./rule.ts";
export type { RequestRouter, ReversibleRouter, Route, RouteTarget } from "./rule.ts";
export { FunctionHandler } from "./function-handler.ts";
export type { FunctionOptions, MethodFunctions, RoutedRequest, RouteFunction } from "./function-handler.ts";
export { route } from "./route.ts";
export type { RouteOptions } from "./route.ts";
export { ErrorHandler, FallbackHandler } from "./basic-handlers.ts";
export { RedirectHandler } from "./redirect-handler.ts";
export type { RedirectArguments } from "./redirect-handler.ts";
export type {
  ParameterNames,
  PathArguments,
  PathParameters,
  PathValue,
  Pattern,
  ReverseArguments,
} from "../paths/parameters.ts";
