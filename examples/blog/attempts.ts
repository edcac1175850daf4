/** How often somebody may guess a password: some failures, then a pause. Bounded: it remembers the latest who failed. */

/** Failures from one address for one account. */
const MOST = 10;
/** Seconds after the first of them. */
const PAUSE = 900;
/** Pairs of address and account that are remembered. */
const REMEMBERED = 10_000;

export class Attempts {
  readonly #failures: Map<string, { count: number; readonly until: number }> = new Map();
  readonly #now: () => number;

  /** @param now The clock, in seconds. */
  constructor(now: () => number = () => performance.now() / 1000) {
    this.#now = now;
  }

  /** Seconds until another attempt is let through; 0: now. */
  pause(who: string): number {
    const failures = this.#failures.get(who);
    if (failures === undefined) return 0;
    const left = failures.until - this.#now();
    if (left > 0) return failures.count < MOST ? 0 : Math.ceil(left);
    this.#failures.delete(who);
    return 0;
  }
  failed(who: string): void {
    const failures = this.#failures.get(who);
    if (failures !== undefined) {
      failures.count++;
      return;
    }
    this.#failures.set(who, { count: 1, until: this.#now() + PAUSE });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > REMEMBERED && oldest !== undefined) this.#failures.delete(oldest);
  }
  succeeded(who: string): void {
    this.#failures.delete(who);
  }
}
