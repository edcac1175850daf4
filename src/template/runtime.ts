/** What a compiled template calls while it runs. */
import { Buffer } from "node:buffer";
import { LandspoutError } from "../errors.ts";
import { xhtmlEscape } from "../escape/index.ts";
import { locate } from "./errors.ts";
import type { TemplatePosition } from "./errors.ts";

/** Names and values a template finds. */
export interface Namespace {
  readonly [name: string]: unknown;
}
/** The function a template is compiled to. */
export type TemplateFunction = (namespace: Namespace, runtime: Runtime) => string;

export interface Runtime {
  /** A value as text. */
  s(value: unknown): string;
  /** A value as text that may stand in a page. */
  e(value: unknown): string;
  /** A name that is not in the namespace. */
  g(name: string): unknown;
  /** What a loop runs over. */
  i(value: unknown): Iterable<unknown>;
  /** Something imported. */
  m(from: string, name: string): unknown;
  /** An exception, with the place it came from. */
  f(error: unknown, place: number): unknown;
}

/** Text of a value: nothing for null and undefined (Tornado writes `None`), bytes as UTF-8. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  // oxlint-disable-next-line typescript/no-base-to-string -- what it says of itself is what is asked for
  return String(value);
}

/** Text of a value that may stand in a page. */
const escaped = (value: unknown): string => (typeof value === "number" ? String(value) : xhtmlEscape(textOf(value)));

function globalNamed(name: string): unknown {
  if (name in globalThis) return (globalThis as { [name: string]: unknown })[name];
  throw new ReferenceError(`${name} is not defined`);
}

/** Lists, sets, maps, generators as they are; of a plain object its keys, as of a dictionary in Python. */
function iterable(value: unknown): Iterable<unknown> {
  if (typeof value === "string" || (typeof value === "object" && value !== null && Symbol.iterator in value))
    return value as Iterable<unknown>;
  if (typeof value === "object" && value !== null) return Object.keys(value);
  throw new TypeError(`${value === null ? "null" : typeof value} cannot be looped over`);
}

/** @param imports What `{% import %}` finds. */
export function makeRuntime(positions: readonly TemplatePosition[], imports: Namespace): Runtime {
  return {
    s: textOf,
    e: escaped,
    g: globalNamed,
    i: iterable,
    m: (from, name) => {
      const module = Object.hasOwn(imports, from) ? imports[from] : undefined;
      if (module === undefined) {
        throw new LandspoutError(
          "ERR_LANDSPOUT_TEMPLATE_IMPORT",
          `templates can import what their loader was given as imports, and ${from} is not among it`,
        );
      }
      return name === "*" ? module : (module as Namespace)[name];
    },
    f: (error, place) => locate(error, positions[place]),
  };
}
