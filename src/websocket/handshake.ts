/** The opening handshake of a WebSocket (RFC 6455 §4): what a server checks, and the value it proves itself with. */
import { createHash } from "node:crypto";
import { hasMember, listMembers } from "../http/message/list-fields.ts";
import type { HTTPServerRequest } from "../http/request.ts";

/** Why a request is no handshake, and what it is answered with. */
export interface HandshakeRefusal {
  readonly status: number;
  readonly reason: string;
  readonly headers: { readonly [name: string]: string };
}

const refuse = (
  status: number,
  reason: string,
  headers: { readonly [name: string]: string } = {},
): HandshakeRefusal => ({
  status,
  reason,
  headers,
});

/** The checks of §4.2.1 that need no handler; undefined where it is a handshake. Method and Host have been looked at by then. */
export function handshakeRefusal(request: HTTPServerRequest): HandshakeRefusal | undefined {
  const { headers } = request;
  if (!hasMember(headers.get("Upgrade"), "websocket")) return refuse(400, 'Can "Upgrade" only to "WebSocket".');
  if (!hasMember(headers.get("Connection"), "upgrade")) return refuse(400, '"Connection" must be "Upgrade".');
  // "An HTTP/1.1 or higher GET request"
  if (request.version === "HTTP/1.0") return refuse(400, "WebSockets need HTTP/1.1.");
  if (headers.get("Sec-WebSocket-Version") !== "13")
    // RFC 9110 §15.5.22: "The server MUST send an Upgrade header field in a 426 response", and §7.8: with it the connection option.
    return refuse(426, "Unsupported WebSocket version.", {
      "Sec-WebSocket-Version": "13",
      Upgrade: "websocket",
      Connection: "Upgrade",
    });
  // "a base64-encoded value that, when decoded, is 16 bytes in length"
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers.get("Sec-WebSocket-Key") ?? ""))
    return refuse(400, "Missing or invalid Sec-WebSocket-Key.");
  return undefined;
}

/** §4.2.2: the key and a fixed text, hashed. */
export function acceptValue(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/**
 * Whether an `Origin` is that of the host a request is for: the default of `checkOrigin`. Letter case and the scheme's own port make no
 * difference; `null` is nobody's, nor is anything with more than RFC 6454 §7 has: `serialized-origin = scheme "://" host [ ":" port ]`.
 */
export function sameOrigin(origin: string, host: string): boolean {
  const match = /^(https?|wss?):\/\/([^/?#@\s]+)$/i.exec(origin);
  if (match?.[1] === undefined || match[2] === undefined) return false;
  const port = /^(?:https|wss)$/i.test(match[1]) ? /:443$/ : /:80$/;
  const bare = (authority: string): string => authority.toLowerCase().replace(port, "");
  return bare(match[2]) === bare(host);
}

/** Subprotocols a client offers, in its order (§11.3.4). */
export function offeredSubprotocols(request: HTTPServerRequest): string[] {
  return listMembers(request.headers.get("Sec-WebSocket-Protocol") ?? "");
}
