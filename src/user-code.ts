/**
 * Calls into a program's own code: what becomes of what such a function throws, rejects with, or returns where nothing was expected.
 * The one rule for all rooms: a failure ends in one log record, and never in an exception or a rejection of this package's. What is to
 * be done with the request besides is the caller's decision (web/handler/failures.ts, http/http1/request-intake.ts).
 *
 * The hot path calls a function itself, in a `try` it has anyway, and hands over to `watch` only a result that is not undefined.
 */
import { LandspoutError, UsageError } from "./errors.ts";
import { describeError, loggers } from "./log.ts";

/** Takes what a function of the program threw or rejected with. */
export type Failed = (error: unknown) => void;

/** Whether a value can be awaited to some effect. A Proxy whose traps throw cannot. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    return "then" in value && typeof value.then === "function";
  } catch {
    return false;
  }
}

/** The record of a failure that belongs to no request. Never throws. */
export function logFailure(where: string, error: unknown): void {
  loggers.application.error(`Uncaught exception in ${where}\n${describeError(error)}`);
}

/** Calls what reports a failure. It may call the program again (`logException`, `onError`), and that may fail again. */
function report(failed: Failed, error: unknown): void {
  try {
    failed(error);
  } catch (second) {
    logFailure("a function that was called with an error", second);
    logFailure("the call before it", error);
  }
}

/** Sees to the rejection of a promise that a function returned and nothing waits for. Any other value is ignored. Never throws. */
export function watch(result: unknown, failed: Failed): void {
  if (!isPromiseLike(result)) return;
  try {
    Promise.resolve(result).then(undefined, (error: unknown) => report(failed, error));
  } catch (error) {
    report(failed, error);
  }
}

/** Calls a function whose result nothing waits for. What it throws or rejects with goes to `failed`. Never throws. */
export function guard(call: () => unknown, failed: Failed): void {
  try {
    watch(call(), failed);
  } catch (error) {
    report(failed, error);
  }
}

/**
 * The result of a hook that decides something at once. A promise would be true whatever it says, and would let every client in.
 * @throws UsageError on a promise; its own rejection counts as handled.
 */
export function notPromise<T>(value: T, hook: string): T {
  if (!isPromiseLike(value)) return value;
  watch(value, () => undefined);
  throw new UsageError(
    "ERR_LANDSPOUT_ASYNC_HOOK",
    `${hook} must not return a promise; await what it needs in prepare, and let ${hook} return the result`,
  );
}

/** What a `catch` got, as a value that can be looked at: `instanceof`, `name`, `stack` and `cause` of a Proxy or a getter may throw. */
export function caught(thrown: unknown): unknown {
  if ((typeof thrown !== "object" && typeof thrown !== "function") || thrown === null) return thrown;
  try {
    if (thrown instanceof Error) void [thrown.name, thrown.message, thrown.stack, thrown.cause];
    return thrown;
  } catch {
    let error = substitutes.get(thrown);
    if (error === undefined) {
      error = new LandspoutError("ERR_LANDSPOUT_THROWN", "a value was thrown that throws when it is looked at");
      substitutes.set(thrown, error);
    }
    return error;
  }
}
/** One for each, so that a failure that comes by two ways is known for the same. */
const substitutes = new WeakMap<object, LandspoutError>();
