/** `{% module Entry(entry, { whole: true }) %}`: an entry on a page, with the style that goes with it. */
import { UIModule } from "landspout/web";
import { markdownBeginning, markdownToHTML } from "./markdown.ts";
import type { Entry } from "./store.ts";

interface Shown {
  /** All of it, with the title as the heading of the page; else how it begins. */
  readonly whole?: boolean;
}

export class EntryModule extends UIModule {
  override render(entry: Entry, { whole = false }: Shown = {}): string {
    const { html, more } = whole ? { html: markdownToHTML(entry.text), more: false } : markdownBeginning(entry.text);
    return this.renderString("modules/entry.html", { entry, whole, html, more });
  }
  override cssFiles(): string {
    return "entry.css";
  }
}

/** What an entry will look like that is not there yet. */
export class PreviewModule extends UIModule {
  override render({ title, text }: Pick<Entry, "title" | "text">): string {
    return this.renderString("modules/preview.html", { title, html: markdownToHTML(text) });
  }
  override cssFiles(): string {
    return "entry.css";
  }
}
