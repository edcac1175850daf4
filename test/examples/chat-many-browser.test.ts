/**
 * The chat of two servers in a real browser, a window at each: they talk and see each other; one loses its server, without and with another
 * behind a balancer; both lose Redis. On Node only, see browser.ts.
 */
import { once } from "node:events";
import * as net from "node:net";
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { fits, screenshot, TestBrowser } from "../_support/browser.ts";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";
import { RedisServer } from "../pubsub/_redis-server.ts";

const test = suite("examples/chat, two servers in a browser", { deadline: 60, needs: ["chromium", "redis-server"] });
const redis = new RedisServer();
let here: Example;
let there: Example;
let browser: TestBrowser;

const start = (port = 0): Promise<Example> =>
  startExample("chat/server.ts", ["--port", String(port), "--quiet", "--redis", `unix:${redis.path}`]);

async function open(server: Example, room: string, who: string, width: number, dark = false): Promise<Page> {
  const page = await browser.open(`http://127.0.0.1:${server.port}/#${room}`, width, dark ? "dark" : "light");
  await page.getByText("Online", { exact: true }).waitFor();
  await page.getByLabel("Name").fill(who);
  await page.getByLabel("Name").press("Enter");
  return page;
}
const seen = (page: Page, text: string): Promise<void> => page.locator("li .body", { hasText: text }).waitFor();
const bodies = (page: Page): Promise<string[]> => page.locator("li .body").allTextContents();
const names = (page: Page): Promise<string[]> => page.locator("#present bdi").allTextContents();
async function say(page: Page, text: string): Promise<void> {
  const field = page.getByLabel("Message", { exact: true });
  await field.fill(text);
  await field.press("Enter");
  await seen(page, text);
}

test.before(async () => {
  await redis.start();
  [here, there, browser] = await Promise.all([start(), start(), TestBrowser.launch()]);
});
test.after.each(async () => {
  await browser?.clear();
  // A server that is away is not the page's mistake.
  assert.equal(
    browser?.complaints.splice(0).filter((text) => !text.includes("net::ERR_")),
    [],
  );
});
test.after(async () => {
  await browser?.close();
  await Promise.all([here?.stop(), there?.stop()]);
  await redis.stop();
});

test("a window at each of two servers: they talk, see who is there, and who is typing", async () => {
  const ada = await open(here, "two", "Ada", 1280);
  const bob = await open(there, "two", "Bob", 390, true);
  await say(ada, "Hello from the first server");
  await seen(bob, "Hello from the first server");
  await say(bob, "And hello from the second.\nIt is another process, perhaps on another machine.");
  await seen(ada, "And hello from the second.");
  await say(ada, "I would not have noticed.");
  await ada.getByRole("region", { name: "Here now" }).getByText("Bob").waitFor();
  await bob.getByText("2 people here").waitFor();
  assert.equal(await names(ada), ["Ada (you)", "Bob"]);
  assert.equal(await names(bob), ["Ada", "Bob (you)"]);
  await bob.getByLabel("Message", { exact: true }).pressSequentially("Nor");
  await ada.getByText("Bob is typing…").waitFor();
  await seen(bob, "I would not have noticed.");
  await screenshot(ada, "two-desktop-light");
  await screenshot(bob, "two-phone-dark");
  await bob.getByRole("button", { name: "2 people here" }).click();
  await screenshot(bob, "two-phone-dark-people");
  for (const page of [ada, bob]) assert.ok(await fits(page));
  assert.equal(await bodies(ada), await bodies(bob));
  await bob.close();
  await ada.getByText("Only you").waitFor();
});

test("a window that loses its server says so, keeps what was typed, and has missed nothing when one is back", async () => {
  const ada = await open(here, "lost", "Ada", 1280, true);
  const bob = await open(there, "lost", "Bob", 390);
  await say(ada, "Before");
  await seen(bob, "Before");
  const { port } = here;
  process.kill(here.pid, "SIGKILL");
  await ada.getByText("Offline, trying again").waitFor();
  const field = ada.getByLabel("Message", { exact: true });
  await field.fill("Can you read this?");
  await field.press("Enter");
  await ada.getByRole("alert").getByText("Not sent").waitFor();
  assert.is(await field.inputValue(), "Can you read this?");
  await say(bob, "Ada?");
  await say(bob, "She is away.");
  assert.equal(await bodies(ada), ["Before"]);
  await screenshot(ada, "lost-desktop-dark");
  here = await start(port);
  await seen(ada, "She is away.");
  await ada.getByText("Online", { exact: true }).waitFor();
  await field.press("Enter");
  for (const page of [ada, bob]) await seen(page, "Can you read this?");
  for (const page of [ada, bob])
    assert.equal(await bodies(page), ["Before", "Ada?", "She is away.", "Can you read this?"]);
  assert.is(await ada.locator("#problem").textContent(), "");
  await ada.getByText("2 people here").waitFor();
  assert.equal((await names(ada)).sort(), ["Ada (you)", "Bob"]);
  assert.equal((await names(bob)).sort(), ["Ada", "Bob (you)"]);
  await screenshot(bob, "lost-phone-light");
});

/** A balancer: connections go to one server as long as it is there, then to the other. */
async function balance(...ports: number[]): Promise<net.Server> {
  const balancer = net.createServer((client) => {
    const join = ([port, ...others]: number[]): void => {
      if (port === undefined) {
        client.destroy();
        return;
      }
      let connected = false;
      const server = net.connect(port, "127.0.0.1", () => {
        connected = true;
        client.pipe(server).pipe(client);
      });
      server.on("error", () => undefined).on("close", () => (connected ? client.destroy() : join(others)));
      client.on("close", () => connected && server.destroy());
    };
    client.on("error", () => undefined);
    join(ports);
  });
  balancer.listen(0, "127.0.0.1");
  await once(balancer, "listening");
  return balancer;
}

test("a window whose server dies goes on at another, and nobody notices much", async () => {
  const dying = await start();
  const balancer = await balance(dying.port, there.port);
  balancer.unref();
  const { port } = balancer.address() as net.AddressInfo;
  const ada = await open({ ...dying, port }, "balanced", "Ada", 1280);
  const bob = await open(there, "balanced", "Bob", 390);
  await say(ada, "Before");
  await seen(bob, "Before");
  await bob.getByText("2 people here").waitFor();
  const counts: string[] = [];
  await bob.exposeFunction("count", (text: string) => counts.push(text));
  await bob.evaluate(`new MutationObserver(() => count(document.getElementById("people").textContent))
    .observe(document.getElementById("people"), { childList: true, characterData: true, subtree: true })`);
  process.kill(dying.pid, "SIGKILL");
  await say(bob, "Still there?");
  await seen(ada, "Still there?");
  await ada.getByText("Online", { exact: true }).waitFor();
  await say(ada, "Of course");
  await seen(bob, "Of course");
  for (const page of [ada, bob]) assert.equal(await bodies(page), ["Before", "Still there?", "Of course"]);
  assert.equal(await names(bob), ["Ada", "Bob (you)"]);
  assert.equal(counts, [], "two people all the while");
});

test("without Redis both go on, and what each has missed is in its place when it is back", async () => {
  const ada = await open(here, "apart", "Ada", 1280);
  const bob = await open(there, "apart", "Bob", 390);
  await say(ada, "Before");
  await seen(bob, "Before");
  await redis.kill();
  await say(ada, "Ada alone");
  await say(bob, "Bob alone");
  await say(ada, "Ada again");
  assert.equal(await bodies(ada), ["Before", "Ada alone", "Ada again"]);
  await redis.start();
  await seen(ada, "Bob alone");
  await seen(bob, "Ada again");
  for (const page of [ada, bob]) assert.equal(await bodies(page), ["Before", "Ada alone", "Bob alone", "Ada again"]);
  // Between two of her own there is one of his now: each has its name above it.
  assert.is(await ada.locator("li.own.same").count(), 1);
  await screenshot(ada, "apart-desktop-light");
});

// See above: Bun runs the other tests of the chat.
if ("Bun" in globalThis) {
  const none = suite("examples/chat, two servers in a browser");
  none("runs on Node only", () => assert.ok(true));
  none.run();
} else test.run();
