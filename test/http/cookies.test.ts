/** The Cookie field as Tornado's parse_cookie reads it. Pure. */
import * as assert from "uvu/assert";
import { parseCookie } from "../../src/http/message/cookies.ts";
import { suite } from "../_support/suite.ts";

const test = suite("cookies");

const pairs = (header: string): [string, string][] => Object.entries(parseCookie(header));

test("cookies stand between semicolons", () => {
  assert.equal(pairs("chips=ahoy; vienna=finger"), [
    ["chips", "ahoy"],
    ["vienna", "finger"],
  ]);
  assert.equal(pairs("a=1;b=2; ;;c=3;"), [
    ["a", "1"],
    ["b", "2"],
    ["c", "3"],
  ]);
  assert.equal(pairs(""), []);
  assert.equal(pairs(" ; \t;="), []);
});

test("a semicolon ends a cookie even within quotes", () => {
  assert.equal(pairs('keebler="E=mc2; L=\\"Loves\\"; fudge=\\012;"'), [
    ["keebler", '"E=mc2'],
    ["L", '\\"Loves\\"'],
    ["fudge", "\\012"],
    ["", '"'],
  ]);
});

test("the first = parts name and value", () => {
  assert.equal(pairs("keebler=E=mc2"), [["keebler", "E=mc2"]]);
  assert.equal(pairs('key:term=value:term; a=b=="c"'), [
    ["key:term", "value:term"],
    ["a", 'b=="c"'],
  ]);
});

test("without a = there is no name, but a value", () => {
  assert.equal(pairs("abc; =def; a="), [
    ["", "def"],
    ["a", ""],
  ]);
});

test("the last cookie of a name wins", () => {
  assert.equal(pairs("a=b; h=i; a=c"), [
    ["a", "c"],
    ["h", "i"],
  ]);
});

test("blanks around names and values are stripped, other white space is not", () => {
  assert.equal(pairs("  a\t=  b c \t;d =e"), [
    ["a", "b c"],
    ["d", "e"],
  ]);
  // The bytes of "à" in UTF-8, as latin1: the second is what trim() takes for white space.
  assert.equal(pairs("a=\xc3\xa0"), [["a", "\xc3\xa0"]]);
});

test("quoted values are unquoted", () => {
  assert.equal(pairs('a="b c"; b="\\""; c="\\\\"; d="\\073\\054"; e="\\377"; f=""; g="'), [
    ["a", "b c"],
    ["b", '"'],
    ["c", "\\"],
    ["d", ";,"],
    ["e", "\xff"],
    ["f", ""],
    ["g", '"'],
  ]);
});

test("a backslash takes three octal digits up to 377, or one character", () => {
  assert.equal(pairs('a="\\400"; b="\\08"; c="\\1"; d="\\n"; e="\\0012"; f="x\\"'), [
    ["a", "400"],
    ["b", "08"],
    ["c", "1"],
    ["d", "n"],
    ["e", "\u00012"],
    ["f", "x\\"],
  ]);
  assert.equal(pairs("a=\\073; b=x\\\\y"), [
    ["a", "\\073"],
    ["b", "x\\\\y"],
  ]);
});

test("broken cookies harm no others", () => {
  assert.equal(pairs('a={"x": "y, z"}; invalid[name]=[1,2]; \x00=\xff; b=2'), [
    ["a", '{"x": "y, z"}'],
    ["invalid[name]", "[1,2]"],
    ["\x00", "\xff"],
    ["b", "2"],
  ]);
});

test("every name is safe", () => {
  const cookies = parseCookie("__proto__=1; constructor=2");
  assert.is(Object.getPrototypeOf(cookies), null);
  assert.equal(Object.entries(cookies), [
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
  assert.is(parseCookie("")["toString"], undefined);
});

test("many backslashes, blanks and semicolons are read once", () => {
  // Whoever looks back at what was read already would look at tens of billions of characters.
  const n = 400_000;
  assert.is(parseCookie(`a="${"\\".repeat(n)}"`)["a"]?.length, n / 2);
  assert.is(parseCookie(`a="${"\\377".repeat(n)}"`)["a"]?.length, n);
  assert.equal(pairs(`a=b${" ".repeat(n)}c`), [["a", `b${" ".repeat(n)}c`]]);
  assert.equal(pairs(";".repeat(n)), []);
  assert.equal(pairs("=;".repeat(n)), []);
});

test.run();
