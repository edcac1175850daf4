/** Rules, matchers and routers, as programs put them together, over real sockets. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import type { HTTPConnection, HTTPMessageDelegate } from "../../src/http/interfaces.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import {
  AllMatch,
  AnyMatches,
  HostMatches,
  Matcher,
  MethodMatches,
  PathMatches,
  ReversibleRuleRouter,
  Router,
  Rule,
  RuleRouter,
  toRouter,
} from "../../src/web/routing/index.ts";
import { Application, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import type { Route, Settings } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, withPeer } from "../_support/wire.ts";
import type { Answer, Peer } from "../_support/wire.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("routing", { deadline: 20 });
const QUIET: Settings = { accessLog: false };

/** Answers with a name, its arguments, and those by name. */
const saying = (name: string) =>
  class extends RequestHandler {
    override get(...args: (string | undefined)[]): void {
      this.write([name, ...args.map(String), JSON.stringify(this.pathKwargs)].join(" "));
    }
  };

/** Answers with its name and the content it was sent. */
class Echo implements HTTPMessageDelegate {
  readonly #connection: HTTPConnection;
  readonly #name: string;
  #content = "";
  constructor(connection: HTTPConnection, name: string) {
    this.#connection = connection;
    this.#name = name;
  }
  headersReceived(): void {}
  dataReceived(chunk: Uint8Array): void {
    this.#content += Buffer.from(chunk).toString();
  }
  finish(): void {
    const text = `${this.#name}:${this.#content}`;
    void this.#connection.writeHeaders(
      { code: 200, reason: "OK" },
      new HTTPHeaders({ "Content-Length": `${text.length}` }),
      text,
    );
    this.#connection.finish();
  }
  onConnectionClose(): void {}
}

async function askHost(peer: Peer, host: string, target: string, fields = ""): Promise<string> {
  peer.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`);
  const answer: Answer = await peer.answer();
  return answer.status === 200 ? answer.body : String(answer.status);
}

test("gives captured parts as arguments and by name, decoded once", () => {
  expectLog("Invalid unicode in path argument 1");
  return talk(
    [
      ["/users/:id/posts/:post", saying("post")],
      ["/files/*", saying("file")],
      ["/named/*path", saying("named")],
      [/\/n(?<number>\d+)(?:\/(x))?/, saying("regexp")],
      ["/plain", saying("plain")],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/users/7/posts/a%20b%2525+c")).body, 'post 7 a b%25+c {"id":"7","post":"a b%25+c"}');
      assert.is((await ask(peer, "/files/a/b%2Fc")).body, 'file a/b/c {"*":"a/b/c"}');
      assert.is((await ask(peer, "/named/a/b")).body, 'named a/b {"path":"a/b"}');
      assert.is((await ask(peer, "/n12")).body, 'regexp 12 undefined {"number":"12"}');
      assert.is((await ask(peer, "/n12/x")).body, 'regexp 12 x {"number":"12"}');
      assert.is((await ask(peer, "/plain")).body, "plain {}");
      assert.is((await ask(peer, "/users/%ff/posts/1")).status, 400);
    },
  );
});

test("routes by host: names, names below, expressions, and the rest", () => {
  const app = new Application(
    [
      ["/", saying("any")],
      ["/both", saying("any")],
    ],
    QUIET,
  );
  app.addHandlers("www.Example.com", [["/", saying("www")]]);
  app.addHandlers("*.example.com", [
    ["/", saying("below")],
    ["/:page", saying("below")],
  ]);
  app.addHandlers(/api\d+/, [["/", saying("api")]]);
  return serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      assert.is(await askHost(peer, "WWW.example.COM:8080", "/"), "www {}");
      assert.is(await askHost(peer, "a.b.example.com", "/"), "below {}");
      // Every group whose host fits is asked, then those for any host.
      assert.is(await askHost(peer, "www.example.com", "/both"), 'below both {"page":"both"}');
      assert.is(await askHost(peer, "www.example.com", "/a/b"), "404");
      assert.is(await askHost(peer, "example.com", "/"), "any {}");
      assert.is(await askHost(peer, "api12", "/"), "api {}");
      assert.is(await askHost(peer, "api12.evil.com", "/"), "any {}");
      assert.is(await askHost(peer, "[::1]:80", "/both"), "any {}");
    }),
  );
});

test("takes unknown hosts for the default host, but not from a proxy", () => {
  const app = new Application([], { ...QUIET, defaultHost: "www.example.com" });
  app.addHandlers("www.example.com", [["/foo", saying("www")]]);
  app.addHandlers("other.example.com", [["/bar", saying("other")]]);
  return serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      assert.is(await askHost(peer, "www.example.com", "/foo"), "www {}");
      assert.is(await askHost(peer, "127.0.0.1", "/foo"), "www {}");
      assert.is(await askHost(peer, "127.0.0.1", "/bar"), "404");
      assert.is(await askHost(peer, "other.example.com", "/bar"), "other {}");
      assert.is(await askHost(peer, "127.0.0.1", "/foo", "X-Real-Ip: 127.0.0.1\r\n"), "404");
      assert.is(await askHost(peer, "www.example.com", "/foo", "X-Real-Ip: 127.0.0.1\r\n"), "www {}");
    }),
  );
});

test("routes by method, and by several things at once", () =>
  talk(
    [
      [new AllMatch(new MethodMatches("GET"), new PathMatches("/a/:id")), saying("got")],
      [new AllMatch(new PathMatches("/a/:id"), new MethodMatches("POST", "PUT")), { POST: (_, id) => `posted ${id}` }],
      [new AllMatch(new HostMatches("localhost"), new AnyMatches()), [["/b", saying("b")]]],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/a/1%2F")).body, 'got 1/ {"id":"1/"}');
      assert.is((await ask(peer, "/a/1", { method: "POST", body: "x" })).body, "posted 1");
      assert.is((await ask(peer, "/a/1", { method: "PUT", body: "x" })).status, 405);
      assert.is((await ask(peer, "/a/1", { method: "DELETE" })).status, 404);
      assert.is((await ask(peer, "/b")).body, "b {}");
    },
  ));

test("asks matchers of the program's own, and gives what they found as it is", () => {
  class Tenant extends Matcher {
    override match(request: HTTPServerRequest) {
      const tenant = request.headers.get("X-Tenant");
      return tenant === undefined ? undefined : { pathArgs: [tenant], pathKwargs: { tenant } };
    }
  }
  return talk(
    [
      [new AllMatch(new Tenant(), new PathMatches("/both/:id")), saying("both")],
      [new Tenant(), saying("tenant")],
      ["/", saying("none")],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/%20", { fields: "X-Tenant: a%20b\r\n" })).body, 'tenant a%20b {"tenant":"a%20b"}');
      assert.is((await ask(peer, "/")).body, "none {}");
      assert.is(
        (await ask(peer, "/both/c%20d", { fields: "X-Tenant: a%20b\r\n" })).body,
        'both a%20b c d {"tenant":"a%20b","id":"c d"}',
      );
    },
  );
});

test("mixes lists, applications, routers, delegates, factories and functions in one list", () => {
  const inner = new Application([["/inner/:id", saying("inner")]], QUIET);
  const closed: string[] = [];
  class Own extends Router {
    override findHandler(request: HTTPServerRequest): HTTPMessageDelegate | undefined {
      return request.path === "/own" ? new Echo(request.connection, "own") : undefined;
    }
  }
  const app = new Application(
    [
      [
        /\/list\/.*/,
        [
          ["/list/a", saying("a")],
          [/\/list\/deep.*/, [["/list/deep/:b", saying("b")]]],
        ],
      ],
      ["/list/last", saying("last")],
      [/\/inner.*/, inner],
      ["/own*".replace("*", ""), new Own()],
      [new AnyMatches(), new Own()],
      [
        "/delegate",
        {
          startRequest: (_: object, connection: HTTPConnection) => new Echo(connection, "delegate"),
          onClose: () => closed.push("delegate"),
        },
      ],
      ["/factory", toRouter((request) => (request.method === "PUT" ? new Echo(request.connection, "put") : undefined))],
      ["/factory", () => "later rule"],
      new Rule(new PathMatches("/function"), () => "function"),
    ],
    QUIET,
  );
  return serving(app, {}, async (port) => {
    await withPeer(port, async (peer) => {
      assert.is((await ask(peer, "/list/a")).body, "a {}");
      assert.is((await ask(peer, "/list/deep/1")).body, 'b 1 {"b":"1"}');
      assert.is((await ask(peer, "/list/last")).body, "last {}");
      assert.is((await ask(peer, "/list/none")).status, 404);
      assert.is((await ask(peer, "/inner/7")).body, 'inner 7 {"id":"7"}');
      // An application answers what it is given: its own 404 page.
      assert.match((await ask(peer, "/inner")).body, "404: Not Found");
      assert.is((await ask(peer, "/own", { method: "POST", body: "xyz" })).body, "own:xyz");
      assert.is((await ask(peer, "/delegate", { method: "POST", body: "abc" })).body, "delegate:abc");
      assert.is((await ask(peer, "/factory", { method: "PUT", body: "abc" })).body, "put:abc");
      assert.is((await ask(peer, "/factory")).body, "later rule");
      assert.is((await ask(peer, "/function")).body, "function");
      assert.is((await ask(peer, "*", { method: "OPTIONS" })).status, 204);
      assert.equal(closed, []);
      peer.destroy();
    });
    await withPeer(port, (peer) => ask(peer, "/own"));
    while (closed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(closed, ["delegate"]);
  });
});

test("gives content to a handler behind a router, whole or as it comes", () => {
  class Counting extends RequestHandler<"/stream/:id"> {
    #pieces = 0;
    #length = 0;
    override dataReceived(chunk: Uint8Array): void {
      this.#pieces++;
      this.#length += chunk.length;
    }
    override put(id: string): void {
      this.write(`${id} ${this.#length} ${this.#pieces > 1}`);
    }
  }
  const streamed = streamRequestBody(Counting);
  const app = new Application(
    [
      [
        new HostMatches("localhost"),
        [
          ["/up", { PUT: (request) => `${request.body.length}` }],
          ["/stream/:id", streamed],
        ],
      ],
    ],
    QUIET,
  );
  return serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      assert.is((await ask(peer, "/up", { method: "PUT", body: "x".repeat(200_000) })).body, "200000");
      assert.is((await ask(peer, "/up", { method: "PUT", body: "y" })).body, "1");
      assert.is((await ask(peer, "/stream/7", { method: "PUT", body: "x".repeat(200_000) })).body, "7 200000 true");
    }),
  );
});

test("answers with a router given to a server: applications by host, functions, and a bare 404", () => {
  const site = new Application([["/", saying("site")]], QUIET);
  const api = new Application([["/", saying("api")]], QUIET);
  const router = new RuleRouter([
    [new HostMatches("api.test"), api],
    [new HostMatches("site.test"), site],
    [
      "/callback",
      (request) => {
        const text = `callback ${request.body.toString()}`;
        void request.connection.writeHeaders(
          { code: 200, reason: "OK" },
          new HTTPHeaders({ "Content-Length": `${text.length}` }),
          text,
        );
        request.connection.finish();
      },
    ],
    [/\/nested\/.*/, [["/nested/x", { startRequest: (_: object, it: HTTPConnection) => new Echo(it, "nested") }]]],
  ]);
  return serving(router, {}, (port) =>
    withPeer(port, async (peer) => {
      assert.is(await askHost(peer, "api.test", "/"), "api {}");
      assert.is(await askHost(peer, "site.test:1", "/"), "site {}");
      assert.is((await ask(peer, "/callback", { method: "POST", body: "abc" })).body, "callback abc");
      assert.is((await ask(peer, "/nested/x")).body, "nested:");
      for (const target of ["/", "/nested/y"]) {
        const none = await ask(peer, target, { method: "POST", body: "dropped" });
        assert.is(none.status, 404);
        assert.is(none.headers["content-length"], "0");
      }
    }),
  );
});

test("answers 500 when a matcher fails, and the log has the stack", () => {
  class Failing extends Matcher {
    override match(): never {
      throw new Error("no idea");
    }
  }
  expectLog(/no idea/);
  return talk([[new Failing(), saying("never")]], async (peer) => {
    assert.is((await ask(peer, "/")).status, 500);
  });
});

test("routes that are added later are found, and those before them still", () => {
  const app = new Application([["/", saying("root")]], QUIET);
  return serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      assert.is((await ask(peer, "/")).body, "root {}");
      app.addHandlers("localhost", [["/later", saying("later")]]);
      assert.is((await ask(peer, "/later")).body, "later {}");
      assert.is((await ask(peer, "/")).body, "root {}");
    }),
  );
});

test("refuses routes it does not understand, and says what to give", () => {
  const refused = (make: () => unknown, words: RegExp): void => {
    try {
      make();
    } catch (error) {
      assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_ROUTE");
      assert.match((error as Error).message, words);
      return;
    }
    assert.unreachable(String(make));
  };
  const wrong = (target: unknown) => () => new Application([["/", target as never]]);
  refused(wrong(class Unrelated {}), /the class Unrelated/);
  refused(wrong(undefined), /undefined cannot be the target/);
  refused(wrong("handlers.Main"), /cannot be the target/);
  refused(wrong({}), /cannot be the target/);
  refused(wrong({ get: () => "" }), /get/);
  refused(wrong({ GET: 1 }), /GET/);
  refused(() => new Application([["/", () => "", { methods: [] }]]), /methods/);
  refused(
    () => new Application([["/", () => "", { method: "POST" }]]),
    /there is no option "method"; did you mean methods/,
  );
  refused(() => new Application([["/", new Application(), { any: 1 }]]), /takes no arguments/);
  refused(() => new Application([["/", [], { any: 1 }]]), /takes no arguments/);
  refused(() => new Application(["/" as never]), /a route is/);
  refused(() => new Application([[1 as never, RequestHandler]]), /a route is/);
  refused(() => new RuleRouter([["/", RequestHandler]]), /need an Application/);
  refused(() => new Rule("/" as never, RequestHandler), /Matcher/);
  for (const host of ["", "a/b", "a:80", "a.*", "*a"]) refused(() => new HostMatches(host), /is not a host/);
});

test("reads the groups of an expression: places, names, classes, nesting", () => {
  const names = (regexp: RegExp): unknown => new PathMatches(regexp).names;
  assert.equal(names(/\/(?<a>[(\])]x)(?:y)((?<b>z)|\()/), ["a", undefined, "b"]);
  assert.equal(names(/\/(?=x)(?!y)(?<=\/)(?<!z)(x)/), [undefined]);
  assert.equal(names(new RegExp("/([[a-z]--[b]])(?<c>x)", "v")), [undefined, "c"]);
  assert.equal(names(/\/\(\)/), []);
});

test("a reversible router finds the names of the routers below it", () => {
  const app = new Application([["/app/:id", saying("x"), {}, "in-app"]]);
  const router = new ReversibleRuleRouter([
    ["/here/:id", app, {}, "here"],
    [/\/app.*/, app],
    [/\/list.*/, [["/list/:id", app, {}, "in-list"]]],
  ]);
  assert.is(router.reverseUrl("here", 1), "/here/1");
  assert.is(router.reverseUrl("in-app", 2), "/app/2");
  assert.is(router.reverseUrl("in-list", { id: 3 }), "/list/3");
  assert.is(router.reverseUrl("nowhere"), undefined);
});

// RFC 3986 §6.2.2.1: the hexadecimal digits of "%3a" and "%3A" are equivalent.
test("escapes in a path are the same in lower and upper case", () => {
  class Named extends RequestHandler {
    override get(...args: (string | undefined)[]): void {
      this.write(JSON.stringify(args));
    }
  }
  const one: Route[] = [
    ["/café", Named],
    ["/caf%c3%a8/:name", Named],
    [/\/raw%c3%a9/, Named],
  ];
  const expected: readonly (readonly [string, number, string?])[] = [
    ["/caf%C3%A9", 200, "[]"],
    ["/caf%c3%a9", 200, "[]"],
    ["/caf%C3%a9", 200, "[]"],
    ["/caf%c3%a8/%c3%a9", 200, '["é"]'],
    ["/caf%C3%A8/x", 200, '["x"]'],
    ["/caf%C3%A0", 404],
    // A regular expression sees the path as it was sent.
    ["/raw%c3%a9", 200, "[]"],
    ["/raw%C3%A9", 404],
  ];
  const routes = async (list: readonly Route[]): Promise<void> =>
    talk(list, async (peer) => {
      for (const [path, status, body] of expected) {
        const answer = await ask(peer, path);
        assert.is(answer.status, status, path);
        if (body !== undefined) assert.is(Buffer.from(answer.body, "latin1").toString(), body, path);
      }
    });
  return routes(one).then(() => routes([[new PathMatches("/*"), one]]));
});

test.run();
