/** `DnsResolver`: asks name servers itself, without the operating system's look-up and its threads. */
import { Resolver as SystemDns } from "node:dns/promises";
import { checkOptions, listOf, seconds, text, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { literalAddress, RESOLVE_OPTIONS } from "./resolver.ts";
import type { ResolvedAddress, ResolveOptions, Resolver } from "./resolver.ts";

export interface DnsResolverOptions {
  /** Addresses of name servers, with `:port` where it is not 53. Default: those of the system. */
  servers?: readonly string[];
  /** Seconds the first try of a question may take. Default 2. */
  timeout?: number;
  /** How often a question is asked. Default 2. */
  tries?: number;
}

const OPTIONS: OptionTable<DnsResolverOptions> = {
  servers: listOf(text, "addresses of name servers"),
  timeout: seconds(0.001, 600),
  tries: whole(1, 100),
};

// RFC 8305 §3: "The RECOMMENDED value for the Resolution Delay is 50 milliseconds": the wait for addresses of the other family.
const RESOLUTION_DELAY = 50;

/** Asks name servers itself: real times to live, no file of hosts, no thread. IPv6 first where there is any. */
export class DnsResolver implements Resolver {
  readonly #dns: SystemDns;

  constructor(options: DnsResolverOptions = {}) {
    checkOptions("DnsResolver", options, OPTIONS);
    const { servers, timeout = 2, tries = 2 } = options;
    this.#dns = new SystemDns({ timeout: Math.round(timeout * 1000), tries });
    if (servers !== undefined) this.#dns.setServers([...servers]);
  }

  async resolve(host: string, options: ResolveOptions = {}): Promise<readonly ResolvedAddress[]> {
    checkOptions("resolve", options, RESOLVE_OPTIONS);
    const { family = 0, signal } = options;
    signal?.throwIfAborted();
    const literal = literalAddress(host);
    if (literal !== undefined) return [literal];
    // RFC 6761 §6.3: "Name resolution APIs and libraries SHOULD recognize localhost names as special and SHOULD always return the IP
    // loopback address for address queries".
    if (/^(?:.*\.)?localhost\.?$/i.test(host)) return LOOPBACK.filter((one) => family === 0 || one.family === family);
    if (family !== 0) return this.#ask(host, family);
    return both(this.#ask(host, 6), this.#ask(host, 4));
  }

  async #ask(host: string, family: 4 | 6): Promise<readonly ResolvedAddress[]> {
    const found = await (family === 6
      ? this.#dns.resolve6(host, { ttl: true })
      : this.#dns.resolve4(host, { ttl: true }));
    return found.map(({ address, ttl }) => ({ family, address, ttl }));
  }

  /** Gives up the questions under way. */
  close(): void {
    this.#dns.cancel();
  }
}

const LOOPBACK: readonly ResolvedAddress[] = [
  { family: 6, address: "::1" },
  { family: 4, address: "127.0.0.1" },
];

type Answer = Promise<readonly ResolvedAddress[]>;

/** The addresses of both, or of one where the other has none or is late. */
function both(six: Answer, four: Answer): Answer {
  return new Promise((resolve, reject) => {
    const found: (readonly ResolvedAddress[] | undefined)[] = [undefined, undefined];
    let left = 2;
    let timer: NodeJS.Timeout | undefined;
    const all = (): void => {
      clearTimeout(timer);
      resolve(found.flatMap((some) => some ?? []));
    };
    for (const [i, answer] of [six, four].entries()) {
      answer.then(
        (addresses) => {
          found[i] = addresses;
          if (--left === 0) all();
          else timer = setTimeout(all, RESOLUTION_DELAY);
        },
        (error: unknown) => {
          if (--left > 0) return;
          if (found.some((some) => some !== undefined)) all();
          else reject(error as Error);
        },
      );
    }
  });
}
