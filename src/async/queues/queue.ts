/**
 * Tornado's `Queue`. Decides which callers wait, in which order they are served, and when all work is done; how the items are kept is left to three methods
 * that a subclass may replace.
 *
 * INVARIANTS between two calls: no caller waits for an item while there is one, none waits for room while there is some, and an item
 * is in the queue, was given to exactly one caller, or belongs to a `put` that is pending or has rejected.
 */
import { UsageError } from "../../errors.ts";
import { showState } from "../show-state.ts";
import { shown } from "../../options-check.ts";
import { Fifo } from "../fifo.ts";
import { Event } from "../locks/event.ts";
import { LinkedList } from "../waiting/linked-list.ts";
import { abortedBefore, rejected, Waiter } from "../waiting/waiter.ts";
import { readLimit } from "../waiting/wait-limit.ts";
import type { WaitLimit } from "../waiting/wait-limit.ts";
import { QueueClosed, QueueEmpty, QueueFull } from "./errors.ts";

class Putter<T> extends Waiter<void> {
  readonly item: T;
  constructor(item: T) {
    super();
    this.item = item;
  }
}

/**
 * Items that producers put and consumers get, first in, first out. With a `maxsize`, producers wait for consumers.
 *
 * @example
 * const queue = new Queue<string>(100);
 * await queue.put("https://example.com/");
 * for await (const url of queue) {
 *   await visit(url);
 *   queue.taskDone();
 * }
 */
export class Queue<T> implements AsyncIterable<T> {
  readonly #maxsize: number;
  readonly #getters = new LinkedList<Waiter<T>>();
  readonly #putters = new LinkedList<Putter<T>>();
  /** Set while no item is unfinished. */
  readonly #finished = new Event();
  #unfinished = 0;
  #closed = false;
  #started = false;
  #items = new Fifo<T>();

  /**
   * @param maxsize Items at most. 0, the default, and Infinity: any number. A fraction is rounded up.
   * @throws UsageError `ERR_LANDSPOUT_QUEUE_SIZE` on anything but a number from 0.
   */
  constructor(maxsize: number = 0) {
    if (typeof maxsize !== "number" || !(maxsize >= 0))
      throw new UsageError(
        "ERR_LANDSPOUT_QUEUE_SIZE",
        `${this.constructor.name}: maxsize must be a number from 0 (no bound), not ${shown(maxsize)}`,
      );
    this.#maxsize = maxsize;
    this.#finished.set();
  }

  /** Items at most; 0: any number. */
  get maxsize(): number {
    return this.#maxsize;
  }
  /** Items that are there. */
  qsize(): number {
    this.#start();
    return this.length;
  }
  /** Whether there is no item. */
  empty(): boolean {
    return this.qsize() === 0;
  }
  /** Whether there is no room. */
  full(): boolean {
    return this.#maxsize > 0 && this.qsize() >= this.#maxsize;
  }

  /**
   * Puts an item in, or waits for room.
   * @param timeout How long it may wait. Default: any time. Rejects with TimeoutError, or with the reason of the signal; then the item
   *   is not put in. Rejects with QueueClosed if the queue is or gets closed.
   */
  put(item: T, timeout?: WaitLimit): Promise<void> {
    const limit = timeout === undefined ? undefined : readLimit(timeout, "Queue.put");
    const aborted = abortedBefore(limit);
    if (aborted !== undefined) return aborted;
    if (this.#closed) return rejected(new QueueClosed());
    if (this.full()) return new Putter(item).waitIn(this.#putters, limit, "Queue.put");
    try {
      this.#insert(item);
      this.#serve();
      return Promise.resolve();
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Puts an item in.
   * @throws QueueFull if there is no room, QueueClosed if the queue is closed.
   */
  putNowait(item: T): void {
    if (this.#closed) throw new QueueClosed();
    if (this.full()) throw new QueueFull();
    this.#insert(item);
    if (this.#getters.size > 0) this.#serve();
  }

  /**
   * Takes an item, or waits for one.
   * @param timeout How long it may wait. Default: any time. Rejects with TimeoutError, or with the reason of the signal; then no item
   *   was taken. Rejects with QueueClosed if the queue is closed and empty.
   */
  get(timeout?: WaitLimit): Promise<T> {
    const limit = timeout === undefined ? undefined : readLimit(timeout, "Queue.get");
    const aborted = abortedBefore(limit);
    if (aborted !== undefined) return aborted;
    try {
      if (this.#prepareItem()) return Promise.resolve(this.#take());
    } catch (error) {
      return rejected(error);
    }
    if (this.#closed) return rejected(new QueueClosed());
    return new Waiter<T>().waitIn(this.#getters, limit, "Queue.get");
  }

  /**
   * Takes an item.
   * @throws QueueEmpty if there is none, QueueClosed if the queue is closed, too.
   */
  getNowait(): T {
    if (this.#prepareItem()) return this.#take();
    throw this.#closed ? new QueueClosed() : new QueueEmpty();
  }

  /**
   * Says that the work on an item is done; call it once for each item that was taken.
   * @throws UsageError `ERR_LANDSPOUT_QUEUE_TASK_DONE` if that was said of all items already.
   */
  taskDone(): void {
    if (this.#unfinished === 0)
      throw new UsageError("ERR_LANDSPOUT_QUEUE_TASK_DONE", "taskDone was called more often than items were put in");
    if (--this.#unfinished === 0) this.#finished.set();
  }

  /**
   * Waits until `taskDone` was called for every item.
   * @param timeout Default: any time. Rejects with TimeoutError, or with the reason of the signal.
   */
  join(timeout?: WaitLimit): Promise<void> {
    return this.#finished.wait(timeout);
  }

  /**
   * Ends the queue: calls of `put`, also pending ones, reject with QueueClosed; `get` gives the items that are left, then rejects with it,
   * and iterations end. Calling it twice is once.
   */
  close(): void {
    this.#closed = true;
    for (let putter = this.#putters.shift(); putter !== undefined; putter = this.#putters.shift())
      putter.reject(new QueueClosed());
    for (let getter = this.#getters.shift(); getter !== undefined; getter = this.#getters.shift())
      getter.reject(new QueueClosed());
  }

  /** Takes items until the queue is closed and empty. `taskDone` is left to the loop. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => {
        try {
          return { done: false, value: await this.get() };
        } catch (error) {
          if (error instanceof QueueClosed && this.#closed) return { done: true, value: undefined };
          throw error;
        }
      },
    };
  }

  toString(): string {
    const parts = [`maxsize=${this.#maxsize}`];
    if (this.qsize() > 0) parts.push(`items=${this.qsize()}`);
    if (this.#getters.size > 0) parts.push(`getters[${this.#getters.size}]`);
    if (this.#putters.size > 0) parts.push(`putters[${this.#putters.size}]`);
    if (this.#unfinished > 0) parts.push(`tasks=${this.#unfinished}`);
    if (this.#closed) parts.push("closed");
    return `<${this.constructor.name} ${parts.join(" ")}>`;
  }

  static {
    showState(this.prototype);
  }

  // --- how items are kept ---

  /** Called once before the first item, when the fields of a subclass have their values. */
  protected init(): void {}
  /** Keeps an item. If it throws, the item is not put in, and the `put` fails with what was thrown. */
  protected putItem(item: T): void {
    this.#items.push(item);
  }
  /** Removes and returns the next item; called only while `length` is not 0. */
  protected getItem(): T {
    return this.#items.shift() as T;
  }
  /** Items that are kept. */
  protected get length(): number {
    return this.#items.length;
  }

  // --- serving the callers that wait ---

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.init();
  }

  #insert(item: T): void {
    this.putItem(item);
    this.#unfinished++;
    this.#finished.clear();
  }

  /** Gives items to those that wait for one. */
  #serve(): void {
    while (this.#getters.size > 0 && this.length > 0) {
      const item = this.getItem();
      this.#getters.shift()?.resolve(item);
    }
  }

  /** Lets the `put` that has waited longest put its item in; one whose item is refused fails, and the next follows. */
  #admitOne(): boolean {
    for (let putter = this.#putters.shift(); putter !== undefined; putter = this.#putters.shift()) {
      try {
        this.#insert(putter.item);
        putter.resolve();
        return true;
      } catch (error) {
        putter.reject(error);
      }
    }
    return false;
  }

  /** Whether there is an item to take. As in Tornado, the item of a waiting `put` comes in before one is taken, so it is ordered with them. */
  #prepareItem(): boolean {
    this.#start();
    if (this.#putters.size > 0) this.#admitOne();
    return this.length > 0;
  }

  #take(): T {
    const item = this.getItem();
    while (this.#putters.size > 0 && this.length < this.#maxsize && this.#admitOne());
    return item;
  }
}
