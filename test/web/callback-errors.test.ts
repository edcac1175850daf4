/**
 * Tornado's two styles of 2012, `@asynchronous` with a callback and `@asynchronous @gen.engine` with `gen.Task`, and coroutines of today: an
 * exception, however late and wherever a callback throws it, is the response of its own request, and of no other.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import * as assert from "uvu/assert";
import * as gen from "../../src/async/gen/index.ts";
import { wrap } from "../../src/async/stack-context/index.ts";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { asynchronous, Finish, HTTPError, RequestHandler } from "../../src/web/index.ts";
import type { Route } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("exceptions of callbacks", { deadline: 20 });

const loop = IOLoop.current();
interface Fetched {
  readonly body: string;
}
/** As the client of 2012: a callback with one argument, the response, in a later turn. */
function fetch(url: string, callback: (response: Fetched) => unknown): void {
  loop.callLater(0.001, callback, { body: `page of ${url}` });
}

/** What goes wrong, by the query: `?fail=http`. */
function failAs(how: string | undefined): void {
  if (how === "error") throw new Error("from the callback");
  if (how === "http") throw new HTTPError(403, { headers: { "X-Why": "no" } });
  if (how === "finish") throw new Finish("finished early");
}

class ByCallback extends RequestHandler {
  override get = asynchronous(function (this: ByCallback) {
    fetch("example.com", (response) => this.#onResponse(response));
  });
  #onResponse(response: Fetched): void {
    failAs(this.getArgument("fail", undefined));
    this.finish(response.body);
  }
}

class ByEngine extends RequestHandler {
  override get = asynchronous(
    gen.engine(function* (this: RequestHandler): Generator {
      const response = (yield gen.Task(fetch, "example.com")) as Fetched;
      failAs(this.getArgument("fail", undefined));
      this.finish(response.body);
    }),
  );
}

class ByEngineAlone extends RequestHandler {
  override get = gen.engine(function* (this: RequestHandler): Generator {
    const response = (yield gen.Task(fetch, "example.com")) as Fetched;
    failAs(this.getArgument("fail", undefined));
    this.write(response.body);
  });
}

class ByCoroutine extends RequestHandler {
  override get = gen.coroutine(function* (this: RequestHandler): Generator {
    const response = (yield gen.Task(fetch, "example.com")) as Fetched;
    failAs(this.getArgument("fail", undefined));
    this.write(response.body);
  });
}

class ByAwait extends RequestHandler {
  override async get(): Promise<void> {
    const response = await new Promise<Fetched>((resolve) => fetch("example.com", resolve));
    failAs(this.getArgument("fail", undefined));
    this.write(response.body);
  }
}

for (const Handler of [ByCallback, ByEngine, ByEngineAlone, ByCoroutine, ByAwait]) {
  test(`${Handler.name}: the page, and what is thrown after the fetch`, () =>
    talk([["/page", Handler]], async (peer) => {
      assert.is((await ask(peer, "/page")).body, "page of example.com");
      const log = expectLog(/Uncaught exception GET \/page\?fail=error .* in \w+\.get/);
      assert.is((await ask(peer, "/page?fail=error")).status, 500);
      assert.is(log.records.length, 1);
      assert.match(log.records[0]?.message ?? "", /from the callback/);
      const refused = await ask(peer, "/page?fail=http");
      assert.is(refused.status, 403);
      assert.is(refused.headers["x-why"], "no");
      const early = await ask(peer, "/page?fail=finish");
      assert.is(early.status, 200);
      assert.is(early.body, "finished early");
      assert.is((await ask(peer, "/page")).body, "page of example.com", "the connection goes on");
    }));
}

/** Ways for a callback to fail that a handler has started. */
const WAYS: { readonly [name: string]: (handler: RequestHandler, fail: () => void) => void } = {
  "the method itself": (_handler, fail) => fail(),
  addCallback: (_handler, fail) => loop.addCallback(fail),
  "a promise of a callback": (_handler, fail) => loop.addCallback(async () => fail()),
  "a callback of a callback of a callback": (_handler, fail) =>
    loop.addCallback(() => loop.callLater(0.001, () => loop.addTimeout({ seconds: 0.001 }, fail))),
  "a timer of the runtime, wrapped": (_handler, fail) => void setTimeout(wrap(fail), 1),
  "a promise of the program, wrapped": (_handler, fail) => void Promise.resolve().then(wrap(fail)),
  "an engine nobody looks at": (_handler, fail) =>
    void gen.engine(function* () {
      yield;
      fail();
    })(),
  "a callback that an engine has started and not waited for": (_handler, fail) =>
    void gen.engine(function* () {
      yield gen.Task((callback: () => void) => {
        loop.callLater(0.001, fail);
        loop.callLater(0.002, callback);
      });
    })(),
  addFuture: (_handler, fail) => loop.addFuture(Promise.resolve(), fail),
};

for (const [name, start] of Object.entries(WAYS)) {
  test(`500, 403, Finish: ${name}`, () => {
    const handlerOf = (how: string): unknown =>
      class Starts extends RequestHandler {
        override get = asynchronous(function (this: RequestHandler) {
          start(this, () => failAs(how));
        });
      };
    return talk(
      ["error", "http", "finish"].map((how) => [`/${how}`, handlerOf(how)] as unknown as Route),
      async (peer) => {
        const log = expectLog(/Uncaught exception GET \/error /);
        assert.is((await ask(peer, "/error")).status, 500);
        assert.is(log.records.length, 1);
        assert.is((await ask(peer, "/http")).status, 403);
        assert.is((await ask(peer, "/finish")).body, "finished early");
      },
    );
  });
}

test("after finish: logged, and the next request is not touched", () =>
  talk(
    [
      [
        "/late",
        class Late extends RequestHandler {
          override get = asynchronous(function (this: RequestHandler) {
            loop.callLater(0.005, () => {
              throw new Error("after the end");
            });
            this.finish("done");
          });
        },
      ],
      ["/page", ByCallback],
    ],
    async (peer) => {
      const log = expectLog(/Uncaught exception GET \/late .*in Late\.get, in a callback/);
      assert.is((await ask(peer, "/late")).body, "done");
      assert.is((await ask(peer, "/page")).body, "page of example.com");
      while (log.records.length === 0) assert.is((await ask(peer, "/page")).body, "page of example.com");
      assert.is(log.records.length, 1);
    },
  ));

test("a client that has left: the exception is logged, and nothing hangs", () => {
  class Waits extends RequestHandler {
    #onLeft: () => void = () => undefined;
    override get = asynchronous(function (this: Waits) {
      this.#onLeft = wrap(() => {
        throw new Error("the client has left");
      });
      this.write("begin");
      void this.flush();
    });
    override onConnectionClose(): void {
      this.#onLeft();
    }
  }
  return talk([["/wait", Waits]], async (peer) => {
    const log = expectLog("the client has left");
    peer.write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    await peer.expect("HTTP/1.1 200 OK");
    peer.destroy();
    while (log.records.length === 0) await gen.sleep(0.001);
    assert.is(log.records.length, 1);
  });
});

test("many at once: each exception fails its own request, in its own AsyncLocalStorage context", async () => {
  const storage = new AsyncLocalStorage<string>();
  class Each extends RequestHandler {
    override get = asynchronous(function (this: RequestHandler) {
      const id = this.getArgument("id");
      storage.run(id, () =>
        fetch(id, (response) =>
          loop.callLater(Math.random() / 500, () => {
            assert.is(storage.getStore(), id);
            if (Number(id) % 2 === 0) throw new HTTPError(400 + Number(id));
            this.finish(response.body);
          }),
        ),
      );
    });
  }
  class EachEngine extends RequestHandler {
    override get = asynchronous(
      gen.engine(function* (this: RequestHandler): Generator {
        const id = this.getArgument("id");
        const response = (yield storage.run(id, () => gen.Task(fetch, id))) as Fetched;
        if (Number(id) % 2 === 0) throw new HTTPError(400 + Number(id));
        this.finish(response.body);
      }),
    );
  }
  await talk(
    [
      ["/each", Each],
      ["/engine", EachEngine],
    ],
    async (peer) => {
      for (const path of ["/each", "/engine"]) {
        for (let id = 1; id <= 20; id++) {
          const answer = await ask(peer, `${path}?id=${id}`);
          if (id % 2 === 0) assert.is(answer.status, 400 + id);
          else assert.is(answer.body, `page of ${id}`);
        }
      }
    },
  );
});

test("the diagnostics channel reports the exception of a callback", () =>
  talk([["/page", ByCallback]], async (peer) => {
    const errors: unknown[] = [];
    const listener = (message: unknown): void => void errors.push((message as { error: Error }).error.message);
    subscribe("tracing:landspout.request:error", listener);
    expectLog("from the callback");
    await ask(peer, "/page?fail=error");
    unsubscribe("tracing:landspout.request:error", listener);
    assert.equal(errors, ["from the callback"]);
  }));

test("coroutines as prepare, and writes between yields", () =>
  talk(
    [
      [
        "/sequence",
        class Sequence extends RequestHandler {
          override get = gen.coroutine(function* (this: RequestHandler) {
            for (const text of ["1", "2", "3"]) {
              this.write(text);
              yield this.flush();
              yield;
            }
          });
        },
      ],
      [
        "/prepare",
        class Prepares extends RequestHandler {
          override prepare(): Promise<void> {
            return gen.coroutine(function* (): Generator<unknown, void> {
              yield gen.moment;
              throw new HTTPError(403);
            })();
          }
          override get(): void {
            this.finish("ok");
          }
        },
      ],
      [
        "/returned",
        class Returns extends RequestHandler {
          override get = gen.coroutine(function* () {
            yield;
            return { a: 1 };
          });
        },
      ],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/sequence")).body, "123");
      assert.is((await ask(peer, "/prepare")).status, 403);
      assert.is((await ask(peer, "/returned")).body, '{"a":1}');
    },
  ));

test.run();
