/**
 * The value of a Set-Cookie field (RFC 6265bis §4.1), as Tornado's `set_cookie` makes it: whatever cannot stand in it is refused, not
 * cleaned, so that no value a client chose can add an attribute or a second cookie. What a browser would drop, and an option that does
 * not exist, are refused too: a cookie without its `secure` should not be found out in production.
 */
import { UsageError } from "../../errors.ts";
import { isToken } from "./field-text.ts";
import { anything, checkOptions, flag, text } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";

export interface SetCookieOptions {
  /** Default `/`. */
  path?: string | undefined;
  domain?: string | undefined;
  /** A date, or seconds since 1970. */
  expires?: Date | number | undefined;
  /** Days from now, fractions allowed; where there is no `expires`. */
  expiresDays?: number | undefined;
  /** Seconds from now; wins over `expires` in browsers. 0 or less drops the cookie. */
  maxAge?: number | undefined;
  secure?: boolean | undefined;
  httpOnly?: boolean | undefined;
  /** `None` needs `secure`. */
  sameSite?: "Strict" | "Lax" | "None" | "strict" | "lax" | "none" | undefined;
  /** A jar of its own for every site it is embedded in. Needs `secure`. */
  partitioned?: boolean | undefined;
}

/** What stands in them is checked where the line is made. */
export const COOKIE_OPTIONS: OptionTable<SetCookieOptions> = {
  path: text,
  domain: text,
  expires: anything,
  expiresDays: anything,
  maxAge: anything,
  secure: flag,
  httpOnly: flag,
  sameSite: anything,
  partitioned: flag,
};

/** Clearing says by itself when the cookie ends. */
const { expires: _, expiresDays: _days, maxAge: _age, ...CLEAR_COOKIE_OPTIONS } = COOKIE_OPTIONS;

const refused = (message: string): UsageError => new UsageError("ERR_LANDSPOUT_COOKIE", message);

// Values that go as they are; Python's http.cookies, which Tornado uses, puts all others between quotes.
const PLAIN_VALUE = /^[A-Za-z0-9!#$%&'*+\-.^_`|~:]*$/;
// Tornado refuses the first; what lies above U+00FF it cannot send.
// oxlint-disable-next-line no-control-regex
const NOT_IN_VALUE = /[\x00-\x20]|[^\x00-\xff]/;
// What http.cookies does not leave as it is between quotes.
const ESCAPED = /["\\,;]|[^\x21-\x7e]/g;
// path-value and domain-value: any CHAR except CTLs and ";". Stricter: no spaces.
const ATTRIBUTE = /^(?:[\x21-\x3a]|[\x3c-\x7e])+$/;
/** RFC 6265bis §5.7: browsers drop a cookie whose name and value are longer together. Bytes. */
export const MAX_COOKIE_SIZE = 4096;
/** RFC 6265bis §5.6: browsers skip an attribute whose value is longer. Bytes. */
export const MAX_COOKIE_ATTRIBUTE_SIZE = 1024;
const DAY = 86_400;

/**
 * `name=value; attributes`, for one cookie.
 * @param clock Seconds since 1970, for `expiresDays`.
 * @throws UsageError on a name, value or attribute that cannot stand there, and on cookies every browser would drop.
 */
export function setCookieLine(
  name: string,
  value: string,
  options: SetCookieOptions = {},
  clock: () => number = () => Date.now() / 1000,
): string {
  // cookie-name = token (RFC 6265 §4.1.1)
  if (!isToken(name)) throw refused(`${JSON.stringify(name)} is not a cookie name: use letters, digits and - _ . only`);
  if (typeof value !== "string" || NOT_IN_VALUE.test(value))
    throw refused(
      `the value of cookie ${name} is no text, or holds a space, a control character or one above U+00FF: encode it`,
    );
  const sent = quoted(value);
  if (name.length + sent.length > MAX_COOKIE_SIZE)
    throw refused(`cookie ${name} is longer than ${MAX_COOKIE_SIZE} bytes: browsers would drop it`);
  // Tornado's spellings (`httponly`, `max_age`) and `secure: 1` would otherwise be ignored without a word.
  checkOptions(`cookie ${name}`, options, COOKIE_OPTIONS, "ERR_LANDSPOUT_COOKIE");
  const path = pathOf(name, options);
  checkPrefix(name, options, path);
  let line = `${name}=${sent}`;
  if (options.domain !== undefined) line += `; Domain=${attribute(name, "domain", options.domain)}`;
  const expires = expiry(name, options, clock);
  if (expires !== undefined) line += `; Expires=${expires.toUTCString()}`;
  if (options.httpOnly === true) line += "; HttpOnly";
  if (options.maxAge !== undefined) line += `; Max-Age=${seconds(name, options.maxAge)}`;
  if (options.partitioned === true) line += "; Partitioned";
  line += `; Path=${path}`;
  if (options.sameSite !== undefined) line += `; SameSite=${sameSite(name, options)}`;
  if (options.secure === true) line += "; Secure";
  return line;
}

/** What a cookie must be cleared with, beside its name. */
export type ClearCookieOptions = Omit<SetCookieOptions, "expires" | "expiresDays" | "maxAge">;

/** @throws UsageError on an option that does not exist, or that clearing sets itself. */
export function checkClearOptions(owner: string, options: ClearCookieOptions): void {
  checkOptions<ClearCookieOptions>(owner, options, CLEAR_COOKIE_OPTIONS, "ERR_LANDSPOUT_COOKIE");
}

// RFC 6265bis §5.6: a browser takes any name without controls, ";" and "=", blanks around it cut off.
const NAME_OF_CLIENT = /^(?! )[\x20-\x3a\x3c\x3e-\x7e\x80-\xff]+(?<! )$/;

/**
 * The line that makes a client drop a cookie it has sent. Its name may be one that `setCookieLine` would refuse, because it was set by a
 * script or another program; what the prefix of the name asks for is added. Undefined for a name that no line can have.
 * @throws UsageError on wrong options.
 */
export function clearedCookieLine(name: string, options: ClearCookieOptions = {}): string | undefined {
  if (!NAME_OF_CLIENT.test(name)) return undefined;
  const { path = "/", domain, ...rest } = options;
  const prefix = prefixOf(name);
  const host = prefix.startsWith("__host-");
  const needed: SetCookieOptions = {
    ...rest,
    path: host ? "/" : path,
    ...(host || domain === undefined ? {} : { domain }),
    ...(prefix === "" ? {} : { secure: true }),
    ...(prefix.endsWith("http-") ? { httpOnly: true } : {}),
    expires: new Date(0),
    maxAge: 0,
  };
  // The line of a name that may stand anywhere, under the one it is meant for.
  return `${name}${setCookieLine("x", "", needed).slice(1)}`;
}

/**
 * As Python's http.cookies: between quotes, `"` and `\` behind a backslash, other characters as three octal digits. `parseCookie` and
 * Tornado read the same characters back. Unlike there, an empty value has no quotes.
 */
function quoted(value: string): string {
  if (PLAIN_VALUE.test(value)) return value;
  const escape = (character: string): string =>
    character === '"' || character === "\\"
      ? `\\${character}`
      : `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  return `"${value.replace(ESCAPED, escape)}"`;
}

function attribute(name: string, which: string, value: string): string {
  if (!ATTRIBUTE.test(value) || value.length > MAX_COOKIE_ATTRIBUTE_SIZE)
    throw refused(`Invalid cookie attribute ${which}=${JSON.stringify(value)} for cookie ${name}`);
  return value;
}

/** RFC 6265bis §5.6.4: a path that does not begin with "/" is replaced by the browser's default, so it would not be what was asked. */
function pathOf(name: string, { path = "/" }: SetCookieOptions): string {
  if (!path.startsWith("/"))
    throw refused(`the path of cookie ${name} must begin with /, unlike ${JSON.stringify(path)}`);
  return attribute(name, "path", path);
}

function expiry(name: string, options: SetCookieOptions, clock: () => number): Date | undefined {
  const { expires, expiresDays } = options;
  if (expires === undefined && expiresDays === undefined) return undefined;
  const date = new Date(expires instanceof Date ? expires : 1000 * (expires ?? clock() + Number(expiresDays) * DAY));
  const year = date.getUTCFullYear();
  // RFC 6265bis §5.1.1: browsers read four digits, from 1601 on.
  if (!(year >= 1601 && year <= 9999))
    throw refused(`cookie ${name} cannot expire then: give a date or seconds since 1970, in the years 1601 to 9999`);
  return date;
}

function seconds(name: string, maxAge: number): number {
  const whole = Math.trunc(maxAge);
  if (!Number.isSafeInteger(whole)) throw refused(`maxAge of cookie ${name} must be a number of seconds`);
  return whole;
}

function sameSite(name: string, options: SetCookieOptions): string {
  const value = String(options.sameSite).toLowerCase();
  if (value !== "strict" && value !== "lax" && value !== "none")
    throw refused(`Invalid cookie attribute sameSite=${JSON.stringify(options.sameSite)} for cookie ${name}`);
  // RFC 6265bis §5.7 step 18: without Secure such a cookie is dropped.
  if (value === "none" && options.secure !== true)
    throw refused(`cookie ${name} with SameSite=None needs secure: true`);
  return value.charAt(0).toUpperCase() + value.slice(1);
}

const prefixOf = (name: string): string => /^__(?:secure-|http-|host-(?:http-)?)/i.exec(name)?.[0].toLowerCase() ?? "";

/**
 * RFC 6265bis §4.1.3, and §5.7, which compares the prefixes without regard to case. `__Http-` and `__Host-Http-` are younger: they
 * promise that no script made the cookie.
 */
function checkPrefix(name: string, options: SetCookieOptions, path: string): void {
  const prefix = prefixOf(name);
  const needs = (what: string): UsageError => refused(`cookie ${name} ${what}, its prefix says so`);
  if (prefix !== "" && options.secure !== true) throw needs("needs secure: true");
  if (prefix.startsWith("__host-") && (options.domain !== undefined || path !== "/"))
    throw needs("must have no domain and the path /");
  if (prefix.endsWith("http-") && options.httpOnly !== true) throw needs("needs httpOnly: true");
  if (options.partitioned === true && options.secure !== true)
    throw refused(`cookie ${name} with partitioned: true needs secure: true`);
}
