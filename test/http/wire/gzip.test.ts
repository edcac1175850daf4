/** `decompressRequest` on the wire: what a handler gets, and how refused content is answered. */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import type { HTTPServerRequest } from "../../../src/http/request.ts";
import { expectLog, suite } from "../../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../../_support/wire.ts";
import type { Peer } from "../../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const GZIP = "Content-Encoding: gzip\r\n";

function post(body: Uint8Array, fields = GZIP): Buffer {
  return Buffer.concat([
    Buffer.from(`POST / HTTP/1.1\r\n${HOST}${fields}Content-Length: ${body.length}\r\n\r\n`),
    body,
  ]);
}
function inChunks(body: Uint8Array, size: number): Buffer {
  const parts = [Buffer.from(`POST / HTTP/1.1\r\n${HOST}${GZIP}Transfer-Encoding: chunked\r\n\r\n`)];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), Buffer.from(piece), Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

let served = 0;
/** Answers with the coding that was taken off and the content. */
function answer({ connection, headers, body }: HTTPServerRequest): void {
  served++;
  const text = Buffer.concat([
    Buffer.from(`${headers.get("Content-Encoding")} ${headers.get("X-Consumed-Content-Encoding")} `),
    body,
  ]);
  connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": text.length }), text);
  connection.finish();
}

for (const [name, setup] of SETUPS) {
  const test = suite(`gzip · ${name}`, { deadline: 15 });
  const talk = (title: string, options: object, conversation: (peer: Peer) => Promise<void>): void => {
    test(title, () =>
      serving(answer, { ...setup, decompressRequest: true, ...options }, (port) => withPeer(port, conversation)),
    );
  };
  const text = "The quick brown fox. ".repeat(5000);

  talk("a handler gets the inflated content, and the connection goes on", {}, async (peer) => {
    const coded = gzipSync(text);
    for (const bytes of [post(coded), inChunks(coded, 100), inChunks(coded, 1), post(gzipSync(""))]) {
      peer.write(bytes);
      const got = await peer.answer();
      assert.is(got.status, 200);
      assert.is(got.body, `undefined gzip ${bytes.length < 200 ? "" : text}`);
    }
  });
  talk("pipelined requests stay in order behind one that is inflated", {}, async (peer) => {
    const plain = (body: string): Buffer => post(Buffer.from(body), "");
    peer.write(Buffer.concat([post(gzipSync(text)), plain("two"), post(gzipSync("three")), plain("four")]));
    for (const expected of [
      `undefined gzip ${text}`,
      "undefined undefined two",
      "undefined gzip three",
      "undefined undefined four",
    ]) {
      assert.is((await peer.answer()).body, expected);
    }
  });
  talk("a request without content is none of its business", {}, async (peer) => {
    peer.write(`GET / HTTP/1.1\r\n${HOST}${GZIP}\r\n` + post(Buffer.alloc(0)).toString("latin1"));
    for (let i = 0; i < 2; i++) assert.is((await peer.answer()).body, "undefined gzip ");
  });
  talk("without the option content stays as it is", { decompressRequest: false }, async (peer) => {
    const coded = gzipSync("x");
    peer.write(post(coded));
    assert.is((await peer.answer()).body, `gzip undefined ${coded.toString("latin1")}`);
  });
  talk("Expect: 100-continue is answered before", {}, async (peer) => {
    const coded = gzipSync("later");
    peer.write(`POST / HTTP/1.1\r\n${HOST}${GZIP}Expect: 100-continue\r\nContent-Length: ${coded.length}\r\n\r\n`);
    await peer.expect("HTTP/1.1 100 Continue\r\n\r\n");
    peer.write(coded);
    assert.is((await peer.answer()).body, "undefined gzip later");
  });

  const coded = gzipSync(text);
  const bomb = gzipSync(Buffer.alloc(5_000_000));
  const refused: readonly (readonly [title: string, bytes: Buffer, status: number, code: string])[] = [
    ["is larger than the limit when inflated", post(bomb), 413, "BODY_SIZE"],
    ["is larger than the limit when inflated, in chunks", inChunks(bomb, 64), 413, "BODY_SIZE"],
    ["is cut off", post(coded.subarray(0, -1)), 400, "GZIP"],
    ["is cut off, in chunks", inChunks(coded.subarray(0, 50), 10), 400, "GZIP"],
    ["is no gzip", post(Buffer.from("plain text")), 400, "GZIP"],
    ["goes on behind its end", post(Buffer.concat([coded, Buffer.from("x")])), 400, "GZIP"],
    ["goes on behind its end with zeros", inChunks(Buffer.concat([coded, Buffer.alloc(3)]), 50), 400, "GZIP"],
  ];
  for (const [title, bytes, status, code] of refused) {
    talk(
      `content that ${title} is refused, once, and nothing behind it served`,
      { maxBodySize: 1_000_000 },
      async (peer) => {
        expectLog(/Malformed HTTP message/);
        served = 0;
        peer.write(Buffer.concat([bytes, post(gzipSync("smuggled"))]));
        const got = await peer.answer();
        assert.is(got.status, status);
        assert.match(got.body, `(ERR_LANDSPOUT_${code})`);
        assert.is(got.headers["connection"], "close");
        assert.is(await peer.rest(), "");
        assert.is(served, 0);
      },
    );
  }

  test.run();
}
