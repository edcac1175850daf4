/** What methods return, output transforms and cookies, as they reach the client. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Readable } from "node:stream";
import * as assert from "uvu/assert";
import { RequestHandler } from "../../src/web/index.ts";
import type { HandlerResult, OutputTransform } from "../../src/web/index.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, withPeer } from "../_support/wire.ts";
import { Application } from "../../src/web/index.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("answers", { deadline: 20 });

const returning = (get: (handler: RequestHandler) => HandlerResult) =>
  class extends RequestHandler {
    override get(): HandlerResult {
      return get(this);
    }
  };

async function* pieces(): AsyncGenerator<string | Uint8Array> {
  yield "one ";
  await new Promise((resolve) => setImmediate(resolve));
  yield Buffer.from("two");
}

test("sends a Response that is returned: status, fields, each cookie, content", () =>
  talk(
    [
      [
        "/",
        returning(() => {
          const headers = new Headers({ "X-A": "1", "Content-Type": "text/plain", Connection: "close" });
          headers.append("Set-Cookie", "a=1");
          return new Response("text", { status: 201, headers });
        }),
      ],
      ["/empty", returning(() => new Response(null, { status: 204 }))],
      ["/async", returning(() => Promise.resolve(Response.json([1])))],
      [
        "/used",
        returning(async () => {
          const response = new Response("x");
          await response.text();
          return response;
        }),
      ],
    ],
    async (peer) => {
      const answer = await ask(peer, "/");
      assert.is(answer.status, 201);
      assert.is(answer.headers["x-a"], "1");
      assert.is(answer.headers["content-type"], "text/plain");
      assert.is(answer.headers["set-cookie"], "a=1");
      assert.is(answer.headers["connection"], undefined, "~> the connection is not the Response's");
      assert.is(answer.body, "text");
      const empty = await ask(peer, "/empty");
      assert.is(empty.status, 204);
      assert.is(empty.headers["content-type"], undefined);
      const list = await ask(peer, "/async");
      assert.is(list.body, "[1]");
      assert.match(list.headers["content-type"] ?? "", "application/json");
      expectLog(/ERR_LANDSPOUT_BODY_USED|has been read already/, { logger: "application" });
      assert.is((await ask(peer, "/used")).status, 500);
    },
  ));

test("sends streams and iterables that are returned, chunk by chunk", () =>
  talk(
    [
      ["/generator", returning(() => pieces())],
      ["/node", returning(() => Readable.from(["one ", "two"]))],
      ["/web", returning(() => new Response("one two").body ?? "")],
    ],
    async (peer) => {
      for (const path of ["/generator", "/node", "/web"]) {
        const answer = await ask(peer, path);
        assert.is(answer.body, "one two", path);
        assert.is(answer.headers["transfer-encoding"], "chunked");
        const head = await ask(peer, path, { method: "HEAD" });
        assert.is(head.status, 200);
      }
    },
  ));

test("lets go of a source when its client leaves, though it has nothing to say", async () => {
  let ended: (() => void) | undefined;
  const over = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const silent = returning(() => {
    const source = new Readable({ read: () => undefined });
    source.push("first");
    source.on("close", () => ended?.());
    return source;
  });
  await serving(new Application([["/", silent]], { accessLog: false }), {}, (port) =>
    withPeer(port, async (peer) => {
      peer.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await once(peer.socket, "data");
      peer.destroy();
      await over;
    }),
  );
});

test("cuts the connection when a source fails midway", () =>
  talk(
    [
      [
        "/",
        returning(async function* () {
          yield "first";
          throw new Error("no more");
        }),
      ],
    ],
    async (peer) => {
      expectLog(/no more/, { logger: "application" });
      peer.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const text = await peer.rest();
      assert.match(text, "5\r\nfirst\r\n");
      assert.not.match(text, "\r\n0\r\n");
    },
  ));

/** Upper case, a field more, and a promise for every second piece. */
class Loud implements OutputTransform {
  #count = 0;
  #loud(chunk: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const loud = Buffer.from(Buffer.from(chunk).toString().toUpperCase());
    return this.#count++ % 2 === 0 ? loud : new Promise((resolve) => setImmediate(() => resolve(loud)));
  }
  transformFirstChunk(
    status: number,
    headers: Parameters<OutputTransform["transformFirstChunk"]>[1],
    chunk: Uint8Array,
    finishing: boolean,
  ) {
    headers.set("X-Loud", String(finishing));
    const loud = this.#loud(chunk);
    return loud instanceof Promise ? loud.then((piece) => ({ status, chunk: piece })) : { status, chunk: loud };
  }
  transformChunk(chunk: Uint8Array) {
    return this.#loud(chunk);
  }
}

test("sends every answer through the transforms, pieces in their order", async () => {
  const app = new Application(
    [
      ["/whole", returning((handler) => handler.write("whole"))],
      [
        "/flushed",
        returning((handler) => {
          for (const piece of ["a", "b", "c", "d"]) {
            handler.write(piece);
            void handler.flush();
          }
          handler.write("e");
        }),
      ],
      ["/none", returning((handler) => handler.setStatus(204))],
      ["/error", returning(() => Promise.reject(new Error("meant")))],
    ],
    { accessLog: false },
  );
  app.addTransform(() => new Loud());
  app.addTransform((request) => (request.path === "/whole" ? new Loud() : undefined));
  await serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      const whole = await ask(peer, "/whole");
      assert.is(whole.body, "WHOLE");
      assert.is(whole.headers["content-length"], "5");
      assert.is(whole.headers["x-loud"], "true");
      const tag = whole.headers["etag"] ?? "";
      const unchanged = await ask(peer, "/whole", { fields: `If-None-Match: ${tag}\r\n` });
      assert.is(unchanged.status, 304);
      const flushed = await ask(peer, "/flushed");
      assert.is(flushed.body, "ABCDE");
      assert.is(flushed.headers["x-loud"], "false");
      const none = await ask(peer, "/none");
      assert.is(none.status, 204);
      assert.is(none.headers["content-length"], undefined);
      expectLog(/meant/, { logger: "application" });
      assert.match((await ask(peer, "/error")).body, "500: INTERNAL SERVER ERROR");
    }),
  );
});

test("a transform that fails gives a 500, or a cut connection, and is logged once", async () => {
  const app = new Application([["/", returning((handler) => handler.write("x"))]], { accessLog: false });
  app.addTransform(() => ({
    transformFirstChunk: () => Promise.reject(new Error("broken transform")),
    transformChunk: (chunk) => chunk,
  }));
  await serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      expectLog(/broken transform/, { logger: "application" });
      assert.is((await ask(peer, "/")).status, 500);
    }),
  );
});

test("sends cookies, the last of a name, with error pages too; refuses what could break out", () =>
  talk(
    [
      [
        "/",
        returning((handler) => {
          handler.setCookie("a", "1", { secure: true });
          handler.setCookie("a", "2", { httpOnly: true, sameSite: "lax", maxAge: 60, domain: "example.org" });
        }),
      ],
      [
        "/error",
        returning((handler) => {
          handler.setCookie("kept", "1");
          handler.sendError(403);
        }),
      ],
      ["/clear", returning((handler) => handler.clearCookie("a"))],
      ["/bad", returning((handler) => handler.setCookie("a", "x\r\nSet-Cookie: b=1"))],
    ],
    async (peer) => {
      assert.is(
        (await ask(peer, "/")).headers["set-cookie"],
        "a=2; Domain=example.org; HttpOnly; Max-Age=60; Path=/; SameSite=Lax",
      );
      assert.is((await ask(peer, "/error")).headers["set-cookie"], "kept=1; Path=/");
      assert.match((await ask(peer, "/clear")).headers["set-cookie"] ?? "", "a=; Expires=Thu, 01 Jan 1970");
      expectLog(/ERR_LANDSPOUT_COOKIE|control character/, { logger: "application" });
      const bad = await ask(peer, "/bad");
      assert.is(bad.status, 500);
      assert.is(bad.headers["set-cookie"], undefined);
    },
  ));

test("a transfer coding somebody set never comes beside a length", () =>
  talk(
    [
      [
        "/whole",
        returning((handler) => {
          handler.setHeader("Transfer-Encoding", "chunked");
          handler.write("whole");
        }),
      ],
      [
        "/flushed",
        returning(async (handler) => {
          handler.setHeader("Transfer-Encoding", "gzip, chunked");
          handler.write("flushed");
          await handler.flush();
        }),
      ],
    ],
    async (peer) => {
      const whole = await ask(peer, "/whole");
      assert.is(whole.headers["transfer-encoding"], undefined);
      assert.is(whole.body, "whole");
      const flushed = await ask(peer, "/flushed");
      assert.is(flushed.headers["transfer-encoding"], "chunked");
      assert.is(flushed.body, "flushed");
    },
  ));

test("a handler may ask about its tag before it writes, and have one of its own", () =>
  talk(
    [
      [
        "/own",
        class extends RequestHandler {
          override computeEtag() {
            return '"own"';
          }
          override get() {
            this.setEtagHeader();
            if (this.checkEtagHeader()) {
              this.setStatus(304);
              return;
            }
            this.write("made at great cost");
          }
        },
      ],
      [
        "/none",
        class extends RequestHandler {
          override computeEtag() {
            return undefined;
          }
          override get() {
            this.write("x");
          }
        },
      ],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/own")).headers["etag"], '"own"');
      const again = await ask(peer, "/own", { fields: 'If-None-Match: W/"own"\r\n' });
      assert.equal([again.status, again.headers["etag"], again.body], [304, '"own"', ""]);
      assert.is((await ask(peer, "/none")).headers["etag"], undefined);
    },
  ));

test("a detached stream is the program's, with what the client sent behind its request", () =>
  talk(
    [
      [
        "/",
        class extends RequestHandler {
          override get() {
            const stream = this.detach();
            void (async () => {
              const line = await stream.readUntil("\n");
              await stream.write(`you said ${line.toString()}`);
              stream.close();
            })();
          }
        },
      ],
    ],
    async (peer) => {
      peer.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nhello\n");
      assert.is(await peer.rest(), "you said hello\n");
    },
  ));

test("an interim answer goes before the answer, not to old clients", () =>
  talk(
    [
      [
        "/",
        returning((handler) => {
          void handler.request.connection.writeHeaders(
            { code: 103, reason: "Early Hints" },
            new HTTPHeaders({ Link: "</style.css>; rel=preload" }),
          );
          handler.write("answer");
        }),
      ],
    ],
    async (peer) => {
      const hints = await ask(peer, "/");
      assert.is(hints.status, 103);
      assert.is(hints.headers["link"], "</style.css>; rel=preload");
      assert.is((await peer.answer()).body, "answer");
      peer.write("GET / HTTP/1.0\r\n\r\n");
      assert.is((await peer.answer()).status, 200);
    },
  ));

test.run();
