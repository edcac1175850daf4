/** Handlers that take the content of a request as it comes. */
import * as assert from "uvu/assert";
import { HTTPError, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("streamed content", { deadline: 20 });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("runs prepare, then dataReceived for every piece, then the method", () =>
  talk(
    [
      [
        "/",
        streamRequestBody(
          class extends RequestHandler {
            readonly seen: string[] = [];
            override async prepare() {
              this.seen.push("prepare");
              await turn();
              this.seen.push("ready");
            }
            override async dataReceived(chunk: Uint8Array) {
              this.seen.push(`<${Buffer.from(chunk).toString()}`);
              await turn();
              this.seen.push(">");
            }
            override post() {
              this.write(this.seen.join(" "));
            }
          },
        ),
      ],
    ],
    async (peer) => {
      const chunks = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
      peer.write(`POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
      assert.is((await peer.answer()).body, "prepare ready <abc > <de >");
      assert.is((await ask(peer, "/", { method: "POST", body: "whole" })).body, "prepare ready <whole >");
      assert.is((await ask(peer, "/", { method: "POST" })).body, "prepare ready");
    },
  ));

test("refuses before a byte of content is asked for", () =>
  talk(
    [
      [
        "/",
        streamRequestBody(
          class extends RequestHandler {
            override prepare() {
              throw new HTTPError(401);
            }
            override dataReceived() {
              throw new Error("not to be called");
            }
          },
        ),
      ],
    ],
    async (peer) => {
      peer.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");
      const answer = await peer.answer();
      assert.is(answer.status, 401, "~> no 100 before it");
      assert.is(answer.headers["connection"], "close");
    },
  ));

test("answers what dataReceived throws, and gives it no more", () =>
  talk(
    [
      [
        "/sync",
        streamRequestBody(
          class extends RequestHandler {
            override dataReceived() {
              throw new HTTPError(415);
            }
          },
        ),
      ],
      [
        "/async",
        streamRequestBody(
          class extends RequestHandler {
            override async dataReceived() {
              await turn();
              throw new Error("meant");
            }
          },
        ),
      ],
    ],
    async (peer) => {
      const first = await ask(peer, "/sync", { method: "POST", body: "abc" });
      assert.is(first.status, 415);
    },
  ));

test("a rejection in dataReceived is a 500 and is logged", () =>
  talk(
    [
      [
        "/",
        streamRequestBody(
          class extends RequestHandler {
            override async dataReceived() {
              await turn();
              throw new Error("meant");
            }
          },
        ),
      ],
    ],
    async (peer) => {
      expectLog(/meant/, { logger: "application" });
      assert.is((await ask(peer, "/", { method: "POST", body: "abc" })).status, 500);
    },
  ));

test("takes a limit of its own for one request", () =>
  talk(
    [
      [
        "/",
        streamRequestBody(
          class extends RequestHandler {
            size = 0;
            override prepare() {
              this.request.connection.setMaxBodySize(10);
            }
            override dataReceived(chunk: Uint8Array) {
              this.size += chunk.length;
            }
            override put() {
              this.write(String(this.size));
            }
          },
        ),
      ],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/", { method: "PUT", body: "0123456789" })).body, "10");
      expectLog(/BODY|too large|larger/i, { logger: "general" });
      assert.is((await ask(peer, "/", { method: "PUT", body: "0123456789+" })).status, 413);
    },
  ));

test("says so when the client leaves in the middle", async () => {
  let left: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  let started: (() => void) | undefined;
  const begun = new Promise<void>((resolve) => {
    started = resolve;
  });
  await talk(
    [
      [
        "/",
        streamRequestBody(
          class extends RequestHandler {
            override dataReceived() {
              started?.();
            }
            override onConnectionClose() {
              left?.();
            }
          },
        ),
      ],
    ],
    async (peer) => {
      peer.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
      await begun;
      peer.destroy();
      await gone;
    },
  );
});

test("a class that does not define dataReceived is told so", () =>
  talk([["/", streamRequestBody(class extends RequestHandler {})]], async (peer) => {
    expectLog(/must define dataReceived/, { logger: "application" });
    assert.is((await ask(peer, "/", { method: "POST", body: "abc" })).status, 500);
  }));

test.run();
