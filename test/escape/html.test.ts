/** Text in HTML and back, with Tornado's results. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { ENTITIES } from "../../src/escape/entities.ts";
import { xhtmlEscape, xhtmlUnescape } from "../../src/escape/index.ts";
import { suite } from "../_support/suite.ts";
import { vectors } from "./_tornado.ts";

const test = suite("escape: HTML");

test("escapes as Tornado does", () => {
  for (const { text, html } of vectors.escaped) {
    assert.is(xhtmlEscape(text), html);
    assert.is(xhtmlEscape(Buffer.from(text)), html);
  }
});

test("unescapes as Tornado does", () => {
  for (const { text, plain } of vectors.unescaped) assert.is(xhtmlUnescape(text), plain, text);
});

test("knows every name of HTML", () => {
  assert.is(ENTITIES.match(/[:!]/g)?.length, 2125);
  for (const { text, plain } of vectors.everyName) assert.is(xhtmlUnescape(text), plain);
});

test("unescapes what it escaped", () => {
  for (const { text } of [...vectors.escaped, ...vectors.unescaped]) assert.is(xhtmlUnescape(xhtmlEscape(text)), text);
});

test("names of the language's own objects are no characters", () => {
  assert.is(xhtmlUnescape("&constructor;&__proto__;&toString;"), "&constructor;&__proto__;&toString;");
});

test("takes time in proportion to the length", () => {
  for (const piece of ["&", "&#", "&#x", "&a", "&#1", "&amp", "<"]) {
    const text = piece.repeat(300_000);
    assert.is(xhtmlUnescape(text), xhtmlUnescape(piece).repeat(300_000));
    assert.is(xhtmlUnescape(xhtmlEscape(text)), text);
  }
  assert.is(xhtmlUnescape(`&#${"9".repeat(1_000_000)};`), "\ufffd");
});

test.run();
