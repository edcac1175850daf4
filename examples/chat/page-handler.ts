/** The files of the page, read once, under a content security policy; the page itself brings the cookie of its visitor. */
import { readFileSync } from "node:fs";
import { RequestHandler } from "landspout";
import { welcomeVisitor } from "./visitor.ts";

/** Scripts and styles from here, data from here, nothing else; no frames around us. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** A file of the page, for the route of a `PageHandler`; read once. */
export function pageFile(name: string, type: string): PageFile {
  return { type: `${type}; charset=UTF-8`, text: readFileSync(new URL(`page/${name}`, import.meta.url), "utf8") };
}

export class PageHandler extends RequestHandler {
  #file: PageFile = { type: "", text: "" };

  override initialize(file: PageFile): void {
    this.#file = file;
  }
  override get(): void {
    if (this.request.path === "/") welcomeVisitor(this);
    this.setHeader("Content-Type", this.#file.type);
    this.setHeader("Content-Security-Policy", POLICY);
    this.setHeader("X-Content-Type-Options", "nosniff");
    // Asked for again each time, and answered with 304 by its entity tag.
    this.setHeader("Cache-Control", "no-cache");
    this.write(this.#file.text);
  }
}
