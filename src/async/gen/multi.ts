/** Several yieldables at a time, for code outside of generators, too. */
import type { Future } from "../concurrent/future.ts";
import { BadYieldError } from "./errors.ts";
import { multiOf } from "./convert.ts";
import type { Results, Yieldable } from "./convert.ts";
import type { Quiet } from "./quiet.ts";
import { StartedPoint, Wait } from "./yield-points.ts";
import type { YieldPoint } from "./yield-points.ts";
import { anything, checkOptions } from "../../options-check.ts";

export interface QuietOptions {
  /** Exceptions that are not logged where another one is thrown, or time has run out. */
  readonly quietExceptions?: Quiet;
}
const OPTIONS = { quietExceptions: anything };

export function quietOf(owner: string, options: QuietOptions | undefined): Quiet | undefined {
  if (options !== undefined) checkOptions(owner, options, OPTIONS);
  return options?.quietExceptions;
}

/**
 * The results of a list or an object of yieldables, in the same shape. It waits for all of them, also after one has failed, as in Tornado; then
 * the first exception in their order is thrown, and the others are logged. `Promise.all` is the other thing: it rejects at once.
 *
 * @example
 * const { user, news } = await gen.multi({ user: findUser(id), news: findNews() });
 */
export function multi<const T extends readonly Yieldable[] | { readonly [name: string]: Yieldable }>(
  children: T,
  options?: QuietOptions,
): Promise<Results<T>> {
  const quiet = quietOf("gen.multi", options);
  if (typeof children !== "object" || children === null)
    throw new BadYieldError("gen.multi takes a list or an object of what can be yielded");
  return multiOf(children, quiet) as Future<Results<T>>;
}

class WaitAllPoint extends StartedPoint<unknown[]> {
  readonly #keys: readonly unknown[];

  constructor(keys: Iterable<unknown>) {
    super();
    this.#keys = Array.from(keys);
  }
  start(): Future<unknown[]> {
    return multiOf(
      this.#keys.map((key) => Wait(key)),
      undefined,
    ) as Future<unknown[]>;
  }
}

export interface MakesWaitAll {
  (keys: Iterable<unknown>): YieldPoint<unknown[]>;
  new (keys: Iterable<unknown>): YieldPoint<unknown[]>;
}

/** Waits for the callbacks with these keys, and gives a list of what each `Wait` would give. */
export const WaitAll = function (keys: Iterable<unknown>): YieldPoint<unknown[]> {
  return new WaitAllPoint(keys);
} as MakesWaitAll;
