/**
 * The two Redis clients there are, `redis` and `ioredis`, seen as one: a connection that publishes and one that is subscribed, both
 * duplicates of the client a program has. Neither package is imported; they are known by their shape. What they offer for convenience
 * (commands that wait for a connection, or are sent again on the next one) is turned off: a message goes now or not at all.
 */
import type { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import type { BrokerEvents, BrokerLink } from "./broker-link.ts";

/** A client of `redis` (4 and later) or `ioredis`, connected or not. It is only duplicated. */
export interface RedisClient {
  duplicate(options?: never): object;
}

/** What Redis takes unless it was told otherwise (`proto-max-bulk-len`), bytes. */
const MAX_PAYLOAD = 512 * 1024 * 1024;

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

function watch(connection: Connection, names: readonly string[], events: BrokerEvents): void {
  connection.on("error", (error: unknown) => events.error(error));
  for (const name of names) connection.on(name, () => events.changed());
}

class NodeRedisLink implements BrokerLink {
  readonly maxPayload: number = MAX_PAYLOAD;
  readonly #publisher: NodeRedis;
  readonly #subscriber: NodeRedis;
  readonly #listener: (message: Buffer, channel: Buffer) => void;

  constructor(client: RedisClient, events: BrokerEvents) {
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
  async subscribe(channels: string[]): Promise<readonly string[]> {
    await this.#subscriber.subscribe(channels, this.#listener, true);
    return [];
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

class IORedisLink implements BrokerLink {
  readonly maxPayload: number = MAX_PAYLOAD;
  readonly #publisher: IORedis;
  readonly #subscriber: IORedis;

  constructor(client: RedisClient, events: BrokerEvents) {
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
  async subscribe(channels: string[]): Promise<readonly string[]> {
    await this.#subscriber.subscribe(...channels);
    return [];
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
export function linkTo(client: RedisClient, events: BrokerEvents): BrokerLink {
  if (typeof client === "object" && client !== null && typeof client.duplicate === "function") {
    if ("isReady" in client) return new NodeRedisLink(client, events);
    if ("status" in client) return new IORedisLink(client, events);
  }
  throw new UsageError("ERR_LANDSPOUT_REDIS_CLIENT", "redisDriver takes a client of the package redis or ioredis");
}
