/**
 * A connection to NATS that comes back: while the client tries again by itself it is left alone, when it gives up (or never got there)
 * a new one is made. The client is known by its shape only; `@nats-io/transport-node` is not imported, and the older `nats` has that
 * shape too.
 *
 * NATS does not answer a message, but it answers a ping in order: all that was sent before it has been taken then. So one ping follows
 * the messages of a turn, and the next is sent when it is answered.
 */
import { Buffer } from "node:buffer";
import type { BrokerEvents, BrokerLink } from "./broker-link.ts";
import { sentence } from "./broker-link.ts";

/** The part of a client's connection that is used. */
export interface NatsConnection {
  readonly info?: { readonly max_payload: number } | undefined;
  publish(subject: string, payload: Uint8Array): void;
  subscribe(subject: string, options: { callback: NatsCallback }): NatsSubscription;
  flush(): Promise<void>;
  status(): AsyncIterable<{ readonly type: string }>;
  closed(): Promise<void | Error>;
  close(): Promise<void>;
}
export type NatsCallback = (error: Error | null, message: { readonly data: Uint8Array }) => void;
export interface NatsSubscription {
  unsubscribe(): void;
}

/** What a connection tells of itself: an error is in `error`, with the older client in the other two. */
interface Status {
  readonly type: string;
  readonly error?: unknown;
  readonly data?: unknown;
  readonly permissionContext?: { readonly operation: string; readonly subject: string };
}

/** What NATS takes unless it was told otherwise, bytes. */
const MAX_PAYLOAD = 1024 * 1024;

/** All that waits for one ping. */
interface Batch {
  readonly taken: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
function batch(): Batch {
  let resolve: () => void = ignore;
  let reject: (error: unknown) => void = ignore;
  const taken = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { taken, resolve, reject };
}

export class NatsLink implements BrokerLink {
  readonly #connect: () => Promise<NatsConnection>;
  /** Milliseconds between two attempts of our own. */
  readonly #pause: number;
  readonly #events: BrokerEvents;
  #connection: NatsConnection | undefined = undefined;
  readonly #subscriptions: Map<string, NatsSubscription> = new Map();
  readonly #refused: Set<string> = new Set();
  /** What kinds of refusals this connection has told. */
  readonly #told: Set<string> = new Set();
  /** What the server complained of last: it hangs up then. */
  #reason: unknown = undefined;
  #gathering: Batch | undefined = undefined;
  #pinged: Batch | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #closed = false;
  #ready = false;

  constructor(connect: () => Promise<NatsConnection>, pause: number, events: BrokerEvents) {
    this.#connect = connect;
    this.#pause = pause;
    this.#events = events;
    void this.#dial();
  }

  // --- the connection ---

  get ready(): boolean {
    return this.#ready;
  }
  /** It may be another after each reconnect. */
  get maxPayload(): number {
    return this.#connection?.info?.max_payload ?? MAX_PAYLOAD;
  }

  async #dial(): Promise<void> {
    try {
      const connection = await this.#connect();
      if (this.#closed) return await connection.close();
      this.#connection = connection;
      void connection.closed().then((error) => this.#gone(connection, error));
      this.#watch(connection).catch(ignore);
      this.#up();
    } catch (error) {
      if (this.#closed) return;
      this.#events.error(error);
      this.#dialLater();
    }
  }
  #dialLater(): void {
    this.#timer = setTimeout(() => void this.#dial(), this.#pause);
  }
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status() as AsyncIterable<Status>) {
      if (this.#connection !== connection) return;
      if (status.type === "disconnect") this.#down(new Error("it has hung up"));
      else if (status.type === "reconnect") this.#up();
      else if (status.type === "error") this.#complaint(status);
    }
  }
  #up(): void {
    this.#reason = undefined;
    this.#told.clear();
    this.#ready = true;
    this.#events.changed();
  }
  #down(error: unknown): void {
    this.#ready = false;
    const reason = this.#reason ?? error;
    for (const lost of [this.#pinged, this.#gathering]) lost?.reject(reason);
    this.#pinged = this.#gathering = undefined;
    this.#events.error(reason);
  }
  /** The client has given up. */
  #gone(connection: NatsConnection, error: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#subscriptions.clear();
    this.#down(error ?? new Error("the connection was closed"));
    this.#dialLater();
  }
  /** A lack of permission is told once for each connection, not for each message; after all else the server hangs up. */
  #complaint({
    error,
    data,
    permissionContext: { operation, subject } = { operation: "", subject: "" },
  }: Status): void {
    const text = `${sentence(error ?? data)} ${operation} ${subject}`.trim();
    if (!/permissions.violation/i.test(text)) {
      this.#reason = text;
      return;
    }
    const what = /subscription/i.test(text) ? "a subscription" : "a message";
    if (!this.#told.has(what)) this.#events.refused(what, text);
    this.#told.add(what);
  }

  close(): Promise<void> | void {
    const connection = this.#connection;
    this.#closed = true;
    this.#connection = undefined;
    clearTimeout(this.#timer);
    for (const lost of [this.#pinged, this.#gathering]) lost?.reject(new Error("closed"));
    this.#pinged = this.#gathering = undefined;
    this.#ready = false;
    return connection?.close();
  }

  // --- what goes over it ---

  publish(subject: string, payload: Buffer): Promise<void> {
    try {
      this.#connection?.publish(subject, payload);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#taken();
  }

  async subscribe(subjects: string[]): Promise<readonly string[]> {
    for (const subject of subjects) this.#subscribeOne(subject);
    await this.#taken();
    return subjects.filter((subject) => this.#refused.has(subject));
  }
  #subscribeOne(subject: string): void {
    const connection = this.#connection;
    // On a connection that came back the client has subscribed again.
    if (connection === undefined || this.#subscriptions.has(subject)) return;
    this.#refused.delete(subject);
    const subscription = connection.subscribe(subject, {
      callback: (error, { data }) => {
        if (this.#subscriptions.get(subject) !== subscription) return;
        if (error === null) {
          this.#events.message(subject, Buffer.from(data.buffer, data.byteOffset, data.length));
          return;
        }
        this.#subscriptions.delete(subject);
        this.#refused.add(subject);
      },
    });
    this.#subscriptions.set(subject, subscription);
  }
  async unsubscribe(subjects: string[]): Promise<void> {
    for (const subject of subjects) {
      this.#refused.delete(subject);
      this.#subscriptions.get(subject)?.unsubscribe();
      this.#subscriptions.delete(subject);
    }
  }

  /** Resolves when the server has taken all that was sent up to now. */
  #taken(): Promise<void> {
    if (this.#gathering === undefined) {
      this.#gathering = batch();
      if (this.#pinged === undefined) queueMicrotask(() => this.#ping());
    }
    return this.#gathering.taken;
  }
  #ping(): void {
    const pinged = this.#gathering;
    if (pinged === undefined || this.#pinged !== undefined) return;
    this.#gathering = undefined;
    this.#pinged = pinged;
    const answered = (settle: () => void): void => {
      // Another connection has its own.
      if (this.#pinged !== pinged) return;
      this.#pinged = undefined;
      settle();
      this.#ping();
    };
    const flushed = this.#connection?.flush() ?? Promise.reject(new Error("there is no connection"));
    flushed.then(
      () => answered(pinged.resolve),
      (error: unknown) => answered(() => pinged.reject(error)),
    );
  }
}

function ignore(): void {}
