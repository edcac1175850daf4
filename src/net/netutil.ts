/** `landspout/netutil`: addresses, names and unix sockets (Tornado's `tornado.netutil`, as far as the runtime leaves it to us). */
import { isIP } from "node:net";

export { addAcceptHandler, bindSockets, bindUnixSocket, BoundSocket } from "./bound-socket.ts";
export type { AcceptHandler, BindSocketsOptions } from "./bound-socket.ts";
export { CachingResolver } from "./caching-resolver.ts";
export type { CachingResolverOptions } from "./caching-resolver.ts";
export { DnsResolver } from "./dns-resolver.ts";
export type { DnsResolverOptions } from "./dns-resolver.ts";
export { publicAddress } from "./public-address.ts";
export { AddressRefusedError, DefaultResolver, FilteringResolver, OverrideResolver } from "./resolver.ts";
export type { AllowAddress, ResolvedAddress, ResolveOptions, Resolver } from "./resolver.ts";
export { isAbstractPath, removeStaleSocket } from "./unix-socket.ts";

/** Whether text is a literal IPv4 or IPv6 address: nothing shortened, no zone, no port. */
export function isValidIp(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}
