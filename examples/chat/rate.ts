/** How much somebody may send: so many at once, and so many a second after that. It must not know what, or over which road. */

/** Addresses remembered. Above that the oldest is forgotten, and may send as if it were new. */
const MOST_ADDRESSES = 10_000;

/** Holds `size` drops, and gets `perSecond` back; who takes one from an empty bucket has sent too much. */
export class Bucket {
  readonly #size: number;
  readonly #perSecond: number;
  #left: number;
  #time: number = Date.now();

  constructor(size: number, perSecond: number) {
    this.#size = size;
    this.#perSecond = perSecond;
    this.#left = size;
  }

  take(): boolean {
    const now = Date.now();
    // A clock that is put back gives nothing, and takes nothing.
    const seconds = Math.max(0, now - this.#time) / 1000;
    this.#time = now;
    this.#left = Math.min(this.#size, this.#left + seconds * this.#perSecond);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}

/** A bucket for each address. */
export class AddressRate {
  readonly #size: number;
  readonly #perSecond: number;
  readonly #buckets: Map<string, Bucket> = new Map();

  constructor(size: number, perSecond: number) {
    this.#size = size;
    this.#perSecond = perSecond;
  }

  take(address: string): boolean {
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      for (const oldest of this.#buckets.keys()) {
        if (this.#buckets.size < MOST_ADDRESSES) break;
        this.#buckets.delete(oldest);
      }
      bucket = new Bucket(this.#size, this.#perSecond);
      this.#buckets.set(address, bucket);
    }
    return bucket.take();
  }
}
