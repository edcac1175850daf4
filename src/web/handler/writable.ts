/**
 * What may be written to an answer, and as what: text, bytes under any name, forms, and objects as JSON. What would become `{}` without a
 * word, because JSON knows nothing of it, is refused with a sentence that says what to do instead.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import { isPromiseLike } from "../../user-code.ts";
import { JSON_TYPE } from "../../http/message/default-fields.ts";

/** What `write` takes: text (sent as UTF-8), bytes, a form, or an object (sent as JSON). */
export type Writable = string | Uint8Array | object;

const FORM_TYPE = "application/x-www-form-urlencoded;charset=UTF-8";

/** Text of an object that is written, and the content type that goes with it. @throws UsageError, as `jsonText`. */
export function textForm(value: object): readonly [text: string, type: string] {
  return value instanceof URLSearchParams ? [value.toString(), FORM_TYPE] : [jsonText(value), JSON_TYPE];
}

const refused = (text: string): UsageError => new UsageError("ERR_LANDSPOUT_WRITE", text);

/** Bytes that are no `Uint8Array`: an ArrayBuffer, shared or not, or another view of one. Undefined for everything else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  // Its bytes may change while they are sent.
  if (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer)
    return new Uint8Array(value).slice();
  return undefined;
}

/** Content whose bytes are there only after a wait: it can be returned, not written. A file of Bun (`Bun.file`) is a Blob. */
export const isLater = (value: unknown): value is Blob | FormData =>
  (typeof Blob === "function" && value instanceof Blob) ||
  (typeof FormData === "function" && value instanceof FormData);

/**
 * The JSON text of an object that is written. @throws UsageError on what has none, on arrays (as in Tornado), and as `checkedObject`.
 */
function jsonText(value: object): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refused("write() takes text, bytes or an object; wrap an array or number in an object");
  const text = JSON.stringify(checkedObject(value, "write()")) as string | undefined;
  if (text === undefined) throw refused("write() got an object that has no JSON text");
  // So that it may stand in a script element.
  return text.includes("</") ? text.replaceAll("</", "<\\/") : text;
}

/**
 * An object that JSON says something of. `call` names where it was given. @throws UsageError on what JSON would leave everything of out: a
 * promise, a Map, a Set, an Error and their like.
 */
export function checkedObject(value: object, call: string): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuseUnsaid(value, call);
  return value;
}

function refuseUnsaid(value: object, call: string): void {
  if (isPromiseLike(value)) {
    // It is refused here; that it may fail as well is no second error.
    Promise.resolve(value).catch(() => undefined);
    throw refused(`${call} got a promise: await it`);
  }
  if (isLater(value))
    throw refused(
      `${call} got ${value instanceof Blob ? "a Blob" : "a FormData"}, whose bytes are not there at once: return it from the method`,
    );
  if (isNamed(value, "Response")) throw refused(`${call} got a Response: return it from the method`);
  if ("toJSON" in value && !isNamed(value, "Headers")) return;
  if (value instanceof Map) throw refused(`${call} got a Map: write Object.fromEntries(map)`);
  if (value instanceof Set) throw refused(`${call} got a Set: write { items: [...set] }`);
  if (value instanceof Error) throw refused(`${call} got an Error: throw it, or write { message: error.message }`);
  if (Symbol.asyncIterator in value || "getReader" in value || "next" in value)
    throw refused(`${call} got a stream or a generator: return it from the method`);
  if (Symbol.iterator in value || value instanceof RegExp || isOpaque(value))
    throw refused(
      `${call} got ${value.constructor?.name ?? "an object"}, which has no JSON text of its own: write what it holds`,
    );
}

const isNamed = (value: object, name: string): boolean =>
  (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === name;

/** Objects of the runtime (a Request, a WeakMap, an AbortSignal) have a name, and nothing in them that JSON could say. */
const isOpaque = (value: object): boolean => Symbol.toStringTag in value && Object.keys(value).length === 0;

/** Pieces as one: text, where all of them are. */
export function joined(pieces: readonly (string | Uint8Array)[]): string | Uint8Array {
  if (pieces.every((piece) => typeof piece === "string")) return pieces.join("");
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}
