/**
 * From the bytes of a field name to the id of a well-known one. Names compare without case (RFC 9110 §5.1); what a name means
 * is not known here.
 *
 * The first and the last four letters decide which name it can be, and one comparison whether it is. The two factors were
 * searched for: they give every name of names.ts a slot of its own. Where a new name shares a slot, the cases of
 * known-names fail, and two new odd factors have to be found.
 */
import { H_TE } from "../abi.ts";
import { FIELD_NAMES } from "../names.ts";

const FIRST_FACTOR = 0x26c23871;
const SECOND_FACTOR = 0x58493a77;
const LOWER_CASE = 0x20202020;
/** Words for the longest name, and one for its last four bytes, which may overlap the word before. */
const WORDS = 7;

const ids = new Uint8Array(256);
const lengths = new Uint8Array(FIELD_NAMES.length);
const letters = new Int32Array(FIELD_NAMES.length * WORDS);
/** 0x20 where there is a letter: `byte | 0x20` then makes it lower, and nothing else equal to it. */
const caseBits = new Int32Array(FIELD_NAMES.length * WORDS);

const slotOf = (first: number, last: number): number =>
  Math.imul(first ^ Math.imul(last, FIRST_FACTOR), SECOND_FACTOR) >>> 24;

function enter(name: string, id: number): void {
  const word = (at: number, byteOf: (code: number) => number): number => {
    let packed = 0;
    for (let i = 0; i < 4; i++) packed |= byteOf(name.charCodeAt(at + i)) << (8 * i);
    return packed;
  };
  const store = (index: number, at: number): void => {
    letters[id * WORDS + index] = word(at, (code) => code);
    caseBits[id * WORDS + index] = word(at, (code) => (code >= 0x61 && code <= 0x7a ? 0x20 : 0));
  };
  const last = name.length - 4;
  lengths[id] = name.length;
  for (let at = 0; at < last; at += 4) store(at >> 2, at);
  store((last + 3) >> 2, last);
  ids[slotOf(word(0, (code) => code) | LOWER_CASE, word(last, (code) => code) | LOWER_CASE)] = id;
}

FIELD_NAMES.forEach((name, id) => {
  if (name.length >= 4) enter(name, id);
});

/** The one well-known name that is too short for words. */
function isTe(bytes: Uint8Array, start: number): boolean {
  return ((bytes[start] as number) | 0x20) === 0x74 && ((bytes[start + 1] as number) | 0x20) === 0x65;
}

/**
 * The id of the name `[start, end)`, or 0. Any bytes may stand there: where the answer is an id, they are letters and hyphens.
 */
export function fieldNameId(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < 4) return length === 2 && isTe(bytes, start) ? H_TE : 0;
  const lastWord = view.getInt32(end - 4, true);
  const id = ids[slotOf(view.getInt32(start, true) | LOWER_CASE, lastWord | LOWER_CASE)] as number;
  if (lengths[id] !== length) return 0;
  let index = id * WORDS;
  for (let at = start; at < end - 4; at += 4) {
    if ((view.getInt32(at, true) | (caseBits[index] as number)) !== letters[index]) return 0;
    index++;
  }
  return (lastWord | (caseBits[index] as number)) === letters[index] ? id : 0;
}
