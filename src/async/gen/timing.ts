/** Waits with a bound, and waits for time itself. */
import { UsageError } from "../../errors.ts";
import { anything, checkOptions, shown } from "../../options-check.ts";
import { Future } from "../concurrent/future.ts";
import { TimeoutError } from "../timeout-error.ts";
import { LimitWatch } from "../waiting/limit-watch.ts";
import { readLimit } from "../waiting/wait-limit.ts";
import type { Limit, WaitLimit } from "../waiting/wait-limit.ts";
import { abortedBefore, Waiter } from "../waiting/waiter.ts";
import { toWaitable } from "./convert.ts";
import type { ResultOf, Yieldable } from "./convert.ts";
import { quietOf } from "./multi.ts";
import type { QuietOptions } from "./multi.ts";
import { leave, observe, Observer } from "./observers.ts";

/**
 * The result of a yieldable, or TimeoutError, or the reason of the signal. What was waited for goes on: if it fails later, that is logged, unless
 * the exception is one of `quietExceptions`. Any number of waits for one promise, one after another, leave nothing behind on it.
 *
 * @example
 * const page = await gen.withTimeout({ seconds: 5 }, load(url));
 */
export function withTimeout<const Y extends Yieldable>(
  timeout: WaitLimit,
  yieldable: Y,
  options?: QuietOptions,
): Promise<ResultOf<Y>> {
  const quiet = quietOf("gen.withTimeout", options);
  const limit = readLimit(timeout, "gen.withTimeout");
  const waitable = toWaitable(yieldable);
  const future = new Future();
  let watch: LimitWatch | undefined;
  const observer = new Observer(
    (value) => {
      watch?.stop();
      future.setResult(value);
    },
    (error) => {
      watch?.stop();
      future.setException(error);
    },
  );
  observe(waitable, observer);
  const giveUp = (error: unknown): void => {
    leave(waitable, observer, quiet);
    future.setException(error);
  };
  if (future.done() || limit === undefined) return future as Future<ResultOf<Y>>;
  const reason = (): unknown => limit.signal?.reason;
  if (limit.signal?.aborted === true) giveUp(reason());
  else
    watch = new LimitWatch(limit, (timedOut) =>
      giveUp(timedOut ? new TimeoutError("gen.withTimeout timed out") : reason()),
    );
  return future as Future<ResultOf<Y>>;
}

/**
 * Waits for a number of seconds; the process lives on meanwhile. 0 and less is the next turn of the loop.
 * @param options `signal`: rejects with its reason when it is aborted.
 */
export function sleep(seconds: number, options?: { readonly signal?: AbortSignal }): Promise<void> {
  if (options !== undefined) checkOptions("gen.sleep", options, { signal: anything });
  if (typeof seconds !== "number" || Number.isNaN(seconds))
    throw new UsageError("ERR_LANDSPOUT_BAD_DURATION", `gen.sleep takes a number of seconds, not ${shown(seconds)}`);
  const signal = options?.signal === undefined ? undefined : readLimit({ signal: options.signal }, "gen.sleep")?.signal;
  const limit: Limit = { seconds, signal };
  const aborted = abortedBefore(limit);
  if (aborted !== undefined) return aborted;
  const waiter = new Waiter<void>();
  new LimitWatch(limit, (timedOut) => (timedOut ? waiter.resolve() : waiter.reject(signal?.reason)));
  return waiter.promise;
}
