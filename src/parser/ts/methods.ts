/** From the bytes of a method to its id. RFC 9110 §9.1: the method token is case-sensitive. */
import * as abi from "../abi.ts";
import { METHOD_NAMES } from "../names.ts";

// Copies of imported constants: why, says index.ts.
const { M_GET, M_OTHER } = abi;

const SHORTEST = 3;

function wordOf(text: string, at: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word |= text.charCodeAt(at + i) << (8 * i);
  return word;
}

/** Of every method with the space behind it: the first four bytes and the last four, which together with the length are all. */
const firstWords = Int32Array.from(METHOD_NAMES, (name) => wordOf(`${name} `, 0));
const lastWords = Int32Array.from(METHOD_NAMES, (name) => wordOf(`${name} `, name.length - 3));
const lengths = Uint8Array.from(METHOD_NAMES, (name) => name.length);

/** The id of the method `[start, end)`; the byte at `end` is the space behind it. */
export function methodId(view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < SHORTEST) return M_OTHER;
  const first = view.getInt32(start, true);
  const last = view.getInt32(end - 3, true);
  for (let id = M_GET; id < firstWords.length; id++) {
    if (first === firstWords[id] && last === lastWords[id] && length === lengths[id]) return id;
  }
  return M_OTHER;
}
