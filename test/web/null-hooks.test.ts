/** Hooks that answer null say what they say with undefined: nothing. */
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { Application, RequestHandler, StaticFileHandler } from "../../src/web/index.ts";
import { Matcher, Rule, toRouter } from "../../src/web/routing/index.ts";
import { EventSourceHandler } from "../../src/web/live/event-source.ts";
import { suite } from "../_support/suite.ts";
import { SETUPS, serving } from "../_support/wire.ts";

const none = null as never;

class Hello extends RequestHandler {
  override computeEtag(): never {
    return none;
  }
  override getUserLocale() {
    return null;
  }
  override getTemplateNamespace(): never {
    return none;
  }
  override getTemplatePath(): never {
    return none;
  }
  override prepare(): never {
    return none;
  }
  override get() {
    let problem = "";
    try {
      this.renderString("a.html");
    } catch (error) {
      problem = (error as Error).message;
    }
    return this.finish(`${this.locale.code} ${problem}`);
  }
}
class Events extends EventSourceHandler {
  override getEventSourceOptions(): never {
    return none;
  }
  override open() {
    this.close();
  }
}
class Files extends StaticFileHandler {
  override computeEtag(): never {
    return none;
  }
  override getModifiedTime(): never {
    return none;
  }
  override getContentSize() {
    return 2;
  }
  static override getContent() {
    return "ab";
  }
  static override getContentVersion(): never {
    return none;
  }
  override validateAbsolutePath(root: string, path: string) {
    return this.path === "gone"
      ? (this.setStatus(410), void this.finish(), none)
      : super.validateAbsolutePath(root, path);
  }
}
class Nowhere extends Matcher {
  match() {
    return null;
  }
  override reverse(): never {
    return none;
  }
}

for (const [name, setup] of SETUPS.slice(0, 1)) {
  const test = suite(`null for nothing, ${name}`);
  test("in every hook", async () => {
    const app = new Application(
      [
        new Rule(new Nowhere(), Events),
        new Rule(new Nowhere(), RequestHandler, {}, "nowhere"),
        ["/*", toRouter(() => null) as never],
        ["/hello", Hello],
        ["/events", Events],
        ["/files/*", Files, { path: fileURLToPath(new URL(".", import.meta.url)) }],
      ] as never,
      { accessLog: false },
    );
    await serving(app, setup, async (port) => {
      const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      const hello = await get("/hello");
      assert.is(hello.status, 200);
      assert.is(hello.headers.get("etag"), null);
      assert.match(await hello.text(), /^en_US You must define the 'templatePath' setting/);
      const events = await get("/events");
      assert.is(events.status, 200);
      await events.text();
      const file = await get("/files/null-hooks.test.ts");
      assert.is(file.status, 200);
      assert.is(file.headers.get("etag"), null);
      assert.is(file.headers.get("last-modified"), null);
      assert.is(await file.text(), "ab");
      assert.is((await get("/files/gone")).status, 410);
      assert.throws(() => app.reverseUrl("nowhere"), /nowhere not found/);
    });
  });
  test.run();
}
