/** redisDriver with the real clients `redis` and `ioredis` and a real redis-server. */
import { Redis } from "ioredis";
import { createClient } from "redis";
import * as assert from "uvu/assert";
import { PubSub, redisDriver } from "../../src/pubsub/index.ts";
import type { PubSubDriver, RedisClient } from "../../src/pubsub/index.ts";
import { suite } from "../_support/suite.ts";
import { driverCases } from "./_driver-cases.ts";
import { RedisServer } from "./_redis-server.ts";

const driverOf =
  (pattern: RedisClient) =>
  (prefix?: string): PubSubDriver =>
    redisDriver(pattern, prefix === undefined ? {} : { prefix });

driverCases<RedisServer>({
  name: "Redis",
  program: "redis-server",
  channel: "landspout:a",
  otherPrefix: "elsewhere:",
  server: () => new RedisServer(),
  // Neither is connected for the driver's sake: it needs them as patterns only.
  clients: {
    redis: ({ path }) => {
      const pattern = createClient({ socket: { path, reconnectStrategy: 20 } });
      return {
        driver: driverOf(pattern),
        publish: async (channel, text) => {
          await pattern.connect();
          await pattern.publish(channel, text);
          pattern.destroy();
        },
      };
    },
    ioredis: ({ path }) => {
      const pattern = new Redis(path, { lazyConnect: true, retryStrategy: () => 20 });
      return {
        driver: driverOf(pattern),
        publish: (channel, text) => pattern.publish(channel, text),
        end: () => pattern.disconnect(),
      };
    },
  },
});

const test = suite("redisDriver");
test("takes no other client", () => {
  for (const client of [{}, { duplicate: () => ({}) }, undefined, new Map()])
    assert.throws(
      () => new PubSub(redisDriver(client as RedisClient)),
      (error: { code?: string }) => error.code === "ERR_LANDSPOUT_REDIS_CLIENT",
    );
});
test.run();
