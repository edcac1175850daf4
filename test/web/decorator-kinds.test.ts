/**
 * The decorators of methods under both kinds of decorators: the standard one, and the older one that a tsconfig turns on by `experimentalDecorators`.
 * Called as both compilers call them (ECMAScript; `__decorate` of TypeScript), and compiled by each runtime's own.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { inject } from "../../src/testing/index.ts";
import {
  addslash,
  Application,
  asynchronous,
  authenticated,
  removeslash,
  RequestHandler,
} from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";
import { withConsumer } from "../package/_consumer.ts";

const test = suite("kinds of decorators", { deadline: 60 });
const DECORATORS = { addslash, asynchronous, authenticated, removeslash };
type Loose = (...args: unknown[]) => unknown;

const PROGRAM = `import { Application, authenticated, RequestHandler, streamRequestBody } from "landspout";
import { inject } from "landspout/testing";
class Private extends RequestHandler {
  override getCurrentUser() { return this.getCookie("user", null); }
  @authenticated
  override get() { this.write("hello"); }
}
@streamRequestBody
class Streamed extends RequestHandler {
  size = 0;
  override dataReceived(chunk: Uint8Array) { this.size += chunk.length; }
  override post() { this.write(String(this.size)); }
}
const app = new Application([["/", Private], ["/s", Streamed]], { accessLog: false, loginUrl: "/login" });
const [stranger, known, streamed] = [
  await inject(app, "/"),
  await inject(app, { url: "/", headers: { Cookie: "user=ann" } }),
  await inject(app, { url: "/s", body: "four" }),
];
console.log(stranger.status, known.text(), streamed.text());
`;

for (const experimentalDecorators of [false, true]) {
  const kind = experimentalDecorators ? "experimentalDecorators" : "standard decorators";
  test(`a program with ${kind}, compiled by TypeScript`, () =>
    withConsumer({ "app.ts": PROGRAM }, async ({ folder, compile }) => {
      const options = { module: "nodenext", experimentalDecorators, skipLibCheck: true };
      assert.is(await compile("typescript", options), "");
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "app.js")], { cwd: folder });
      assert.is(stdout.trim(), "302 hello 4");
    }));

  if ("Bun" in globalThis)
    test(`a program with ${kind}, run by Bun as it is`, () =>
      withConsumer({ "app.ts": PROGRAM }, async ({ folder }) => {
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { experimentalDecorators } }));
        const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "app.ts")], { cwd: folder });
        assert.is(stdout.trim(), "302 hello 4");
      }));
}

test("each one decorates a method, by every way", async () => {
  for (const [name, decorate] of Object.entries(DECORATORS) as [string, Loose][]) {
    class Main extends RequestHandler {
      override getCurrentUser(): unknown {
        return "ann";
      }
      override get(): void {
        void this.finish("hello");
      }
      override post(): void {
        void this.finish("hello");
      }
    }
    // As TypeScript's __decorate does it.
    const old = Object.getOwnPropertyDescriptor(Main.prototype, "get");
    const given = decorate(Main.prototype, "get", old) as PropertyDescriptor;
    assert.is(typeof given.value, "function", name);
    assert.equal([given.enumerable, given.configurable, given.writable], [false, true, true]);
    Object.defineProperty(Main.prototype, "get", given);
    // As the standard does it.
    const post = decorate(Reflect.get(Main.prototype, "post"), { kind: "method", name: "post" });
    Object.defineProperty(Main.prototype, "post", { value: post });
    const app = new Application([[/\/.*/, Main]], { accessLog: false });
    const path = name === "addslash" ? "/a/" : "/a";
    assert.is((await inject(app, path)).text(), "hello", name);
    assert.is((await inject(app, { url: path, method: "POST" })).text(), "hello", name);
    if (name.endsWith("slash")) assert.is((await inject(app, name === "addslash" ? "/a" : "/a/")).status, 301, name);
  }
});

test("a field that holds a function, of the standard kind", async () => {
  const wrap = (authenticated as Loose)(undefined, { kind: "field", name: "get" }) as Loose;
  class Main extends RequestHandler {
    override get = wrap(() => "hello") as never;
  }
  const app = new Application([["/", Main]], { accessLog: false, loginUrl: "/login" });
  assert.is((await inject(app, "/")).status, 302);
});

test("in any other place they are refused, at the definition", () => {
  for (const [name, decorate] of Object.entries(DECORATORS) as [string, Loose][])
    for (const args of [
      [class extends RequestHandler {}],
      [class extends RequestHandler {}, { kind: "class" }],
      [() => 1, { kind: "getter" }],
      [{}, "get", undefined],
      [{}, "get", { get: () => 1 }],
      [undefined],
      [5],
    ])
      assert.throws(
        () => decorate(...args),
        (error: { code?: string; message: string }) =>
          error.code === "ERR_LANDSPOUT_DECORATOR" && error.message.includes(`@${name} belongs on a method`),
        name,
      );
});

test.run();
