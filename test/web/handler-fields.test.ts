/**
 * A handler keeps what is known of its request in one private field; `application`, `request`, `pathArgs`, `autoFinish` and the rest are
 * accessors of its class. A subclass may have a field, an accessor or an assignment of such a name, as if they were fields: with fields that
 * are defined on the instance (the standard, `useDefineForClassFields`) and with fields that are assigned (older TypeScript).
 */
import * as assert from "uvu/assert";
import { Application, EventSourceHandler, RequestHandler } from "../../src/web/index.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("fields of handlers", { deadline: 20 });

type AnyHandler = new (application: Application, request: HTTPServerRequest) => RequestHandler;

/** A class with a value on each instance: defined as the standard says, or assigned. */
function withField(base: AnyHandler, name: string, value: unknown, defined: boolean): AnyHandler {
  return class extends base {
    constructor(application: Application, request: HTTPServerRequest) {
      super(application, request);
      if (defined) Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      else Reflect.set(this, name, value);
    }
  };
}

/** A class with a getter on its prototype. */
function withGetter(base: AnyHandler, name: string, get: (this: RequestHandler) => unknown): AnyHandler {
  const cls = class extends base {};
  Object.defineProperty(cls.prototype, name, { get, configurable: true });
  return cls;
}

class Later extends RequestHandler {
  override get(): void {
    setImmediate(() => void this.finish("later"));
  }
  override post(): Promise<void> {
    setImmediate(() => void this.finish("later"));
    return Promise.resolve();
  }
}

class Shows extends RequestHandler {
  override get(...args: (string | undefined)[]): object {
    return { args, path: this.request.path, user: this.currentUser, title: this.settings["title"] };
  }
}

const shown = { args: ["x"], path: "/x", user: null, title: "here" };

async function answers(cls: AnyHandler, expected: unknown): Promise<void> {
  const check = async (peer: Parameters<Parameters<typeof talk>[1]>[0]): Promise<void> => {
    for (let again = 0; again < 2; again++) {
      const got = await ask(peer, "/x");
      assert.is(got.status, 200);
      assert.equal(JSON.parse(got.body), expected);
    }
  };
  await talk([["/:name", cls]], check, { title: "here" });
}

for (const defined of [true, false]) {
  const kind = defined ? "defined" : "assigned";

  test(`autoFinish, ${kind}`, () =>
    talk([["/", withField(Later, "autoFinish", false, defined)]], async (peer) => {
      assert.is((await ask(peer, "/")).body, "later");
      assert.is((await ask(peer, "/", { method: "POST" })).body, "later");
    }));

  test(`autoFinish of an event stream, ${kind}`, () => {
    class Events extends EventSourceHandler {
      override async open(): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve));
        void this.send("one");
        this.close();
      }
    }
    return talk([["/", withField(Events, "autoFinish", false, defined)]], async (peer) =>
      assert.match((await ask(peer, "/")).body, /data: ?one/),
    );
  });

  test(`pathArgs, ${kind}: the arguments of methods where the route captures nothing`, () =>
    talk([["/x", withField(Shows, "pathArgs", ["mine"], defined)]], async (peer) =>
      assert.equal(JSON.parse((await ask(peer, "/x")).body).args, ["mine"]),
    ));

  test(`pathArgs, ${kind}: those of the route come after it`, () =>
    answers(withField(Shows, "pathArgs", ["mine"], defined), shown));

  test(`currentUser, ${kind}`, () =>
    answers(withField(Shows, "currentUser", "ada", defined), { ...shown, user: "ada" }));

  test(`request, ${kind}: what methods of the class see`, () =>
    answers(withField(Shows, "request", { path: "/mine" }, defined), { ...shown, path: "/mine" }));

  test(`application, ${kind}: where settings are found`, () =>
    answers(withField(Shows, "application", { settings: { title: "mine" } }, defined), { ...shown, title: "mine" }));
}

test("finished, defined as false: the method ends the request all the same", () => {
  class Early extends RequestHandler {
    override get(): void {
      this.write("early");
    }
  }
  return talk([["/", withField(Early, "finished", false, true)]], async (peer) =>
    assert.is((await ask(peer, "/")).body, "early"),
  );
});

test("getters of a class: finished, autoFinish, pathArgs, currentUser, request", async () => {
  let left = false;
  class Left extends Later {
    override get(): void {
      left = true;
      setImmediate(() => void this.finish("left"));
    }
  }
  await talk([["/", withGetter(Left, "finished", () => left)]], async (peer) =>
    assert.is((await ask(peer, "/")).body, "left"),
  );
  await talk([["/", withGetter(Later, "autoFinish", () => false)]], async (peer) =>
    assert.is((await ask(peer, "/")).body, "later"),
  );
  await talk([["/x", withGetter(Shows, "pathArgs", () => ["mine"])]], async (peer) =>
    assert.equal(JSON.parse((await ask(peer, "/x")).body).args, ["mine"]),
  );
  await answers(
    withGetter(Shows, "currentUser", () => "ada"),
    { ...shown, user: "ada" },
  );
  await answers(
    withGetter(Shows, "request", () => ({ path: "/mine" })),
    { ...shown, path: "/mine" },
  );
});

test("methods as fields, and a method that is overridden, are called", async () => {
  const calls: string[] = [];
  class Own extends RequestHandler {
    override get = (): void => {
      this.write("own");
    };
    override write = (chunk: string | Uint8Array | object): void => {
      calls.push("write");
      super.write(chunk);
    };
    override finish = (chunk?: string | Uint8Array | object): Promise<void> | void => {
      calls.push("finish");
      return super.finish(chunk);
    };
    override computeEtag = (): string => '"mine"';
  }
  await talk([["/", Own]], async (peer) => {
    const got = await ask(peer, "/");
    assert.is(got.body, "own");
    assert.is(got.headers["etag"], '"mine"');
  });
  assert.equal(calls, ["write", "finish"]);
});

test("a handler shows nothing of what is kept for it", async () => {
  let names: string[] = [];
  class Bare extends RequestHandler {
    override get(): void {
      names = [...Object.keys(this), ...Object.getOwnPropertySymbols(this).map(String)];
      this.write("bare");
    }
  }
  await talk([["/", Bare]], async (peer) => assert.is((await ask(peer, "/")).body, "bare"));
  assert.equal(names, []);
});

test("a handler that the program makes itself answers in place of another", async () => {
  class Inner extends RequestHandler {
    override get(): void {
      this.write(`inner ${this.request.path}`);
    }
  }
  class Outer extends RequestHandler {
    override autoFinish = false;
    override get(): void {
      const inner = new Inner(this.application, this.request);
      inner.get();
      void inner.finish();
    }
  }
  await talk([["/a", Outer]], async (peer) => assert.is((await ask(peer, "/a")).body, "inner /a"));
});

test.run();
