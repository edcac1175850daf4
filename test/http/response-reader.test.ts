/** Responses read: the framing of RFC 9112 §6.3 as a table, and whole responses in one piece, byte by byte, and one within another. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import {
  CHUNKED,
  LENGTH,
  NO_CONTENT,
  OTHER_PROTOCOL,
  responseFraming,
  UNTIL_CLOSE,
} from "../../src/http/http1/framing.ts";
import { ResponseHeadReader } from "../../src/http/http1/response-head-reader.ts";
import { MAX_RESPONSE_HEAD_SIZE, ResponseReader } from "../../src/http/http1/response-reader.ts";
import { MAX_FIELDS, SCRATCH } from "../../src/parser/abi.ts";
import { createParser } from "../../src/parser/index.ts";
import { putScratch } from "../../src/parser/memory.ts";
import { suite } from "../_support/suite.ts";

const test = suite("responses read");

const parsers = (["ts", "wasm"] as const).map((kind) => createParser(kind).parser);

/** Status line without the version, field lines, method of the request, and the framing or the code of the error. */
const FRAMINGS: readonly [string, string, string, number | string][] = [
  ["1.1 200 OK", "", "GET", UNTIL_CLOSE],
  ["1.0 200 OK", "", "GET", UNTIL_CLOSE],
  ["1.1 200 OK", "Content-Length: 5", "GET", LENGTH],
  ["1.1 200 OK", "Transfer-Encoding: chunked", "GET", CHUNKED],
  ["1.1 200 OK", "Content-Length: 5", "HEAD", NO_CONTENT],
  ["1.1 200 OK", "Transfer-Encoding: chunked", "HEAD", NO_CONTENT],
  ["1.1 200 OK", "Content-Length: x", "HEAD", NO_CONTENT],
  ["1.1 204 No Content", "Content-Length: 5", "GET", NO_CONTENT],
  ["1.1 304 Not Modified", "Content-Length: 5", "GET", NO_CONTENT],
  ["1.1 103 Early Hints", "", "GET", NO_CONTENT],
  ["1.1 101 Switching Protocols", "Content-Length: 5", "GET", OTHER_PROTOCOL],
  ["1.1 200 OK", "Content-Length: 5", "CONNECT", OTHER_PROTOCOL],
  ["1.1 204 OK", "", "CONNECT", OTHER_PROTOCOL],
  ["1.1 407 No", "Content-Length: 5", "CONNECT", LENGTH],
  ["1.1 200 OK", "Content-Length: 5\r\nTransfer-Encoding: chunked", "GET", "ERR_LANDSPOUT_FRAMING_AMBIGUOUS"],
  ["1.0 200 OK", "Transfer-Encoding: chunked", "GET", "ERR_LANDSPOUT_TRANSFER_ENCODING_IN_HTTP10"],
  ["1.1 200 OK", "Transfer-Encoding: gzip, chunked", "GET", "ERR_LANDSPOUT_TRANSFER_CODING_UNKNOWN"],
  ["1.1 200 OK", "Transfer-Encoding: gzip", "GET", "ERR_LANDSPOUT_TRANSFER_CODING_UNKNOWN"],
  ["1.1 200 OK", "Transfer-Encoding: chunked, chunked", "GET", "ERR_LANDSPOUT_TRANSFER_ENCODING"],
  ["1.1 200 OK", "Transfer-Encoding: ,", "GET", "ERR_LANDSPOUT_TRANSFER_ENCODING"],
  ["1.1 200 OK", "Content-Length: 5, 5", "GET", "ERR_LANDSPOUT_CONTENT_LENGTH"],
  ["1.1 200 OK", "Content-Length: -5", "GET", "ERR_LANDSPOUT_CONTENT_LENGTH"],
  ["1.1 200 OK", "Content-Length: 5\r\nContent-Length: 5", "GET", "ERR_LANDSPOUT_CONTENT_LENGTH"],
];

for (const parser of parsers)
  for (const [line, fields, method, expected] of FRAMINGS)
    test(`${parser.kind}: RFC 9112 §6.3, ${line}, ${fields || "no field"}, to ${method}`, () => {
      const text = Buffer.from(`HTTP/${line}\r\n${fields === "" ? "" : `${fields}\r\n`}\r\n`);
      const head = new ResponseHeadReader(parser, 1000, 10).read(SCRATCH, putScratch(parser, 0, text, 0, text.length));
      assert.ok(head);
      const framing = responseFraming(method, head.status, head.flags, head.minor);
      assert.is(typeof framing === "number" ? framing : framing.code, expected);
      if (typeof framing !== "number") assert.is(framing.status, 502);
      if (framing === LENGTH) assert.is(head.contentLength, 5);
    });

function readerInto(heard: string[], toHead = false): ResponseReader {
  return new ResponseReader(
    {
      head: (status, reason, fields) =>
        void heard.push(`${status} ${reason} ${fields.map((f) => f.join("=")).join("&")}`),
      content: (piece) => {
        const last = heard.at(-1) as string;
        if (last.startsWith(">")) heard[heard.length - 1] = last + piece.toString();
        else heard.push(`>${piece.toString()}`);
      },
      complete: () => void heard.push("complete"),
    },
    toHead,
  );
}

const long = "x".repeat(200_000);
/** A response, whether it answers HEAD, what is heard, and what `end` says. */
const RESPONSES: readonly [string, boolean, readonly string[], boolean][] = [
  [
    "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello",
    false,
    ["200 OK A=b&Content-Length=5", ">hello", "complete"],
    true,
  ],
  ["HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", false, ["200  Content-Length=0", "complete"], true],
  ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, ["200 OK Content-Length=5", "complete"], true],
  [
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    false,
    ["304 Not Modified Content-Length=5", "complete"],
    true,
  ],
  ["HTTP/1.0 200 OK\r\n\r\nto the end", false, ["200 OK ", ">to the end"], true],
  ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", false, ["200 OK Content-Length=9", ">short"], false],
  [
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
    false,
    ["103 Early Hints Link=</a>", "200 OK Content-Length=1", ">a", "complete"],
    true,
  ],
  [
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nraw",
    false,
    ["101 Switching Protocols Upgrade=x", ">raw"],
    true,
  ],
  [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nTrailer: x\r\n\r\n",
    false,
    ["200 OK Transfer-Encoding=chunked", ">hello, world", "complete"],
    true,
  ],
  [
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    false,
    ["200 OK Content-Length=3&Transfer-Encoding=chunked", ">a", "complete"],
    true,
  ],
  [
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\n${long}\r\n3;${"e".repeat(4000)}\r\nend\r\n0\r\n\r\n`,
    false,
    ["200 OK Transfer-Encoding=chunked", `>${long}end`, "complete"],
    true,
  ],
];

for (const [text, toHead, expected, whole] of RESPONSES) {
  const bytes = Buffer.from(text);
  const cuts = bytes.length > 10_000 ? [bytes.length, 60_000, 4096] : [bytes.length, 1, 2, 7];
  for (const size of cuts)
    test(`${JSON.stringify(text.slice(0, 60))}${toHead ? " to HEAD" : ""}, ${size} bytes at a time`, () => {
      const heard: string[] = [];
      const reader = readerInto(heard, toHead);
      for (let at = 0; at < bytes.length; at += size) reader.add(bytes.subarray(at, at + size));
      const ended = expected.includes("complete");
      assert.is(reader.complete, ended);
      assert.equal(heard, expected);
      assert.is(reader.end(), whole);
      if (!ended && whole) assert.is(heard.at(-1), "complete");
    });
}

test("another response is read within a call of the sink, with the same parser", () => {
  const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
  const inner: string[] = [];
  const outer: string[] = [];
  const nested = (): void => readerInto(inner).add(Buffer.from(text.replace("abc", "123")));
  const reader = new ResponseReader(
    {
      head: (status) => (outer.push(String(status)), nested()),
      content: (piece) => (outer.push(piece.toString()), nested()),
      complete: () => (outer.push("complete"), nested()),
    },
    false,
  );
  reader.add(Buffer.from(text));
  assert.equal(outer, ["200", "abc", "def", "complete"]);
  assert.is(inner.filter((entry) => entry === ">123def").length, 4);
});

function codeOf(call: () => void): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

test("what is no response is refused, and so are heads without end", () => {
  for (const [text, code] of [
    ["HTTP/1.1 20 OK\r\n\r\n", "ERR_LANDSPOUT_STATUS"],
    ["HTTP/1.1 200 OK\r\nA : b\r\n\r\n", undefined],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "ERR_LANDSPOUT_CHUNK_SIZE"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", "ERR_LANDSPOUT_CHUNK_END"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\na", "ERR_LANDSPOUT_CONTENT_LENGTH"],
    [`HTTP/1.1 200 OK\r\nA: ${"x".repeat(MAX_RESPONSE_HEAD_SIZE)}`, "ERR_LANDSPOUT_HEADER_SIZE"],
    [`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(MAX_FIELDS + 1)}\r\n`, "ERR_LANDSPOUT_TOO_MANY_FIELDS"],
  ] as const)
    for (const size of [1e6, 1000]) {
      const reader = readerInto([]);
      const bytes = Buffer.from(text);
      const refused = codeOf(() => {
        for (let at = 0; at < bytes.length; at += size) reader.add(bytes.subarray(at, at + size));
      });
      assert.ok(refused, text.slice(0, 60));
      if (code !== undefined) assert.is(refused, code);
    }
});

test("interim heads count for the limit of a head reader", () => {
  for (const parser of parsers) {
    const reader = new ResponseHeadReader(parser, 60, 10);
    const text = Buffer.from("HTTP/1.1 103 Early Hints\r\n\r\n");
    const read = () => reader.read(SCRATCH, putScratch(parser, 0, text, 0, text.length));
    assert.is(read()?.size, text.length);
    assert.is(read()?.size, text.length);
    assert.is(codeOf(read), "ERR_LANDSPOUT_HEADER_SIZE");
  }
});

test.run();
