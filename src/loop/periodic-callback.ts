/**
 * A callback every so many milliseconds, on a fixed grid. Decides when the next call is due and that an asynchronous callback never
 * overlaps itself; the loop's timers do the waiting. `setInterval` has neither the grid nor the other rule.
 */
import { UsageError } from "../errors.ts";
import { callable, checkOption, checkOptions, flag } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { isPromiseLike } from "../user-code.ts";
import { logCallbackError } from "./callback.ts";
import { isolated } from "../async/context.ts";
import { durationSeconds } from "../async/duration.ts";
import type { Duration } from "../async/duration.ts";
import { IOLoop } from "./loop.ts";
import type { Timeout } from "./timers.ts";

export interface PeriodicCallbackOptions {
  /** Lets the process end although the callback is still to come. Default false. */
  readonly unref?: boolean;
}

const OPTIONS: OptionTable<PeriodicCallbackOptions> = { unref: flag };

/**
 * Calls a function again and again, measured from start to start, each time in the `AsyncLocalStorage` context of `start`.
 * A call that takes longer than the period costs the calls it overran; the next is back on the grid of the first. Exceptions are logged and end nothing.
 *
 * @example
 * const ping = new PeriodicCallback(() => broadcast("ping"), 30_000);
 * ping.start();
 */
export class PeriodicCallback {
  readonly #callback: () => unknown;
  /** The period in seconds. */
  readonly #period: number;
  readonly #jitter: number;
  readonly #unref: boolean;
  #loop: IOLoop | undefined;
  #timeout: Timeout | undefined;
  #next = 0;
  #running = false;
  /** A call that is still waiting for its promise, perhaps from before a stop and a start. */
  #busy = false;

  /**
   * @param period milliseconds, more than 0, or a duration object.
   * @param jitter 0 is none; 0.1 makes each period vary by 10 % of its length, 5 % to either side, so that many processes do not
   *   fall into step. Less than 2.
   */
  constructor(
    callback: () => unknown,
    period: number | Duration,
    jitter: number = 0,
    options?: PeriodicCallbackOptions,
  ) {
    if (options !== undefined) checkOptions("PeriodicCallback", options, OPTIONS);
    checkOption("PeriodicCallback", "callback", callback, callable);
    const seconds = typeof period === "number" ? period / 1000 : durationSeconds(period);
    if (!(seconds > 0 && seconds < Infinity)) {
      throw new UsageError("ERR_LANDSPOUT_BAD_PERIOD", "PeriodicCallback needs a period of more than 0 milliseconds");
    }
    if (!(jitter >= 0 && jitter < 2)) {
      throw new UsageError(
        "ERR_LANDSPOUT_BAD_JITTER",
        "The jitter of a PeriodicCallback is at least 0 and less than 2",
      );
    }
    this.#callback = callback;
    this.#period = seconds;
    this.#jitter = jitter;
    this.#unref = options?.unref ?? false;
  }

  /** Starts on the current loop; the first call comes after one period. Does nothing while running. */
  start(): void {
    if (this.#running) return;
    this.#loop = IOLoop.current();
    this.#running = true;
    this.#next = this.#loop.time();
    this.#scheduleNext();
  }

  /** No call begins after this. One that waits for its promise is left to end. */
  stop(): void {
    this.#running = false;
    if (this.#timeout !== undefined) this.#loop?.removeTimeout(this.#timeout);
    this.#timeout = undefined;
  }

  isRunning(): boolean {
    return this.#running;
  }

  #scheduleNext(): void {
    const loop = this.#loop;
    if (!this.#running || loop === undefined || loop.closed) return;
    const period = this.#jitter === 0 ? this.#period : jittered(this.#period, this.#jitter, Math.random());
    this.#next = nextOnGrid(this.#next, loop.time(), period);
    const timeout = loop.callAt(this.#next, () => this.#run());
    if (this.#unref) timeout.unref();
    this.#timeout = timeout;
  }

  #run(): void {
    this.#timeout = undefined;
    // Busy here only after a stop and a start within one long call: that call keeps its right not to be overlapped.
    if (this.#busy) return this.#scheduleNext();
    try {
      const result = isolated(this.#callback, undefined);
      if (isPromiseLike(result)) return this.#waitFor(result);
    } catch (error) {
      logCallbackError(this.#callback, error);
    }
    this.#scheduleNext();
  }

  #waitFor(result: PromiseLike<unknown>): void {
    this.#busy = true;
    const end = (): void => {
      this.#busy = false;
      // A start during the call has set a timer of its own.
      if (this.#timeout === undefined) this.#scheduleNext();
    };
    Promise.resolve(result).then(end, (error: unknown) => {
      try {
        logCallbackError(this.#callback, error);
      } finally {
        end();
      }
    });
  }
}

/**
 * When the next call is due, given when the last one was. On time or late: the first point of the grid after `now`. Early means
 * that the clock was set back: one period on, so that nothing runs twice.
 */
export function nextOnGrid(last: number, now: number, period: number): number {
  return last <= now ? last + (Math.floor((now - last) / period) + 1) * period : last + period;
}

/** A period varied by up to half of `jitter` to either side; `random` is in [0, 1). */
export function jittered(period: number, jitter: number, random: number): number {
  return period * (1 + jitter * (random - 0.5));
}
