/**
 * Who sent a request, according to the proxies in front (Tornado's `xheaders`). Worked out for each request by itself: nothing
 * one request says is believed of the next on the same connection.
 */
import { isIP } from "node:net";
import { normalizeAddress } from "./addresses.ts";
import type { AddressList } from "./addresses.ts";
import type { HTTPHeaders } from "./headers.ts";

export interface Forwarded {
  readonly remoteIp: string;
  readonly protocol: "http" | "https";
}

/**
 * X-Forwarded-For is read from the right, skipping trusted proxies: whatever stands further left was written by whoever is
 * named there. X-Real-Ip overrides it. X-Scheme, else the last element of X-Forwarded-Proto, is the protocol. What is no
 * address, or another protocol, is ignored.
 */
export function applyForwarded(
  headers: HTTPHeaders,
  remote: string,
  encrypted: boolean,
  trusted: AddressList | undefined,
): Forwarded {
  const hops = (headers.get("X-Forwarded-For") ?? "").split(",");
  let claimed = remote;
  for (let i = hops.length - 1; i >= 0; i--) {
    claimed = (hops[i] as string).trim();
    if (trusted?.has(normalizeAddress(claimed)) !== true) break;
  }
  claimed = headers.get("X-Real-Ip")?.trim() ?? claimed;
  const schemes = (headers.get("X-Scheme") ?? headers.get("X-Forwarded-Proto") ?? "").split(",");
  const scheme = (schemes.at(-1) ?? "").trim().toLowerCase();
  return {
    remoteIp: isIP(claimed) === 0 ? remote : normalizeAddress(claimed),
    protocol: scheme === "https" || scheme === "http" ? scheme : encrypted ? "https" : "http",
  };
}
