/**
 * Conditional requests (RFC 9110 §13): whether a client's conditions let a method go on, whether it has what it asks for already,
 * and whether a range may still be added to what it has. Knows tags and times, no files.
 */
import { parseHTTPDate } from "../../http/message/date.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import {
  H_IF_MATCH,
  H_IF_MODIFIED_SINCE,
  H_IF_NONE_MATCH,
  H_IF_RANGE,
  H_IF_UNMODIFIED_SINCE,
} from "../../parser/abi.ts";
import { matchesTag } from "../answer/etag.ts";

/** What identifies the content that would be sent. */
export interface Validators {
  /** Entity tag with its quotes; undefined for none. */
  readonly tag: string | undefined;
  /** Milliseconds since 1970, whole seconds; undefined where it is not known. */
  readonly modified: number | undefined;
}

/** Whether a request has any condition on going on at all. */
export const isConditional = (request: HTTPServerRequest): boolean =>
  request.knows(H_IF_NONE_MATCH) ||
  request.knows(H_IF_MODIFIED_SINCE) ||
  request.knows(H_IF_MATCH) ||
  request.knows(H_IF_UNMODIFIED_SINCE);

const field = (request: HTTPServerRequest, name: string): string => (request.headers.get(name) ?? "").trim();

/**
 * RFC 9110 §13.2.2, steps 1 and 2: false is 412.
 * "An origin server MUST use the strong comparison function when comparing entity tags for If-Match."
 * If-Unmodified-Since counts only without If-Match, and only where it is a date.
 */
export function mayGoOn(request: HTTPServerRequest, { tag, modified }: Validators): boolean {
  if (request.knows(H_IF_MATCH)) {
    const wanted = field(request, "If-Match");
    return wanted === "*" || (tag !== undefined && matchesStrongly(wanted, tag));
  }
  if (!request.knows(H_IF_UNMODIFIED_SINCE) || modified === undefined) return true;
  const since = parseHTTPDate(field(request, "If-Unmodified-Since"));
  return since === undefined || modified <= since;
}

/**
 * RFC 9110 §13.2.2, steps 3 and 4: whether the client has it already, which is 304. If-None-Match is compared weakly; with it
 * "a recipient MUST ignore If-Modified-Since".
 */
export function hasAlready(request: HTTPServerRequest, { tag, modified }: Validators): boolean {
  if (request.knows(H_IF_NONE_MATCH)) {
    const known = field(request, "If-None-Match");
    return known === "*" || (tag !== undefined && matchesTag(known, tag));
  }
  if (!request.knows(H_IF_MODIFIED_SINCE) || modified === undefined) return false;
  const since = parseHTTPDate(field(request, "If-Modified-Since"));
  return since !== undefined && modified <= since;
}

/**
 * RFC 9110 §13.1.5: whether a range may be served, If-Range = entity-tag / HTTP-date. Tags are compared strongly, a date exactly;
 * false means all of it. A date is weak while the second it names is not over (§8.8.2.2): then it could be that of two contents.
 */
export function mayAddRange(request: HTTPServerRequest, { tag, modified }: Validators, now: number): boolean {
  if (!request.knows(H_IF_RANGE)) return true;
  const value = field(request, "If-Range");
  if (value.startsWith('"')) return value === tag;
  if (value.startsWith("W/") || modified === undefined) return false;
  return parseHTTPDate(value) === modified && now - modified >= 1000;
}

/** RFC 9110 §8.8.3.2: equal, and neither of them weak. */
function matchesStrongly(list: string, tag: string): boolean {
  if (!tag.startsWith('"')) return false;
  // entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE
  for (const match of list.matchAll(/(?:W\/)?"[^"]*"/g)) if (match[0] === tag) return true;
  return false;
}
