/** The author's pages: write an entry, look at it before others do, change it, remove it. */
import { authenticated } from "landspout";
import { cleanText, Refusal } from "./blog-handler.ts";
import { EntryHandler } from "./reading.ts";

/** Characters. */
const LONGEST_TITLE = 200;
const LONGEST_TEXT = 100_000;

interface Draft {
  readonly title: string;
  readonly text: string;
}

/** Readers that are logged in may look, but not here. Others are asked to log in. */
class AuthorHandler extends EntryHandler {
  override prepare(): void {
    if (this.user?.isAuthor === false) throw new Refusal(403, "Only the author writes here.");
  }
}

function problemOf({ title, text }: Draft): string | undefined {
  if (title === "") return "The title is missing.";
  if (text === "") return "The text is missing.";
  if (title.length > LONGEST_TITLE) return "The title is too long.";
  if (text.length > LONGEST_TEXT) return "The text is too long.";
  return undefined;
}

/** The form for a new entry, or for the one whose slug is in the address. */
export class ComposeHandler extends AuthorHandler {
  override get = authenticated(function (this: ComposeHandler): void {
    this.#form(this.isNew ? { title: "", text: "" } : this.entry);
  });

  override post = authenticated(function (this: ComposeHandler): void {
    const draft = {
      title: cleanText(this.getBodyArgument("title", "")).replace(/\s+/g, " "),
      text: cleanText(this.getBodyArgument("text", "")).replace(/\r\n?/g, "\n"),
    };
    const problem = problemOf(draft);
    if (problem !== undefined) this.setStatus(400);
    if (problem !== undefined || this.getBodyArgument("action", "publish") === "preview") {
      this.#form(draft, problem, problem === undefined ? draft : undefined);
      return;
    }
    const { store } = this;
    if (this.isNew) {
      this.show(this.pathOf({ slug: store.addEntry(draft.title, draft.text) }));
    } else {
      const { entry } = this;
      store.changeEntry(entry.id, draft.title, draft.text);
      this.show(this.pathOf(entry));
    }
  });

  get isNew(): boolean {
    return this.pathArgs.length === 0;
  }
  #form(draft: Draft, problem?: string, preview?: Draft): void {
    const entry = this.isNew ? undefined : this.entry;
    const limits = { title: LONGEST_TITLE, text: LONGEST_TEXT };
    void this.render("compose.html", { draft, problem, preview, entry, limits });
  }
}

export class RemoveHandler extends AuthorHandler {
  override post = authenticated(function (this: RemoveHandler): void {
    this.store.removeEntry(this.entry.id);
    this.show("/");
  });
}
