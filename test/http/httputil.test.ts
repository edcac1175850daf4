/** The small things of `landspout/httputil`: dates, ranges, URLs, start lines, headers from text. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import {
  contentRange,
  encodeUsernamePassword,
  formatTimestamp,
  HTTPHeaders,
  parseHTTPDate,
  parseRequestRange,
  parseRequestStartLine,
  parseResponseStartLine,
  qsToQsl,
  resolveRange,
  setCookieLine,
  splitHostAndPort,
  urlConcat,
} from "../../src/http/httputil.ts";
import type { SetCookieOptions } from "../../src/http/httputil.ts";
import { suite } from "../_support/suite.ts";

const test = suite("httputil");

test("dates come in three forms and leave in one", () => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37);
  // RFC 9110 §5.6.7, the examples.
  for (const text of ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    assert.is(parseHTTPDate(text), time, text);
  for (const text of [
    "",
    "Sun, 06 Nov 1994 08:49:37 +0100",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "1994-11-06T08:49:37Z",
    "784111777",
  ])
    assert.is(parseHTTPDate(text), undefined, text);
  assert.is(formatTimestamp(time / 1000), "Sun, 06 Nov 1994 08:49:37 GMT");
  assert.is(formatTimestamp(new Date(time)), "Sun, 06 Nov 1994 08:49:37 GMT");
  assert.throws(() => formatTimestamp(Number.NaN), /not a time/);
});

test("ranges are strict, and resolved against a size", () => {
  const resolve = (field: string, size: number): unknown => {
    const range = parseRequestRange(field);
    return range === undefined ? "ignored" : (resolveRange(range, size) ?? "outside");
  };
  for (const [field, result] of [
    ["bytes=0-9", { start: 0, end: 10 }],
    ["bytes=0-0", { start: 0, end: 1 }],
    ["bytes=20-", { start: 20, end: 26 }],
    ["bytes=-5", { start: 21, end: 26 }],
    ["bytes=-500", { start: 0, end: 26 }],
    ["bytes=5-500", { start: 5, end: 26 }],
    ["bytes=26-", "outside"],
    ["bytes=-0", "outside"],
    ["bytes=5-4", "ignored"],
    ["bytes=0_1-3", "ignored"],
    ["bytes=+0-3", "ignored"],
    ["bytes=--5", "ignored"],
    ["bytes=5", "ignored"],
    ["bytes=-", "ignored"],
    ["bytes=0-1,3-4", "ignored"],
    ["lines=0-1", "ignored"],
    [`bytes=0-${"9".repeat(30)}`, "ignored"],
  ] as const)
    assert.equal(resolve(field, 26), result, field);
  assert.is(contentRange({ start: 0, end: 10 }, 26), "bytes 0-9/26");
  assert.is(contentRange(undefined, 26), "bytes */26");
});

test("URLs get arguments", () => {
  assert.is(urlConcat("/a?x=1#f", { y: "2", z: ["3", "4"], n: 5 }), "/a?x=1&y=2&z=3&z=4&n=5#f");
  assert.is(urlConcat("/a?x#f", undefined), "/a?x#f");
  assert.is(urlConcat("/a?x", []), "/a?x=", "~> as Tornado spells it");
  assert.equal(qsToQsl({ a: [Buffer.from("1"), "2"], b: ["ü"] }), [
    ["a", "1"],
    ["a", "2"],
    ["b", "ü"],
  ]);
});

test("authorities are split", () => {
  for (const [text, host, port] of [
    ["example.com:80", "example.com", 80],
    ["example.com", "example.com", undefined],
    ["[::1]:80", "[::1]", 80],
    ["[::1]", "[::1]", undefined],
    ["::1", "::1", undefined],
    ["a:b", "a:b", undefined],
  ] as const)
    assert.equal(splitHostAndPort(text), [host, port], text);
  assert.is(Buffer.from(encodeUsernamePassword("u\u0308", "pä")).toString(), "ü:pä");
});

test("start lines are read, or refused", () => {
  assert.equal(parseRequestStartLine("GET /a HTTP/1.1"), { method: "GET", path: "/a", version: "HTTP/1.1" });
  assert.equal(parseResponseStartLine("HTTP/1.1 200 OK"), { version: "HTTP/1.1", code: 200, reason: "OK" });
  assert.is(parseResponseStartLine("HTTP/1.0 200 ").reason, "");
  for (const line of ["GET  /a HTTP/1.1", "GET /a", "G(T / HTTP/1.1", "GET /a HTTP/2", ""])
    assert.throws(() => parseRequestStartLine(line), /not a start line/);
  for (const line of ["HTTP/1.1 200", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 200 a\rb"])
    assert.throws(() => parseResponseStartLine(line), /not a start line/);
});

test("headers are read from text", () => {
  assert.equal(HTTPHeaders.parse("A: 1\r\nb:  2 \nA: 3\n\nC: 4").getAll(), [
    ["A", "1"],
    ["b", "2"],
    ["A", "3"],
  ]);
  const headers = new HTTPHeaders();
  headers.parseLine("\r\n");
  headers.parseLine("X-A: b\r\n");
  assert.equal(headers.getAll(), [["X-A", "b"]]);
  assert.throws(() => headers.parseLine("no colon"), /no colon/);
  assert.throws(() => headers.parseLine(" folded: 1"), /not a field name/);
});

test("cookies are spelt as Tornado spells them, or refused", () => {
  assert.is(setCookieLine("a", "b"), "a=b; Path=/");
  assert.is(setCookieLine("a", 'x"y\\z;ü'), 'a="x\\"y\\\\z\\073\\303\\274"; Path=/');
  assert.is(
    setCookieLine("a", "b", {
      domain: "x.org",
      expires: new Date(0),
      httpOnly: true,
      maxAge: 0,
      partitioned: true,
      path: "/p",
      sameSite: "None",
      secure: true,
    }),
    "a=b; Domain=x.org; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=0; Partitioned; Path=/p; SameSite=None; Secure",
  );
  const bad: readonly (readonly [string, string, SetCookieOptions?])[] = [
    ["", "x"],
    ["a b", "x"],
    ["a=", "x"],
    ["a;", "x"],
    ["a", "x y"],
    ["a", "x\r\n"],
    ["a", "x", { path: "/;x" }],
    ["a", "x", { domain: "a\nb" }],
    ["a", "x", { sameSite: "Other" as "Lax" }],
    ["a", "x", { sameSite: "None" }],
    ["a", "x", { partitioned: true }],
    ["__Secure-a", "x"],
    ["__Host-a", "x", { secure: true, path: "/p" }],
    ["__host-a", "x", { secure: true, domain: "x.org" }],
    ["a", "x".repeat(4096)],
    ["a", "x", { maxAge: Number.NaN }],
    ["a", "x", { expires: Number.NaN }],
  ];
  for (const [name, value, options] of bad) assert.throws(() => setCookieLine(name, value, options), undefined, name);
});

test.run();
