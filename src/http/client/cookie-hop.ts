/** What a jar of cookies is asked and told for one hop. */
import type { HTTPHeaders } from "../message/headers.ts";
import type { CookieJarLike } from "./options.ts";
import type { HopRequest } from "./redirects.ts";
import { hrefOf } from "./target.ts";

const urlOf = ({ target }: HopRequest): string => hrefOf({ ...target, fragment: "" });

/** The value of Cookie. A field of the program's own goes before the jar's. */
export async function cookieOf(jar: CookieJarLike, hop: HopRequest): Promise<string | undefined> {
  return hop.headers.has("Cookie") ? undefined : await jar.getCookieString(urlOf(hop));
}

/** @param failed Called with what the jar throws or rejects with. */
export function keepCookies(
  jar: CookieJarLike,
  hop: HopRequest,
  answer: HTTPHeaders,
  failed: (error: unknown) => void,
): void {
  for (const line of answer.getList("Set-Cookie")) {
    const kept = async (): Promise<unknown> => jar.setCookie(line, urlOf(hop));
    kept().catch(failed);
  }
}
