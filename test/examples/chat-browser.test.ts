/**
 * The chat in a real browser: two windows talk to each other; a window finds back when the server was away. On Node only: the
 * driver of the browser is not made for Bun, and the server is tested there without it. Screenshots go to SCREENSHOTS, if set.
 */
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { pathOf } from "../_support/programs.ts";
import { suite } from "../_support/suite.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The part of a DOM element that is needed here. */
interface Scrolled {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

const test = suite("examples/chat in a browser", { deadline: 60, needs: ["chromium"] });
let chat: Example;
let browser: Browser;
const complaints: string[] = [];

async function open(width: number, scheme: "light" | "dark" = "light"): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
  const page = await context.newPage();
  // Also what the content security policy forbids is reported here; a server that is away is not our complaint.
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("net::ERR_")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`http://127.0.0.1:${chat.port}/`);
  return page;
}

async function say(page: Page, name: string, text: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("li .body", { hasText: text }).first().waitFor();
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder !== undefined) await page.screenshot({ animations: "disabled", path: join(folder, `${name}.png`) });
}

test.before(async () => {
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
  browser = await chromium.launch({ executablePath: pathOf("chromium"), args: FLAGS });
});
test.after.each(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
  assert.equal(complaints.splice(0), []);
});
test.after(async () => {
  await browser?.close();
  await chat?.stop();
});

test("two windows talk to each other", async () => {
  const ada = await open(1280);
  const bob = await open(390);
  await screenshot(ada, "desktop-empty");
  await say(ada, "Ada", "Hello, is anybody here?");
  await bob.locator("li .body", { hasText: "is anybody here?" }).waitFor();
  await say(bob, "Bob", "Yes! <i>No markup</i> comes through, I hope.");
  await ada.locator("li .body", { hasText: "<i>No markup</i>" }).waitFor();
  await say(ada, "Ada", "None. And a longer text wraps where it has to, also one without any blank: " + "x".repeat(90));
  await say(ada, "Ada", "Two in a row.");
  await bob.locator("li .body", { hasText: "Two in a row." }).waitFor();
  assert.is(await ada.locator("li.own").count(), 3);
  assert.is(await bob.locator("li.own").count(), 1);
  await ada.getByText("2 people").waitFor();
  await screenshot(ada, "desktop-light");
  await screenshot(bob, "phone-light");
  const wide = await bob.evaluate("document.documentElement.scrollWidth");
  assert.is(wide, 390, "the page is not wider than the phone");
  const dark = await open(390, "dark");
  await dark.locator("li .body", { hasText: "Two in a row." }).waitFor();
  await dark.getByText("3 people here").waitFor();
  await screenshot(dark, "phone-dark");
});

test("says who is there when a window opens and closes", async () => {
  const page = await open(1280);
  await page.getByText("Only you").waitFor();
  const other = await open(390);
  await page.getByText("2 people here").waitFor();
  await other.getByText("2 people here").waitFor();
  await other.close();
  await page.getByText("Only you").waitFor();
});

test("stays where somebody reads, and offers the way down", async () => {
  const reader = await open(390);
  const writer = await open(1280);
  await say(writer, "Ada", Array.from({ length: 60 }, (_, line) => `line ${line}`).join("\n"));
  await reader.locator("li .body", { hasText: "line 59" }).waitFor();
  const main = reader.getByLabel("Messages");
  const fromBottom = (): Promise<number> =>
    main.evaluate((it: Scrolled) => it.scrollHeight - it.scrollTop - it.clientHeight);
  assert.ok((await fromBottom()) < 40, "follows the newest");
  await main.evaluate((it: Scrolled) => {
    it.scrollTop = 100;
  });
  await say(writer, "Ada", "Down here!");
  await reader.getByRole("button", { name: "New messages" }).waitFor();
  assert.is(await main.evaluate((it: Scrolled) => it.scrollTop), 100);
  await screenshot(reader, "phone-newer");
  await reader.getByRole("button", { name: "New messages" }).click();
  assert.ok((await fromBottom()) < 40);
  assert.is(await reader.getByRole("button", { name: "New messages" }).count(), 0);
});

test("remembers the name", async () => {
  const page = await open(1280);
  await say(page, "Eve", "I shall be back.");
  await page.reload();
  assert.is(await page.getByLabel("Name").inputValue(), "Eve");
  await page.locator("li.own .body", { hasText: "I shall be back." }).waitFor();
});

test("asks for the name where it is missing", async () => {
  const page = await open(390);
  await page.getByLabel("Message", { exact: true }).fill("Who am I?");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").getByText("Please say who you are.").waitFor();
  assert.is(await page.evaluate("document.activeElement.id"), "name");
  await screenshot(page, "phone-problem");
});

test("sends with Enter and keeps a text that could not be sent", async () => {
  const page = await open(390);
  await page.getByLabel("Name").fill("Cleo");
  const text = page.getByLabel("Message", { exact: true });
  await text.fill("By keyboard");
  await text.press("Enter");
  await page.locator("li .body", { hasText: "By keyboard" }).waitFor();
  // Neither by WebSocket nor by a post.
  await page.evaluate("WebSocket.prototype.send = function () { this.close(); }");
  await page.route("**/messages", (route) => route.abort());
  await text.fill("Lost?");
  await text.press("Enter");
  await page.getByRole("alert").getByText("Not sent").waitFor();
  assert.is(await text.inputValue(), "Lost?");
});

test("finds back to a server that was away", async () => {
  const page = await open(1280);
  const { port } = chat;
  await chat.stop();
  await page.getByText("Offline, trying again").waitFor();
  await screenshot(page, "desktop-offline");
  chat = await startExample("chat/server.ts", ["--port", String(port), "--quiet"]);
  await say(await open(390), "Dora", "Back again");
  await page.locator("li .body", { hasText: "Back again" }).waitFor();
  await page.getByText("Online", { exact: true }).waitFor();
});

// See above: Bun runs the other tests of the chat.
if ("Bun" in globalThis) {
  const none = suite("examples/chat in a browser");
  none("runs on Node only", () => assert.ok(true));
  none.run();
} else test.run();
