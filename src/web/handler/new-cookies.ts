/** The cookies one answer sets, by name: the last of a name counts. */
import type { HTTPHeaders } from "../../http/message/headers.ts";
import { checkClearOptions, clearedCookieLine, setCookieLine } from "../../http/message/set-cookie.ts";
import type { ClearCookieOptions, SetCookieOptions } from "../../http/message/set-cookie.ts";

export class NewCookies {
  readonly #lines = new Map<string, string>();

  set(name: string, value: string, options: SetCookieOptions): void {
    this.#lines.set(name, setCookieLine(name, value, options));
  }

  /** Clears cookies that a client has sent, whatever they are called: its browser took them from some other program, or a script. */
  clear(names: readonly string[], options: ClearCookieOptions): void {
    checkClearOptions("clearAllCookies", options);
    for (const name of names) {
      const line = clearedCookieLine(name, options);
      if (line !== undefined) this.#lines.set(name, line);
    }
  }

  addTo(headers: HTTPHeaders): void {
    for (const line of this.#lines.values()) headers.add("Set-Cookie", line);
  }
}
