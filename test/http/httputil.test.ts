/** The small things of `landspout/httputil`: dates, ranges, URLs, authorities, headers from text. Pure. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import {
  contentRange,
  encodeUsernamePassword,
  formatTimestamp,
  HTTPHeaders,
  parseCookie,
  parseHTTPDate,
  parseQueryArguments,
  parseRequestRange,
  qsToQsl,
  resolveRange,
  splitHostAndPort,
  urlConcat,
} from "../../src/http/httputil.ts";
import { suite } from "../_support/suite.ts";
import { complaintsOfTornado, vectors } from "../web/_tornado.ts";

const test = suite("httputil", { deadline: 30 });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "nothing thrown";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

// --- dates ---

test("timestamps are written as Tornado writes them, and read back", () => {
  for (const { time, text, read } of vectors.dates) {
    assert.is(formatTimestamp(time), text);
    assert.is(formatTimestamp(new Date(time * 1000)), text);
    assert.is(parseHTTPDate(text), read * 1000, text);
  }
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 1e12, -1e12, new Date(Number.NaN)])
    assert.is(
      codeOf(() => formatTimestamp(time)),
      "ERR_LANDSPOUT_TIMESTAMP",
      String(time),
    );
  const dates = [0, 951_782_399, 1_763_700_000, 253_402_300_799].map((time) => ({ time, text: formatTimestamp(time) }));
  assert.is(complaintsOfTornado({ dates }), "");
});

test("dates come in three forms", () => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37);
  // RFC 9110 §5.6.7, the examples.
  for (const text of ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    assert.is(parseHTTPDate(text), time, text);
  assert.is(parseHTTPDate("Wed Nov 16 08:49:37 1994"), Date.UTC(1994, 10, 16, 8, 49, 37));
  for (const text of [
    "",
    "Sun, 06 Nov 1994 08:49:37 +0100",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 29 Feb 2023 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "sun, 06 nov 1994 08:49:37 gmt",
    "Foo, 06 Nov 1994 08:49:37 GMT",
    "Foosday, 06-Nov-94 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT\n",
    "1994-11-06T08:49:37Z",
    "784111777",
    "0",
  ])
    assert.is(parseHTTPDate(text), undefined, text);
});

test("leap days, leap seconds and early years are dates", () => {
  assert.is(parseHTTPDate("Thu, 29 Feb 2024 00:00:00 GMT"), Date.UTC(2024, 1, 29));
  assert.is(parseHTTPDate("Sat, 31 Dec 2016 23:59:60 GMT"), Date.UTC(2017, 0, 1));
  assert.is(
    formatTimestamp((parseHTTPDate("Sat, 01 Jan 0050 00:00:00 GMT") ?? 0) / 1000),
    "Sat, 01 Jan 0050 00:00:00 GMT",
  );
});

test("a year of two digits lies at most 50 years ahead", () => {
  const year = (digits: string, now: number): number | undefined => {
    const time = parseHTTPDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, now);
    return time === undefined ? undefined : new Date(time).getUTCFullYear();
  };
  const now = Date.UTC(2026, 10, 6, 8, 49, 37);
  for (const [digits, full] of [
    ["94", 1994],
    ["26", 2026],
    ["00", 2000],
    ["76", 2076],
    ["77", 1977],
    ["99", 1999],
  ] as const)
    assert.is(year(digits, now), full, digits);
  assert.is(year("76", now - 1000), 1976, "~> a second more than 50 years");
});

// --- ranges ---

test("ranges are those of Tornado, apart from what is none", () => {
  for (const { text, range } of vectors.ranges) {
    const ours = parseRequestRange(text);
    // Intended differences: what is no range is ignored; `-0` asks for nothing; what no file has is the end.
    if (range === null || ["bytes=", "bytes", "bytes=5-2"].includes(text)) assert.is(ours, undefined, text);
    else if (text === "bytes=-0") assert.equal(ours, { start: 0, end: 0 });
    else if (text.length > 25) assert.equal(ours, { start: 0, end: Number.MAX_SAFE_INTEGER });
    else assert.equal([ours?.start, ours?.end ?? null], range, text);
  }
  for (const { start, end, total, text } of vectors.contentRanges) assert.is(contentRange({ start, end }, total), text);
  assert.is(contentRange(undefined, 26), "bytes */26");
});

test("ranges are strict, and resolved against a size", () => {
  const resolve = (field: string, size: number): unknown => {
    const range = parseRequestRange(field);
    return range === undefined ? "ignored" : (resolveRange(range, size) ?? "outside");
  };
  const nines = "9".repeat(30);
  for (const [field, result] of [
    ["bytes=0-9", { start: 0, end: 10 }],
    ["bytes=0-0", { start: 0, end: 1 }],
    ["BYTES=0-0", { start: 0, end: 1 }],
    ["bytes=00-025", { start: 0, end: 26 }],
    ["bytes= \t1-1 ", { start: 1, end: 2 }],
    // range-set = 1#range-spec: empty elements count for nothing (RFC 9110 §5.6.1.2).
    ["bytes=1-1,", { start: 1, end: 2 }],
    ["bytes=, ,1-1 ,\t,", { start: 1, end: 2 }],
    ["bytes=,-5", { start: 21, end: 26 }],
    ["bytes=,", "ignored"],
    ["bytes=1-1,,2-2", "ignored"],
    ["bytes=1,-1", "ignored"],
    ["bytes=0-", { start: 0, end: 26 }],
    ["bytes=20-", { start: 20, end: 26 }],
    ["bytes=25-25", { start: 25, end: 26 }],
    ["bytes=-5", { start: 21, end: 26 }],
    ["bytes=-26", { start: 0, end: 26 }],
    ["bytes=-500", { start: 0, end: 26 }],
    [`bytes=-${nines}`, { start: 0, end: 26 }],
    ["bytes=5-500", { start: 5, end: 26 }],
    [`bytes=5-${nines}`, { start: 5, end: 26 }],
    ["bytes=26-", "outside"],
    ["bytes=26-30", "outside"],
    [`bytes=${nines}-${nines}`, "outside"],
    ["bytes=-0", "outside"],
    ["bytes=-00", "outside"],
    ["bytes=5-4", "ignored"],
    ["bytes=0_1-3", "ignored"],
    ["bytes=0_1-+3", "ignored"],
    ["bytes=+0-3", "ignored"],
    ["bytes=--5", "ignored"],
    ["bytes=5", "ignored"],
    ["bytes=-", "ignored"],
    ["bytes=", "ignored"],
    ["bytes", "ignored"],
    ["", "ignored"],
    ["bytes=0-1,3-4", "ignored"],
    ["bytes=0 - 1", "ignored"],
    ["bytes =0-1", "ignored"],
    ["bytes=0-1\n", "ignored"],
    ["bytes=0x0-0x1", "ignored"],
    ["bytes=٣-٤", "ignored"],
    ["lines=0-1", "ignored"],
  ] as const)
    assert.equal(resolve(field, 26), result, field);
  for (const field of ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"]) assert.is(resolve(field, 0), "outside", field);
});

// --- URLs ---

test("URLs get the arguments Tornado gives them", () => {
  for (const { url, args, result } of vectors.urls) assert.is(urlConcat(url, args), result);
  // The examples of Tornado's documentation.
  assert.is(urlConcat("http://example.com/foo", { c: "d" }), "http://example.com/foo?c=d");
  assert.is(urlConcat("http://example.com/foo?a=b", { c: "d" }), "http://example.com/foo?a=b&c=d");
  const pairs = [
    ["c", "d"],
    ["c", "d2"],
  ] as const;
  assert.is(urlConcat("http://example.com/foo?a=b", pairs), "http://example.com/foo?a=b&c=d&c=d2");
  assert.is(urlConcat("http://example.com/foo?a=b", new Map([["c", "d"]])), "http://example.com/foo?a=b&c=d");
  const urls = ["grün €", "a b+c", "&=#?/", "~!'()*", "\0\x7f"].map((value) => ({
    url: urlConcat("http://h/p?x=1#f", [[value, value]]),
    pairs: [
      ["x", "1"],
      [value, value],
    ],
  }));
  assert.is(complaintsOfTornado({ urls }), "");
});

test("URL arguments: several values, numbers, bytes, nothing", () => {
  assert.is(
    urlConcat("/a?x=1#f", { y: "2", z: ["3", "4"], n: 5, t: true, u: undefined }),
    "/a?x=1&y=2&z=3&z=4&n=5&t=true#f",
  );
  assert.is(urlConcat("/a?x#f", undefined), "/a?x#f");
  assert.is(urlConcat("/a?x#f", {}), "/a?x=#f");
  assert.is(urlConcat("/a?#f", {}), "/a#f");
  assert.is(urlConcat("/a#?f", { b: "1" }), "/a?b=1#?f");
  assert.is(urlConcat("", { b: "1" }), "?b=1");
  assert.is(urlConcat("/a", { b: Buffer.from([0xff, 0x20, 0x41]) }), "/a?b=%FF+A");
  assert.is(urlConcat("/a?%ff=%FE%zz", { b: "" }), "/a?%FF=%FE%25zz&b=", "~> what is not UTF-8 stays as it was");
  assert.is(urlConcat("/a", { b: "\ud800" }), "/a?b=%EF%BF%BD");
  for (const args of ["b=c", 5, null])
    assert.is(
      codeOf(() => urlConcat("/a", args as unknown as undefined)),
      "ERR_LANDSPOUT_URL_ARGUMENTS",
    );
});

test("parsed arguments become pairs again", () => {
  assert.equal(qsToQsl({ a: ["1", "2"], b: [], c: ["ü"] }), [
    ["a", "1"],
    ["a", "2"],
    ["c", "ü"],
  ]);
  const query = "a=1&a=2&b=&%C3%BC=%FF";
  assert.is(urlConcat("/", qsToQsl(parseQueryArguments(query))), `/?${query}`);
});

test("authorities are split", () => {
  for (const { text, split } of vectors.hosts) assert.equal(splitHostAndPort(text), [split[0], split[1] ?? undefined]);
  for (const text of [
    "::1",
    "2001:db8::1",
    "a:65536",
    "a:123456",
    ":80",
    "[::1]x:80",
    "a:8 0",
    "a:+80",
    "a:80\n",
    "a:٣",
  ])
    assert.equal(splitHostAndPort(text), [text, undefined], text);
});

test("user names and passwords are encoded as in RFC 7617", () => {
  for (const { user, password, encoded } of vectors.passwords)
    assert.is(Buffer.from(encodeUsernamePassword(user, password)).toString("base64"), encoded);
  assert.is(
    codeOf(() => encodeUsernamePassword("a:b", "c")),
    "ERR_LANDSPOUT_USERNAME",
  );
});

// --- headers and cookies ---

test("headers are read from text", () => {
  const lines: [string, string][] = [
    ["A", "1"],
    ["b", "2"],
    ["A", "3"],
  ];
  assert.equal(HTTPHeaders.parse("A: 1\r\nb:  2 \nA: 3\n\nC: 4").getAll(), lines);
  assert.equal(HTTPHeaders.parse(HTTPHeaders.parse("A: 1\nb: 2\nA: 3").toString()).getAll(), lines);
  assert.is(HTTPHeaders.parse("A: 1\nb: 2\nA: 3").toString(), "A: 1\nb: 2\nA: 3\n");
  assert.equal(HTTPHeaders.parse("").getAll(), []);
  assert.equal(HTTPHeaders.parse("A:\nB: : c").getAll(), [
    ["A", ""],
    ["B", ": c"],
  ]);
  // The examples of Tornado's documentation.
  const headers = HTTPHeaders.parse("Content-Type: text/html\r\nContent-Length: 42\r\n");
  assert.is(headers.get("content-type"), "text/html");
  headers.parseLine("Set-Cookie: A=B");
  headers.parseLine("Set-Cookie: C=D");
  assert.is(headers.get("set-cookie"), "A=B,C=D");
  assert.equal(headers.getList("set-cookie"), ["A=B", "C=D"]);
});

test("lines may be fed one by one, with their line ends", () => {
  const headers = new HTTPHeaders();
  for (const line of ["\r\n", "\n", "", "X-A: b\r\n", "X-B: c\n", "X-C: d"]) headers.parseLine(line);
  assert.is(headers.toString(), "X-A: b\nX-B: c\nX-C: d\n");
});

test("what is no field line is refused", () => {
  for (const [line, code] of [
    ["no colon", "NAME"],
    [" folded: 1", "NAME"],
    ["\tfolded: 1", "NAME"],
    ["a b: 1", "NAME"],
    ["a : 1", "NAME"],
    [": 1", "NAME"],
    ["é: 1", "NAME"],
    ["a\0: 1", "NAME"],
    ["a: b\rc", "VALUE"],
    ["a: b\r\r\n", "VALUE"],
    ["a: b\n\n", "VALUE"],
    ["a: b\nc: d", "VALUE"],
    ["a: \0", "VALUE"],
    ["a: \x7f", "VALUE"],
    ["a: \u0100", "VALUE"],
  ] as const) {
    const headers = new HTTPHeaders();
    assert.is(
      codeOf(() => headers.parseLine(line)),
      `ERR_LANDSPOUT_HEADER_${code}`,
      JSON.stringify(line),
    );
    assert.is(headers.size, 0);
  }
  assert.is(
    codeOf(() => HTTPHeaders.parse("a: 1\n folded\n")),
    "ERR_LANDSPOUT_HEADER_NAME",
  );
  assert.is(HTTPHeaders.parse("a: \xa0b\x85").get("a"), "\xa0b\x85", "~> only blanks are stripped");
});

test("a header block of a hundred thousand lines is read once", () => {
  const headers = HTTPHeaders.parse("a: b\n".repeat(100_000));
  assert.is(headers.size, 100_000);
  assert.is(headers.toString().length, 500_000);
});

test("cookies are read as Tornado reads them", () => {
  for (const { header, cookies } of vectors.cookies) assert.equal({ ...parseCookie(header) }, cookies, header);
});

test.run();
