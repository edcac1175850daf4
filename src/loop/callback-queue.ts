/**
 * The callbacks of the next iteration: first in, first out, one `setImmediate` for the whole batch. What a callback adds runs in the
 * iteration after, with the runtime's I/O in between, so a callback that adds itself for ever starves nobody. Never a microtask.
 */
import type { Callback } from "./callback.ts";

export class CallbackQueue {
  #waiting: Callback[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #closed = false;
  readonly #runBatch = (): void => this.#run();

  add(callback: Callback): void {
    if (this.#closed) return;
    this.#waiting.push(callback);
    this.#immediate ??= setImmediate(this.#runBatch);
  }

  /** Drops what is waiting and all that comes later, silently. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  #run(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#immediate = undefined;
    let done = 0;
    try {
      for (const callback of batch) {
        if (this.#closed) return;
        done++;
        callback.run();
      }
    } finally {
      // Nothing gets here early but a defect of ours: the callbacks behind it still run, and first.
      if (done < batch.length && !this.#closed) {
        this.#waiting = [...batch.slice(done), ...this.#waiting];
        this.#immediate ??= setImmediate(this.#runBatch);
      }
    }
  }
}
