/** Handlers that take the content of a request as it comes. */
import { Buffer } from "node:buffer";
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

/** Reads the content itself. */
const Reading = streamRequestBody(
  class extends RequestHandler {
    override async post() {
      let size = 0;
      for await (const chunk of this.bodyStream()) size += chunk.length;
      this.write(`${size} ${this.request.headers.get("Content-Type") ?? ""}`);
    }
    override async put() {
      const seen: string[] = [];
      for await (const part of this.parts({ maxFileSize: 1000 })) {
        if (part.name === "stop") throw new HTTPError(413);
        seen.push(
          part.isFile ? `${part.name} ${String(part.filename)} ${(await part.bytes()).length}` : await part.text(),
        );
      }
      this.write(seen.join(", "));
    }
    override patch() {
      this.finish("not read");
    }
  },
);

test("a class without dataReceived reads the content itself", () =>
  talk([["/", Reading]], async (peer) => {
    assert.is((await ask(peer, "/", { method: "POST", body: "x".repeat(300_000) })).body, "300000 ");
    assert.is((await ask(peer, "/", { method: "POST" })).body, "0 ");
    const chunks = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    peer.write(`POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    assert.is((await peer.answer()).body, "5 ");
  }));

/** A form of fields and files, as browsers send it. */
function form(parts: readonly (readonly [name: string, content: string, filename?: string])[]) {
  const body = parts.map(([name, content, filename]) => {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    return `--xyz\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
  });
  return {
    method: "PUT",
    fields: "Content-Type: multipart/form-data; boundary=xyz\r\n",
    body: `${body.join("")}--xyz--\r\n`,
  };
}

test("reads a form part by part", () =>
  talk([["/", Reading]], async (peer) => {
    const got = await ask(
      peer,
      "/",
      form([
        ["a", "field"],
        ["f", "x".repeat(900), "grün.txt"],
      ]),
    );
    assert.is(Buffer.from(got.body, "latin1").toString(), "field, f grün.txt 900");
    expectLog(/no multipart/);
    assert.is((await ask(peer, "/", { method: "PUT", body: "x" })).status, 415);
  }));

test("a form that is over a limit, or not wanted any more, is refused midway and the connection closed", async () => {
  for (const parts of [
    [["f", "x".repeat(100_000), "large"]],
    [
      ["stop", "now"],
      ["f", "x".repeat(100_000), "rest"],
    ],
  ] as const)
    await talk([["/", Reading]], async (peer) => {
      expectLog(/413|larger|large/i, { required: false });
      const { status, headers } = await ask(peer, "/", form(parts));
      assert.is(status, 413);
      assert.is(headers["connection"] ?? "close", "close");
    });
});

test("an answer before the content is read closes the connection after it", () =>
  talk([["/", Reading]], async (peer) => {
    const answer = await ask(peer, "/", { method: "PATCH", body: "x".repeat(100_000) });
    assert.is(answer.body, "not read");
    assert.is(answer.headers["connection"], "close");
  }));

test("a client that leaves midway ends the reading", async () => {
  let ended: ((error: unknown) => void) | undefined;
  const failed = new Promise<unknown>((resolve) => (ended = resolve));
  const Failing = streamRequestBody(
    class extends RequestHandler {
      override async post() {
        try {
          for await (const _chunk of this.bodyStream());
        } catch (error) {
          ended?.(error);
          throw error;
        }
      }
    },
  );
  await talk([["/", Failing]], async (peer) => {
    peer.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
    await turn();
    peer.destroy();
    assert.is(((await failed) as { code?: string }).code, "ERR_LANDSPOUT_STREAM_CLOSED");
  });
});

test("a class that takes its content whole can read it as a stream and as parts, too", () =>
  talk(
    [
      [
        "/",
        class extends RequestHandler {
          override async put() {
            const names: string[] = [];
            for await (const part of this.parts()) names.push(part.name);
            this.write(names.join());
          }
        },
      ],
    ],
    async (peer) => {
      assert.is(
        (
          await ask(
            peer,
            "/",
            form([
              ["a", "1"],
              ["b", "2"],
            ]),
          )
        ).body,
        "a,b",
      );
    },
  ));

test.run();
