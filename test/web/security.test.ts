/** Signed cookies and XSRF tokens in handlers, over the wire. */
import * as assert from "uvu/assert";
import { RequestHandler } from "../../src/web/index.ts";
import type { Route } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("security", { deadline: 20 });

class Session extends RequestHandler {
  override get() {
    this.write({ user: this.getSignedCookie("user") ?? null, version: this.getSignedCookieKeyVersion("user") ?? null });
  }
  override put() {
    this.setSignedCookie("user", "ann");
  }
}

const cookieOf = (line: string | undefined): string => (line ?? "").split(";")[0] ?? "";

test("signed cookies come back, forged ones do not", () =>
  talk(
    [["/", Session]],
    async (peer) => {
      const set = (await ask(peer, "/", { method: "PUT" })).headers["set-cookie"];
      assert.match(set ?? "", /^user="?2\|1:0\|.*Expires=.*Path=\//);
      const fields = `Cookie: ${cookieOf(set)}\r\n`;
      assert.is((await ask(peer, "/", { fields })).body, '{"user":"ann","version":0}');
      const forged = fields.replace("YW5u", "Ym9i");
      assert.is((await ask(peer, "/", { fields: forged })).body, '{"user":null,"version":null}');
    },
    { cookieSecret: "secret" },
  ));

test("a secret among several signs; the settings it needs are asked for", async () => {
  await talk(
    [["/", Session]],
    async (peer) => {
      const set = (await ask(peer, "/", { method: "PUT" })).headers["set-cookie"];
      const fields = `Cookie: ${cookieOf(set)}\r\n`;
      assert.is((await ask(peer, "/", { fields })).body, '{"user":"ann","version":2}');
    },
    { cookieSecret: { 1: "old", 2: "new" }, keyVersion: 2 },
  );
  await talk([["/", Session]], async (peer) => {
    expectLog(/'cookieSecret' setting/);
    assert.is((await ask(peer, "/", { method: "PUT" })).status, 500);
  });
  await talk(
    [["/", Session]],
    async (peer) => {
      expectLog(/'keyVersion' setting/);
      assert.is((await ask(peer, "/", { method: "PUT" })).status, 500);
    },
    { cookieSecret: { 1: "old", 2: "new" } },
  );
});

const FORM: readonly Route[] = [
  [
    "/",
    class extends RequestHandler {
      override get() {
        this.write(this.xsrfFormHtml());
      }
      override post() {
        this.write("changed");
      }
    },
  ],
];
const tokenIn = (html: string): string => /value="([^"]+)"/.exec(html)?.[1] ?? "";

for (const version of [1, 2]) {
  test(`a form with the token of version ${version} is taken, in field or header, any other refused`, () =>
    talk(
      FORM,
      async (peer) => {
        const page = await ask(peer, "/");
        const token = tokenIn(page.body);
        const cookie = cookieOf(page.headers["set-cookie"]);
        const form = "Content-Type: application/x-www-form-urlencoded\r\n";
        const post = (fields: string, body = "a=b") => ask(peer, "/", { method: "POST", fields, body });
        const encoded = `_xsrf=${encodeURIComponent(token)}`;
        assert.is((await post(`${form}Cookie: ${cookie}\r\n`, encoded)).body, "changed");
        assert.is((await post(`Cookie: ${cookie}\r\nX-Xsrftoken: ${token}\r\n`)).body, "changed");
        assert.is((await post(`Cookie: ${cookie}\r\nX-Csrftoken: ${token}\r\n`)).body, "changed");
        const again = await ask(peer, "/", { fields: `Cookie: ${cookie}\r\n` });
        assert.is(again.headers["set-cookie"], undefined, "~> the cookie is set once");
        assert.is((await post(`Cookie: ${cookie}\r\nX-Xsrftoken: ${tokenIn(again.body)}\r\n`)).body, "changed");
        for (const [fields, reason] of [
          [`Cookie: ${cookie}\r\n`, /argument missing/],
          [`X-Xsrftoken: ${token}\r\n`, /does not match/],
          [`Cookie: ${cookie}\r\nX-Xsrftoken: 3|x\r\n`, /invalid format/],
          [`Cookie: ${cookie}\r\nX-Xsrftoken: 00112233445566778899aabbccddeeff\r\n`, /does not match/],
        ] as const) {
          expectLog(reason);
          assert.is((await post(fields)).status, 403);
        }
      },
      { xsrfCookies: true, xsrfCookieVersion: version },
    ));
}

test("the check comes before the handler's, not before the 404", () =>
  talk(
    FORM,
    async (peer) => {
      assert.is((await ask(peer, "/nowhere", { method: "POST" })).status, 404);
    },
    { xsrfCookies: true },
  ));

test("the token's cookie takes a name and attributes of its own", () =>
  talk(
    FORM,
    async (peer) => {
      const set = (await ask(peer, "/")).headers["set-cookie"] ?? "";
      assert.match(set, /^__Host-xsrf=.*Path=\/; SameSite=Strict; Secure$/);
    },
    { xsrfCookies: true, xsrfCookieName: "__Host-xsrf", xsrfCookieOptions: { secure: true, sameSite: "strict" } },
  ));

test("fetch metadata: the browser's word counts, a stranger's page is refused", () =>
  talk(
    FORM,
    async (peer) => {
      const post = (fields: string) => ask(peer, "/", { method: "POST", fields });
      assert.is((await post("Sec-Fetch-Site: same-origin\r\n")).body, "changed");
      const trusted = "Sec-Fetch-Site: cross-site\r\nOrigin: https://admin.example\r\n";
      assert.is((await post(trusted)).body, "changed");
      for (const fields of [
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
      ]) {
        expectLog(/another site/);
        assert.is((await post(fields)).status, 403, fields);
      }
      expectLog(/argument missing/);
      assert.is((await post("Origin: http://localhost\r\n")).status, 403, "~> Origin does not stand for the token");
    },
    { xsrfCookies: true, xsrfFetchMetadata: true, xsrfTrustedOrigins: ["https://admin.example"] },
  ));

test.run();
