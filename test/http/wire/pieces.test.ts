/**
 * However bytes are cut, the conversation is the same: a fixed one cut at every byte, and random pipelines of requests of all kinds,
 * answered at once, later or in pieces, cut at random, up to a request that is refused or the last, or a FIN.
 */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import { HTTPServer } from "../../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../../src/http/request.ts";
import { expectLog, suite } from "../../_support/suite.ts";
import { Peer, SETUPS, withPeer } from "../../_support/wire.ts";
import type { Answer } from "../../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const RUNS = 150;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `/now`, `/later/N` (turns of the loop), `/stream/N` (pieces): answers with method, target and content. */
function answer(request: HTTPServerRequest): void | Promise<void> {
  const { connection } = request;
  const [, how, count = "0"] = request.path.split("/");
  const body = `${request.method} ${request.uri} ${request.body.toString("latin1")}`;
  const whole = (): void => {
    connection.writeHeaders(
      { code: 200, reason: "OK" },
      new HTTPHeaders({ "Content-Length": body.length }),
      Buffer.from(body, "latin1"),
    );
    connection.finish();
  };
  if (how === "now") return whole();
  if (how === "later") {
    return (async () => {
      for (let i = 0; i < Number(count); i++) await turn();
      whole();
    })();
  }
  return (async () => {
    connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders());
    const size = Math.ceil(body.length / Number(count));
    for (let at = 0; at < body.length; at += size) {
      await turn();
      await connection.write(Buffer.from(body.slice(at, at + size), "latin1"));
    }
    connection.finish();
  })();
}

/** What is sent, and what must come for it. */
interface Exchange {
  readonly bytes: string;
  readonly method: string;
  readonly target: string;
  readonly body: string;
  /** The connection ends with its answer. */
  readonly last: boolean;
}

const target = fc.oneof(
  fc.constant("/now"),
  fc.nat({ max: 3 }).map((turns) => `/later/${turns}?a=b`),
  fc.integer({ min: 1, max: 4 }).map((pieces) => `/stream/${pieces}`),
);
/** Content that looks like what it is not. */
const content = fc.oneof(
  fc.constantFrom("", "a", "\r\n", "0\r\n\r\n", "GET /now HTTP/1.1\r\nHost: smuggled\r\n\r\n", "\0\xff\x80"),
  fc.string({ maxLength: 300 }).map((text) => Buffer.from(text).toString("latin1")),
  fc.nat({ max: 3000 }).map((size) => "0123456789".repeat(size / 10 + 1).slice(0, size)),
);
const fields = fc.constantFrom(
  "",
  "X-A: b\r\n",
  "Accept:\r\nX-Long: " + "v".repeat(300) + "\r\n",
  "Cookie: a=b; c=d\r\n",
);
const ending = fc.constantFrom("", "", "", "", "", "", "", "Connection: close\r\n");

function inChunks(body: string, sizes: readonly number[], extension: string, trailers: string): string {
  let text = "";
  let at = 0;
  for (let i = 0; at < body.length; i++) {
    const piece = body.slice(at, at + (sizes[i % sizes.length] ?? 1));
    text += `${piece.length.toString(16)}${extension}\r\n${piece}\r\n`;
    at += piece.length;
  }
  return `${text}0${extension}\r\n${trailers}\r\n`;
}

const exchange: fc.Arbitrary<Exchange> = fc.oneof(
  fc
    .tuple(fc.constantFrom("GET", "DELETE", "HEAD", "GET"), target, fields, ending, fc.boolean())
    .map(([method, path, more, end, crlf]) => ({
      bytes: `${crlf ? "\r\n" : ""}${method} ${path} HTTP/1.1\r\n${HOST}${more}${end}\r\n`,
      method,
      target: path,
      body: "",
      last: end !== "",
    })),
  fc
    .tuple(fc.constantFrom("POST", "PUT", "GET"), target, content, fields, ending)
    .map(([method, path, body, more, end]) => ({
      bytes: `${method} ${path} HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n${more}${end}\r\n${body}`,
      method,
      target: path,
      body,
      last: end !== "",
    })),
  fc
    .tuple(
      target,
      content,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom("", ";a", ';a=b;c="d;\\"e"'),
      fc.constantFrom("", "T: v\r\n", "A: 1\r\nB: 2\r\n"),
      ending,
    )
    .map(([path, body, sizes, extension, trailers, end]) => ({
      bytes: `POST ${path} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n${end}\r\n${inChunks(body, sizes, extension, trailers)}`,
      method: "POST",
      target: path,
      body,
      last: end !== "",
    })),
  fc.tuple(fc.constantFrom("/now", "/later/2"), content, fc.boolean()).map(([path, body, keep]) => ({
    bytes: `POST ${path} HTTP/1.0\r\nContent-Length: ${body.length}\r\n${keep ? "Connection: keep-alive\r\n" : ""}\r\n${body}`,
    method: "POST",
    target: path,
    body,
    last: !keep,
  })),
);

/** How it ends: more is expected, a refused request with its status, a FIN. */
type End = { readonly bytes: string; readonly status: number } | "fin" | "open";
const end: fc.Arbitrary<End> = fc.oneof(
  fc.constant<End>("open"),
  fc.constant<End>("fin"),
  fc.constantFrom<End>(
    { bytes: "nonsense\r\n\r\n", status: 400 },
    { bytes: "GET / HTTP/1.1\r\n\r\n", status: 400 },
    { bytes: `GET / HTTP/1.1\r\n${HOST}A : b\r\n\r\n`, status: 400 },
    { bytes: `GET / HTTP/3.0\r\n${HOST}\r\n`, status: 505 },
    { bytes: `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\n\r\n`, status: 501 },
    { bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, status: 400 },
    { bytes: `POST /now HTTP/1.1\r\n${HOST}Content-Length: 99999\r\n\r\n`, status: 413 },
    { bytes: `POST /now HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n`, status: 400 },
    { bytes: `POST /now HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n`, status: 400 },
    { bytes: `GET /now HTTP/1.1\r\n${HOST}Expect: wonders\r\n\r\n`, status: 417 },
  ),
);

const SMUGGLED = `GET /now HTTP/1.1\r\n${HOST}\r\n`;

/** Sends `bytes` in pieces of the sizes given, in turn; small pieces leave in packets of their own. */
async function send(peer: Peer, bytes: string, sizes: readonly number[]): Promise<void> {
  let at = 0;
  for (let i = 0; at < bytes.length && !peer.closed; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    peer.write(bytes.slice(at, at + size));
    at += size;
    await turn();
  }
}

async function check(port: number, exchanges: readonly Exchange[], last: End, sizes: readonly number[]): Promise<void> {
  const closing = exchanges.findIndex((one) => one.last);
  const answered = closing < 0 ? exchanges : exchanges.slice(0, closing + 1);
  let bytes = exchanges.map((one) => one.bytes).join("");
  if (typeof last === "object") bytes += last.bytes + SMUGGLED;
  else if (closing >= 0) bytes += SMUGGLED;
  await withPeer(port, async (peer) => {
    const sent = send(peer, bytes, sizes).then(() => {
      if (last === "fin") peer.finish();
    });
    for (const { method, target: path, body } of answered) {
      const got: Answer = await peer.answer(method === "HEAD");
      assert.is(got.status, 200);
      assert.is(got.body, method === "HEAD" ? "" : `${method} ${path} ${body}`);
    }
    if (closing < 0 && typeof last === "object") {
      const refusal = await peer.answer();
      assert.is(refusal.status, last.status);
      assert.is(refusal.headers["connection"], "close");
    }
    await sent;
    if (closing >= 0 || last !== "open") assert.is(await peer.rest(), "");
  });
}

for (const [name, setup] of SETUPS) {
  const test = suite(`pieces · ${name}`, { deadline: 60 });
  const limits = { ...setup, maxBodySize: 50_000, lingerTimeout: 30 };

  const serve = async (use: (port: number) => Promise<void>): Promise<void> => {
    const server = new HTTPServer(answer, limits);
    await server.listen(0, "127.0.0.1");
    try {
      await use(server.port);
    } finally {
      await server.stop();
      await server.closeAllConnections();
    }
  };

  test("a conversation cut in two at any byte is the same conversation", async () => {
    const parts = [
      `GET /now?x HTTP/1.1\r\n${HOST}X-A: b\r\n\r\n`,
      `POST /later/1 HTTP/1.1\r\n${HOST}Content-Length: 7\r\n\r\nGET / H`,
      `\r\nPOST /now HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3;e="x"\r\nabc\r\n00a\r\n0123456789\r\n0\r\nT: u\r\n\r\n`,
      `HEAD /now HTTP/1.1\r\n${HOST}\r\n`,
      `GET http://other.example/stream/2?q HTTP/1.1\r\n${HOST}\r\n`,
      `POST /now HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx`,
      `GET /now HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    ];
    const bytes = parts.join("") + SMUGGLED;
    await serve(async (port) => {
      const transcript = async (cut: number): Promise<string> =>
        withPeer(port, async (peer) => {
          await send(peer, bytes, cut === 0 ? [] : [cut, bytes.length]);
          return (await peer.rest()).replace(/Date: .*\r\n/g, "");
        });
      const whole = await transcript(0);
      assert.is(whole.match(/HTTP\/1\.1 200 OK/g)?.length, parts.length);
      assert.match(whole, /GET \/now $/);
      for (let cut = 1; cut < bytes.length; cut++) assert.is(await transcript(cut), whole, `cut at ${cut}`);
    });
  });

  test("random pipelines are answered in order, and nothing behind their end is", async () => {
    expectLog(/Malformed HTTP message/, { required: false });
    await serve((port) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(exchange, { maxLength: 8 }),
          end,
          fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 20, max: 2000 })), {
            minLength: 1,
            maxLength: 5,
          }),
          (exchanges, last, sizes) => check(port, exchanges, last, sizes),
        ),
        { numRuns: RUNS, endOnFailure: false },
      ),
    );
  });

  test.run();
}
