/**
 * Tokens against forged requests from other sites (Tornado's XSRF cookies), and the check of fetch metadata that today's
 * browsers make possible without any. A token is 16 random bytes; version 2 is sent under a fresh mask each time, so that compression
 * gives nothing of it away (BREACH).
 */
import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { UsageError } from "../../errors.ts";
import { checkOptions, listOf, text } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";

export interface XsrfToken {
  /** What a client's copy is compared with. */
  readonly token: Buffer;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Tokens of one request. */
export interface XsrfTokens {
  /** What the cookie of the request says, or a new token. */
  readonly raw: XsrfToken;
  readonly fromCookie: boolean;
  /** The text for this answer. */
  text: string | undefined;
}

const TOKEN_SIZE = 16;
const MASK_SIZE = 4;
/** Longer text is no token: one of version 2 has 54 characters. Characters. */
export const MAX_XSRF_TOKEN_LENGTH = 1024;

export const newXsrfToken = (): XsrfToken => ({ token: randomBytes(TOKEN_SIZE), time: Date.now() / 1000 });

/** Text of a token: `2|<mask>|<masked token>|<seconds>`, or as version 1 its hexadecimal digits. */
export function encodeXsrfToken(
  { token, time }: XsrfToken,
  version: 1 | 2,
  mask: Buffer = randomBytes(MASK_SIZE),
): string {
  if (version === 1) return token.toString("hex");
  if (mask.length !== MASK_SIZE) throw new UsageError("ERR_LANDSPOUT_XSRF_MASK", `a mask has ${MASK_SIZE} bytes`);
  return `2|${mask.toString("hex")}|${masked(mask, token).toString("hex")}|${Math.trunc(time)}`;
}

/**
 * Reads either version; undefined for anything else. As in Tornado, text that is no token at all counts as one of version 1, so that
 * programs may set cookies of their own making.
 */
export function decodeXsrfToken(text: string | undefined): XsrfToken | undefined {
  if (text === undefined || text === "" || text.length > MAX_XSRF_TOKEN_LENGTH) return undefined;
  const version = /^([1-9][0-9]*)\|/.exec(text);
  if (version === null) {
    const hex = /^(?:[0-9a-fA-F]{2})+$/.test(text);
    return { token: Buffer.from(text, hex ? "hex" : "utf8"), time: Date.now() / 1000 };
  }
  const match = /^2\|([0-9a-fA-F]{8})\|((?:[0-9a-fA-F]{2})+)\|([0-9]{1,15})$/.exec(text);
  if (match === null) return undefined;
  const [, mask = "", token = "", time = ""] = match;
  return { token: masked(Buffer.from(mask, "hex"), Buffer.from(token, "hex")), time: Number(time) };
}

function masked(mask: Buffer, bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, place) => byte ^ (mask[place % MASK_SIZE] ?? 0)));
}

/** Compares in constant time. */
export function sameXsrfToken(a: XsrfToken, b: XsrfToken): boolean {
  return a.token.length === b.token.length && timingSafeEqual(a.token, b.token);
}

/** As much of `HTTPHeaders`, or of a Fetch `Headers`, as the check reads. */
export interface HeaderReader {
  get(name: string): string | null | undefined;
}

export interface FetchMetadataOptions {
  /** The host and port the request is for. Default: its `Host` field. */
  readonly host?: string;
  /** `http` or `https`, to be compared with the scheme of `Origin`; not compared where it is left out. */
  readonly protocol?: string;
  /** Other origins (`https://app.example`) whose pages may send requests that change something. */
  readonly trustedOrigins?: readonly string[];
}

const OPTIONS: OptionTable<FetchMetadataOptions> = {
  host: text,
  protocol: text,
  trustedOrigins: listOf(text, "origins"),
};

/**
 * Whether a request that changes something comes from this site's own pages, as the browser says itself: `Sec-Fetch-Site` (Fetch
 * Metadata, W3C) where it is sent, else `Origin` (RFC 6454 §7). A client that sends neither is no browser and carries nobody's cookies.
 *
 * `same-site` is refused too: another program on a sibling domain is another party. GET and HEAD are not to be asked about, links
 * from everywhere send them.
 */
export function fetchMetadataAllows(headers: HeaderReader, options: FetchMetadataOptions = {}): boolean {
  checkOptions("fetchMetadataAllows", options, OPTIONS);
  const origin = headers.get("Origin") ?? undefined;
  if (origin !== undefined && options.trustedOrigins?.includes(origin) === true) return true;
  const site = headers.get("Sec-Fetch-Site") ?? undefined;
  // "none": typed, or from the bookmarks.
  if (site !== undefined) return site === "same-origin" || site === "none";
  if (origin === undefined) return true;
  const match = ORIGIN.exec(origin);
  if (match === null) return false;
  const [, scheme = "", authority = ""] = match;
  if (options.protocol !== undefined && options.protocol.toLowerCase() !== scheme.toLowerCase()) return false;
  const host = options.host ?? headers.get("Host") ?? "";
  return withoutDefaultPort(authority, scheme) === withoutDefaultPort(host, scheme);
}

// serialized-origin = scheme "://" host [ ":" port ] (RFC 6454 §7); "null" is nobody's.
const ORIGIN = /^(https?):\/\/([^/?#@\s,]+)$/i;

/** RFC 6454 §6.2 leaves a scheme's default port out; a `Host` may name it. */
function withoutDefaultPort(authority: string, scheme: string): string {
  const port = scheme.toLowerCase() === "https" ? ":443" : ":80";
  const lower = authority.toLowerCase();
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}
