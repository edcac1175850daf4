/** Pub/sub over Redis (or Valkey): broker-driver.ts over the clients of redis-link.ts. Its channels are a prefix and the topic. */
import { LONGEST_TIMER, resolveOptions, seconds, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { BrokerDriver } from "./broker-driver.ts";
import type { PubSubDriver } from "./driver.ts";
import { dialectOf } from "./redis-client.ts";
import type { RedisClient } from "./redis-client.ts";
import { RedisLink } from "./redis-link.ts";

export interface RedisDriverOptions {
  /** In front of every topic, to make a channel of it. Default `"landspout:"`. */
  readonly prefix?: string;
  /**
   * Seconds after which Redis is pinged, and after which a connection on which it then sends nothing is given up for a new one. Default 20: a
   * network that has gone silent is noticed within 40 seconds. Longer where a single message takes longer to get through.
   */
  readonly pingInterval?: number;
}

const OPTIONS: OptionTable<RedisDriverOptions> = { prefix: text, pingInterval: seconds(0.01, LONGEST_TIMER) };
const DEFAULTS: Required<RedisDriverOptions> = { prefix: "landspout:", pingInterval: 20 };

/**
 * A driver for Redis 5 or later, or Valkey. The client, of the package `redis` or `ioredis`, is only a pattern: two connections of the driver's
 * own are made by its `duplicate()`, with its address, password, TLS and its way to try again. It need not be connected.
 *
 * A client for a whole cluster (`createCluster`, `Cluster`) is refused: the first has no event that says when it can be used, the second
 * sends the messages of one publisher over several nodes, where they overtake each other. A client of one node does: `PUBLISH`
 * reaches all nodes of a cluster (Redis Cluster specification, "Publish/Subscribe").
 * @throws UsageError `ERR_LANDSPOUT_REDIS_CLIENT` or `ERR_LANDSPOUT_REDIS_CLUSTER` on any other client.
 */
export function redisDriver(client: RedisClient, options: RedisDriverOptions = {}): PubSubDriver {
  const { prefix, pingInterval } = resolveOptions("redisDriver", options, OPTIONS, DEFAULTS);
  const dialect = dialectOf(client);
  return new BrokerDriver({
    name: "Redis",
    channelOf: (topic) => prefix + topic,
    connect: (events) => new RedisLink(client, dialect, pingInterval, events),
  });
}
