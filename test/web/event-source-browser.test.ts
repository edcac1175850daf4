/**
 * EventSourceHandler as a real browser hears it: events, names, lines, ids, and what was missed while the connection was gone. On Node
 * only: the driver of the browser is not made for Bun.
 */
import * as assert from "uvu/assert";
import { Application, EventSourceHandler, RequestHandler } from "../../src/web/index.ts";
import type { Replay, ServerSentEvent } from "../../src/web/index.ts";
import { TestBrowser } from "../_support/browser.ts";
import { suite } from "../_support/suite.ts";
import { serving } from "../_support/wire.ts";

const test = suite("EventSourceHandler in a browser", { deadline: 60, needs: ["chromium"] });

const EVENTS: readonly ServerSentEvent[] = [
  { id: "1", data: "one\r\ntwo\rthree\n" },
  { id: "2 ä", event: "named", data: { text: "event: evil\n\ndata: x" } },
  { id: "3", data: " : leading" },
  { id: "4", event: "last", data: "" },
];
const PAGE = `<!doctype html><title>events</title><script>
  const heard = [];
  const source = new EventSource("/events");
  const hear = ({ type, data, lastEventId }) => heard.push([type, lastEventId, data]);
  for (const type of ["message", "named", "last"]) source.addEventListener(type, hear);
  source.addEventListener("last", () => { source.close(); document.title = "over"; });
</script>`;

if ("Bun" in globalThis) test.skip("needs Node");
else
  test("hears everything once and in order, across a connection that is cut", async () => {
    const lastIds: (string | undefined)[] = [];
    class Page extends RequestHandler {
      override get(): void {
        this.write(PAGE);
      }
    }
    class Events extends EventSourceHandler {
      override getEventSourceOptions(): { retry: number } {
        return { retry: 0.01 };
      }
      override open(): void {
        lastIds.push(this.lastEventId);
        if (this.lastEventId !== undefined) return;
        void this.comment("two events, and it is over");
        for (const event of EVENTS.slice(0, 2)) void this.send(event);
        this.close();
      }
      override replay(id: string): Replay {
        const missed = EVENTS.slice(EVENTS.findIndex((event) => event.id === id) + 1);
        return missed;
      }
    }
    const routes = [
      ["/", Page],
      ["/events", Events],
    ] as const;
    const app = new Application(routes as never, { accessLog: false, compressResponse: true });
    const browser = await TestBrowser.launch();
    try {
      await serving(app, {}, async (port) => {
        const page = await browser.open(`http://127.0.0.1:${port}/`, 800);
        await page.waitForFunction("document.title === 'over'");
        assert.equal(await page.evaluate("heard"), [
          ["message", "1", "one\ntwo\nthree\n"],
          ["named", "2 ä", '{"text":"event: evil\\n\\ndata: x"}'],
          ["message", "3", " : leading"],
          ["last", "4", ""],
        ]);
        assert.equal(lastIds, [undefined, "2 ä"]);
        assert.equal(browser.complaints, []);
        await browser.clear();
      });
    } finally {
      await browser.close();
    }
  });

test.run();
