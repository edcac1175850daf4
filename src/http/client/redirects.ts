/** Which request follows a redirect (RFC 9110 §15.4), and what must not go with it. Pure: no connections. */
import { HTTPHeaders } from "../message/headers.ts";
import { HTTPClientError } from "./errors.ts";
import type { Payload } from "./payload.ts";
import type { Settings } from "./settings.ts";
import { fromUrl, hrefOf } from "./target.ts";
import type { Target } from "./target.ts";

export interface HopRequest {
  readonly target: Target;
  readonly method: string;
  readonly headers: HTTPHeaders;
  readonly payload: Payload | undefined;
  /** Credentials of the options may be sent: no redirect has led to another origin yet. */
  readonly trusted: boolean;
}

const CREDENTIALS = ["Authorization", "Cookie", "Proxy-Authorization"];
const CONTENT = [
  "Content-Type",
  "Content-Encoding",
  "Content-Language",
  "Content-Location",
  "Content-Length",
  "Content-MD5",
  "Digest",
];

/** Whether a status asks for another request. 300 never does: nobody chooses. */
export const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/**
 * The request that follows; undefined where there is no Location.
 * @throws HTTPClientError `ERR_LANDSPOUT_FETCH_REDIRECT` where it must not be made.
 */
export function redirected(
  from: HopRequest,
  status: number,
  answer: HTTPHeaders,
  settings: Settings,
): HopRequest | undefined {
  const locations = answer.getList("Location");
  const [location] = locations;
  if (location === undefined) return undefined;
  if (locations.length > 1) throw refused(`a redirect has ${locations.length} Location fields`);
  const base = hrefOf(from.target);
  // Bytes above 0x7F are UTF-8 where servers send them at all; the URL standard encodes the rest.
  const text = utf8(location);
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined;
  const next = url === undefined ? undefined : fromUrl(url);
  if (next === undefined || url === undefined)
    throw refused(`a redirect leads to ${JSON.stringify(location.slice(0, 200))}, which is no http: or https: URL`);
  // RFC 9110 §10.2.2: "the redirection inherits the original reference's fragment, if any". User info in Location is not used.
  const target: Target = {
    ...next,
    username: "",
    password: "",
    fragment: url.hash === "" ? from.target.fragment : url.hash,
  };
  let { method, payload } = from;
  const headers = new HTTPHeaders(from.headers);
  headers.delete("Host");
  const toGet =
    status === 303 ? method !== "HEAD" && method !== "GET" : (status === 301 || status === 302) && method === "POST";
  if (toGet) method = "GET";
  if (toGet || status === 303) {
    payload = undefined;
    for (const name of CONTENT) headers.delete(name);
  }
  const sameOrigin = target.origin === from.target.origin;
  if (!sameOrigin) for (const name of [...CREDENTIALS, ...(settings.sensitiveHeaders ?? [])]) headers.delete(name);
  if (payload !== undefined) {
    if (!payload.repeatable)
      throw refused(
        `a redirect ${status} asks for the content again, which is a stream that is used up: give bytes or a bodyProducer`,
      );
    // Stricter than browsers: what was meant for TLS is not sent in the clear.
    if (from.target.secure && !target.secure && settings.followRedirects !== "downgrade")
      throw refused(
        `a redirect ${status} asks for the content over http: what was meant for https; set followRedirects: "downgrade"`,
      );
  }
  return { target, method, headers, payload, trusted: from.trusted && sameOrigin };
}

const refused = (message: string): HTTPClientError => new HTTPClientError("ERR_LANDSPOUT_FETCH_REDIRECT", message);

function utf8(latin1: string): string {
  const bytes = Uint8Array.from(latin1, (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
