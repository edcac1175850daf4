/**
 * The cookies a `RequestHandler` reads and sets, which are sent with the head of its answer, and the name under which a client saves
 * the answer.
 */
import { UsageError } from "../../errors.ts";
import { contentDisposition } from "../../http/message/content-disposition.ts";
import type { DownloadOptions } from "../../http/message/content-disposition.ts";
import type { ClearCookieOptions, SetCookieOptions } from "../../http/message/set-cookie.ts";
import { internals } from "./internals.ts";
import { HandlerOutput } from "./output.ts";
import type { NewCookies } from "./new-cookies.ts";

export abstract class HandlerCookies extends HandlerOutput {
  /** Cookies of the request by name. */
  get cookies(): { readonly [name: string]: string } {
    return this.request.cookies;
  }
  getCookie(name: string): string | undefined;
  getCookie<T>(name: string, fallback: T): string | T;
  getCookie(name: string, fallback?: unknown): unknown {
    return this.request.cookies[name] ?? fallback;
  }

  /**
   * Sets a cookie; it replaces, attributes included, an earlier one of the same name. Path `/` unless another is given.
   * @throws UsageError on a name, value or attribute that cannot stand in the field, or breaks its own prefix.
   */
  setCookie(name: string, value: string, options: SetCookieOptions = {}): void {
    if (internals.isLate(this, "setCookie")) return;
    this.#toBeSent().set(name, value, options);
  }

  /** Makes the client drop a cookie. `domain`, `path` and the like must be those it was set with. */
  clearCookie(name: string, options: ClearCookieOptions = {}): void {
    this.setCookie(name, "", { ...options, expires: new Date(0), maxAge: 0 });
  }

  /** `clearCookie` for every cookie of the request, whatever it is called; with what the prefix of its name asks for. */
  clearAllCookies(options: ClearCookieOptions = {}): void {
    if (internals.isLate(this, "clearAllCookies")) return;
    this.#toBeSent().clear(Object.keys(this.request.cookies), options);
  }

  /**
   * Has the client save the answer under a name, or with `{ type: "inline" }` show it and know the name: sets `Content-Disposition` to what
   * `contentDisposition` (`landspout/httputil`) makes of it. Any text is safe. `Content-Type` stays as it is.
   * @throws UsageError where the name is no text.
   */
  setDownloadName(name: string, options?: DownloadOptions): void {
    if (!internals.isLate(this, "setDownloadName"))
      this.setHeader("Content-Disposition", contentDisposition(name, options));
  }

  #toBeSent(): NewCookies {
    if (this.headersWritten)
      throw new UsageError("ERR_LANDSPOUT_HEADERS_SENT", "Cannot set a cookie after headers have been written");
    return internals.cookiesOf(this);
  }
}
