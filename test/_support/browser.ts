/**
 * A headless Chromium for the pages of examples. On Node only: the driver of the browser is not made for Bun. Whatever a page
 * complains of on its console, what a content security policy forbids included, is collected. Screenshots go to SCREENSHOTS, if set.
 */
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { pathOf } from "./programs.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export class TestBrowser {
  readonly #browser: Browser;
  /** Errors on the consoles of all pages; a test takes them with `splice`. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: pathOf("chromium"), args: FLAGS }));
  }

  async open(url: string, width: number, scheme: "light" | "dark" = "light"): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("Failed to load resource"))
        this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    await page.goto(url);
    return page;
  }
  /** Closes all pages. */
  async clear(): Promise<void> {
    for (const context of this.#browser.contexts()) await context.close();
  }
  async close(): Promise<void> {
    await this.#browser.close();
  }
}

export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder !== undefined) await page.screenshot({ animations: "disabled", path: join(folder, `${name}.png`) });
}

/** Whether a page is no wider than its window. */
export async function fits(page: Page): Promise<boolean> {
  const wide = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  return wide <= 0;
}
