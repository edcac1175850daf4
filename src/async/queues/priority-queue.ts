/** Tornado's `PriorityQueue`: the lowest item first. A binary heap; items that are equal come in the order they were put in. */
import { UsageError } from "../../errors.ts";
import { shown } from "../../options-check.ts";
import { Queue } from "./queue.ts";

interface Entry<T> {
  readonly item: T;
  /** Age, for items that are equal. */
  readonly sequence: number;
}

/**
 * Gives the lowest item first. Without `compare`, items are numbers, text, or arrays of those, such as `[priority, name]`, compared
 * element by element as Python's tuples.
 */
export class PriorityQueue<T> extends Queue<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #heap: Entry<T>[] = [];
  #sequence = 0;

  /**
   * @param maxsize As of `Queue`.
   * @param compare Negative if the first item comes first, positive if the second one does, 0 if they are equal. What it throws, `put`
   *   fails with. Default: numbers, text, arrays; other items, and two of different types, are refused with
   *   `ERR_LANDSPOUT_QUEUE_ORDER`.
   */
  constructor(maxsize: number = 0, compare: (a: T, b: T) => number = compareItems) {
    super(maxsize);
    if (typeof compare !== "function")
      throw new UsageError(
        "ERR_LANDSPOUT_QUEUE_ORDER",
        `PriorityQueue: compare must be a function, not ${shown(compare)}`,
      );
    this.#compare = compare;
  }

  // Comparisons may throw: the heap is changed only after the last of them.

  protected override putItem(item: T): void {
    const heap = this.#heap;
    const entry = { item, sequence: this.#sequence };
    // The first item, too: one that cannot be compared is refused at once.
    if (heap.length === 0) this.#compare(item, item);
    const path: number[] = [];
    for (let index = heap.length; index > 0;) {
      path.push(index);
      index = (index - 1) >> 1;
      if (!this.#isBefore(entry, heap[index] as Entry<T>)) break;
      if (index === 0) path.push(0);
    }
    this.#sequence++;
    if (path.length === 0) path.push(0);
    for (let i = 0; i + 1 < path.length; i++) heap[path[i] as number] = heap[path[i + 1] as number] as Entry<T>;
    heap[path.at(-1) as number] = entry;
  }

  protected override getItem(): T {
    const heap = this.#heap;
    const top = heap[0] as Entry<T>;
    const size = heap.length - 1;
    const last = heap[size] as Entry<T>;
    const path = [0];
    for (let index = 0; ;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(heap[child + 1] as Entry<T>, heap[child] as Entry<T>)) child++;
      if (!this.#isBefore(heap[child] as Entry<T>, last)) break;
      path.push((index = child));
    }
    heap.pop();
    if (size === 0) return top.item;
    for (let i = 0; i + 1 < path.length; i++) heap[path[i] as number] = heap[path[i + 1] as number] as Entry<T>;
    heap[path.at(-1) as number] = last;
    return top.item;
  }

  protected override get length(): number {
    return this.#heap.length;
  }

  #isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    return order < 0 || (order === 0 && a.sequence < b.sequence);
  }
}

/** Numbers, text, and arrays element by element, a shorter one first. */
function compareItems(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
      // The same object is equal to itself, whatever it is: only what differs has to have an order.
      const order = Object.is(a[i], b[i]) && a !== b ? 0 : compareItems(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  const ordered =
    (typeof a === "string" && typeof b === "string") ||
    (isNumber(a) && isNumber(b) && !Number.isNaN(a) && !Number.isNaN(b));
  if (!ordered)
    throw new UsageError(
      "ERR_LANDSPOUT_QUEUE_ORDER",
      `PriorityQueue has no order for ${shown(a)} and ${shown(b)}; pass compare`,
    );
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

const isNumber = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint";
