/**
 * What all pages of the blog share: who reads, in which language, the headers, the page of an error. Which pages there are it must
 * not know.
 */
import { HTTPError, RequestHandler } from "landspout";
import { get as localeFor } from "landspout/locale";
import type { Locale } from "landspout/locale";
import type { SendErrorOptions } from "landspout/web";
import type { Attempts } from "./attempts.ts";
import { safePath } from "./safe-path.ts";
import type { Store, User } from "./store.ts";

/** The setting `blog`. */
export interface Blog {
  readonly store: Store;
  readonly title: string;
  /** Where readers find it, without a slash at the end; undefined: as the request says. */
  readonly url: string | undefined;
  readonly attempts: Attempts;
}

/** Languages of the pages: their codes, and what they call themselves. */
export const LANGUAGES: readonly (readonly [code: string, name: string])[] = [
  ["en", "English"],
  ["de", "Deutsch"],
];
const SESSION = "blog_user";
const LANGUAGE = "blog_language";
/** Days. */
const SESSION_LASTS = 30;
const LANGUAGE_LASTS = 365;

/** Styles and pictures from here, forms to here, nothing else: no script at all, no frames around us. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** An error with a sentence for people, which the page shows in their language. */
export class Refusal extends HTTPError {
  readonly sentence: string;
  constructor(status: number, sentence: string, headers: { readonly [name: string]: string } = {}) {
    super(status, { headers });
    this.sentence = sentence;
  }
}

const SENTENCES: { readonly [status: number]: string } = {
  403: "You are not logged in, or this form is too old. Load its page again and send it once more.",
  404: "There is no such page. Perhaps there once was.",
  405: "That cannot be done here.",
};

export class BlogHandler extends RequestHandler {
  get blog(): Blog {
    return this.settings["blog"] as Blog;
  }
  get store(): Store {
    return this.blog.store;
  }

  override setDefaultHeaders(): void {
    this.setHeader("Content-Security-Policy", POLICY);
    this.setHeader("X-Content-Type-Options", "nosniff");
    this.setHeader("Referrer-Policy", "same-origin");
    // A page is somebody's, in a language. Asked for again each time.
    this.setHeader("Cache-Control", "private, no-cache");
    this.setHeader("Vary", "Accept-Language, Cookie");
  }

  // --- who reads ---

  override getCurrentUser(): User | undefined {
    const id = this.getSignedCookie(SESSION, { maxAgeDays: SESSION_LASTS });
    return id === undefined ? undefined : this.store.findUser(Number(id));
  }
  get user(): User | undefined {
    return (this.currentUser ?? undefined) as User | undefined;
  }
  logIn({ id }: User): void {
    this.setSignedCookie(SESSION, String(id), { expiresDays: SESSION_LASTS, ...this.#cookieOptions });
  }
  logOut(): void {
    this.clearCookie(SESSION, this.#cookieOptions);
  }
  /** Not for scripts, not for other sites; not without TLS where there is TLS. */
  get #cookieOptions(): { httpOnly: boolean; sameSite: "Lax"; secure: boolean } {
    return { httpOnly: true, sameSite: "Lax", secure: this.address.startsWith("https:") };
  }

  // --- which language ---

  override getUserLocale(): Locale | undefined {
    const code = this.getCookie(LANGUAGE);
    return LANGUAGES.some(([one]) => one === code) ? localeFor(code) : undefined;
  }
  setLanguage(code: string): void {
    this.setCookie(LANGUAGE, code, { expiresDays: LANGUAGE_LASTS, ...this.#cookieOptions });
  }

  // --- pages ---

  /** Of the blog: protocol and host. */
  get address(): string {
    return this.blog.url ?? `${this.request.protocol}://${this.request.host}`;
  }
  /** Where `next` leads, if it is a place of this blog; else home. */
  get next(): string {
    return safePath(this.getArgument("next", "/")) ?? "/";
  }
  /** After a form: the browser gets the page with GET, and sends nothing again when it is reloaded. */
  show(path: string): void {
    this.redirect(path, { status: 303 });
  }

  override getTemplateNamespace(): { [name: string]: unknown } {
    const { blog, user, request, locale } = this;
    const here = request.method === "POST" ? request.path : request.uri;
    return {
      ...super.getTemplateNamespace(),
      blog,
      user,
      languages: LANGUAGES,
      here,
      /** Where a login leads to. */
      back: here,
      /** A day in words. */
      day: (time: number) => locale.formatDate(time / 1000, { relative: false, fullFormat: true, shorter: true }),
      isoTime: (time: number) => new Date(time).toISOString(),
    };
  }

  override writeError(status: number, { error }: SendErrorOptions = {}): void {
    const sentence =
      error instanceof Refusal ? error.sentence : (SENTENCES[status] ?? "Something went wrong. It is not your fault.");
    void this.render("error.html", { status, sentence });
  }
}

/** For addresses that no route has. */
export class NotFoundHandler extends BlogHandler {
  override prepare(): void {
    throw new HTTPError(404);
  }
}

/** What a form brought, without what cannot stand in XML (§2.2): there is a feed. */
export function cleanText(text: string): string {
  return text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "");
}
