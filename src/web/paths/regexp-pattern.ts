/**
 * Regular expressions as routes: the whole path must match, groups are counted and named, and of the simple ones a path can be made
 * again. It reads an expression's source only as far as that needs.
 */
import { UsageError } from "../../errors.ts";
import type { PathValue } from "./parameters.ts";
import { checkedPath, escapePart } from "./path-pattern.ts";

/**
 * The expression for a whole text, alternatives included. Stricter than Tornado, where the end is held against the last alternative
 * only, so that `/a|/b` matches `/a/anything`.
 */
export function wholly(regexp: RegExp): RegExp {
  return new RegExp(`^(?:${regexp.source})$`, regexp.flags.replace(/[gy]/g, ""));
}

export interface ExpressionParts {
  /** A name, or undefined, for every capturing group, in order. */
  readonly names: readonly (string | undefined)[];
  /** Constant text, and undefined for a group; nothing where no path can be made of the expression. */
  readonly pieces: readonly (string | undefined)[] | undefined;
}

/** Takes the source of an expression apart. The RegExp it comes from has been compiled, so it is well formed. */
export function expressionParts({ source, unicodeSets }: RegExp & { unicodeSets?: boolean }): ExpressionParts {
  const names: (string | undefined)[] = [];
  const pieces: (string | undefined)[] = [];
  let simple = true;
  let depth = 0;
  let literal = "";
  for (let i = 0; i < source.length; i++) {
    const letter = source[i] as string;
    if (letter === "\\") {
      i++;
      if (depth === 0) {
        // A backslash before a letter or digit is a class, a reference or a control character.
        if (/\w/.test(source[i] as string)) simple = false;
        literal += source[i] as string;
      }
    } else if (letter === "[") {
      i = endOfClass(source, i, unicodeSets === true);
      if (depth === 0) simple = false;
    } else if (letter === "(") {
      const [opening, name] = /^\((?:\?<([^=!>][^>]*)>|\?[^<]|\?<[=!])?/.exec(source.slice(i)) as RegExpExecArray;
      const captures = name !== undefined || opening === "(";
      const top = depth++ === 0;
      if (captures) names.push(name);
      if (top && captures) {
        pieces.push(literal, undefined);
        literal = "";
      } else if (top || captures) simple = false;
      i += opening.length - 1;
    } else if (letter === ")") {
      depth--;
    } else if (depth === 0) {
      const anchor = (letter === "^" && i === 0) || (letter === "$" && i === source.length - 1);
      if (anchor) continue;
      if (/[.*+?{|^$]/.test(letter)) simple = false;
      literal += letter;
    }
  }
  pieces.push(literal);
  return { names, pieces: simple ? pieces : undefined };
}

/** Place of the `]` of a class. With the flag v classes may stand in classes. */
function endOfClass(source: string, start: number, nested: boolean): number {
  let depth = 0;
  for (let i = start; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === "[" && (nested || depth === 0)) depth++;
    else if (source[i] === "]" && --depth === 0) return i;
  }
  return source.length;
}

/** The path of an expression with values in place of its groups. Slashes in values stay, as in Tornado: a group may match them. */
export function buildFromExpression(
  regexp: RegExp,
  pieces: ExpressionParts["pieces"],
  values: readonly PathValue[],
): string {
  if (pieces === undefined) {
    throw new UsageError(
      "ERR_LANDSPOUT_REVERSE",
      `no path can be made of ${String(regexp)}: it must be plain text and groups that are not nested, optional or repeated`,
    );
  }
  let next = 0;
  return checkedPath(pieces.map((piece) => piece ?? escapePart(values[next++] as PathValue, true)).join(""));
}
