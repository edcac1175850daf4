/** Tornado's `Condition`: callers wait until others notify them. */
import { UsageError } from "../../errors.ts";
import { showState } from "../show-state.ts";
import { shown } from "../../options-check.ts";
import { LinkedList } from "../waiting/linked-list.ts";
import { abortedBefore, Waiter } from "../waiting/waiter.ts";
import { readLimit } from "../waiting/wait-limit.ts";
import type { WaitLimit } from "../waiting/wait-limit.ts";

/** Wakes some or all of the callers that wait. A notification while none waits is lost. It needs no lock: one thread runs all code. */
export class Condition {
  readonly #waiters = new LinkedList<Waiter<boolean>>();

  /** Callers that wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Waits for a notification.
   * @param timeout Default: any time. An aborted signal rejects with its reason.
   * @returns False if the time ran out before, true otherwise.
   */
  wait(timeout?: WaitLimit): Promise<boolean> {
    const limit = timeout === undefined ? undefined : readLimit(timeout, "Condition.wait");
    const aborted = abortedBefore(limit);
    if (aborted !== undefined) return aborted;
    const waiter = new Waiter<boolean>();
    const onTimeout = limit === undefined ? undefined : (): void => waiter.resolve(false);
    return waiter.waitIn(this.#waiters, limit, "Condition.wait", onTimeout);
  }

  /**
   * Wakes callers in the order of their waiting; those whose time ran out do not count.
   * @param n How many at most. Default 1.
   * @throws UsageError `ERR_LANDSPOUT_LOCK_VALUE` unless it is a whole number from 0, or Infinity.
   */
  notify(n: number = 1): void {
    if (!((Number.isSafeInteger(n) && n >= 0) || n === Infinity))
      throw new UsageError(
        "ERR_LANDSPOUT_LOCK_VALUE",
        `Condition.notify: n must be a whole number from 0, not ${shown(n)}`,
      );
    for (let left = Math.min(n, this.waiting); left > 0; left--) this.#waiters.shift()?.resolve(true);
  }

  /** Wakes all that wait. */
  notifyAll(): void {
    this.notify(this.waiting);
  }

  toString(): string {
    return `<Condition${this.waiting > 0 ? ` waiters[${this.waiting}]` : ""}>`;
  }

  static {
    showState(this.prototype);
  }
}
