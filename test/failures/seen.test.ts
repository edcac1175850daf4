/** Failures of a program's own code that once left a request without an answer, or ended the process. */
import * as assert from "uvu/assert";
import { HTTPError, RequestHandler } from "../../src/web/index.ts";
import type { HandlerClass } from "../../src/web/index.ts";
import { FetchContainer } from "../../src/adapters/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, withPeer } from "../_support/wire.ts";
import { ask, talk } from "../web/_talk.ts";

const test = suite("failures that were seen", { deadline: 10 });

const INCOMPLETE = /a 204 answer cannot have content/;

test("content with a status that has none is answered 500", () =>
  talk(
    [
      [
        "/",
        class extends RequestHandler {
          override get() {
            this.setStatus(204);
            this.write("content");
          }
        },
      ],
    ],
    async (peer) => {
      expectLog(INCOMPLETE);
      assert.is((await ask(peer, "/")).status, 500);
      assert.is((await ask(peer, "/none")).status, 404);
    },
  ));

for (const [name, fail] of [
  ["HTTPError", () => Promise.reject(new HTTPError(404))],
  ["sendError", (handler: RequestHandler) => handler.sendError(404)],
] as readonly (readonly [string, (handler: RequestHandler) => unknown])[]) {
  test(`${name} after the header has been sent cuts the answer, with a record`, () =>
    talk(
      [
        [
          "/",
          class extends RequestHandler {
            override async get() {
              this.write("begun");
              await this.flush();
              await fail(this);
            }
          },
        ],
      ],
      async (peer) => {
        expectLog(/Cannot send the error page 404 after the header has been sent: GET \/ \(127\.0\.0\.1\) is cut off/);
        peer.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await peer.rest();
      },
    ));
}

test("an interim status that is flushed as that of the answer is answered 500", () =>
  talk(
    [
      [
        "/",
        class extends RequestHandler {
          override async get() {
            this.setStatus(103);
            await this.flush();
          }
        },
      ],
    ],
    async (peer) => {
      expectLog(/103 cannot be the status of an answer/);
      const answer = await ask(peer, "/");
      assert.is(answer.status, 500);
    },
  ));

const failingWith = (error: () => unknown, async: boolean): HandlerClass =>
  async
    ? class extends RequestHandler {
        override async get() {
          await Promise.resolve();
          throw error();
        }
      }
    : class extends RequestHandler {
        override get() {
          throw error();
        }
      };

test("HTTPError and sendError with a status that has no content send that status, and nothing else", () =>
  talk(
    [
      ["/error", failingWith(() => new HTTPError(304), false)],
      ["/later", failingWith(() => new HTTPError(204), true)],
      [
        "/send",
        class extends RequestHandler {
          override get() {
            this.sendError(304);
          }
        },
      ],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/error")).status, 304);
      assert.is((await ask(peer, "/later")).status, 204);
      assert.is((await ask(peer, "/send")).status, 304);
      assert.is((await ask(peer, "/none")).status, 404);
    },
  ));

for (const async of [false, true]) {
  const when = async ? "later" : "at once";
  for (const status of [0, Number.NaN, 1000, 100, 4.5, -1]) {
    test(`an HTTPError with status ${status}, thrown ${when}, is answered 500`, () =>
      talk([["/", failingWith(() => new HTTPError(status), async)]], async (peer) => {
        expectLog(/GET \/ \(127\.0\.0\.1\)/);
        assert.is((await ask(peer, "/")).status, 500);
        assert.is((await ask(peer, "/none")).status, 404);
      }));
  }
  for (const value of ["✓", "a\r\nSet-Cookie: b=c"]) {
    test(`an HTTPError with a field of ${JSON.stringify(value)}, thrown ${when}, is answered 500`, () =>
      talk([["/", failingWith(() => new HTTPError(400, { headers: { "X-Name": value } }), async)]], async (peer) => {
        expectLog(/GET \/ \(127\.0\.0\.1\)/);
        const answer = await ask(peer, "/");
        assert.is(answer.status, 500);
        assert.is(answer.headers["set-cookie"], undefined);
        assert.is((await ask(peer, "/none")).status, 404);
      }));
  }
}

test("a computeEtag that throws is answered 500", () =>
  talk(
    [
      [
        "/",
        class extends RequestHandler {
          override computeEtag(): string {
            throw new Error("no tag");
          }
          override get() {
            this.write("content");
          }
        },
      ],
    ],
    async (peer) => {
      expectLog(/GET \/ \(127\.0\.0\.1\)[^]*no tag/);
      assert.is((await ask(peer, "/")).status, 500);
      assert.is((await ask(peer, "/none")).status, 404);
    },
  ));

test("an asynchronous onFinish or writeError that rejects is logged, and ends nothing", () =>
  talk(
    [
      [
        "/finish",
        class extends RequestHandler {
          override get() {
            this.write("content");
          }
          override async onFinish(): Promise<void> {
            throw new Error("too late");
          }
        },
      ],
      [
        "/page",
        class extends RequestHandler {
          override get() {
            throw new HTTPError(418);
          }
          override async writeError(): Promise<void> {
            await Promise.resolve();
            throw new Error("no page");
          }
        },
      ],
    ],
    async (peer) => {
      expectLog(/GET \/finish \(127\.0\.0\.1\)[^]*too late/);
      expectLog(/GET \/page \(127\.0\.0\.1\)[^]*no page/);
      assert.is((await ask(peer, "/finish")).body, "content");
      assert.is((await ask(peer, "/page")).status, 418);
    },
  ));

test("a Fetch app whose body cannot be cancelled, or is locked, harms nobody", () => {
  const broken = new FetchContainer((request) => {
    if (request.url.endsWith("/cancel"))
      return new Response(
        new ReadableStream({
          cancel() {
            throw new Error("no cancel");
          },
        }),
      );
    const response = new Response(new ReadableStream({}));
    response.body?.getReader();
    return response;
  });
  return serving(broken, {}, (port) =>
    withPeer(port, async (peer) => {
      expectLog(/HEAD \/cancel/, { required: false });
      expectLog(/HEAD \/locked/, { required: false });
      expectLog(/GET \/locked/);
      assert.is((await ask(peer, "/cancel", { method: "HEAD" })).status, 200);
      assert.is((await ask(peer, "/locked", { method: "HEAD" })).status, 200);
      assert.is((await ask(peer, "/locked")).status, 500);
    }),
  );
});

test.run();
