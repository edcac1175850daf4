/**
 * One table of requests through both exchanges, over a socket and in memory: status, fields, content and log are the same, and in memory
 * no head is parsed.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { sharedParser } from "../../src/parser/choose.ts";
import type { HandlerResult } from "../../src/web/handler/request-handler.ts";
import type { HandlerClass } from "../../src/web/index.ts";
import { Application, HTTPError, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { MemoryServer } from "../../src/http/memory/memory-server.ts";
import type { MemorySink } from "../../src/http/memory/memory-sink.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { inMemory, overSocket } from "./_exchanges.ts";
import type { Asked } from "./_exchanges.ts";

const test = suite("exchanges", { deadline: 20 });

/** A handler whose methods all do the same. */
const doing = (run: (handler: RequestHandler) => unknown): HandlerClass =>
  class extends RequestHandler {
    override get(): HandlerResult {
      return run(this as RequestHandler) as HandlerResult;
    }
    override head(): HandlerResult {
      return run(this as RequestHandler) as HandlerResult;
    }
    override post(): HandlerResult {
      return run(this as RequestHandler) as HandlerResult;
    }
  };

const Counting = streamRequestBody(
  class extends RequestHandler {
    size = 0;
    override async dataReceived(chunk: Uint8Array): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve));
      this.size += chunk.length;
    }
    override post(): void {
      this.write(`streamed ${this.size}`);
    }
  },
);
const Limited = streamRequestBody(
  class extends RequestHandler {
    override prepare(): void {
      this.request.connection.setMaxBodySize(10);
    }
    override dataReceived(): void {}
    override post(): void {
      this.write("taken");
    }
  },
);
const FailingData = streamRequestBody(
  class extends RequestHandler {
    override dataReceived(): void {
      throw new Error("no data");
    }
    override post(): void {}
  },
);

const ok = { code: 200, reason: "OK" };
const routes: readonly [string, HandlerClass][] = [
  ["/", doing((h) => h.write(`${h.request.method} ${h.request.uri} ${h.request.host} ${h.request.body.length}`))],
  ["/json", doing((h) => h.write({ a: "ä", b: [1, 2] }))],
  ["/bytes", doing((h) => h.write(Buffer.from([0, 255, 128])))],
  ["/utf8", doing((h) => h.write("κόσμε ☃"))],
  ["/empty", doing(() => undefined)],
  ["/returned", doing(() => ({ returned: true }))],
  ["/later", doing(async (h) => (await new Promise((resolve) => setImmediate(resolve)), h.write("later")))],
  [
    "/headers",
    doing((h) => (h.setHeader("X-Latin", "\xe9"), h.addHeader("X-A", "1"), h.addHeader("X-A", "2"), h.write("x"))),
  ],
  ["/cookies", doing((h) => (h.setCookie("a", "1"), h.setCookie("b", "2"), h.write(String(h.getCookie("c")))))],
  ["/reason", doing((h) => (h.setStatus(299, "Well \xe9"), h.write("x")))],
  [
    "/framing",
    doing((h) => (h.setHeader("Transfer-Encoding", "gzip"), h.setHeader("Connection", "X, close"), h.write("x"))),
  ],
  ["/204", doing((h) => h.setStatus(204))],
  ["/205", doing((h) => h.setStatus(205))],
  ["/304", doing((h) => h.setStatus(304))],
  ["/204body", doing((h) => (h.setStatus(204), h.write("no")))],
  ["/100", doing((h) => h.setStatus(100))],
  ["/etag", doing((h) => (h.setHeader("Etag", '"own"'), h.write("tagged")))],
  ["/redirect", doing((h) => h.redirect("/there?a=b"))],
  [
    "/http-error",
    doing(() => {
      throw new HTTPError(418, "logged");
    }),
  ],
  [
    "/throws",
    doing(() => {
      throw new Error("thrown");
    }),
  ],
  ["/rejects", doing(async () => Promise.reject(new Error("rejected")))],
  [
    "/stream",
    doing(async (h) => {
      for (const one of ["a", "bb", "ccc"]) {
        h.write(one);
        await h.flush();
      }
    }),
  ],
  [
    "/large",
    doing(async (h) => {
      for (let i = 0; i < 20; i++) {
        h.write("x".repeat(30_000));
        await h.flush();
      }
    }),
  ],
  [
    "/length",
    doing((h) => {
      h.setHeader("Content-Length", 6);
      h.write("abc");
      void h.flush();
      h.write("def");
    }),
  ],
  [
    "/too-long",
    doing((h) => {
      h.setHeader("Content-Length", 4);
      h.write("abc");
      void h.flush();
      h.write("def");
    }),
  ],
  [
    "/too-short",
    doing((h) => {
      h.setHeader("Content-Length", 8);
      h.write("abc");
      void h.flush();
      h.write("def");
    }),
  ],
  [
    "/wrong-length",
    doing((h) => {
      h.setHeader("Content-Length", 4);
      h.write("abc");
    }),
  ],
  [
    "/bad-length",
    doing((h) => {
      h.setHeader("Content-Length", "4x");
      h.write("abc");
      void h.flush();
    }),
  ],
  [
    "/half",
    doing((h) => {
      h.write("abc");
      void h.flush();
      throw new Error("half");
    }),
  ],
  [
    "/cut",
    doing((h) => {
      h.write("abc");
      void h.flush();
      h.request.connection.destroy();
    }),
  ],
  ["/address", doing((h) => h.write(`${h.request.remoteIp} ${h.request.protocol} ${h.request.fullUrl()}`))],
  ["/arguments", doing((h) => h.write(JSON.stringify(h.getArguments("a"))))],
  ["/fields", doing((h) => h.write(h.request.headers.toString().toLowerCase().split("\n").sort().join("\n")))],
  ["/count", Counting],
  ["/limited", Limited],
  ["/failing-data", FailingData],
];
const app = new Application(routes);
const compressing = new Application(routes, { compressResponse: { threshold: 1 } });

/** Answers on the exchange itself. */
function callback(request: HTTPServerRequest): void {
  const { connection } = request;
  const send = (code: number, headers: HTTPHeaders, chunk = ""): void => {
    void connection.writeHeaders({ code, reason: "So" }, headers, chunk);
    connection.finish();
  };
  switch (request.path) {
    case "/interim":
      void connection.writeHeaders({ code: 103, reason: "Early Hints" }, new HTTPHeaders({ Link: "</a>" }));
      return send(200, new HTTPHeaders(), "behind");
    case "/205":
      return send(205, new HTTPHeaders());
    case "/205-length":
      return send(205, new HTTPHeaders({ "Content-Length": 3 }));
    case "/204-content":
      return send(204, new HTTPHeaders(), "x");
    case "/hop":
      return send(200, new HTTPHeaders({ Connection: "close, X", "Content-Length": 1 }), "x");
    case "/date":
      return send(200, new HTTPHeaders({ Date: "then", "Content-Length": 1 }), "x");
    case "/unfinished-head":
      return connection.finish();
    case "/write-first":
      return void connection.write("x");
    case "/twice":
      void connection.writeHeaders(ok, new HTTPHeaders());
      void connection.writeHeaders(ok, new HTTPHeaders());
      return undefined;
    case "/line":
      return send(99, new HTTPHeaders());
    default:
      return send(200, new HTTPHeaders({ "Content-Length": request.body.length }), request.body.toString("latin1"));
  }
}

type Case = readonly [
  title: string,
  asked: Asked,
  options?: HTTPServerOptions,
  delegate?: Application | typeof callback,
];

const NAMES = routes.map(([path]) => path);
const zipped = gzipSync("a".repeat(1000));
const field = (name: string, value: string): Asked => ({ target: "/", fields: [[name, value]] });

const CASES: readonly Case[] = [
  ...["GET", "HEAD", "POST"].flatMap((method) =>
    NAMES.map((target): Case => [
      `${method} ${target}`,
      { method, target, ...(method === "POST" ? { content: "a=1&a=2" } : {}) },
    ]),
  ),
  // When a compressed response that is cut is logged is a question of turns.
  ...NAMES.filter((target) => target !== "/cut").map((target): Case => [
    `compressed ${target}`,
    { target, fields: [["Accept-Encoding", "gzip"]] },
    {},
    compressing,
  ]),
  ["a method that has no handler", { method: "DELETE", target: "/" }],
  ["an unknown method", { method: "BREW", target: "/" }],
  ["an unknown path", { target: "/nowhere?x" }],
  ["OPTIONS *", { method: "OPTIONS", target: "*" }],
  ["an absolute target", { target: "http://example.org:81/arguments?a=1&a=%20" }],
  ["an absolute target without a path", { target: "HTTP://example.org?a=1" }],
  ["a raw target", { target: "/\xe4?\xf6" }],
  ["If-None-Match", { target: "/etag", fields: [["If-None-Match", 'W/"own"']] }],
  ["If-None-Match of a tag of ours", { target: "/json", fields: [["If-None-Match", "*"]] }],
  ["content of unknown length", { method: "POST", target: "/", pieces: ["a", "bcd", "e".repeat(100_000)] }],
  ["streamed content", { method: "POST", target: "/count", pieces: ["a", "bcd", "e".repeat(100_000)] }],
  [
    "a form",
    {
      method: "POST",
      target: "/arguments",
      content: "a=%C3%A4&a=b",
      fields: [["Content-Type", "application/x-www-form-urlencoded"]],
    },
  ],
  [
    "zipped content",
    { method: "POST", target: "/", content: zipped, fields: [["Content-Encoding", "gzip"]] },
    { decompressRequest: true },
  ],
  [
    "zipped content over the limit",
    { method: "POST", target: "/", content: zipped, fields: [["Content-Encoding", "gzip"]] },
    { decompressRequest: true, maxBodySize: 500 },
  ],
  [
    "what is no gzip",
    { method: "POST", target: "/", content: "plain", fields: [["Content-Encoding", "gzip"]] },
    { decompressRequest: true },
  ],
  ["small pieces", { method: "POST", target: "/count", content: "x".repeat(1000) }, { chunkSize: 7 }],
  [
    "proxies",
    {
      target: "/address",
      fields: [
        ["X-Forwarded-For", "10.0.0.1, 192.0.2.7"],
        ["X-Forwarded-Proto", "https"],
      ],
    },
    { xheaders: true },
  ],
  ["proxies that are not believed", { target: "/address", fields: [["X-Forwarded-For", "192.0.2.7"]] }],
  [
    "cookies of a client",
    {
      target: "/cookies",
      fields: [
        ["Cookie", "c=d"],
        ["Cookie", "e=f"],
      ],
    },
  ],

  ["a body over the limit", { method: "POST", target: "/", content: "x".repeat(101) }, { maxBodySize: 100 }],
  [
    "a body of unknown length over the limit",
    { method: "POST", target: "/", pieces: ["x".repeat(60), "y".repeat(60)] },
    { maxBodySize: 100 },
  ],
  ["a body over the limit of its handler", { method: "POST", target: "/limited", content: "x".repeat(11) }],
  ["a target over the limit", { target: `/${"a".repeat(100)}` }, { maxTargetLength: 100 }],
  ["a target as long as the limit", { target: `/${"a".repeat(99)}` }, { maxTargetLength: 100 }],
  ["a head over the limit", field("X", "a".repeat(500)), { maxHeaderSize: 300 }],
  ["a request line over the limit", { target: `/${"a".repeat(500)}` }, { maxHeaderSize: 300 }],
  [
    "too many fields",
    { target: "/", fields: Array.from({ length: 9 }, (_, i) => [`X-${i}`, "a"] as const) },
    { maxFieldCount: 8 },
  ],
  [
    "as many fields as allowed",
    { target: "/", fields: Array.from({ length: 6 }, (_, i) => [`X-${i}`, "a"] as const) },
    { maxFieldCount: 8 },
  ],
  ["a target that is not strict", { target: "/a|b" }, { strictTarget: true }],
  ["a raw target that is not strict", { target: "/\xe9" }, { strictTarget: true }],
  ["a target that is not strict, allowed", { target: "/a|b" }],

  ["no Host", { target: "/", hostless: true }],
  [
    "two Hosts",
    {
      target: "/",
      fields: [
        ["Host", "a"],
        ["Host", "a"],
      ],
    },
  ],
  ...["a,b", "a/b", "a@b", "a b", "a:b", "a:123456", "[::1", "[]", "a%2"].map((host): Case => [
    `Host ${host}`,
    field("Host", host),
  ]),
  ...["", "a", "a.example:80", "[::1]:80", "[fe80::1%eth0]", "a%20b", "a:", "1.2.3.4:8888"].map((host): Case => [
    `good Host ${host}`,
    field("Host", host),
  ]),
  ...["", "/\x01", "/\x7f", "/#a", "*", "a", "ftp://a/", "http://", "http:///a", "http://u@a/", "http://a:b/"].map(
    (target): Case => [`target ${JSON.stringify(target)}`, { target }],
  ),
  ...["", "G\x01", "FOO,BAR", "\xe9"].map((method): Case => [
    `method ${JSON.stringify(method)}`,
    { method, target: "/" },
  ]),
  ["CONNECT", { method: "CONNECT", target: "localhost:80", fields: [["Host", "localhost:80"]] }],
  ["CONNECT with a path", { method: "CONNECT", target: "/" }],
  ["an empty field name", field("", "a")],
  ["NUL in a field name", field("A\0", "a")],
  ["a byte above 0x7F in a field name", field("\xe9", "a")],
  ["NUL in a field value", field("A", "b\0")],
  ["DEL in a field value", field("A", "\x7f")],
  ["latin1 in a field value", field("A", "\xe9")],
  ["blanks around a field value", field("User-Agent", "  a\t")],
  ["a malformed Content-Length", { method: "POST", target: "/", pieces: [], fields: [["Content-Length", "1x"]] }],
  [
    "a Content-Length over 2^53",
    { method: "POST", target: "/", pieces: [], fields: [["Content-Length", "9007199254740993"]] },
  ],
  [
    "a Content-Length that pieces fill",
    { method: "POST", target: "/", pieces: ["ab", "c"], fields: [["Content-Length", "3"]] },
  ],
  ["a Content-Length of zero", { method: "POST", target: "/", pieces: [], fields: [["Content-Length", "0"]] }],

  ...[
    "/",
    "/interim",
    "/205",
    "/205-length",
    "/204-content",
    "/hop",
    "/date",
    "/unfinished-head",
    "/write-first",
    "/twice",
    "/line",
  ].flatMap((target): Case[] =>
    ["GET", "HEAD"].map((method) => [`callback ${method} ${target}`, { method, target }, {}, callback]),
  ),
  ["callback with content", { method: "POST", target: "/", content: "content" }, {}, callback],
];

for (const [title, asked, options = {}, delegate = app] of CASES) {
  test(title, async () => {
    const socket = await overSocket(delegate, options, asked);
    const { parser } = sharedParser();
    const { parseRequestHead, parseResponseHead, parseChunkSize } = parser;
    let parsed = 0;
    const counting = <T extends (...all: never[]) => number>(call: T): T =>
      ((...all: never[]) => (parsed++, call.apply(parser, all))) as T;
    parser.parseRequestHead = counting(parseRequestHead);
    parser.parseResponseHead = counting(parseResponseHead);
    parser.parseChunkSize = counting(parseChunkSize);
    let memory;
    try {
      memory = await inMemory(delegate, options, asked);
    } finally {
      Object.assign(parser, { parseRequestHead, parseResponseHead, parseChunkSize });
    }
    assert.equal(memory, socket);
    assert.is(parsed, 0, "nothing is parsed in memory");
  });
}

/** As text, a space would make two words of one. */
const SPLIT: readonly (readonly [code: string, asked: Asked])[] = [
  ["ERR_LANDSPOUT_METHOD", { method: "G T", target: "/" }],
  ["ERR_LANDSPOUT_TARGET", { target: "/a b" }],
  ["ERR_LANDSPOUT_TARGET", { target: "/ HTTP/1.1\r\nX: y\r\n\r\n" }],
  ["ERR_LANDSPOUT_FIELD_VALUE", field("A", "b\r\nX: y")],
  ["ERR_LANDSPOUT_FIELD_VALUE", field("A", "€")],
  ["ERR_LANDSPOUT_FIELD_NAME", field("A: b\r\nX", "y")],
];
for (const [code, asked] of SPLIT) {
  test(`${code}: ${JSON.stringify(asked.method ?? asked.fields ?? asked.target)}`, async () => {
    const { status, body, log } = await inMemory(app, {}, asked);
    assert.is(status, 400);
    assert.match(body, `(${code})`);
    assert.is(log.length, 1);
  });
}

test("content that ends before its length is a client that has left", async () => {
  const asked: Asked = { method: "POST", target: "/", pieces: ["ab"], fields: [["Content-Length", "3"]] };
  assert.is((await inMemory(app, {}, asked)).complete, false);
});

test("content behind its length is dropped", async () => {
  const asked: Asked = { method: "POST", target: "/", pieces: ["abcd"], fields: [["Content-Length", "3"]] };
  assert.is((await inMemory(app, {}, asked)).body, "POST / localhost 3");
});

test("content that does not come is a timeout", async () => {
  const server = new MemoryServer(app, { bodyIdleTimeout: 0.1 });
  const { promise, sink } = collected();
  expectLog("The content did not arrive in time");
  const never: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
  };
  server.serve({ method: "POST", target: "/", fields: ["Host", "a"], content: never }, sink, {});
  assert.is((await promise).status, 408);
});

test("a client that leaves is told to the handler once, with its signal", async () => {
  let seen = 0;
  const left = new Promise<void>((resolve) => {
    const waiting = new Application([
      [
        "/",
        class extends RequestHandler {
          override async get(): Promise<void> {
            await new Promise((wake) => this.request.signal.addEventListener("abort", wake));
            assert.ok(this.request.connection.left);
            resolve();
          }
          override onConnectionClose(): void {
            seen++;
          }
        },
      ],
    ]);
    const { sink } = collected();
    const connection = new MemoryServer(waiting).serve(
      { method: "GET", target: "/", fields: ["Host", "a"], content: undefined },
      sink,
      {},
    );
    setImmediate(() => connection.abort());
  });
  await left;
  assert.is(seen, 1);
});

test("a shutdown is told to those who wait, and waits for them", async () => {
  let finish: (() => void) | undefined;
  const waiting = new Application([
    [
      "/",
      class extends RequestHandler {
        override async get(): Promise<void> {
          await new Promise<void>((resolve) => (finish = resolve));
          this.write("told");
        }
        override onShutdown(): void {
          finish?.();
        }
      },
    ],
  ]);
  const server = new MemoryServer(waiting);
  const { promise, sink } = collected();
  server.serve({ method: "GET", target: "/", fields: ["Host", "a"], content: undefined }, sink, {});
  await server.shutdown(5);
  assert.is((await promise).body, "told");
  const late = collected();
  server.serve({ method: "GET", target: "/", fields: ["Host", "a"], content: undefined }, late.sink, {});
  assert.is((await late.promise).status, 0, "the server is over");
});

test("a handler writes no faster than its response is passed on", async () => {
  let flushed = 0;
  const streaming = new Application([
    [
      "/",
      class extends RequestHandler {
        override async get(): Promise<void> {
          for (let i = 0; i < 10; i++) {
            this.write("x".repeat(100_000));
            await this.flush();
            flushed++;
          }
        }
      },
    ],
  ]);
  const { promise, sink } = collected();
  const connection = new MemoryServer(streaming).serve(
    { method: "GET", target: "/", fields: ["Host", "a"], content: undefined },
    sink,
    {},
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(flushed, 0, "nothing has been passed on");
  assert.is(connection.unsentLength, 100_000);
  sink.taking = () => connection.taken(connection.unsentLength);
  sink.taking();
  assert.is((await promise).body.length, 1_000_000);
  assert.is(flushed, 10);
});

test("contexts: what a request sets ends with it, and a caller's store is seen", async () => {
  const storage = new AsyncLocalStorage<string>();
  const stores: (string | undefined)[] = [];
  const keeping = new Application([
    [
      "/",
      class extends RequestHandler {
        override async get(): Promise<void> {
          stores.push(storage.getStore());
          storage.enterWith("its own");
          await new Promise((resolve) => setImmediate(resolve));
          stores.push(storage.getStore());
        }
      },
    ],
  ]);
  const server = new MemoryServer(keeping);
  await storage.run("the caller's", async () => {
    const { promise, sink } = collected();
    server.serve({ method: "GET", target: "/", fields: ["Host", "a"], content: undefined }, sink, {});
    assert.is(storage.getStore(), "the caller's");
    await promise;
  });
  assert.equal(stores, ["the caller's", "its own"]);
});

interface Collected {
  readonly status: number;
  readonly body: string;
}

/** A sink that collects; `taking` is called for every piece. */
function collected(): { promise: Promise<Collected>; sink: MemorySink & { taking: () => void } } {
  let resolve: (all: Collected) => void = () => undefined;
  const promise = new Promise<Collected>((done) => (resolve = done));
  let status = 0;
  let body = "";
  const sink = {
    taking: (): void => undefined,
    whole: (code: number, _reason: string, _lines: string[], content: string | Uint8Array): void =>
      resolve({ status: code, body: Buffer.from(content as string).toString() }),
    head: (code: number): void => void (status = code),
    content: (piece: Buffer): void => {
      body += piece.toString();
      queueMicrotask(() => sink.taking());
    },
    complete: (): void => resolve({ status, body }),
    failed: (): void => resolve({ status: 0, body: "" }),
  };
  return { promise, sink };
}

test.run();
