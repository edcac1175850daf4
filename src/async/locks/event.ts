/** Tornado's `Event`: a flag that callers wait for. */
import { showState } from "../show-state.ts";
import { LinkedList } from "../waiting/linked-list.ts";
import { abortedBefore, Waiter } from "../waiting/waiter.ts";
import { readLimit } from "../waiting/wait-limit.ts";
import type { WaitLimit } from "../waiting/wait-limit.ts";

/** Callers wait until the flag is set; while it is set nothing waits. It replaces the global `Event` where it is imported. */
export class Event {
  #isSet = false;
  readonly #waiters = new LinkedList<Waiter<void>>();

  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets the flag and wakes all that wait, also if it is cleared again in the same turn. */
  set(): void {
    this.#isSet = true;
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) waiter.resolve();
  }

  /** Calls of `wait` wait again. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until the flag is set.
   * @param timeout Default: any time. Rejects with TimeoutError, or with the reason of the signal.
   */
  wait(timeout?: WaitLimit): Promise<void> {
    const limit = timeout === undefined ? undefined : readLimit(timeout, "Event.wait");
    const aborted = abortedBefore(limit);
    if (aborted !== undefined) return aborted;
    return this.#isSet ? Promise.resolve() : new Waiter<void>().waitIn(this.#waiters, limit, "Event.wait");
  }

  toString(): string {
    return `<Event ${this.#isSet ? "set" : "clear"}>`;
  }

  static {
    showState(this.prototype);
  }
}
