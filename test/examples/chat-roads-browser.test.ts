/**
 * The chat in a real browser, by every road: a WebSocket that breaks and catches up, event streams and polls where there is none; rooms,
 * who is typing, the keyboard alone, both sizes and schemes. On Node only, see browser.ts.
 */
import type { Page, WebSocketRoute } from "playwright-core";
import * as assert from "uvu/assert";
import { fits, screenshot, TestBrowser } from "../_support/browser.ts";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/chat by every road in a browser", { deadline: 60, needs: ["chromium"] });
let chat: Example;
let browser: TestBrowser;

const address = (room: string): string => `http://127.0.0.1:${chat.port}/#${room}`;

/** Opens a room; what is missing in the browser is removed before the page runs. */
async function open(room: string, width: number, missing: readonly string[] = []): Promise<Page> {
  const page = await browser.open("about:blank", width);
  await page.addInitScript(missing.map((name) => `delete globalThis.${name};`).join(""));
  await page.goto(address(room));
  await page.getByText("Online", { exact: true }).waitFor();
  return page;
}

async function name(page: Page, text: string): Promise<void> {
  await page.getByLabel("Name").fill(text);
  await page.getByLabel("Name").press("Enter");
}
async function say(page: Page, text: string): Promise<void> {
  const field = page.getByLabel("Message", { exact: true });
  await field.fill(text);
  await field.press("Enter");
  await page.locator("li .body", { hasText: text }).waitFor();
}
const seen = (page: Page, text: string): Promise<void> => page.locator("li .body", { hasText: text }).waitFor();
const road = async (page: Page): Promise<string> => (await page.locator("#road").textContent()) ?? "";
const bodies = (page: Page): Promise<string[]> => page.locator("li .body").allTextContents();

test.before(async () => {
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
  browser = await TestBrowser.launch();
});
test.after.each(async () => {
  await browser?.clear();
  // A network that is away is not the page's mistake.
  assert.equal(
    browser?.complaints.splice(0).filter((text) => !text.includes("net::ERR_")),
    [],
  );
});
test.after(async () => {
  await browser?.close();
  await chat?.stop();
});

test("two windows talk over a WebSocket, and nothing is asked for again", async () => {
  const ada = await open("talk", 1280);
  const bob = await open("talk", 390);
  assert.is(await road(ada), "by WebSocket");
  assert.is(await road(bob), "by WebSocket");
  const requests: string[] = [];
  for (const page of [ada, bob]) page.on("request", (request) => requests.push(request.url()));
  await name(ada, "Ada");
  await name(bob, "Bob");
  await say(ada, "Over the wire");
  await seen(bob, "Over the wire");
  await say(bob, "And back");
  await seen(ada, "And back");
  assert.equal(requests, []);
});

test("catches up when its network was away", async () => {
  const ada = await open("network", 1280);
  const bob = await open("network", 390);
  await name(ada, "Ada");
  await name(bob, "Bob");
  await say(ada, "Before");
  await seen(bob, "Before");
  await bob.context().setOffline(true);
  await bob.getByText("Offline, trying again").waitFor();
  await say(ada, "Missed one");
  await say(ada, "Missed two");
  assert.equal(await bodies(bob), ["Before"]);
  await screenshot(bob, "phone-offline");
  await bob.context().setOffline(false);
  await seen(bob, "Missed two");
  await bob.getByText("Online", { exact: true }).waitFor();
  assert.equal(await bodies(bob), ["Before", "Missed one", "Missed two"]);
  assert.is(await road(bob), "by WebSocket");
});

test("catches up when the connection was cut, and sends what was on its way once", async () => {
  const bob = await open("about", 390);
  let cut: WebSocketRoute | undefined;
  let swallow = false;
  await bob.routeWebSocket("**/socket?**", (route) => {
    const server = route.connectToServer();
    cut = route;
    // The message arrives, the answer does not.
    server.onMessage((message) => {
      if (!swallow) route.send(message);
      else void route.close({ code: 1011 });
    });
  });
  await bob.goto(address("cut"));
  await bob.reload();
  await bob.getByText("Online", { exact: true }).waitFor();
  const ada = await open("cut", 1280);
  await name(ada, "Ada");
  await name(bob, "Bob");
  await say(ada, "Before");
  await seen(bob, "Before");
  assert.ok(cut !== undefined);
  await cut.close({ code: 1011 });
  await say(ada, "Missed");
  await seen(bob, "Missed");
  swallow = true;
  await bob.getByLabel("Message", { exact: true }).fill("Only once");
  await bob.getByLabel("Message", { exact: true }).press("Enter");
  await seen(ada, "Only once");
  swallow = false;
  await seen(bob, "Only once");
  await say(ada, "After");
  await seen(bob, "After");
  for (const page of [ada, bob]) assert.equal(await bodies(page), ["Before", "Missed", "Only once", "After"]);
});

for (const [missing, expected] of [
  [["WebSocket"], "by server-sent events"],
  [["WebSocket", "EventSource"], "by long polling"],
] as const) {
  test(`falls back by itself: ${expected}`, async () => {
    const room = `fallback ${missing.length}`;
    const ada = await open(room, 1280);
    const bob = await open(room, 390, missing);
    assert.is(await road(bob), expected);
    await name(ada, "Ada");
    await name(bob, "Bob");
    await say(ada, "Do you hear me?");
    await seen(bob, "Do you hear me?");
    await say(bob, "Loud and clear");
    await seen(ada, "Loud and clear");
    await bob.getByLabel("Message", { exact: true }).pressSequentially("And");
    await ada.getByText("Bob is typing…").waitFor();
    await ada.getByLabel("Message", { exact: true }).pressSequentially("Yes");
    await bob.getByText("Ada is typing…").waitFor();
    await bob.context().setOffline(true);
    await bob.getByText("Offline, trying again").waitFor();
    await say(ada, "Missed");
    await bob.context().setOffline(false);
    await seen(bob, "Missed");
    assert.equal(await bodies(bob), ["Do you hear me?", "Loud and clear", "Missed"]);
    assert.is(await road(bob), expected);
  });
}

test("falls back where WebSockets are let through, and nothing over them", async () => {
  const page = await browser.open("about:blank", 1280);
  await page.routeWebSocket("**/socket?**", () => undefined);
  await page.goto(address("silent"));
  await page.getByText("by server-sent events").waitFor();
});

test("shows who is there and who is typing, and forgets it", async () => {
  const ada = await open("typing", 1280);
  const bob = await open("typing", 390);
  await name(ada, "Ada");
  await name(bob, "Bob");
  const people = ada.getByRole("region", { name: "Here now" }).getByRole("listitem");
  await people.getByText("Bob").waitFor();
  assert.equal(await people.locator("bdi").allTextContents(), ["Ada (you)", "Bob"]);
  const field = bob.getByLabel("Message", { exact: true });
  await field.pressSequentially("Hel");
  await ada.getByText("Bob is typing…").waitFor();
  assert.is(await bob.locator("#typing").textContent(), "", "not to oneself");
  await screenshot(ada, "desktop-typing");
  await field.fill("");
  await ada.locator("#typing:empty").waitFor({ state: "attached" });
  await field.pressSequentially("Hello");
  await ada.getByText("Bob is typing…").waitFor();
  await field.press("Enter");
  await seen(ada, "Hello");
  await ada.locator("#typing:empty").waitFor({ state: "attached" });
});

test("goes to other rooms and back, by keyboard alone", async () => {
  const ada = await open("lobby", 390);
  const bob = await open("garden", 1280);
  await name(bob, "Bob");
  await say(bob, "In the garden");
  await name(ada, "Ada");
  await say(ada, "In the lobby");
  await ada.getByRole("button", { name: "Only you" }).focus();
  await ada.keyboard.press("Enter");
  assert.ok(await fits(ada));
  const garden = ada.getByRole("link", { name: "garden, 1 inside" });
  await garden.waitFor();
  await screenshot(ada, "phone-rooms");
  await ada.keyboard.press("Escape");
  assert.is(await garden.count(), 0, "the list is closed");
  await ada.keyboard.press("Enter");
  await ada.keyboard.press("Tab");
  await ada.keyboard.press("Tab");
  assert.is(await ada.evaluate("document.activeElement.textContent"), "garden1");
  await ada.keyboard.press("Enter");
  await seen(ada, "In the garden");
  assert.equal(await bodies(ada), ["In the garden"]);
  assert.match(await ada.title(), "garden");
  await bob.getByText("2 people here").waitFor();
  await ada.goBack();
  await seen(ada, "In the lobby");
  await bob.getByText("Only you").waitFor();
  await bob.getByLabel("Another room").fill("Żółw Cellar");
  await bob.getByLabel("Another room").press("Enter");
  await bob.getByRole("heading", { name: "żółw cellar" }).waitFor();
  await bob.getByRole("link", { name: "żółw cellar, 1 inside" }).waitFor();
  await screenshot(bob, "desktop-rooms");
});

test("says why a room cannot be entered", async () => {
  const page = await browser.open(address("%3Cb%3E"), 390);
  await page.getByText("A room has at most 32 letters and digits in its name").waitFor();
  assert.ok(await fits(page));
  await screenshot(page, "phone-no-room");
  await page.getByRole("button", { name: "Rooms" }).click();
  await page.getByLabel("Another room").fill("lobby");
  await page.getByLabel("Another room").press("Enter");
  await page.getByText("Online", { exact: true }).waitFor();
  // Refusals are on the console of the browser, by its own doing.
  browser.complaints.splice(0);
});

test("fits phones and desktops, light and dark, and every control has a name", async () => {
  const writer = await open("looks", 1280);
  await name(writer, "Ada");
  await say(writer, "A room with a view: " + "long".repeat(60));
  for (const scheme of ["light", "dark"] as const) {
    const page = await browser.open(address("looks"), 1280, scheme);
    await seen(page, "A room with a view");
    for (const width of [320, 390, 832, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      assert.ok(await fits(page), `${width}, ${scheme}`);
      await screenshot(page, `looks-${width}-${scheme}`);
      const nameless = await page.evaluate<string[]>(`[...document.querySelectorAll("button, input, textarea, a")]
        .filter((it) => it.checkVisibility() && !(it.labels?.length > 0 || it.textContent.trim() !== "" || it.ariaLabel))
        .map((it) => it.outerHTML)`);
      assert.equal(nameless, []);
    }
  }
});

// See above: Bun runs the other tests of the chat.
if ("Bun" in globalThis) {
  const none = suite("examples/chat by every road in a browser");
  none("runs on Node only", () => assert.ok(true));
  none.run();
} else test.run();
