/** What a handler writes or returns is sent as what it is, or refused with a sentence; never as `{}` without a word. */
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { RequestHandler } from "../../src/web/index.ts";
import type { HandlerResult } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Folder } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("written values", { deadline: 20 });

const writing = (make: () => unknown) =>
  class extends RequestHandler {
    override get(): void {
      this.write(make() as object);
    }
  };
const finishing = (make: () => unknown) =>
  class extends RequestHandler {
    override get(): void {
      void this.finish(make() as object);
    }
  };
const returning = (make: () => unknown) =>
  class extends RequestHandler {
    override get(): HandlerResult {
      return make() as HandlerResult;
    }
  };
const yielding = (make: () => unknown) =>
  class extends RequestHandler {
    override get(): HandlerResult {
      return (async function* () {
        yield make();
      })();
    }
  };
const WAYS = { writing, finishing, returning, yielding };

const bytes = Uint8Array.of(0, 1, 254, 255);
const form = (): FormData => {
  const data = new FormData();
  data.set("name", "grün");
  data.set("file", new Blob(["text"]), "a.txt");
  return data;
};
class Point {
  readonly x = 1;
}

const HTML = "text/html; charset=UTF-8";
const JSON_TYPE = "application/json; charset=UTF-8";

for (const [title, make, body, type, ways] of [
  ["an ArrayBuffer", () => bytes.buffer, "\0\x01\xfe\xff", HTML, ["writing", "finishing", "returning", "yielding"]],
  [
    "a DataView",
    () => new DataView(bytes.buffer, 1, 2),
    "\x01\xfe",
    HTML,
    ["writing", "finishing", "returning", "yielding"],
  ],
  ["a Uint16Array", () => new Uint16Array(bytes.buffer), "\0\x01\xfe\xff", HTML, ["writing", "returning", "yielding"]],
  [
    "URLSearchParams",
    () => new URLSearchParams({ a: "1 2", b: "ä" }),
    "a=1+2&b=%C3%A4",
    "application/x-www-form-urlencoded;charset=UTF-8",
    ["writing", "finishing", "returning"],
  ],
  ["a Blob with a type", () => new Blob(["text"], { type: "image/gif" }), "text", "image/gif", ["returning"]],
  ["a Blob without a type", () => new Blob([bytes]), "\0\x01\xfe\xff", "application/octet-stream", ["returning"]],
  ["a Blob that is a piece", () => new Blob(["text"]), "text", HTML, ["yielding"]],
  ["an object", () => ({ a: "</" }), '{"a":"<\\/"}', JSON_TYPE, ["writing", "finishing", "returning"]],
  ["an object of a class", () => new Point(), '{"x":1}', JSON_TYPE, ["writing", "finishing", "returning"]],
  [
    "an object that has a JSON text",
    () => ({ toJSON: () => ({ b: 2 }) }),
    '{"b":2}',
    JSON_TYPE,
    ["writing", "returning"],
  ],
  [
    "a Map with a toJSON of its own",
    () => Object.assign(new Map(), { toJSON: () => ({}) }),
    "{}",
    JSON_TYPE,
    ["writing"],
  ],
] as readonly (readonly [string, () => unknown, string, string, (keyof typeof WAYS)[]])[]) {
  for (const way of ways) {
    test(`${title} is sent, by ${way}`, () =>
      talk([["/", WAYS[way](make)]], async (peer) => {
        const answer = await ask(peer, "/");
        assert.is(answer.status, 200);
        assert.is(answer.body, Buffer.from(body, "latin1").toString("latin1"));
        assert.is(answer.headers["content-type"], type);
      }));
  }
}

test("a FormData is sent as a form with files", () =>
  talk([["/", returning(form)]], async (peer) => {
    const { headers, body } = await ask(peer, "/");
    const boundary = /^multipart\/form-data; ?boundary="?([^"]+)"?$/.exec(headers["content-type"] ?? "")?.[1];
    assert.ok(boundary !== undefined && body.includes(`--${boundary}`));
    assert.match(body, 'filename="a.txt"');
  }));

test("a type that the handler has set stays", () => {
  class Typed extends RequestHandler {
    override get(): HandlerResult {
      this.setHeader("Content-Type", "image/png");
      return new Blob(["x"], { type: "text/plain" });
    }
  }
  return talk([["/", Typed]], async (peer) => {
    const { headers } = await ask(peer, "/");
    assert.is(headers["content-type"], "image/png");
    assert.is(headers["content-length"], "1");
    const head = await ask(peer, "/", { method: "HEAD" });
    assert.is(head.headers["content-length"], "1");
  });
});

test("a file of Bun is sent", async () => {
  const bun = (globalThis as { Bun?: { file(path: string): Blob } }).Bun;
  if (bun === undefined) return;
  const folder = new Folder();
  writeFileSync(folder.at("a.txt"), "of a file");
  await talk([["/", returning(() => bun.file(folder.at("a.txt")))]], async (peer) => {
    const answer = await ask(peer, "/");
    assert.is(answer.body, "of a file");
    assert.match(answer.headers["content-type"] ?? "", "text/plain");
  });
});

for (const [title, make, sentence, ways] of [
  ["a promise", () => Promise.resolve("x"), "got a promise: await it", ["writing", "finishing", "yielding"]],
  ["a promise that fails", () => Promise.reject(new Error("no")), "got a promise: await it", ["writing", "finishing"]],
  ["a Map", () => new Map([["a", 1]]), "got a Map", ["writing", "finishing", "returning", "yielding"]],
  ["a Set", () => new Set([1]), "got a Set", ["writing", "finishing", "returning", "yielding"]],
  ["an Error", () => new Error("secret"), "got an Error: throw it", ["writing", "finishing", "returning", "yielding"]],
  ["a RegExp", () => /x/, "got RegExp", ["writing", "returning"]],
  ["a Blob", () => new Blob(["x"]), "return it from the method", ["writing", "finishing"]],
  ["a FormData", form, "return it from the method", ["writing", "finishing"]],
  ["a stream", () => new ReadableStream(), "return it from the method", ["writing", "finishing"]],
  ["a Response", () => new Response("secret"), "got a Response: return it", ["writing", "finishing", "yielding"]],
  ["a Request", () => new Request("http://secret/"), "got Request", ["writing", "finishing", "returning", "yielding"]],
  ["Headers", () => new Headers({ secret: "1" }), "got Headers", ["writing", "finishing", "returning", "yielding"]],
  ["a WeakSet", () => new WeakSet(), "got WeakSet", ["writing", "returning"]],
  ["an AbortSignal", () => new AbortController().signal, "got AbortSignal", ["writing", "returning"]],
  ["an object without a JSON text", () => ({ toJSON: () => undefined }), "no JSON text", ["writing", "returning"]],
  ["an array", () => [1], "wrap an array", ["writing", "returning"]],
  ["undefined", () => undefined, "takes text, bytes or an object", ["writing"]],
  ["a function", () => () => undefined, "takes text, bytes or an object", ["writing", "returning"]],
] as readonly (readonly [string, () => unknown, string, (keyof typeof WAYS)[]])[]) {
  for (const way of ways) {
    if (title === "a promise" && way === "yielding") continue;
    test(`${title} is refused with a sentence, by ${way}`, async () => {
      expectLog(sentence);
      await talk([["/", WAYS[way](make)]], async (peer) => {
        const answer = await ask(peer, "/");
        assert.is(answer.status, 500);
        assert.not.match(answer.body, "secret");
      });
    });
  }
}

test.run();
