/** `landspout/netutil`: addresses, names and unix sockets (Tornado's `tornado.netutil`, as far as the runtime leaves it to us). */
import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { lstatSync, unlinkSync } from "node:fs";
import { once } from "node:events";
import { UsageError } from "../errors.ts";

/** Whether text is a literal IPv4 or IPv6 address: nothing shortened, no zone, no port. */
export function isValidIp(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}

/** An address a name stands for. */
export interface ResolvedAddress {
  readonly family: 4 | 6;
  readonly address: string;
}

/** Turns names into addresses. */
export interface Resolver {
  /** Rejects with the system's error where there are none. */
  resolve(host: string): Promise<readonly ResolvedAddress[]>;
}

/** Asks the operating system, in its order. */
export class DefaultResolver implements Resolver {
  async resolve(host: string): Promise<readonly ResolvedAddress[]> {
    const found = await lookup(host, { all: true, verbatim: true });
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
  }
}

/** Another resolver, but for some names. */
export class OverrideResolver implements Resolver {
  readonly #inner: Resolver;
  readonly #mapping: ReadonlyMap<string, string>;

  /** @param mapping Names, in lower case, and what is looked up in their place: a name or an address. */
  constructor(inner: Resolver, mapping: ReadonlyMap<string, string>) {
    this.#inner = inner;
    this.#mapping = mapping;
  }
  resolve(host: string): Promise<readonly ResolvedAddress[]> {
    return this.#inner.resolve(this.#mapping.get(host.toLowerCase()) ?? host);
  }
}

/** On Linux a leading NUL means the abstract name space: there is no file. */
export function isAbstractPath(path: string): boolean {
  return path.startsWith("\0");
}

/**
 * Makes room for a unix socket: removes the file of one nobody listens on any more.
 * @throws UsageError where something else than a socket is there, or somebody listens.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  if (isAbstractPath(path)) return;
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) {
    throw new UsageError(
      "ERR_LANDSPOUT_UNIX_SOCKET",
      `${path} is there and is no socket: remove it, or choose another path`,
    );
  }
  const probe = connect(path);
  try {
    await once(probe, "connect");
  } catch {
    unlinkSync(path);
    return;
  } finally {
    probe.destroy();
  }
  throw new UsageError("ERR_LANDSPOUT_UNIX_SOCKET", `somebody listens on ${path} already`);
}
