/** Functions as routes, the ready-made handlers of routing, and paths made from names. */
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { reverse, URLSpec } from "../../src/web/routing/index.ts";
import {
  Application,
  ErrorHandler,
  FallbackHandler,
  HTTPError,
  RedirectHandler,
  RequestHandler,
  route,
  url,
} from "../../src/web/index.ts";
import type { Settings } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("routes and handlers", { deadline: 20 });
const QUIET: Settings = { accessLog: false };

const codeOf = (make: () => unknown): string | undefined => {
  try {
    make();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

test("functions get the request and the captured parts, and what they return is written", () =>
  talk(
    [
      ["/text", () => "text"],
      ["/object/:id", (request, id) => ({ id, same: request.params["id"] })],
      route("/typed/:a/:b", (request, a, b) => `${a} ${b} ${request.params.a} ${request.params.b}`),
      route(/\/r(?<year>\d+)(\.json)?/, (request, year, suffix) => ({ year, same: request.params.year, suffix })),
      [
        "/this",
        function () {
          this.setStatus(201);
          this.setHeader("X-Made", "here");
          this.finish("made");
        },
      ],
      ["/bytes", () => new Uint8Array([65, 66])],
      ["/nothing", () => undefined],
      ["/params", (request) => Object.keys(request.params).length.toString()],
      ["/later", async () => "later"],
      [
        "/error",
        () => {
          throw new HTTPError(418);
        },
      ],
      ["/response", () => new Response("teapot", { status: 202, headers: { "X-Own": "1" } })],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/text")).body, "text");
      assert.is((await ask(peer, "/text", { method: "HEAD" })).headers["content-length"], "4");
      assert.is((await ask(peer, "/object/a%2Fb")).body, '{"id":"a/b","same":"a/b"}');
      assert.is((await ask(peer, "/typed/1/2")).body, "1 2 1 2");
      assert.is((await ask(peer, "/r2024")).body, '{"year":"2024","same":"2024"}');
      assert.is((await ask(peer, "/r2024.json")).body, '{"year":"2024","same":"2024","suffix":".json"}');
      const made = await ask(peer, "/this");
      assert.equal([made.status, made.headers["x-made"], made.body], [201, "here", "made"]);
      assert.is((await ask(peer, "/bytes")).body, "AB");
      assert.is((await ask(peer, "/nothing")).body, "");
      assert.is((await ask(peer, "/params")).body, "0");
      assert.is((await ask(peer, "/later")).body, "later");
      assert.is((await ask(peer, "/error")).status, 418);
      const response = await ask(peer, "/response");
      assert.equal([response.status, response.headers["x-own"], response.body], [202, "1", "teapot"]);
    },
  ));

test("functions answer GET and HEAD unless other methods are named; 405 says which", () =>
  talk(
    [
      ["/read", () => "read"],
      ["/write", (request) => request.body.toString(), { methods: ["POST", "PUT"] }],
      [
        "/each",
        {
          GET: () => "got",
          HEAD() {
            this.setHeader("X-Head", "own");
          },
          DELETE: () => "deleted",
          OPTIONS: () => undefined,
          PROPFIND: () => "found",
        },
      ],
      route("/typed/:id", { PATCH: (request, id) => `${id}: ${request.body.toString()}` }, { name: "typed" }),
    ],
    async (peer, app) => {
      const refused = await ask(peer, "/read", { method: "DELETE" });
      assert.equal([refused.status, refused.headers["allow"]], [405, "GET, HEAD"]);
      assert.is((await ask(peer, "/write", { method: "POST", body: "abc" })).body, "abc");
      assert.is((await ask(peer, "/write", { method: "PUT", body: "def" })).body, "def");
      const unread = await ask(peer, "/write");
      assert.equal([unread.status, unread.headers["allow"]], [405, "POST, PUT"]);
      assert.is((await ask(peer, "/each")).body, "got");
      assert.is((await ask(peer, "/each", { method: "HEAD" })).headers["x-head"], "own");
      assert.is((await ask(peer, "/each", { method: "DELETE" })).body, "deleted");
      assert.is((await ask(peer, "/each", { method: "OPTIONS" })).status, 200);
      assert.is((await ask(peer, "/each", { method: "PROPFIND" })).body, "found");
      assert.is((await ask(peer, "/typed/7", { method: "PATCH", body: "x" })).body, "7: x");
      assert.is(app.reverseUrl("typed", 7), "/typed/7");
    },
  ));

test("an ErrorHandler answers every method with its status, without a token", () =>
  talk(
    [
      ["/gone", ErrorHandler, { statusCode: 410 }],
      ["/default", ErrorHandler],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/gone")).status, 410);
      assert.is((await ask(peer, "/gone", { method: "POST", body: "x" })).status, 410);
      assert.is((await ask(peer, "/default", { method: "DELETE" })).status, 404);
      assert.is((await ask(peer, "/elsewhere", { method: "POST", body: "x" })).status, 418);
    },
    { xsrfCookies: true, defaultHandlerClass: ErrorHandler, defaultHandlerArgs: { statusCode: 418 } },
  ));

test("redirects, with captured parts in place and the query carried over", () =>
  talk(
    [
      ["/simple", RedirectHandler, { url: "/there" }],
      ["/for-now", RedirectHandler, { url: "/there", permanent: false }],
      ["/kept", RedirectHandler, { url: "/there", status: 308 }],
      ["/query", RedirectHandler, { url: "/there?a=1#part" }],
      [/\/a\/(.*?)\/(.*?)\/(.*)/, RedirectHandler, { url: "/{1}/{0}/{2}" }],
      ["/users/:id", RedirectHandler, { url: "/people/{id}/{{x}}" }],
      ["/sub/:label/*", RedirectHandler, { url: "https://{label}.example.com/{1}" }],
      ["/out/*", RedirectHandler, { url: "https://example.com/{0}" }],
      [/\/tail(.*)/, RedirectHandler, { url: "https://example.com{0}" }],
      [/\/relative\/(.*)/, RedirectHandler, { url: "new/{0}" }],
    ],
    async (peer) => {
      const to = async (target: string, method = "GET"): Promise<string> => {
        const { status, headers } = await ask(peer, target, { method });
        return [status, headers["location"]].filter((part) => part !== undefined).join(" ");
      };
      assert.is(await to("/simple"), "301 /there");
      assert.is(await to("/simple", "HEAD"), "301 /there");
      assert.is(await to("/simple", "DELETE"), "405");
      assert.is(await to("/for-now"), "302 /there");
      assert.is(await to("/kept"), "308 /there");
      assert.is(await to("/simple?b=1&b=%20+"), "301 /there?b=1&b=%20+");
      assert.is(await to("/query?b=2"), "301 /there?a=1&b=2#part");
      assert.is(await to("/a/1/2/3%2F%20%C3%BC?q"), "301 /2/1/3/%20%C3%BC?q");
      assert.is(await to("/users/a%20b"), "301 /people/a%20b/{x}");
      assert.is(await to("/sub/de/x/y"), "301 https://de.example.com/x/y");
      assert.is(await to("/out/x?y"), "301 https://example.com/x?y");
      assert.is(await to("/tail/x"), "301 https://example.com/x");
      assert.is(await to("/tail"), "301 https://example.com");
      assert.is(await to("/relative/x"), "301 new/x");
      // CR and LF stay encoded; `?` and `#` start nothing.
      assert.is(await to("/out/a%0d%0aX:%3F%23"), "301 https://example.com/a%0D%0AX%3A%3F%23");
    },
  ));

test("a redirection goes to no host that the path names", () =>
  talk(
    [
      [/\/all(.*)/, RedirectHandler, { url: "{0}" }],
      [/\/old\/(.*)/, RedirectHandler, { url: "/{0}" }],
      ["/sub/:label", RedirectHandler, { url: "https://{label}.example.com/" }],
      [/\/tail(.*)/, RedirectHandler, { url: "https://example.com{0}" }],
      ["/host/:host", RedirectHandler, { url: "https://{host}/" }],
      ["/missing", RedirectHandler, { url: "/{0}" }],
      ["/unknown/:id", RedirectHandler, { url: "/{name}" }],
    ],
    async (peer) => {
      const status = async (target: string): Promise<number> => (await ask(peer, target)).status;
      assert.is(await status("/all/x"), 301);
      assert.is(await status("/all//evil.com"), 404);
      assert.is(await status("/all/%5Cevil.com"), 301);
      assert.is(await status("/allhttps://evil.com"), 404);
      assert.is(await status("/old//evil.com"), 404);
      assert.is(await status("/old/%2Fevil.com"), 404);
      for (const label of ["evil.com%2F", "evil.com%23", "user%40evil", "a.b", "%00"])
        assert.is(await status(`/sub/${label}`), 404, label);
      for (const tail of [".evil.com", "@evil.com", ":80@evil.com", "x"])
        assert.is(await status(`/tail${tail}`), 404, tail);
      expectLog(/its host must not come from the path/);
      assert.is(await status("/host/evil.com"), 500);
      expectLog(/captures nothing for \{0\}/);
      assert.is(await status("/missing"), 500);
      expectLog(/captures nothing for \{name\}/);
      assert.is(await status("/unknown/1"), 500);
    },
  ));

test("a FallbackHandler leaves requests to functions and to other programs", () => {
  const answer = (request: HTTPServerRequest): void => {
    const text = `${request.method} ${request.body.length}`;
    void request.connection.writeHeaders(
      { code: 200, reason: "OK" },
      new HTTPHeaders({ "Content-Length": `${text.length}` }),
      text,
    );
    request.connection.finish();
  };
  const other = new Application([["/app/:id", { POST: (request, id) => `${id} ${request.body.length}` }]], QUIET);
  class Checked extends FallbackHandler {
    override async prepare(): Promise<void> {
      if (!this.request.headers.has("X-Key")) throw new HTTPError(403);
      await super.prepare();
    }
  }
  const fail = async (): Promise<void> => {
    await null;
    throw new Error("the fallback failed");
  };
  return talk(
    [
      ["/function", FallbackHandler, { fallback: answer }],
      ["/app/*", FallbackHandler, { fallback: other }],
      ["/checked", Checked, { fallback: answer }],
      ["/fails", FallbackHandler, { fallback: fail }],
      ["/wrong", FallbackHandler, {}],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/function", { method: "PROPFIND", body: "abc" })).body, "PROPFIND 3");
      assert.is((await ask(peer, "/app/7", { method: "POST", body: "x".repeat(150_000) })).body, "7 150000");
      assert.is((await ask(peer, "/app/7")).status, 405);
      assert.is((await ask(peer, "/checked")).status, 403);
      assert.is((await ask(peer, "/checked", { fields: "X-Key: 1\r\n" })).body, "GET 0");
      expectLog(/the fallback failed/);
      assert.is((await ask(peer, "/fails")).status, 500);
      expectLog(/needs \{ fallback \}/);
      assert.is((await ask(peer, "/wrong")).status, 500);
    },
    { xsrfCookies: true },
  );
});

test("makes paths of named routes, with values in order or by name", () => {
  const nested = new Application([["/nested/:x", RequestHandler, {}, "nested"]]);
  const app = new Application([
    url("/", RequestHandler, {}, "root"),
    ["/users/:id/posts/:post", RequestHandler, undefined, "post"],
    ["/files/*path", RequestHandler, undefined, "file"],
    ["/über/*", RequestHandler, undefined, "umlaut"],
    [/^\/r\.(\d+)\/(?<name>[(\])]+|(?:x))\/$/, RequestHandler, undefined, "regexp"],
    [/\/list\/.*/, [["/list/:a", RequestHandler, {}, "listed"]]],
    [/\/nested\/.*/, nested],
  ]);
  app.addHandlers("other.test", [["/host/:a", RequestHandler, {}, "hosted"]]);
  assert.is(app.reverseUrl("root"), "/");
  assert.is(app.reverseUrl("post", 7, "a b"), "/users/7/posts/a%20b");
  assert.is(app.reverseUrl("post", { post: "ü/?#%", id: 12n }), "/users/12/posts/%C3%BC%2F%3F%23%25");
  assert.is(app.reverseUrl("post", Buffer.from([0xff]), "!'()*"), "/users/%FF/posts/%21%27%28%29%2A");
  assert.is(app.reverseUrl("file", "a b/c"), "/files/a%20b/c");
  assert.is(app.reverseUrl("file", ""), "/files/");
  assert.is(app.reverseUrl("umlaut", "x"), "/%C3%BCber/x");
  assert.is(app.reverseUrl("regexp", 1, "a/b"), "/r.1/a/b/");
  assert.is(app.reverseUrl("listed", 1), "/list/1");
  assert.is(app.reverseUrl("nested", 1), "/nested/1");
  assert.is(app.reverseUrl("hosted", 1), "/host/1");
  for (const wrong of [
    () => app.reverseUrl("nowhere"),
    () => app.reverseUrl("post", 1),
    () => app.reverseUrl("post", 1, 2, 3),
    () => app.reverseUrl("post", { id: 1 }),
    () => app.reverseUrl("post", { id: 1, post: 2, more: 3 }),
    () => app.reverseUrl("regexp", { name: "x" }),
    () => app.reverseUrl("post", "", 1),
    () => app.reverseUrl("post", 1, undefined as never),
    // What a client would take apart before it asks.
    () => app.reverseUrl("post", "..", "x"),
    () => app.reverseUrl("file", "a/../../b"),
    () => app.reverseUrl("file", "."),
    () => reverse("/*", "/evil.com"),
  ])
    assert.is(codeOf(wrong), "ERR_LANDSPOUT_REVERSE", String(wrong));
});

test("makes no path of an expression that could mean several", () => {
  for (const pattern of [
    /\/a?/,
    /\/(a)?/,
    /\/(a(b))/,
    /\/(?:a)/,
    /\/[a]/,
    /\/a|\/b/,
    /\/\d/,
    /\/.x/,
    /\/(a)+/,
    /\/x{2}/,
  ])
    assert.is(
      codeOf(() => new URLSpec(pattern, RequestHandler).reverse(1)) ?? "made",
      "ERR_LANDSPOUT_REVERSE",
      `${pattern}`,
    );
  assert.is(new URLSpec(/\/a\.b-(\d+)/, RequestHandler).reverse(3), "/a.b-3");
});

test("what is made of a value comes back as that value", () =>
  talk([route("/one/:part", (_request, part) => part), route("/all/*", (_request, all) => all)], async (peer) => {
    for (const value of ["a b", "ü", "a/b", "%2F", "50%", "a+b", "?", "#x", ":", "…", "a;b,c=d&e"]) {
      assert.is(utf8((await ask(peer, reverse("/one/:part", value))).body), value);
      assert.is(utf8((await ask(peer, reverse("/all/*", { "*": value }))).body), value);
    }
  }));
const utf8 = (body: string): string => Buffer.from(body, "latin1").toString();

test("handlers make paths of names too, and warn of a name given twice", () => {
  class Link extends RequestHandler {
    override get(): void {
      this.write(this.reverseUrl("link", { id: "x y" }));
    }
  }
  expectLog("Several routes are named link");
  return talk(
    [
      ["/first/:id", Link, {}, "link"],
      ["/link/:id", Link, {}, "link"],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/link/1")).body, "/link/x%20y");
    },
  );
});

test.run();
