/**
 * The tables by which both parsers know field names, computed from a list of names: for the Wasm parser a perfect hash over the first 16
 * letters, for the TypeScript parser one over the first and the last four. Pure functions: files are not known here. `src/parser/ts/field-names.ts` and
 * `assembly/field-names.ts` look names up by the same formulas.
 */

const SLOTS = 128;
export const SLOT_BITS = 7n;
/** Bytes of a name in the Wasm table: two vectors. */
export const WIDTH = 32;
/** Letters for which field-names.ts has words. */
const LONGEST = 28;
/** What the hash of the TypeScript parser reads at both ends. */
const SHORTEST = 4;
/** The one shorter name it knows. */
const SHORT_NAME = "te";
/** Ids have 8 bits in a row of a field (abi.ts); there must be more slots than names. */
const MOST = 100;
const TRIES = 5_000_000;
const WORD = (1n << 64n) - 1n;
const LOWER_CASE = 0x20202020;

/** @throws Error that says which name the tables cannot hold. */
export function checkNames(names) {
  if (names.length > MOST) throw new Error(`${names.length} names: the tables are made for at most ${MOST}`);
  for (const [index, name] of names.entries()) {
    if (!/^[a-z]+(?:-[a-z]+)*$/.test(name)) throw new Error(`"${name}": write it in lower case, letters and hyphens`);
    if (name.length > LONGEST) throw new Error(`"${name}" is longer than ${LONGEST} letters`);
    if (name.length < SHORTEST && name !== SHORT_NAME) throw new Error(`"${name}" is shorter than ${SHORTEST} letters`);
    if (names.indexOf(name) !== index) throw new Error(`"${name}" is there twice`);
  }
}

/** Candidates in a fixed order, so that everybody finds the same. Odd 64-bit numbers. */
function* candidates() {
  let factor = 0x9e3779b97f4a7c15n;
  for (let tries = 0; tries < TRIES; tries++) {
    factor = ((factor * 6364136223846793005n + 1442695040888963407n) & WORD) | 1n;
    yield factor;
  }
}

const isPerfect = (names, slotOf) => {
  const taken = new Set();
  return names.every((name) => {
    const slot = slotOf(name);
    return !taken.has(slot) && taken.add(slot);
  });
};

// --- the Wasm parser ---

/** Bytes `[from, from + 8)` of a name, zero-padded, little endian. */
const half = (name, from) => Buffer.from(name.padEnd(WIDTH, "\0")).readBigUInt64LE(from);

/** Id, length and letters for each slot, and the factor by which a name finds its slot. */
export function wasmTables(names) {
  const keys = new Map(names.map((name) => [name, half(name, 0) ^ half(name, 8)]));
  const slotOf = (name, factor) => Number(((keys.get(name) * factor) & WORD) >> (64n - SLOT_BITS));
  for (const factor of candidates()) {
    if (!isPerfect(names, (name) => slotOf(name, factor))) continue;
    const ids = new Uint8Array(SLOTS);
    const lengths = new Uint8Array(SLOTS);
    const letters = new Uint8Array(SLOTS * WIDTH);
    for (const [index, name] of names.entries()) {
      const slot = slotOf(name, factor);
      ids[slot] = index + 1;
      lengths[slot] = name.length;
      letters.set(Buffer.from(name), slot * WIDTH);
    }
    return { factor, ids, lengths, letters };
  }
  throw new Error("No factor gives every name a slot of its own in the Wasm parser: enlarge SLOTS");
}

// --- the TypeScript parser ---

/**
 * The two factors of field-names.ts. `before` are tried first: while they are good they stay.
 * @param {readonly [number, number]} before
 */
export function tsFactors(names, before) {
  const keys = new Map();
  const seen = new Map();
  for (const name of names.filter(({ length }) => length >= SHORTEST)) {
    const bytes = Buffer.from(name);
    const key = [bytes.readInt32LE(0) | LOWER_CASE, bytes.readInt32LE(name.length - 4) | LOWER_CASE];
    const other = seen.get(String(key));
    if (other !== undefined)
      throw new Error(`"${name}" and "${other}" begin and end alike: no hash can tell them apart`);
    seen.set(String(key), name);
    keys.set(name, key);
  }
  const slotOf = (name, [one, two]) => {
    const [first, last] = keys.get(name);
    return Math.imul(first ^ Math.imul(last, one), two) >>> 24;
  };
  const long = [...keys.keys()];
  if (isPerfect(long, (name) => slotOf(name, before))) return before;
  for (const candidate of candidates()) {
    const factors = [Number(candidate >> 33n) | 1, Number(candidate & 0x7fffffffn) | 1];
    if (isPerfect(long, (name) => slotOf(name, factors))) return factors;
  }
  throw new Error("No two factors give every name a slot of its own in the TypeScript parser");
}
