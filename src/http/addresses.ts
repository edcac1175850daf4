/** Addresses of peers: normalised, and lists of them to trust. */
import { BlockList, isIP } from "node:net";
import { UsageError } from "../errors.ts";

/** An IPv4 address that arrived on an IPv6 socket as IPv4; `0.0.0.0` for a unix socket, as in Tornado. */
export function normalizeAddress(address: string | undefined): string {
  if (address === undefined || address === "") return "0.0.0.0";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

/** Ranges that have a name: RFC 1122 §3.2.1.3, RFC 1918, RFC 4193, RFC 4291. */
const NAMED: { readonly [name: string]: readonly string[] } = {
  loopback: ["127.0.0.0/8", "::1"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"],
};

/** A set of addresses: single ones, CIDR ranges, and the names `loopback`, `private` and `unix`. */
export class AddressList {
  readonly #list = new BlockList();
  #unix = false;

  /** @throws UsageError on an entry that is none of these. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (entry === "unix") this.#unix = true;
      else for (const range of NAMED[entry] ?? [entry]) this.#add(range);
    }
  }

  #add(range: string): void {
    const [address, prefix, ...rest] = range.split("/");
    const version = isIP(address ?? "");
    const bits = prefix === undefined ? undefined : Number(prefix);
    const valid = bits === undefined || (/^\d{1,3}$/.test(prefix ?? "") && bits <= (version === 4 ? 32 : 128));
    if (address === undefined || version === 0 || rest.length > 0 || !valid) {
      throw new UsageError(
        "ERR_LANDSPOUT_ADDRESS",
        `${JSON.stringify(range)} is no address or range: use 10.1.2.3, 10.0.0.0/8, 2001:db8::/32, "loopback", "private" or "unix"`,
      );
    }
    const family = version === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) this.#list.addAddress(address, family);
    else this.#list.addSubnet(address, bits, family);
  }

  /** Whether an address is in the list; `unix` stands for the other end of a unix socket. */
  has(address: string): boolean {
    if (address === "unix") return this.#unix;
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 4 ? "ipv4" : "ipv6");
  }
}
