/**
 * Text in HTML and XML: `xhtmlEscape` for whatever a page is to show, `xhtmlUnescape` for what a page says. The output is safe as the content
 * of an element and within a quoted attribute; not in a `<script>`, in a style, in an unquoted attribute, and it makes no URL safe to follow.
 */
import { ENTITIES } from "./entities.ts";
import { characterOfWindows, toUnicode } from "./text.ts";
import type { Text } from "./text.ts";

const SPECIAL = /[&<>"']/;

/** The text with `& < > " '` as `&amp; &lt; &gt; &quot; &#x27;` (Tornado before 6.4 wrote the last as `&#39;`). */
export function xhtmlEscape(value: Text): string {
  const text = typeof value === "string" ? value : toUnicode(value);
  if (!SPECIAL.test(text)) return text;
  let escaped = "";
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const replacement = replacementOf(text.charCodeAt(at));
    if (replacement === undefined) continue;
    escaped += text.slice(done, at) + replacement;
    done = at + 1;
  }
  return escaped + text.slice(done);
}

function replacementOf(code: number): string | undefined {
  switch (code) {
    case 0x26:
      return "&amp;";
    case 0x3c:
      return "&lt;";
    case 0x3e:
      return "&gt;";
    case 0x22:
      return "&quot;";
    case 0x27:
      return "&#x27;";
    default:
      return undefined;
  }
}

/**
 * The text that the character references in it stand for, by the rules of HTML: all 2,231 names, those that need no semicolon also at the
 * start of a longer word (`&notit;` is `¬it;`), numbers of windows-1252 for U+0080 to U+009F. As in Python's `html.unescape`
 * noncharacters and control characters named by number vanish. Tornado before 6.4 knew the 252 names of HTML 4 only.
 */
export function xhtmlUnescape(value: Text): string {
  return toUnicode(value).replace(
    /&(?:#(?:([0-9]+)|[xX]([0-9a-fA-F]+));?|([^\t\n\f <&#;]{1,32};?))/gu,
    (found: string, decimal?: string, hexadecimal?: string, name?: string) => {
      if (name !== undefined) return characterNamed(name) ?? found;
      return decimal === undefined ? characterNumbered(hexadecimal ?? "", 16) : characterNumbered(decimal, 10);
    },
  );
}

function characterNumbered(digits: string, base: number): string {
  // More digits than a number can hold make Infinity, which is beyond Unicode as well.
  const code = Number.parseInt(digits, base);
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return "\ufffd";
  if (code >= 0x80 && code <= 0x9f) return characterOfWindows(code);
  const isControl = code === 0x7f || (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d);
  const isNoncharacter = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
  return isControl || isNoncharacter ? "" : String.fromCodePoint(code);
}

let names: Map<string, string> | undefined;

/** What a name stands for, with or without its semicolon, or the longest known name it starts with. */
function characterNamed(name: string): string | undefined {
  names ??= readEntities();
  for (let length = name.length; length > 1; length--) {
    const characters = names.get(name.slice(0, length));
    if (characters !== undefined) return characters + name.slice(length);
  }
  return undefined;
}

/** The table of entities.ts, read when it is first needed. */
function readEntities(): Map<string, string> {
  const table = new Map<string, string>();
  for (const [, name = "", mark, codes = ""] of ENTITIES.matchAll(/([A-Za-z0-9]+)([:!])([0-9a-f.]+)/g)) {
    const characters = String.fromCodePoint(...codes.split(".").map((code) => Number.parseInt(code, 16)));
    table.set(`${name};`, characters);
    if (mark === "!") table.set(name, characters);
  }
  return table;
}
