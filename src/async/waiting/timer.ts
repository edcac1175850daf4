/** One timer of any length that never fires early. Used below the loop, whose own timers are for its callbacks. */

/** The longest delay in milliseconds that the runtime's timers take. */
const MAX_DELAY = 2 ** 31 - 1;

/** Calls a function once, after a number of seconds; 0 or less is the next turn of the loop. Keeps the process alive until then. */
export class Timer {
  readonly #callback: () => void;
  /** On `performance.now()`, in milliseconds. */
  readonly #due: number;
  #timeout: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(seconds: number, callback: () => void) {
    this.#callback = callback;
    this.#due = performance.now() + seconds * 1000;
    if (seconds > 0) this.#arm();
    else this.#immediate = setImmediate(callback);
  }

  /** Harmless after it has fired. */
  cancel(): void {
    clearTimeout(this.#timeout);
    clearImmediate(this.#immediate);
  }

  #arm(): void {
    const delay = Math.min(Math.ceil(this.#due - performance.now()), MAX_DELAY);
    this.#timeout = setTimeout(() => {
      if (performance.now() < this.#due) this.#arm();
      else this.#callback();
    }, delay);
  }
}
