/**
 * Timers by deadline: a binary heap with one timer of the runtime for its first entry. Decides order (by deadline, then by age),
 * never early, and what a cancellation means; knows neither IOLoop nor the wall clock, the clock is passed in.
 *
 * Why not one runtime timer each: those round to whole milliseconds of a cached clock and so run out of order within one, fire at
 * once when asked for more than 2^31 ms (24.8 days), and cost more. Here a long timer just re-arms.
 */
import type { Callback } from "./callback.ts";

/** The longest delay in milliseconds the runtime's timers take. */
const MAX_DELAY = 2 ** 31 - 1;

/** A timer: what `callLater` and the like return, and what `removeTimeout` takes. */
export class Timeout {
  /** When it is due, in seconds on `IOLoop.time()`. */
  readonly deadline: number;
  /** Orders timers of the same deadline. */
  readonly sequence: number;
  /** Position in the heap; -1 when not in it. */
  index = -1;
  /** Empty once run or removed. */
  callback: Callback | undefined;
  /** Whether it keeps the process alive; changed by `ref` and `unref`. */
  keepsAlive = true;
  readonly #queue: TimerQueue;

  constructor(deadline: number, sequence: number, callback: Callback, queue: TimerQueue) {
    this.deadline = deadline;
    this.sequence = sequence;
    this.callback = callback;
    this.#queue = queue;
  }

  /** Keeps the process alive while it is pending. This is how a timer starts out. */
  ref(): this {
    this.#queue.setKeepsAlive(this, true);
    return this;
  }

  /** Lets the process end although it is pending. */
  unref(): this {
    this.#queue.setKeepsAlive(this, false);
    return this;
  }
}

export class TimerQueue {
  readonly #now: () => number;
  readonly #heap: Timeout[] = [];
  /** Timers in the heap that keep the process alive. */
  #alive = 0;
  #sequence = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #timerIsImmediate = false;
  /** The deadline the runtime's timer is set for. */
  #armedFor: number = Infinity;
  /** True while callbacks run: arming waits until they are done. */
  #running = false;
  #closed = false;
  readonly #onTimer = (): void => this.#run();

  /** @param now the clock, in seconds; it must not go backwards. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(deadline: number, callback: Callback): Timeout {
    const timeout = new Timeout(deadline, this.#sequence++, callback, this);
    this.#push(timeout);
    this.#arm();
    return timeout;
  }

  /** After this call the timer does not run, not even when it was due in the same turn. Harmless after it ran. */
  remove(timeout: Timeout): void {
    timeout.callback = undefined;
    if (timeout.index < 0) return;
    this.#take(timeout.index);
    this.#arm();
  }

  setKeepsAlive(timeout: Timeout, keepsAlive: boolean): void {
    if (timeout.keepsAlive === keepsAlive) return;
    timeout.keepsAlive = keepsAlive;
    if (timeout.index < 0) return;
    this.#alive += keepsAlive ? 1 : -1;
    this.#arm();
  }

  /** Drops all timers for good. */
  close(): void {
    this.#closed = true;
    for (const timeout of this.#heap) {
      timeout.callback = undefined;
      timeout.index = -1;
    }
    this.#heap.length = 0;
    this.#alive = 0;
    this.#disarm();
  }

  /** Sets the runtime's timer for the first entry, unless one that is early enough is set; wakes too early are only wasted. */
  #arm(): void {
    if (this.#running) return;
    const first = this.#heap[0];
    if (first === undefined) return this.#disarm();
    if (this.#timer === undefined || first.deadline < this.#armedFor) {
      this.#disarm();
      this.#armedFor = first.deadline;
      const delay = Math.ceil((first.deadline - this.#now()) * 1000);
      this.#timerIsImmediate = !(delay > 0);
      this.#timer = delay > 0 ? setTimeout(this.#onTimer, Math.min(delay, MAX_DELAY)) : setImmediate(this.#onTimer);
    }
    if (this.#alive > 0) this.#timer.ref();
    else this.#timer.unref();
  }

  #disarm(): void {
    if (this.#timer === undefined) return;
    if (this.#timerIsImmediate) clearImmediate(this.#timer as NodeJS.Immediate);
    else clearTimeout(this.#timer as NodeJS.Timeout);
    this.#timer = undefined;
    this.#armedFor = Infinity;
  }

  /** Runs what is due now. Timers added meanwhile wait for the next turn, even when due, so that I/O gets its turn. */
  #run(): void {
    this.#timer = undefined;
    this.#armedFor = Infinity;
    const now = this.#now();
    const due: Timeout[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.deadline <= now; first = this.#heap[0]) {
      this.#take(0);
      due.push(first);
    }
    this.#running = true;
    let done = 0;
    try {
      for (const timeout of due) {
        done++;
        if (this.#closed) continue;
        const { callback } = timeout;
        timeout.callback = undefined;
        callback?.run();
      }
    } finally {
      // Nothing gets here early but a defect of ours: the timers behind it stay due.
      this.#running = false;
      if (!this.#closed) {
        for (const timeout of due.slice(done)) if (timeout.callback !== undefined) this.#push(timeout);
        this.#arm();
      }
    }
  }

  #push(timeout: Timeout): void {
    if (timeout.keepsAlive) this.#alive++;
    this.#siftUp(this.#heap.length, timeout);
  }

  /** Takes the entry at a position out of the heap. */
  #take(index: number): void {
    const heap = this.#heap;
    const timeout = heap[index];
    const last = heap.pop();
    if (timeout === undefined || last === undefined) return;
    timeout.index = -1;
    if (timeout.keepsAlive) this.#alive--;
    if (last === timeout) return;
    const parent = heap[(index - 1) >> 1];
    if (index > 0 && parent !== undefined && isBefore(last, parent)) this.#siftUp(index, last);
    else this.#siftDown(index, last);
  }

  #siftUp(start: number, timeout: Timeout): void {
    const heap = this.#heap;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(timeout, parent)) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = timeout;
    timeout.index = index;
  }

  #siftDown(start: number, timeout: Timeout): void {
    const heap = this.#heap;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (!isBefore(child, timeout)) break;
      heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    heap[index] = timeout;
    timeout.index = index;
  }
}

function isBefore(a: Timeout, b: Timeout): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.sequence < b.sequence);
}
