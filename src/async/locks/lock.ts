/** Tornado's `Lock`: one holder at a time. */
import { UsageError } from "../../errors.ts";
import { showState } from "../show-state.ts";
import { LinkedList } from "../waiting/linked-list.ts";
import { abortedBefore, Waiter } from "../waiting/waiter.ts";
import { readLimit } from "../waiting/wait-limit.ts";
import type { WaitLimit } from "../waiting/wait-limit.ts";
import { makeReleaser, runWith } from "./releaser.ts";
import type { Releaser } from "./releaser.ts";

/**
 * A lock for the code of one thread: held by one caller at a time, given on in the order of asking. It has no owner: any code may
 * release it. It is not reentrant.
 *
 * @example
 * const lock = new Lock();
 * const release = await lock.acquire({ seconds: 5 });
 * try {
 *   await change();
 * } finally {
 *   release();
 * }
 */
export class Lock {
  #locked = false;
  /** Counts the times it was acquired, so that a releaser does not release the hold of another. */
  #hold = 0;
  readonly #waiters = new LinkedList<Waiter<Releaser>>();

  get locked(): boolean {
    return this.#locked;
  }
  /** Callers that wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Takes the lock, or waits for it.
   * @param timeout How long it may wait; it does not bound how long the lock is held. Default: any time. Rejects with TimeoutError, or
   *   with the reason of the signal; then the lock was not taken.
   * @returns What releases it: call it, or declare it with `using`.
   */
  acquire(timeout?: WaitLimit): Promise<Releaser> {
    const limit = timeout === undefined ? undefined : readLimit(timeout, "Lock.acquire");
    const aborted = abortedBefore(limit);
    if (aborted !== undefined) return aborted;
    if (this.#locked) return new Waiter<Releaser>().waitIn(this.#waiters, limit, "Lock.acquire");
    this.#locked = true;
    return Promise.resolve(this.#releaser());
  }

  /** Takes the lock if it is free. */
  tryAcquire(): Releaser | undefined {
    if (this.#locked) return undefined;
    this.#locked = true;
    return this.#releaser();
  }

  /**
   * Gives the lock to the caller that has waited longest, or unlocks it. What `acquire` gave to the holder does nothing afterwards.
   * @throws UsageError `ERR_LANDSPOUT_LOCK_RELEASE` if it is not locked.
   */
  release(): void {
    if (!this.#locked) throw new UsageError("ERR_LANDSPOUT_LOCK_RELEASE", "Lock: release of an unlocked lock");
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#locked = false;
      this.#hold++;
    } else waiter.resolve(this.#releaser());
  }

  /** Calls a function with the lock held; it is released when the function has ended, however it ends. */
  run<T>(call: () => T | PromiseLike<T>, timeout?: WaitLimit): Promise<T> {
    return runWith(this.acquire(timeout), call);
  }

  toString(): string {
    return `<Lock [${this.#locked ? "locked" : "unlocked"}${this.waiting > 0 ? `,waiters:${this.waiting}` : ""}]>`;
  }

  static {
    showState(this.prototype);
  }

  /** For the present holder. */
  #releaser(): Releaser {
    const hold = ++this.#hold;
    return makeReleaser(() => {
      if (this.#hold === hold) this.release();
    });
  }
}
