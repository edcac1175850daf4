/**
 * The web addresses in a text. Only `http:` and `https:` become links, so that nothing somebody wrote can run as a script; everything else
 * stays text, and all of it goes in as text nodes. It must not know what the text is.
 */

/** Up to a blank, a quote, an angle bracket, or an invisible character: one of those could hide where an address leads. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"`\p{C}]+/giu;
/** What ends a sentence rather than an address. */
const SENTENCE_END = /[.,;:!?'…]/;
const PAIRS = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);

const countOf = (text, character) => text.split(character).length - 1;
const isClosed = (text, opening, closing) => countOf(text, closing) <= countOf(text, opening);

/** Without what belongs to the sentence around it: `(see https://example.com/a_(b)).` has `https://example.com/a_(b)`. */
function withoutEnd(found) {
  let end = found.length;
  for (; end > 0; end--) {
    const last = found[end - 1];
    const opening = PAIRS.get(last);
    if (opening === undefined ? !SENTENCE_END.test(last) : isClosed(found.slice(0, end), opening, last)) break;
  }
  return found.slice(0, end);
}

/** The address as the browser understands it; undefined where it should not be a link. */
function targetOf(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  // `https://bank.example@evil.example` leads to evil.example, and does not look like it.
  return url.username === "" && url.password === "" ? url.href : undefined;
}

function linkTo(target, text) {
  const link = document.createElement("a");
  link.href = target;
  link.textContent = text;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

/** The text as nodes, its addresses as links. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutEnd(found);
    const target = targetOf(address);
    if (target === undefined) continue;
    nodes.push(text.slice(end, index), linkTo(target, address));
    end = index + address.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}
