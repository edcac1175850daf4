/** What a response asks for besides being given to the program: another URL, credentials, another try. Pure. */
import type { HTTPHeaders } from "../message/headers.ts";
import { credentialsOf, digestAuthorization } from "./auth.ts";
import type { Outgoing } from "./outgoing.ts";
import { isRedirect, redirected } from "./redirects.ts";
import type { HopRequest } from "./redirects.ts";
import { retryDelay } from "./retries.ts";
import type { Settings } from "./settings.ts";

/** How far a job is. */
export interface Progress {
  readonly hop: HopRequest;
  readonly redirects: number;
  readonly retries: number;
  /** The challenge of this hop has been answered. */
  readonly digested: boolean;
  /** `Expect` is sent where it is asked for. */
  readonly expect: boolean;
}

export type FollowUp =
  | { readonly redirect: HopRequest }
  | { readonly authorization: string }
  | { readonly withoutExpect: true }
  | { readonly retryAfter: number };

/** Undefined where the response is the program's. @throws HTTPClientError on a redirect that must not be followed. */
export function followUpOf(
  status: number,
  headers: HTTPHeaders,
  outgoing: Outgoing,
  settings: Settings,
  { hop, redirects, retries, digested, expect }: Progress,
): FollowUp | undefined {
  if (status >= 200 && status < 300) return undefined;
  const { followRedirects, maxRedirects, authMode } = settings;
  if (followRedirects !== false && isRedirect(status) && redirects < maxRedirects) {
    const next = redirected(hop, status, headers, settings);
    return next === undefined ? undefined : { redirect: next };
  }
  const repeatable = outgoing.payload?.repeatable !== false;
  if (status === 401 && authMode === "digest" && hop.trusted && !digested && repeatable) {
    const credentials = credentialsOf(settings, hop.target);
    const { method, target } = outgoing;
    const authorization =
      credentials && digestAuthorization(headers, "WWW-Authenticate", method, target.resource, credentials);
    if (authorization !== undefined) return { authorization };
  }
  if (status === 417 && expect && outgoing.settings.expect100Continue === true && repeatable)
    return { withoutExpect: true };
  const retryAfter = retryDelay(outgoing, retries, status, headers);
  return retryAfter === undefined ? undefined : { retryAfter };
}
