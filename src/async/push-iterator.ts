/**
 * Between a producer that pushes items and a consumer that takes them one at a time: bounded by back-pressure, in order, ended once. Used
 * for request bodies, parts of a form and WebSocket messages. Knows no item.
 */
import { Fifo } from "./fifo.ts";

export interface PushIteratorOptions<T> {
  /** Queued items from which on `push` returns a promise. Default 1. */
  readonly maxQueued?: number;
  /** The size of an item, for `maxQueuedSize`. Default: items have no size. */
  readonly sizeOf?: (item: T) => number;
  /** Queued size from which on `push` returns a promise. Default Infinity. */
  readonly maxQueuedSize?: number;
}

interface Reader<T> {
  /** `undefined`: there are no more items. */
  resolve(item: T | undefined): void;
  reject(reason: unknown): void;
}

/** Items are neither `undefined` nor `null`. */
export class PushIterator<T extends {}> implements AsyncIterator<T, undefined, void> {
  readonly #queue = new Fifo<T>();
  /** Pending `next` and `take` calls; empty while items are queued. */
  readonly #readers = new Fifo<Reader<T>>();
  readonly #maxQueued: number;
  readonly #maxQueuedSize: number;
  readonly #sizeOf: ((item: T) => number) | undefined;
  #queuedSize = 0;
  #drained: Promise<void> | undefined = undefined;
  #release: (() => void) | undefined = undefined;
  /** Nothing more is pushed: ended, aborted or cancelled. */
  #over = false;
  #cancelled = false;
  #error: { readonly reason: unknown } | undefined = undefined;

  constructor({ maxQueued = 1, sizeOf, maxQueuedSize = Infinity }: PushIteratorOptions<T> = {}) {
    this.#maxQueued = maxQueued;
    this.#maxQueuedSize = maxQueuedSize;
    this.#sizeOf = sizeOf;
  }

  /** Items that are pushed are dropped: it has ended, failed or been cancelled. */
  get over(): boolean {
    return this.#over;
  }
  /** What it was aborted with. */
  get error(): { readonly reason: unknown } | undefined {
    return this.#error;
  }
  /** Queued items. */
  get length(): number {
    return this.#queue.length;
  }
  /** A `next` or `take` call is pending. */
  get awaited(): boolean {
    return this.#readers.length > 0;
  }

  // --- the producer ---

  /** Adds an item. Where the queue is full then, the promise of `drained`; dropped without one where the consumer has stopped. */
  push(item: T): Promise<void> | void {
    if (this.#over) return undefined;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve(item);
      return undefined;
    }
    this.#queue.push(item);
    if (this.#sizeOf !== undefined) this.#queuedSize += this.#sizeOf(item);
    const full = this.#queue.length >= this.#maxQueued || this.#queuedSize >= this.#maxQueuedSize;
    return full ? this.drained() : undefined;
  }

  /** A promise that resolves, and never rejects, when the queue is empty or released; undefined where it is empty now. */
  drained(): Promise<void> | undefined {
    if (this.#queue.length === 0) return undefined;
    return (this.#drained ??= new Promise((resolve) => (this.#release = resolve)));
  }

  /** There are no more items than those in the queue. */
  end(): void {
    this.#over = true;
    for (const reader of this.#readers.clear()) reader.resolve(undefined);
  }

  /** There will be no more items: behind those in the queue, the consumer gets `reason` as an error. Nothing once it is over. */
  abort(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = { reason };
    for (const reader of this.#readers.clear()) reader.reject(reason);
    this.release();
  }

  // --- the consumer ---

  /** The next item; several calls get theirs in order. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#read(resultOf);
  }
  /** As `next`, without the object around it: undefined when there are no more items. */
  take(): Promise<T | undefined> {
    return this.#read(itself);
  }
  #read<R>(form: (item: T | undefined) => R): Promise<R> {
    const item = this.skip();
    if (item !== undefined) return Promise.resolve(form(item));
    if (this.#error !== undefined && !this.#cancelled) return Promise.reject(this.#error.reason as Error);
    if (this.#over) return Promise.resolve(form(undefined));
    return new Promise((resolve, reject) => this.#readers.push({ resolve: (next) => resolve(form(next)), reject }));
  }

  /** The oldest queued item; it stays. */
  peek(): T | undefined {
    return this.#queue.peek();
  }
  /** Removes the oldest queued item and returns it. */
  skip(): T | undefined {
    const item = this.#queue.shift();
    if (item === undefined) return undefined;
    if (this.#sizeOf !== undefined) this.#queuedSize -= this.#sizeOf(item);
    if (this.#queue.length === 0) this.release();
    return item;
  }

  /** The consumer wants no more items: queued ones are dropped, so is what is pushed later, and pending calls end. */
  cancel(): void {
    this.#cancelled = true;
    this.end();
    this.clear();
  }
  return(): Promise<IteratorResult<T, undefined>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  // --- either ---

  /** Drops the queued items. */
  clear(): void {
    this.#queue.clear();
    this.#queuedSize = 0;
    this.release();
  }
  /** Resolves the promise that `push` returned, however many items are queued. */
  release(): void {
    const release = this.#release;
    this.#release = this.#drained = undefined;
    release?.();
  }
}

const itself = <T>(item: T | undefined): T | undefined => item;
const resultOf = <T>(item: T | undefined): IteratorResult<T, undefined> =>
  item === undefined ? { done: true, value: undefined } : { done: false, value: item };
