/** `route`: a rule whose pattern the compiler reads, for functions and handler classes. */
import { checkOptions, object, text } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import type { HandlerClass } from "../handler/host.ts";
import type { PathParameters, Pattern } from "../paths/parameters.ts";
import { FUNCTION_OPTIONS, functionHandler, isHandlerClass } from "./function-handler.ts";
import type { FunctionOptions, MethodFunctions, RouteFunction } from "./function-handler.ts";
import { URLSpec } from "./rule.ts";

/** The third and fourth element of a route, by name. */
export interface RouteOptions extends FunctionOptions {
  /** For `reverseUrl`. */
  readonly name?: string | undefined;
  /** For the `initialize` of a handler class. */
  readonly initArgs?: object | undefined;
}

const ROUTE_OPTIONS: OptionTable<RouteOptions> = { ...FUNCTION_OPTIONS, name: text, initArgs: object };

/** Handler classes whose `pathKwargs` the pattern can give. */
type HandlerFor<P extends Pattern, H extends HandlerClass> =
  PathParameters<P> extends InstanceType<H>["pathKwargs"] ? H : never;

/**
 * A route the compiler has read: it knows what the pattern captures, by place and by name.
 *
 * @example
 * const user = route("/users/:id", (request, id) => ({ id, same: request.params.id }));
 * const users = route("/users", { GET: () => list(), POST: (request) => add(request.body) });
 * new Application([user, users]).listen(8888);
 * user.reverse({ id: 7 }); // "/users/7"
 */
export function route<const P extends Pattern>(
  pattern: P,
  functions: RouteFunction<P> | MethodFunctions<P>,
  options?: RouteOptions,
): URLSpec<P>;
export function route<const P extends Pattern, H extends HandlerClass>(
  pattern: P,
  handler: HandlerFor<P, H> & H,
  options?: RouteOptions,
): URLSpec<P>;
export function route<const P extends Pattern>(
  pattern: P,
  target: RouteFunction<never> | MethodFunctions<never> | HandlerClass,
  options: RouteOptions = {},
): URLSpec<P> {
  checkOptions("route", options, ROUTE_OPTIONS, "ERR_LANDSPOUT_ROUTE");
  const { name, initArgs, methods } = options;
  const handler = isHandlerClass(target) ? target : functionHandler(target, methods === undefined ? {} : { methods });
  return new URLSpec(pattern, handler, initArgs, name);
}
