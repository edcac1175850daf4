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
  const claimed = headers.get("X-Real-Ip") ?? lastUntrusted(headers.get("X-Forwarded-For"), trusted) ?? remote;
  const scheme = lastElement(headers.get("X-Scheme") ?? headers.get("X-Forwarded-Proto") ?? "").toLowerCase();
  return {
    remoteIp: isAddress(claimed.trim()) ? normalizeAddress(claimed.trim()) : remote,
    protocol: scheme === "https" || scheme === "http" ? scheme : encrypted ? "https" : "http",
  };
}

/** The rightmost hop that is no trusted proxy; the leftmost where all are. */
function lastUntrusted(list: string | undefined, trusted: AddressList | undefined): string | undefined {
  if (list === undefined) return undefined;
  let end = list.length;
  for (;;) {
    const comma = end === 0 ? -1 : list.lastIndexOf(",", end - 1);
    const hop = list.slice(comma + 1, end).trim();
    if (comma < 0 || trusted?.has(hop) !== true) return hop;
    end = comma;
  }
}

const lastElement = (list: string): string => list.slice(list.lastIndexOf(",") + 1).trim();

/** A literal address. One with a zone (fe80::1%eth0) means something on the machine that wrote it only. */
const isAddress = (text: string): boolean => isIP(text) !== 0 && !text.includes("%");
