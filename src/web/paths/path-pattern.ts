/**
 * Path patterns (`/users/:id`, `/files/*`, `/files/*path`) taken apart, and paths made of them. parameters.ts says the same in types.
 * Paths stand here as they do in a request target, percent-encoded.
 */
import { Buffer } from "node:buffer";
import { COMPONENT, PATH, percentEncode } from "../../escape/percent.ts";
import { UsageError } from "../../errors.ts";
import type { PathValue } from "./parameters.ts";

export type Segment =
  | { readonly kind: "constant"; readonly text: string }
  /** One segment, never an empty one. */
  | { readonly kind: "parameter"; readonly name: string }
  /** The rest of the path, which may be empty. */
  | { readonly kind: "rest"; readonly name: string };

export interface PathPattern {
  /** The pattern, percent-encoded where it has to be. */
  readonly text: string;
  readonly segments: readonly Segment[];
  /** Names of what is captured, in order; none where the pattern is a constant path. */
  readonly names: readonly string[];
}

/** @throws UsageError on a pattern that cannot be understood. */
export function parsePathPattern(pattern: string): PathPattern {
  const text = encodePattern(pattern);
  // The target of `OPTIONS *`, no pattern.
  if (text === "*") return { text, segments: [{ kind: "constant", text }], names: [] };
  if (!text.startsWith("/")) throw badPattern(pattern, "it does not start with /");
  if (/[?#]/.test(text)) throw badPattern(pattern, "? and # are not part of a path");
  const parts = text.slice(1).split("/");
  const segments = parts.map((part, place) => parseSegment(pattern, part, place === parts.length - 1));
  const names: string[] = [];
  for (const segment of segments) {
    if (segment.kind === "constant") continue;
    if (names.includes(segment.name)) throw badPattern(pattern, `${segment.name} is there twice`);
    names.push(segment.name);
  }
  return { text, segments, names };
}

function parseSegment(pattern: string, part: string, last: boolean): Segment {
  const [, sign, name = ""] = /^([:*])(.*)$/s.exec(part) ?? [];
  if (sign === undefined) {
    if (/[:*]/.test(part)) throw badPattern(pattern, ": and * must begin a segment");
    return { kind: "constant", text: part };
  }
  const named = /^[A-Za-z_$][\w$]*$/.test(name);
  if (sign === ":") {
    if (!named) throw badPattern(pattern, `${part} is not : and a name`);
    return { kind: "parameter", name };
  }
  if (!last) throw badPattern(pattern, "* may stand at its end only");
  if (!named && name !== "") throw badPattern(pattern, `${part} is not * and a name`);
  return { kind: "rest", name: name === "" ? "*" : name };
}

/** Paths arrive percent-encoded; so must a pattern be. What is encoded already stays. */
function encodePattern(pattern: string): string {
  return normalPath(/[^\x21-\x7e]/.test(pattern) ? encodeURI(pattern).replaceAll("%25", "%") : pattern);
}

/**
 * A path as patterns are compared with it. RFC 3986 §6.2.2.1: "the hexadecimal digits within a percent-encoding triplet (e.g., "%3a" versus
 * "%3A") are case-insensitive and therefore should be normalized to use uppercase letters".
 */
export function normalPath(path: string): string {
  return path.includes("%") ? path.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase()) : path;
}

function badPattern(pattern: string, why: string): UsageError {
  return new UsageError(
    "ERR_LANDSPOUT_ROUTE",
    `${JSON.stringify(pattern)} is not a path pattern: ${why}. Use a RegExp for other shapes.`,
  );
}

/** The pattern as an expression for whole paths. */
export function patternExpression({ text, segments, names }: PathPattern): RegExp {
  if (names.length === 0) return new RegExp(`^${literally(text)}$`);
  const parts = segments.map((segment) => {
    if (segment.kind === "constant") return literally(segment.text);
    return segment.kind === "parameter" ? "([^/]+)" : "(.*)";
  });
  return new RegExp(`^/${parts.join("/")}$`, "s");
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** The path with values in place of what is captured. @throws UsageError where it would not be matched. */
export function buildPath({ text, segments, names }: PathPattern, values: readonly PathValue[]): string {
  if (names.length === 0) return text;
  let next = 0;
  const parts = segments.map((segment) => {
    if (segment.kind === "constant") return segment.text;
    const value = values[next++] as PathValue;
    const part = escapePart(value, segment.kind === "rest");
    if (part === "" && segment.kind === "parameter") {
      throw new UsageError("ERR_LANDSPOUT_REVERSE", `:${segment.name} of ${text} cannot be empty`);
    }
    return part;
  });
  return checkedPath(`/${parts.join("/")}`);
}

/**
 * A path as links hold it. RFC 3986 §5.2.4: clients remove dot segments before they send it, and §4.2: two slashes at its beginning
 * are followed by a host; either leads elsewhere than to the route it was made of.
 */
export function checkedPath(path: string): string {
  if (/\/\.\.?(?:\/|$)/.test(path) || path.startsWith("//")) {
    throw new UsageError(
      "ERR_LANDSPOUT_REVERSE",
      `${JSON.stringify(path)} would lead elsewhere: it is not made a link`,
    );
  }
  return path;
}

/**
 * A value as part of a path: UTF-8, percent-encoded but for RFC 3986 §2.3's unreserved characters, and `/` where it may stand
 * (Tornado lets it stand everywhere; there `a/b` for one segment makes a path that the route does not match).
 */
export function escapePart(value: PathValue, keepSlashes: boolean): string {
  const spelling = keepSlashes ? PATH : COMPONENT;
  if (value instanceof Uint8Array) return percentEncode(value, spelling);
  if (!["string", "number", "bigint"].includes(typeof value)) {
    throw new UsageError("ERR_LANDSPOUT_REVERSE", `a part of a path is text, a number or bytes, not ${typeof value}`);
  }
  return percentEncode(Buffer.from(String(value)), spelling);
}

/** The values of a call of `reverse` in order, whether they came so or in one object by name. @throws UsageError if they do not fit. */
export function valuesInOrder(
  what: string,
  names: readonly (string | undefined)[],
  args: readonly unknown[],
): readonly PathValue[] {
  const [only] = args;
  if (args.length === 1 && typeof only === "object" && only !== null && !(only instanceof Uint8Array)) {
    const byNames = only as { readonly [name: string]: PathValue };
    const unknown = Object.keys(byNames).find((name) => !names.includes(name));
    if (unknown !== undefined) throw misfit(what, `has no part named ${unknown}`);
    return names.map((name) => {
      if (name === undefined) throw misfit(what, "has parts without a name: give them in order");
      if (!Object.hasOwn(byNames, name)) throw misfit(what, `needs ${name}`);
      return byNames[name] as PathValue;
    });
  }
  if (args.length !== names.length) throw misfit(what, `takes ${names.length} values, not ${args.length}`);
  return args as readonly PathValue[];
}

const misfit = (what: string, why: string): UsageError => new UsageError("ERR_LANDSPOUT_REVERSE", `${what} ${why}`);

const NONE: { readonly [name: string]: string | undefined } = Object.freeze({});

/** Captured parts by name. Of groups with the same name in alternatives, the one that matched counts. */
export function byName(
  names: readonly (string | undefined)[],
  values: readonly (string | undefined)[],
): { readonly [name: string]: string | undefined } {
  if (names.length === 0) return NONE;
  const found: { [name: string]: string | undefined } = {};
  for (const [place, name] of names.entries()) if (name !== undefined) found[name] = values[place] ?? found[name];
  return found;
}
