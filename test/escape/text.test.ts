/** JSON, white space, and text as bytes. */
import * as assert from "uvu/assert";
import { jsonDecode, jsonEncode, recursiveUnicode, squeeze, toUnicode, utf8 } from "../../src/escape/index.ts";
import { suite } from "../_support/suite.ts";
import { vectors } from "./_tornado.ts";

const test = suite("escape: JSON and text");

const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test("JSON means what Tornado's means", () => {
  for (const { value, json } of vectors.jsons) {
    assert.equal(jsonDecode(jsonEncode(value)), value);
    assert.equal(jsonDecode(json), value);
    assert.is(jsonEncode(value).split("<\\/").length, json.split("<\\/").length);
  }
});

test("JSON ends no script, opens no comment and breaks no line", () => {
  assert.is(jsonEncode("</script>"), '"<\\/script>"');
  assert.is(jsonEncode({ "</": ["</</"] }), '{"<\\/":["<\\/<\\/"]}');
  assert.is(jsonEncode("<!--<script>"), '"\\u003c!--\\u003cscript>"');
  assert.is(jsonEncode("<SCRIPT"), '"\\u003cSCRIPT"');
  assert.is(jsonEncode("\u2028\u2029"), '"\\u2028\\u2029"');
  assert.is(jsonEncode("a < b, \u00e9"), '"a < b, \u00e9"');
});

test("JSON is refused where there is none", () => {
  for (const value of [undefined, () => 1, Symbol("s")])
    assert.throws(() => jsonEncode(value), coded("ERR_LANDSPOUT_JSON"));
  assert.is(jsonEncode([Number.NaN, Infinity]), "[null,null]");
  for (const text of ["", "NaN", "{'a':1}", "\ufeff1"])
    assert.throws(
      () => jsonDecode(text),
      (error: unknown) => error instanceof SyntaxError,
    );
});

test("JSON is read from bytes", () => {
  assert.equal(jsonDecode(utf8('{"a":"\u00e9"}')), { a: "\u00e9" });
  assert.throws(() => jsonDecode(bytes(0x22, 0xff, 0x22)), coded("ERR_LANDSPOUT_ENCODING"));
});

test("squeezes as Tornado does", () => {
  for (const { text, squeezed } of vectors.squeezed) assert.is(squeeze(text), squeezed, JSON.stringify(text));
  assert.is(squeeze(" \0 ".repeat(300_000)), "");
});

test("text becomes bytes and bytes text, and nothing else does", () => {
  assert.equal(utf8("\u00e9"), bytes(0xc3, 0xa9));
  assert.is(toUnicode(bytes(0xc3, 0xa9)), "\u00e9");
  assert.is(toUnicode(bytes(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
  const same = bytes(1);
  assert.is(utf8(same), same);
  assert.is(toUnicode("a"), "a");
  for (const nothing of [null, undefined]) {
    assert.is(utf8(nothing), nothing);
    assert.is(toUnicode(nothing), nothing);
  }
  for (const wrong of [1, {}, [], true]) {
    assert.throws(() => utf8(wrong as never), coded("ERR_LANDSPOUT_TEXT"));
    assert.throws(() => toUnicode(wrong as never), coded("ERR_LANDSPOUT_TEXT"));
  }
  for (const wrong of [bytes(0xff), bytes(0xc3), bytes(0xed, 0xa0, 0x80), bytes(0xc0, 0x80)])
    assert.throws(() => toUnicode(wrong), coded("ERR_LANDSPOUT_ENCODING"));
});

test("bytes within values become text", () => {
  const date = new Date(0);
  const made = recursiveUnicode({
    a: bytes(0x61),
    b: [bytes(0x62), 1, null, date],
    c: new Map([[bytes(0x63), bytes(0x64)]]),
  });
  assert.equal(made, { a: "a", b: ["b", 1, null, date], c: new Map([["c", "d"]]) });
  const odd = recursiveUnicode(JSON.parse('{"__proto__": 1}')) as object;
  assert.is(Object.getPrototypeOf(odd), Object.prototype);
  assert.equal(Object.keys(odd), ["__proto__"]);
  assert.is(recursiveUnicode(undefined), undefined);
});

test.run();
