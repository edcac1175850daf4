/**
 * Who sent a request, according to the proxies in front (Tornado's `xheaders`). Worked out for each request by itself: nothing
 * one request says is believed of the next on the same connection.
 */
import { isIP } from "node:net";
import { normalizeAddress } from "./addresses.ts";
import type { AddressList } from "./addresses.ts";
import type { RequestFacts } from "../interfaces.ts";
import type { HTTPHeaders } from "../message/headers.ts";
import { H_X_FORWARDED_FOR, H_X_FORWARDED_PROTO, H_X_REAL_IP, H_X_SCHEME } from "../../parser/abi.ts";

export interface Forwarded {
  readonly remoteIp: string;
  readonly protocol: "http" | "https";
}

/** Whether the head has a field that `applyForwarded` reads; without reading the fields. */
export function hasForwarded(head: RequestFacts): boolean {
  return (
    head.knows(H_X_FORWARDED_FOR) ||
    head.knows(H_X_FORWARDED_PROTO) ||
    head.knows(H_X_REAL_IP) ||
    head.knows(H_X_SCHEME)
  );
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
  const realIp = headers.get("X-Real-Ip");
  const claimed = realIp === undefined ? lastUntrusted(headers.get("X-Forwarded-For"), trusted) : addressIn(realIp);
  const scheme = lastElement(headers.get("X-Scheme") ?? headers.get("X-Forwarded-Proto") ?? "").toLowerCase();
  return {
    remoteIp: claimed ?? remote,
    protocol: scheme === "https" || scheme === "http" ? scheme : encrypted ? "https" : "http",
  };
}

/** The rightmost hop that is no trusted proxy; the leftmost where all are. Undefined where that is no address. */
function lastUntrusted(list: string | undefined, trusted: AddressList | undefined): string | undefined {
  if (list === undefined) return undefined;
  let end = list.length;
  for (;;) {
    const comma = end === 0 ? -1 : list.lastIndexOf(",", end - 1);
    const hop = addressIn(list.slice(comma + 1, end));
    if (comma < 0 || hop === undefined || trusted?.has(hop) !== true) return hop;
    end = comma;
  }
}

const lastElement = (list: string): string => list.slice(list.lastIndexOf(",") + 1).trim();

/** An IPv4 address with a port, or any address in brackets with or without one. */
const WITH_PORT = /^(?:([0-9.]+):[0-9]{1,5}|\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?)$/;

/**
 * The literal address in an element; some proxies (Azure Application Gateway, IIS) add the port, and brackets to IPv6. Undefined where
 * there is none. One with a zone (fe80::1%eth0) means something on the machine that wrote it only.
 */
function addressIn(element: string): string | undefined {
  const text = element.trim();
  const ported = WITH_PORT.exec(text);
  const address = ported === null ? text : ((ported[1] ?? ported[2]) as string);
  if (isIP(address) === 0 || address.includes("%") || (ported?.[1] !== undefined && isIP(address) !== 4))
    return undefined;
  return normalizeAddress(address);
}
