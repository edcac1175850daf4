/** Addresses of peers: normalised, and lists of them to trust. Knows nothing of headers: who says an address is elsewhere. */
import { BlockList, isIP } from "node:net";
import { UsageError } from "../../errors.ts";
import { plainAddress } from "../../net/address.ts";

/** `plainAddress`; `0.0.0.0` for a unix socket, as in Tornado. */
export function normalizeAddress(address: string | undefined): string {
  return address === undefined || address === "" ? "0.0.0.0" : plainAddress(address);
}

/** Ranges that have a name: RFC 1122 §3.2.1.3, RFC 1918, RFC 3927, RFC 4193, RFC 4291. */
const NAMED: ReadonlyMap<string, readonly string[]> = new Map([
  ["loopback", ["127.0.0.0/8", "::1"]],
  ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"]],
]);

/** A set of addresses: single ones, CIDR ranges, and the names `loopback`, `private` and `unix`. */
export class AddressList {
  readonly #list = new BlockList();
  #unix = false;

  /** @throws UsageError on an entry that is none of these. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (entry === "unix") this.#unix = true;
      else for (const range of NAMED.get(entry) ?? [entry]) this.#add(range);
    }
  }

  #add(range: string): void {
    const [address = "", prefix, ...rest] = String(range).split("/");
    // A zone (fe80::1%eth0) is no part of an address that could be compared.
    const version = address.includes("%") ? 0 : isIP(address);
    const valid =
      version !== 0 &&
      rest.length === 0 &&
      (prefix === undefined || (/^(?:0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)));
    if (!valid) {
      throw new UsageError(
        "ERR_LANDSPOUT_ADDRESS",
        `${JSON.stringify(range)} is no address or range: use 10.1.2.3, 10.0.0.0/8, 2001:db8::/32, "loopback", "private" or "unix"`,
      );
    }
    const family = version === 4 ? "ipv4" : "ipv6";
    if (prefix === undefined) this.#list.addAddress(address, family);
    else this.#list.addSubnet(address, Number(prefix), family);
  }

  /** Whether the other end of a socket is in the list; it has no address on a unix socket. */
  hasPeer(address: string | undefined): boolean {
    return address === undefined ? this.#unix : this.has(address);
  }

  /** Whether an address is in the list; `unix` stands for the other end of a unix socket. Never throws: clients name addresses. */
  has(address: string): boolean {
    if (address === "unix") return this.#unix;
    const plain = address === "" ? "" : normalizeAddress(address);
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 4 ? "ipv4" : "ipv6");
  }
}
