/** Content of requests that are refused whatever it is (404, 405) is not collected: short content is dropped and the connection kept, long content is not waited for. */
import * as assert from "uvu/assert";
import { Application, RequestHandler } from "../../src/web/index.ts";
import type { Route } from "../../src/web/index.ts";
import { AnyMatches, RuleRouter } from "../../src/web/routing/index.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";

class GetOnly extends RequestHandler {
  override get(): void {
    this.write("got");
  }
}
/** Its method is a property, not of the class. */
class ByProperty extends RequestHandler {
  override post = (): void => {
    this.write(String(this.request.body.length));
  };
}
/** Responds to any method in `prepare`. */
class Prepares extends RequestHandler {
  override prepare(): void {
    void this.finish(String(this.request.body.length));
  }
}
const routes: readonly Route[] = [
  ["/get", GetOnly],
  ["/function", () => "got"],
  ["/property", ByProperty],
  ["/prepares", Prepares],
];

const post = (path: string, length: number | "chunked", fields = ""): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}${
    length === "chunked" ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`
  }\r\n\r\n`;

const REFUSED = [
  ["/nowhere", 404],
  ["/get", 405],
  ["/function", 405],
] as const;

for (const [name, setup] of SETUPS) {
  const test = suite(`unread content · ${name}`, { deadline: 30 });
  const app = new Application(routes, { accessLog: false });
  const nested = new Application([["/*", app]] as never, { accessLog: false });

  for (const [path, status] of REFUSED) {
    test(`${path}: short content is dropped, and the connection kept`, () =>
      serving(app, setup, (port) =>
        withPeer(port, async (peer) => {
          for (const cut of [0, 3]) {
            const body = "GET /x";
            peer.write(post(path, body.length) + body.slice(0, cut));
            await new Promise((resolve) => setImmediate(resolve));
            peer.write(body.slice(cut));
            const got = await peer.answer();
            assert.is(got.status, status);
            assert.is(got.headers["connection"], undefined);
          }
        }),
      ));
    for (const [kind, head] of [
      ["long content", post(path, 90_000_000)],
      ["chunked content", post(path, "chunked")],
      ["content behind 100-continue", post(path, 10, "Expect: 100-continue\r\n")],
    ] as const) {
      test(`${path}: ${kind} is not waited for`, () =>
        serving(app, setup, (port) =>
          withPeer(port, async (peer) => {
            peer.write(head);
            const got = await peer.answer();
            assert.is(got.status, status, "and no 100 Continue before it");
            assert.is(got.headers["connection"], "close");
            assert.is(await peer.rest(), "");
          }),
        ));
    }
  }

  test("of 20 × 90 MB to a route that is not there nothing is kept", () =>
    serving(app, setup, async (port) => {
      const piece = Buffer.alloc(1_000_000, "x");
      const before = process.memoryUsage().rss;
      let most = 0;
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          withPeer(port, async (peer) => {
            peer.write(post(i % 2 === 0 ? "/nowhere" : "/get", 90_000_000));
            for (let sent = 0; sent < 90; sent++) {
              await new Promise<void>((resolve) => peer.socket.write(piece, () => resolve()));
              most = Math.max(most, process.memoryUsage().rss - before);
            }
            assert.is((await peer.answer()).status, i % 2 === 0 ? 404 : 405);
          }),
        ),
      );
      assert.ok(most < 250_000_000, `${Math.round(most / 1e6)} MB more`);
    }));

  test("a method that is a property of the handler gets its content", () =>
    serving(app, setup, (port) =>
      withPeer(port, async (peer) => {
        peer.write(`${post("/property", 5)}hello`);
        assert.is((await peer.answer()).body, "5");
      }),
    ));
  test("prepare gets the content, whatever the method", () =>
    serving(app, setup, (port) =>
      withPeer(port, async (peer) => {
        peer.write(`${post("/prepares", 5)}hello`);
        assert.is((await peer.answer()).body, "5");
      }),
    ));
  test("through routers, and with none of them", () =>
    serving(new RuleRouter([[new AnyMatches(), nested]] as never) as never, setup, async (port) => {
      for (const path of ["/nowhere", "/get"]) {
        await withPeer(port, async (peer) => {
          peer.write(post(path, 90_000_000));
          assert.is((await peer.answer()).status, path === "/get" ? 405 : 404);
        });
      }
    }));
  test("a router without any route", () =>
    serving(new RuleRouter([]) as never, setup, (port) =>
      withPeer(port, async (peer) => {
        peer.write(post("/", 90_000_000));
        const got = await peer.answer();
        assert.is(got.status, 404);
        assert.is(got.headers["connection"], "close");
      }),
    ));
  test("an XSRF token in dropped content is not missed: 405, not 403", () =>
    serving(new Application(routes, { accessLog: false, xsrfCookies: true }), setup, (port) =>
      withPeer(port, async (peer) => {
        peer.write(`${post("/get", 5)}hello`);
        assert.is((await peer.answer()).status, 405);
      }),
    ));
  test.run();
}
