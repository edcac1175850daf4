/** One way to write the address of a peer, whichever socket it came in on. Knows nothing of sockets or lists. */
import { isIP } from "node:net";

// RFC 4291 §2.5.5.2: IPv4-mapped addresses have the prefix ::ffff:0:0/96.
const MAPPED = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/** An IPv4 address that arrived on an IPv6 socket as IPv4, whichever way it is written; any other text as it is. */
export function plainAddress(address: string): string {
  const mapped = MAPPED.exec(address);
  if (mapped === null) return address;
  if (mapped[1] !== undefined) return isIP(mapped[1]) === 4 ? mapped[1] : address;
  const high = Number.parseInt(mapped[2] as string, 16);
  const low = Number.parseInt(mapped[3] as string, 16);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/**
 * Whether the peer of a socket that was just accepted has reset it already: the system does not know its address any more. It must not be
 * taken for the peer of a unix socket, which has no address, and neither has the socket itself.
 */
export const isGone = (socket: {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
}): boolean => socket.remoteAddress === undefined && socket.localAddress !== undefined;
