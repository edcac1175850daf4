/**
 * No regular expression of the sources, and no function that takes a client's text apart, is slower than in proportion to the length of
 * that text. Every expression is found in the sources and tried on many texts that make expressions backtrack: one that is new is tried
 * as well. Compared are the times of texts of 1 and of 16 kB, never a time with a clock's.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { linkify, squeeze, urlUnescape, xhtmlEscape, xhtmlUnescape } from "../../src/escape/index.ts";
import { parsePreferences } from "../../src/http/message/accept.ts";
import { parseCookie } from "../../src/http/message/cookies.ts";
import { parseHTTPDate } from "../../src/http/message/date.ts";
import { hasMember } from "../../src/http/message/list-fields.ts";
import { parseRequestRange } from "../../src/http/message/ranges.ts";
import { targetReference, toURIReference, urlConcat } from "../../src/http/message/url.ts";
import { closestLocale } from "../../src/locale/index.ts";
import { visibleText } from "../../src/log.ts";
import { framesOf } from "../../src/template/stack.ts";
import { removeslash, RequestHandler } from "../../src/web/index.ts";
import { matchesTag } from "../../src/web/answer/etag.ts";
import { checkPath } from "../../src/web/static/paths.ts";
import { decodeXsrfToken } from "../../src/web/security/xsrf.ts";
import { sameOrigin } from "../../src/websocket/handshake.ts";
import { parseExtensions } from "../../src/websocket/extensions.ts";
import { suite } from "../_support/suite.ts";

const test = suite("linear", { deadline: 300 });
const root = new URL("../../src/", import.meta.url);

/** Not tried: what these take apart is the program's, never a client's. */
const PROGRAMS_OWN =
  /^(?:template\/(?!stack|errors)|cli\/|locale\/(?:csv|mo-file|plural-forms|placeholders|gettext)|testing\/)/;

/** The same, single ones. */
const NOT_TRIED: ReadonlySet<string> = new Set([
  // The table of character references, a constant.
  "/([A-Za-z0-9]+)([:!])([0-9a-f.]+)/g",
]);

/** Beginnings that lead an expression to its slow part, beside the letters it begins with. By a part of its source. */
const BEGINNINGS: readonly (readonly [part: string, beginning: string])[] = [
  ["bytes=", "bytes=1"],
  ["UTF-8|ISO-8859-1", "UTF-8''"],
  ["form-data", 'form-data; name="'],
  ["multipart", "multipart/form-data"],
  ["2\\|(", "2|12345678|"],
  ["https?|wss?", "http://"],
  ["(https?)", "https://"],
  ["::ffff:", "::ffff:"],
  ["well-known", ".well-known/"],
  ["application\\/", "application/x"],
  ["[a-z]+\\/", "text/x"],
  ["vary", ", "],
];

/** `new RegExp` makes expressions of what is no literal; how many, and of what. */
const MADE: { readonly [file: string]: readonly [count: number, why: string] } = {
  "net/read-shapes.ts": [1, "the program's own, for readUntilRegex; searched again only when the bytes have doubled"],
  "http/memory/memory-head.ts": [3, "one class of characters repeated, behind which no character of it can follow"],
  "testing/expect-log.ts": [1, "the program's own"],
  "web/paths/path-pattern.ts": [2, "literals, [^/]+ between slashes, one .* at the end"],
  "web/paths/regexp-pattern.ts": [1, "the program's own route"],
  "websocket/extensions.ts": [1, "parseExtensions, below"],
};

const SMALL = 1_024;
const LARGE = 16 * SMALL;

const PUMPS = [
  ..."a0/ \t\n,;:=.-_%&\"'\\|([{<+*?!#@~",
  "\u00e9",
  "\u0085",
  "\u2028",
  "\ud800",
  "aA",
  "a.",
  "a/",
  "/.",
  "a,",
  ", ",
  " ;",
  "; ",
  '\\"',
  "\\\\",
  '""',
  '"a"',
  "W/",
  "%41",
  "%",
  "&#",
  "&amp;",
  "</",
  "\r\n",
  "\n ",
  "\n    at ",
  "www.",
  "://",
  "a://",
  "::",
  "0.",
  "q=",
  "()",
  "a(",
  'W/"',
];
const ENDS = ["", "\0", "x"];

/** The least time of a few calls, in milliseconds. */
function timeOf(run: (text: string) => void, text: string, calls: number): number {
  let least = Infinity;
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) run(text);
    least = Math.min(least, (performance.now() - start) / calls);
  }
  return least;
}

/** How much longer 16 times the text takes. In proportion it is 16, squared 256. */
function growth(run: (text: string) => void, make: (size: number) => string): number {
  const [small, large] = [make(SMALL), make(LARGE)];
  return timeOf(run, large, 1) / timeOf(run, small, 4);
}

/** Far above what is in proportion, far below what is squared. */
const MOST = 128;

function checkLinear(name: string, run: (text: string) => void, beginnings: readonly string[]): void {
  for (const beginning of beginnings) {
    for (const pump of PUMPS) {
      for (const end of ENDS) {
        const make = (size: number): string => beginning + pump.repeat(Math.ceil(size / pump.length)) + end;
        let least = Infinity;
        // A busy machine delays one of two; what is squared is so each time.
        for (let tries = 0; tries < 8 && least > MOST; tries++) least = Math.min(least, growth(run, make));
        assert.ok(
          least <= MOST,
          `${name} takes ${Math.round(least)} times as long for 16 times ${JSON.stringify(`${beginning}${pump}${pump}…${end}`)}`,
        );
      }
    }
  }
}

interface Literal {
  readonly source: string;
  readonly flags: string;
}

/** The regular expressions of a source text, without those in comments, strings and templates' text. */
function literalsOf(code: string): Literal[] {
  const literals: Literal[] = [];
  // Depth of braces at which each open template goes on.
  const templates: number[] = [];
  let depth = 0;
  let before = "";
  const skipTemplate = (at: number): number => {
    for (let i = at; i < code.length; i++) {
      if (code[i] === "\\") i++;
      else if (code[i] === "`") return i;
      else if (code.startsWith("${", i)) {
        templates.push(depth++);
        return i + 1;
      }
    }
    return code.length;
  };
  for (let i = 0; i < code.length; i++) {
    const character = code[i] as string;
    if (/\s/.test(character)) continue;
    if (code.startsWith("//", i)) i = code.indexOf("\n", i);
    else if (code.startsWith("/*", i)) i = code.indexOf("*/", i) + 1;
    else if (character === '"' || character === "'") {
      for (i++; code[i] !== character; i++) if (code[i] === "\\") i++;
      before = '"';
    } else if (character === "`") {
      i = skipTemplate(i + 1);
      before = code[i] === "`" ? '"' : "{";
    } else if (character === "}" && templates.at(-1) === depth - 1) {
      depth = templates.pop() as number;
      i = skipTemplate(i + 1);
      before = code[i] === "`" ? '"' : "{";
    } else if (character === "/" && (before === "" || "(,=:[!&|?{};+-*%~^<>".includes(before) || before === "return")) {
      let end = i + 1;
      for (let inClass = false; inClass || code[end] !== "/"; end++) {
        if (code[end] === "\\") end++;
        else if (code[end] === "[") inClass = true;
        else if (code[end] === "]") inClass = false;
      }
      const flags = /^[a-z]*/.exec(code.slice(end + 1, end + 9))?.[0] ?? "";
      literals.push({ source: code.slice(i + 1, end), flags });
      i = end + flags.length;
      before = '"';
    } else {
      if (character === "{") depth++;
      if (character === "}") depth--;
      const word = /^[A-Za-z_$][\w$]*/.exec(code.slice(i, i + 40))?.[0];
      before = word === undefined ? character : /^(?:return|typeof|case|in|of)$/.test(word) ? "return" : "word";
      if (word !== undefined) i += word.length - 1;
    }
  }
  return literals;
}

/** The letters an expression begins with. */
const lettersOf = (source: string): string =>
  /^\^?((?:[A-Za-z0-9 ;:=,"-]|\\[/.|])*)/.exec(source)?.[1]?.replaceAll("\\", "") ?? "";

test("finds the expressions of a text", () => {
  const found = literalsOf(
    'const a = /x[/"]y/gi; // /no/\nb = "/no/" + `/no/ ${c.replace(/d\\//, "}")} /no/`; return /e/; f = g / h / i;',
  );
  assert.equal(found, [
    { source: 'x[/"]y', flags: "gi" },
    { source: "d\\/", flags: "" },
    { source: "e", flags: "" },
  ]);
});

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts") && !file.endsWith("binary.ts"));
const sources = new Map(files.map((file) => [file, readFileSync(new URL(file, root), "utf8")]));

test("knows every expression that is made of text", () => {
  for (const [file, code] of sources) {
    const count = [...code.matchAll(/\bRegExp\(/g)].length;
    if (PROGRAMS_OWN.test(file) && MADE[file] === undefined) continue;
    assert.is(count, MADE[file]?.[0] ?? 0, `${file}: say in MADE why it is linear`);
  }
});

test("every expression of the sources is linear", () => {
  const seen = new Set<string>();
  for (const [file, code] of sources) {
    if (PROGRAMS_OWN.test(file)) continue;
    for (const { source, flags } of literalsOf(code)) {
      const name = `/${source}/${flags}`;
      if (seen.has(name) || NOT_TRIED.has(name)) continue;
      seen.add(name);
      const expression = new RegExp(source, flags);
      const run = flags.includes("g")
        ? (text: string): void => void text.replace(expression, "")
        : (text: string): void => {
            expression.lastIndex = 0;
            expression.exec(text);
          };
      const beginnings = [
        "",
        lettersOf(source),
        ...BEGINNINGS.flatMap(([part, one]) => (source.includes(part) ? [one] : [])),
      ];
      checkLinear(`${file}: ${name}`, run, [...new Set(beginnings)]);
    }
  }
  assert.ok(seen.size > 60, `only ${seen.size} expressions found`);
});

/** Runs `removeslash` for a request of that path. */
function slashRemoved(path: string): void {
  const handler = { request: { path, query: "", methodId: 1, method: "GET" }, redirect: () => undefined };
  try {
    removeslash(function get() {}).call(handler as unknown as RequestHandler);
  } catch {
    // A path that would lead elsewhere.
  }
}

const framed = (text: string): void => {
  const error = new Error("m");
  error.stack = `Error: m\n    at ${text}`;
  framesOf(error);
  error.message = text;
  error.stack = `Error: ${text}`;
  framesOf(error);
};

for (const [name, run, ...beginnings] of [
  ["removeslash", slashRemoved, "/"],
  ["framesOf", framed, "f (/a", "file:///"],
  ["linkify", (text) => linkify(text), "http://a", "www.a", "a:"],
  ["xhtmlEscape", (text) => xhtmlEscape(text)],
  ["xhtmlUnescape", (text) => xhtmlUnescape(text), "&"],
  ["squeeze", (text) => squeeze(text)],
  ["urlUnescape", (text) => urlUnescape(text)],
  ["urlConcat", (text) => urlConcat(text, { a: 1 }), "/?"],
  ["toURIReference", toURIReference],
  ["targetReference", targetReference],
  ["parsePreferences", parsePreferences, "a;q="],
  ["parseCookie", parseCookie, 'a="'],
  ["parseHTTPDate", parseHTTPDate, "Sun, 06 Nov 1994 "],
  ["parseRequestRange", parseRequestRange, "bytes=", "bytes=1-", "bytes=,"],
  ["closestLocale", (text) => closestLocale(text, "en_US"), "de;q="],
  ["visibleText", visibleText],
  ["matchesTag", (text) => matchesTag(text, '"a"'), '"', 'W/"'],
  [
    "checkPath",
    (text) => checkPath("/srv/", `/srv/${text.replaceAll("\0", "")}`, { dotfiles: false }),
    "a/",
    ".well-known/",
  ],
  ["decodeXsrfToken", decodeXsrfToken, "2|12345678|"],
  ["hasMember", (text) => hasMember(text, "upgrade")],
  ["sameOrigin", (text) => sameOrigin(text, text), "http://a"],
  ["parseExtensions", parseExtensions, "permessage-deflate", 'a; b="', "a;b="],
] as readonly (readonly [string, (text: string) => unknown, ...string[]])[]) {
  test(`${name} is linear`, () => {
    const safely = (text: string): void => {
      try {
        run(text);
      } catch {
        // Refused, which must be quick as well.
      }
    };
    checkLinear(name, safely, ["", ...beginnings]);
  });
}

test.run();
