/** landspout inside `node:http`, Express and Fetch hosts; Hono, Express and plain listeners inside landspout. The real ones. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { Hono } from "hono";
import { streamText } from "hono/streaming";
import * as assert from "uvu/assert";
import {
  FetchContainer,
  NodeContainer,
  toFetchHandler,
  toMiddleware,
  toNodeListener,
  installLightFetch,
} from "../../src/adapters/index.ts";
import { withServer } from "../../src/testing/index.ts";
import { Application, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("adapters", { deadline: 30 });

class Main extends RequestHandler {
  override get(name?: string) {
    this.setCookie("a", "1");
    this.setCookie("b", "2");
    this.write(`hello ${name ?? "world"} from ${this.request.remoteIp}`);
  }
  override post() {
    this.write(this.request.body);
  }
}
class Streaming extends RequestHandler {
  override async get() {
    for (let i = 0; i < 20; i++) {
      this.write("x".repeat(50_000));
      await this.flush();
    }
  }
}
const Counting = streamRequestBody(
  class extends RequestHandler {
    size = 0;
    override dataReceived(chunk: Uint8Array) {
      this.size += chunk.length;
    }
    override put() {
      this.write(String(this.size));
    }
  },
);
class Waiting extends RequestHandler {
  static left: (() => void) | undefined = undefined;
  override autoFinish = false;
  override get() {
    this.write("first");
    void this.flush();
  }
  override onConnectionClose() {
    Waiting.left?.();
  }
}
const app = new Application(
  [
    ["/", Main],
    ["/hello/:name", Main],
    ["/stream", Streaming],
    ["/count", Counting],
    ["/wait", Waiting],
  ],
  { accessLog: false },
);

/** The same questions to the application, wherever it lives. */
async function askAll(ask: (path: string, init?: RequestInit) => Promise<Response>): Promise<void> {
  const main = await ask("/hello/ann");
  assert.match(await main.text(), /^hello ann from (?:::ffff:)?127\.0\.0\.1$/);
  assert.equal(main.headers.getSetCookie(), ["a=1; Path=/", "b=2; Path=/"]);
  assert.is(main.headers.get("connection") ?? "keep-alive", "keep-alive");
  assert.is((await ask("/nothing")).status, 404);
  assert.is((await ask("/", { method: "DELETE" })).status, 405);
  assert.is(await (await ask("/", { method: "POST", body: "content" })).text(), "content");
  assert.is((await (await ask("/stream")).arrayBuffer()).byteLength, 1_000_000);
  assert.is(await (await ask("/count", { method: "PUT", body: "x".repeat(700_000) })).text(), "700000");
  const head = await ask("/hello/ann", { method: "HEAD" });
  assert.is(head.status, 200);
  assert.is(await head.text(), "");
  const tag = (await ask("/")).headers.get("etag") ?? "";
  assert.is((await ask("/", { headers: { "If-None-Match": tag } })).status, 304);
}

async function withNode(listener: http.RequestListener, use: (base: string) => Promise<void>): Promise<void> {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections?.();
  }
}

test("app.fetch answers Requests", async () => {
  await askAll((path, init) => app.fetch(new Request(`http://localhost${path}`, init)));
  const answer = await app.fetch(new Request("https://example.org/"), { remoteAddress: "10.1.2.3" });
  assert.is(await answer.text(), "hello world from 10.1.2.3");
});

test("app.fetch: a reader that goes away, or an abort, is noticed by the handler", async () => {
  for (const how of ["cancel", "abort"]) {
    const left = new Promise<void>((resolve) => (Waiting.left = resolve));
    const abort = new AbortController();
    const answer = await app.fetch(new Request("http://localhost/wait", { signal: abort.signal }));
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    assert.is(Buffer.from((await reader.read()).value ?? []).toString(), "first");
    if (how === "cancel") await reader.cancel();
    else {
      abort.abort();
      assert.ok(
        await reader.read().then(
          () => false,
          () => true,
        ),
      );
    }
    await left;
  }
});

test("app.fetch: an answer nobody reads makes its handler wait", async () => {
  let flushed = 0;
  const endless = new Application(
    [
      [
        "/",
        class extends RequestHandler {
          override async get() {
            for (;;) {
              this.write(Buffer.alloc(100_000));
              await this.flush();
              flushed++;
            }
          }
        },
      ],
    ],
    { accessLog: false },
  );
  const answer = await endless.fetch(new Request("http://localhost/"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(flushed < 10, `~> ${flushed} pieces of 100 KB are waiting`);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  for (let size = 0; size < 5_000_000;) size += (await reader.read()).value?.length ?? 0;
  assert.ok(flushed > 40);
  await reader.cancel();
});

test("app.fetch: a handler that flushes its last piece goes on to its end", async () => {
  let ended: (() => void) | undefined;
  const over = new Promise<void>((resolve) => (ended = resolve));
  const measured = new Application(
    [
      [
        "/",
        class extends RequestHandler {
          override async get() {
            this.setHeader("Content-Length", 100_000);
            this.write(Buffer.alloc(100_000));
            await this.flush();
            ended?.();
          }
        },
      ],
    ],
    { accessLog: false },
  );
  const answer = await measured.fetch(new Request("http://localhost/"));
  await over;
  assert.is((await answer.arrayBuffer()).byteLength, 100_000);
});

test("runs as a listener of node:http", () =>
  withNode(toNodeListener(app), (base) => askAll((path, init) => fetch(base + path, { redirect: "manual", ...init }))));

test("runs as middleware of Express; what it has no route for goes on", async () => {
  const outer = express();
  outer.use("/mounted", toMiddleware(app));
  outer.use(toMiddleware(app));
  outer.use(express.text({ type: "*/*" }));
  outer.get("/own", (_request, response) => void response.send("own"));
  outer.post("/own", (request, response) => void response.send(`own ${String(request.body)}`));
  await withNode(outer, async (base) => {
    const text = async (path: string, init?: RequestInit) => (await fetch(base + path, init)).text();
    assert.match(await text("/hello/ann"), "hello ann");
    assert.match(await text("/mounted/hello/bob"), "hello bob");
    assert.is(await text("/own"), "own");
    assert.is(
      await text("/own", { method: "POST", body: "content", headers: { "Content-Type": "text/plain" } }),
      "own content",
      "~> the content is untouched",
    );
    assert.is((await fetch(`${base}/nowhere`)).status, 404);
  });
});

test("takes content a body parser has read already", async () => {
  const outer = express();
  outer.use(express.json(), express.urlencoded());
  outer.use(toMiddleware(app));
  await withNode(outer, async (base) => {
    const json = { method: "POST", body: '{"a":1}', headers: { "Content-Type": "application/json" } };
    assert.is(await (await fetch(base, json)).text(), '{"a":1}');
    assert.is(await (await fetch(base, { method: "POST", body: new URLSearchParams({ a: "b" }) })).text(), "a=b");
  });
});

const hono = new Hono();
hono.get("/", (c) => c.text("hello hono"));
hono.get("/json", (c) => c.json({ q: c.req.query("q") ?? null, agent: c.req.header("x-agent") ?? null }));
hono.post("/json", async (c) => c.json(await c.req.json()));
hono.post("/size", async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
hono.post("/form", async (c) => c.json(await c.req.parseBody()));
hono.get("/stream", (c) =>
  streamText(c, async (stream) => {
    for (const piece of ["one ", "two ", "three"]) {
      await stream.write(piece);
      await stream.sleep(1);
    }
  }),
);
hono.get("/cookies", (c) => {
  c.header("Set-Cookie", "a=1", { append: true });
  c.header("Set-Cookie", "b=2", { append: true });
  return c.body(null, 204);
});
hono.onError((error, c) => c.text(`failed: ${error.message}`, 500));
hono.get("/error", () => {
  throw new Error("meant");
});

for (const lightResponse of [false, true]) {
  test(`runs Hono, ${lightResponse ? "light" : "the runtime's own"} responses`, () =>
    withServer(new FetchContainer((request) => hono.fetch(request)), async ({ fetch }) => {
      const uninstall = lightResponse ? installLightFetch() : (): void => undefined;
      const main = await fetch("/");
      assert.is(await main.text(), "hello hono");
      assert.is(main.headers.get("content-length"), "10");
      assert.match(main.headers.get("content-type") ?? "", "text/plain");
      const got = await (await fetch("/json?q=1", { headers: { "x-agent": "me" } })).json();
      assert.equal(got, { q: "1", agent: "me" });
      const post = (path: string, body: string | URLSearchParams) => fetch(path, { method: "POST", body });
      assert.equal(await (await post("/json", '{"a":[1,2]}')).json(), { a: [1, 2] });
      assert.is(await (await post("/size", "x".repeat(3_000_000))).text(), "3000000", "~> streamed");
      assert.is(await (await post("/size", "x".repeat(1000))).text(), "1000", "~> whole");
      assert.equal(await (await post("/form", new URLSearchParams({ a: "b" }))).json(), { a: "b" });
      assert.is(await (await fetch("/stream")).text(), "one two three");
      const cookies = await fetch("/cookies");
      assert.is(cookies.status, 204);
      assert.equal(cookies.headers.getSetCookie(), ["a=1", "b=2"]);
      assert.is(await (await fetch("/error")).text(), "failed: meant");
      assert.is((await fetch("/none")).status, 404);
      assert.is((await fetch("/", { method: "HEAD" })).status, 200);
      uninstall();
    }));
}

test("a light response is a Response in every respect", async () => {
  const uninstall = installLightFetch();
  assert.ok(new Response("x") instanceof Response);
  assert.ok(Response.json({}) instanceof Response);
  const response = new Response("text", { status: 201, headers: { "X-A": "1" } });
  assert.is(response.status, 201);
  assert.is(response.ok, true);
  assert.is(response.headers.get("x-a"), "1");
  // Bun says so only when the response is sent.
  if (!("Bun" in globalThis)) assert.is(response.headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.is(await response.clone().text(), "text");
  assert.is(response.bodyUsed, false);
  assert.ok(response.body instanceof ReadableStream);
  response.headers.set("x-b", "2");
  assert.is(new Response(response.body, response).headers.get("x-b"), "2");
  if ("Bun" in globalThis) return; // Bun's own is less strict.
  assert.throws(() => new Response("x", { status: 99 }));
  assert.throws(() => new Response("x", { status: 204 }));
  uninstall();
});

test("a Fetch handler that throws is a 500 and is logged", () =>
  withServer(
    new FetchContainer(() => {
      throw new Error("meant");
    }),
    async ({ fetch }) => {
      expectLog(/meant/);
      assert.is((await fetch("/")).status, 500);
    },
  ));

const legacy = express();
legacy.use(express.json());
legacy.get("/", (_request, response) => void response.cookie("a", "1").cookie("b", "2").send("hello express"));
legacy.post("/json", (request, response) => void response.json({ body: request.body as unknown, ip: request.ip }));
legacy.get("/large", (_request, response) => {
  for (let i = 0; i < 10; i++) response.write("x".repeat(100_000));
  response.end();
});
legacy.get("/error", () => {
  throw new Error("meant");
});
// Express knows an error handler by its four parameters.
legacy.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
  response.status(500).send(`failed: ${error.message}`);
});

test("runs Express", () =>
  withServer(new NodeContainer(legacy as unknown as http.RequestListener), async ({ fetch }) => {
    const main = await fetch("/");
    assert.is(await main.text(), "hello express");
    assert.equal(main.headers.getSetCookie(), ["a=1; Path=/", "b=2; Path=/"]);
    assert.is(main.headers.get("content-length"), "13");
    const json = { method: "POST", body: '{"a":1}', headers: { "Content-Type": "application/json" } };
    assert.equal(await (await fetch("/json", json)).json(), { body: { a: 1 }, ip: "127.0.0.1" });
    assert.is((await (await fetch("/large")).arrayBuffer()).byteLength, 1_000_000);
    assert.is(await (await fetch("/error")).text(), "failed: meant");
    assert.is((await fetch("/none")).status, 404);
    const head = await fetch("/", { method: "HEAD" });
    assert.is(head.headers.get("content-length"), "13");
  }));

test("runs a plain listener; content comes as it is read, the client's leaving is told", async () => {
  let gone: (() => void) | undefined;
  const closed = new Promise<void>((resolve) => (gone = resolve));
  const listener: http.RequestListener = (request, response) => {
    if (request.url === "/wait") {
      response.on("close", () => gone?.());
      response.write("first");
      return;
    }
    let size = 0;
    request.on("data", (chunk: Buffer) => (size += chunk.length));
    request.on("end", () => response.writeHead(202, { "X-Size": String(size) }).end());
  };
  await withServer(new NodeContainer(listener), async ({ fetch }) => {
    const answer = await fetch("/", { method: "POST", body: "x".repeat(2_000_000) });
    assert.is(answer.status, 202);
    assert.is(answer.headers.get("x-size"), "2000000");
    const abort = new AbortController();
    const waiting = await fetch("/wait", { signal: abort.signal });
    await (waiting.body as ReadableStream<Uint8Array>).getReader().read();
    abort.abort();
    await closed;
  });
});

test("containers stand behind routes, too", () =>
  withServer(
    new Application(
      [
        ["/", Main],
        ["/*", new FetchContainer((request) => hono.fetch(request))],
      ],
      { accessLog: false },
    ),
    async ({ fetch }) => {
      assert.match(await (await fetch("/")).text(), "hello world");
      assert.equal(await (await fetch("/json")).json(), { q: null, agent: null });
    },
  ));

test("toFetchHandler takes any delegate", async () => {
  const handle = toFetchHandler(new FetchContainer((request) => new Response(`${request.method} ${request.url}`)));
  assert.is(await (await handle(new Request("http://a.example/x?y"))).text(), "GET http://a.example/x?y");
});

test.run();
