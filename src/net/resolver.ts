/**
 * Turns host names into addresses (Tornado's `Resolver`). Everything that connects asks a resolver: `IOStream.connect`, `TCPClient`, the HTTP
 * client, `websocketConnect`. Knows nothing of connections.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { LandspoutError, UsageError } from "../errors.ts";
import { checkOptions, oneOf, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";

/** An address that belongs to a name. */
export interface ResolvedAddress {
  readonly family: 4 | 6;
  /** A literal address. */
  readonly address: string;
  /** Port to connect to in place of the one that was asked for. */
  readonly port?: number;
  /** Seconds the address may be kept, where the resolver knows. */
  readonly ttl?: number;
}

/** What is known besides the name. */
export interface ResolveOptions {
  readonly port?: number;
  /** 0: both. */
  readonly family?: 0 | 4 | 6;
  readonly signal?: AbortSignal;
}

export const RESOLVE_OPTIONS: OptionTable<ResolveOptions> = {
  port: whole(0, 65_535),
  family: oneOf(0, 4, 6),
  signal: (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal"),
};

/** Turns names into addresses. */
export interface Resolver {
  /** Rejects with the system's error where there are none. The first address is tried first. */
  resolve(host: string, options?: ResolveOptions): Promise<readonly ResolvedAddress[]>;
  close?(): void;
}

/** Asks the operating system, in its order. Default of everything that connects. */
export class DefaultResolver implements Resolver {
  async resolve(host: string, options: ResolveOptions = {}): Promise<readonly ResolvedAddress[]> {
    checkOptions("resolve", options, RESOLVE_OPTIONS);
    const { family = 0 } = options;
    const found = await lookup(host, { all: true, verbatim: true, family });
    return found.map((one) => ({ address: one.address, family: one.family === 6 ? 6 : 4 }));
  }
}

/** Another resolver, but for some names. */
export class OverrideResolver implements Resolver {
  readonly #inner: Resolver;
  readonly #mapping: ReadonlyMap<string, string>;

  /**
   * @param mapping Keys are names in lower case, `name:port`, or `name:port:family` (4 or 6), the last of these first; values are what
   * is looked up in their place: a name or an address, with `:port` behind it where the port changes too (`[::1]:443` for IPv6).
   */
  constructor(inner: Resolver, mapping: ReadonlyMap<string, string>) {
    this.#inner = inner;
    this.#mapping = mapping;
  }

  async resolve(host: string, options: ResolveOptions = {}): Promise<readonly ResolvedAddress[]> {
    const name = host.toLowerCase();
    const { port, family } = options;
    const given =
      this.#mapping.get(`${name}:${port}:${family}`) ?? this.#mapping.get(`${name}:${port}`) ?? this.#mapping.get(name);
    if (given === undefined) return this.#inner.resolve(host, options);
    const split = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(given);
    if (split === null) return this.#inner.resolve(given, options);
    const found = await this.#inner.resolve(split[1] ?? split[2] ?? "", options);
    return split[3] === undefined ? found : found.map((one) => ({ ...one, port: Number(split[3]) }));
  }

  close(): void {
    this.#inner.close?.();
  }
}

/**
 * Whether a connection to an address may be made. It is asked for every address at the time of the connect, literal ones too. `host`: the
 * name that was asked for. `publicAddress` allows addresses of the public internet only.
 */
export type AllowAddress = (address: string, family: 4 | 6, host: string) => boolean;

/** No address of a name, or the literal one, is allowed. `addresses`: those that were refused. */
export class AddressRefusedError extends LandspoutError {
  readonly addresses: readonly string[];

  constructor(host: string, addresses: readonly string[]) {
    super(
      "ERR_LANDSPOUT_ADDRESS_REFUSED",
      `${host} must not be connected to: allowAddress refused ${addresses.slice(0, 4).join(", ")}${addresses.length > 4 ? " and others" : ""}`,
    );
    this.addresses = addresses;
  }
}

/** Another resolver, without the addresses that are not allowed. Rejects with an AddressRefusedError where none is left. */
export class FilteringResolver implements Resolver {
  readonly #inner: Resolver;
  readonly #allow: AllowAddress;

  constructor(inner: Resolver, allow: AllowAddress) {
    this.#inner = inner;
    this.#allow = allow;
  }

  async resolve(host: string, options?: ResolveOptions): Promise<readonly ResolvedAddress[]> {
    return allowed(host, checkAddresses(await this.#inner.resolve(host, options)), this.#allow);
  }

  close(): void {
    this.#inner.close?.();
  }
}

/** The addresses that are allowed. @throws AddressRefusedError where none is. */
export function allowed(
  host: string,
  addresses: readonly ResolvedAddress[],
  allow: AllowAddress | undefined,
): readonly ResolvedAddress[] {
  if (allow === undefined) return addresses;
  const good = addresses.filter(({ address, family }) => isAllowed(allow(address, family, host)));
  if (good.length === 0 && addresses.length > 0)
    throw new AddressRefusedError(
      host,
      addresses.map(({ address }) => address),
    );
  return good;
}

/** A promise would be true whatever it says. */
function isAllowed(answer: unknown): boolean {
  if (typeof answer === "boolean") return answer;
  throw new UsageError("ERR_LANDSPOUT_ASYNC_HOOK", "allowAddress must return true or false, and no promise");
}

/**
 * What a resolver gave, checked: a name in place of an address would be looked up once more by the system, past `allowAddress`.
 * @throws UsageError where it is no list of literal addresses.
 */
export function checkAddresses(found: unknown): readonly ResolvedAddress[] {
  const good =
    Array.isArray(found) &&
    found.every((one: Partial<ResolvedAddress> | null) => {
      const { address, family, port } = one ?? {};
      return (
        typeof address === "string" &&
        isIP(address) === family &&
        (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535))
      );
    });
  if (!good)
    throw new UsageError(
      "ERR_LANDSPOUT_RESOLVER",
      "a resolver must give a list of { address, family }, each a literal address and its family, 4 or 6",
    );
  return found as readonly ResolvedAddress[];
}

/** The only address of a literal. Undefined for a name. */
export function literalAddress(host: string): ResolvedAddress | undefined {
  const family = isIP(host);
  return family === 0 ? undefined : { address: host, family: family === 6 ? 6 : 4 };
}
