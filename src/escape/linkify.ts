/**
 * Links in plain text, found where Tornado's regular expression finds them, without it: that one takes time in the square of the
 * length of `a-a-a-…`. Here every character is looked at a fixed number of times. Decides what is an address, how it is shown
 * and what its `<a>` says.
 *
 *     link    = ( scheme ":" 1*3"/" / "www." ) 1*( *unit last / "(" *unit ")" )       starting at a word boundary
 *     scheme  = 1*( letter / digit / "_" / "-" )
 *     unit    = "&amp;" / "&quot;" / any but white space "&" "(" ")"
 *     last    = a unit of one character that does not end a sentence
 *
 * In each round the longest reading is taken, in a text that has been escaped before.
 */
import { callable, checkOptions, either, flag, text as isText } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { xhtmlEscape } from "./html.ts";
import { isSpace, strip, utf8 } from "./text.ts";
import type { Text } from "./text.ts";

export interface LinkifyOptions {
  /** Show addresses of more than 30 characters as host and the first of the path, and all of it as the title. */
  readonly shorten?: boolean;
  /**
   * Text that goes into the tag as it is, such as `rel="nofollow"`; or a function that is given the address, already escaped, and
   * returns that text. It is not escaped: never put there what came from outside.
   */
  readonly extraParams?: string | ((href: string) => string);
  /** Leave addresses alone that begin with `www.`. */
  readonly requireProtocol?: boolean;
  /** Schemes to be linked, compared as they stand; `http` and `https` unless told otherwise. `javascript` among them is an open door. */
  readonly permittedProtocols?: Iterable<string>;
}

const OPTIONS: OptionTable<LinkifyOptions> = {
  shorten: flag,
  extraParams: either("text or a function", isText, callable),
  requireProtocol: flag,
  permittedProtocols: (value) =>
    typeof value === "object" && value !== null && Symbol.iterator in value ? undefined : "a list of schemes",
};

/** A link of the text: `[start, end)`, with `scheme` and slashes where it has any. */
interface Found {
  readonly start: number;
  readonly end: number;
  readonly scheme: string;
  readonly slashes: number;
}

/** About the longest address shown as it is, with `shorten`. Characters. */
const SHOWN = 30;
/** Of the path, with `shorten`. Characters. */
const PATH_SHOWN = 8;

/**
 * The text as HTML: escaped, with an `<a>` around each address in it.
 *
 * @example
 * linkify("Hello http://tornadoweb.org!")
 * // Hello <a href="http://tornadoweb.org">http://tornadoweb.org</a>!
 */
export function linkify(text: Text, options: LinkifyOptions = {}): string {
  checkOptions("linkify", options, OPTIONS);
  const escaped = xhtmlEscape(text);
  const permitted = new Set(options.permittedProtocols ?? ["http", "https"]);
  let html = "";
  let done = 0;
  for (const found of addressesIn(escaped)) {
    const isLinked = found.scheme === "" ? options.requireProtocol !== true : permitted.has(found.scheme);
    if (!isLinked) continue;
    html += escaped.slice(done, found.start) + linkTo(escaped.slice(found.start, found.end), found, options);
    done = found.end;
  }
  return html + escaped.slice(done);
}

function linkTo(address: string, { scheme, slashes }: Found, { shorten, extraParams = "" }: LinkifyOptions): string {
  const href = scheme === "" ? `http://${address}` : address;
  let params = "";
  if (typeof extraParams === "function") params = ` ${strip(extraParams(href))}`;
  else if (extraParams !== "") params = ` ${strip(extraParams)}`;
  const shown = shorten === true ? shortened(address, scheme === "" ? 0 : scheme.length + 1 + slashes) : address;
  if (shown !== address) params += ` title="${href}"`;
  return `<a href="${href}"${params}>${shown}</a>`;
}

/** What is shown of a long address: its scheme, its host and the beginning of its path. Lengths are in characters, not in UTF-16 units. */
function shortened(address: string, hostAt: number): string {
  if (address.length <= SHOWN || Array.from(address).length <= SHOWN) return address;
  const [host = "", path] = address.slice(hostAt).split("/", 2);
  let shown = address;
  if (path !== undefined) {
    const [beforeQuery = ""] = Array.from(path).slice(0, PATH_SHOWN).join("").split("?", 1);
    const [beforeSuffix = ""] = beforeQuery.split(".", 1);
    shown = `${address.slice(0, hostAt)}${host}/${beforeSuffix}`;
  }
  let characters = Array.from(shown);
  if (characters.length > SHOWN * 1.5) characters = characters.slice(0, SHOWN);
  if (characters.join("") === address) return address;
  // A character reference cut in two would show as what it is not.
  const reference = characters.lastIndexOf("&");
  if (reference > SHOWN - 5) characters = characters.slice(0, reference);
  shown = `${characters.join("")}...`;
  return characters.length + 3 >= Array.from(address).length ? address : shown;
}

/** Every address of the text from left to right. */
function* addressesIn(text: string): Generator<Found> {
  const anchor = /:\/{1,3}|www\./g;
  let done = 0;
  for (let match = anchor.exec(text); match !== null; match = anchor.exec(text)) {
    const [mark] = match;
    const found = mark === "www." ? bareFrom(text, match.index) : schemeFrom(text, match.index, mark.length - 1, done);
    if (found === undefined) continue;
    yield found;
    done = anchor.lastIndex = found.end;
  }
}

/** The address at a `www.`, if that starts a word. */
function bareFrom(text: string, start: number): Found | undefined {
  if (isWord(characterBefore(text, start))) return undefined;
  const end = endFrom(text, start + 4);
  return end === undefined ? undefined : { start, end, scheme: "", slashes: 0 };
}

/** The address whose scheme ends at a colon: it starts with the first letter or digit of what may be a scheme, not before `from`. */
function schemeFrom(text: string, colon: number, slashCount: number, from: number): Found | undefined {
  let start = colon;
  for (let at = colon; at > from;) {
    const character = characterBefore(text, at);
    if (!isWord(character) && character !== "-") break;
    at -= character.length;
    if (character !== "-") start = at;
  }
  if (start === colon) return undefined;
  // The last of several slashes may have to be what the scheme is followed by.
  for (let slashes = slashCount; slashes > 0; slashes--) {
    const end = endFrom(text, colon + 1 + slashes);
    if (end !== undefined) return { start, end, scheme: text.slice(start, colon), slashes };
  }
  return undefined;
}

/** Where the rest of an address ends that begins at a place; undefined if nothing there can be one. */
function endFrom(text: string, start: number): number | undefined {
  let at = start;
  for (;;) {
    let end = unitsEnd(text, at);
    if (end.last === at) {
      if (end.last !== end.all || text.charAt(at) !== "(") return at === start ? undefined : at;
      end = unitsEnd(text, at + 1);
      if (text.charAt(end.all) !== ")") return at === start ? undefined : at;
      at = end.all + 1;
    } else {
      at = end.last;
      // Only punctuation is left before what is no unit.
      if (end.last !== end.all) return at;
    }
  }
}

/** What an address does not end with. */
const PUNCTUATION: ReadonlySet<number> = new Set(utf8("!\"#$%&'*+,.:;<=>?@[]^`{|}~"));

/** How far units reach from a place, and up to the last of them that an address may end with; that place itself if there is none. */
function unitsEnd(text: string, from: number): { readonly all: number; readonly last: number } {
  let last = from;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x26) {
      const length = text.startsWith("&amp;", at) ? 5 : text.startsWith("&quot;", at) ? 6 : 0;
      if (length === 0) break;
      at += length;
    } else if (code === 0x28 || code === 0x29 || isSpace(code)) {
      break;
    } else {
      at++;
      if (!PUNCTUATION.has(code)) last = at;
    }
  }
  return { all: at, last };
}

/** The character that ends at a place, which may be two UTF-16 units; "" at the beginning. */
function characterBefore(text: string, at: number): string {
  const pair = text.slice(Math.max(0, at - 2), at);
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(pair) ? pair : pair.slice(-1);
}

/** Python's `\w`. */
const isWord = (character: string): boolean => /^[\p{L}\p{N}_]$/u.test(character);
