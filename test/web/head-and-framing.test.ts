/** HEAD, lengths and statuses without content, and what becomes of the connection: what a program says, and what is sent. */
import { Readable } from "node:stream";
import * as http from "node:http";
import * as assert from "uvu/assert";
import { NodeContainer } from "../../src/adapters/index.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import type { HandlerResult } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, serving, withPeer } from "../_support/wire.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("HEAD and framing", { deadline: 20 });

const returning = (get: (handler: RequestHandler) => HandlerResult) =>
  class extends RequestHandler {
    override get(): HandlerResult {
      return get(this);
    }
  };
async function* pieces(): AsyncGenerator<string> {
  yield "one ";
  yield "two";
}
const SETTINGS = [{}, { compressResponse: true }] as const;

for (const settings of SETTINGS) {
  const how = "compressResponse" in settings ? ", through compression" : "";

  for (const [title, get] of [
    ["yields", () => pieces()],
    ["returns a web stream", () => new Response("one two").body as unknown as object],
    ["returns a Node stream", () => Readable.from(["one ", "two"])],
    ["returns a Response", () => new Response("one two", { headers: { "Content-Type": "text/plain" } })],
  ] as const) {
    test(`§8.6 HEAD where GET ${title} has no length of nothing${how}`, () =>
      talk(
        [["/", returning(get)]],
        async (peer) => {
          for (let i = 0; i < 2; i++) {
            const head = await ask(peer, "/", { method: "HEAD", fields: "Accept-Encoding: gzip\r\n" });
            assert.is(head.status, 200);
            assert.is(head.headers["content-length"], undefined);
            assert.is(head.headers["etag"], undefined);
            assert.is(head.headers["transfer-encoding"], undefined);
            assert.is((await ask(peer, "/")).body, "one two", "~> the connection goes on");
          }
        },
        settings,
      ));
  }

  test(`§8.6 the length of a head() of its own, and of a Response, stays${how}`, () => {
    class Own extends RequestHandler {
      override get(): void {
        this.write("x".repeat(1234));
      }
      override head(): void {
        this.setHeader("Content-Length", 1234);
        this.setHeader("Etag", '"own"');
      }
    }
    class Silent extends Own {
      override head(): void {}
    }
    class Flushing extends Own {
      override async head(): Promise<void> {
        this.setHeader("Content-Length", 99);
        await this.flush();
      }
    }
    const whole = returning(() => new Response("x".repeat(7), { headers: { "Content-Length": "7" } }));
    return talk(
      [
        ["/own", Own],
        ["/silent", Silent],
        ["/flushing", Flushing],
        ["/response", whole],
      ],
      async (peer) => {
        const own = await ask(peer, "/own", { method: "HEAD" });
        assert.is(own.headers["content-length"], "1234");
        assert.is(own.headers["etag"], '"own"');
        const known = await ask(peer, "/own", { method: "HEAD", fields: 'If-None-Match: W/"own"\r\n' });
        assert.is(known.status, 304);
        const silent = await ask(peer, "/silent", { method: "HEAD" });
        assert.is(silent.headers["content-length"], undefined);
        assert.is(silent.headers["etag"], undefined);
        assert.is((await ask(peer, "/flushing", { method: "HEAD" })).headers["content-length"], "99");
        assert.is((await ask(peer, "/response", { method: "HEAD" })).headers["content-length"], "7");
        assert.is((await ask(peer, "/response")).body, "x".repeat(7));
      },
      settings,
    );
  });

  test(`HEAD of a written answer has the length and the tag of GET${how}`, () =>
    talk(
      [
        ["/", returning(() => "x".repeat(3000))],
        ["/empty", returning(() => undefined)],
      ],
      async (peer) => {
        for (const target of ["/", "/empty"]) {
          const get = await ask(peer, target, { fields: "Accept-Encoding: gzip\r\n" });
          const head = await ask(peer, target, { method: "HEAD", fields: "Accept-Encoding: gzip\r\n" });
          for (const name of ["content-length", "etag", "content-encoding"])
            assert.is(head.headers[name], get.headers[name]);
        }
      },
      settings,
    ));

  for (const [said, length] of [
    ["5", 7],
    ["9", 7],
    ["x", 7],
    ["0", 7],
    ["7", 0],
  ] as const) {
    test(`a Content-Length of ${said} with ${length} bytes is an error, and nothing is repaired${how}`, async () => {
      expectLog(/Content-Length/);
      await talk(
        [
          [
            "/",
            returning((handler) => {
              handler.setHeader("Content-Length", said);
              return "x".repeat(length);
            }),
          ],
        ],
        async (peer) => assert.is((await ask(peer, "/")).status, 500),
        settings,
      );
    });
  }

  test(`a Content-Length that is right stays${how}`, () =>
    talk(
      [
        [
          "/",
          returning((handler) => {
            handler.setHeader("Content-Length", 4);
            return "ä€".slice(0, 1).repeat(2);
          }),
        ],
      ],
      async (peer) => assert.is((await ask(peer, "/")).headers["content-length"], "4"),
      settings,
    ));

  test(`§15.3.6 a 205 has the length 0 and no content${how}`, async () => {
    expectLog(/205 (?:answer|response) cannot have content/i);
    expectLog("NO_CONTENT", { required: false });
    await talk(
      [
        ["/good", returning((handler) => handler.setStatus(205))],
        [
          "/flushed",
          returning(async (handler) => {
            handler.setStatus(205);
            await handler.flush();
          }),
        ],
        [
          "/bad",
          returning((handler) => {
            handler.setStatus(205);
            return "content";
          }),
        ],
        [
          "/error",
          returning((handler) => {
            handler.sendError(205);
          }),
        ],
      ],
      async (peer) => {
        for (const target of ["/good", "/flushed", "/error"]) {
          const answer = await ask(peer, target);
          assert.is(answer.status, 205, target);
          assert.is(answer.headers["content-length"], "0");
          assert.is(answer.headers["transfer-encoding"], undefined);
        }
        assert.is((await ask(peer, "/bad")).status, 500);
      },
      settings,
    );
  });

  for (const status of [100, 101, 103]) {
    test(`${status} is no final status${how}`, async () => {
      expectLog(
        /cannot be the status of a complete answer|101 is no complete response|ERR_LANDSPOUT_HEADERS_MISSING|Call writeHeaders/,
        {
          required: false,
        },
      );
      expectLog("Uncaught", { required: false });
      const app = new Application(
        [
          ["/whole", returning((handler) => handler.setStatus(status))],
          [
            "/flushed",
            returning(async (handler) => {
              handler.setStatus(status);
              await handler.flush();
            }),
          ],
        ],
        { accessLog: false, ...settings },
      );
      await serving(app, {}, async (port) => {
        for (const target of ["/whole", "/flushed"]) {
          const peer = await Peer.connect(port);
          peer.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
          const first = await peer.answer().catch(() => undefined);
          if (target === "/whole") assert.is(first?.status, 500);
          else if (first?.status === status) {
            // An interim answer is followed by a final one, or the connection is cut.
            const second = await peer.answer().catch(() => undefined);
            assert.ok(second === undefined || second.status === 500);
          }
          peer.destroy();
        }
      });
    });
  }

  for (const [version, asked, own, expected, closes] of [
    ["1.1", "", "close", "close", true],
    ["1.1", "", "Close", "close", true],
    ["1.1", "", "x-a, close", "x-a, close", true],
    ["1.1", "", "keep-alive", "keep-alive", false],
    ["1.1", "Connection: close\r\n", "keep-alive", "close", true],
    ["1.0", "Connection: keep-alive\r\n", "close", "close", true],
    ["1.0", "Connection: keep-alive\r\n", "x-a", "x-a, keep-alive", false],
    ["1.0", "", "keep-alive", "close", true],
  ] as const) {
    for (const flushed of [false, true]) {
      test(`§9.6 Connection: ${own} is obeyed, HTTP/${version} ${asked.trim()}${flushed ? ", flushed" : ""}${how}`, async () => {
        const handler = returning(async (one) => {
          one.setHeader("Connection", own);
          one.setHeader("Content-Length", 4);
          one.write("text");
          if (flushed) await one.flush();
        });
        await serving(new Application([["/", handler]], { accessLog: false, ...settings }), {}, (port) =>
          withPeer(port, async (peer) => {
            peer.write(`GET / HTTP/${version}\r\nHost: a\r\n${asked}\r\n`);
            const { headers, body } = await peer.answer();
            assert.is(body, "text");
            assert.is(headers["connection"], expected);
            if (closes) assert.is(await peer.rest(), "");
            else {
              peer.write(`GET / HTTP/${version}\r\nHost: a\r\n${asked}\r\n`);
              assert.is((await peer.answer()).status, 200);
            }
          }),
        );
      });
    }
  }
}

test("an Express-like app that wants its connection closed gets that", async () => {
  const app = new NodeContainer((_request: http.IncomingMessage, response: http.ServerResponse) => {
    response.setHeader("Connection", "close");
    response.end("text");
  });
  await serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      const answer = await ask(peer, "/");
      assert.is(answer.headers["connection"], "close");
      assert.is(await peer.rest(), "");
    }),
  );
});

test.run();
