/** Which requests need an XSRF token, and where it may come from; arguments of classes that take content as it comes. */
import { utimesSync } from "node:fs";
import * as assert from "uvu/assert";
import { RequestHandler, StaticFileHandler, streamRequestBody } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Folder } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("XSRF requests", { deadline: 20 });
const TOKEN = "00112233445566778899aabbccddeeff";
const COOKIE = `Cookie: _xsrf=${TOKEN}\r\n`;

class Any extends RequestHandler {
  static override extraMethods = ["QUERY"];
  override post(): void {
    this.write("posted");
  }
  query(): void {
    this.write("queried");
  }
}
class Streamed extends RequestHandler {
  override async post(): Promise<void> {
    let size = 0;
    for await (const chunk of this.bodyStream()) size += chunk.length;
    this.write(`${this.getArgument("name", "none")} ${size}`);
  }
}

test("a QUERY request is safe (RFC 10008) and needs no token", () =>
  talk(
    [["/", Any]],
    async (peer) => {
      const answer = await ask(peer, "/", { method: "QUERY", body: "x" });
      assert.is(answer.body, "queried");
    },
    { xsrfCookies: true },
  ));

test("the token is read from the fields that axios and Angular send", async () => {
  expectLog("403 POST");
  await talk(
    [["/", Any]],
    async (peer) => {
      for (const name of ["X-XSRF-TOKEN", "X-Xsrftoken", "X-Csrftoken", "X-CSRF-Token"]) {
        const good = await ask(peer, "/", { method: "POST", body: "x", fields: `${COOKIE}${name}: ${TOKEN}\r\n` });
        assert.is(good.body, "posted", name);
      }
      const bad = await ask(peer, "/", { method: "POST", body: "x", fields: `${COOKIE}X-XSRF-TOKEN: ff\r\n` });
      assert.is(bad.status, 403);
    },
    { xsrfCookies: true },
  );
});

test("a streamed multipart request has the arguments of its query, and its token", () =>
  talk(
    [["/", streamRequestBody(Streamed)]],
    async (peer) => {
      const body = '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nbody\r\n--b--\r\n';
      const fields = `${COOKIE}Content-Type: multipart/form-data; boundary=b\r\n`;
      const byQuery = await ask(peer, `/?name=query&_xsrf=${TOKEN}`, { method: "POST", body, fields });
      assert.is(byQuery.body, `query ${body.length}`);
      const byField = await ask(peer, "/", { method: "POST", body, fields: `${fields}X-Xsrftoken: ${TOKEN}\r\n` });
      assert.is(byField.body, `none ${body.length}`);
    },
    { xsrfCookies: true },
  ));

test("§8.8.2.1 Last-Modified is never later than Date", async () => {
  const folder = new Folder({ "a.txt": "text" });
  const ahead = Date.now() / 1000 + 86_400;
  utimesSync(folder.at("a.txt"), ahead, ahead);
  await talk([["/*", StaticFileHandler, { path: folder.path }]], async (peer) => {
    const { headers } = await ask(peer, "/a.txt");
    assert.ok(Date.parse(headers["last-modified"] ?? "") <= Date.parse(headers["date"] ?? ""));
  });
});

test.run();
