/**
 * EventSourceHandler and the EventSource of a real browser: what it hears, when and with which id it comes back, and how it is told not to.
 * On Node only: the driver of the browser is not made for Bun.
 */
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { Application, EventSourceHandler, HTTPError, RequestHandler } from "../../src/web/index.ts";
import type { Replay, ServerSentEvent } from "../../src/web/index.ts";
import { TestBrowser } from "../_support/browser.ts";
import { suite } from "../_support/suite.ts";
import { serving } from "../_support/wire.ts";

const test = suite("EventSource in a browser", { deadline: 60, needs: ["chromium"] });

const PAGE = `<!doctype html><title>events</title><script>
  const heard = [];
  let wake = [];
  let source;
  const hear = (what) => { heard.push(what); for (const one of wake.splice(0)) one(); };
  function listen(path, types = []) {
    source = new EventSource(path);
    source.onopen = () => hear("open");
    source.onerror = () => hear(source.readyState === EventSource.CLOSED ? "closed" : "lost");
    for (const type of ["message", ...types])
      source.addEventListener(type, ({ type, data, lastEventId }) => hear([type, lastEventId, data].join("|")));
  }
  const until = async (what) => { while (!heard.includes(what)) await new Promise((resolve) => wake.push(resolve)); return heard; };
</script>`;

class PageHandler extends RequestHandler {
  override get(): void {
    this.write(PAGE);
  }
}

/** A log of numbered events, which every client follows from where it was. */
class Feed {
  readonly events: ServerSentEvent[] = [];
  readonly handlers = new Set<Follower>();
  /** Of each request. */
  readonly ids: (string | undefined)[] = [];
  over = false;
  add(event: Omit<ServerSentEvent, "id">): void {
    const whole = { ...event, id: `${this.events.length + 1}` };
    this.events.push(whole);
    for (const handler of this.handlers) void handler.send(whole);
  }
}
class Follower extends EventSourceHandler {
  #feed: Feed = new Feed();
  override initialize({ feed }: { feed: Feed }): void {
    this.#feed = feed;
  }
  override prepare(): void {
    this.#feed.ids.push(this.lastEventId);
    if (!this.#feed.over) return;
    this.setStatus(204);
    void this.finish();
  }
  override getEventSourceOptions() {
    return { retry: 0.02 };
  }
  override open(): void {
    this.#feed.handlers.add(this);
  }
  override replay(id: string): Replay {
    return this.#feed.events.slice(Number(id));
  }
  override onClose(): void {
    this.#feed.handlers.delete(this);
  }
}
class Refusing extends EventSourceHandler {
  override prepare(): void {
    throw new HTTPError(403);
  }
}

let browser: TestBrowser;
async function onPage(use: (page: Page, feed: Feed, port: number) => Promise<void>): Promise<void> {
  const feed = new Feed();
  const routes = [
    ["/", PageHandler],
    ["/feed", Follower, { feed }],
    ["/refused", Refusing],
  ] as const;
  await serving(new Application(routes as never, { accessLog: false }), {}, async (port) => {
    await use(await browser.open(`http://127.0.0.1:${port}/`, 800), feed, port);
    await browser.clear();
  });
}
const until = (page: Page, what: string): Promise<string[]> =>
  page.evaluate<string[]>(`until(${JSON.stringify(what)})`);

if ("Bun" in globalThis) test.skip("needs Node");
else {
  test.before(async () => {
    browser = await TestBrowser.launch();
  });
  test.after(() => browser.close());
  test.after.each(() => {
    assert.equal(browser.complaints.splice(0), []);
  });

  test("ids, names, lines and retry arrive; comments do not", () =>
    onPage(async (page, feed) => {
      await page.evaluate(`listen("/feed", ["named", "after"])`);
      await until(page, "open");
      const [handler] = feed.handlers;
      void handler?.comment("nobody hears\nthis");
      feed.add({ data: "one\r\ntwo\rthree\n\nfour" });
      feed.add({ event: "named", data: { text: "ü 😀\n: x" } });
      feed.add({ data: "" });
      // Nobody listens to that name, and an event without data is none; the id counts all the same.
      feed.add({ event: "nobody's", data: "x" });
      feed.add({ retry: 0.01 });
      feed.add({ event: "after", data: " a space before" });
      assert.equal(await until(page, "after|6| a space before"), [
        "open",
        "message|1|one\ntwo\nthree\n\nfour",
        'named|2|{"text":"ü 😀\\n: x"}',
        "message|3|",
        "after|6| a space before",
      ]);
    }));

  test("a connection that is lost again and again: every event once, in order", () =>
    onPage(async (page, feed) => {
      await page.evaluate(`listen("/feed")`);
      await until(page, "open");
      for (let i = 1; i <= 30; i++) {
        feed.add({ data: `event ${i}` });
        if (i % 10 === 3) for (const handler of feed.handlers) handler.close();
        // Not in good order: the end of the chunks is missing.
        if (i % 10 === 7) for (const handler of feed.handlers) handler.request.connection.stream.destroy();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const heard = await until(page, "message|30|event 30");
      const messages = heard.filter((one) => one.startsWith("message"));
      assert.equal(
        messages,
        Array.from({ length: 30 }, (_none, i) => `message|${i + 1}|event ${i + 1}`),
      );
      assert.ok(heard.includes("lost"));
      assert.is(feed.ids[0], undefined);
      assert.ok(feed.ids.slice(1).every((id) => Number(id) > 0));
    }));

  test("204 ends it: the browser does not come back", () =>
    onPage(async (page, feed) => {
      await page.evaluate(`listen("/feed")`);
      await until(page, "open");
      feed.add({ data: "last" });
      await until(page, "message|1|last");
      feed.over = true;
      for (const handler of feed.handlers) handler.close();
      assert.equal(await until(page, "closed"), ["open", "message|1|last", "lost", "closed"]);
      const asked = feed.ids.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.is(feed.ids.length, asked);
    }));

  test("so does a refusal; and a page that closes is noticed", () =>
    onPage(async (page, feed) => {
      await page.evaluate(`listen("/refused")`);
      assert.equal(await until(page, "closed"), ["closed"]);
      await page.evaluate(`heard.length = 0; listen("/feed")`);
      await until(page, "open");
      assert.is(feed.handlers.size, 1);
      await page.evaluate("source.close()");
      while (feed.handlers.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(await page.evaluate("heard"), ["open"]);
    }));

  test("a server that is replaced at the same address is found again", async () => {
    const feed = new Feed();
    const routes = [
      ["/", PageHandler],
      ["/feed", Follower, { feed }],
    ] as const;
    const app = new Application(routes as never, { accessLog: false });
    let page: Page | undefined;
    const port = await serving(app, {}, async (first, server) => {
      page = await browser.open(`http://127.0.0.1:${first}/`, 800);
      await page.evaluate(`listen("/feed")`);
      await until(page, "open");
      feed.add({ data: "before" });
      await until(page, "message|1|before");
      await server.shutdown();
      return first;
    });
    feed.add({ data: "meanwhile" });
    const server = new HTTPServer(app);
    await server.listen(port, "127.0.0.1");
    assert.equal(page === undefined ? [] : (await until(page, "message|2|meanwhile")).filter((one) => one !== "lost"), [
      "open",
      "message|1|before",
      "open",
      "message|2|meanwhile",
    ]);
    await browser.clear();
    await server.shutdown();
    browser.complaints.splice(0);
  });
}

test.run();
