/** Links in text: where Tornado finds them, looking as Tornado's, in time that grows with the length only. */
import * as assert from "uvu/assert";
import { linkify } from "../../src/escape/index.ts";
import type { LinkifyOptions } from "../../src/escape/index.ts";
import { suite } from "../_support/suite.ts";
import { vectors } from "./_tornado.ts";

const test = suite("escape: linkify", { deadline: 20 });

const internal = (href: string): string =>
  href.startsWith("http://www.internal-link.com") ? 'class="internal"' : 'rel="nofollow" class="external" ';

function optionsOf(row: (typeof vectors.links)[number]["options"]): LinkifyOptions {
  return {
    shorten: row.shorten ?? false,
    requireProtocol: row.require_protocol ?? false,
    extraParams: row.extra_params === "function" ? internal : (row.extra_params ?? ""),
    permittedProtocols: row.permitted_protocols ?? ["http", "https"],
  };
}

test("links as Tornado does", () => {
  for (const { text, options, html } of vectors.links)
    assert.is(linkify(text, optionsOf(options)), html, JSON.stringify({ text, options }));
});

test("finds what Tornado's expression finds", () => {
  // Tornado's grammar once more, as an expression: an oracle for texts that are short enough for it.
  const word = "[\\p{L}\\p{N}_]";
  const space = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
  const unit = `(?:[^${space}&()]|&amp;|&quot;)`;
  const last = `[^!"#$%&'()*+,.:;<=>?@\\[\\]^\`\\{\\|\\}~${space}]`;
  const boundary = `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
  const expression = `${boundary}(?:([\\p{L}\\p{N}_\\-]+):(/{1,3})|www[.])(?:${unit}*${last}|\\(${unit}*\\))+`;
  const pieces = [
    "http:",
    "/",
    "//",
    "www.",
    "w",
    "a",
    "-",
    ":",
    ".",
    "(",
    ")",
    "()",
    "&amp;",
    "&quot;",
    "&",
    " ",
    "\u00e9",
    "\u{10400}",
    "\u{1f600}",
    "?",
    "x",
  ];
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random(16) }, () => pieces[random(pieces.length)]).join("");
    const escaped = linkify(text, { permittedProtocols: [], requireProtocol: true });
    const expected = escaped.replace(new RegExp(expression, "gu"), (address: string, scheme?: string) => {
      const href = scheme === undefined ? `http://${address}` : address;
      return `<a href="${href}">${address}</a>`;
    });
    assert.is(linkify(text, { permittedProtocols: schemesOf(escaped) }), expected, JSON.stringify(text));
  }
});

/** Everything in a text that may be taken for a scheme. */
function schemesOf(text: string): string[] {
  return Array.from(text.matchAll(/(?=([\p{L}\p{N}_-]+):)/gu), ([, scheme = ""]) => scheme);
}

test("a shortened address says all of it in its title", () => {
  const href = `http://example.com/${"x".repeat(50)}`;
  assert.is(linkify(href, { shorten: true }), `<a href="${href}" title="${href}">http://example.com/xxxxxxxx...</a>`);
});

test("nothing of the text gets out of the attribute or makes an element", () => {
  const html = linkify(`http://a/"onclick="x" www.b/'><script> http://c/&quot;d`, { shorten: true });
  assert.not.match(html.replace(/<\/?a(?: href="[^"<>]*")?(?: title="[^"<>]*")?>/g, ""), /[<>"']/);
});

test("schemes may be given as a set, and are not linked unless given", () => {
  const text = "javascript://a ftp://b";
  assert.is(linkify(text), text);
  assert.is(linkify(text, { permittedProtocols: new Set(["ftp"]) }), 'javascript://a <a href="ftp://b">ftp://b</a>');
});

test("takes time in proportion to the length", () => {
  const pieces = [
    "a-",
    "-",
    "a",
    "www.",
    "www.(",
    "http:",
    "http://",
    "http:///",
    "http://(",
    "(",
    "()",
    ")",
    "://",
    ":/",
    ".",
    "x://a(",
    "http://a&",
    "&",
    '"',
    "w",
    "a-http://",
    "http://a-(b",
    "www.a.",
    "/",
  ];
  for (const piece of pieces) {
    for (const before of ["", "http://", "www.", "http://a("]) {
      const text = before + piece.repeat(60_000);
      assert.ok(linkify(text, { shorten: true }).length >= text.length / 2);
    }
  }
});

test.run();
