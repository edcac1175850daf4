/**
 * Pub/sub over a broker, between any number of processes and machines. It decides what a message looks like there, which channels are
 * subscribed, and what happens while the broker is away: nothing waits, the log has one line, and everything is subscribed again
 * when it is back. At most once; the brokers promise no more. It knows no client: these are behind broker-link.ts.
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { loggers } from "../log.ts";
import { sentence } from "./broker-link.ts";
import type { BrokerEvents, BrokerLink } from "./broker-link.ts";
import type { PubSubDriver, PubSubMessage, Receive } from "./driver.ts";

/** Bytes on their way to the broker above which messages are dropped: it does not keep up. */
const MAX_BROKER_UNSENT: number = 16 * 1024 * 1024;
/** Channels in one command: the broker answers others between two of them. */
const CHANNELS_PER_COMMAND = 500;

/** A message: version, what it is, who says it, in so many bytes; then the content. */
const VERSION = "1";
const TEXT = "t";
const BYTES = "b";
const ORIGIN_BYTES = 18;
const HEADER_SIZE = 2 + (ORIGIN_BYTES / 3) * 4;

/** What one broker has of its own. */
export interface Broker {
  /** For the log. */
  readonly name: string;
  /** No two topics share a channel. */
  channelOf(topic: string): string;
  connect(events: BrokerEvents): BrokerLink;
}

/** A topic that is wanted here. */
class Wanted {
  readonly topic: string;
  active: Promise<void> = Promise.resolve();
  settle: () => void = ignore;
  #pending = false;

  constructor(topic: string) {
    this.topic = topic;
    this.lapse();
  }
  /** Messages do not arrive any more: who comes now waits until they do again. */
  lapse(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.active = new Promise<void>((resolve) => {
      this.settle = () => {
        this.#pending = false;
        resolve();
      };
    });
  }
}

export class BrokerDriver implements PubSubDriver {
  readonly #broker: Broker;
  /** Tells our own messages from those of others: no echo. */
  readonly #origin: string = randomBytes(ORIGIN_BYTES).toString("base64url");
  /** By channel, as all that follows. */
  readonly #wanted: Map<string, Wanted> = new Map();
  /** What the connection was told to subscribe. */
  readonly #told: Set<string> = new Set();
  readonly #changed: Set<string> = new Set();
  #link: BrokerLink | undefined = undefined;
  #receive: Receive = ignore;
  #ready = false;
  /** Its being away has been logged. */
  #away = false;
  #unsent = 0;
  #dropping = false;
  #refused = false;
  #tooLarge = false;
  #strange = false;

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  start(receive: Receive): void {
    this.#receive = receive;
    this.#link = this.#broker.connect({
      message: (channel, payload) => this.#arrived(channel, payload),
      changed: () => this.#look(undefined),
      error: (error) => this.#look(error),
      refused: (what, error) => this.#warn(` refuses ${what}: ${sentence(error)}`),
    });
  }
  #warn(rest: string): void {
    loggers.general.warn(this.#broker.name + rest);
  }

  // --- there and away ---

  #look(error: unknown): void {
    const link = this.#link;
    if (link === undefined) return;
    if (!link.ready) {
      if (this.#ready) for (const one of this.#wanted.values()) one.lapse();
      this.#ready = false;
      // A connection that is only being made has nothing to complain of yet.
      if (this.#away || error === undefined) return;
      this.#away = true;
      this.#warn(` is away, messages stay in this process until it is back: ${sentence(error)}`);
      return;
    }
    if (this.#ready) {
      if (error !== undefined) this.#warn(`: ${sentence(error)}`);
      return;
    }
    this.#ready = true;
    this.#tooLarge = false;
    if (this.#away) loggers.general.info(`${this.#broker.name} is back`);
    this.#away = false;
    const stale = [...this.#told].filter((channel) => !this.#wanted.has(channel));
    this.#told.clear();
    // Some clients subscribe again by themselves; what is said twice is harmless.
    this.#unsubscribeNow(stale);
    for (const channel of this.#wanted.keys()) this.#changed.add(channel);
    this.#update();
  }

  // --- subscriptions ---

  subscribe(topic: string): Promise<void> {
    const channel = this.#broker.channelOf(topic);
    const one = new Wanted(topic);
    this.#wanted.set(channel, one);
    this.#note(channel);
    return one.active;
  }
  whenActive(topic: string): Promise<void> | undefined {
    return this.#wanted.get(this.#broker.channelOf(topic))?.active;
  }
  unsubscribe(topic: string): void {
    const channel = this.#broker.channelOf(topic);
    this.#wanted.get(channel)?.settle();
    this.#wanted.delete(channel);
    this.#note(channel);
  }
  /** What changes in one turn goes in one command. */
  #note(channel: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#update());
    this.#changed.add(channel);
  }
  #update(): void {
    // On the next connection everything is told anew.
    if (!this.#ready) return this.#changed.clear();
    const fresh: string[] = [];
    const stale: string[] = [];
    for (const channel of this.#changed) {
      if (this.#wanted.has(channel)) fresh.push(channel);
      else if (this.#told.has(channel)) stale.push(channel);
    }
    this.#changed.clear();
    for (const channel of stale) this.#told.delete(channel);
    this.#unsubscribeNow(stale);
    for (const channels of portions(fresh)) this.#subscribeNow(channels);
  }
  #subscribeNow(channels: string[]): void {
    const promised = new Map(channels.map((channel) => [channel, this.#wanted.get(channel)?.settle]));
    for (const channel of channels) this.#told.add(channel);
    this.#link?.subscribe(channels).then(
      (refused) => {
        for (const channel of refused) promised.delete(channel);
        for (const settle of promised.values()) settle?.();
      },
      (error: unknown) => {
        // Where the connection went, all is told again on the next one.
        if (this.#ready) this.#warn(` refuses a subscription: ${sentence(error)}`);
      },
    );
  }
  #unsubscribeNow(stale: string[]): void {
    for (const channels of portions(stale)) this.#link?.unsubscribe(channels).catch(ignore);
  }

  // --- messages ---

  publish(topic: string, message: PubSubMessage): void {
    const link = this.#link;
    if (link === undefined || !this.#ready || !link.ready) return;
    if (this.#unsent > MAX_BROKER_UNSENT) {
      if (!this.#dropping) this.#warn(" does not keep up: messages to it are dropped");
      this.#dropping = true;
      return;
    }
    this.#dropping = false;
    const payload = this.#encode(message);
    const size = payload.length;
    if (size > link.maxPayload) {
      if (!this.#tooLarge)
        this.#warn(
          ` takes messages of up to ${link.maxPayload} bytes: larger ones, now of ${size}, stay in this process`,
        );
      this.#tooLarge = true;
      return;
    }
    this.#unsent += size;
    link.publish(this.#broker.channelOf(topic), payload).then(
      () => {
        this.#unsent -= size;
        this.#refused = false;
      },
      (error: unknown) => {
        this.#unsent -= size;
        // Lost with its connection, or refused, by a lack of permission for instance: said once until one is taken again.
        if (this.#refused || !this.#ready || !link.ready) return;
        this.#refused = true;
        this.#warn(` refuses a message: ${sentence(error)}`);
      },
    );
  }

  #encode(message: PubSubMessage): Buffer {
    if (typeof message === "string") return Buffer.from(VERSION + TEXT + this.#origin + message);
    return Buffer.concat([Buffer.from(VERSION + BYTES + this.#origin), message]);
  }

  #arrived(channel: string, payload: Buffer): void {
    const topic = this.#wanted.get(channel)?.topic;
    if (topic === undefined) return;
    const header = payload.toString("latin1", 0, HEADER_SIZE);
    const kind = header[1];
    if (payload.length < HEADER_SIZE || header[0] !== VERSION || (kind !== TEXT && kind !== BYTES)) {
      if (!this.#strange) this.#warn(`: others publish to ${JSON.stringify(channel)}; that is ignored`);
      this.#strange = true;
      return;
    }
    if (header.endsWith(this.#origin)) return;
    const content = payload.subarray(HEADER_SIZE);
    this.#receive(topic, kind === TEXT ? content.toString() : content);
  }

  close(): Promise<void> | void {
    const link = this.#link;
    this.#link = undefined;
    this.#receive = ignore;
    for (const { settle } of this.#wanted.values()) settle();
    this.#wanted.clear();
    return link?.close();
  }
}

function portions(channels: string[]): string[][] {
  const all: string[][] = [];
  for (let i = 0; i < channels.length; i += CHANNELS_PER_COMMAND) all.push(channels.slice(i, i + CHANNELS_PER_COMMAND));
  return all;
}

function ignore(): void {}
