/**
 * Python in the expressions of templates that JavaScript would take for something else, often without a word (`"%s" % x` is NaN,
 * `1 < x < 3` always true), or refuse with words that help nobody: found by its tokens, and answered with the JavaScript to write.
 */
import { followsValue, insideBraces, matching, meaningful, standsAlone, textBetween } from "./expression.ts";
import { tokenize } from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** Looks at one token; a sentence if Python begins there. */
type Check = (tokens: readonly Token[], place: number) => string | undefined;

/** What is Python in a piece of code, with the JavaScript to write in its place; undefined where nothing is. */
export function pythonIn(code: string): string | undefined {
  const tokens = tokenize(code);
  for (let place = 0; place < tokens.length; place++) {
    if (tokens[place]?.kind === "space") continue;
    for (const check of CHECKS) {
      const complaint = check(tokens, place);
      if (complaint !== undefined) return complaint;
    }
  }
  return undefined;
}

const isWord = (tokens: readonly Token[], place: number, word: string): boolean =>
  tokens[place]?.kind === "name" && tokens[place].text === word && standsAlone(tokens, place);
const isPunctuation = (token: Token | undefined, text: string): boolean =>
  token?.kind === "punctuation" && token.text === text;

/** From a token in one direction, the first at the same depth that satisfies; where the bracket around ends, that. */
function reach(
  tokens: readonly Token[],
  from: number,
  step: 1 | -1,
  stop: (token: Token, at: number) => boolean,
): number {
  let depth = 0;
  let at = from;
  for (; at >= 0 && at < tokens.length; at += step) {
    const token = tokens[at] as Token;
    if (depth === 0 && stop(token, at)) return at;
    if (token.kind !== "punctuation") continue;
    if (/^[([{]$/.test(token.text)) depth += step;
    else if (/^[)\]}]$/.test(token.text)) depth -= step;
    if (depth < 0) return at;
  }
  return at;
}

const separates = ({ kind, text }: Token): boolean => kind === "punctuation" && /^(?:[,;:?]|=|=>)$/.test(text);
const wordAt = (tokens: readonly Token[], from: number, word: string): number =>
  reach(tokens, from, 1, (_, at) => isWord(tokens, at, word));
const trimmed = (tokens: readonly Token[], from: number, to: number): string => textBetween(tokens, from, to).trim();

/** Whether an `if` or `for` stands behind a value, where JavaScript has none; in the body of a function it is a statement. */
const isInExpression = (tokens: readonly Token[], place: number): boolean =>
  followsValue(tokens, place) && !(isPunctuation(meaningful(tokens, place, -1), ")") && insideBraces(tokens, place));

const conditional: Check = (tokens, place) => {
  if (!isWord(tokens, place, "if") || !isInExpression(tokens, place)) return undefined;
  const otherwise = wordAt(tokens, place + 1, "else");
  if (!isWord(tokens, otherwise, "else")) return `"… if …" is Python: write condition ? value : other`;
  const start = reach(tokens, place - 1, -1, separates) + 1;
  const end = reach(tokens, otherwise + 1, 1, separates);
  const [value, condition] = [trimmed(tokens, start, place), trimmed(tokens, place + 1, otherwise)];
  const other = trimmed(tokens, otherwise + 1, end);
  return `${quoted(tokens, start, end)} is Python: write ${condition} ? ${value} : ${other}`;
};

const quoted = (tokens: readonly Token[], from: number, to: number): string => `"${trimmed(tokens, from, to)}"`;

const comprehension: Check = (tokens, place) => {
  if (!isWord(tokens, place, "for") || !isInExpression(tokens, place)) return undefined;
  const start = reach(tokens, place - 1, -1, (token) => isPunctuation(token, ",")) + 1;
  const within = wordAt(tokens, place + 1, "in");
  const end = reach(tokens, within, 1, (token) => isPunctuation(token, ","));
  const what = quoted(tokens, start, end);
  // More than one loop, or a dictionary, has no such simple counterpart.
  if (within >= end || wordAt(tokens, place + 1, "for") < end || tokens[start - 1]?.text === "{")
    return `${what} is Python: write it with map and filter, or Object.fromEntries, or as {% for %}`;
  const test = wordAt(tokens, within + 1, "if");
  const names = trimmed(tokens, place + 1, within);
  const name = names.includes(",") ? `([${names.replace(/^\(([^]*)\)$/, "$1")}])` : `(${names})`;
  const list = trimmed(tokens, within + 1, Math.min(test, end));
  const filter = test < end ? `.filter(${name} => ${trimmed(tokens, test + 1, end)})` : "";
  return `${what} is Python: write ${list}${filter}.map(${name} => ${trimmed(tokens, start, place)})`;
};

/** The bracket of a call around a token, or -1; not the parameters of a function. */
function callAround(tokens: readonly Token[], place: number): number {
  const open = reach(tokens, place - 1, -1, () => false);
  if (!isPunctuation(tokens[open], "(") || !followsValue(tokens, open)) return -1;
  const after = meaningful(tokens, matching(tokens, open, 1), 1);
  if (isPunctuation(after, "=>") || isPunctuation(after, "{")) return -1;
  return open;
}

const beginsArgument = (tokens: readonly Token[], place: number): boolean => {
  const before = meaningful(tokens, place, -1);
  return isPunctuation(before, "(") || isPunctuation(before, ",");
};

const keyword: Check = (tokens, place) => {
  if (tokens[place]?.kind !== "name" || !isPunctuation(meaningful(tokens, place, 1), "=")) return undefined;
  if (!beginsArgument(tokens, place)) return undefined;
  const open = callAround(tokens, place);
  if (open < 0) return undefined;
  const equals = tokens.findIndex((token, at) => at > place && isPunctuation(token, "="));
  const end = reach(tokens, equals + 1, 1, (token) => isPunctuation(token, ","));
  const [name, value] = [tokens[place].text, trimmed(tokens, equals + 1, end)];
  return `"${trimmed(tokens, place, end)}" is an argument by name, which JavaScript has not: write an object, { ${name}: ${value} }`;
};

const unpacking: Check = (tokens, place) => {
  const star = tokens[place] as Token;
  if (!isPunctuation(star, "*") && !isPunctuation(star, "**")) return undefined;
  if (!beginsArgument(tokens, place) || callAround(tokens, place) < 0) return undefined;
  const end = reach(tokens, place + 1, 1, (token) => isPunctuation(token, ","));
  const spread = `...${trimmed(tokens, place + 1, end)}`;
  return `${quoted(tokens, place, end)} is Python: write ${star.text === "*" ? spread : `{ ${spread} }`}`;
};

/** `%s`, `%(name)s`, `%.2f` … */
const CONVERSION = /%(?:\((\w+)\))?[-+ #0]*\d*(?:\.(\d+))?[sdifrxegc]/g;

const formatting: Check = (tokens, place) => {
  if (!isPunctuation(tokens[place], "%")) return undefined;
  const before = meaningful(tokens, place, -1);
  const after = meaningful(tokens, place, 1);
  const advice = "is formatting in Python, and a remainder in JavaScript: write a template literal";
  if (before?.kind === "string") {
    const literal = before.text
      .slice(1, -1)
      .replace(CONVERSION, (_, name: string | undefined, digits: string | undefined) => {
        const value = name ?? "value";
        return `\${${digits === undefined ? value : `${value}.toFixed(${digits})`}}`;
      });
    return `${before.text} % … ${advice}, \`${literal.replaceAll("%%", "%")}\``;
  }
  if (isPunctuation(after, "{") || isPunctuation(after, "[")) return `"%" ${advice}, as \`Hello \${name}\``;
  // The translation of a text: `_("%s friends") % count`.
  if (!isPunctuation(before, ")")) return undefined;
  const end = reach(tokens, place - 1, -1, (token) => isPunctuation(token, ")"));
  const argument = tokens.slice(matching(tokens, end, -1), end).find(({ kind }) => kind === "string");
  if (argument === undefined || argument.text.search(CONVERSION) < 0) return undefined;
  return `"%" behind ${argument.text} ${advice}, or replace the parts of the text`;
};

const words: Check = (tokens, place) => {
  const next = meaningful(tokens, place, 1);
  if (isWord(tokens, place, "is") && followsValue(tokens, place))
    return `"is" is Python: write a === b for "a is b", a !== b for "a is not b", a == null for "a is None"`;
  if (isWord(tokens, place, "not") && followsValue(tokens, place) && next?.text === "in")
    return `"not in" is Python: write !list.includes(value)`;
  if (isWord(tokens, place, "lambda") && (next?.kind === "name" || isPunctuation(next, ":")))
    return `"lambda" is Python: write (x) => x + 1 for "lambda x: x + 1"`;
  const { kind, text: prefix } = tokens[place] as Token;
  const isPrefix = kind === "name" && /^(?:[fF]|[rR]?[bBuU]|[rR])$/.test(prefix);
  if (!isPrefix || tokens[place + 1]?.kind !== "string") return undefined;
  const text = tokens[place + 1]?.text ?? "";
  return /f/i.test(prefix)
    ? `f${text} is Python: write \`${text.slice(1, -1).replaceAll("{", "${")}\``
    : `${prefix}${text} is Python: write ${text}`;
};

const subscript: Check = (tokens, place) => {
  if (!isPunctuation(tokens[place], "[") || !followsValue(tokens, place)) return undefined;
  const end = matching(tokens, place, 1);
  const colon = reach(tokens, place + 1, 1, (token) => isPunctuation(token, ":") || isPunctuation(token, "?"));
  if (colon >= end || !isPunctuation(tokens[colon], ":")) return undefined;
  const [from, to] = [trimmed(tokens, place + 1, colon), trimmed(tokens, colon + 1, end)];
  return `"[${from}:${to}]" is Python: write .slice(${from || "0"}${to === "" ? "" : `, ${to}`})`;
};

const isRelation = ({ kind, text }: Token): boolean => kind === "punctuation" && /^[<>]=?$/.test(text);
const endsComparison = (tokens: readonly Token[], at: number): boolean => {
  const token = tokens[at] as Token;
  if (separates(token) || (token.kind === "punctuation" && /^(?:&&|\|\||\?\?)$/.test(token.text))) return true;
  return ["and", "or", "not"].some((word) => isWord(tokens, at, word));
};

const chain: Check = (tokens, place) => {
  if (!isRelation(tokens[place] as Token)) return undefined;
  const second = reach(tokens, place + 1, 1, (token, at) => isRelation(token) || endsComparison(tokens, at));
  if (second >= tokens.length || !isRelation(tokens[second] as Token)) return undefined;
  const start = reach(tokens, place - 1, -1, (_, at) => endsComparison(tokens, at)) + 1;
  const end = reach(tokens, second + 1, 1, (_, at) => endsComparison(tokens, at));
  const middle = trimmed(tokens, place + 1, second);
  const both = `${trimmed(tokens, start, second)} && ${middle} ${trimmed(tokens, second, end)}`;
  return `${quoted(tokens, start, end)} compares a truth value in JavaScript: write ${both}`;
};

const CHECKS: readonly Check[] = [conditional, comprehension, keyword, unpacking, formatting, words, subscript, chain];
