/**
 * `PubSub`: topics, who has subscribed to them, and messages to all of these; in this process by itself, beyond it through a driver.
 * Delivery is at most once: who is not subscribed, or too slow, when a message comes does not get it. It keeps no message.
 */
import { Buffer } from "node:buffer";
import { isLandspoutError, UsageError } from "../errors.ts";
import { checkOptions } from "../options-check.ts";
import { guard, isPromiseLike, logFailure } from "../user-code.ts";
import { captureContext } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import type { PubSubDriver, PubSubMessage } from "./driver.ts";
import { Publication } from "./publication.ts";
import type { ToEvent } from "./publication.ts";
import { deliver, SUBSCRIBE_OPTIONS } from "./subscriber.ts";
import type { SubscribeOptions, Subscriber } from "./subscriber.ts";

/** Longest topic, bytes of UTF-8: names that come from clients must not fill memory here and at a broker. */
export const MAX_TOPIC_SIZE = 1024;

/** One subscriber's interest in one topic. */
export interface Subscription {
  /**
   * Resolves once messages published by others, in other processes too, arrive: who reads from a store what was published before waits
   * for it first. With a broker that is away it takes until that is back, or the subscription ends. It tells of the first
   * time only: once resolved it stays so when the broker goes away later. Subscribing again gives one that tells of the present.
   * Rejects only with `ERR_LANDSPOUT_NO_RELAY`, where a `processDriver` has a parent that does not relay; it need not be awaited.
   */
  readonly active: Promise<void>;
  /** Ends it. A connection that closes ends its own. */
  cancel(): void;
}

interface Entry {
  /** Of the call that subscribed a function. */
  readonly context: Context | undefined;
  readonly toEvent: ToEvent | undefined;
  /** Of those made so far, in order: a message is not for those that come while it is being delivered. */
  readonly number: number;
}
interface Topic {
  readonly entries: Map<Subscriber, Entry>;
  active: Promise<void>;
}
interface Membership {
  readonly topics: Set<string>;
  /** No longer listens for the end of the connection. */
  leave: (() => void) | undefined;
}

const AT_ONCE: Promise<void> = Promise.resolve();

export class PubSub {
  readonly #driver: PubSubDriver | undefined;
  readonly #topics: Map<string, Topic> = new Map();
  readonly #members: Map<Subscriber, Membership> = new Map();
  #count = 0;
  #closed = false;

  /** @param driver Carries messages between processes; without one they stay in this one. */
  constructor(driver?: PubSubDriver) {
    this.#driver = driver;
    driver?.start((topic, message) => void this.#deliver(topic, message));
  }

  /** Topics that have a subscriber in this process. */
  get topicCount(): number {
    return this.#topics.size;
  }
  /** Subscribers to a topic in this process. */
  subscriberCount(topic: string): number {
    return this.#topics.get(topic)?.entries.size ?? 0;
  }

  /**
   * From now on the subscriber gets what is published to the topic: a function is called, in the `AsyncLocalStorage` context of this call, a
   * WebSocket or an event stream gets a message.
   * These unsubscribe by themselves when they close; `open` is the place to subscribe them. Subscribing again changes the options only.
   * @throws UsageError on a topic that is none, and after `close`.
   */
  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions = {}): Subscription {
    checkTopic(topic);
    checkOptions("subscribe", options, SUBSCRIBE_OPTIONS);
    if (this.#closed) throw new UsageError("ERR_LANDSPOUT_PUBSUB_CLOSED", "this PubSub is closed");
    const cancel = (): void => this.unsubscribe(topic, subscriber);
    const member = this.#members.get(subscriber) ?? this.#join(subscriber);
    // The connection is over already.
    if (member === undefined) return { active: AT_ONCE, cancel };
    let found = this.#topics.get(topic);
    if (found === undefined) {
      found = { entries: new Map(), active: AT_ONCE };
      this.#topics.set(topic, found);
      found.active = this.#ask("subscribe", topic) ?? AT_ONCE;
    } else found.active = this.#ask("whenActive", topic) ?? found.active;
    const number = found.entries.get(subscriber)?.number ?? ++this.#count;
    const context = typeof subscriber === "function" ? captureContext() : undefined;
    found.entries.set(subscriber, { toEvent: options.toEvent, number, context });
    member.topics.add(topic);
    return { active: found.active, cancel };
  }

  #join(subscriber: Subscriber): Membership | undefined {
    const member: Membership = { topics: new Set(), leave: undefined };
    this.#members.set(subscriber, member);
    try {
      if (typeof subscriber !== "function")
        member.leave = subscriber.addCloseListener(() => this.unsubscribeAll(subscriber));
    } catch (error) {
      this.#members.delete(subscriber);
      throw error;
    }
    return this.#members.has(subscriber) ? member : undefined;
  }

  unsubscribe(topic: string, subscriber: Subscriber): void {
    const member = this.#members.get(subscriber);
    if (member?.topics.delete(topic) !== true) return;
    this.#remove(topic, subscriber);
    if (member.topics.size > 0) return;
    this.#members.delete(subscriber);
    member.leave?.();
  }
  /** Ends all subscriptions of one. */
  unsubscribeAll(subscriber: Subscriber): void {
    const member = this.#members.get(subscriber);
    if (member === undefined) return;
    this.#members.delete(subscriber);
    member.leave?.();
    for (const topic of member.topics) this.#remove(topic, subscriber);
  }
  #remove(topic: string, subscriber: Subscriber): void {
    const found = this.#topics.get(topic);
    if (found?.entries.delete(subscriber) !== true || found.entries.size > 0) return;
    this.#topics.delete(topic);
    this.#tell("unsubscribe", topic, (driver) => driver.unsubscribe(topic));
  }

  // A driver of the program's may do what its interface forbids. This process's subscribers get their messages all the same.

  #tell(what: string, topic: string, call: (driver: PubSubDriver) => unknown): void {
    const driver = this.#driver;
    if (driver !== undefined)
      guard(
        () => call(driver),
        (error) => driverFailed(what, topic, error),
      );
  }
  #ask(what: "subscribe" | "whenActive", topic: string): Promise<void> | undefined {
    try {
      const pending: unknown = this.#driver?.[what]?.(topic);
      if (!isPromiseLike(pending)) return undefined;
      const active = Promise.resolve(pending).then(
        () => undefined,
        (error: unknown) => {
          // The program is set up wrongly: that is for those who wait.
          if (isLandspoutError(error)) throw error;
          driverFailed(what, topic, error);
        },
      );
      // Nobody has to wait for it.
      active.catch(() => undefined);
      return active;
    } catch (error) {
      driverFailed(what, topic, error);
      return undefined;
    }
  }

  /**
   * Sends a message to everybody who has subscribed: text, bytes, or an object as JSON. Bytes are copied: they may be changed as soon as this
   * returns. The message is encoded once for all WebSockets, and once for all event streams. Returns how many have got it in this process.
   */
  publish(topic: string, message: PubSubMessage | object): number {
    if (!this.#topics.has(topic)) checkTopic(topic);
    if (this.#closed) return 0;
    const plain =
      typeof message === "string" ? message : message instanceof Uint8Array ? Buffer.from(message) : jsonText(message);
    const count = this.#deliver(topic, plain);
    this.#tell("publish", topic, (driver) => driver.publish(topic, plain));
    return count;
  }

  #deliver(topic: string, message: PubSubMessage): number {
    const entries = this.#topics.get(topic)?.entries;
    if (entries === undefined) return 0;
    const publication = new Publication(topic, message);
    const last = this.#count;
    let count = 0;
    for (const [subscriber, { number, toEvent, context }] of entries) {
      if (number > last) continue;
      deliver(publication, subscriber, toEvent, context);
      count++;
    }
    return count;
  }

  /** Ends all subscriptions and closes the driver. The connections stay open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { leave } of this.#members.values()) leave?.();
    this.#members.clear();
    this.#topics.clear();
    await this.#driver?.close();
  }
}

function driverFailed(what: string, topic: string, error: unknown): void {
  logFailure(`${what} of a pub/sub driver, topic ${JSON.stringify(topic)}`, error);
}

function checkTopic(topic: string): void {
  // A half of a surrogate pair has no bytes: it would be another topic elsewhere.
  const good = typeof topic === "string" && topic !== "" && !/\p{Surrogate}/u.test(topic);
  if (good && Buffer.byteLength(topic) <= MAX_TOPIC_SIZE) return;
  throw new UsageError("ERR_LANDSPOUT_TOPIC", `a topic is text of 1 to ${MAX_TOPIC_SIZE} bytes`);
}

function jsonText(message: object): string {
  const text = JSON.stringify(message) as string | undefined;
  if (text === undefined)
    throw new UsageError("ERR_LANDSPOUT_PUBSUB_MESSAGE", "a message is text or bytes, or has a JSON text");
  return text;
}
