/**
 * From the bytes of a field name to the id of a well-known one. Names compare without case (RFC 9110 §5.1); what a name means
 * is not known here.
 */
import { FIELD_NAMES } from "../names.ts";

const SLOTS = 256;

/** The bytes of all names in lower case, and where each begins. */
const starts = new Uint16Array(FIELD_NAMES.length + 1);
for (let id = 1; id <= FIELD_NAMES.length; id++) {
  starts[id] = (starts[id - 1] as number) + (FIELD_NAMES[id - 1] as string).length;
}
const letters = Uint8Array.from(FIELD_NAMES.join(""), (letter) => letter.charCodeAt(0));

const slotOf = (length: number, first: number, last: number): number => (length * 7 + first * 3 + last * 5) & (SLOTS - 1);

/** The first id of a slot, and the next one in the same slot; 0 ends the chain. */
const firstId = new Uint8Array(SLOTS);
const nextId = new Uint8Array(FIELD_NAMES.length);
for (let id = FIELD_NAMES.length - 1; id > 0; id--) {
  const name = FIELD_NAMES[id] as string;
  const slot = slotOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));
  nextId[id] = firstId[slot] as number;
  firstId[slot] = id;
}

/** The id of the name `[start, end)`, all of it tchar and not empty, or 0. */
export function fieldNameId(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let id = firstId[
    slotOf(length, (bytes[start] as number) | 0x20, (bytes[end - 1] as number) | 0x20)
  ] as number;
  for (; id !== 0; id = nextId[id] as number) {
    let at = starts[id] as number;
    if ((starts[id + 1] as number) - at !== length) continue;
    let i = start;
    // Among the tchars only letters lose something by `| 0x20` that could make them equal to a letter or a hyphen.
    while (i < end && ((bytes[i] as number) | 0x20) === letters[at]) {
      i++;
      at++;
    }
    if (i === end) return id;
  }
  return 0;
}
