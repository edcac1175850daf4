/** The pages for everybody: the newest entries, one of them, the archive, the feed; the language, and what readers like. */
import { authenticated, HTTPError } from "landspout";
import { BlogHandler, cleanText, LANGUAGES } from "./blog-handler.ts";
import { markdownToHTML } from "./markdown.ts";
import type { Entry, EntryHead } from "./store.ts";

const ON_HOME = 5;
const IN_FEED = 20;

export class HomeHandler extends BlogHandler {
  override get(): void {
    const entries = this.store.newest(ON_HOME + 1);
    void this.render("home.html", { entries: entries.slice(0, ON_HOME), more: entries.length > ON_HOME });
  }
}

export class ArchiveHandler extends BlogHandler {
  override get(): void {
    const years = new Map<number, EntryHead[]>();
    for (const entry of this.store.heads()) {
      const year = new Date(entry.published).getUTCFullYear();
      years.set(year, [...(years.get(year) ?? []), entry]);
    }
    void this.render("archive.html", { years: [...years] });
  }
}

/** Handlers of addresses with the slug of an entry in them. */
export class EntryHandler extends BlogHandler {
  get entry(): Entry {
    const entry = this.store.findEntry(this.pathArgs[0] ?? "");
    if (entry === undefined) throw new HTTPError(404);
    return entry;
  }
  pathOf({ slug }: Pick<EntryHead, "slug">): string {
    return this.reverseUrl("entry", slug);
  }
}

export class EntryPageHandler extends EntryHandler {
  override get(): void {
    const { entry, user, store } = this;
    const likes = user !== undefined && store.likes(entry.id, user.id);
    void this.render("entry.html", { entry, likes, ...store.neighbours(entry) });
  }
}

/** POST `likes=yes` or `likes=no`. */
export class LikeHandler extends EntryHandler {
  override post = authenticated(function (this: LikeHandler): void {
    const { entry, user, store } = this;
    if (user !== undefined) store.setLike(entry.id, user.id, this.getBodyArgument("likes") === "yes");
    this.show(`${this.pathOf(entry)}#likes`);
  });
}

/** POST `language=de`, and where to go then. */
export class LanguageHandler extends BlogHandler {
  override post(): void {
    const code = this.getBodyArgument("language");
    if (!LANGUAGES.some(([one]) => one === code)) throw new HTTPError(400);
    this.setLanguage(code);
    this.show(this.next);
  }
}

/** RFC 4287. Ids are random and stay, whatever becomes of addresses and titles. */
export class FeedHandler extends EntryHandler {
  override get(): void {
    const { store, address } = this;
    const entries = store.newest(IN_FEED).map((entry) => ({
      ...entry,
      title: cleanText(entry.title),
      url: `${address}${this.pathOf(entry)}`,
      html: cleanText(markdownToHTML(entry.text)),
    }));
    const updated = Math.max(store.begun, ...entries.map((entry) => entry.updated));
    this.setHeader("Content-Type", "application/atom+xml; charset=UTF-8");
    // The same for everybody.
    this.setHeader("Cache-Control", "public, max-age=300");
    this.clearHeader("Vary");
    void this.render("feed.xml", { entries, updated, address, author: cleanText(store.author?.name ?? "") });
  }
}
