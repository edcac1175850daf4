/**
 * Limits of bytes that are kept unfinished in the parser's memory: at their largest values they hold with real bytes, and larger ones are
 * refused by name.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { isLandspoutError } from "../../src/errors.ts";
import type { RequestCallback } from "../../src/http/delegates.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import { MultipartParser } from "../../src/http/message/multipart/parser.ts";
import type { MultipartOptions } from "../../src/http/message/multipart/options.ts";
import { TABLE } from "../../src/parser/abi.ts";
import { sharedParser } from "../../src/parser/choose.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";

const LARGEST: readonly (readonly [name: string, largest: number])[] = [
  ["maxHeaderSize", 262_144],
  ["maxTrailerSize", 262_144],
  ["maxChunkExtensionSize", 262_123],
  ["maxFieldCount", 1024],
];

/** A whole request with as much of a thing as the limit allows, or one byte more. */
const REQUESTS: { readonly [name: string]: (size: number) => string } = {
  maxHeaderSize: (size) => {
    const [start, end] = ["GET / HTTP/1.1\r\nHost: a\r\nX: ", "\r\n\r\n"];
    return start + "x".repeat(size - start.length - end.length) + end;
  },
  maxTrailerSize: (size) => `${CHUNKED}0\r\nX: ${"x".repeat(size - 7)}\r\n\r\n`,
  // 20 bytes of a chunk line are its size and line end.
  maxChunkExtensionSize: (size) => `${CHUNKED}1;${"x".repeat(size + 16)}\r\na\r\n0\r\n\r\n`,
};
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const REFUSED: { readonly [name: string]: number } = {
  maxHeaderSize: 431,
  maxTrailerSize: 431,
  maxChunkExtensionSize: 400,
};

for (const [name, setup] of SETUPS) {
  const test = suite(`limits of the memory, ${name}`, { deadline: 30 });

  for (const [option, largest] of LARGEST) {
    test(`${option} has a largest value, and says so`, () => {
      assert.throws(
        () => new HTTPServer(() => undefined, { ...setup, [option]: largest + 1 } as HTTPServerOptions),
        (error: unknown) =>
          isLandspoutError(error) &&
          error.code === "ERR_LANDSPOUT_OPTION" &&
          error.message.includes(option) &&
          error.message.includes(String(largest)),
      );
    });
    const request = REQUESTS[option];
    if (request === undefined) continue;
    for (const size of [1, 997, 65_536]) {
      test(`${option} at its largest holds, in pieces of ${size} bytes`, async () => {
        // One byte at a time the whole of it would take minutes: the last bytes do.
        const { parser } = sharedParser(setup.parser);
        const tables = Buffer.from(parser.buffer.subarray(0, TABLE));
        const options = { ...setup, [option]: largest, maxFieldCount: 16 } as HTTPServerOptions;
        expectLog(/Malformed HTTP message/);
        await serving(answer, options, async (port) => {
          for (const [more, status] of [
            [0, 200],
            [1, REFUSED[option]],
          ] as const) {
            await withPeer(port, async (peer) => {
              const bytes = Buffer.from(request(largest + more));
              let at = size === 1 ? bytes.length - 40 : 0;
              peer.write(bytes.subarray(0, at));
              for (; at < bytes.length && !peer.ended && !peer.closed; at += size) {
                peer.write(bytes.subarray(at, at + size));
                await new Promise((resolve) => setImmediate(resolve));
              }
              const { status: got } = await peer.answer();
              assert.is(got, status);
            });
          }
        });
        assert.ok(tables.equals(parser.buffer.subarray(0, TABLE)), "the look-up tables are as they were");
      });
    }
  }

  test("maxPartHeaderSize has a largest value, and says so", () => {
    assert.throws(
      () => new MultipartParser("b", SINK, { maxPartHeaderSize: 65_536 } satisfies MultipartOptions),
      (error: unknown) =>
        isLandspoutError(error) && error.code === "ERR_LANDSPOUT_OPTION" && error.message.includes("65535"),
    );
  });
  test("maxPartHeaderSize at its largest holds", () => {
    const { parser } = sharedParser(setup.parser);
    const tables = Buffer.from(parser.buffer.subarray(0, TABLE));
    for (const more of [0, 1]) {
      const start = 'Content-Disposition: form-data; name="a"\r\nX: ';
      const head = `${start}${"x".repeat(65_535 + more - start.length - 4)}\r\n\r\n`;
      const read = (): void => {
        const parts = new MultipartParser("b", SINK, { maxPartHeaderSize: 65_535, parser });
        const bytes = Buffer.from(`--b\r\n${head}content\r\n--b--\r\n`);
        for (let at = 0; at < bytes.length; at += 10_000) parts.feed(bytes.subarray(at, at + 10_000));
        parts.end();
      };
      if (more === 0) read();
      else assert.throws(read, (error: unknown) => isLandspoutError(error) && error.code.endsWith("HEADER_SIZE"));
    }
    assert.ok(tables.equals(parser.buffer.subarray(0, TABLE)));
  });
  test.run();
}

const answer: RequestCallback = ({ connection }) => {
  connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": "2" }), Buffer.from("ok"));
  connection.finish();
};
const SINK = { partBegin: () => undefined, partData: () => undefined, partEnd: () => undefined };
