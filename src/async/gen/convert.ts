/** What may be yielded, and how each of it is waited for: promises, Futures, yield points, lists and objects of these, and registered types. */
import { isPromiseLike } from "../../user-code.ts";
import { describeError, loggers } from "../../log.ts";
import { UsageError } from "../../errors.ts";
import { shown } from "../../options-check.ts";
import { internals } from "../concurrent/future-internals.ts";
import { chainFuture } from "../concurrent/future-functions.ts";
import { Future } from "../concurrent/future.ts";
import { BadYieldError } from "./errors.ts";
import { isQuiet } from "./quiet.ts";
import type { Quiet } from "./quiet.ts";
import { moment, StartedPoint } from "./yield-points.ts";
import type { YieldPoint } from "./yield-points.ts";

/** What a generator may yield, and what `multi` and `withTimeout` take. */
export type Yieldable<T = unknown> =
  | PromiseLike<T>
  | YieldPoint<T>
  | readonly Yieldable[]
  | { readonly [name: string]: Yieldable }
  | undefined
  | null;

/** What comes back for something that was yielded. */
export type ResultOf<Y> =
  Y extends PromiseLike<infer R>
    ? Awaited<R>
    : Y extends YieldPoint<infer R>
      ? R
      : Y extends undefined | null
        ? undefined
        : Results<Y>;

/** What comes back for a list or an object: the same shape. */
export type Results<T> = { -readonly [K in keyof T]: ResultOf<T[K]> };

/** A Future, which may be ready, or a promise. */
export type Waitable = Future | Promise<unknown>;

interface Conversion {
  readonly matches: (value: object) => boolean;
  readonly convert: (value: never) => PromiseLike<unknown>;
}
const conversions: Conversion[] = [];

/** @throws BadYieldError on what cannot be waited for, and what a yield point or a conversion throws. */
export function toWaitable(value: unknown): Waitable {
  if (value instanceof Future || value instanceof Promise) return value;
  if (value instanceof StartedPoint) return value.start() as Future;
  if (value === undefined || value === null) return (moment as StartedPoint<void>).start() as Future;
  if (typeof value !== "object") throw notYieldable(value);
  for (const { matches, convert } of conversions) if (matches(value)) return toPromise(convert(value as never));
  if (isPromiseLike(value)) return toPromise(value);
  if (Array.isArray(value) || isPlain(value)) return multiOf(value as Children, undefined);
  throw notYieldable(value);
}

const toPromise = (value: PromiseLike<unknown>): Waitable => (value instanceof Future ? value : Promise.resolve(value));

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function notYieldable(value: unknown): BadYieldError {
  return new BadYieldError(
    `${shown(value)} cannot be yielded: yield a promise, a Future, gen.Task(…), or a list or an object of these`,
  );
}

/** Calls back with what a Future or a promise comes to; at once if that is known. */
export function whenSettled(
  waitable: Waitable,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
): void {
  const state = waitable instanceof Future ? internals.stateOf(waitable) : 0;
  if (state === 0) void waitable.then(onValue, onError);
  else (state === 1 ? onValue : onError)(internals.see(waitable as Future));
}

// --- several at a time ---

type Children = readonly unknown[] | { readonly [name: string]: unknown };

/** What a child came to. */
type Settled = PromiseSettledResult<unknown>;

/** Waits for all children, whatever becomes of them. Then the first exception in their order counts; the others are logged. */
export function multiOf(children: Children, quiet: Quiet | undefined): Future {
  const names = Array.isArray(children) ? undefined : Object.keys(children);
  const values = names === undefined ? (children as readonly unknown[]) : Object.values(children);
  const future = new Future();
  const settled: (Settled | undefined)[] = Array.from({ length: values.length });
  let left = values.length;
  const settle = (index: number, result: Settled): void => {
    settled[index] = result;
    if (--left === 0) combine(future, settled as Settled[], names, quiet);
  };
  if (left === 0) combine(future, [], names, quiet);
  for (const [index, child] of values.entries()) {
    try {
      whenSettled(
        toWaitable(child),
        (value) => settle(index, { status: "fulfilled", value }),
        (reason: unknown) => settle(index, { status: "rejected", reason }),
      );
    } catch (error) {
      // One that cannot be yielded: at once. The others are waited for, so that none is an unhandled rejection.
      if (!future.done()) future.setException(error);
    }
  }
  return future;
}

function combine(
  future: Future,
  settled: readonly Settled[],
  names: readonly string[] | undefined,
  quiet: Quiet | undefined,
): void {
  if (future.done()) return;
  const failures = settled.filter((each): each is PromiseRejectedResult => each.status === "rejected");
  const [first, ...others] = failures;
  for (const { reason } of others) {
    if (!isQuiet(reason, quiet))
      loggers.application.error(`Multiple exceptions in yield list\n${describeError(reason)}`);
  }
  if (first !== undefined) return future.setException(first.reason);
  const values = settled.map((each) => (each as PromiseFulfilledResult<unknown>).value);
  future.setResult(names === undefined ? values : Object.fromEntries(names.map((name, i) => [name, values[i]])));
}

// --- for the program ---

/** A class whose instances are converted, or a function without a prototype (`(value) => …`) that says which objects are. */
export type YieldedTest = (abstract new (...args: never[]) => unknown) | ((value: object) => boolean);

/** `convertYielded`, and its register. */
export interface ConvertYielded {
  <T = unknown>(value: unknown): PromiseLike<T> & YieldPoint<T>;
  register(test: YieldedTest, convert: (value: never) => PromiseLike<unknown>): void;
}

/**
 * What `yield` would wait for, as a Future. `register` teaches it, and `yield`, more types: those that are registered first are asked first;
 * promises, Futures and yield points are not converted.
 * @throws BadYieldError on what cannot be yielded.
 *
 * @example
 * gen.convertYielded.register(Query, (query) => query.execute());
 */
export const convertYielded: ConvertYielded = Object.assign(
  <T>(value: unknown): Future<T> => {
    const waitable = toWaitable(value);
    if (waitable instanceof Future) return waitable as Future<T>;
    const future = new Future<T>();
    chainFuture(waitable as Promise<T>, future);
    return future;
  },
  {
    register(test: YieldedTest, convert: (value: never) => PromiseLike<unknown>): void {
      if (typeof test !== "function" || typeof convert !== "function")
        throw new UsageError(
          "ERR_LANDSPOUT_GEN_YIELD",
          "convertYielded.register takes a class or a test, and a function",
        );
      const matches =
        (test.prototype as unknown) === undefined
          ? (test as (value: object) => boolean)
          : (value: object): boolean => value instanceof (test as new () => object);
      conversions.push({ matches, convert });
    },
  },
);
