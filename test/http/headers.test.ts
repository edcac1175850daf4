/** `HTTPHeaders`: order, case, what may be set, and that nothing is looked at twice. Pure. */
import * as assert from "uvu/assert";
import { isLandspoutError } from "../../src/errors.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { suite } from "../_support/suite.ts";

const test = suite("headers");

function throws(run: () => unknown, code: string): void {
  try {
    run();
  } catch (error) {
    assert.ok(isLandspoutError(error), String(error));
    assert.is(error.code, code);
    return;
  }
  assert.unreachable(`no ${code}`);
}

test("a field is found in any case and keeps the case it was given", () => {
  const headers = new HTTPHeaders({ ETag: '"x"', "WWW-Authenticate": "Basic" });
  for (const name of ["ETag", "etag", "ETAG", "eTaG"]) {
    assert.ok(headers.has(name), name);
    assert.is(headers.get(name), '"x"');
    assert.equal(headers.getList(name), ['"x"']);
  }
  assert.is(headers.get("www-authenticate"), "Basic");
  assert.equal(headers.getAll(), [
    ["ETag", '"x"'],
    ["WWW-Authenticate", "Basic"],
  ]);
});

test("what is not there is undefined, an empty list, false", () => {
  const headers = new HTTPHeaders();
  assert.is(headers.get("constructor"), undefined);
  assert.equal(headers.getList("__proto__"), []);
  assert.not(headers.has("x"));
  assert.is(headers.size, 0);
  headers.delete("x");
  assert.is(headers.toWire(), "");
});

test("lines of one name are joined with a comma, and stay lines", () => {
  const headers = new HTTPHeaders();
  headers.add("Set-Cookie", "a=b");
  headers.add("X-Other", "1");
  headers.add("set-cookie", "c=d");
  assert.is(headers.get("Set-Cookie"), "a=b,c=d");
  assert.equal(headers.getList("SET-COOKIE"), ["a=b", "c=d"]);
  assert.equal(headers.getAll(), [
    ["Set-Cookie", "a=b"],
    ["X-Other", "1"],
    ["set-cookie", "c=d"],
  ]);
  assert.is(headers.size, 3);
});

test("set replaces all lines of the name in the place of the first", () => {
  const headers = new HTTPHeaders([
    ["A", "1"],
    ["B", "1"],
    ["a", "2"],
    ["C", "1"],
    ["A", "3"],
  ]);
  headers.set("a", "9");
  assert.equal(headers.getAll(), [
    ["a", "9"],
    ["B", "1"],
    ["C", "1"],
  ]);
  headers.set("D", "1");
  assert.equal(headers.getAll().at(-1), ["D", "1"]);
  headers.set("B", "2");
  assert.is(headers.get("b"), "2");
});

test("delete removes all lines of the name, read before or not", () => {
  const headers = new HTTPHeaders();
  headers.add("x", "1");
  headers.add("x", "2");
  headers.delete("X");
  assert.not(headers.has("x"));
  const mixed = new HTTPHeaders([
    ["x", "1"],
    ["X", "2"],
    ["y", "1"],
    ["x", "3"],
    ["z", "1"],
  ]);
  mixed.delete("x");
  assert.equal(mixed.getAll(), [
    ["y", "1"],
    ["z", "1"],
  ]);
});

test("headers are made of pairs, of an object, or of other headers", () => {
  const pairs = new HTTPHeaders([["A", "1"]]);
  assert.equal(new HTTPHeaders({ A: "1" }).getAll(), pairs.getAll());
  assert.equal(new HTTPHeaders(new Map([["A", "1"]])).getAll(), pairs.getAll());
  assert.equal(new HTTPHeaders(pairs).getAll(), pairs.getAll());
  assert.equal([...pairs], [["A", "1"]]);
});

test("a copy is another list", () => {
  const one = new HTTPHeaders({ A: "1" });
  for (const other of [one.copy(), new HTTPHeaders(one)]) {
    other.set("A", "2");
    other.add("B", "3");
    assert.equal(one.getAll(), [["A", "1"]]);
  }
  one.getAll().push(["C", "1"]);
  one.getList("A").push("2");
  assert.equal(one.getAll(), [["A", "1"]]);
});

test("a name is a token", () => {
  const headers = new HTTPHeaders();
  for (let code = 0; code < 0x180; code++) {
    const character = String.fromCharCode(code);
    const isToken = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(character);
    for (const name of [character, `a${character}`, `${character}a`, `a${character}b`]) {
      if (isToken) headers.add(name, "1");
      else {
        throws(() => headers.add(name, "1"), "ERR_LANDSPOUT_HEADER_NAME");
        throws(() => headers.set(name, "1"), "ERR_LANDSPOUT_HEADER_NAME");
        throws(() => new HTTPHeaders({ [name]: "1" }), "ERR_LANDSPOUT_HEADER_NAME");
      }
    }
  }
  throws(() => headers.add("", "1"), "ERR_LANDSPOUT_HEADER_NAME");
  throws(() => headers.add("a\n", "1"), "ERR_LANDSPOUT_HEADER_NAME");
});

test("a value holds tab, visible characters and 0x80 to 0xFF, nothing else", () => {
  const headers = new HTTPHeaders();
  for (let code = 0; code < 0x180; code++) {
    const value = `a${String.fromCharCode(code)}b`;
    if (code === 9 || (code >= 0x20 && code !== 0x7f && code <= 0xff)) {
      headers.set("x", value);
      assert.is(headers.get("x"), value);
    } else {
      throws(() => headers.set("x", value), "ERR_LANDSPOUT_HEADER_VALUE");
      throws(() => headers.add("x", value), "ERR_LANDSPOUT_HEADER_VALUE");
    }
  }
  for (const value of ["\n", "a\n", "\ra", "a\r\nSet-Cookie: b", "\u2028", "😀", "a\0"]) {
    throws(() => headers.add("x", value), "ERR_LANDSPOUT_HEADER_VALUE");
  }
});

test("a refused value changes nothing", () => {
  const headers = new HTTPHeaders([
    ["A", "1"],
    ["a", "2"],
  ]);
  throws(() => headers.set("A", "\n"), "ERR_LANDSPOUT_HEADER_VALUE");
  assert.equal(headers.getList("A"), ["1", "2"]);
});

test("spaces and tabs around a value are stripped, other white space is not", () => {
  const headers = new HTTPHeaders();
  for (const [given, kept] of [
    [" \ta b\t ", "a b"],
    ["\xa0chunked\xa0", "\xa0chunked\xa0"],
    ["\x85chunked\x85", "\x85chunked\x85"],
    ["  ", ""],
    ["", ""],
  ] as const) {
    headers.set("x", given);
    assert.is(headers.get("x"), kept);
  }
});

test("numbers and dates are written as the wire has them", () => {
  const headers = new HTTPHeaders({
    "Content-Length": 12,
    "Last-Modified": new Date(Date.UTC(1994, 10, 6, 8, 49, 37)),
  });
  assert.is(headers.get("content-length"), "12");
  assert.is(headers.get("last-modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  for (const value of [Number.NaN, Infinity, new Date(Number.NaN)]) {
    throws(() => headers.set("x", value), "ERR_LANDSPOUT_HEADER_VALUE");
  }
  throws(() => headers.set("x", undefined as never), "ERR_LANDSPOUT_HEADER_VALUE");
  throws(() => headers.set("x", null as never), "ERR_LANDSPOUT_HEADER_VALUE");
});

test("the wire form has a line for every line, in order", () => {
  const headers = new HTTPHeaders([
    ["A", "1"],
    ["b", ""],
    ["a", "\xe9"],
  ]);
  assert.is(headers.toWire(), "A: 1\r\nb: \r\na: \xe9\r\n");
  assert.is(String(headers), "A: 1\nb: \na: \xe9\n");
});

test("lines of a source are made when first asked for, and once", () => {
  let made = 0;
  const headers = HTTPHeaders.from({
    readFields() {
      made++;
      return ["A", "1", "a", "2"];
    },
  });
  assert.is(made, 0);
  assert.is(headers.get("a"), "1,2");
  headers.add("B", "3");
  assert.is(headers.size, 3);
  assert.equal(headers.copy().getList("A"), ["1", "2"]);
  assert.is(made, 1);
});

test("every operation looks at each line a fixed number of times", () => {
  const lines = 20_000;
  let looked = 0;
  // As many lines of one name as there are of all others, mixed.
  const counted = (): HTTPHeaders => {
    const fields: string[] = [];
    for (let i = 0; i < lines; i++) fields.push(i % 2 === 0 ? "Same" : "Else", String(i));
    looked = 0;
    const proxy = new Proxy(fields, {
      get(target, key, receiver) {
        if (typeof key === "string" && /^\d+$/.test(key)) looked++;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    return HTTPHeaders.from({ readFields: () => proxy });
  };
  const operations: { readonly [name: string]: (headers: HTTPHeaders) => unknown } = {
    get: (headers) => headers.get("same"),
    getList: (headers) => headers.getList("same"),
    has: (headers) => headers.has("nothing"),
    set: (headers) => headers.set("same", "1"),
    delete: (headers) => headers.delete("same"),
    deleteOther: (headers) => headers.delete("else"),
    add: (headers) => headers.add("same", "1"),
    getAll: (headers) => headers.getAll(),
    toWire: (headers) => headers.toWire(),
    copy: (headers) => headers.copy(),
  };
  for (const [name, operation] of Object.entries(operations)) {
    const headers = counted();
    operation(headers);
    assert.ok(looked <= 8 * lines, `${name} looked ${looked} times at ${lines} lines`);
  }
});

test("a hundred thousand lines of one name are added and read", () => {
  const headers = new HTTPHeaders();
  for (let i = 0; i < 100_000; i++) headers.add("x", "1");
  assert.is(headers.get("x")?.length, 199_999);
});

test.run();
