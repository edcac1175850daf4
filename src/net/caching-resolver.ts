/** `CachingResolver`: keeps what another resolver found, within bounds. Knows nothing of how names are looked up. */
import { checkOptions, seconds, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { checkAddresses, DefaultResolver, RESOLVE_OPTIONS } from "./resolver.ts";
import type { ResolvedAddress, ResolveOptions, Resolver } from "./resolver.ts";

export interface CachingResolverOptions {
  /** Seconds addresses are kept where the inner resolver does not say how long. Default 10. */
  ttl?: number;
  /** Seconds a failure is kept. Default 1. */
  negativeTtl?: number;
  /** Seconds after their time in which addresses are still given where the inner resolver fails. Default 60. */
  staleIfError?: number;
  /** Most names kept; the least recently used one goes. Default 1,000. */
  maxEntries?: number;
}

const OPTIONS: OptionTable<CachingResolverOptions> = {
  ttl: seconds(),
  negativeTtl: seconds(),
  staleIfError: seconds(),
  maxEntries: whole(1, Number.MAX_SAFE_INTEGER),
};

interface Entry {
  addresses: readonly ResolvedAddress[] | undefined;
  error: unknown;
  /** On `now()`. */
  freshUntil: number;
  staleUntil: number;
  /** How often it was given: where the next one begins. */
  turn: number;
}

const now = (): number => performance.now() / 1000;

/** Keeps the addresses of names. Calls for one name at one time share one look-up; each call begins with another address. */
export class CachingResolver implements Resolver {
  readonly #inner: Resolver;
  readonly #ttl: number;
  readonly #negativeTtl: number;
  readonly #staleIfError: number;
  readonly #maxEntries: number;
  /** The least recently used one first. */
  readonly #entries = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<Entry>>();

  constructor(inner: Resolver = new DefaultResolver(), options: CachingResolverOptions = {}) {
    checkOptions("CachingResolver", options, OPTIONS);
    this.#inner = inner;
    this.#ttl = options.ttl ?? 10;
    this.#negativeTtl = options.negativeTtl ?? 1;
    this.#staleIfError = options.staleIfError ?? 60;
    this.#maxEntries = options.maxEntries ?? 1000;
  }

  /** How many names are kept. */
  get size(): number {
    return this.#entries.size;
  }

  async resolve(host: string, options: ResolveOptions = {}): Promise<readonly ResolvedAddress[]> {
    checkOptions("resolve", options, RESOLVE_OPTIONS);
    const { port = 0, family = 0, signal } = options;
    signal?.throwIfAborted();
    const key = `${host.toLowerCase()}|${port}|${family}`;
    const kept = this.#entries.get(key);
    if (kept !== undefined && kept.freshUntil > now()) {
      this.#entries.delete(key);
      this.#entries.set(key, kept);
      return give(kept);
    }
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      // The look-up is everybody's: no one caller's signal ends it.
      pending = this.#lookUp(key, host, { port, family }, kept).finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return give(await (signal === undefined ? pending : orAborted(pending, signal)));
  }

  async #lookUp(key: string, host: string, options: ResolveOptions, kept: Entry | undefined): Promise<Entry> {
    let entry: Entry;
    try {
      const addresses = checkAddresses(await this.#inner.resolve(host, options));
      const ttls = addresses.map(({ ttl }) => ttl ?? this.#ttl);
      const freshUntil = now() + Math.min(...(ttls.length === 0 ? [this.#negativeTtl] : ttls));
      const staleUntil = freshUntil + this.#staleIfError;
      entry = { addresses, error: undefined, freshUntil, staleUntil, turn: kept?.turn ?? 0 };
    } catch (error) {
      const freshUntil = now() + this.#negativeTtl;
      const stale = kept?.addresses !== undefined && kept.staleUntil > now();
      entry = stale ? { ...kept, freshUntil } : { addresses: undefined, error, freshUntil, staleUntil: 0, turn: 0 };
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }

  /** Forgets all, or one name. */
  clear(host?: string): void {
    const start = host === undefined ? "" : `${host.toLowerCase()}|`;
    for (const key of this.#entries.keys()) if (key.startsWith(start)) this.#entries.delete(key);
  }

  close(): void {
    this.clear();
    this.#inner.close?.();
  }
}

/** The addresses, those of each family turned on by one: connections spread over them. */
function give(entry: Entry): readonly ResolvedAddress[] {
  const { addresses } = entry;
  if (addresses === undefined) throw entry.error;
  const turn = entry.turn++;
  if (turn === 0 || addresses.length < 2) return addresses;
  const turned = (family: number): ResolvedAddress[] => {
    const own = addresses.filter((one) => one.family === family);
    const by = own.length === 0 ? 0 : turn % own.length;
    return [...own.slice(by), ...own.slice(0, by)];
  };
  const sides = { 4: turned(4).values(), 6: turned(6).values() };
  return addresses.map(({ family }) => sides[family].next().value as ResolvedAddress);
}

async function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  let aborted: (() => void) | undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    aborted = () => reject(signal.reason as Error);
    signal.addEventListener("abort", aborted, { once: true });
  });
  try {
    return await Promise.race([pending, givenUp]);
  } finally {
    if (aborted !== undefined) signal.removeEventListener("abort", aborted);
  }
}
