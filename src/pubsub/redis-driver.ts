/**
 * Pub/sub over Redis (or Valkey), between any number of processes and machines. It decides what a message looks like there, which channels
 * are subscribed, and what happens while the broker is away: nothing waits, the log has one line, and everything is subscribed again
 * when it is back. At most once; Redis itself promises no more. The clients are redis-link.ts.
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { loggers } from "../log.ts";
import type { PubSubDriver, PubSubMessage, Receive } from "./driver.ts";
import { linkTo } from "./redis-link.ts";
import type { RedisClient, RedisLink } from "./redis-link.ts";

export interface RedisDriverOptions {
  /** In front of every topic, to make a channel of it. Default `"landspout:"`. */
  readonly prefix?: string;
}

/** Bytes on their way to the broker above which messages are dropped: it does not keep up. */
export const MAX_BROKER_UNSENT: number = 16 * 1024 * 1024;
/** Channels in one command: the broker answers others between two of them. */
const CHANNELS_PER_COMMAND = 500;

/** A message: version, what it is, who says it, in so many bytes; then the content. */
const VERSION = "1";
const TEXT = "t";
const BYTES = "b";
const ORIGIN_BYTES = 18;
const HEADER_SIZE = 2 + (ORIGIN_BYTES / 3) * 4;

interface Wanted {
  readonly active: Promise<void>;
  readonly settle: () => void;
}

function wanted(): Wanted {
  let settle: () => void = () => undefined;
  const active = new Promise<void>((resolve) => (settle = resolve));
  return { active, settle };
}

class RedisDriver implements PubSubDriver {
  readonly #client: RedisClient;
  readonly #prefix: string;
  /** Tells our own messages from those of others: no echo. */
  readonly #origin: string = randomBytes(ORIGIN_BYTES).toString("base64url");
  readonly #wanted: Map<string, Wanted> = new Map();
  /** What the connection was told to subscribe. */
  readonly #told: Set<string> = new Set();
  readonly #changed: Set<string> = new Set();
  #link: RedisLink | undefined = undefined;
  #receive: Receive = ignore;
  #ready = false;
  /** Its being away has been logged. */
  #away = false;
  #unsent = 0;
  #dropping = false;
  #refused = false;
  #strange = false;

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  start(receive: Receive): void {
    this.#receive = receive;
    this.#link = linkTo(this.#client, {
      message: (channel, payload) => this.#arrived(channel, payload),
      changed: () => this.#look(undefined),
      error: (error) => this.#look(error),
    });
  }

  // --- there and away ---

  #look(error: unknown): void {
    const link = this.#link;
    if (link === undefined) return;
    if (!link.ready) {
      this.#ready = false;
      // A connection that is only being made has nothing to complain of yet.
      if (this.#away || error === undefined) return;
      this.#away = true;
      loggers.general.warn(`Redis is away, messages stay in this process until it is back: ${sentence(error)}`);
      return;
    }
    if (this.#ready) {
      if (error !== undefined) loggers.general.warn(`Redis: ${sentence(error)}`);
      return;
    }
    this.#ready = true;
    if (this.#away) loggers.general.info("Redis is back");
    this.#away = false;
    const stale = [...this.#told].filter((topic) => !this.#wanted.has(topic));
    this.#told.clear();
    // One of the clients subscribes again by itself; what is said twice is harmless.
    this.#unsubscribeNow(stale);
    for (const topic of this.#wanted.keys()) this.#changed.add(topic);
    this.#update();
  }

  // --- subscriptions ---

  subscribe(topic: string): Promise<void> {
    const one = wanted();
    this.#wanted.set(topic, one);
    this.#note(topic);
    return one.active;
  }
  unsubscribe(topic: string): void {
    this.#wanted.get(topic)?.settle();
    this.#wanted.delete(topic);
    this.#note(topic);
  }
  /** What changes in one turn goes in one command. */
  #note(topic: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#update());
    this.#changed.add(topic);
  }
  #update(): void {
    // On the next connection everything is told anew.
    if (!this.#ready) return this.#changed.clear();
    const fresh: string[] = [];
    const stale: string[] = [];
    for (const topic of this.#changed) {
      const told = this.#told.has(topic);
      if (!this.#wanted.has(topic)) {
        if (told) stale.push(topic);
      } else if (told) this.#wanted.get(topic)?.settle();
      else fresh.push(topic);
    }
    this.#changed.clear();
    for (const topic of stale) this.#told.delete(topic);
    this.#unsubscribeNow(stale);
    for (const topics of portions(fresh)) this.#subscribeNow(topics);
  }
  #subscribeNow(topics: string[]): void {
    const promised = topics.map((topic) => this.#wanted.get(topic));
    for (const topic of topics) this.#told.add(topic);
    this.#link?.subscribe(this.#channels(topics)).then(
      () => {
        for (const one of promised) one?.settle();
      },
      (error: unknown) => {
        // Where the connection went, all is told again on the next one.
        if (this.#ready) loggers.general.warn(`Redis refuses a subscription: ${sentence(error)}`);
      },
    );
  }
  #unsubscribeNow(stale: string[]): void {
    for (const topics of portions(stale)) this.#link?.unsubscribe(this.#channels(topics)).catch(ignore);
  }
  #channels(topics: string[]): string[] {
    return topics.map((topic) => this.#prefix + topic);
  }

  // --- messages ---

  publish(topic: string, message: PubSubMessage): void {
    const link = this.#link;
    if (link === undefined || !this.#ready || !link.ready) return;
    if (this.#unsent > MAX_BROKER_UNSENT) {
      if (!this.#dropping) loggers.general.warn("Redis does not keep up: messages to it are dropped");
      this.#dropping = true;
      return;
    }
    this.#dropping = false;
    const payload = this.#encode(message);
    this.#unsent += payload.length;
    link.publish(this.#prefix + topic, payload).then(
      () => {
        this.#unsent -= payload.length;
        this.#refused = false;
      },
      (error: unknown) => {
        this.#unsent -= payload.length;
        // Lost with its connection, or refused, by a lack of permission for instance: said once until one is taken again.
        if (this.#refused || !this.#ready || !link.ready) return;
        this.#refused = true;
        loggers.general.warn(`Redis refuses a message: ${sentence(error)}`);
      },
    );
  }

  #encode(message: PubSubMessage): Buffer {
    if (typeof message === "string") return Buffer.from(VERSION + TEXT + this.#origin + message);
    return Buffer.concat([Buffer.from(VERSION + BYTES + this.#origin), message]);
  }

  #arrived(channel: string, payload: Buffer): void {
    const topic = channel.slice(this.#prefix.length);
    if (!this.#wanted.has(topic)) return;
    const header = payload.toString("latin1", 0, HEADER_SIZE);
    const kind = header[1];
    if (payload.length < HEADER_SIZE || header[0] !== VERSION || (kind !== TEXT && kind !== BYTES)) {
      if (!this.#strange) loggers.general.warn(`Redis: others publish to ${JSON.stringify(channel)}; that is ignored`);
      this.#strange = true;
      return;
    }
    if (header.endsWith(this.#origin)) return;
    const content = payload.subarray(HEADER_SIZE);
    this.#receive(topic, kind === TEXT ? content.toString() : content);
  }

  close(): void {
    const link = this.#link;
    this.#link = undefined;
    this.#receive = ignore;
    for (const { settle } of this.#wanted.values()) settle();
    this.#wanted.clear();
    link?.close();
  }
}

/** One line, whatever the error is. Several addresses that were tried come as one error with several within. */
function sentence(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(sentence).join("; ");
  return error instanceof Error ? error.message || error.name : String(error);
}

function portions(topics: string[]): string[][] {
  const all: string[][] = [];
  for (let i = 0; i < topics.length; i += CHANNELS_PER_COMMAND) all.push(topics.slice(i, i + CHANNELS_PER_COMMAND));
  return all;
}

function ignore(): void {}

/**
 * A driver for Redis 5 or later, or Valkey. The client, of the package `redis` or `ioredis`, is only a pattern: two connections of the driver's
 * own are made by its `duplicate()`, with its address, password, TLS and its way to try again. It need not be connected.
 */
export function redisDriver(client: RedisClient, options: RedisDriverOptions = {}): PubSubDriver {
  return new RedisDriver(client, options.prefix ?? "landspout:");
}
