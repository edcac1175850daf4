/** A client for Redis, of whichever of the two packages is installed, seen as much alike as the chat needs. */
import type { RedisClient } from "landspout/pubsub";
import { fail } from "../arguments.ts";

export interface Redis {
  /** For `redisDriver`. */
  readonly pattern: RedisClient;
  /** A connection of its own: commands, which fail while there is none. */
  connect(ready: () => void): (...command: string[]) => Promise<unknown>;
}

/** Whatever went wrong is logged by the driver, which has the same address. */
const ignore = (): void => undefined;

/** `unix:/run/redis.sock`, which the packages do not know in an address. */
const socketOf = (url: string): string | undefined =>
  url.startsWith("unix:") ? decodeURIComponent(new URL(url).pathname) : undefined;

async function withRedis(url: string): Promise<Redis> {
  const { createClient } = await import("redis");
  const path = socketOf(url);
  const settings = path === undefined ? { url } : { socket: { path, tls: false as const } };
  return {
    pattern: createClient(settings),
    connect(ready) {
      const client = createClient({ ...settings, disableOfflineQueue: true });
      client.on("error", ignore).on("ready", ready);
      client.connect().catch(ignore);
      return (...command) => client.sendCommand(command);
    },
  };
}

async function withIORedis(url: string): Promise<Redis> {
  const { Redis } = await import("ioredis");
  const address = socketOf(url) ?? url;
  const pattern = new Redis(address, { lazyConnect: true });
  return {
    pattern,
    connect(ready) {
      const client = pattern.duplicate({ enableOfflineQueue: false, maxRetriesPerRequest: null });
      client.on("error", ignore).on("ready", ready);
      client.connect().catch(ignore);
      return (command = "", ...rest) => client.call(command, ...rest);
    },
  };
}

const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  /Cannot find (?:package|module)/i.test(error.message) &&
  error.message.includes(`'${name}'`);

/** The first of the packages that is installed. */
export async function redisAt(url: string): Promise<Redis> {
  for (const [name, make] of [
    ["redis", withRedis],
    ["ioredis", withIORedis],
  ] as const) {
    try {
      return await make(url);
    } catch (error) {
      if (!isMissing(error, name)) throw error;
    }
  }
  return fail("--redis needs the package redis, or ioredis: npm install redis", 1);
}
