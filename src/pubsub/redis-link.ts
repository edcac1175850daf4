/**
 * A connection to Redis that publishes and one that is subscribed, both duplicates of the client a program has. What the two clients
 * there are do differently is in redis-client.ts, what happens to a silent connection in redis-connection.ts.
 */
import type { Buffer } from "node:buffer";
import type { BrokerEvents, BrokerLink } from "./broker-link.ts";
import type { Client, Dialect, Listener, RedisClient } from "./redis-client.ts";
import { RedisConnection } from "./redis-connection.ts";

/** What Redis takes unless it was told otherwise (`proto-max-bulk-len`), bytes. */
const MAX_PAYLOAD = 512 * 1024 * 1024;

interface Pattern {
  duplicate(options: object): Client;
}

export class RedisLink implements BrokerLink {
  readonly maxPayload: number = MAX_PAYLOAD;
  readonly #dialect: Dialect;
  readonly #publisher: RedisConnection;
  readonly #subscriber: RedisConnection;
  readonly #listener: Listener;

  /** @param pingInterval Seconds. */
  constructor(client: RedisClient, dialect: Dialect, pingInterval: number, events: BrokerEvents) {
    const make = (): Client => (client as unknown as Pattern).duplicate(dialect.options);
    this.#dialect = dialect;
    this.#listener = (payload, channel) => {
      this.#subscriber.heard();
      events.message(channel.toString(), payload);
    };
    const makeSubscriber = (): Client => {
      const subscriber = make();
      dialect.listen(subscriber, this.#listener);
      return subscriber;
    };
    this.#publisher = new RedisConnection(make, dialect, pingInterval, events);
    this.#subscriber = new RedisConnection(makeSubscriber, dialect, pingInterval, events);
  }

  get ready(): boolean {
    return this.#publisher.ready && this.#subscriber.ready;
  }
  async publish(channel: string, payload: Buffer): Promise<void> {
    await this.#publisher.client.publish(channel, payload);
    this.#publisher.heard();
  }
  async subscribe(channels: string[]): Promise<readonly string[]> {
    await this.#dialect.subscribe(this.#subscriber.client, channels, this.#listener);
    return [];
  }
  unsubscribe(channels: string[]): Promise<unknown> {
    return this.#dialect.unsubscribe(this.#subscriber.client, channels);
  }
  close(): void {
    this.#publisher.close();
    this.#subscriber.close();
  }
}
