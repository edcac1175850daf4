/** Where a URL leads, and how the request line and `Host` name it. Knows no connections. */
import { badRequest } from "./options.ts";

export interface Target {
  readonly secure: boolean;
  /** Name or literal address, without brackets, in lower case. */
  readonly host: string;
  readonly port: number;
  /** Value of `Host`: the port only where it is not the scheme's. */
  readonly authority: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query. */
  readonly resource: string;
  readonly username: string;
  readonly password: string;
  /** With `#`, or empty. */
  readonly fragment: string;
}

/** Parsed URLs that are kept: programs ask the same ones again and again. */
const MAX_KEPT = 256;
const kept = new Map<string, Target>();

/** @throws UsageError `ERR_LANDSPOUT_FETCH_REQUEST` on what is no http(s) URL. */
export function targetOf(url: string): Target {
  const known = kept.get(url);
  if (known !== undefined) return known;
  // The URL standard drops line breaks and tabs, and blanks at the ends, in silence: nobody means them.
  // oxlint-disable-next-line no-control-regex
  if (/[\x00-\x20\x7f]/.test(url))
    throw badRequest(`the URL ${quoted(url)} holds a blank or a control character: encode it`);
  if (!URL.canParse(url)) throw badRequest(`${quoted(url)} is no URL: it begins with http:// or https://`);
  const target = fromUrl(new URL(url));
  if (target === undefined) throw badRequest(`${quoted(url)} is no http: or https: URL`);
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(url, target);
  return target;
}

/** Undefined on another scheme. */
export function fromUrl(url: URL): Target | undefined {
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") return undefined;
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  return {
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    authority: url.host,
    origin: `${url.protocol}//${url.hostname}:${port}`,
    resource: `${url.pathname}${url.search}`,
    username: decoded(url.username),
    password: decoded(url.password),
    fragment: url.hash,
  };
}

/** The URL without credentials. */
export const hrefOf = (target: Target): string =>
  `${target.secure ? "https" : "http"}://${target.authority}${target.resource}${target.fragment}`;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const quoted = (url: string): string => JSON.stringify(url.slice(0, 200).replace(/\/\/[^/@]*@/, "//…@"));
