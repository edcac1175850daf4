/**
 * The expressions of templates: JavaScript, with the spellings of Python's that templates commonly carry (`and`, `or`, `not`, `None`, `True`,
 * `False`), and the names they take from outside made visible, because a compiled template finds them in its namespace.
 */
import { boundNames } from "./assignment.ts";
import { tokenize } from "./tokens.ts";
import type { Token } from "./tokens.ts";

const PYTHON: { readonly [name: string]: string } = { and: "&&", or: "||", None: "null", True: "true", False: "false" };

/** Words that are no names of values. */
const RESERVED = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof let new null return super switch this throw true try typeof undefined var void while " +
    "with yield NaN Infinity"
  ).split(" "),
);

/** Names that strict code, as that of modules is, reserves. They are values' names in templates all the same. */
const STRICT = new Set("eval implements interface package private protected public static".split(" "));

/** Whether no value of a template can have this name. */
export const isReserved = (name: string): boolean => RESERVED.has(name);

/** The name of a template's own value in the code. */
export const ownName = (name: string): string => (STRICT.has(name) ? `$_${name}` : name);

/** Code in which names from outside are looked up in the namespace `$n`; `isLocal` says which are the template's own. */
export function translate(code: string, isLocal: (name: string) => boolean): string {
  const tokens = pythonic(tokenize(code));
  const scopes = arrowScopes(tokens);
  return tokens
    .map((token, place) => {
      const isOwn = (name: string): boolean =>
        isLocal(name) || scopes.some(({ names, from, to }) => place >= from && place < to && names.has(name));
      if (token.kind === "template") return translateTemplate(token.text, isOwn);
      // What follows on the line is ours.
      if (token.kind === "space" && token.text.includes("//")) return `${token.text}\n`;
      if (token.kind !== "name" || RESERVED.has(token.text) || token.text.startsWith("$")) return token.text;
      if (!standsAlone(tokens, place)) return token.text;
      if (isOwn(token.text)) {
        const own = ownName(token.text);
        return own !== token.text && isShorthand(tokens, place) ? `${token.text}: ${own}` : own;
      }
      // Two values side by side are a mistake; what one is looked up with would make a call of them.
      if (followsValue(tokens, place)) return token.text;
      const shorthand = isShorthand(tokens, place) ? `${token.text}: ` : "";
      return `${shorthand}${isAskedForType(tokens, place) ? lookUpType(token.text) : lookUp(token.text)}`;
    })
    .join("");
}

/** A name from the namespace, else a global, else a ReferenceError. */
const lookUp = (name: string): string => `("${name}" in $n ? $n.${name} : $g("${name}"))`;

/** The same for `typeof name`, which is "undefined" of what is not there. */
const lookUpType = (name: string): string => `("${name}" in $n ? $n.${name} : globalThis.${name})`;

/** Whether `typeof` asks for just this name, not for a property of it. */
const isAskedForType = (tokens: readonly Token[], place: number): boolean =>
  meaningful(tokens, place, -1)?.text === "typeof" &&
  !/^(?:\.|\?\.|\[|\()$/.test(meaningful(tokens, place, 1)?.text ?? "");

/** The expressions of a template literal are code, too. */
function translateTemplate(text: string, isLocal: (name: string) => boolean): string {
  let result = "";
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") result += text[at] + (text[++at] ?? "");
    else if (text.startsWith("${", at)) {
      let depth = 1;
      let end = at + 2;
      for (; end < text.length && depth > 0; end++) {
        if (text[end] === "{") depth++;
        else if (text[end] === "}") depth--;
      }
      result += `\${${translate(text.slice(at + 2, end - 1), isLocal)}}`;
      at = end - 1;
    } else result += text[at];
  }
  return result;
}

/** The next token that is no white space, in one direction or the other. */
export const meaningful = (tokens: readonly Token[], from: number, step: 1 | -1): Token | undefined => {
  for (let place = from + step; place >= 0 && place < tokens.length; place += step)
    if (tokens[place]?.kind !== "space") return tokens[place];
  return undefined;
};

/** Neither a property (`.name`) nor a key (`{ name: … }`). */
export function standsAlone(tokens: readonly Token[], place: number): boolean {
  const before = meaningful(tokens, place, -1)?.text;
  if (before === "." || before === "?.") return false;
  const after = meaningful(tokens, place, 1)?.text;
  return !(after === ":" && (before === "{" || before === ",") && insideBraces(tokens, place));
}

/** Whether a value ends right before a token. */
export function followsValue(tokens: readonly Token[], place: number): boolean {
  const before = meaningful(tokens, place, -1);
  if (before === undefined) return false;
  if (before.kind === "name") return !RESERVED.has(before.text) || /^(?:this|null|true|false)$/.test(before.text);
  return before.kind === "punctuation" ? before.text === ")" || before.text === "]" : before.kind !== "space";
}

/** `{ name }` or `{ …, name, … }`: key and value in one. */
function isShorthand(tokens: readonly Token[], place: number): boolean {
  const before = meaningful(tokens, place, -1)?.text;
  const after = meaningful(tokens, place, 1)?.text;
  return (before === "{" || before === ",") && (after === "}" || after === ",") && insideBraces(tokens, place);
}

/** Whether the innermost bracket around a token is a brace. */
export function insideBraces(tokens: readonly Token[], place: number): boolean {
  let depth = 0;
  for (let at = place - 1; at >= 0; at--) {
    const { text, kind } = tokens[at] as Token;
    if (kind !== "punctuation") continue;
    if (/^[)\]}]$/.test(text)) depth++;
    else if (/^[([{]$/.test(text)) {
      if (depth === 0) return text === "{";
      depth--;
    }
  }
  return false;
}

/** Names that an arrow function binds, and where: from its parameters to the end of its body. */
interface Scope {
  readonly names: ReadonlySet<string>;
  readonly from: number;
  readonly to: number;
}

function arrowScopes(tokens: readonly Token[]): Scope[] {
  const scopes: Scope[] = [];
  tokens.forEach((token, place) => {
    if (token.text !== "=>" || token.kind !== "punctuation") return;
    const names = new Set<string>();
    let from = place - 1;
    while (from > 0 && tokens[from]?.kind === "space") from--;
    if (tokens[from]?.text === ")") {
      const end = from;
      from = matching(tokens, end, -1);
      for (const name of boundNames(textBetween(tokens, from + 1, end))) names.add(name);
    } else names.add(tokens[from]?.text ?? "");
    scopes.push({ names, from, to: bodyEnd(tokens, place + 1) });
  });
  return scopes;
}

export const textBetween = (tokens: readonly Token[], from: number, to: number): string =>
  tokens
    .slice(from, to)
    .map(({ text }) => text)
    .join("");

/** The bracket that belongs to the one at `place`, in one direction or the other; the last token where there is none. */
export function matching(tokens: readonly Token[], place: number, step: 1 | -1): number {
  let depth = 0;
  let at = place;
  for (; at > 0 && at < tokens.length; at += step) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== "punctuation") continue;
    if (/^[([{]$/.test(text)) depth += step;
    else if (/^[)\]}]$/.test(text)) depth -= step;
    if (depth === 0) return at;
  }
  return Math.max(at, 0);
}

/** Where the body of an arrow function ends: behind its braces, or before what cannot be part of an expression. */
function bodyEnd(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.kind === "space") at++;
  if (tokens[at]?.text === "{") return matching(tokens, at, 1) + 1;
  let questions = 0;
  for (; at < tokens.length; at++) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== "punctuation") continue;
    if (/^[([{]$/.test(text)) at = matching(tokens, at, 1);
    else if (text === "?") questions++;
    else if (text === ":" && questions > 0) questions--;
    else if (/^[)\]},;:]$/.test(text)) return at;
  }
  return at;
}

/**
 * `and`, `or`, `None`, `True`, `False` become JavaScript's. `not` binds looser than comparisons: `not a == b` is `!(a == b)`, which ends
 * before the next `and`, `or`, `,`, `?`, `:` or the end of the bracket it stands in.
 */
function pythonic(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  const open: number[] = [];
  let depth = 0;
  const punctuation = (text: string): Token => ({ kind: "punctuation", text });
  const close = (): void => {
    while (open.at(-1) === depth) {
      open.pop();
      result.push(punctuation(")"));
    }
  };
  tokens.forEach((token, place) => {
    const { kind, text } = token;
    const word = kind === "name" && standsAlone(tokens, place) ? text : "";
    if (word === "not") {
      result.push(punctuation("!("));
      open.push(depth);
      return;
    }
    const replaced = Object.hasOwn(PYTHON, word) ? PYTHON[word] : undefined;
    if (kind === "punctuation" && /^[([{]$/.test(text)) depth++;
    else if (kind === "punctuation" && /^[)\]}]$/.test(text)) {
      close();
      depth--;
    } else if (replaced === "&&" || replaced === "||" || (kind === "punctuation" && /^(?:&&|\|\||[,?:;])$/.test(text)))
      close();
    result.push(
      replaced === undefined ? token : { kind: /^[&|]/.test(replaced) ? "punctuation" : "name", text: replaced },
    );
  });
  depth = 0;
  while (open.length > 0) {
    open.pop();
    result.push(punctuation(")"));
  }
  return result;
}
