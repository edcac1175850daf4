/** `clearAllCookies` clears whatever a client holds, also what this package would not set. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { clearedCookieLine } from "../../src/http/message/set-cookie.ts";
import { RequestHandler } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";
import { serving, withPeer } from "../_support/wire.ts";
import { Application } from "../../src/web/index.ts";

const test = suite("clearing cookies", { deadline: 20 });

const GONE = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

for (const [name, line] of [
  ["a", `a=${GONE}; Max-Age=0; Path=/`],
  ["a[b]", `a[b]=${GONE}; Max-Age=0; Path=/`],
  ["a b", `a b=${GONE}; Max-Age=0; Path=/`],
  ["caf\u00c3\u00a9", `caf\u00c3\u00a9=${GONE}; Max-Age=0; Path=/`],
  ["__Host-x", `__Host-x=${GONE}; Max-Age=0; Path=/; Secure`],
  ["__Secure-x", `__Secure-x=${GONE}; Max-Age=0; Path=/; Secure`],
  ["__Host-Http-x", `__Host-Http-x=${GONE}; HttpOnly; Max-Age=0; Path=/; Secure`],
] as const) {
  test(`clears ${name}`, () => assert.is(clearedCookieLine(name), line));
}

test("a name that no line can have is left alone; options reach the others", () => {
  for (const name of ["", "a;b", "a=b", " a", "a\n", "a\u0100"]) assert.is(clearedCookieLine(name), undefined);
  assert.is(
    clearedCookieLine("a", { path: "/x", domain: "example.com" }),
    `a=; Domain=example.com${GONE}; Max-Age=0; Path=/x`,
  );
  assert.is(
    clearedCookieLine("__Host-a", { path: "/x", domain: "example.com" }),
    `__Host-a=${GONE}; Max-Age=0; Path=/; Secure`,
  );
  assert.throws(() => clearedCookieLine("a", { path: "x" }), /must begin with/);
});

test("a client that holds such cookies gets 200, and a line for each", () => {
  class Out extends RequestHandler {
    override get(): void {
      this.clearAllCookies();
      this.write("out");
    }
  }
  return serving(new Application([["/", Out]], { accessLog: false }), {}, (port) =>
    withPeer(port, async (peer) => {
      peer.write(Buffer.from("GET / HTTP/1.0\r\nCookie: a[b]=1; a b=2; café=3; __Host-x=4; =5; plain=6\r\n\r\n"));
      const text = await peer.rest();
      assert.match(text, /^HTTP\/1\.1 200 /);
      const names = [...text.matchAll(/^Set-Cookie: ([^=]*)=;/gm)].map(([, name]) => name);
      assert.equal(names, ["a[b]", "a b", Buffer.from("café").toString("latin1"), "__Host-x", "plain"]);
    }),
  );
});

test.run();
