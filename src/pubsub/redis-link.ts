/**
 * The two Redis clients there are, `redis` and `ioredis`, seen as one: a connection that publishes and one that is subscribed, both
 * duplicates of the client a program has. Neither package is imported; they are known by their shape. What they offer for convenience
 * (commands that wait for a connection, or are sent again on the next one) is turned off: a message goes now or not at all.
 */
import type { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";

/** A client of `redis` (4 and later) or `ioredis`, connected or not. It is only duplicated. */
export interface RedisClient {
  duplicate(options?: never): object;
}

/** What a link tells. */
export interface RedisEvents {
  message(channel: string, payload: Buffer): void;
  /** Whether it is ready may have changed. */
  changed(): void;
  /** Something went wrong; the client goes on trying. */
  error(error: unknown): void;
}

export interface RedisLink {
  /** Both connections can be used. */
  readonly ready: boolean;
  publish(channel: string, payload: Buffer): Promise<unknown>;
  subscribe(channels: string[]): Promise<unknown>;
  unsubscribe(channels: string[]): Promise<unknown>;
  close(): void;
}

interface Pattern<T> {
  duplicate(options: object): T;
}
/** The part of both that is alike. */
interface Connection {
  on(event: string, listener: (...args: never[]) => void): unknown;
  publish(channel: string, payload: Buffer): Promise<unknown>;
  unsubscribe(...channels: (string | string[])[]): Promise<unknown>;
}
interface NodeRedis extends Connection {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  subscribe(
    channels: string[],
    listener: (message: Buffer, channel: Buffer) => void,
    bufferMode: true,
  ): Promise<unknown>;
  /** From 5 on; in 4 it is `disconnect`. */
  destroy?(): void;
  disconnect(): Promise<unknown>;
}
interface IORedis extends Connection {
  readonly status: string;
  connect(): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  disconnect(): void;
}

/** Seen and logged through `error` events, or of no interest any more. */
const ignore = (): void => undefined;

function watch(connection: Connection, names: readonly string[], events: RedisEvents): void {
  connection.on("error", (error: unknown) => events.error(error));
  for (const name of names) connection.on(name, () => events.changed());
}

class NodeRedisLink implements RedisLink {
  readonly #publisher: NodeRedis;
  readonly #subscriber: NodeRedis;
  readonly #listener: (message: Buffer, channel: Buffer) => void;

  constructor(client: RedisClient, events: RedisEvents) {
    const pattern = client as unknown as Pattern<NodeRedis>;
    this.#publisher = pattern.duplicate({ disableOfflineQueue: true });
    this.#subscriber = pattern.duplicate({ disableOfflineQueue: true });
    this.#listener = (message, channel) => events.message(channel.toString(), message);
    for (const connection of [this.#publisher, this.#subscriber]) {
      watch(connection, ["ready", "reconnecting", "end"], events);
      connection.connect().catch(ignore);
    }
  }
  get ready(): boolean {
    return this.#publisher.isReady && this.#subscriber.isReady;
  }
  publish(channel: string, payload: Buffer): Promise<unknown> {
    return this.#publisher.publish(channel, payload);
  }
  subscribe(channels: string[]): Promise<unknown> {
    return this.#subscriber.subscribe(channels, this.#listener, true);
  }
  unsubscribe(channels: string[]): Promise<unknown> {
    return this.#subscriber.unsubscribe(channels);
  }
  close(): void {
    for (const connection of [this.#publisher, this.#subscriber]) {
      try {
        if (connection.destroy === undefined) connection.disconnect().catch(ignore);
        else connection.destroy();
      } catch {
        // It says so where it was not connected.
      }
    }
  }
}

class IORedisLink implements RedisLink {
  readonly #publisher: IORedis;
  readonly #subscriber: IORedis;

  constructor(client: RedisClient, events: RedisEvents) {
    const pattern = client as unknown as Pattern<IORedis>;
    const options = {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: null,
    };
    this.#publisher = pattern.duplicate(options);
    this.#subscriber = pattern.duplicate(options);
    this.#subscriber.on("messageBuffer", (channel: Buffer, message: Buffer) => {
      events.message(channel.toString(), message);
    });
    for (const connection of [this.#publisher, this.#subscriber]) {
      watch(connection, ["ready", "close", "reconnecting", "end"], events);
      connection.connect().catch(ignore);
    }
  }
  get ready(): boolean {
    return this.#publisher.status === "ready" && this.#subscriber.status === "ready";
  }
  publish(channel: string, payload: Buffer): Promise<unknown> {
    return this.#publisher.publish(channel, payload);
  }
  subscribe(channels: string[]): Promise<unknown> {
    return this.#subscriber.subscribe(...channels);
  }
  unsubscribe(channels: string[]): Promise<unknown> {
    return this.#subscriber.unsubscribe(...channels);
  }
  close(): void {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }
}

/** @throws UsageError where the client is of neither package. */
export function linkTo(client: RedisClient, events: RedisEvents): RedisLink {
  if (typeof client === "object" && client !== null && typeof client.duplicate === "function") {
    if ("isReady" in client) return new NodeRedisLink(client, events);
    if ("status" in client) return new IORedisLink(client, events);
  }
  throw new UsageError("ERR_LANDSPOUT_REDIS_CLIENT", "redisDriver takes a client of the package redis or ioredis");
}
