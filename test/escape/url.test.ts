/** Percent-encoding and its opposite, with Tornado's results. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { urlEscape, urlUnescape } from "../../src/escape/index.ts";
import { suite } from "../_support/suite.ts";
import { vectors } from "./_tornado.ts";

const test = suite("escape: URLs");

const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

test("escapes text as Tornado does", () => {
  for (const { text, plus, url } of vectors.urls) {
    assert.is(urlEscape(text, plus), url);
    if (plus) assert.is(urlEscape(text), url);
  }
});

test("escapes bytes as Tornado does", () => {
  for (const { bytes, plus, url } of vectors.urlBytes) assert.is(urlEscape(Buffer.from(bytes, "base64"), plus), url);
});

test("unescapes as Tornado does", () => {
  for (const { url, plus, text, bytes } of vectors.fromUrls) {
    assert.is(urlUnescape(url, "utf-8", plus), text, url);
    assert.is(urlUnescape(Buffer.from(url), "utf-8", plus), text, url);
    assert.is(Buffer.from(urlUnescape(url, null, plus)).toString("base64"), bytes, url);
    if (plus) assert.is(urlUnescape(url), text);
  }
});

test("unescapes other encodings as Tornado does", () => {
  for (const { url, encoding, text } of vectors.encodedUrls) assert.is(urlUnescape(url, encoding), text);
});

test("unescapes what it escaped", () => {
  for (const { text, plus } of vectors.urls) assert.is(urlUnescape(urlEscape(text, plus), "utf-8", plus), text);
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.equal(urlUnescape(urlEscape(every), null), every);
});

test("half a surrogate pair is U+FFFD", () => {
  assert.is(urlEscape("a\ud800b"), "a%EF%BF%BDb");
  assert.is(urlEscape("\udc00\ud83d\ude00"), "%EF%BF%BD%F0%9F%98%80");
});

test("refuses an encoding it does not know and bytes that are no text", () => {
  assert.throws(() => urlUnescape("%41", "no-such"), coded("ERR_LANDSPOUT_ENCODING_UNKNOWN"));
  assert.throws(() => urlUnescape(Uint8Array.of(0xff)), coded("ERR_LANDSPOUT_ENCODING"));
});

test("takes time in proportion to the length", () => {
  for (const piece of ["%", "%4", "%E2", "%zz", "a%41\u00e9", "+"]) {
    assert.ok(urlUnescape(piece.repeat(300_000)).length > 0);
    assert.ok(urlEscape(piece.repeat(300_000)).length > 0);
  }
});

test.run();
