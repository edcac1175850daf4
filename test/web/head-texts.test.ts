/**
 * No text that a program hands over can add a line to the head of an answer or of a request, whichever way it takes; and an entity tag of
 * the program's own is asked for with every answer.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { FetchContainer } from "../../src/adapters/index.ts";
import { LightResponse } from "../../src/adapters/light-response.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { fieldLine, requestLine, statusLine } from "../../src/http/message/field-text.ts";
import { inject } from "../../src/testing/index.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import type { HandlerResult } from "../../src/web/index.ts";
import { websocketConnect } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, withPeer } from "../_support/wire.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("texts of a head", { deadline: 20 });

/** Says the same to all, under a tag for each user. */
class ForUser extends RequestHandler {
  override get(): HandlerResult {
    return "the same for all";
  }
  override computeEtag(): string | undefined {
    const user = this.getArgument("user", "nobody");
    return user === "none" ? undefined : `"${user}"`;
  }
}

for (const [title, settings] of [
  ["", {}],
  [", through an output transform too", { compressResponse: true }],
] as const) {
  test(`computeEtag is asked for every answer${title}`, () =>
    talk(
      [["/", ForUser]],
      async (peer) => {
        for (const user of ["a", "b", "a"]) {
          const answer = await ask(peer, `/?user=${user}`);
          assert.is(answer.headers["etag"], `"${user}"`);
          assert.is(answer.body, "the same for all");
        }
        assert.is((await ask(peer, "/?user=none")).headers["etag"], undefined);
        assert.is((await ask(peer, "/?user=a", { fields: 'If-None-Match: "a"\r\n' })).status, 304);
        const other = await ask(peer, "/?user=b", { fields: 'If-None-Match: "a"\r\n' });
        assert.is(other.status, 200, "~> the tag of another user is not this one's");
        assert.is(other.headers["etag"], '"b"');
      },
      settings,
    ));
}

test("a tag set on the handler object itself is asked for too", () => {
  class Own extends RequestHandler {
    override prepare(): void {
      this.computeEtag = () => `"${this.getArgument("user", "")}"`;
    }
    override get(): HandlerResult {
      return "text";
    }
  }
  return talk([["/", Own]], async (peer) => {
    assert.is((await ask(peer, "/?user=a")).headers["etag"], '"a"');
    assert.is((await ask(peer, "/?user=b")).headers["etag"], '"b"');
  });
});

test("a plain answer keeps its tag of the content, before and after another on the same route", () =>
  talk(
    [
      [
        "/",
        class extends RequestHandler {
          override get(): void {
            this.write(this.getArgument("text"));
          }
        },
      ],
    ],
    async (peer) => {
      const tags = new Map<string, string>();
      for (const text of ["a", "a", "b", "a", "b", "b"]) {
        const { headers, body } = await ask(peer, `/?text=${text}`);
        assert.is(body, text);
        const tag = headers["etag"] ?? "";
        assert.is(tags.get(text) ?? tag, tag);
        tags.set(text, tag);
      }
      assert.is.not(tags.get("a"), tags.get("b"));
    },
  ));

for (const [title, tag] of [
  ["a line break", '"x"\r\nSet-Cookie: a=1'],
  ["a bare line feed", '"x"\nSet-Cookie: a=1'],
  ["a character that would be cut to a line feed", '"x\u010a\u010d"'],
  ["a promise", Promise.resolve('"x"')],
  ["a number", 7],
] as const) {
  test(`computeEtag that gives ${title} is a 500, and adds nothing to the head`, async () => {
    class Bad extends RequestHandler {
      override get(): HandlerResult {
        if (this.getArgument("set", "") !== "") this.setEtagHeader();
        return "text";
      }
      override computeEtag(): string {
        return (this.getStatus() === 200 ? tag : '"y"') as string;
      }
    }
    expectLog(/computeEtag must return|the value of Etag holds/);
    for (const settings of [{}, { compressResponse: true }]) {
      await talk(
        [["/", Bad]],
        async (peer) => {
          for (const target of ["/", "/?set=1"]) {
            const answer = await ask(peer, target, { fields: 'If-None-Match: "z"\r\n' });
            assert.is(answer.status, 500);
            assert.is(answer.headers["set-cookie"], undefined);
          }
        },
        settings,
      );
    }
  });
}

const BROKEN = ["OK\r\nSet-Cookie: a=1", "OK\nX: y", "O\u010aK"];

test("a status text with a line break is refused by the light Response, as the Fetch standard says", () => {
  for (const statusText of BROKEN)
    assert.throws(
      () => new LightResponse("x", { statusText }),
      (error: unknown) => error instanceof TypeError,
    );
  assert.is(new LightResponse("x", { statusText: "All right" }).statusText, "All right");
});

test("a status text that became one later does not reach the wire", async () => {
  const app = new FetchContainer(() => {
    const init = { statusText: "fine" };
    const response = new Response("text", init);
    init.statusText = BROKEN[0] as string;
    return response;
  });
  // The light Response has taken a copy of it, as the standard says.
  await serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      const answer = await ask(peer, "/");
      assert.is(answer.headers["set-cookie"], undefined);
    }),
  );
});

test("reason, names and values with what cannot stand there are refused wherever a head is made", () => {
  for (const text of ["a\r\nB: c", "a\nb", "a\rb", "a\0b", "a\u010ab"]) {
    assert.throws(() => statusLine(200, text), /is not a status code and a reason/);
    assert.throws(() => fieldLine("X", text), /holds a control character/);
    assert.throws(() => fieldLine(text, "x"), /is not a field name/);
    assert.throws(() => new HTTPHeaders({ X: text }), /holds a control character/);
    assert.throws(() => new HTTPHeaders([[text, "x"]]), /is not a field name/);
    if (/[\r\n]/.test(text)) assert.throws(() => requestLine("GET", `/${text}`), /percent-encode/);
    assert.throws(() => requestLine(text, "/"), /is not a method/);
  }
  assert.throws(() => fieldLine(["X"] as unknown as string, "x"), /is not a field name/);
  assert.is(requestLine("GET", "/\u010a"), "GET /\u00c4\u008a HTTP/1.1\r\n", "~> as UTF-8, not cut to a line feed");
});

test("inject refuses a target that would add lines to the request", async () => {
  const app = new Application([["/*", RequestHandler]]);
  for (const url of ["/ HTTP/1.1\r\nX: y", "/\nx"]) {
    const error = await inject(app, url).then(
      () => undefined,
      (thrown: { code?: string }) => thrown,
    );
    assert.is(error?.code, "ERR_LANDSPOUT_REQUEST_LINE");
  }
});

test("websocketConnect refuses subprotocols and fields that would add lines", async () => {
  for (const options of [
    { subprotocols: ["a\r\nX: y"] },
    { headers: { "X-A": "a\r\nX: y" } },
    { headers: { "X\r\n": "a" } },
  ]) {
    const error = await Promise.resolve()
      .then(() => websocketConnect("ws://127.0.0.1:9/", options))
      .then(
        () => undefined,
        (thrown: { code?: string }) => thrown,
      );
    assert.match(error?.code ?? "", /^ERR_LANDSPOUT_(?:OPTION|HEADER_VALUE|HEADER_NAME)$/);
  }
});

/** Files that put a line end behind a text which is not constant, with why that text needs no check there. */
const LINE_ENDS: { readonly [file: string]: string } = {
  "http/message/field-text.ts": "it is the check",
  "http/message/headers.ts": "names and values were checked when they were set",
  "http/http1/http1exchange.ts": "whole heads, a date, sizes of chunks",
  "http/memory/in-memory.ts": "whole heads and lengths",
  "http/http1/response-head.ts":
    "the constant name of the server, a date, lengths, a tag that `ownTag` has checked, and whole heads",
  "http/http1/error-response.ts": "numbers, constants, a date",
  "http/message/start-lines.ts": "a line to be read, not to be sent",
  "websocket/handshake-client.ts": "the key, and whole heads",
  "http/client/exchange.ts": "sizes of chunks",
  "http/client/outgoing.ts": "the authority of a parsed URL, codings, lengths, a date, and whole heads",
  "http/client/head-callbacks.ts": "lines for a function of the program, not to be sent",
  "http/client/payload.ts": "names that are escaped, the type of a Blob, which has no line ends",
  "http/client/proxy.ts": "the authority of a parsed URL, and whole heads",
};

test("a line of a head is made in field-text.ts, or where its text is none of a program's", () => {
  const root = new URL("../../src/", import.meta.url);
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const name = file.replaceAll("\\", "/");
    if (!name.endsWith(".ts") || name.startsWith("parser/")) continue;
    const made = /\$\{[^`]*\}(?::[ ])?\\r\\n/.test(readFileSync(new URL(name, root), "utf8"));
    if (made) assert.ok(name in LINE_ENDS, `${name} ends a line behind a text: use fieldLine or HTTPHeaders`);
  }
});

test.run();
