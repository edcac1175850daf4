/**
 * WebSocketHandler and the WebSocket of a real browser: messages of every kind, what is agreed on, how it ends on both sides, who may
 * come. On Node only: the driver of the browser is not made for Bun.
 */
import * as assert from "uvu/assert";
import type { Page } from "playwright-core";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { CompressionOptions, Message } from "../../src/web/websocket.ts";
import { TestBrowser } from "../_support/browser.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving } from "../_support/wire.ts";
import { connect, over, PAGE } from "./_page.ts";
import type { Heard } from "./_page.ts";

const test = suite("WebSocketHandler in a browser", { deadline: 60, needs: ["chromium"] });

/** What handlers were told, by the path they serve. */
let ends: string[] = [];
let wake: () => void = () => undefined;
async function endTold(): Promise<string> {
  while (ends.length === 0) await new Promise<void>((resolve) => (wake = resolve));
  return ends.shift() as string;
}

class PageHandler extends RequestHandler {
  override get(): void {
    this.setCookie("plain", "cookie");
    this.setSignedCookie("user", "Ädä", { httpOnly: true });
    this.write(PAGE);
  }
}
class Echo extends WebSocketHandler {
  override onMessage(message: Message) {
    return this.writeMessage(message);
  }
  override onClose(code: number, reason: string) {
    ends.push(`${code} ${reason}`);
    wake();
  }
}
/** Compresses as its query says. */
class Deflating extends Echo {
  override getCompressionOptions(): CompressionOptions {
    return JSON.parse(decodeURIComponent(this.request.query)) as CompressionOptions;
  }
}
class Choosing extends Echo {
  override selectSubprotocol(offered: readonly string[]) {
    return offered.find((one) => one.startsWith("v2"));
  }
}
/** Ends in the way a message names. */
class Ending extends Echo {
  override getWebSocketOptions() {
    return { maxMessageSize: 1000 };
  }
  override onMessage(message: Message) {
    if (message === "abort") this.abort();
    else if (message === "throw") throw new Error("meant");
    else if (message === "close") this.close();
    else this.close(Number(message), "the handler's rëason");
  }
}
class Known extends Echo {
  override prepare() {
    if (this.getSignedCookie("user") === undefined) throw new RangeError("nobody");
    this.setCookie("seen", "yes");
  }
  override open() {
    void this.writeMessage(`${String(this.getSignedCookie("user"))} ${this.getCookie("plain") ?? ""}`);
  }
}
class Anybody extends Echo {
  override checkOrigin(origin: string) {
    return origin.startsWith("http://127.0.0.1:");
  }
}

const ROUTES = [
  ["/", PageHandler],
  ["/echo", Echo],
  ["/deflate", Deflating],
  ["/choosing", Choosing],
  ["/ending", Ending],
  ["/known", Known],
  ["/anybody", Anybody],
] as const;

let browser: TestBrowser;

/** A page of a server of its own. */
async function onPage(
  use: (page: Page, origin: string, shutdown: () => Promise<void>) => Promise<void>,
): Promise<void> {
  ends = [];
  const app = new Application(ROUTES as never, {
    accessLog: false,
    cookieSecret: "a secret of the tests, long enough",
  });
  await serving(app, {}, async (port, server) => {
    const origin = `http://127.0.0.1:${port}`;
    const page = await browser.open(origin, 800);
    await use(page, origin, () => server.shutdown());
    await browser.clear();
  });
}

if ("Bun" in globalThis) test.skip("needs Node");
else {
  test.before(async () => {
    browser = await TestBrowser.launch();
  });
  test.after(() => browser.close());
  test.after.each(() => {
    assert.equal(browser.complaints.splice(0), []);
  });

  test("echoes text, buffers, views and blobs, up to a megabyte and more", () =>
    onPage(async (page) => {
      const { id } = await connect(page, "/echo");
      for (const text of ['""', '"Hello"', '"κόσμε 😀 \\u0000"', '"ü".repeat(1000000)', '"x".repeat(5000000)'])
        assert.is(await page.evaluate(`echoed(${id}, ${text})`), "string true", text);
      for (const [type, kind] of [
        ["arraybuffer", "ArrayBuffer"],
        ["blob", "Blob"],
      ] as const) {
        await page.evaluate(`void (sockets[${id}].ws.binaryType = "${type}")`);
        for (const data of [
          "new ArrayBuffer(0)",
          "noise(125).buffer",
          "noise(70000).subarray(3, 66003)",
          "noise(1048576).buffer",
          'new Blob([noise(1000), "and text", noise(1048576)])',
        ])
          assert.is(await page.evaluate(`echoed(${id}, ${data})`), `${kind} true`, data);
      }
    }));

  test("a thousand messages keep their order", () =>
    onPage(async (page) => {
      const { id } = await connect(page, "/echo");
      await page.evaluate(`for (let i = 0; i < 1000; i++) sockets[${id}].ws.send("x".repeat(i) + i)`);
      const inOrder = `(async () => {
        for (let i = 0; i < 1000; i++) if ((await next(${id})) !== "x".repeat(i) + i) return i;
        return "all";
      })()`;
      assert.is(await page.evaluate(inOrder), "all");
    }));

  test("subprotocols: what the handler chooses is what the page sees", () =>
    onPage(async (page) => {
      assert.is((await connect(page, "/choosing", ["v1", "v2.chat", "v2.other"])).protocol, "v2.chat");
      assert.is((await connect(page, "/choosing")).protocol, "");
      // The handler accepts; it is browsers that want one of theirs.
      expectLog(/^Choosing: a client offers the subprotocols "v1" and none is selected/, { level: "info" });
      const none = await connect(page, "/choosing", ["v1"]);
      assert.equal(none.events, ["error", "close"]);
      assert.is(browser.complaints.splice(0).length, 1);
    }));

  test("permessage-deflate with every answer our server may give", () =>
    onPage(async (page) => {
      assert.is((await connect(page, "/echo")).extensions, "");
      for (const serverNoContextTakeover of [false, true])
        for (const clientNoContextTakeover of [false, true])
          for (const serverMaxWindowBits of [8, 15])
            for (const clientMaxWindowBits of [8, 11, 15]) {
              const options = {
                serverNoContextTakeover,
                clientNoContextTakeover,
                serverMaxWindowBits,
                clientMaxWindowBits,
              };
              const query = encodeURIComponent(JSON.stringify({ ...options, threshold: 0 }));
              const { id, extensions } = await connect(page, `/deflate?${query}`);
              const about = JSON.stringify(options);
              assert.is(extensions.includes("server_no_context_takeover"), serverNoContextTakeover, about);
              assert.is(extensions.includes("client_no_context_takeover"), clientNoContextTakeover, about);
              assert.is(/server_max_window_bits=(\d+)/.exec(extensions)?.[1] ?? "15", `${serverMaxWindowBits}`, about);
              assert.is(/client_max_window_bits=(\d+)/.exec(extensions)?.[1] ?? "15", `${clientMaxWindowBits}`, about);
              const all = `(async () => {
                const words = Array.from({ length: 20000 }, (_, i) => (i * 7919) % 613 + " Wörter");
                const texts = ["", "a", "Hello", "Hello", words.join(), words.reverse().join()];
                const answers = [];
                for (const data of [...texts, noise(0), noise(50000), noise(50000), new Uint8Array(300000)])
                  answers.push(await echoed(${id}, data));
                return answers.every((one) => one.endsWith(" true")) && answers.length;
              })()`;
              assert.is(await page.evaluate(all), 10, about);
              await page.evaluate(`sockets[${id}].ws.close(1000)`);
              assert.equal((await over(page, { id } as Heard)).closed, [1000, "", true], about);
              assert.is(await endTold(), "1000 ", about);
            }
    }));

  test("closed by the page: the handler is told its code and reason", () =>
    onPage(async (page) => {
      for (const [call, closed, told] of [
        ["close()", [1005, "", true], "1005 "],
        ["close(1000)", [1000, "", true], "1000 "],
        ['close(3001, "the page\'s rëason")', [3001, "", true], "3001 the page's rëason"],
        ['close(4999, "ü".repeat(61))', [4999, "", true], `4999 ${"ü".repeat(61)}`],
      ] as const) {
        const one = await connect(page, "/echo");
        await page.evaluate(`sockets[${one.id}].ws.${call}`);
        const heard = await over(page, one);
        // The code is echoed; the reason need not be.
        assert.equal(heard.closed, closed, call);
        assert.equal(heard.events, ["open", "close"]);
        assert.is(await endTold(), told);
      }
    }));

  test("closed by the handler: the page is told its code and reason", () =>
    onPage(async (page) => {
      for (const [message, closed, told] of [
        ["close", [1005, "", true], "1005 "],
        ["1000", [1000, "the handler's rëason", true], "1000 the handler's rëason"],
        ["1001", [1001, "the handler's rëason", true], "1001 the handler's rëason"],
        ["1013", [1013, "the handler's rëason", true], "1013 the handler's rëason"],
        ["4000", [4000, "the handler's rëason", true], "4000 the handler's rëason"],
        ["abort", [1006, "", false], "1006 "],
      ] as const) {
        const one = await connect(page, "/ending");
        await page.evaluate(`sockets[${one.id}].ws.send("${message}")`);
        assert.equal((await over(page, one)).closed, closed, message);
        assert.is(await endTold(), told, message);
      }
      for (const [send, code, reason] of [
        ['"throw"', 1011, ""],
        ['"x".repeat(1001)', 1009, "message too big"],
      ] as const) {
        if (code === 1011) expectLog(/meant/);
        const one = await connect(page, "/ending");
        await page.evaluate(`sockets[${one.id}].ws.send(${send})`);
        assert.equal((await over(page, one)).closed, [code, reason, true], send);
        await endTold();
      }
    }));

  test("a page that is left says 1001", () =>
    onPage(async (page, origin) => {
      await connect(page, "/echo");
      await page.goto(`${origin}/?another`);
      assert.is(await endTold(), "1001 ");
      await connect(page, "/echo");
      await page.close();
      assert.is(await endTold(), "1001 ");
    }));

  test("pages of another origin are refused, unless the handler lets them", () =>
    onPage(async (page, origin) => {
      const other = origin.replace("127.0.0.1", "localhost");
      expectLog(/cross-origin WebSocket from "http:\/\/127\.0\.0\.1:/);
      const refused = await connect(page, "/echo", [], other);
      assert.equal(refused.events, ["error", "close"]);
      assert.equal(refused.closed, [1006, "", false]);
      // That it was refused is on the page's console.
      assert.match(browser.complaints.splice(0).join(), /403/);
      assert.equal((await connect(page, "/anybody", [], other)).events, ["open"]);
    }));

  test("cookies come with the handshake, and may be set by its answer", () =>
    onPage(async (page) => {
      const { id } = await connect(page, "/known");
      assert.is(await page.evaluate(`next(${id})`), "Ädä cookie");
      assert.match(await page.evaluate<string>("document.cookie"), /seen=yes/);
      assert.not.match(await page.evaluate<string>("document.cookie"), /user/);
    }));

  test("a server that goes away says 1001", () =>
    onPage(async (page, _origin, shutdown) => {
      const all = [await connect(page, "/echo"), await connect(page, "/anybody")];
      const gone = shutdown();
      for (const one of all) assert.equal((await over(page, one)).closed, [1001, "going away", true]);
      await gone;
      assert.is(await endTold(), "1001 going away");
      assert.is(await endTold(), "1001 going away");
      const late = await connect(page, "/echo");
      assert.equal(late.closed, [1006, "", false]);
      browser.complaints.splice(0);
    }));
}

test.run();
