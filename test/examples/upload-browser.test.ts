/** The page of the uploads in a real browser: progress, cancelling, refusals, the list. On Node only, see _support/browser.ts. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { fits, screenshot, TestBrowser } from "../_support/browser.ts";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/upload in a browser", { deadline: 60, needs: ["chromium"] });
const LARGE = 200_000_000;
const folder = mkdtempSync(join(tmpdir(), "landspout-test-"));
let server: Example;
let browser: TestBrowser;

function newFile(name: string, size: number): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  truncateSync(path, size);
  return path;
}
const open = (width: number, scheme?: "light" | "dark"): Promise<Page> =>
  browser.open(`http://127.0.0.1:${server.port}/`, width, scheme);
const choose = (page: Page, ...paths: string[]): Promise<void> => page.locator("#files").setInputFiles(paths);
const row = (page: Page, name: string) => page.locator("#list li", { hasText: name });
const stored = (): number => readdirSync(/folder +(.*), deleted/.exec(server.banner)?.[1] ?? "").length;

/** The server is slow for this page: what is on its way can be looked at. Bytes per second, or -1 for no limit. */
async function throttle(page: Page, uploadThroughput: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput,
  });
}

test.before(async () => {
  server = await startExample("upload/server.ts", ["--port", "0", "--quiet", "--max-size", "250M", "--folder", folder]);
  browser = await TestBrowser.launch();
});
test.after.each(async () => {
  await browser?.clear();
  assert.equal(browser?.complaints.splice(0), []);
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("sends a large file and shows what the server made of it", async () => {
  const page = await open(1280);
  await page.getByText("Nothing has been uploaded yet.").waitFor();
  await page.getByText("Up to 250 MB each").waitFor();
  await screenshot(page, "upload-desktop-empty");
  await choose(page, newFile("holiday.mp4", LARGE));
  const done = row(page, "holiday.mp4");
  await done.getByText("SHA-256").waitFor();
  assert.match(await done.innerText(), /200 MB/);
  await page.getByText("1 file, 200 MB").waitFor();
  const download = page.waitForEvent("download");
  await done.getByRole("link").click();
  assert.is((await download).suggestedFilename(), "holiday.mp4");
  await page.reload();
  await row(page, "holiday.mp4").getByText("SHA-256").waitFor();
  await row(page, "holiday.mp4").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Nothing has been uploaded yet.").waitFor();
  assert.is(stored(), 0);
});

test("sends one file after another, shows progress, and cancels", async () => {
  const page = await open(390);
  await throttle(page, 4_000_000);
  const files = ["one <b>bold name.bin", "two with a name that is much longer than any phone is wide, really.bin"];
  await choose(page, ...files.map((name) => newFile(name, 40_000_000)), newFile("three.txt", 3));
  const first = row(page, "one <b>bold");
  await first.getByText("MB/s").waitFor();
  assert.match(await first.innerText(), /\d+ %\s+[\d.]+ MB of 40\.0 MB\s+[\d.]+ [kM]B\/s\s+\d+ s left/);
  assert.ok(
    await first.locator("progress").evaluate((it: { readonly value?: number }) => it.value),
    "the bar has moved",
  );
  assert.match(await row(page, "two with").innerText(), "waiting");
  assert.ok(await fits(page), "the page is not wider than the phone");
  await screenshot(page, "upload-phone-progress");
  await row(page, "two with").getByRole("button", { name: "Cancel" }).click();
  await first.getByRole("button", { name: "Cancel" }).click();
  await row(page, "three.txt").getByText("SHA-256").waitFor();
  assert.is(await page.locator("#list li").count(), 1);
  await row(page, "three.txt").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Nothing has been uploaded yet.").waitFor();
});

test("says what is too large, by itself and where the server says it", async () => {
  const page = await open(1280, "dark");
  await page.getByText("Up to 250 MB each").waitFor();
  const path = newFile("too-large.iso", 300_000_000);
  await choose(page, newFile("notes.txt", 12_345), path);
  await row(page, "too-large.iso").getByText("A file has at most 250 MB; this one has 300 MB").waitFor();
  await row(page, "notes.txt").getByText("SHA-256").waitFor();
  await page.route("**/files", (route) =>
    route.fulfill({ status: 413, contentType: "application/json", body: '{"error":"A file has at most 1 MB"}' }),
  );
  await choose(page, newFile("refused.bin", 1000));
  await row(page, "refused.bin").getByText("A file has at most 1 MB").waitFor();
  await page.unroute("**/files");
  await screenshot(page, "upload-desktop-dark");
  await row(page, "refused.bin").getByRole("button", { name: "Retry" }).click();
  await row(page, "refused.bin").getByText("SHA-256").waitFor();
  await row(page, "too-large.iso").getByRole("button", { name: "Remove" }).click();
  assert.is(await page.locator("#list li").count(), 2);
});

test("takes what is dropped beside the place for it", async () => {
  const page = await open(390, "dark");
  await page.locator("#list li").first().waitFor();
  await page.evaluate(`
    const data = new DataTransfer();
    data.items.add(new File(["dropped"], "dropped.txt"));
    for (const name of ["dragover", "drop"])
      document.querySelector("h1").dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data }));`);
  await row(page, "dropped.txt").getByText("SHA-256").waitFor();
  await screenshot(page, "upload-phone-dark");
  assert.is(await page.locator("#drop.over").count(), 0);
});

test("says so when the connection breaks off", async () => {
  const page = await open(390);
  await page.route("**/files", (route) => route.abort());
  await choose(page, newFile("lost.bin", 1000));
  await row(page, "lost.bin").getByText("The connection broke off").waitFor();
  assert.is(await page.getByRole("status").innerText(), "lost.bin: The connection broke off");
});

// See above: Bun runs the other tests of the uploads.
if ("Bun" in globalThis) {
  const none = suite("examples/upload in a browser");
  none("runs on Node only", () => assert.ok(true));
  none.run();
} else test.run();
