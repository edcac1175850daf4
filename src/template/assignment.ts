/**
 * What `{% set %}` and the heads of loops assign to, in Python's spellings as in JavaScript's: `a, b = b, a`, `a = b = 1`, `(k, v) in pairs`.
 * Makes JavaScript of them, in which names are still to be looked up.
 */
import { tokenize } from "./tokens.ts";
import type { Token } from "./tokens.ts";

export interface Assignment {
  readonly code: string;
  /** Names that get a value by it, which are therefore the template's own. */
  readonly names: readonly string[];
}

const AUGMENTED = /^(?:\*\*|<<|>>>?|&&|\|\||\?\?|[-+*/%&|^])=$/;

/** One or more statements with semicolons between them. */
export function assignment(code: string): Assignment {
  const tokens = tokenize(code).map((token) => (token.kind === "space" ? { ...token, text: " " } : token));
  const statements = split(tokens, ";").filter((part) => textOf(part) !== "");
  const all = statements.map(statement);
  return { code: all.map((one) => one.code).join("; "), names: all.flatMap(({ names }) => names) };
}

function statement(tokens: readonly Token[]): Assignment {
  const augmented = tokens.findIndex(({ kind, text }) => kind === "punctuation" && AUGMENTED.test(text));
  if (augmented > 0 && split(tokens.slice(0, augmented), "=").length === 1) {
    const { code, names } = target(tokens.slice(0, augmented));
    return { code: `${code} ${tokens[augmented]?.text} ${value(tokens.slice(augmented + 1))}`, names };
  }
  const parts = split(tokens, "=");
  const last = parts.pop() ?? [];
  if (parts.length === 0) return { code: textOf(last), names: [] };
  const targets = parts.map(target);
  // In parentheses, because a statement cannot begin with the brace of a pattern.
  const assigned = [...targets.map(({ code }) => code), value(last)].join(" = ");
  return { code: `(${assigned})`, names: targets.flatMap(({ names }) => names) };
}

/** What is assigned to: `a, b` and `(a, b)` are lists, here as in Python. */
export function target(tokens: readonly Token[]): Assignment {
  const items = split(tokens, ",");
  if (items.length > 1) return list(items);
  const text = textOf(tokens);
  const solid = tokens.filter(({ kind }) => kind !== "space");
  const inner = enclosed(solid, "(", ")") ?? enclosed(solid, "[", "]");
  if (inner !== undefined) {
    const several = split(inner, ",");
    return several.length > 1 || text.startsWith("[") ? list(several) : target(inner);
  }
  if (text.startsWith("{")) return { code: text, names: boundNames(text) };
  const [first, second, third] = solid;
  if (first?.text === "..." && second?.kind === "name") return { code: text, names: [second.text] };
  const single = first?.kind === "name" && (second === undefined || (second.text === "=" && third !== undefined));
  return { code: text, names: single ? [first.text] : [] };
}

function list(items: readonly (readonly Token[])[]): Assignment {
  const targets = items.map(target);
  return { code: `[${targets.map(({ code }) => code).join(", ")}]`, names: targets.flatMap(({ names }) => names) };
}

/** What is assigned, or looped over: values with commas between them are a list, with parentheses around or without. */
export function value(tokens: readonly Token[]): string {
  const text = textOf(tokens);
  if (split(tokens, ",").length > 1) return `[${text}]`;
  const solid = tokens.filter(({ kind }) => kind !== "space");
  return split(enclosed(solid, "(", ")") ?? [], ",").length > 1 ? `[${text.slice(1, -1)}]` : text;
}

const textOf = (tokens: readonly Token[]): string =>
  tokens
    .map(({ text }) => text)
    .join("")
    .trim();

/** The tokens between two brackets, if those enclose all of it. */
function enclosed(tokens: readonly Token[], open: string, close: string): readonly Token[] | undefined {
  if (tokens[0]?.text !== open || tokens.at(-1)?.text !== close) return undefined;
  let depth = 0;
  for (const [place, { kind, text }] of tokens.entries()) {
    if (kind !== "punctuation") continue;
    if (/^[([{]$/.test(text)) depth++;
    else if (/^[)\]}]$/.test(text) && --depth === 0 && place < tokens.length - 1) return undefined;
  }
  return tokens.slice(1, -1);
}

/** Cut at a separator outside of brackets. What follows an arrow or a question mark belongs to one expression, equals signs included. */
function split(tokens: readonly Token[], separator: "," | ";" | "="): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  let closed = false;
  for (const token of tokens) {
    const { kind, text } = token;
    if (kind === "punctuation") {
      if (/^[([{]$/.test(text)) depth++;
      else if (/^[)\]}]$/.test(text)) depth--;
      else if (depth === 0 && separator === "=" && (text === "=>" || text === "?")) closed = true;
      if (depth === 0 && !closed && text === separator) {
        parts.push([]);
        continue;
      }
    }
    parts.at(-1)?.push(token);
  }
  // A comma at the end adds nothing: `a, = one`.
  if (separator === "," && parts.length > 1 && textOf(parts.at(-1) ?? []) === "") {
    parts.pop();
    return parts.length === 1 ? [...parts, []] : parts;
  }
  return parts;
}

const RESERVED_IN_PATTERNS = /^(?:const|let|var|true|false|null|undefined)$/;

/** Names that a pattern of objects or a declaration binds: `{ a, b: c, d = 1 }` binds a, c and d. */
export function boundNames(pattern: string): string[] {
  const solid = tokenize(pattern).filter(({ kind }) => kind !== "space");
  return solid
    .filter(
      ({ kind, text }, place) =>
        kind === "name" &&
        !RESERVED_IN_PATTERNS.test(text) &&
        solid[place + 1]?.text !== ":" &&
        solid[place - 1]?.text !== "=",
    )
    .map(({ text }) => text);
}
