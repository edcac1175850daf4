/**
 * The two Redis clients there are, `redis` and `ioredis`, seen as one. Neither package is imported; they are known by their shape. What
 * they offer for convenience (commands that wait for a connection, or are sent again on the next one) is turned off: a message goes now
 * or not at all.
 */
import type { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";

/** A client of `redis` (4 and later) or `ioredis`, connected or not. It is only duplicated. */
export interface RedisClient {
  duplicate(options?: never): object;
}

/** The part of both that is alike. */
export interface Client {
  on(event: string, listener: (...args: never[]) => void): unknown;
  connect(): Promise<unknown>;
  ping(): Promise<unknown>;
  publish(channel: string, payload: Buffer): Promise<unknown>;
}
interface NodeRedis extends Client {
  readonly isReady: boolean;
  subscribe(channels: string[], listener: Listener, bufferMode: true): Promise<unknown>;
  unsubscribe(channels: string[]): Promise<unknown>;
  /** From 5 on; in 4 it is `disconnect`. */
  destroy?(): void;
  disconnect(): Promise<unknown>;
}
interface IORedis extends Client {
  readonly status: string;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  disconnect(): void;
}

/** Gets a message: its content, and its channel. */
export type Listener = (payload: Buffer, channel: Buffer) => void;

/** What the two do differently. */
export interface Dialect<C extends Client = Client> {
  /** For `duplicate`. */
  readonly options: object;
  /** Events after which the connection may be gone. `connect` and `ready` are events of both. */
  readonly gone: readonly string[];
  isReady(client: C): boolean;
  /** Called once for each connection that subscribes. */
  listen(client: C, listener: Listener): void;
  subscribe(client: C, channels: string[], listener: Listener): Promise<unknown>;
  unsubscribe(client: C, channels: string[]): Promise<unknown>;
  end(client: C): void;
}

/** Seen and logged through `error` events, or of no interest any more. */
export const ignore = (): void => undefined;

const NODE_REDIS: Dialect<NodeRedis> = {
  options: { disableOfflineQueue: true },
  gone: ["error", "reconnecting", "end"],
  isReady: (client) => client.isReady,
  listen: ignore,
  subscribe: (client, channels, listener) => client.subscribe(channels, listener, true),
  unsubscribe: (client, channels) => client.unsubscribe(channels),
  end(client) {
    try {
      if (client.destroy === undefined) client.disconnect().catch(ignore);
      else client.destroy();
    } catch {
      // It says so where it was not connected.
    }
  },
};

const IOREDIS: Dialect<IORedis> = {
  options: {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: null,
  },
  gone: ["close", "reconnecting", "end"],
  isReady: (client) => client.status === "ready",
  listen(client, listener) {
    client.on("messageBuffer", (channel: Buffer, payload: Buffer) => listener(payload, channel));
  },
  subscribe: (client, channels) => client.subscribe(...channels),
  unsubscribe: (client, channels) => client.unsubscribe(...channels),
  end: (client) => client.disconnect(),
};

/** Clients of both packages for several servers, by what only they have, and what to write in their place. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["nodeByAddress", cluster("createCluster", "createClient({ url })")],
  ["isCluster", cluster("Cluster", "new Redis(url, { lazyConnect: true })")],
  [
    "getMasterNode",
    "a client of createSentinel is not supported: give it new Redis({ sentinels, name, lazyConnect: true }) of ioredis, or createClient() for an address that follows the master",
  ],
];
function cluster(of: string, instead: string): string {
  return `a client of a whole cluster (${of}) is not supported: give it ${instead} for one node; a cluster takes every message to all of its nodes, so processes may use different ones`;
}

/** @throws UsageError where the client is of neither package, or for several servers (`ERR_LANDSPOUT_REDIS_CLUSTER`). */
export function dialectOf(client: RedisClient): Dialect {
  if (typeof client === "object" && client !== null && typeof client.duplicate === "function") {
    for (const [mark, reason] of REFUSED)
      if (mark in client && (client as unknown as Record<string, unknown>)[mark] !== false)
        throw new UsageError("ERR_LANDSPOUT_REDIS_CLUSTER", `redisDriver: ${reason}`);
    if ("isReady" in client) return NODE_REDIS as Dialect<never>;
    if ("status" in client) return IOREDIS as Dialect<never>;
  }
  throw new UsageError("ERR_LANDSPOUT_REDIS_CLIENT", "redisDriver takes a client of the package redis or ioredis");
}
