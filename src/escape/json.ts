/**
 * JSON that may stand in a page. The content of a `<script>` element ends at `</script>` wherever that stands, so no `</` is left in
 * what `jsonEncode` gives; nor anything else that means something to a reader of HTML or to an old reader of JavaScript.
 */
import { UsageError } from "../errors.ts";
import { toUnicode } from "./text.ts";
import type { Text } from "./text.ts";

const escapes: { readonly [text: string]: string } = {
  "</": "<\\/",
  "<": "\\u003c",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/**
 * The JSON text of a value, with `</` written as `<\/`.
 *
 * What `JSON.stringify` does differently from Python's `json.dumps` stays: no spaces after `,` and `:`, characters beyond ASCII as they are,
 * null for NaN and infinities (in Python `NaN`, which is no JSON), integer-like keys first. Stricter than Tornado: U+2028 and U+2029,
 * which ended lines within strings before ES2019, are escaped, and so is the `<` of `<!--` and of `<script`: with both in a
 * string, the element would not end where it should (HTML, "script data double escaped state").
 *
 * @throws UsageError on a value that has no JSON text: undefined, a function, a symbol
 */
export function jsonEncode(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new UsageError("ERR_LANDSPOUT_JSON", `There is no JSON text for ${typeof value}`);
  return text.replace(/<\/|<(?=!--|script)|[\u2028\u2029]/gi, (found) => escapes[found] ?? found);
}

/**
 * The value of a JSON text. Unlike Python's `json.loads` it knows no `NaN` and no `Infinity`, which are no JSON.
 *
 * @throws SyntaxError on text that is no JSON, LandspoutError on bytes that are not UTF-8
 */
export function jsonDecode(value: Text): unknown {
  return JSON.parse(toUnicode(value)) as unknown;
}
