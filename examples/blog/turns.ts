/** Work that is done a few at a time, in the order it came; and refused where too much waits already. It must not know which work. */

/** Too much waits. */
export class BusyError extends Error {}

export class Turns {
  readonly #atATime: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atATime: number, mostWaiting: number) {
    this.#atATime = atATime;
    this.#mostWaiting = mostWaiting;
  }

  /** @throws BusyError where as many wait as may. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atATime) this.#running++;
    else if (this.#waiting.length >= this.#mostWaiting) throw new BusyError("Too much is waiting");
    // Whoever is done hands its place on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
