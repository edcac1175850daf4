/**
 * Requests that are refused: each gets one complete answer (Date, Content-Length, Connection: close), then the server closes its
 * side; nothing that follows is answered, and the handler never sees any of it. Sent whole, and byte by byte.
 */
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const END = "\r\n";
const POST = `POST / HTTP/1.1\r\n${HOST}`;
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

/** Title, request, status, code without ERR_LANDSPOUT_. */
type Refused = readonly [title: string, request: string, status: number, code: string];

const SYNTAX: readonly Refused[] = [
  ["§3 garbage", "garbage\r\n\r\n", 400, "METHOD"],
  ["§3 a leading space", ` GET / HTTP/1.1\r\n${HOST}${END}`, 400, "METHOD"],
  ["§3 two spaces", `GET  / HTTP/1.1\r\n${HOST}${END}`, 400, "TARGET"],
  ["§3 a tab between method and target", `GET\t/ HTTP/1.1\r\n${HOST}${END}`, 400, "METHOD"],
  ["§3 a missing version", `GET /\r\n${HOST}${END}`, 400, "TARGET"],
  ["§2.3 HTTP/1.10", `GET / HTTP/1.10\r\n${HOST}${END}`, 400, "VERSION"],
  ["§2.3 a lower-case version", `GET / http/1.1\r\n${HOST}${END}`, 400, "VERSION"],
  ["§2.3 HTTP/2.0", `GET / HTTP/2.0\r\n${HOST}${END}`, 505, "VERSION_UNSUPPORTED"],
  ["the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "TARGET_FORM"],
  ["§3.2 a DEL in the target", `GET /\x7f HTTP/1.1\r\n${HOST}${END}`, 400, "TARGET"],
  ["§3.2.3 CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", 501, "CONNECT"],
  ["§2.2 two empty lines in front", `\r\n\r\nGET / HTTP/1.1\r\n${HOST}${END}`, 400, "METHOD"],
  ["§3 a space behind the version", `GET / HTTP/1.1 \r\n${HOST}${END}`, 400, "VERSION"],
  ["§3.2 a control in the target", `GET /\x01 HTTP/1.1\r\n${HOST}${END}`, 400, "TARGET"],
  ["§3.2 a fragment", `GET /#a HTTP/1.1\r\n${HOST}${END}`, 400, "TARGET"],
  ["§3.1 a comma in the method", `FOO,BAR / HTTP/1.1\r\n${HOST}${END}`, 400, "METHOD"],
  ["§3.2.4 an asterisk for GET", `GET * HTTP/1.1\r\n${HOST}${END}`, 400, "TARGET_FORM"],
  ["a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "METHOD"],
  ["§5.1 NUL in a name", `GET / HTTP/1.1\r\n${HOST}A\0: b\r\n\r\n`, 400, "FIELD_NAME"],
  ["§5.1 a byte above 0x7F in a name", `GET / HTTP/1.1\r\n${HOST}\xe9: b\r\n\r\n`, 400, "FIELD_NAME"],
  ["§5.5 DEL in a value", `GET / HTTP/1.1\r\n${HOST}A: \x7f\r\n\r\n`, 400, "FIELD_VALUE"],
  ["§2.2 a blank before the first field", `GET / HTTP/1.1\r\n ${HOST}${END}`, 400, "OBS_FOLD"],
  ["§3.2 a Host with userinfo", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "HOST_INVALID"],
  ["§3.2 a Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "HOST_INVALID"],
  ["§3.2 a Host with a port of letters", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, "HOST_INVALID"],
  ["§3.2 two Hosts of HTTP/1.0", `GET / HTTP/1.0\r\n${HOST}${HOST}\r\n`, 400, "HOST_REPEATED"],
  ["§5 a line without colon", `GET / HTTP/1.1\r\n${HOST}nothing\r\n\r\n`, 400, "NO_COLON"],
  ["§5.1 a space before the colon", `GET / HTTP/1.1\r\n${HOST}A : b\r\n\r\n`, 400, "SPACE_BEFORE_COLON"],
  ["§5.1 an empty name", `GET / HTTP/1.1\r\n${HOST}: b\r\n\r\n`, 400, "FIELD_NAME"],
  ["§5.5 NUL in a value", `GET / HTTP/1.1\r\n${HOST}A: b\0\r\n\r\n`, 400, "FIELD_VALUE"],
  ["§2.2 a bare CR in a value", `GET / HTTP/1.1\r\n${HOST}A: b\rc\r\n\r\n`, 400, "BARE_CR"],
  ["§2.2 a bare LF", `GET / HTTP/1.1\n${HOST}\n`, 400, "BARE_LF"],
  ["§5.2 obs-fold", `GET / HTTP/1.1\r\n${HOST}A: b\r\n c\r\n\r\n`, 400, "OBS_FOLD"],
  ["§3.2 no Host", "GET / HTTP/1.1\r\n\r\n", 400, "HOST_MISSING"],
  ["§3.2 two Hosts", `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400, "HOST_REPEATED"],
  ["§3.2 a Host with a comma", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400, "HOST_INVALID"],
  ["§3.2 a Host with a slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "HOST_INVALID"],
  ["§10.1.1 an unknown expectation", `GET / HTTP/1.1\r\n${HOST}Expect: miracles\r\n\r\n`, 417, "EXPECTATION"],
];

const FRAMING: readonly Refused[] = [
  ["§6.3 an empty Content-Length", `${POST}Content-Length:\r\n\r\n`, 400, "CONTENT_LENGTH"],
  ["§6.3 a signed Content-Length", `${POST}Content-Length: +1\r\n\r\na`, 400, "CONTENT_LENGTH"],
  ["§6.3 a negative Content-Length", `${POST}Content-Length: -1\r\n\r\n`, 400, "CONTENT_LENGTH"],
  ["§6.3 a hexadecimal Content-Length", `${POST}Content-Length: 0x1\r\n\r\na`, 400, "CONTENT_LENGTH"],
  ["§6.3 an underscore in Content-Length", `${POST}Content-Length: 1_0\r\n\r\n`, 400, "CONTENT_LENGTH"],
  [
    "§6.3 a Content-Length that overflows",
    `${POST}Content-Length: 18446744073709551617\r\n\r\na`,
    400,
    "CONTENT_LENGTH",
  ],
  [
    "§6.3 a Content-Length of five thousand digits",
    `${POST}Content-Length: ${"1".repeat(5000)}\r\n\r\n`,
    400,
    "CONTENT_LENGTH",
  ],
  ["§6.3 a list of lengths", `${POST}Content-Length: 1, 1\r\n\r\na`, 400, "CONTENT_LENGTH"],
  ["§6.3 Content-Length twice", `${POST}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`, 400, "CONTENT_LENGTH"],
  [
    "§6.1 both framings",
    `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    "FRAMING_AMBIGUOUS",
  ],
  [
    "§6.1 both framings, the other way round",
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    400,
    "FRAMING_AMBIGUOUS",
  ],
  [
    "§6.1 an unknown coding",
    `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
    "TRANSFER_CODING_UNKNOWN",
  ],
  ["§6.1 identity", `${POST}Transfer-Encoding: identity\r\n\r\n`, 501, "TRANSFER_CODING_UNKNOWN"],
  ["§6.1 chunked not last", `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400, "TRANSFER_ENCODING"],
  [
    "§6.1 chunked twice",
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    "TRANSFER_ENCODING",
  ],
  ["§6.1 an empty coding", `${POST}Transfer-Encoding:\r\n\r\n`, 400, "TRANSFER_ENCODING"],
  [
    "§6.1 a coding of HTTP/1.0",
    `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    "TRANSFER_ENCODING_IN_HTTP10",
  ],
];

const CHUNKS: readonly Refused[] = [
  ["§7.1 an empty chunk size", `${CHUNKED}\r\n`, 400, "CHUNK_SIZE"],
  ["§7.1 a prefixed chunk size", `${CHUNKED}0x1\r\na\r\n0\r\n\r\n`, 400, "CHUNK_SIZE"],
  ["§7.1 an underscore in a chunk size", `${CHUNKED}1_0\r\na\r\n0\r\n\r\n`, 400, "CHUNK_SIZE"],
  ["§7.1 a signed chunk size", `${CHUNKED}+1\r\na\r\n0\r\n\r\n`, 400, "CHUNK_SIZE"],
  ["§7.1 a blank behind a chunk size", `${CHUNKED}1 \r\na\r\n0\r\n\r\n`, 400, "CHUNK_SIZE"],
  ["§7.1 a chunk size that overflows", `${CHUNKED}ffffffffffffffff1\r\na`, 400, "CHUNK_OVERFLOW"],
  ["§7.1 a chunk line that ends with LF", `${CHUNKED}1\na\r\n0\r\n\r\n`, 400, "BARE_LF"],
  ["§7.1 a LF in a chunk extension", `${CHUNKED}1;a\nb\r\na\r\n0\r\n\r\n`, 400, "CHUNK_EXTENSION"],
  ["§7.1 a chunk longer than its size", `${CHUNKED}1\r\nab\r\n0\r\n\r\n`, 400, "CHUNK_END"],
  ["§7.1 a chunk that ends with LF", `${CHUNKED}1\r\na\n0\r\n\r\n`, 400, "CHUNK_END"],
  ["§7.1 a negative chunk size", `${CHUNKED}-1\r\n\r\n`, 400, "CHUNK_SIZE"],
  ["§7.1.2 a trailer without colon", `${CHUNKED}0\r\nnothing\r\n\r\n`, 400, "NO_COLON"],
  ["§7.1.2 a request in place of the trailers", `${CHUNKED}0\r\nGET / HTTP/1.1\r\n\r\n`, 400, "SPACE_BEFORE_COLON"],
  ["§7.1.2 a malformed trailer", `${CHUNKED}0\r\nA : b\r\n\r\n`, 400, "SPACE_BEFORE_COLON"],
];

const small = {
  maxHeaderSize: 400,
  maxTargetLength: 100,
  maxFieldCount: 4,
  maxBodySize: 10,
  maxTrailerSize: 50,
  maxChunkExtensionSize: 30,
};
const LIMITS: readonly Refused[] = [
  ["§3 a target that is too long", `GET /${"a".repeat(100)} HTTP/1.1\r\n${HOST}${END}`, 414, "TARGET_LENGTH"],
  ["§3 a target without end", `GET /${"a".repeat(200)}`, 414, "TARGET_LENGTH"],
  [
    "§3 a target larger than a head may be",
    `GET /${"a".repeat(99)}${"?".repeat(400)} HTTP/1.1\r\n${HOST}${END}`,
    414,
    "TARGET_LENGTH",
  ],
  [
    "§5 a head that is too large, and malformed behind that",
    `GET / HTTP/1.1\r\n${HOST}A: ${"a".repeat(400)}\0\r\n\r\n`,
    431,
    "HEADER_SIZE",
  ],
  ["§5 a head that is too large", `GET / HTTP/1.1\r\n${HOST}A: ${"a".repeat(400)}\r\n\r\n`, 431, "HEADER_SIZE"],
  ["§5 a head without end", `GET / HTTP/1.1\r\n${HOST}A: ${"a".repeat(400)}`, 431, "HEADER_SIZE"],
  ["§5 too many fields", `GET / HTTP/1.1\r\n${HOST}A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n`, 431, "TOO_MANY_FIELDS"],
  ["§8.6 content that is announced too long", `${POST}Content-Length: 11\r\n\r\n`, 413, "BODY_SIZE"],
  ["§7.1 chunks that become too long", `${CHUNKED}8\r\n12345678\r\n3\r\nabc\r\n0\r\n\r\n`, 413, "BODY_SIZE"],
  [
    "§7.1.1 a chunk extension that is too long",
    `${CHUNKED}1;${"a".repeat(60)}\r\na\r\n0\r\n\r\n`,
    400,
    "CHUNK_EXTENSION_SIZE",
  ],
  ["§7.1.1 a chunk extension without end", `${CHUNKED}1;${"a".repeat(60)}`, 400, "CHUNK_EXTENSION_SIZE"],
  [
    "§7.1.1 chunk extensions that add up",
    `${CHUNKED}${`1;${"a".repeat(40)}\r\na\r\n`.repeat(3)}0\r\n\r\n`,
    400,
    "CHUNK_EXTENSION_SIZE",
  ],
  ["§7.1.2 trailers that are too large", `${CHUNKED}0\r\nA: ${"a".repeat(60)}\r\n\r\n`, 431, "TRAILER_SIZE"],
];

/** Follows every refused request; would be answered if it were taken for one. */
const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`;

for (const [name, setup] of SETUPS) {
  const test = suite(`refusals · ${name}`, { deadline: 20 });
  const seen: string[] = [];
  const answer = (request: HTTPServerRequest): void => {
    seen.push(request.uri);
    request.connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": 0 }));
    request.connection.finish();
  };

  const refuse = (limits: object, [title, request, status, code]: Refused, slowly: boolean): void => {
    test(`refuses ${title}${slowly ? ", byte by byte" : ""}`, async () => {
      seen.length = 0;
      expectLog(/Malformed HTTP message from 127\.0\.0\.1/);
      await serving(answer, { ...setup, ...limits }, (port) =>
        withPeer(port, async (peer) => {
          if (slowly) await peer.writeSlowly(request);
          else peer.write(title.endsWith("without end") ? request : request + SMUGGLED.repeat(2));
          const got = await peer.answer();
          assert.is(got.status, status);
          assert.match(got.body, `(ERR_LANDSPOUT_${code})`);
          assert.is(got.headers["connection"], "close");
          assert.ok(!Number.isNaN(Date.parse(got.headers["date"] ?? "")));
          assert.is(Number(got.headers["content-length"]), got.body.length);
          assert.is(await peer.rest(), "", "nothing follows");
          assert.equal(seen, []);
        }),
      );
    });
  };

  for (const group of [SYNTAX, FRAMING, CHUNKS]) for (const refused of group) refuse({}, refused, false);
  for (const refused of LIMITS) refuse(small, refused, false);
  if (setup.transport !== "copy") {
    for (const group of [SYNTAX, FRAMING, CHUNKS]) for (const refused of group) refuse({}, refused, true);
    for (const refused of LIMITS) refuse(small, refused, true);
  }

  for (const slowly of [false, true]) {
    test(`accepts a head of exactly maxHeaderSize and refuses one byte more${slowly ? ", byte by byte" : ""}`, async () => {
      expectLog(/Malformed HTTP message/);
      const head = (size: number): string => {
        const empty = `GET / HTTP/1.1\r\n${HOST}A: \r\n\r\n`;
        return empty.replace("A: ", `A: ${"a".repeat(size - empty.length)}`);
      };
      await serving(answer, { ...setup, maxHeaderSize: 300 }, (port) =>
        withPeer(port, async (peer) => {
          for (const [size, status] of [
            [300, 200],
            [300, 200],
            [301, 431],
          ] as const) {
            const bytes = head(size);
            assert.is(bytes.length, size);
            if (slowly) await peer.writeSlowly(bytes);
            else peer.write(bytes);
            assert.is((await peer.answer()).status, status);
          }
          assert.is(await peer.rest(), "");
        }),
      );
    });
    test(`a request line that outgrows maxHeaderSize is too long a target${slowly ? ", byte by byte" : ""}`, async () => {
      expectLog(/Malformed HTTP message/);
      await serving(answer, { ...setup, maxHeaderSize: 200 }, (port) =>
        withPeer(port, async (peer) => {
          const request = `GET /${"a".repeat(250)} HTTP/1.1\r\n${HOST}\r\n`;
          if (slowly) await peer.writeSlowly(request);
          else peer.write(request);
          assert.is((await peer.answer()).status, 414);
          assert.is(await peer.rest(), "");
        }),
      );
    });
  }

  test("answers the requests in front of a refused one", async () => {
    seen.length = 0;
    expectLog(/Malformed HTTP message/);
    await serving(answer, setup, (port) =>
      withPeer(port, async (peer) => {
        peer.write(`GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\nGET /3\r\n\r\n${SMUGGLED}`);
        assert.is((await peer.answer()).status, 200);
        assert.is((await peer.answer()).status, 200);
        assert.is((await peer.answer()).status, 400);
        assert.is(await peer.rest(), "");
        assert.equal(seen, ["/1", "/2"]);
      }),
    );
  });

  test("goes on reading for a while, so that the answer is not lost, but not for ever", async () => {
    expectLog(/Malformed HTTP message/);
    await serving(answer, { ...setup, maxBodySize: 10, lingerSize: 100_000, lingerTimeout: 5 }, (port) =>
      withPeer(port, async (peer) => {
        peer.write(`${POST}Content-Length: 1000000\r\n\r\n${"a".repeat(50_000)}`);
        assert.is((await peer.answer()).status, 413);
        assert.is(await peer.rest(), "");
        assert.not(peer.closed);
        while (!peer.closed) {
          peer.write("a".repeat(50_000));
          await new Promise((resolve) => setImmediate(resolve));
        }
      }),
    );
  });

  test.run();
}
