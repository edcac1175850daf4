/**
 * The page of the chat in a real browser: what is typed while a message is on its way, a sender who is too fast, another under the same name,
 * web addresses. On Node only, see browser.ts.
 */
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { fits, screenshot, TestBrowser } from "../_support/browser.ts";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("the page of examples/chat in a browser", { deadline: 60, needs: ["chromium"] });
let chat: Example;
let browser: TestBrowser;

const address = (room: string): string => `http://127.0.0.1:${chat.port}/#${room}`;
const field = (page: Page): ReturnType<Page["locator"]> => page.getByLabel("Message", { exact: true });
const seen = (page: Page, text: string): Promise<void> => page.locator("li .body", { hasText: text }).waitFor();
const bodies = (page: Page): Promise<string[]> => page.locator("li .body").allTextContents();

async function open(room: string, width: number, who: string): Promise<Page> {
  const page = await browser.open(address(room), width);
  await page.getByText("Online", { exact: true }).waitFor();
  await page.getByLabel("Name").fill(who);
  await page.getByLabel("Name").press("Enter");
  return page;
}
async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
  await seen(page, text);
}

test.before(async () => {
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
  browser = await TestBrowser.launch();
});
test.after.each(async () => {
  await browser?.clear();
  assert.equal(browser?.complaints.splice(0), []);
});
test.after(async () => {
  await browser?.close();
  await chat?.stop();
});

test("what is typed while a message is on its way is another message", async () => {
  const ada = await open("glue", 1280, "Ada");
  // The server's answers are held back: over the WebSocket nothing is answered, by post nothing arrives before it is let go.
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await ada.evaluate("WebSocket.prototype.send = function () { this.close(); }");
  await ada.route("**/messages", async (route) => {
    await held;
    await route.continue();
  });
  await field(ada).pressSequentially("first");
  await field(ada).press("Enter");
  assert.is(await field(ada).inputValue(), "", "the field is free at once");
  await ada.locator("#unsent li", { hasText: "first" }).waitFor();
  await field(ada).pressSequentially("second");
  await screenshot(ada, "desktop-sending");
  assert.ok(await ada.getByRole("button", { name: "Send", exact: true }).isEnabled());
  await field(ada).press("Enter");
  await field(ada).pressSequentially("third, not sent yet");
  letGo();
  await seen(ada, "second");
  assert.equal(await bodies(ada), ["first", "second"]);
  assert.is(await field(ada).inputValue(), "third, not sent yet");
  assert.is(await ada.locator("#unsent li").count(), 0);
});

test("what could not be sent does not touch what was typed since, and can be sent again", async () => {
  const ada = await open("failed", 390, "Ada");
  let letFail = (): void => undefined;
  const held = new Promise<void>((resolve) => (letFail = resolve));
  let isAway = true;
  await ada.evaluate("WebSocket.prototype.send = function () { this.close(); }");
  await ada.route("**/messages", async (route) => {
    await held;
    await (isAway ? route.abort() : route.continue());
  });
  await field(ada).fill("lost");
  await field(ada).press("Enter");
  await field(ada).pressSequentially("something else");
  letFail();
  await ada.getByRole("alert").getByText("Not sent").waitFor();
  assert.is(await field(ada).inputValue(), "something else");
  await screenshot(ada, "phone-unsent");
  assert.ok(await fits(ada));
  isAway = false;
  await ada.getByRole("button", { name: "Send again" }).click();
  await seen(ada, "lost");
  assert.is(await ada.locator("#unsent li").count(), 0);
  assert.equal(await bodies(ada), ["lost"]);
  assert.is(await ada.locator("#problem").textContent(), "", "nothing is wrong any more");
  browser.complaints.splice(0);
});

test("who is too fast is told at once, and what was written is sent once and in order", async () => {
  const ada = await open("fast", 1280, "Ada");
  const bob = await open("fast", 390, "Bob");
  const texts = Array.from({ length: 15 }, (_, i) => `number ${i}.`);
  // More than may be sent at once, and typing counts.
  await ada.evaluate(`{
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) { for (let i = 0; i < 3; i++) send.call(this, data); };
  }`);
  for (const text of texts) {
    await field(ada).fill(text);
    await field(ada).press("Enter");
  }
  await ada.getByRole("alert").getByText("That is too fast").waitFor({ timeout: 5000 });
  await screenshot(ada, "desktop-too-fast");
  assert.ok(await ada.getByRole("button", { name: "Send", exact: true }).isEnabled());
  for (const page of [ada, bob]) {
    await seen(page, texts.at(-1) as string);
    assert.equal(await bodies(page), texts);
  }
  await ada.locator("#problem:empty").waitFor({ state: "attached" });
});

test("a post that was too fast is sent again when the server says it may be", async () => {
  const ada = await open("posts", 390, "Ada");
  let count = 0;
  await ada.evaluate("WebSocket.prototype.send = function () { this.close(); }");
  await ada.route("**/messages", (route) => {
    if (++count > 2) return route.continue();
    const headers = { "Retry-After": "1" };
    return route.fulfill({ status: 429, headers, json: { error: "That is too fast, wait a moment" } });
  });
  await field(ada).fill("patience");
  await field(ada).press("Enter");
  await ada.getByRole("alert").getByText("That is too fast").waitFor();
  await seen(ada, "patience");
  assert.is(count, 3);
  await ada.locator("#problem:empty").waitFor({ state: "attached" });
  browser.complaints.splice(0);
});

test("another's message under the same name stands on the other's side", async () => {
  const ada = await open("twins", 1280, "Ada");
  const other = await open("twins", 390, "Ada");
  await say(ada, "I am Ada");
  await seen(other, "I am Ada");
  await say(other, "So am I");
  await seen(ada, "So am I");
  const own = (page: Page): Promise<string[]> => page.locator("li.own .body").allTextContents();
  assert.equal(await own(ada), ["I am Ada"]);
  assert.equal(await own(other), ["So am I"]);
  assert.is(await ada.locator("li.same").count(), 0, "two people are not shown as one");
  await screenshot(other, "phone-same-name");
  const second = await ada.context().newPage();
  await second.goto(address("twins"));
  await seen(second, "So am I");
  assert.equal(await own(second), ["I am Ada"], "another window of the same browser");
  await second.getByLabel("Name").fill("Ada II");
  await say(second, "Under another name");
  await seen(ada, "Under another name");
  assert.equal(await own(ada), ["I am Ada", "Under another name"]);
  await ada.reload();
  await seen(ada, "Under another name");
  assert.equal(await own(ada), ["I am Ada", "Under another name"]);
});

test("web addresses are links, and nothing else is", async () => {
  const ada = await open("links", 1280, "Ada");
  const bob = await open("links", 390, "Bob");
  const text =
    'See https://example.com/a_(b)?q=1&r=<x>, (http://example.org/), "https://example.net/żółw". ' +
    "javascript:alert(1) data:text/html,x ftp://example.com https:// https://user:secret@example.com/ xhttps://example.com " +
    "HTTPS://EXAMPLE.COM/Up <a href=javascript:alert(1)>no</a> https://example.com/%22onclick=alert(1)";
  await field(ada).fill(text);
  await field(ada).press("Enter");
  for (const page of [ada, bob]) {
    await seen(page, "onclick");
    const body = page.locator("li .body");
    assert.is(await body.textContent(), text, "not a character is lost");
    assert.equal(await body.locator("a").allTextContents(), [
      "https://example.com/a_(b)?q=1&r=",
      "http://example.org/",
      "https://example.net/żółw",
      "HTTPS://EXAMPLE.COM/Up",
      "https://example.com/%22onclick=alert(1)",
    ]);
    const found = await body
      .locator("a")
      .evaluateAll((links: readonly Attributes[]) =>
        links.map((link) => link.getAttributeNames().map((name) => `${name}=${link.getAttribute(name)}`)),
      );
    assert.equal(found[2], [
      "href=https://example.net/%C5%BC%C3%B3%C5%82w",
      "target=_blank",
      "rel=noopener noreferrer nofollow",
    ]);
    for (const attributes of found) assert.is(attributes.length, 3);
    assert.ok(await fits(page));
  }
  await screenshot(ada, "desktop-links");
  await screenshot(bob, "phone-links");
});

/** The part of a DOM element that is needed here. */
interface Attributes {
  getAttributeNames(): string[];
  getAttribute(name: string): string | null;
}

// See above: Bun runs the other tests of the chat.
if ("Bun" in globalThis) {
  const none = suite("the page of examples/chat in a browser");
  none("runs on Node only", () => assert.ok(true));
  none.run();
} else test.run();
