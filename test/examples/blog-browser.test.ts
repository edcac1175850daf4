/**
 * The blog in a real browser: somebody registers, writes, edits, reads; others are refused. On Node only: the driver of the browser is not made
 * for Bun, where the blog is tested without it. Screenshots go to SCREENSHOTS, if set.
 */
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import * as assert from "uvu/assert";
import type { Example } from "../_support/example.ts";
import { pathOf } from "../_support/programs.ts";
import { suite } from "../_support/suite.ts";
import { missing, startBlog } from "./_blog.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const TEXT = `The wind has turned. What was a *breeze* this morning is a **column of water** now, half a mile off the coast.

## What to take in

- the laundry
- the boat, if it is small
- advice from those who have seen one

> A waterspout is a tornado that has found the sea.

One more thing: see [the archive](/archive), or run \`npm start\`.

\`\`\`
const server = app.listen(8888);
\`\`\``;

const test = suite("examples/blog in a browser", { deadline: 60, needs: ["chromium"] });
let blog: Example;
let browser: Browser;
/** The author's window. */
let ada: Page;
const complaints: string[] = [];

const address = (path = "/"): string => `http://127.0.0.1:${blog.port}${path}`;

interface Look {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly locale?: string;
}

async function open(path = "/", { width = 1280, scheme = "light", locale = "en-US" }: Look = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, locale });
  const page = await context.newPage();
  // Also what the content security policy forbids is reported here; a refusal is not our complaint.
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address(path));
  return page;
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder !== undefined)
    await page.screenshot({ animations: "disabled", fullPage: true, path: join(folder, `${name}.png`) });
}

async function register(page: Page, name: string): Promise<void> {
  await page.goto(address("/register"));
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail").fill(`${name.toLowerCase()}@blog.example`);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Register" }).click();
}

async function write(title: string, text: string): Promise<void> {
  await ada.goto(address("/compose"));
  await ada.getByLabel("Title").fill(title);
  await ada.getByLabel("Text", { exact: true }).fill(text);
  await ada.getByRole("button", { name: "Publish" }).click();
  await ada.getByRole("heading", { level: 1, name: title }).waitFor();
}

const widthOf = (page: Page): Promise<number> => page.evaluate("document.documentElement.scrollWidth");

test.before(async () => {
  blog = await startBlog("--title", "Out at sea");
  browser = await chromium.launch({ executablePath: pathOf("chromium"), args: FLAGS });
  ada = await open();
});
test.after.each(async () => {
  for (const context of browser?.contexts() ?? []) if (context !== ada.context()) await context.close();
  assert.equal(complaints.splice(0), []);
});
test.after(async () => {
  await browser?.close();
  await blog?.stop();
});

test("the first who registers becomes the author", async () => {
  await screenshot(ada, "desktop-new");
  await ada.getByRole("link", { name: "Register" }).click();
  await ada.getByText("You are the first").waitFor();
  await screenshot(ada, "desktop-register");
  await register(ada, "Ada");
  await ada.getByRole("heading", { name: "A new entry" }).waitFor();
  await ada.getByText("Logged in as Ada").waitFor();
});

test("the author sees a preview, publishes, and changes an entry", async () => {
  await ada.goto(address("/compose"));
  await ada.getByLabel("Title").fill("A spout off the coast");
  await ada.getByLabel("Text", { exact: true }).fill("Soon **here**");
  await ada.getByRole("button", { name: "Preview" }).click();
  await ada.locator(".preview strong", { hasText: "here" }).waitFor();
  await screenshot(ada, "desktop-preview");
  const stranger = await open("/");
  assert.is(await stranger.getByText("A spout off the coast").count(), 0);
  await ada.getByRole("button", { name: "Publish" }).click();
  await ada.getByRole("heading", { level: 1, name: "A spout off the coast" }).waitFor();
  assert.is(new URL(ada.url()).pathname, "/entry/a-spout-off-the-coast");
  await ada.getByRole("link", { name: "Change" }).click();
  assert.is(await ada.getByLabel("Text", { exact: true }).inputValue(), "Soon **here**");
  await ada.getByLabel("Text", { exact: true }).fill(TEXT);
  await ada.getByRole("button", { name: "Save" }).click();
  await ada.getByRole("heading", { name: "What to take in" }).waitFor();
  assert.is(await ada.locator(".text li").count(), 3);
});

test("others read, on a screen and on a phone, by day and by night", async () => {
  await write(
    "Morning fog & <clouds>",
    "Nothing to be seen, and nothing to be written about. That is how it should be.",
  );
  await write("On long words", `They wrap: ${"x".repeat(120)}. And \`${"y".repeat(90)}\`, too.`);
  const looks: (Look & { name: string })[] = [];
  for (const width of [1280, 390])
    for (const scheme of ["light", "dark"] as const)
      looks.push({ width, scheme, name: `${width === 390 ? "phone" : "desktop"}-${scheme}` });
  for (const { name, ...look } of looks) {
    const page = await open("/", look);
    await page.getByRole("heading", { name: "Morning fog & <clouds>" }).waitFor();
    await screenshot(page, `${name}-home`);
    assert.is(await widthOf(page), look.width, "no wider than the screen");
    await page.getByRole("link", { name: "A spout off the coast", exact: true }).click();
    await page.locator("blockquote").waitFor();
    await screenshot(page, `${name}-entry`);
    assert.is(await widthOf(page), look.width);
    await page.getByRole("link", { name: "Archive", exact: true }).click();
    await page.getByRole("heading", { name: String(new Date().getUTCFullYear()) }).waitFor();
    await screenshot(page, `${name}-archive`);
    await page.goto(address("/login?next=/archive"));
    await screenshot(page, `${name}-login`);
    assert.is(await widthOf(page), look.width);
  }
});

test("a reader likes an entry, and is refused to write", async () => {
  const bob = await open("/", { width: 390 });
  await register(bob, "Bob");
  await bob.getByText("Logged in as Bob").waitFor();
  assert.is(await bob.getByRole("link", { name: "Write", exact: true }).count(), 0);
  await bob.goto(address("/entry/a-spout-off-the-coast"));
  await bob.getByRole("button", { name: "I like it" }).click();
  await bob.getByRole("button", { name: "You like it", pressed: true }).waitFor();
  await bob.getByText("liked by one reader").waitFor();
  await screenshot(bob, "phone-liked");
  for (const path of ["/compose", "/entry/a-spout-off-the-coast/edit"]) {
    assert.is((await bob.goto(address(path)))?.status(), 403);
    await bob.getByText("Only the author writes here.").waitFor();
  }
  await screenshot(bob, "phone-refused");
});

test("a wrong password is refused, the right one leads to where one wanted to go", async () => {
  const page = await open("/compose", { width: 390, scheme: "dark" });
  await page.getByLabel("E-mail").fill("ada@blog.example");
  await page.getByLabel("Password").fill("wrong horse");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").getByText("The address or the password is wrong.").waitFor();
  assert.is(await page.getByLabel("E-mail").inputValue(), "ada@blog.example");
  assert.is(await page.getByLabel("Password").inputValue(), "");
  await screenshot(page, "phone-wrong-password");
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "A new entry" }).waitFor();
  await screenshot(page, "phone-compose");
  assert.is(await widthOf(page), 390);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("link", { name: "Log in" }).waitFor();
});

test("a form without its token is refused", async () => {
  await ada.goto(address("/compose"));
  await ada.getByLabel("Title").fill("Forged");
  await ada.getByLabel("Text", { exact: true }).fill("text");
  await ada.evaluate("document.querySelectorAll('main [name=_xsrf]').forEach((it) => it.remove())");
  await ada.getByRole("button", { name: "Publish" }).click();
  await ada.getByText("this form is too old").waitFor();
  await ada.goto(address("/archive"));
  assert.is(await ada.getByText("Forged").count(), 0);
});

test("another site cannot send a form in the author's name", async () => {
  const other = await ada.context().newPage();
  const form = `<form method="post" action="${address("/compose")}"><input name="title" value="Forged"><input name="text" value="x"></form>`;
  // Another origin than that of the blog: the cookie is not sent, nor would the token be known.
  await other.route("http://other.example/", (route) => route.fulfill({ contentType: "text/html", body: form }));
  await other.goto("http://other.example/");
  await other.evaluate("document.forms[0].submit()");
  await other.getByText("You are not logged in, or this form is too old.").waitFor();
  await other.close();
});

test("speaks German to those who want it", async () => {
  const page = await open("/entry/a-spout-off-the-coast", { locale: "de-DE" });
  await page.getByRole("link", { name: "Archiv", exact: true }).waitFor();
  await page.getByText("gefällt einer Person").waitFor();
  assert.is(await page.evaluate("document.documentElement.lang"), "de");
  await screenshot(page, "desktop-german");
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("link", { name: "Archive", exact: true }).waitFor();
  assert.is(new URL(page.url()).pathname, "/entry/a-spout-off-the-coast", "stays on its page");
  await page.goto(address("/no-such-page"));
  await page.getByText("There is no such page.").waitFor();
  await page.getByRole("button", { name: "Deutsch" }).click();
  await page.getByText("Diese Seite gibt es nicht.").waitFor();
  await screenshot(page, "desktop-missing");
});

test("the browser reads the feed as XML", async () => {
  const page = await open("/archive");
  const body = await (await page.context().request.get(address("/feed"))).text();
  const parsed = await page.evaluate(`(() => {
    const feed = new DOMParser().parseFromString(${JSON.stringify(body)}, "application/xml");
    if (feed.querySelector("parsererror")) return feed.documentElement.textContent;
    return [...feed.querySelectorAll("entry > title")].map((title) => title.textContent).join(", ");
  })()`);
  assert.is(parsed, "On long words, Morning fog & <clouds>, A spout off the coast");
});

test("the author removes an entry", async () => {
  await ada.goto(address("/entry/on-long-words/edit"));
  await ada.getByText("Remove this entry").click();
  await screenshot(ada, "desktop-remove");
  await ada.getByRole("button", { name: "Remove for ever" }).click();
  await ada.waitForURL(address("/"));
  assert.is(await ada.getByText("On long words").count(), 0);
});

// See above: Bun runs the other tests of the blog.
const skipped = "Bun" in globalThis ? "runs on Node only" : missing;
if (skipped === undefined) test.run();
else {
  const none = suite("examples/blog in a browser");
  none(skipped, () => assert.ok(true));
  none.run();
}
