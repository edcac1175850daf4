/**
 * One caller that waits in a list: its promise, and its limit. INVARIANT: a waiter is in its list exactly as long as its promise is
 * pending. To give it something, take it out of the list first: so nothing is given to a caller that has stopped waiting, and a
 * limit that is reached later takes nothing back.
 */
import { TimeoutError } from "../timeout-error.ts";
import { LimitWatch } from "./limit-watch.ts";
import { ListNode } from "./linked-list.ts";
import type { LinkedList } from "./linked-list.ts";
import type { Limit } from "./wait-limit.ts";

export class Waiter<T> extends ListNode {
  readonly promise: Promise<T>;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  #watch: LimitWatch | undefined;

  constructor() {
    super();
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /**
   * Puts it into a list until it is resolved, rejected, or its limit is reached.
   * @param owner The call that waits, for the message of the TimeoutError.
   * @param onTimeout Called in place of the rejection when time runs out.
   */
  waitIn(list: LinkedList<this>, limit: Limit | undefined, owner: string, onTimeout?: () => void): Promise<T> {
    list.push(this);
    if (limit !== undefined) {
      this.#watch = new LimitWatch(limit, (timedOut) => {
        list.remove(this);
        if (!timedOut) this.reject(limit.signal?.reason);
        else if (onTimeout !== undefined) onTimeout();
        else this.reject(new TimeoutError(`${owner} timed out`));
      });
    }
    return this.promise;
  }

  /** It must have been taken out of its list. */
  resolve(value: T): void {
    this.#watch?.stop();
    this.#resolve(value);
  }
  /** It must have been taken out of its list. The rejection counts as handled. */
  reject(error: unknown): void {
    this.#watch?.stop();
    markHandled(this.promise);
    this.#reject(error);
  }
}

/** A rejected promise that is no unhandled rejection where no caller looks at it. */
export function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  markHandled(promise);
  return promise;
}

/** The rejection of a wait whose signal was aborted before it began; undefined if it may begin. */
export function abortedBefore(limit: Limit | undefined): Promise<never> | undefined {
  const signal = limit?.signal;
  return signal?.aborted === true ? rejected(signal.reason) : undefined;
}

function markHandled(promise: Promise<unknown>): void {
  promise.then(undefined, noop);
}
function noop(): void {}
