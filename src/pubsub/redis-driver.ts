/** Pub/sub over Redis (or Valkey): broker-driver.ts over the clients of redis-link.ts. Its channels are a prefix and the topic. */
import { checkOptions, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { BrokerDriver } from "./broker-driver.ts";
import type { PubSubDriver } from "./driver.ts";
import { linkTo } from "./redis-link.ts";
import type { RedisClient } from "./redis-link.ts";

export interface RedisDriverOptions {
  /** In front of every topic, to make a channel of it. Default `"landspout:"`. */
  readonly prefix?: string;
}

const OPTIONS: OptionTable<RedisDriverOptions> = { prefix: text };

/**
 * A driver for Redis 5 or later, or Valkey. The client, of the package `redis` or `ioredis`, is only a pattern: two connections of the driver's
 * own are made by its `duplicate()`, with its address, password, TLS and its way to try again. It need not be connected.
 */
export function redisDriver(client: RedisClient, options: RedisDriverOptions = {}): PubSubDriver {
  checkOptions("redisDriver", options, OPTIONS);
  const prefix = options.prefix ?? "landspout:";
  return new BrokerDriver({
    name: "Redis",
    channelOf: (topic) => prefix + topic,
    connect: (events) => linkTo(client, events),
  });
}
