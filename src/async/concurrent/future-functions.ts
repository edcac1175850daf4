/** Tornado's functions over Futures and promises. */
import { describeError, loggers } from "../../log.ts";
import { isPromiseLike } from "../../user-code.ts";
import { Future } from "./future.ts";

/** Whether a value is a Future, of any copy of this package, or a promise of the runtime. Other thenables are none. */
export function isFuture(value: unknown): value is PromiseLike<unknown> {
  return value instanceof Promise || (isPromiseLike(value) && Symbol.for("landspout.future") in value);
}

/** Lets a Future come to what a promise comes to, unless it is done by then. The rejection of `from` counts as handled. */
export function chainFuture<T>(from: PromiseLike<T>, to: Future<T>): void {
  from.then(
    (value) => {
      if (!to.done()) to.setResult(value);
    },
    (error: unknown) => {
      if (!to.done()) to.setException(error);
    },
  );
}

/**
 * `setResult`, and nothing if the Future was cancelled.
 * @throws UsageError `ERR_LANDSPOUT_FUTURE_STATE` if it is done otherwise.
 */
export function futureSetResultUnlessCancelled<T>(future: Future<T>, value: T): void {
  if (!future.cancelled()) future.setResult(value);
}

/**
 * `setException`; if the Future was cancelled, the exception is logged.
 * @throws UsageError `ERR_LANDSPOUT_FUTURE_STATE` if it is done otherwise.
 */
export function futureSetExceptionUnlessCancelled(future: Future<unknown>, error: unknown): void {
  if (future.cancelled()) loggers.application.error(`Exception after Future was cancelled\n${describeError(error)}`);
  else future.setException(error);
}
