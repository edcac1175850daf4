/**
 * The value of a Set-Cookie field (RFC 6265bis §4.1), as Tornado's `set_cookie` makes it: whatever cannot stand in it is refused, not
 * cleaned, so that no value a client chose can add an attribute or a second cookie.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";

export interface SetCookieOptions {
  /** Default `/`. */
  path?: string | undefined;
  domain?: string | undefined;
  expires?: Date | number | undefined;
  /** Days from now, fractions allowed; in place of `expires`. */
  expiresDays?: number | undefined;
  /** Seconds from now; wins over `expires` in browsers. 0 or less drops the cookie. */
  maxAge?: number | undefined;
  secure?: boolean | undefined;
  httpOnly?: boolean | undefined;
  sameSite?: "Strict" | "Lax" | "None" | "strict" | "lax" | "none" | undefined;
  /** A jar of its own for every site it is embedded in. Needs `secure`. */
  partitioned?: boolean | undefined;
}

const refused = (text: string): UsageError => new UsageError("ERR_LANDSPOUT_COOKIE", text);

// cookie-name = token (RFC 6265 §4.1.1)
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Values that go as they are; Python's http.cookies, which Tornado uses, puts all others between quotes.
const PLAIN_VALUE = /^[A-Za-z0-9!#$%&'*+\-.^_`|~:]*$/;
// oxlint-disable-next-line no-control-regex
const NOT_IN_VALUE = /[\x00-\x20]/;
// oxlint-disable-next-line no-control-regex
const NOT_IN_ATTRIBUTE = /[\x00-\x20;\x7f]/;
/** RFC 6265bis §5.7: browsers drop a cookie whose name and value are longer together. Bytes. */
export const MAX_COOKIE_SIZE = 4096;
const DAY = 86_400_000;

/**
 * `name=value; attributes`, for one cookie.
 * @throws UsageError on a name, value or attribute that cannot stand there, and on cookies every browser would drop.
 */
export function setCookieLine(name: string, value: string, options: SetCookieOptions = {}): string {
  if (!NAME.test(name))
    throw refused(`${JSON.stringify(name)} is not a cookie name: use letters, digits and - _ . only`);
  if (NOT_IN_VALUE.test(value))
    throw refused(`the value of cookie ${name} holds a space or control character: encode it`);
  const sent = quoted(value);
  if (name.length + sent.length > MAX_COOKIE_SIZE)
    throw refused(`cookie ${name} is longer than ${MAX_COOKIE_SIZE} bytes: browsers would drop it`);
  const path = options.path ?? "/";
  checkPrefix(name, options, path);
  let line = `${name}=${sent}`;
  if (options.domain !== undefined) line += `; Domain=${attribute(name, "domain", options.domain)}`;
  const expires = expiry(name, options);
  if (expires !== undefined) line += `; Expires=${expires.toUTCString()}`;
  if (options.httpOnly === true) line += "; HttpOnly";
  if (options.maxAge !== undefined) line += `; Max-Age=${seconds(name, options.maxAge)}`;
  if (options.partitioned === true) line += "; Partitioned";
  line += `; Path=${attribute(name, "path", path)}`;
  if (options.sameSite !== undefined) line += `; SameSite=${sameSite(name, options)}`;
  if (options.secure === true) line += "; Secure";
  return line;
}

/**
 * As Python's http.cookies: between quotes, `"` and `\` behind a backslash, other characters as three octal digits of their bytes in
 * UTF-8. `parseCookies` and Tornado read it back.
 */
function quoted(value: string): string {
  if (PLAIN_VALUE.test(value)) return value;
  let text = "";
  for (const byte of Buffer.from(value)) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === "\\") text += `\\${character}`;
    else if (byte < 0x21 || byte > 0x7e || character === "," || character === ";")
      text += `\\${byte.toString(8).padStart(3, "0")}`;
    else text += character;
  }
  return `"${text}"`;
}

function attribute(name: string, which: string, value: string): string {
  if (value === "" || NOT_IN_ATTRIBUTE.test(value) || /[^\x21-\x7e]/.test(value))
    throw refused(`Invalid cookie attribute ${which}=${JSON.stringify(value)} for cookie ${name}`);
  return value;
}

function expiry(name: string, { expires, expiresDays }: SetCookieOptions): Date | undefined {
  if (expires === undefined && expiresDays === undefined) return undefined;
  const date = new Date(expires ?? Date.now() + (expiresDays as number) * DAY);
  if (Number.isNaN(date.getTime())) throw refused(`the expiry of cookie ${name} is not a date`);
  return date;
}

function seconds(name: string, maxAge: number): number {
  if (!Number.isFinite(maxAge)) throw refused(`maxAge of cookie ${name} must be a number of seconds`);
  return Math.trunc(maxAge);
}

function sameSite(name: string, options: SetCookieOptions): string {
  const value = String(options.sameSite).toLowerCase();
  if (value !== "strict" && value !== "lax" && value !== "none")
    throw refused(`Invalid cookie attribute sameSite=${JSON.stringify(options.sameSite)} for cookie ${name}`);
  // RFC 6265bis §5.7 step 18: without Secure such a cookie is dropped.
  if (value === "none" && options.secure !== true)
    throw refused(`cookie ${name} with SameSite=None needs secure: true`);
  return value[0]?.toUpperCase() + value.slice(1);
}

/** RFC 6265bis §4.1.3, and §5.7, which compares the prefixes without regard to case. */
function checkPrefix(name: string, options: SetCookieOptions, path: string): void {
  const lower = name.toLowerCase();
  const host = lower.startsWith("__host-");
  if ((host || lower.startsWith("__secure-")) && options.secure !== true)
    throw refused(`cookie ${name} needs secure: true, its prefix says so`);
  if (host && (options.domain !== undefined || path !== "/"))
    throw refused(`cookie ${name} must have no domain and the path /, its prefix says so`);
  if (options.partitioned === true && options.secure !== true)
    throw refused(`cookie ${name} with partitioned: true needs secure: true`);
}
