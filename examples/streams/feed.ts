/**
 * A feed is a Redis stream: what is told there is kept, has an id, and an order that all processes see alike. Pub/sub only wakes them up:
 * it may lose a message, so each process reads the stream itself, from where it was, and looks now and then without being woken.
 * Thus every client gets all of it once, in order, however often Redis, a process or the client itself goes away in between.
 */
import type { PubSub, Subscription } from "landspout/pubsub";
import { prepareEvent } from "landspout/web";
import type { EventSourceHandler, ServerSentEvent } from "landspout/web";
import type { RedisClientType } from "redis";

/** Messages kept of a feed, about: Redis cuts where it costs least. */
const KEPT = 1000;
/** Seconds after its last message until a feed is forgotten. */
const LIFETIME = 24 * 60 * 60;
/** Messages read at once. */
const PAGE = 100;
/** Seconds between two looks without being woken. */
const LOOK_EVERY = 3;

const ID = /^\d{1,19}-\d{1,19}$/;
/** An id as text that sorts as the stream does. */
const placeOf = (id: string): string => id.replace(/\d+/g, (digits) => digits.padStart(19, "0"));

export class Feed {
  /** Who listens, and the place of what each had heard before it came: another process may have been quicker than this one. */
  readonly clients: Map<EventSourceHandler, string> = new Map();
  readonly #redis: RedisClientType;
  readonly #key: string;
  readonly #subscription: Subscription;
  #timer: NodeJS.Timeout | undefined;
  /** All up to this one has been given to the clients. Undefined: nothing was read yet. */
  #last: string | undefined;
  #looking = false;
  #again = false;
  #begun: () => void = () => undefined;
  /** From now on new messages reach the clients. While Redis is away it takes until that is back. */
  readonly active: Promise<void> = new Promise((resolve) => (this.#begun = resolve));

  constructor(redis: RedisClientType, wakeUps: PubSub, name: string) {
    this.#redis = redis;
    this.#key = `feed:${name}`;
    this.#subscription = wakeUps.subscribe(name, () => void this.#look());
    // Subscribe first, read then: what comes in between wakes us up.
    void this.#subscription.active.then(() => {
      this.#timer = setInterval(() => void this.#look(), LOOK_EVERY * 1000);
      return this.#look();
    });
  }
  join(client: EventSourceHandler): void {
    const id = client.lastEventId ?? "";
    this.clients.set(client, ID.test(id) ? placeOf(id) : "");
  }
  close(): void {
    this.#subscription.cancel();
    clearInterval(this.#timer);
    this.#begun();
  }

  /** Keeps a message and returns its id, or throws: then it may or may not be kept. */
  static async add(redis: RedisClientType, wakeUps: PubSub, name: string, text: string): Promise<string> {
    const key = `feed:${name}`;
    const TRIM = { strategy: "MAXLEN", strategyModifier: "~", threshold: KEPT } as const;
    const [id] = await redis.multi().xAdd(key, "*", { text }, { TRIM }).expire(key, LIFETIME).execTyped();
    wakeUps.publish(name, id);
    return id;
  }

  /** Gives to the clients what is new. One look at a time: who wakes us meanwhile is answered by one more. */
  async #look(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#last ??= (await this.#redis.xRevRange(this.#key, "+", "-", { COUNT: 1 }))?.[0]?.id ?? "0-0";
        this.#begun();
        for await (const event of this.#read(`(${this.#last}`, "+")) {
          const prepared = prepareEvent(event);
          const place = placeOf(event.id);
          for (const [client, heard] of this.clients) if (place > heard) void client.sendPrepared(prepared);
          this.#last = event.id;
        }
      }
    } catch {
      // Redis is away, which the driver tells; the next look goes on where this one stopped.
    }
    this.#looking = false;
  }

  /** What came after a message, up to where the clients are: from there on they get it anyway. */
  async *since(id: string, client: EventSourceHandler): AsyncGenerator<ServerSentEvent> {
    if (!ID.test(id) || this.#last === undefined) return;
    const until = this.#last;
    const known = await this.#redis.xRange(this.#key, id, id);
    if (known?.length !== 1) {
      this.clients.set(client, "");
      yield { event: "gap", data: "some messages are no longer kept" };
    }
    yield* this.#read(`(${id}`, until);
  }

  async *#read(start: string, end: string): AsyncGenerator<ServerSentEvent & { id: string }> {
    for (let from = start; ;) {
      const page = (await this.#redis.xRange(this.#key, from, end, { COUNT: PAGE })) ?? [];
      for (const { id, message } of page) yield { id, data: message["text"] ?? "" };
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      from = `(${last.id}`;
    }
  }
}
