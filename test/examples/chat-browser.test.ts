/**
 * The chat in a real browser: two windows talk to each other; a window finds back when the server was away. On Node only: the
 * driver of the browser is not made for Bun, and the server is tested there without it. Screenshots go to SCREENSHOTS, if set.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const test = suite("examples/chat in a browser", { deadline: 60 });
let chat: Example;
let browser: Browser;

async function open(width: number, scheme: "light" | "dark" = "light"): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
  const page = await context.newPage();
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
  if (!existsSync(CHROMIUM))
    throw new Error(`${CHROMIUM} is missing: apt-get install chromium, or name another in CHROMIUM`);
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
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

test("sends with Enter and keeps a text that could not be sent", async () => {
  const page = await open(390);
  await page.getByLabel("Name").fill("Cleo");
  const text = page.getByLabel("Message", { exact: true });
  await text.fill("By keyboard");
  await text.press("Enter");
  await page.locator("li .body", { hasText: "By keyboard" }).waitFor();
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
