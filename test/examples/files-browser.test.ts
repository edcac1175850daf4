/** A served folder in a real browser: by mouse and by keyboard, wide and narrow. On Node only, see _support/browser.ts. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { fits, screenshot, TestBrowser } from "../_support/browser.ts";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/files in a browser", { deadline: 60, needs: ["chromium"] });
const outside = mkdtempSync(join(tmpdir(), "landspout-test-"));
const folder = join(outside, "Photos & notes");
let server: Example;
let browser: TestBrowser;

function file(name: string, size: number, seconds: number): void {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(size, "text "));
  utimesSync(path, seconds, seconds);
}
const open = (path: string, width: number, scheme?: "light" | "dark"): Promise<Page> =>
  browser.open(`http://localhost:${server.port}${path}`, width, scheme);
const names = (page: Page): Promise<string[]> => page.locator("td.name bdi").allInnerTexts();
const pathOf = (page: Page): string => new URL(page.url()).pathname;

test.before(async () => {
  mkdirSync(join(folder, "2026/Lofoten"), { recursive: true });
  mkdirSync(join(folder, "2025"));
  file("2026/Lofoten/IMG 0001.jpg", 4_812_345, 1_790_000_000);
  file("2026/Lofoten/IMG 0002.jpg", 3_912_345, 1_790_000_100);
  file("2026/Lofoten/notes.txt", 2345, 1_790_000_200);
  file("Packing list.txt", 812, 1_789_000_000);
  file(
    "a-name-without-a-single-blank-that-goes-on-and-on-and-is-wider-than-any-phone-is-wide.tar.gz",
    12_345_678,
    1_788_000_000,
  );
  file(`<b>bold "quoted"`, 5, 1_787_000_000);
  file("żółw 🐢.md", 1_234, 1_786_000_000);
  file("photo10.png", 70_000, 1_785_000_000);
  file("photo9.png", 60_000, 1_784_000_000);
  server = await startExample("files/server.ts", ["--port", "0", "--quiet", "--folder", folder]);
  browser = await TestBrowser.launch();
});
test.after.each(async () => {
  await browser?.clear();
  assert.equal(browser?.complaints.splice(0), []);
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(outside, { recursive: true, force: true });
});

test("goes down, up, and to a file", async () => {
  const page = await open("/", 1280);
  assert.is(await page.title(), "Photos & notes");
  assert.equal((await names(page)).slice(0, 2), ["2025", "2026"]);
  await screenshot(page, "files-desktop-light");
  // The whole row is the link.
  await page.locator("tr", { hasText: "2026/" }).locator("td.date").click({ force: true });
  await page.getByRole("link", { name: "Lofoten" }).click();
  assert.is(pathOf(page), "/2026/Lofoten/");
  assert.equal(await names(page), ["IMG 0001.jpg", "IMG 0002.jpg", "notes.txt"]);
  await screenshot(page, "files-desktop-deep");
  await page.getByRole("link", { name: "notes.txt" }).click();
  assert.match(await page.innerText("body"), /^text text/);
  await page.goBack();
  await page.getByRole("link", { name: ".. (up)" }).click();
  assert.is(pathOf(page), "/2026/");
  await page.getByRole("navigation").getByRole("link", { name: "Photos & notes" }).click();
  assert.is(pathOf(page), "/");
});

test("sorts by the heads of the columns, and stays so in other folders", async () => {
  const page = await open("/", 1280, "dark");
  await page.getByRole("link", { name: "Size" }).click();
  assert.match((await names(page))[2] ?? "", "a-name-without");
  assert.is(await page.locator("th.size").getAttribute("aria-sort"), "descending");
  await screenshot(page, "files-desktop-dark");
  await page.getByRole("link", { name: "Size" }).click();
  assert.is(await page.locator("th.size").getAttribute("aria-sort"), "ascending");
  await page.getByRole("link", { name: "2026/" }).click();
  await page.getByRole("link", { name: "Lofoten/" }).click();
  assert.equal(await names(page), ["notes.txt", "IMG 0002.jpg", "IMG 0001.jpg"]);
  await page.getByRole("link", { name: "Name" }).click();
  assert.is(new URL(page.url()).search, "", "the usual order needs no words");
});

test("is used with the keyboard alone", async () => {
  const page = await open("/2026/", 1280);
  const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.innerText");
  for (const name of ["Photos & notes", "Name", "Size", "Changed", ".. (up)", "Lofoten/"]) {
    await page.keyboard.press("Tab");
    assert.is((await focused()).trim(), name);
  }
  await screenshot(page, "files-desktop-focus");
  await Promise.all([page.waitForURL("**/Lofoten/"), page.keyboard.press("Enter")]);
});

test("fits on a phone, with rows a thumb can hit", async () => {
  for (const scheme of ["light", "dark"] as const) {
    const page = await open("/", 390, scheme);
    assert.ok(await fits(page), "the page is not wider than the phone");
    await screenshot(page, `files-phone-${scheme}`);
    const heights = await page
      .locator("tbody tr")
      .evaluateAll((rows: { getBoundingClientRect(): { height: number } }[]) =>
        rows.map((row) => row.getBoundingClientRect().height),
      );
    assert.ok(Math.min(...heights) >= 44, `rows of ${heights.join(", ")} px`);
    await page.locator("tr", { hasText: "2026/" }).locator("td.date").click({ force: true });
    await page.getByRole("link", { name: "Lofoten" }).waitFor();
    if (scheme === "light") await screenshot(page, "files-phone-deep");
  }
});

test("says that something is not there, on a page like the others", async () => {
  const page = await open("/missing", 390, "dark");
  await page.getByRole("heading", { name: "404" }).waitFor();
  await screenshot(page, "files-phone-missing");
  await page.getByRole("link", { name: "To the top" }).click();
  await page.getByRole("link", { name: "2026/" }).waitFor();
});

// See above: Bun runs the other tests of the folder.
if ("Bun" in globalThis) {
  const none = suite("examples/files in a browser");
  none("runs on Node only", () => assert.ok(true));
  none.run();
} else test.run();
