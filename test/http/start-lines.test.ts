/** Start lines as text: read as Tornado reads them, refused as both parsers of heads refuse them. Pure. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { parseRequestStartLine, parseResponseStartLine } from "../../src/http/httputil.ts";
import * as abi from "../../src/parser/abi.ts";
import { parseError } from "../../src/parser/errors.ts";
import { parsers } from "../parser/_parsers.ts";
import { suite } from "../_support/suite.ts";
import { vectors } from "../web/_tornado.ts";

const test = suite("start lines", { deadline: 30 });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "nothing thrown";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test("start lines are read as Tornado reads them", () => {
  for (const { text, parsed } of vectors.lines) {
    if (text.startsWith("HTTP/")) {
      const { version, code, reason } = parseResponseStartLine(text);
      assert.equal([version, code, reason], parsed);
    } else {
      const { method, path, version } = parseRequestStartLine(text);
      assert.equal([method, path, version], parsed);
    }
  }
  assert.equal(parseRequestStartLine("CONNECT a:443 HTTP/1.1"), {
    method: "CONNECT",
    path: "a:443",
    version: "HTTP/1.1",
  });
  assert.is(parseResponseStartLine("HTTP/1.1 599 \xfc ber").reason, "\xfc ber");
});

test("what is no start line is refused with the parser's code", () => {
  for (const [line, code] of [
    ["", "START_LINE"],
    ["G", "METHOD"],
    ["G(T / HTTP/1.1", "METHOD"],
    [" GET / HTTP/1.1", "METHOD"],
    ["GET  /a HTTP/1.1", "TARGET"],
    ["GET /a", "TARGET"],
    ["GET /\x01 HTTP/1.1", "TARGET"],
    ["GET a HTTP/1.1", "TARGET_FORM"],
    ["GET * HTTP/1.1", "TARGET_FORM"],
    ["GET /a http/1.1", "VERSION"],
    ["GET /a HTTP/1.10", "VERSION"],
    ["GET /a HTTP/1.1 ", "VERSION"],
    ["GET /a HTTP/2.0", "VERSION_UNSUPPORTED"],
    ["\r\nGET /a HTTP/1.1", "START_LINE"],
    ["GET /a HTTP/1.1\r\n", "START_LINE"],
    ["GET /a HTTP/1.1\r\nHost: x", "START_LINE"],
    ["GET /\u010d HTTP/1.1", "START_LINE"],
  ] as const)
    assert.is(
      codeOf(() => parseRequestStartLine(line)),
      `ERR_LANDSPOUT_${code}`,
      line,
    );
  for (const [line, code] of [
    ["", "VERSION"],
    ["HTTP/1.1 200", "STATUS"],
    ["HTTP/1.1 20 OK", "STATUS"],
    ["HTTP/1.1 2000 OK", "STATUS"],
    ["HTTP/1.1 099 OK", "STATUS"],
    ["HTTP/1.1 200 a\x01b", "REASON"],
    ["HTTP/1.1 200 a\rb", "START_LINE"],
    ["HTTP/3.0 200 OK", "VERSION_UNSUPPORTED"],
  ] as const)
    assert.is(
      codeOf(() => parseResponseStartLine(line)),
      `ERR_LANDSPOUT_${code}`,
      line,
    );
  assert.throws(() => parseRequestStartLine("GET /a"), /"GET \/a" is not a start line\. The request target/);
});

test("every byte at every place of a start line: both parsers of heads agree", () => {
  const ask = (line: string, isRequest: boolean, which: number): string => {
    const parser = parsers[which] as (typeof parsers)[number];
    const bytes = Buffer.from(`${line}\r\n\r\n`, "latin1");
    parser.buffer.set(bytes, abi.RECEIVE);
    const [start, end] = [abi.RECEIVE, abi.RECEIVE + bytes.length];
    const used = isRequest ? parser.parseRequestHead(start, end, 0, 10) : parser.parseResponseHead(start, end, 0, 10);
    return used < 0 ? parseError(-used).code : "taken";
  };
  for (const model of ["GET /a?b HTTP/1.1", "HTTP/1.1 404 Not"]) {
    const isRequest = model.startsWith("G");
    for (let place = 0; place <= model.length; place++) {
      for (let byte = 0; byte < 256; byte++) {
        if (byte === 0x0d || byte === 0x0a) continue;
        const line = model.slice(0, place) + String.fromCharCode(byte) + model.slice(place + 1);
        const ours = codeOf(() => (isRequest ? parseRequestStartLine(line) : parseResponseStartLine(line)));
        for (const which of [0, 1])
          assert.is(ours.replace("nothing thrown", "taken"), ask(line, isRequest, which), JSON.stringify(line));
      }
    }
  }
});

test.run();
