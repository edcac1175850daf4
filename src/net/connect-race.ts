/**
 * A race of connection attempts to the addresses of one name (RFC 8305), and the first that stands. It knows no names, and opens connections
 * only by the function it is given.
 */
import { withoutContext } from "../async/context.ts";
import type { HttpParser } from "../parser/types.ts";
import type { ConnectAttempt } from "./errors.ts";
import type { ResolvedAddress } from "./resolver.ts";
import type { Runtime, RuntimeConnectOptions, Transport, TransportRoad } from "./transport.ts";

/** Addresses of one name that are tried. */
export const MAX_ADDRESSES = 32;
/** Attempts that are open at a time. */
export const MAX_ATTEMPTS = 6;
/** Seconds between attempts. RFC 8305 §5: "a simple implementation can have a fixed delay […] 250 milliseconds". */
const ATTEMPT_DELAY = 0.25;

export interface RaceOptions {
  readonly port?: number | undefined;
  readonly sourceIp?: string | undefined;
  readonly sourcePort?: number | undefined;
  /** Seconds. */
  readonly attemptDelay?: number | undefined;
  readonly parser: HttpParser;
  readonly road?: TransportRoad | undefined;
}

export interface RaceEvents {
  /** The connection stands. `transport.handler` must be set before this returns. */
  connected(transport: Transport): void;
  /** @param attempts Each address that was tried. */
  failed(error: Error, attempts: readonly ConnectAttempt[]): void;
}

/** RFC 8305 §4: "the client SHOULD […] interleave the addresses of the families", beginning with the family of the first. */
export function interleaved(addresses: readonly ResolvedAddress[]): readonly ResolvedAddress[] {
  const first = addresses[0]?.family;
  const own = addresses.filter(({ family }) => family === first);
  if (own.length === addresses.length) return addresses;
  const others = addresses.filter(({ family }) => family !== first);
  const order: ResolvedAddress[] = [];
  for (let i = 0; i < Math.max(own.length, others.length); i++) {
    const pair = [own[i], others[i]];
    for (const one of pair) if (one !== undefined) order.push(one);
  }
  return order;
}

/**
 * RFC 8305 §5: attempts start one after the other, the next after a delay or when one fails, and those before it go on. The first
 * connection that stands ends the others.
 */
export class ConnectRace {
  readonly #addresses: readonly ResolvedAddress[];
  readonly #options: RaceOptions;
  readonly #events: RaceEvents;
  readonly #connect: Runtime["open"];
  readonly #delay: number;
  readonly #open = new Set<() => void>();
  readonly #failures: ConnectAttempt[] = [];
  #next = 0;
  #timer: NodeJS.Timeout | undefined = undefined;
  #over = false;

  constructor(
    addresses: readonly ResolvedAddress[],
    options: RaceOptions,
    events: RaceEvents,
    connect: Runtime["open"],
  ) {
    this.#addresses = addresses;
    this.#options = options;
    this.#events = events;
    this.#connect = connect;
    this.#delay = (options.attemptDelay ?? ATTEMPT_DELAY) * 1000;
    this.#startNext();
  }

  #startNext(): void {
    clearTimeout(this.#timer);
    const one = this.#addresses[this.#next];
    if (this.#over || one === undefined || this.#open.size >= MAX_ATTEMPTS) return;
    this.#next++;
    const where = this.#where(one);
    let giveUp: () => void = () => undefined;
    giveUp = this.#connect(
      where,
      (transport) => {
        this.#open.delete(giveUp);
        this.giveUp();
        this.#events.connected(transport);
      },
      (error) => {
        this.#open.delete(giveUp);
        this.#failures.push({ address: one.address, port: where.port as number, error });
        if (this.#over) return;
        if (this.#next < this.#addresses.length) this.#startNext();
        else if (this.#open.size === 0) this.#fail();
      },
    );
    this.#open.add(giveUp);
    if (this.#next < this.#addresses.length)
      this.#timer = withoutContext(() => setTimeout(() => this.#startNext(), this.#delay));
  }

  #where({ address, family, port }: ResolvedAddress): RuntimeConnectOptions {
    const { parser, road, sourceIp, sourcePort } = this.#options;
    // As in Tornado: a source port without an address leaves from the loopback interface.
    const localAddress = sourceIp ?? (sourcePort === undefined ? undefined : family === 6 ? "::1" : "127.0.0.1");
    return {
      address,
      port: port ?? this.#options.port ?? 0,
      parser,
      ...(road === undefined ? {} : { road }),
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(sourcePort === undefined ? {} : { localPort: sourcePort }),
    };
  }

  #fail(): void {
    this.giveUp();
    const last = this.#failures.at(-1) as ConnectAttempt;
    this.#events.failed(last.error, this.#failures);
  }

  giveUp(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const giveUp of this.#open) giveUp();
    this.#open.clear();
  }
}
