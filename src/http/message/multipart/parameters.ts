/**
 * Parameters behind a media type or a disposition (RFC 9110 §5.6.6), one pass over the text. What a backslash means in a quoted
 * string is told by the caller: browsers escape in a way of their own. Knows no parameter by name.
 */

// token = 1*tchar; the name of a parameter.
const NAME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const QUOTED = /"([^"\\]*(?:\\[^][^"\\]*)*)"/y;
// Looser than the RFC: a value without quotes may hold whatever is visible (`name=items[]`, `boundary=--=_1`), not only a token.
const BARE = /[^\s;"]+/y;
const SEPARATOR = /[ \t]*;[ \t]*/y;

/** Where a sticky expression ends when matched at `at`, or -1. */
function matchAt(regex: RegExp, text: string, at: number): RegExpExecArray | null {
  regex.lastIndex = at;
  return regex.exec(text);
}

/**
 * `*( OWS ";" OWS [ parameter ] )` from `at` to the end of the text. Names in lower case; quoted values go through `unescape`.
 * Undefined where the text is anything else, or a name comes twice: two readers would not choose the same value.
 */
export function parseParameters(
  text: string,
  at: number,
  unescape: (quoted: string) => string,
): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  let i = at;
  for (;;) {
    const separator = matchAt(SEPARATOR, text, i);
    if (separator === null) break;
    i += separator[0].length;
    const name = matchAt(NAME, text, i);
    // An empty parameter.
    if (name === null) continue;
    i += name[0].length;
    if (text[i] !== "=") return undefined;
    const quoted = matchAt(QUOTED, text, i + 1);
    const value = quoted ?? matchAt(BARE, text, i + 1);
    if (value === null) return undefined;
    i += 1 + value[0].length;
    const key = name[0].toLowerCase();
    if (parameters.has(key)) return undefined;
    parameters.set(key, quoted === null ? value[0] : unescape(quoted[1] as string));
  }
  return /^[ \t]*$/.test(text.slice(i)) ? parameters : undefined;
}

/** RFC 9110 §5.6.4: "Recipients that process the value of a quoted-string MUST handle a quoted-pair as if it were replaced by the octet following the backslash." */
export const unescapePairs = (quoted: string): string =>
  quoted.includes("\\") ? quoted.replace(/\\([^])/g, "$1") : quoted;
