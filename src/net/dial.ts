/**
 * Opens one connection without TLS to a host: resolver, allowed addresses, and a race of attempts (RFC 8305). Everything that connects goes
 * through here. It knows neither streams nor TLS.
 */
import { LandspoutError } from "../errors.ts";
import { ConnectRace, interleaved, MAX_ADDRESSES } from "./connect-race.ts";
import type { RaceEvents, RaceOptions } from "./connect-race.ts";
import { allowed, checkAddresses, DefaultResolver, literalAddress } from "./resolver.ts";
import type { AllowAddress, ResolvedAddress, Resolver } from "./resolver.ts";
import { currentRuntime } from "./runtime/index.ts";

export interface DialOptions extends RaceOptions {
  readonly host?: string | undefined;
  /** Unix socket, in place of host and port. */
  readonly path?: string | undefined;
  readonly family?: 0 | 4 | 6 | undefined;
  readonly resolver?: Resolver | undefined;
  readonly allowAddress?: AllowAddress | undefined;
}

export interface DialEvents extends RaceEvents {
  /** The name is resolved; not called for literal addresses and unix sockets. */
  resolved?(): void;
}

let system: DefaultResolver | undefined;

/** Calls `connected` or `failed`, one of them, once, in a later turn. The result gives up: then neither is called. */
export function dial(options: DialOptions, events: DialEvents): () => void {
  const { path, host = "localhost", allowAddress } = options;
  if (path !== undefined) return openUnix(path, options, events);
  const literal = literalAddress(host);
  let race: ConnectRace | undefined;
  let givenUp = false;
  const start = (addresses: readonly ResolvedAddress[]): void => {
    const wanted = familyOf(options);
    const usable = wanted === 0 ? addresses : addresses.filter(({ family }) => family === wanted);
    if (usable.length === 0) throw noAddress(host, wanted);
    const order = interleaved(allowed(host, usable, allowAddress)).slice(0, MAX_ADDRESSES);
    const runtime = currentRuntime();
    race = new ConnectRace(order, options, events, (...args) => runtime.open(...args));
  };
  if (literal !== undefined) {
    try {
      start([literal]);
    } catch (error) {
      const given = setImmediate(() => events.failed(error as Error, []));
      return () => clearImmediate(given);
    }
    return () => race?.giveUp();
  }
  const abort = new AbortController();
  const resolver = options.resolver ?? (system ??= new DefaultResolver());
  void resolved(resolver, host, options, abort.signal).then(
    (addresses) => {
      if (givenUp) return;
      events.resolved?.();
      try {
        start(addresses);
      } catch (error) {
        events.failed(error as Error, []);
      }
    },
    (error: unknown) => {
      if (!givenUp) events.failed(error instanceof Error ? error : new Error(String(error)), []);
    },
  );
  return () => {
    givenUp = true;
    abort.abort();
    race?.giveUp();
  };
}

async function resolved(
  resolver: Resolver,
  host: string,
  options: DialOptions,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  const { port = 0, family = 0 } = options;
  return checkAddresses(await resolver.resolve(host, { port, family, signal }));
}

/** The family that is asked for, by itself or by the source address. */
function familyOf({ family = 0, sourceIp }: DialOptions): 0 | 4 | 6 {
  if (family !== 0 || sourceIp === undefined) return family;
  return sourceIp.includes(":") ? 6 : 4;
}

function noAddress(host: string, family: number): LandspoutError {
  const what = family === 0 ? "address" : `IPv${family} address`;
  return new LandspoutError("ERR_LANDSPOUT_NO_ADDRESS", `${host} has no ${what}`);
}

function openUnix(path: string, { parser, road }: DialOptions, events: DialEvents): () => void {
  const options = { path, parser, ...(road === undefined ? {} : { road }) };
  return currentRuntime().open(
    options,
    (transport) => events.connected(transport),
    (error) => events.failed(error, []),
  );
}
