/** A handler needs no `Application`: whatever has the seven members of `HandlerHost` will do. */
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HandlerHost } from "../../src/web/handler/host.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";
import { withPeer } from "../_support/wire.ts";
import { ask } from "./_talk.ts";

const test = suite("the host of a handler", { deadline: 20 });

class Page extends RequestHandler {
  override get(): void {
    this.setCookie("seen", "1");
    this.write({ user: this.currentUser, link: this.reverseUrl("home"), file: this.staticUrl("a.js") });
  }
  override post(): void {
    throw new Error("wrong");
  }
}

test("answers, counts and logs for a host that is no Application", async () => {
  const calls: string[] = [];
  const host: HandlerHost = {
    settings: {},
    etags: true,
    transforms: [],
    staticUrl: (path) => `/files/${path}`,
    reverseUrl: (name) => `/${name}`,
    requestFinished: (handler) => void calls.push(`finished ${handler.getStatus()}`),
    logException: (_handler, error) => void calls.push(String(error)),
  };
  const server = new HTTPServer((request) => {
    const handler = new Page(host as Application, request);
    if (request.method === "GET") {
      handler.get();
      void handler.finish();
      return;
    }
    try {
      handler.post();
    } catch (error) {
      handler.logException(error);
      handler.sendError(500, { error });
    }
  });
  await server.listen(0);
  try {
    await withPeer(server.port, async (peer) => {
      const got = await ask(peer, "/");
      assert.equal(JSON.parse(got.body), { user: null, link: "/home", file: "/files/a.js" });
      assert.match(String(got.headers["etag"]), /^"[0-9a-f]{32}"$/);
      assert.is((await ask(peer, "/", { method: "POST" })).status, 500);
    });
  } finally {
    await server.stop();
  }
  assert.equal(calls, ["finished 200", "Error: wrong", "finished 500"]);
});

test.run();
