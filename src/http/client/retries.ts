/** When a request is sent again (RFC 9110 §9.2.2), and how long that waits. Pure. */
import type { HTTPHeaders } from "../message/headers.ts";
import { parseHTTPDate } from "../message/date.ts";
import type { RetryOptions } from "./options.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Settings } from "./settings.ts";

const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"];
const STATUS_CODES = [408, 429, 500, 502, 503, 504];

/**
 * Whether a request may be sent a second time without being asked for: its repetition does no harm, and its content is still there. RFC 9110
 * §9.2.2: "A client SHOULD NOT automatically retry a request with a non-idempotent method".
 */
export function isRepeatable({ method, headers, payload }: Outgoing): boolean {
  return (IDEMPOTENT.includes(method) || headers.has("Idempotency-Key")) && payload?.repeatable !== false;
}

const retriesOf = ({ retry }: Settings): RetryOptions => (typeof retry === "number" ? { limit: retry } : (retry ?? {}));

/** Seconds to wait before another try; undefined: none. `tries`: those that were retries. */
export function retryDelay(
  outgoing: Outgoing,
  tries: number,
  status: number | undefined,
  answer: HTTPHeaders | undefined,
): number | undefined {
  const {
    limit = 0,
    methods = IDEMPOTENT,
    statusCodes = STATUS_CODES,
    delay = 0.3,
    maxDelay = 30,
    retryAfter = true,
  } = retriesOf(outgoing.settings);
  if (tries >= limit || !methods.includes(outgoing.method) || outgoing.payload?.repeatable === false) return undefined;
  if (status !== undefined && !statusCodes.includes(status)) return undefined;
  const said = retryAfter ? answer?.get("Retry-After") : undefined;
  if (said !== undefined) {
    const seconds = /^[0-9]{1,9}$/.test(said) ? Number(said) : secondsUntil(said);
    if (seconds !== undefined) return seconds <= maxDelay ? seconds : undefined;
  }
  // Full jitter: clients that failed together do not come back together.
  return Math.random() * Math.min(maxDelay, delay * 2 ** tries);
}

function secondsUntil(date: string): number | undefined {
  const at = parseHTTPDate(date);
  return at === undefined ? undefined : Math.max(0, (Number(at) - Date.now()) / 1000);
}
