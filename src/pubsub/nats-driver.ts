/**
 * Pub/sub over NATS: broker-driver.ts over the connection of nats-link.ts. It decides which subject a topic has: free text must become
 * neither a wildcard nor several tokens, and no two topics the same subject.
 */
import { UsageError } from "../errors.ts";
import { checkOptions, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { BrokerDriver } from "./broker-driver.ts";
import type { PubSubDriver } from "./driver.ts";
import { NatsLink } from "./nats-link.ts";
import type { NatsConnection } from "./nats-link.ts";

export interface NatsDriverOptions {
  /** In front of every topic, to make a subject of it: tokens with dots between. Default `"landspout."`. */
  readonly prefix?: string;
}

const OPTIONS: OptionTable<NatsDriverOptions> = { prefix: text };

/**
 * Longest prefix, bytes. The server hangs up on a line of more than 4,096 bytes; a topic has up to 1,024, and at most three times as many
 * as a subject.
 */
export const MAX_NATS_PREFIX_SIZE = 512;
/** Printable ASCII without wildcards, no token empty. */
const PREFIX = /^(?:[!-)+-\-/-=?-~]+(?:\.|$))*$/;
/** A server that says nothing is noticed after three of these: the client's own two minutes are long for a chat. In milliseconds. */
const PING_INTERVAL = 20_000;
/** The client's own pause between two attempts, milliseconds. */
const RECONNECT_TIME_WAIT = 2000;

/** The part of a client's settings that is looked at. */
interface KnownSettings {
  readonly reconnectTimeWait?: number;
}

/**
 * One token: letters, digits, and some signs as they are, all other bytes as `%` and two hexadecimal digits. `.` and `*` have a meaning
 * to NATS and `encodeURIComponent` leaves them; it does not leave `>`, space and `%`.
 */
function tokenOf(topic: string): string {
  return encodeURIComponent(topic).replaceAll(".", "%2E").replaceAll("*", "%2A");
}

/**
 * A driver for NATS 2. It takes the function `connect` of the package `@nats-io/transport-node` and the settings for it (`servers`, `user`, `tls`
 * …), and makes a connection of its own; the client's way to try again is kept, and where that gives up it is called again after
 * `reconnectTimeWait` milliseconds (2,000).
 */
export function natsDriver<Settings extends object>(
  connect: (settings?: Settings) => Promise<NatsConnection>,
  settings?: NoInfer<Settings>,
  options: NatsDriverOptions = {},
): PubSubDriver {
  if (typeof connect !== "function")
    throw new UsageError(
      "ERR_LANDSPOUT_NATS_CLIENT",
      "natsDriver takes the function connect of @nats-io/transport-node",
    );
  checkOptions("natsDriver", options, OPTIONS);
  const prefix = options.prefix ?? "landspout.";
  if (!PREFIX.test(prefix) || prefix.length > MAX_NATS_PREFIX_SIZE)
    throw new UsageError(
      "ERR_LANDSPOUT_NATS_PREFIX",
      `a prefix is tokens of ASCII with dots between, without spaces, * and >, of up to ${MAX_NATS_PREFIX_SIZE} bytes`,
    );
  // The connection does not get its own messages back, and trying again at the start is ours: it ends with `close`. A new object for
  // each: the client writes into it.
  const make = (): Promise<NatsConnection> =>
    connect({
      pingInterval: PING_INTERVAL,
      ...settings,
      noEcho: true,
      waitOnFirstConnect: false,
    } as unknown as Settings);
  const { reconnectTimeWait = RECONNECT_TIME_WAIT } = (settings ?? {}) as KnownSettings;
  return new BrokerDriver({
    name: "NATS",
    channelOf: (topic) => prefix + tokenOf(topic),
    connect: (events) => new NatsLink(make, reconnectTimeWait, events),
  });
}
