/** Results in the order in which they come. */
import { UsageError } from "../../errors.ts";
import { Future } from "../concurrent/future.ts";
import { Fifo } from "../fifo.ts";
import { toWaitable, whenSettled } from "./convert.ts";

interface Finished {
  readonly index: number | string;
  readonly future: PromiseLike<unknown>;
  readonly give: (to: Future) => void;
}

/**
 * Gives the results of several promises as they come; `currentIndex` and `currentFuture` say whose the last one was. The same promise may be there
 * twice.
 *
 * @example
 * const results = new gen.WaitIterator(load(a), load(b));
 * while (!results.done()) console.log(yield results.next(), results.currentIndex);
 */
export class WaitIterator<T = unknown> implements AsyncIterable<T> {
  /** Of the result that was given last: its place, or its name. Undefined before the first, and once `done` was true. */
  currentIndex: number | string | undefined = undefined;
  /** The promise whose result was given last. */
  currentFuture: PromiseLike<T> | undefined = undefined;
  /** Results that no call of `next` has taken yet. */
  readonly #finished = new Fifo<Finished>();
  /** Calls of `next` that wait for a result. */
  readonly #asking = new Fifo<Future>();
  /** Results that were not given yet. */
  #left = 0;
  /** Results that no call of `next` has asked for. */
  #unasked = 0;

  constructor(...futures: PromiseLike<T>[]) {
    for (const [index, future] of futures.entries()) this.#add(index, future);
  }

  /** An iterator over promises with names, which are `currentIndex`. */
  static of<T>(named: { readonly [name: string]: PromiseLike<T> }): WaitIterator<T> {
    const iterator = new WaitIterator<T>();
    for (const [name, future] of Object.entries(named)) iterator.#add(name, future);
    return iterator;
  }

  /** Whether all results were given. */
  done(): boolean {
    if (this.#left > 0) return false;
    this.currentIndex = undefined;
    this.currentFuture = undefined;
    return true;
  }

  /**
   * The next result, or exception.
   * @throws UsageError `ERR_LANDSPOUT_GEN_DONE`, as a rejection, if all were asked for.
   */
  next(): Promise<T> {
    const future = new Future<T>();
    if (this.#unasked === 0) {
      future.setException(
        new UsageError("ERR_LANDSPOUT_GEN_DONE", "WaitIterator: all results were asked for; ask done() before next()"),
      );
      return future;
    }
    this.#unasked--;
    const first = this.#finished.shift();
    if (first === undefined) this.#asking.push(future as Future);
    else this.#give(first, future as Future);
    return future;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => (this.done() ? { done: true, value: undefined } : { done: false, value: await this.next() }),
    };
  }

  #add(index: number | string, future: PromiseLike<T>): void {
    this.#left++;
    this.#unasked++;
    const finish = (give: (to: Future) => void): void => {
      const finished: Finished = { index, future, give };
      const asking = this.#asking.shift();
      if (asking === undefined) this.#finished.push(finished);
      else this.#give(finished, asking);
    };
    whenSettled(
      toWaitable(future),
      (value) => finish((to) => to.setResult(value)),
      (error) => finish((to) => to.setException(error)),
    );
  }

  #give({ index, future, give }: Finished, to: Future): void {
    this.#left--;
    this.currentIndex = index;
    this.currentFuture = future as PromiseLike<T>;
    if (!to.done()) give(to);
  }
}
