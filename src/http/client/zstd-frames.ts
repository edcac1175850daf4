/**
 * Where the frames of zstd content end (RFC 8878 §3.1). Not every runtime's inflater says that content was cut short. Looks at the sizes of
 * blocks, not into them.
 */
const MAGIC = 0;
const DESCRIPTOR = 1;
const BLOCK = 2;
const SKIPPABLE = 3;
/** Bytes that each state reads at once. */
const NEEDS = [4, 1, 3, 4] as const;

export class ZstdFrames {
  #state: 0 | 1 | 2 | 3 = MAGIC;
  #value = 0;
  #have = 0;
  #skip = 0;
  #checksum = 0;

  /** Everything so far is whole frames. */
  get complete(): boolean {
    return this.#state === MAGIC && this.#have === 0 && this.#skip === 0;
  }

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#skip > 0) {
        const size = Math.min(this.#skip, bytes.length - at);
        this.#skip -= size;
        at += size;
        continue;
      }
      this.#value += (bytes[at++] as number) * 256 ** this.#have;
      if (++this.#have === NEEDS[this.#state]) this.#step(this.#value);
    }
  }

  #step(value: number): void {
    this.#have = this.#value = 0;
    // §3.1.1.1.1: what the header holds behind its descriptor. Bits 7-6: size of the content's size, 5: single segment, 2: checksum, 1-0: dictionary.
    if (this.#state === DESCRIPTOR) {
      const single = (value >> 5) & 1;
      const contentSize = [single, 2, 4, 8][value >> 6] as number;
      this.#skip = 1 - single + ([0, 1, 2, 4][value & 3] as number) + contentSize;
      this.#checksum = ((value >> 2) & 1) * 4;
      this.#state = BLOCK;
    } else if (this.#state === BLOCK) {
      // §3.1.1.2: last, type (1: one byte that is repeated), size.
      this.#skip = ((value >> 1) & 3) === 1 ? 1 : value >> 3;
      if ((value & 1) === 0) return;
      this.#skip += this.#checksum;
      this.#state = MAGIC;
    } else if (this.#state === SKIPPABLE) {
      this.#skip = value;
      this.#state = MAGIC;
    } else this.#state = value >= 0x184d2a50 && value <= 0x184d2a5f ? SKIPPABLE : DESCRIPTOR;
  }
}
