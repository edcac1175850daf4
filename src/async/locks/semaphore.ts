/** Tornado's semaphores: so many permits, and the callers that wait for one, first come first served. */
import { UsageError } from "../../errors.ts";
import { showState } from "../show-state.ts";
import { shown } from "../../options-check.ts";
import { LinkedList } from "../waiting/linked-list.ts";
import { abortedBefore, Waiter } from "../waiting/waiter.ts";
import { readLimit } from "../waiting/wait-limit.ts";
import type { WaitLimit } from "../waiting/wait-limit.ts";
import { makeReleaser, runWith } from "./releaser.ts";
import type { Releaser } from "./releaser.ts";

/**
 * Lets so many callers in at a time. A permit that is released goes to the caller that has waited longest, in the same turn.
 *
 * @example
 * const semaphore = new Semaphore(10);
 * await semaphore.run(() => askTheDatabase()); // at most ten at a time
 */
export class Semaphore {
  #value: number;
  readonly #waiters = new LinkedList<Waiter<Releaser>>();
  /** For the releasers of this semaphore. */
  readonly #release = (): void => this.release();

  /**
   * @param value Permits at the start. Default 1.
   * @throws UsageError `ERR_LANDSPOUT_LOCK_VALUE` unless it is a whole number from 0.
   */
  constructor(value: number = 1) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new UsageError(
        "ERR_LANDSPOUT_LOCK_VALUE",
        `${this.constructor.name}: the value must be a whole number from 0, not ${shown(value)}`,
      );
    this.#value = value;
  }

  /** Permits that can be had at once. */
  get value(): number {
    return this.#value;
  }
  /** Callers that wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Takes a permit, or waits for one.
   * @param timeout How long it may wait. Default: any time. Rejects with TimeoutError, or with the reason of the signal; then nothing
   *   was taken.
   * @returns What gives the permit back: call it, or declare it with `using`.
   */
  acquire(timeout?: WaitLimit): Promise<Releaser> {
    const limit = timeout === undefined ? undefined : readLimit(timeout, "Semaphore.acquire");
    const aborted = abortedBefore(limit);
    if (aborted !== undefined) return aborted;
    const free = this.tryAcquire();
    return free === undefined
      ? new Waiter<Releaser>().waitIn(this.#waiters, limit, "Semaphore.acquire")
      : Promise.resolve(free);
  }

  /** Takes a permit if there is one at once. */
  tryAcquire(): Releaser | undefined {
    if (this.#value === 0) return undefined;
    this.#value--;
    return makeReleaser(this.#release);
  }

  /** Gives a permit back, or adds one: nothing asks whether it was acquired. */
  release(): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#value++;
    else waiter.resolve(makeReleaser(this.#release));
  }

  /** Calls a function with a permit, which is given back when the function has ended, however it ends. */
  run<T>(call: () => T | PromiseLike<T>, timeout?: WaitLimit): Promise<T> {
    return runWith(this.acquire(timeout), call);
  }

  toString(): string {
    const state = this.#value > 0 ? `unlocked,value:${this.#value}` : "locked";
    return `<${this.constructor.name} [${state}${this.waiting > 0 ? `,waiters:${this.waiting}` : ""}]>`;
  }

  static {
    showState(this.prototype);
  }
}

/** A semaphore that is never released more often than it was acquired. */
export class BoundedSemaphore extends Semaphore {
  readonly #most: number;

  constructor(value: number = 1) {
    super(value);
    this.#most = value;
  }

  /** @throws UsageError `ERR_LANDSPOUT_LOCK_RELEASE` if every permit is there already. */
  override release(): void {
    if (this.value >= this.#most)
      throw new UsageError("ERR_LANDSPOUT_LOCK_RELEASE", "BoundedSemaphore: released more often than acquired");
    super.release();
  }
}
