/** `authenticated`, `addslash`, `removeslash`, extra methods, settings and the page of an exception in debug. */
import * as assert from "uvu/assert";
import {
  addslash,
  asynchronous,
  authenticated,
  removeslash,
  RequestHandler,
  streamRequestBody,
} from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("decorators", { deadline: 20 });

class Private extends RequestHandler {
  override getCurrentUser() {
    return this.getCookie("user", null);
  }
  override get = authenticated(function (this: RequestHandler) {
    this.write(`hello ${String(this.currentUser)}`);
  });
  override post = authenticated(function (this: RequestHandler) {
    this.write("posted");
  });
}

test("authenticated sends strangers to the login page and refuses their posts", () =>
  talk(
    [["/private", Private]],
    async (peer) => {
      assert.is((await ask(peer, "/private", { fields: "Cookie: user=ann\r\n" })).body, "hello ann");
      const stranger = await ask(peer, "/private?a=1&b=2");
      assert.is(stranger.status, 302);
      assert.is(stranger.headers["location"], "/login?next=%2Fprivate%3Fa%3D1%26b%3D2");
      assert.is((await ask(peer, "/private", { method: "POST", body: "x" })).status, 403);
    },
    { loginUrl: "/login" },
  ));

test("they are decorators where the language has them", () => {
  class Decorated extends RequestHandler {
    override getCurrentUser() {
      return this.getCookie("user", null);
    }
    @authenticated
    override get() {
      this.write("hello");
    }
    @asynchronous
    override post() {
      setImmediate(() => void this.finish("later"));
    }
  }
  @streamRequestBody
  class Counting extends RequestHandler {
    size = 0;
    override dataReceived(chunk: Uint8Array) {
      this.size += chunk.length;
    }
    override put() {
      this.write(String(this.size));
    }
  }
  return talk(
    [
      ["/", Decorated],
      ["/count", Counting],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/")).status, 302);
      assert.is((await ask(peer, "/", { fields: "Cookie: user=ann\r\n" })).body, "hello");
      assert.is((await ask(peer, "/", { method: "POST", body: "x" })).body, "later");
      assert.is((await ask(peer, "/count", { method: "PUT", body: "abc" })).body, "3");
    },
    { loginUrl: "/login" },
  );
});

test("authenticated gives another host the whole address", () =>
  talk(
    [["/private", Private]],
    async (peer) => {
      const { headers } = await ask(peer, "/private");
      assert.is(headers["location"], "https://id.example/?next=http%3A%2F%2Flocalhost%2Fprivate".replace("/?", "/?"));
    },
    { loginUrl: "https://id.example/" },
  ));

test("authenticated without loginUrl says which setting is missing", () =>
  talk([["/private", Private]], async (peer) => {
    expectLog(/'loginUrl' setting/, { logger: "application" });
    assert.is((await ask(peer, "/private")).status, 500);
  }));

test("an asynchronous getCurrentUser lets nobody in", () =>
  talk(
    [
      [
        "/",
        class extends Private {
          override getCurrentUser() {
            return Promise.resolve(null) as unknown as null;
          }
        },
      ],
    ],
    async (peer) => {
      expectLog(/must not return a promise/, { logger: "application" });
      assert.is((await ask(peer, "/")).status, 500);
    },
    { loginUrl: "/login" },
  ));

test("addslash and removeslash redirect, keep the query and never lead off the site", () => {
  class Add extends RequestHandler {
    override get = addslash(function (this: RequestHandler) {
      this.write("add");
    });
  }
  class Remove extends RequestHandler {
    override get = removeslash(function (this: RequestHandler) {
      this.write("remove");
    });
    override post = removeslash(function (this: RequestHandler) {
      this.write("posted");
    });
  }
  return talk(
    [
      [/\/add.*/, Add],
      [/\/\/.*/, Add],
      ["/", Remove],
      [/\/remove.*/, Remove],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/add/")).body, "add");
      const add = await ask(peer, "/add?x=1");
      assert.is(add.status, 301);
      assert.is(add.headers["location"], "/add/?x=1");
      assert.is((await ask(peer, "/remove//?x=1")).headers["location"], "/remove?x=1");
      assert.is((await ask(peer, "/")).body, "remove");
      assert.is((await ask(peer, "/remove/", { method: "POST" })).status, 404);
      assert.is((await ask(peer, "//evil.example")).status, 404);
    },
  );
});

test("answers methods of the class's own", () =>
  talk(
    [
      [
        "/",
        class extends RequestHandler {
          static override extraMethods = ["PROPFIND"];
          propfind() {
            this.write("found");
          }
          secret() {
            this.write("never");
          }
        },
      ],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/", { method: "PROPFIND" })).body, "found");
      assert.is((await ask(peer, "/", { method: "SECRET" })).status, 405);
    },
  ));

class Failing extends RequestHandler {
  override get() {
    throw new Error("<b>broken</b>", { cause: new TypeError("the root") });
  }
}

test("shows an exception in debug, escaped, without the secrets of the request", () =>
  talk(
    [["/", Failing]],
    async (peer) => {
      expectLog(/broken/, { logger: "application" });
      const { status, body } = await ask(peer, "/", { fields: "Cookie: session=hidden\r\nX-Shown: <i>yes\r\n" });
      assert.is(status, 500);
      assert.match(body, "&#60;b&#62;broken");
      assert.match(body, "caused by TypeError: the root");
      assert.match(body, "new Error(&#34;&#60;b&#62;broken", "~> the source line");
      assert.match(body, "X-Shown<td>&#60;i&#62;yes");
      assert.not.match(body, "hidden");
      assert.not.match(body, "<i>");
    },
    { debug: true },
  ));

test("shows nothing of an exception otherwise", () =>
  talk([["/", Failing]], async (peer) => {
    expectLog(/broken/, { logger: "application" });
    assert.not.match((await ask(peer, "/")).body, "broken");
  }));

test.run();
