/**
 * One connection to Redis that is noticed when it has gone silent. A network that drops packets, or a proxy whose other side is gone,
 * closes nothing: TCP tells a reader nothing at all then, and a writer after a quarter of an hour. So the connection is pinged, and
 * one that does not answer is given up for a new one. The clients have settings for that which do not do it: `pingInterval` of `redis` waits
 * for an answer for ever, its `socketTimeout` counts what is sent too, and that of `ioredis` runs only while a command waits.
 */
import type { Client, Dialect } from "./redis-client.ts";
import { ignore } from "./redis-client.ts";

/** What a connection tells. */
interface ConnectionEvents {
  changed(): void;
  error(error: unknown): void;
}

/** An error that Redis answered begins with its code in capitals. It is an answer too. */
const REPLY = /^[A-Z]{2,} /;

export class RedisConnection {
  readonly #make: () => Client;
  readonly #dialect: Dialect;
  /** Seconds. */
  readonly #interval: number;
  readonly #events: ConnectionEvents;
  #client: Client;
  #timer: NodeJS.Timeout | undefined = undefined;
  #heard = false;
  #closed = false;

  /**
   * @param make A client that is not connected.
   * @param interval Seconds of silence before a ping, and then before the connection is given up; the answers of its handshake too.
   */
  constructor(make: () => Client, dialect: Dialect, interval: number, events: ConnectionEvents) {
    this.#make = make;
    this.#dialect = dialect;
    this.#interval = interval;
    this.#events = events;
    this.#client = this.#open();
  }

  /** It changes when one that is silent is given up. */
  get client(): Client {
    return this.#client;
  }
  get ready(): boolean {
    return this.#dialect.isReady(this.#client);
  }
  /** Redis has sent something. */
  heard(): void {
    this.#heard = true;
  }

  #open(): Client {
    const client = this.#make();
    const on = (event: string, call: (error: unknown) => void): void => {
      client.on(event, (error: unknown) => {
        if (this.#client === client && !this.#closed) call(error);
      });
    };
    // One that has been given up must not end the process with its errors.
    client.on("error", ignore);
    for (const event of this.#dialect.gone)
      on(event, () => {
        // Until the next connection is made the client's own settings count.
        if (!this.ready) clearTimeout(this.#timer);
        if (event !== "error") this.#events.changed();
      });
    on("error", (error) => this.#events.error(error));
    on("connect", () => this.#await());
    on("ready", () => {
      this.#rest();
      this.#events.changed();
    });
    // Its events come in a later turn.
    client.connect().catch(ignore);
    return client;
  }

  // --- silence ---

  #later(call: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(call, this.#interval * 1000);
    // The connection keeps the process alive, not its pings.
    this.#timer.unref();
  }
  /** All is well; the next ping comes later. */
  #rest(): void {
    this.#later(() => this.#ping());
  }
  #ping(): void {
    const client = this.#client;
    this.#await();
    client.ping().then(
      () => this.#answered(client),
      (error: unknown) => {
        if (error instanceof Error && REPLY.test(error.message)) this.#answered(client);
      },
    );
  }
  #answered(client: Client): void {
    if (client === this.#client) this.#heard = true;
  }
  /** Whatever Redis sends from now on is a sign of life. */
  #await(): void {
    const client = this.#client;
    this.#heard = false;
    // Where this process has been busy meanwhile, the answer may be there and not yet be read.
    this.#later(() => setImmediate(() => this.#judge(client)));
  }
  #judge(client: Client): void {
    if (client !== this.#client || this.#closed) return;
    if (this.#heard) {
      if (this.ready) this.#ping();
      else this.#await();
      return;
    }
    this.#client = this.#open();
    this.#dialect.end(client);
    this.#events.error(new Error(`it has not answered for ${this.#interval} s`));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#dialect.end(this.#client);
  }
}
