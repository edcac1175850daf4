/** Tornado's `LifoQueue`: the newest item first. */
import { Queue } from "./queue.ts";

/** Gives the item first that was put in last. */
export class LifoQueue<T> extends Queue<T> {
  readonly #items: T[] = [];

  protected override putItem(item: T): void {
    this.#items.push(item);
  }
  protected override getItem(): T {
    return this.#items.pop() as T;
  }
  protected override get length(): number {
    return this.#items.length;
  }
}
