/**
 * JavaScript in templates, cut into tokens: as much as is needed to find its end, to read the spellings that come from Python, and to
 * tell the names it takes from outside.
 */

type TokenKind = "name" | "string" | "template" | "number" | "regex" | "space" | "punctuation";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /(?:0[xXbBoO][0-9a-fA-F_]+|(?:[0-9][0-9_]*)?\.?[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?\.?)n?/y;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const SPACE = /(?:\s+|\/\*[^]*?\*\/|\/\/[^\n]*)+/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const OPERATOR =
  />>>=|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|\.\.\.|=>|\?\.(?![0-9])|\?\?|&&|\|\||\*\*|<<|>>|[-+*/%&|^=!<>]=|[^]/y;

/** Whether a `/` after this token begins a regular expression. */
const beforeRegex = (last: Token | undefined): boolean =>
  last === undefined ||
  (last.kind === "punctuation" && !/^[)\]}]$/.test(last.text)) ||
  (last.kind === "name" && /^(?:return|typeof|in|of|and|or|not|void|case)$/.test(last.text));

/** Tokens of a piece of code; joined they are the code again. */
export function tokenize(code: string): Token[] {
  const tokens: Token[] = [];
  let last: Token | undefined;
  for (let at = 0; at < code.length;) {
    const token = nextToken(code, at, last);
    tokens.push(token);
    if (token.kind !== "space") last = token;
    at += token.text.length;
  }
  return tokens;
}

function nextToken(code: string, at: number, last: Token | undefined): Token {
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(code)?.[0];
  };
  if (code[at] === "`") return { kind: "template", text: code.slice(at, templateEnd(code, at)) };
  const space = match(SPACE);
  if (space !== undefined && space !== "") return { kind: "space", text: space };
  const name = match(NAME);
  if (name !== undefined) return { kind: "name", text: name };
  const number = match(NUMBER);
  if (number !== undefined && /[0-9]/.test(number)) return { kind: "number", text: number };
  const string = match(STRING);
  if (string !== undefined) return { kind: "string", text: string };
  const regex = code[at] === "/" && beforeRegex(last) ? match(REGEX) : undefined;
  if (regex !== undefined) return { kind: "regex", text: regex };
  return { kind: "punctuation", text: match(OPERATOR) ?? (code[at] as string) };
}

/** Offset behind a template literal; the expressions in it are not looked into. */
function templateEnd(code: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < code.length; at++) {
    const character = code[at];
    if (character === "\\") at++;
    else if (depth === 0 && character === "`") return at + 1;
    else if (character === "$" && code[at + 1] === "{" && depth === 0) depth = 1;
    else if (depth > 0 && character === "{") depth++;
    else if (depth > 0 && character === "}") depth--;
  }
  return code.length;
}

/**
 * Offset of the tag's end in `source` at or after `start`: the first one outside of strings, regular expressions and braces, so that an
 * object may end an expression. Where nothing is balanced, the first of all, as in Tornado. -1: there is none.
 */
export function findTagEnd(source: string, start: number, end: "}}" | "%}"): number {
  const first = source.indexOf(end, start);
  if (first < 0) return -1;
  let depth = 0;
  let last: Token | undefined;
  for (let at = start; at < source.length;) {
    if (depth === 0 && source.startsWith(end, at)) return at;
    if (source.startsWith("//", at)) {
      // A comment ends with the tag, if not with the line.
      const line = source.indexOf("\n", at);
      const close = source.indexOf(end, at);
      if (depth === 0 && (line < 0 || close < line)) return close < 0 ? first : close;
      at = line < 0 ? source.length : line;
    } else if (/\s/.test(source[at] as string)) at++;
    else {
      const token = nextToken(source, at, last);
      const { kind, text } = token;
      if (text === '"' || text === "'") return first;
      if (kind === "punctuation" && text === "{") depth++;
      else if (kind === "punctuation" && text === "}" && depth > 0) depth--;
      if (kind !== "space") last = token;
      at += text.length;
    }
  }
  return first;
}
