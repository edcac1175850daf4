/** Applications and handlers, as programs write them, over real sockets. */
import * as assert from "uvu/assert";
import { Application, asynchronous, Finish, HTTPError, RequestHandler, url } from "../../src/web/index.ts";
import { setLoggers } from "../../src/log.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { withPeer } from "../_support/wire.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("handlers", { deadline: 20 });

/** A handler whose `get` is the function. */
const getting = (get: (handler: RequestHandler, ...args: (string | undefined)[]) => void | Promise<void>) =>
  class extends RequestHandler {
    override get(...args: (string | undefined)[]): void | Promise<void> {
      return get(this, ...args);
    }
  };

test("writes text, bytes and objects, each with its length", () =>
  talk(
    [
      ["/text", getting((handler) => handler.write("grün"))],
      ["/bytes", getting((handler) => handler.write(Buffer.from([1, 2, 3])))],
      ["/object", getting((handler) => handler.write({ a: "</script>" }))],
      ["/pieces", getting((handler) => ["a", "ü", Buffer.from("c")].forEach((piece) => handler.write(piece)))],
      ["/nothing", getting(() => undefined)],
    ],
    async (peer) => {
      const text = await ask(peer, "/text");
      assert.is(Buffer.from(text.body, "latin1").toString(), "grün");
      assert.is(text.headers["content-length"], "5");
      assert.is(text.headers["content-type"], "text/html; charset=UTF-8");
      assert.is((await ask(peer, "/bytes")).body, "\x01\x02\x03");
      const object = await ask(peer, "/object");
      assert.is(object.headers["content-type"], "application/json; charset=UTF-8");
      assert.is(object.body, '{"a":"<\\/script>"}');
      assert.is((await ask(peer, "/pieces")).body, "a\xc3\xbcc");
      assert.is((await ask(peer, "/nothing")).headers["content-length"], "0");
    },
  ));

test("writes what a method returns", () =>
  talk(
    [
      [
        "/sync",
        class extends RequestHandler {
          override get() {
            return { a: 1 };
          }
        },
      ],
      [
        "/async",
        class extends RequestHandler {
          override async get() {
            return "later";
          }
        },
      ],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/sync")).body, '{"a":1}');
      assert.is((await ask(peer, "/async")).body, "later");
    },
  ));

test("answers from async methods, from prepare, and later from a callback", () => {
  class Later extends RequestHandler {
    override get = asynchronous(function (this: Later): void {
      setImmediate(() => {
        this.write("from ");
        this.finish("a callback");
      });
    });
  }
  class Prepared extends RequestHandler {
    override async prepare(): Promise<void> {
      await null;
      this.finish("prepared");
    }
    override get(): void {
      throw new Error("not reached");
    }
  }
  return talk(
    [
      ["/later", Later],
      ["/prepared", Prepared],
      [
        "/async",
        getting(async (handler) => {
          await null;
          handler.write("async");
        }),
      ],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/later")).body, "from a callback");
      assert.is((await ask(peer, "/prepared")).body, "prepared");
      assert.is((await ask(peer, "/async")).body, "async");
    },
  );
});

test("calls the hooks in Tornado's order", () => {
  const calls: string[] = [];
  class Hooked extends RequestHandler {
    override initialize(args: { word: string }): void {
      calls.push(`initialize ${args.word}`);
    }
    override setDefaultHeaders(): void {
      calls.push("setDefaultHeaders");
      this.setHeader("X-Default", "yes");
    }
    override prepare(): void {
      calls.push(`prepare ${this.pathArgs.join()}`);
    }
    override get(id?: string): void {
      calls.push(`get ${id}`);
    }
    override onFinish(): void {
      calls.push("onFinish");
    }
  }
  return talk([["/:id", Hooked, { word: "hi" }]], async (peer) => {
    assert.is((await ask(peer, "/7")).headers["x-default"], "yes");
    assert.equal(calls, ["setDefaultHeaders", "initialize hi", "prepare 7", "get 7", "onFinish"]);
  });
});

test("decodes captured parts of the path as UTF-8, or answers 400", () => {
  expectLog(/Invalid unicode in path argument 1/);
  return talk(
    [
      ["/:name", getting((handler, name) => handler.write(`<${name}>`))],
      url(
        /\/x\/(.*)\/(y)?/,
        getting((handler, a, b) => handler.write(`${a} ${b}`)),
      ),
    ],
    async (peer) => {
      assert.is((await ask(peer, "/a%20b+c%2Fd%zz")).body, "<a b+c/d%zz>");
      assert.is(Buffer.from((await ask(peer, "/%C3%BC")).body, "latin1").toString(), "<ü>");
      assert.is((await ask(peer, "/%ff")).status, 400);
      assert.is((await ask(peer, "/x/1/")).body, "1 undefined");
    },
  );
});

test("gives arguments of query and content, the last one first", () => {
  class Args extends RequestHandler {
    override get(): void {
      this.write({
        one: this.getArgument("a", null),
        all: this.getArguments("a"),
        query: this.getQueryArgument("a", "none"),
        body: this.getBodyArgument("a", "none"),
        raw: this.getArgument("b", "", false),
      });
    }
    override post(): void {
      this.get();
    }
  }
  const form = { method: "POST", fields: "Content-Type: application/x-www-form-urlencoded\r\n", body: "a=3&a=" };
  return talk([["/", Args]], async (peer) => {
    assert.equal(JSON.parse((await ask(peer, "/?a=+1%20&a=2&b=%20x%00")).body), {
      one: "2",
      all: ["1", "2"],
      query: "2",
      body: "none",
      raw: " x ",
    });
    assert.equal(JSON.parse((await ask(peer, "/?a=1", form)).body), {
      one: "",
      all: ["1", "3", ""],
      query: "1",
      body: "",
      raw: "",
    });
    assert.equal(JSON.parse((await ask(peer, "/")).body), { one: null, all: [], query: "none", body: "none", raw: "" });
  });
});

test("answers a missing or malformed argument with 400", () => {
  expectLog(/Missing argument a/);
  expectLog(/Invalid unicode in a/);
  return talk([["/", getting((handler) => handler.write(handler.getArgument("a")))]], async (peer) => {
    assert.is((await ask(peer, "/")).status, 400);
    assert.is((await ask(peer, "/?a=%ff")).status, 400);
    assert.is((await ask(peer, "/?a=x")).body, "x");
  });
});

test("sets status and headers, and refuses what would split them", () => {
  const thrown: (string | undefined)[] = [];
  const attempt = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      thrown.push((error as { code?: string }).code);
    }
  };
  return talk(
    [
      [
        "/",
        getting((handler) => {
          handler.setStatus(299, "Well\r\nX: y");
          handler.setHeader("X-A", 1);
          handler.addHeader("X-B", new Date(0));
          handler.setHeader("X-C", "gone");
          handler.clearHeader("x-c");
          attempt(() => handler.setHeader("X-D", "a\r\nSet-Cookie: b"));
          attempt(() => handler.setHeader("X D", "a"));
          attempt(() => handler.setStatus(42));
          attempt(() => handler.write([1, 2]));
          attempt(() => handler.write(7 as never));
        }),
      ],
    ],
    async (peer) => {
      const got = await ask(peer, "/");
      assert.is(got.status, 299);
      assert.is(got.reason, "Unknown");
      assert.is(got.headers["x-a"], "1");
      assert.is(got.headers["x-b"], "Thu, 01 Jan 1970 00:00:00 GMT");
      assert.not("x-c" in got.headers);
      assert.equal(
        thrown,
        ["HEADER_VALUE", "HEADER_NAME", "STATUS_CODE", "WRITE", "WRITE"].map((code) => `ERR_LANDSPOUT_${code}`),
      );
    },
  );
});

test("redirects", () =>
  talk(
    [
      ["/a", getting((handler) => handler.redirect("/ü b?c=%20"))],
      ["/b", getting((handler) => handler.redirect("/", { permanent: true }))],
      ["/c", getting((handler) => handler.redirect("/", { status: 303 }))],
    ],
    async (peer) => {
      const got = await ask(peer, "/a");
      assert.is(got.status, 302);
      assert.is(got.headers["location"], "/%C3%BC%20b?c=%20");
      assert.is((await ask(peer, "/b")).status, 301);
      assert.is((await ask(peer, "/c")).status, 303);
    },
  ));

test("answers 404, and 405 with the methods there are", () => {
  class Two extends RequestHandler {
    override get(): void {}
    override delete(): void {}
  }
  return talk([["/two", Two]], async (peer) => {
    const missing = await ask(peer, "/none");
    assert.is(missing.status, 404);
    assert.is(missing.body, "<html><title>404: Not Found</title><body>404: Not Found</body></html>");
    const wrong = await ask(peer, "/two", { method: "POST", body: "x" });
    assert.is(wrong.status, 405);
    assert.is(wrong.headers["allow"], "GET, HEAD, DELETE");
    assert.is((await ask(peer, "/two", { method: "BREW" })).status, 405);
    assert.is((await ask(peer, "/two", { method: "TRACE" })).status, 405);
  });
});

test("answers HEAD as GET without the content, unless the handler has a head", () => {
  class Own extends RequestHandler {
    override get(): void {
      this.write("content");
    }
    override head(): void {
      this.setHeader("X-Own", "yes");
    }
  }
  return talk(
    [
      ["/", getting((handler) => handler.write("content"))],
      ["/own", Own],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/", { method: "HEAD" })).headers["content-length"], "7");
      assert.is((await ask(peer, "/own", { method: "HEAD" })).headers["x-own"], "yes");
    },
  );
});

test("tags answers, and answers 304 to who has them", () =>
  talk(
    [
      ["/", getting((handler) => handler.write("content"))],
      [
        "/post",
        class extends RequestHandler {
          override post() {
            this.write("content");
          }
        },
      ],
      [
        "/own",
        class extends RequestHandler {
          override get() {
            this.write("x");
          }
          override computeEtag() {
            return 'W/"own"';
          }
        },
      ],
    ],
    async (peer) => {
      for (let round = 0; round < 3; round++) {
        const { etag = "" } = (await ask(peer, "/")).headers;
        assert.match(etag, /^"[0-9a-f]{32}"$/);
        for (const field of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
          const got = await ask(peer, "/", { fields: `If-None-Match: ${field}\r\n` });
          assert.is(got.status, 304);
          assert.is(got.headers["etag"], etag);
          assert.is(got.headers["content-length"], undefined);
        }
        assert.is((await ask(peer, "/", { fields: 'If-None-Match: "other"\r\n' })).status, 200);
      }
      assert.is((await ask(peer, "/post", { method: "POST" })).headers["etag"], undefined);
      assert.is((await ask(peer, "/own", { fields: 'If-None-Match: "own"\r\n' })).status, 304);
    },
  ));
test("leaves tags out where told to", () =>
  talk(
    [["/", getting((handler) => handler.write("x"))]],
    async (peer) => {
      assert.is((await ask(peer, "/")).headers["etag"], undefined);
    },
    { etags: false },
  ));

test("does not take one answer of a route for another", () => {
  let count = 0;
  return talk(
    [
      [
        "/",
        getting((handler) => {
          handler.write(`number ${count >> 1}`);
          if (++count % 3 === 0) handler.setHeader("X-Third", "yes");
        }),
      ],
    ],
    async (peer) => {
      for (let i = 0; i < 12; i++) {
        const got = await ask(peer, "/");
        assert.is(got.body, `number ${i >> 1}`);
        assert.is(got.headers["content-length"], String(got.body.length));
        assert.is(got.headers["x-third"], (i + 1) % 3 === 0 ? "yes" : undefined);
      }
    },
  );
});

test("streams with flush, in chunks, and cuts what fails half-way", () => {
  expectLog(/half-way/);
  return talk(
    [
      [
        "/",
        getting(async (handler) => {
          for (const piece of ["a", "b", "c"]) {
            handler.write(piece);
            await handler.flush();
          }
        }),
      ],
      [
        "/cut",
        getting(async (handler) => {
          handler.write("begun");
          await handler.flush();
          throw new Error("half-way");
        }),
      ],
    ],
    async (peer) => {
      const got = await ask(peer, "/");
      assert.is(got.headers["transfer-encoding"], "chunked");
      assert.is(got.body, "abc");
      peer.write("GET /cut HTTP/1.1\r\nHost: x\r\n\r\n");
      assert.not.match(await peer.rest(), "0\r\n\r\n");
    },
  );
});

test("turns what is thrown into an answer and a record", () => {
  expectLog(/Uncaught exception GET \/error/);
  expectLog(/409 GET \/http.*: for the log/);
  class Custom extends RequestHandler {
    override get(): void {
      throw new HTTPError(418);
    }
    override writeError(status: number): void {
      this.finish(`mine: ${status}`);
    }
  }
  return talk(
    [
      [
        "/error",
        getting(() => {
          throw new Error("secret");
        }),
      ],
      [
        "/http",
        getting(() => {
          throw new HTTPError(409, { logMessage: "for the log", reason: "Taken", headers: { "X-Why": "taken" } });
        }),
      ],
      [
        "/finish",
        getting((handler) => {
          handler.setStatus(202);
          throw new Finish("enough");
        }),
      ],
      ["/custom", Custom],
    ],
    async (peer) => {
      const error = await ask(peer, "/error");
      assert.is(error.status, 500);
      assert.not.match(error.body, "secret");
      const http = await ask(peer, "/http");
      assert.is(http.reason, "Taken");
      assert.is(http.headers["x-why"], "taken");
      assert.match(http.body, "409: Taken");
      const finished = await ask(peer, "/finish");
      assert.is(finished.status, 202);
      assert.is(finished.body, "enough");
      assert.is((await ask(peer, "/custom")).body, "mine: 418");
    },
  );
});

test("tells a handler that its client left, once", () => {
  let told = 0;
  let resolve = (): void => undefined;
  const left = new Promise<void>((settle) => (resolve = settle));
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((settle) => (arrive = settle));
  class Poll extends RequestHandler {
    override get = asynchronous(() => arrive());
    override onConnectionClose(): void {
      told++;
      resolve();
    }
  }
  return talk([["/", Poll]], async (peer) => {
    peer.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await arrived;
    peer.destroy();
    await left;
    assert.is(told, 1);
  });
});

test("writes one line a request to the access log, by status", async () => {
  const lines: string[] = [];
  const record = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  const before = setLoggers({
    access: { debug: record("debug"), info: record("info"), warn: record("warn"), error: record("error") },
  });
  try {
    await talk(
      [["/", getting((handler) => handler.setStatus(Number(handler.getArgument("s"))))]],
      async (peer) => {
        for (const status of [200, 404, 503]) await ask(peer, `/?s=${status}`);
      },
      { accessLog: true },
    );
  } finally {
    setLoggers(before);
  }
  assert.is(lines.length, 3);
  assert.match(lines[0] ?? "", /^info 200 GET \/\?s=200 \(127\.0\.0\.1\) \d+\.\d\dms$/);
  assert.match(lines[1] ?? "", /^warn 404/);
  assert.match(lines[2] ?? "", /^error 503/);
});

test("serves the classic program", async () => {
  const { HTTPServer } = await import("../../src/http/server/httpserver.ts");
  const { IOLoop } = await import("../../src/loop/ioloop.ts");
  const application = new Application([[/\//, getting((handler) => handler.write("Hello, world"))]], {
    accessLog: false,
  });
  const server = new HTTPServer(application);
  void server.listen(0);
  const running = IOLoop.instance().start();
  await server.listening;
  await withPeer(server.port, async (peer) => {
    assert.is((await ask(peer, "/")).body, "Hello, world");
  });
  IOLoop.instance().stop();
  await running;
  await server.stop();
  await server.closeAllConnections();
});

test("knows its port as soon as it listens", async () => {
  const server = new Application([]).listen(0, "127.0.0.1");
  assert.ok(server.port > 0);
  await server.stop();
});

test.run();
