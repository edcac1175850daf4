/**
 * Ends a wait at its limit: one timer, and one place in the list of those that wait for the same signal. A signal has at most one
 * listener of this package, however many waits it ends, and none while there are none: adding and removing listeners of an EventTarget
 * is linear in their number.
 */
import { LinkedList, ListNode } from "./linked-list.ts";
import { Timer } from "./timer.ts";
import type { Limit } from "./wait-limit.ts";

/** Called once, with true if time ran out, with false if the signal was aborted. */
export type OnLimit = (timedOut: boolean) => void;

export class LimitWatch extends ListNode {
  readonly #onLimit: OnLimit;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: Timer | undefined;

  /** The signal must not be aborted yet. */
  constructor({ seconds, signal }: Limit, onLimit: OnLimit) {
    super();
    this.#onLimit = onLimit;
    this.#signal = signal;
    if (seconds !== Infinity) this.#timer = new Timer(seconds, () => this.end(true));
    if (signal !== undefined) watchesOf(signal).add(this);
  }

  /** The wait has ended by itself. */
  stop(): void {
    this.#timer?.cancel();
    if (this.#signal !== undefined) bySignal.get(this.#signal)?.remove(this);
  }

  end(timedOut: boolean): void {
    this.stop();
    this.#onLimit(timedOut);
  }
}

/** Everything that waits for one signal. */
class SignalWatches {
  readonly #signal: AbortSignal;
  readonly #watches = new LinkedList<LimitWatch>();
  readonly #onAbort = (): void => {
    for (let watch = this.#watches.first; watch !== undefined; watch = this.#watches.first) watch.end(false);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }
  add(watch: LimitWatch): void {
    if (this.#watches.size === 0) this.#signal.addEventListener("abort", this.#onAbort);
    this.#watches.push(watch);
  }
  remove(watch: LimitWatch): void {
    if (this.#watches.remove(watch) && this.#watches.size === 0)
      this.#signal.removeEventListener("abort", this.#onAbort);
  }
}

const bySignal = new WeakMap<AbortSignal, SignalWatches>();

function watchesOf(signal: AbortSignal): SignalWatches {
  let watches = bySignal.get(signal);
  if (watches === undefined) bySignal.set(signal, (watches = new SignalWatches(signal)));
  return watches;
}
