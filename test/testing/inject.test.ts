/** `landspout/testing`: requests without a port, servers for the length of a test, expected log records. */
import { Buffer } from "node:buffer";
import * as net from "node:net";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { loggers } from "../../src/log.ts";
import { bindUnusedPort, expectLog, inject, withServer } from "../../src/testing/index.ts";
import type { InjectedAnswer } from "../../src/testing/index.ts";
import { Application, HTTPError, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { expectLog as logged, suite } from "../_support/suite.ts";

const test = suite("testing", { deadline: 20 });

class Echo extends RequestHandler {
  override get() {
    this.setCookie("a", "1");
    this.setCookie("b", "2");
    this.write(`${this.request.protocol} ${this.request.remoteIp} ${this.request.host} ${this.getArgument("q", "")}`);
  }
  override post() {
    this.write(this.request.body);
  }
  override put() {
    this.write({ name: this.getBodyArgument("name"), type: this.request.headers.get("Content-Type") ?? null });
  }
}
class Large extends RequestHandler {
  override async get() {
    for (let i = 0; i < 40; i++) {
      this.write("x".repeat(100_000));
      await this.flush();
    }
  }
}
const Counting = streamRequestBody(
  class extends RequestHandler {
    size = 0;
    override dataReceived(chunk: Uint8Array) {
      this.size += chunk.length;
    }
    override post() {
      this.write(String(this.size));
    }
  },
);
class Silent extends RequestHandler {
  override autoFinish = false;
  override get() {}
}
class Broken extends RequestHandler {
  override get() {
    throw new Error("broken");
  }
}
const app = new Application(
  [
    ["/", Echo],
    ["/large", Large],
    ["/count", Counting],
    ["/silent", Silent],
    ["/broken", Broken],
    [
      "/cut",
      class extends RequestHandler {
        override async get() {
          this.write("half");
          await this.flush();
          throw new HTTPError(500);
        }
      },
    ],
  ],
  { accessLog: false },
);

test("inject asks through the real parser and writer", async () => {
  const answer = await inject(app, { url: "/?q=a%20b", remoteIp: "10.0.0.9", secure: true });
  assert.is(answer.status, 200);
  assert.is(answer.reason, "OK");
  assert.is(answer.text(), "https 10.0.0.9 localhost a b");
  assert.equal(answer.headers.getList("Set-Cookie"), ["a=1; Path=/", "b=2; Path=/"]);
  assert.is((await inject(app, "/nothing")).status, 404);
  assert.is((await inject(app, { method: "HEAD", url: "/" })).body.length, 0);
  logged(/Malformed/);
  assert.is((await inject(app, { url: "/ bad" })).status, 400);
});

test("inject sends text, bytes, forms and objects", async () => {
  assert.is((await inject(app, { url: "/", body: "grün" })).text(), "grün");
  assert.equal((await inject(app, { url: "/", body: Buffer.from([0, 255]) })).body, Buffer.from([0, 255]));
  assert.equal((await inject(app, { url: "/", body: { a: [1] } })).json(), { a: [1] });
  const form = await inject(app, { method: "PUT", url: "/", body: new URLSearchParams({ name: "ann" }) });
  assert.is((form.json() as { name: string }).name, "ann");
  assert.is((await inject(app, { url: "/count", body: "x".repeat(1_000_000) })).text(), "1000000");
});

test("inject takes large answers; a request inside of another is no trouble", async () => {
  assert.is((await inject(app, "/large")).body.length, 4_000_000);
  const outer = new Application(
    [
      [
        "/",
        class extends RequestHandler {
          override async get() {
            const inner = await inject(app, "/?q=inner");
            this.write(`outer ${inner.text()}`);
          }
        },
      ],
    ],
    { accessLog: false },
  );
  assert.is((await inject(outer, "/")).text(), "outer http 127.0.0.1 localhost inner");
});

test("inject says so when there is no answer, or half of one", async () => {
  const code = async (url: string): Promise<unknown> =>
    inject(app, { url, timeout: 0.05 }).then(
      () => "answered",
      (error: { code?: string }) => error.code,
    );
  assert.is(await code("/silent"), "ERR_LANDSPOUT_INJECT");
  logged(/^Cannot send the error page 500 after the header has been sent: GET \/cut/);
  assert.is(await code("/cut"), "ERR_LANDSPOUT_INJECT");
});

test("withServer serves on a port of its own, and closes", async () => {
  let address = "";
  await withServer(app, async ({ fetch, url, port }) => {
    address = url("/");
    assert.ok(port > 0);
    assert.match(await (await fetch("/?q=x")).text(), "x");
    assert.match(await (await fetch(url("/?q=y"))).text(), "y");
  });
  assert.ok(
    await fetch(address).then(
      () => false,
      () => true,
    ),
  );
});

test("expectLog swallows what it expects, and insists on it", async () => {
  await expectLog("application", /broken/, () => inject(app, "/broken"), { level: "error" });
  const error = await expectLog("application", "never", () => 1).catch((thrown: { code?: string }) => thrown.code);
  assert.is(error, "ERR_LANDSPOUT_EXPECT_LOG");
  assert.is(await expectLog("application", "never", () => 1, { required: false }), 1);
  assert.type(loggers.application.error, "function");
});

test("bindUnusedPort holds a port until it is released", async () => {
  const bound = await bindUnusedPort();
  const taken = net.createServer().listen(bound.port, "127.0.0.1");
  await once(taken, "error");
  await bound.release();
  const free = net.createServer().listen(bound.port, "127.0.0.1");
  await once(free, "listening");
  free.close();
});

test("wire: false gives the answers that the parser's way gives", async () => {
  const asked = [
    { url: "/?q=€" },
    { url: "/", method: "HEAD" },
    { url: "/", body: "some text" },
    { url: "/", method: "PUT", body: new URLSearchParams({ name: "ada" }) },
    { url: "/count", body: "x".repeat(1_000_000) },
    { url: "/large" },
    { url: "/nowhere" },
    { url: "*" },
    { url: "/", remoteIp: "192.0.2.1", secure: true },
  ];
  logged("request target", { level: "info" });
  for (const one of asked) {
    const [wired, direct] = [await inject(app, one), await inject(app, { ...one, wire: false })];
    const fields = (answer: InjectedAnswer): string[] =>
      answer.headers
        .getAll()
        .map(([name, value]) => `${name}: ${name === "Date" ? "" : value}`)
        .filter((line) => !line.startsWith("Transfer-Encoding"));
    assert.equal([direct.status, direct.reason, fields(direct)], [wired.status, wired.reason, fields(wired)], one.url);
    assert.ok(direct.body.equals(wired.body), one.url);
  }
  await assertRejects(inject(app, { url: "/silent", timeout: 0.05, wire: false }), /not answered in 0.05 seconds/);
  await assertRejects(inject(app, { url: "/", wire: 1 as unknown as boolean }), /wire must be true or false/);
  await assertRejects(inject(app, { url: "/a", wired: false } as { url: string }), /did you mean wire\?/);
});

async function assertRejects(pending: Promise<unknown>, message: RegExp): Promise<void> {
  const error: unknown = await pending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.match(String(error), message);
}

test.run();
