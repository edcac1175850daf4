/** Arguments of queries and forms: names as text, values as bytes. Pure. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { decodeArgument, MAX_ARGUMENTS, parseQueryArguments } from "../../src/http/message/arguments.ts";
import { parseBodyArguments } from "../../src/http/message/body-arguments.ts";
import type { ArgumentMap } from "../../src/http/message/arguments.ts";
import { LimitError, RemoteProtocolError } from "../../src/http/message/errors.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { suite } from "../_support/suite.ts";

const test = suite("arguments");

const FORM = "application/x-www-form-urlencoded";

/** Pairs of name and values (as latin1), in order. */
const pairs = (map: ArgumentMap): [string, string[]][] =>
  Object.entries(map).map(([name, values]) => [name, values.map((value) => value.toString("latin1"))]);
const form = (body: string): [string, string[]][] => pairs(parseBodyArguments(FORM, Buffer.from(body, "latin1")));

/** The same from a query and from a form. */
function same(text: string, expected: [string, string[]][]): void {
  assert.equal(pairs(parseQueryArguments(text)), expected, `query ${text}`);
  assert.equal(form(text), expected, `form ${text}`);
}

function refused(run: () => unknown, code: string): RemoteProtocolError {
  try {
    run();
  } catch (error) {
    assert.instance(error, RemoteProtocolError);
    assert.is((error as RemoteProtocolError).code, code);
    assert.is((error as RemoteProtocolError).status, 400);
    return error as RemoteProtocolError;
  }
  throw new Error("accepted");
}

test("names and values stand between & and =", () => {
  same("a=1", [["a", ["1"]]]);
  same("a=1&b=2", [
    ["a", ["1"]],
    ["b", ["2"]],
  ]);
  same("a=1=2&b==", [
    ["a", ["1=2"]],
    ["b", ["="]],
  ]);
  same("a=1;b=2", [["a", ["1;b=2"]]]);
});

test("values of one name keep their order", () => {
  same("a=2&b=x&a=1&a=2", [
    ["a", ["2", "1", "2"]],
    ["b", ["x"]],
  ]);
});

test("empty values count, empty pairs do not", () => {
  same("a=&b&=c&=", [
    ["a", [""]],
    ["b", [""]],
    ["", ["c", ""]],
  ]);
  same("&&a=1&&", [["a", ["1"]]]);
  same("", []);
  same("&", []);
});

test("+ is a space and percent-encoding is resolved, in names too", () => {
  same("a+b=c+d&%61%2B=%26%3D%25", [
    ["a b", ["c d"]],
    ["a+", ["&=%"]],
  ]);
  same("a=%c3%A9&b=%00", [
    ["a", ["Ã©"]],
    ["b", ["\0"]],
  ]);
});

test("a % without two hexadecimal digits stays as it is", () => {
  same("a=100%&b=%4&c=%zz&d=%%41&e=%4g&f=%", [
    ["a", ["100%"]],
    ["b", ["%4"]],
    ["c", ["%zz"]],
    ["d", ["%A"]],
    ["e", ["%4g"]],
    ["f", ["%"]],
  ]);
  same("%=1&%4=2&a%", [
    ["%", ["1"]],
    ["%4", ["2"]],
    ["a%", [""]],
  ]);
});

test("percent-encoding never reaches over the end of its part", () => {
  same("a=%4&1=2", [
    ["1", ["2"]],
    ["a", ["%4"]],
  ]);
  same("a%=41", [["a%", ["41"]]]);
});

test("names are UTF-8", () => {
  same("%C3%A9=1", [["é", ["1"]]]);
  assert.equal(form(Buffer.from("é=1").toString("latin1")), [["é", ["1"]]]);
  assert.equal(
    pairs(parseQueryArguments("%EF%BB%BFa=1")),
    [["\ufeffa", ["1"]]],
    "a byte order mark is part of the name",
  );
});

test("a name that is not UTF-8 is refused", () => {
  for (const bad of ["%ff=1", "a=1&%C3=2", "%C0%80=1", "%ED%A0%80=1"]) {
    const error = refused(() => parseQueryArguments(bad), "ERR_LANDSPOUT_ARGUMENT_UNICODE");
    assert.is(error.message, "Invalid unicode in argument name");
    refused(() => parseBodyArguments(FORM, Buffer.from(bad)), "ERR_LANDSPOUT_ARGUMENT_UNICODE");
  }
  refused(() => form("\xe9=1"), "ERR_LANDSPOUT_ARGUMENT_UNICODE");
});

test("values are bytes: they may be anything", () => {
  assert.equal(form("a=\xff\xfe&b=%ff\xfe"), [
    ["a", ["\xff\xfe"]],
    ["b", ["\xff\xfe"]],
  ]);
});

test("every name is safe", () => {
  const map = parseQueryArguments("__proto__=1&constructor=2&toString=3");
  assert.is(Object.getPrototypeOf(map), null);
  assert.equal(pairs(map), [
    ["__proto__", ["1"]],
    ["constructor", ["2"]],
    ["toString", ["3"]],
  ]);
  assert.is(parseQueryArguments("a=1")["constructor"], undefined);
  assert.is(Object.getPrototypeOf(parseQueryArguments("")), null);
  assert.is(Object.getPrototypeOf(parseBodyArguments("text/plain", Buffer.from("a=1"))), null);
});

test("more than the most arguments are refused", () => {
  const most = Array.from({ length: MAX_ARGUMENTS }, (_, i) => `a${i}=${i}`).join("&");
  assert.is(Object.keys(parseQueryArguments(most)).length, MAX_ARGUMENTS);
  assert.is(Object.keys(parseBodyArguments(FORM, Buffer.from(`${most}&&&`))).length, MAX_ARGUMENTS);
  const error = refused(() => parseQueryArguments(`${most}&b`), "ERR_LANDSPOUT_ARGUMENT_COUNT");
  assert.instance(error, LimitError);
  assert.is((error as LimitError).limit, MAX_ARGUMENTS);
  refused(() => parseBodyArguments(FORM, Buffer.from("a&".repeat(MAX_ARGUMENTS + 1))), "ERR_LANDSPOUT_ARGUMENT_COUNT");
});

test("a large form is read once, however many arguments lack a =", () => {
  // Whoever looks for the = of each of 999 arguments up to the end would look at 32 GiB.
  const body = Buffer.alloc(32 << 20, "x");
  body.write("a&".repeat(999));
  const map = parseBodyArguments(FORM, body);
  assert.is(map["a"]?.length, 999);
  assert.is(Object.keys(map).length, 2);
});

test("only a urlencoded form is parsed", () => {
  const body = Buffer.from("a=1");
  for (const type of [FORM, `${FORM}; charset=UTF-8`, `${FORM} ;x`, "Application/X-WWW-Form-Urlencoded"]) {
    assert.equal(pairs(parseBodyArguments(type, body)), [["a", ["1"]]], type);
  }
  for (const type of ["", "text/plain", `${FORM}x`, `${FORM}-x`, `x${FORM}`, "application/json"]) {
    assert.equal(pairs(parseBodyArguments(type, body)), [], type);
  }
});

test("a form with a content coding is refused, other content with one is left alone", () => {
  const headers = new HTTPHeaders({ "Content-Encoding": "br" });
  const error = refused(() => parseBodyArguments(FORM, Buffer.from("a=1"), headers), "ERR_LANDSPOUT_FORM_ENCODING");
  assert.is(error.message, "Unsupported Content-Encoding: br");
  // Content-Encoding = #content-coding: a list without members is none.
  for (const none of ["", ",", " , ,"]) {
    const uncoded = new HTTPHeaders({ "Content-Encoding": none });
    assert.equal(pairs(parseBodyArguments(FORM, Buffer.from("a=1"), uncoded)), [["a", ["1"]]], none);
  }
  assert.equal(pairs(parseBodyArguments("application/json", Buffer.from("{}"), headers)), []);
});

test("a form is read from a view into a larger buffer", () => {
  const large = Buffer.from("xxa=1&b=2yy");
  assert.equal(pairs(parseBodyArguments(FORM, new Uint8Array(large.buffer, large.byteOffset + 2, 7))), [
    ["a", ["1"]],
    ["b", ["2"]],
  ]);
});

test("a value is decoded as strict UTF-8, with its byte order mark", () => {
  assert.is(decodeArgument(Buffer.from("aé€😀"), "x"), "aé€😀");
  assert.is(decodeArgument(Buffer.from("\ufeffa"), "x"), "\ufeffa");
  assert.is(decodeArgument(Buffer.alloc(0), "x"), "");
  for (const bad of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const error = refused(() => decodeArgument(Buffer.from(bad), "q"), "ERR_LANDSPOUT_ARGUMENT_UNICODE");
    assert.is(error.message, "Invalid unicode in q");
  }
  assert.is(decodeArgument(Buffer.from("b"), "x"), "b", "a refusal leaves nothing behind");
});

test.run();
