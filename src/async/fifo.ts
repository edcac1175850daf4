/** Entries in the order they came, however many: `Array.shift` moves all that are behind, which is quadratic where thousands wait. */

/** Places of entries that were taken, above which the list is made anew without them. */
const TAKEN_LIMIT = 1024;

export class Fifo<T> {
  #entries: (T | undefined)[] = [];
  /** Index of the oldest. */
  #first = 0;

  get length(): number {
    return this.#entries.length - this.#first;
  }
  push(entry: T): void {
    this.#entries.push(entry);
  }
  /** The oldest, or one `behind` it; it stays. */
  peek(behind = 0): T | undefined {
    return this.#entries[this.#first + behind];
  }
  /** Takes the oldest. */
  shift(): T | undefined {
    const entries = this.#entries;
    if (this.#first === entries.length) return undefined;
    const entry = entries[this.#first];
    entries[this.#first++] = undefined;
    if (this.#first === entries.length) {
      this.#entries = [];
      this.#first = 0;
    } else if (this.#first > TAKEN_LIMIT && this.#first * 2 > entries.length) {
      // At least half of the places are empty: each entry is moved once for one that was taken.
      this.#entries = entries.slice(this.#first);
      this.#first = 0;
    }
    return entry;
  }
  /** All of them, oldest first; they stay. */
  all(): T[] {
    return this.#entries.slice(this.#first) as T[];
  }
  /** Takes all of them. */
  clear(): T[] {
    const all = this.all();
    this.#entries = [];
    this.#first = 0;
    return all;
  }
}
