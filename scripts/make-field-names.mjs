/**
 * Finds the perfect hash by which the Wasm parser knows field names, and writes it down as assembly/names.ts. Run it after a
 * change of src/parser/names.ts: `node --import tsx scripts/make-field-names.mjs`.
 *
 * A name is looked up by its first 16 letters; the slot holds its id and its letters, padded with zeros to
 * two vectors, to be compared as a whole.
 */
import { writeFileSync } from "node:fs";
import { FIELD_NAMES } from "../src/parser/names.ts";

const SLOTS = 128;
const WIDTH = 32;

const BITS = 7n;
const WORD = (1n << 64n) - 1n;

/** Bytes `[from, from + 8)` of a name, zero-padded, little endian. */
const half = (name, from) => Buffer.from(name.padEnd(WIDTH, "\0")).readBigUInt64LE(from);
const slot = (name, factor) => Number((((half(name, 0) ^ half(name, 8)) * factor) & WORD) >> (64n - BITS));

/** A factor under which no two names share a slot, from a fixed sequence of candidates. */
function search() {
  const names = FIELD_NAMES.slice(1);
  let factor = 0x9e3779b97f4a7c15n;
  for (let tries = 0; tries < 5_000_000; tries++) {
    factor = ((factor * 6364136223846793005n + 1442695040888963407n) & WORD) | 1n;
    if (new Set(names.map((name) => slot(name, factor))).size === names.length) return factor;
  }
  throw new Error("no perfect hash of this form: enlarge SLOTS");
}

const factor = search();
const ids = new Uint8Array(SLOTS);
const lengths = new Uint8Array(SLOTS);
const letters = new Uint8Array(SLOTS * WIDTH);
for (const [id, name] of FIELD_NAMES.entries()) {
  if (id === 0) continue;
  if (name.length > WIDTH) throw new Error(`${name} is longer than ${WIDTH}`);
  const at = slot(name, factor);
  ids[at] = id;
  lengths[at] = name.length;
  letters.set(Buffer.from(name), at * WIDTH);
}
const rows = (bytes) => {
  const lines = [];
  for (let i = 0; i < bytes.length; i += 32) lines.push(`  ${[...bytes.subarray(i, i + 32)].join(", ")},`);
  return lines.join("\n");
};

writeFileSync(
  new URL("../assembly/names.ts", import.meta.url),
  `/**
 * The well-known field names as a perfect hash over their first 16 letters. Generated from src/parser/names.ts by
 * scripts/make-field-names.mjs. Names are in lower case, padded with zeros to ${WIDTH} bytes.
 */

/** A name's slot: the two halves of its first 16 letters, one XOR the other, times this, shifted right. */
export const SLOT_FACTOR: u64 = 0x${factor.toString(16)};
export const SLOT_SHIFT: u64 = ${64n - BITS};

/** The id in each slot, 0 where the slot is empty. */
// prettier-ignore
export const SLOT_IDS: usize = memory.data<u8>([
${rows(ids)}
]);

/** The length of the name in each slot. */
// prettier-ignore
export const SLOT_LENGTHS: usize = memory.data<u8>([
${rows(lengths)}
]);

/** The letters, ${WIDTH} bytes a slot. */
// prettier-ignore
export const SLOT_LETTERS: usize = memory.data<u8>([
${rows(letters)}
]);
`,
);
