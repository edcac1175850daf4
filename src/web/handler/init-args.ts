/**
 * Arguments of routes for handlers of this package, checked when the route is made: a misspelt option of a `StaticFileHandler` is found at
 * the start, not by the first request. A class with an `initialize` of its own decides itself what it takes.
 */

/** A handler class by what its `initialize` takes. */
interface Initialized<Args> {
  readonly prototype: { readonly initialize: (args: Args) => void };
}

/** By the method, which subclasses inherit: it is only looked at, never called here. */
const checks = new WeakMap<object, (args: object) => unknown>();

/** From now on the arguments for a class, and for those that inherit its `initialize`, are checked with their route. */
export function checkInitArgs<Args extends object>(
  handlerClass: Initialized<Args>,
  check: (args: Partial<Args>) => unknown,
): void {
  checks.set(handlerClass.prototype.initialize, check);
}

/** @throws UsageError where the arguments are wrong. */
export function checkArgsOf(handlerClass: Initialized<never>, args: object): void {
  checks.get(handlerClass.prototype.initialize)?.(args);
}
