/** Calls that come after the answer has ended, by a forgotten await: logged once with handler and path, and without any effect. */
import * as assert from "uvu/assert";
import { StreamClosedError } from "../../src/net/errors.ts";
import { RequestHandler } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("calls after finish", { deadline: 20 });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const CALLS: { readonly [name: string]: (handler: RequestHandler) => unknown } = {
  write: (handler) => handler.write("late"),
  flush: (handler) => handler.flush(),
  finish: (handler) => handler.finish("late"),
  setHeader: (handler) => handler.setHeader("X-Late", "1"),
  addHeader: (handler) => handler.addHeader("X-Late", "1"),
  clearHeader: (handler) => handler.clearHeader("Content-Type"),
  setStatus: (handler) => handler.setStatus(404),
  setDownloadName: (handler) => handler.setDownloadName("late.txt"),
  setCookie: (handler) => handler.setCookie("late", "1"),
  redirect: (handler) => handler.redirect("/elsewhere"),
  sendError: (handler) => handler.sendError(500),
  render: (handler) => handler.render("no-such-page.html"),
};

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name}, in a function that was not awaited`, async () => {
    let over: () => void = () => undefined;
    const called = new Promise<void>((resolve) => (over = resolve));
    class Forgetful extends RequestHandler {
      override get(): void {
        void this.later();
        this.write("in time");
      }
      async later(): Promise<void> {
        await turn();
        try {
          call(this);
          call(this);
        } finally {
          over();
        }
      }
    }
    await talk([["/path", Forgetful]], async (peer) => {
      expectLog(
        new RegExp(`^${name}\\(\\) after finish\\(\\) in Forgetful, GET /path\\?a=1 \\(127\\.0\\.0\\.1\\): ignored`),
      );
      const answer = await ask(peer, "/path?a=1");
      await called;
      assert.is(answer.status, 200);
      assert.is(answer.body, "in time");
      assert.is(answer.headers["x-late"], undefined);
      // The connection goes on.
      expectLog(/after finish/);
      assert.is((await ask(peer, "/path")).body, "in time");
      await turn();
    });
  });
}

test("with debug the record says where the call came from", async () => {
  class Forgetful extends RequestHandler {
    override async get(): Promise<void> {
      void this.finish("in time");
      this.theCulprit();
    }
    theCulprit(): void {
      this.write("late");
    }
  }
  await talk(
    [["/", Forgetful]],
    async (peer) => {
      expectLog(/^write\(\) after finish\(\) in Forgetful[^\n]*\n +at [^\n]*theCulprit/);
      assert.is((await ask(peer, "/")).body, "in time");
    },
    { debug: true },
  );
});

test("nothing is logged once the client has left", async () => {
  let left: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (left = resolve));
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  let done: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (done = resolve));
  class Poll extends RequestHandler {
    override onConnectionClose(): void {
      left();
    }
    override async get(): Promise<void> {
      arrive();
      await gone;
      setImmediate(() => {
        this.write("nobody hears it");
        done();
      });
      throw new StreamClosedError();
    }
  }
  await talk([["/", Poll]], async (peer) => {
    peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await arrived;
    peer.destroy();
    await over;
  });
});

test.run();
