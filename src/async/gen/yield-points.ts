/** What Tornado's generators of 2012 yield: calls that take a callback, and callbacks by key. */
import { isPromiseLike, watch } from "../../user-code.ts";
import { UsageError } from "../../errors.ts";
import { shown } from "../../options-check.ts";
import { Future } from "../concurrent/future.ts";
import { callbackFor } from "./callback-result.ts";
import { runningKeys } from "./keys.ts";

/** Something that a generator yields and gets a result for. `yield*` gives the result its type. */
export interface YieldPoint<R> {
  [Symbol.iterator](): Generator<YieldPoint<R>, R, unknown>;
}

/** How every yield point works: it is started when it is yielded, and gives a Future. */
export abstract class StartedPoint<R> implements YieldPoint<R> {
  /** May throw: into the generator. */
  abstract start(): Future<R>;

  *[Symbol.iterator](): Generator<YieldPoint<R>, R, unknown> {
    return (yield this) as R;
  }
}

class TaskPoint<R> extends StartedPoint<R> {
  readonly #call: (...args: unknown[]) => unknown;
  readonly #args: readonly unknown[];

  constructor(call: (...args: unknown[]) => unknown, args: readonly unknown[]) {
    super();
    this.#call = call;
    this.#args = args;
  }
  start(): Future<R> {
    const future = new Future<R>();
    const call = this.#call;
    const returned = call(...this.#args, callbackFor(future as Future<never>, "gen.Task"));
    // A function that both takes a callback and gives a promise.
    if (isPromiseLike(returned)) watch(returned, (error) => future.done() || future.setException(error));
    return future;
  }
}

class CallbackPoint extends StartedPoint<(...args: unknown[]) => void> {
  readonly #key: unknown;

  constructor(key: unknown) {
    super();
    this.#key = key;
  }
  start(): Future<(...args: unknown[]) => void> {
    const result = new Future();
    runningKeys("Callback").add(this.#key, result);
    const ready = new Future<(...args: unknown[]) => void>();
    ready.setResult(callbackFor(result as Future<never>, `gen.Callback, key ${shown(this.#key)}`));
    return ready;
  }
}

class WaitPoint<R> extends StartedPoint<R> {
  readonly #key: unknown;

  constructor(key: unknown) {
    super();
    this.#key = key;
  }
  start(): Future<R> {
    return runningKeys("Wait").take(this.#key) as Future<R>;
  }
}

class MomentPoint extends StartedPoint<void> {
  start(): Future<void> {
    const future = new Future<void>();
    setImmediate(() => future.setResult());
    return future;
  }
}

/** What makes a yield point, called with `new` or without. */
export interface MakesTask {
  <R = unknown>(call: (...args: never[]) => unknown, ...args: unknown[]): YieldPoint<R>;
  new <R = unknown>(call: (...args: never[]) => unknown, ...args: unknown[]): YieldPoint<R>;
}
export interface MakesCallback {
  (key: unknown): YieldPoint<(...args: unknown[]) => void>;
  new (key: unknown): YieldPoint<(...args: unknown[]) => void>;
}
export interface MakesWait {
  <R = unknown>(key: unknown): YieldPoint<R>;
  new <R = unknown>(key: unknown): YieldPoint<R>;
}

/**
 * Calls a function with a callback behind its arguments, and gives what the callback is called with: nothing is undefined; an Error first is
 * thrown at the `yield`; null or undefined and one more value is that one; one value is itself; more are `Arguments`. What the function throws is
 * thrown at the `yield`. A method is passed with its object: `Task((cb) => client.fetch(url, cb))`, unless it is bound.
 *
 * @example
 * const response = yield gen.Task(http.fetch, "https://example.com/");
 */
export const Task = function (call: (...args: never[]) => unknown, ...args: unknown[]): YieldPoint<unknown> {
  if (typeof call !== "function")
    throw new UsageError("ERR_LANDSPOUT_GEN_YIELD", `gen.Task takes a function and its arguments, not ${shown(call)}`);
  return new TaskPoint(call as (...args: unknown[]) => unknown, args);
} as MakesTask;

/** Gives a callback at once; `Wait` with the same key gives what it was called with. */
export const Callback = function (key: unknown): YieldPoint<(...args: unknown[]) => void> {
  return new CallbackPoint(key);
} as MakesCallback;

/** Waits for the callback with this key, and gives what `Task` would give. */
export const Wait = function (key: unknown): YieldPoint<unknown> {
  return new WaitPoint(key);
} as MakesWait;

/**
 * One turn of the loop, so that others have their turn: never a microtask. A bare `yield` is the same.
 */
export const moment: YieldPoint<void> = new MomentPoint();
