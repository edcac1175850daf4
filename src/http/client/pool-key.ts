/** Which requests may share a connection: those for which everything that went into it is equal. */
import type { TlsClientOptions } from "../../net/transport.ts";
import type { ProxyRoute } from "./proxy.ts";
import type { Settings } from "./settings.ts";
import type { Target } from "./target.ts";

const ids = new WeakMap<object, number>();
let last = 0;
/** TLS options are told apart by their identity: keys and certificates are not compared byte by byte. */
function idOf(options: TlsClientOptions): number {
  let id = ids.get(options);
  if (id === undefined) ids.set(options, (id = ++last));
  return id;
}

/** The address family and source, TLS and proxy of the connection are all in it. */
export function poolKey(target: Target, settings: Settings, proxy: ProxyRoute | undefined): string {
  const { ssl, caCerts, clientCert, clientKey, validateCert, networkInterface, allowIpv6, unixSocket, proxySsl } =
    settings;
  // A plain proxy's connections are shared between origins.
  let key = proxy !== undefined && !target.secure ? `proxy ${proxy.key}` : target.origin;
  if (proxy !== undefined && target.secure) key += ` proxy ${proxy.key}`;
  if (unixSocket !== undefined) key += ` unix ${unixSocket}`;
  if (networkInterface !== undefined) key += ` from ${networkInterface}`;
  if (allowIpv6 === false) key += " v4";
  if (proxySsl !== undefined && proxy !== undefined) key += ` proxyssl ${idOf(proxySsl)}`;
  if (!target.secure) return key;
  if (ssl !== undefined) key += ` ssl ${idOf(ssl)}`;
  if (caCerts ?? clientCert ?? clientKey) key += ` files ${JSON.stringify([caCerts, clientCert, clientKey])}`;
  if (validateCert === false) key += " unverified";
  return key;
}
