/** Targets with bytes that RFC 3986 does not allow unescaped: taken by default, refused by `strictTarget`, and harmless wherever they go. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { FetchContainer } from "../../src/adapters/index.ts";
import { Application, RequestHandler, StaticFileHandler } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";
import type { Answer } from "../_support/wire.ts";

class Shows extends RequestHandler {
  override get(...captured: (string | undefined)[]): void {
    const { uri, path, query } = this.request;
    this.write({ uri, path, query, captured, q: this.getArguments("q"), url: this.request.fullUrl() });
  }
}

const folder = mkdtempSync(join(tmpdir(), "landspout-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "é.txt"), "file");

const routes = [
  ["/at/:name", Shows],
  [/\/r\/(.*)/, Shows],
  ["/café", Shows],
  ["/files/*", StaticFileHandler, { path: folder }],
  ["/fetch/*", new FetchContainer((request: Request) => new Response(request.url))],
  ["/*", Shows],
] as never;

/** A target of bytes, given as latin1 text. */
const request = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

for (const [name, setup] of SETUPS) {
  const test = suite(`targets · ${name}`, { deadline: 20 });
  const log: string[] = [];
  const ask = async (target: string, options: object = {}): Promise<Answer> =>
    serving(
      new Application(routes, {
        logFunction: (handler) =>
          log.push(`${handler.request.method} ${handler.request.uri} ${String(handler.request)}`),
      }),
      { ...setup, ...options },
      (port) =>
        withPeer(port, (peer) => {
          peer.write(request(target));
          return peer.answer();
        }),
    );
  const shown = async (target: string): Promise<{ [name: string]: unknown }> => {
    const { status, body } = await ask(target);
    assert.is(status, 200, target);
    return JSON.parse(Buffer.from(body, "latin1").toString()) as { [name: string]: unknown };
  };

  test("JSON in a query, as curl sends it", async () => {
    const { uri, query, q } = await shown('/x?q={"a":["<b>|\\^`"]}');
    assert.is(uri, '/x?q={"a":["<b>|\\^`"]}');
    assert.is(query, 'q={"a":["<b>|\\^`"]}');
    assert.equal(q, ['{"a":["<b>|\\^`"]}']);
  });
  test("UTF-8 in path and query is what its escapes are", async () => {
    for (const target of [utf8("/at/é?q=ü€"), "/at/%C3%A9?q=%C3%BC%E2%82%AC"]) {
      const { uri, path, query, captured, q } = await shown(target);
      assert.is(uri, "/at/%C3%A9?q=%C3%BC%E2%82%AC");
      assert.is(path, "/at/%C3%A9");
      assert.is(query, "q=%C3%BC%E2%82%AC");
      assert.equal(captured, ["é"]);
      assert.equal(q, ["ü€"]);
    }
  });
  test("a route with the character finds it", async () => {
    assert.is((await shown(utf8("/café")))["path"], "/caf%C3%A9");
  });
  test("a regular expression captures it decoded", async () => {
    assert.equal((await shown(utf8("/r/é")))["captured"], (await shown("/r/%C3%A9"))["captured"]);
  });
  test("a file with that name is found", async () => {
    assert.is((await ask(utf8("/files/é.txt"))).body, "file");
  });
  test("bytes that are no UTF-8 are answered as their escapes are", async () => {
    expectLog(/Invalid unicode in/);
    for (const path of ["/at/", "/files/", "/x?q="]) {
      assert.is((await ask(`${path}\xff\x80`)).status, (await ask(`${path}%FF%80`)).status, path);
    }
  });
  test("C1 controls get into no log and no header", async () => {
    log.length = 0;
    for (const { message } of expectLog(/^400 GET \/at\/%9B31m%85\?%80 /).records) log.push(message);
    await ask("/at/\x9b31m\x85?\x80");
    assert.is(log.length, 1);
    for (const line of log) assert.match(line, /^[\x20-\x7e]+$/);
    assert.match(log[0] ?? "", "/at/%9B31m%85?%80");
  });
  test("an absolute-form target too", async () => {
    const { uri, path } = await shown(utf8("http://localhost/at/é"));
    assert.is(uri, "http://localhost/at/%C3%A9");
    assert.is(path, "/at/%C3%A9");
  });
  test("the URL of a Fetch request is that of the same path", async () => {
    const { body } = await ask(utf8('/fetch/a\\b"<>^`{|}é?"\\'));
    assert.is(body, "http://localhost/fetch/a%5Cb%22%3C%3E%5E%60%7B%7C%7D%C3%A9?%22%5C");
    assert.is(new URL(body).pathname, "/fetch/a%5Cb%22%3C%3E%5E%60%7B%7C%7D%C3%A9");
  });
  test("a zone in Host is served, and no part of a URL of the Fetch standard", () =>
    serving(new Application(routes, { accessLog: false }), setup, (port) =>
      withPeer(port, async (peer) => {
        peer.write("GET /fetch/a HTTP/1.1\r\nHost: [fe80::1%eth0]:8080\r\n\r\n");
        assert.is((await peer.answer()).body, "http://[fe80::1]:8080/fetch/a");
      }),
    ));

  for (const target of ['/?"', "/<", "/>", "/\\", "/^", "/`", "/{", "/|", "/}", "/\x80", utf8("/?é")]) {
    test(`${JSON.stringify(target)} is refused with strictTarget`, async () => {
      expectLog(/does not allow unescaped/);
      const { status, body } = await ask(target, { strictTarget: true });
      assert.is(status, 400);
      assert.match(body, "ERR_LANDSPOUT_TARGET_STRICT");
    });
  }
  test("strictTarget takes every byte of a URI", async () => {
    const all = "/-._~!$&'()*+,;=:@%41%zz[]/?/?-._~!$&'()*+,;=:@";
    assert.is((await ask(all, { strictTarget: true })).status, 200);
  });
  for (const byte of ["#", "\t", "\x00", "\x1f", "\x7f"]) {
    test(`${JSON.stringify(byte)} is refused always`, async () => {
      expectLog(/Malformed HTTP message/);
      assert.is((await ask(`/a${byte}b`)).status, 400);
    });
  }
  test.run();
}
