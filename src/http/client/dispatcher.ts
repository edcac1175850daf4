/**
 * Who may send now, and over which idle connection: slots, queues (one per origin, served in turn), the pool, and the clock of all waits of a
 * client. It knows neither messages nor how connections are made.
 */
import { withoutContext } from "../../async/context.ts";
import { HTTPClientError } from "./errors.ts";
import type { ClientConnection } from "./connection.ts";
import { parameterSeconds } from "./keep-alive.ts";
import type { ClientLimits } from "./options.ts";

/** What waits for a slot and has one later. */
export interface Job {
  /** Identity of the connections it can use. */
  readonly poolKey: string;
  /** On `now()`, when `timeOut` is to be called; 0: never. */
  readonly due: number;
  /** It has a slot. */
  admitted(): void;
  timeOut(): void;
  abort(error: unknown): void;
}

interface Place {
  readonly key: string;
  active: number;
  readonly waiting: Set<Job>;
  readonly idle: ClientConnection[];
}

/** Seconds of a clock that never goes back. */
export const now = (): number => performance.now() / 1000;

/** Seconds by which a wait may end late: one timer serves all. */
const COARSE = 0.005;

export class Dispatcher {
  readonly #limits: ClientLimits;
  readonly #places = new Map<string, Place>();
  /** Places with jobs that wait, in turn. */
  readonly #ring = new Set<Place>();
  /** Admitted, and waiting ones. */
  readonly #jobs = new Set<Job>();
  #active = 0;
  #queued = 0;
  #idle = 0;
  /** Called when the last job has left. */
  whenIdle: (() => void) | undefined = undefined;
  /** Connections that exist, in use or idle. */
  open = 0;
  #timer: NodeJS.Timeout | undefined = undefined;
  #timerDue = Infinity;
  #waking = false;

  constructor(limits: ClientLimits) {
    this.#limits = limits;
  }

  get active(): number {
    return this.#active;
  }
  get queued(): number {
    return this.#queued;
  }
  get idle(): number {
    return this.#idle;
  }
  get jobs(): Iterable<Job> {
    return this.#jobs;
  }

  // --- slots ---

  /** Gives a slot, at once or later. @throws HTTPClientError where too many wait. */
  enter(job: Job): void {
    const place = this.#placeOf(job.poolKey);
    if (this.#ring.size === 0 && this.#mayStart(place)) {
      this.#jobs.add(job);
      this.#start(place, job);
      return;
    }
    if (this.#queued >= this.#limits.maxQueue) {
      this.#tidy(place);
      throw new HTTPClientError("ERR_LANDSPOUT_FETCH_QUEUE", `${this.#queued} requests wait already (maxQueue)`);
    }
    this.#jobs.add(job);
    place.waiting.add(job);
    this.#queued++;
    this.#ring.add(place);
    this.#wake();
  }

  /** Gives the slot back, or the place in the queue. */
  leave(job: Job): void {
    if (!this.#jobs.delete(job)) return;
    const place = this.#places.get(job.poolKey);
    if (place?.waiting.delete(job) === true) {
      this.#queued--;
      if (place.waiting.size === 0) this.#ring.delete(place);
    } else {
      this.#active--;
      if (place !== undefined) place.active--;
    }
    if (place !== undefined) this.#tidy(place);
    if (this.#ring.size > 0) this.#wake();
    if (this.#jobs.size > 0) return;
    this.#timer?.unref();
    this.whenIdle?.();
  }

  /** A job goes on elsewhere (a redirect), with its slot. @param change Makes `poolKey` the new one. */
  move(job: Job, change: () => void): void {
    const old = this.#places.get(job.poolKey);
    change();
    const place = this.#placeOf(job.poolKey);
    if (old === place) return;
    place.active++;
    if (old !== undefined) {
      old.active--;
      this.#tidy(old);
    }
  }

  #mayStart({ active }: Place): boolean {
    const { maxClients, maxClientsPerHost } = this.#limits;
    return this.#active < maxClients && (maxClientsPerHost === 0 || active < maxClientsPerHost);
  }

  #start(place: Place, job: Job): void {
    this.#active++;
    place.active++;
    job.admitted();
  }

  /** In a later turn: who left may be in the middle of something. */
  #wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    queueMicrotask(() => {
      this.#waking = false;
      this.#startWaiting();
    });
  }

  #startWaiting(): void {
    // Each origin has one turn, then the next: a slow one with many requests cannot take all slots that become free.
    let blocked = 0;
    while (this.#active < this.#limits.maxClients && this.#ring.size > blocked) {
      const [place] = this.#ring;
      if (place === undefined) return;
      this.#ring.delete(place);
      const [job] = place.waiting;
      if (job === undefined) continue;
      if (!this.#mayStart(place)) {
        this.#ring.add(place);
        blocked++;
        continue;
      }
      blocked = 0;
      place.waiting.delete(job);
      this.#queued--;
      if (place.waiting.size > 0) this.#ring.add(place);
      this.#start(place, job);
    }
  }

  #placeOf(key: string): Place {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = { key, active: 0, waiting: new Set(), idle: [] };
      this.#places.set(key, place);
    }
    return place;
  }
  #tidy(place: Place): void {
    if (place.active === 0 && place.waiting.size === 0 && place.idle.length === 0) this.#places.delete(place.key);
  }

  // --- the pool ---

  /** The connection of that key that was used last. */
  take(key: string): ClientConnection | undefined {
    const place = this.#places.get(key);
    const time = now();
    for (let one = place?.idle.pop(); one !== undefined; one = place?.idle.pop()) {
      this.#idle--;
      one.closedIdle = undefined;
      if (one.isUsable && time < one.idleUntil) {
        one.stream.setRef(true);
        return one;
      }
      this.open--;
      one.close();
    }
    return undefined;
  }

  /**
   * Takes a connection back whose response is complete.
   * @param hint Value of Keep-Alive, which says how long the server keeps it.
   */
  giveBack(key: string, connection: ClientConnection, reusable: boolean, hint: string | undefined): void {
    if (!reusable) {
      this.open--;
      connection.close();
      return;
    }
    const keepFor = parameterSeconds(hint, "timeout");
    // What was held back comes in later turns: bytes behind the response would be among it.
    if (connection.wasHeld) setImmediate(() => this.keep(key, connection, keepFor));
    else this.keep(key, connection, keepFor);
  }

  /** Keeps a connection for the next request, or closes it. @param keepFor Seconds the server keeps it, where it says so. */
  keep(key: string, connection: ClientConnection, keepFor: number | undefined): void {
    const { maxIdle, maxIdlePerHost, idleTimeout, maxConnectionAge, maxRequestsPerConnection } = this.#limits;
    const time = now();
    const life = keepFor === undefined ? idleTimeout : Math.min(keepFor - 1, 600);
    const place = this.#placeOf(key);
    const tooOld = maxConnectionAge > 0 && time - connection.createdAt >= maxConnectionAge;
    const tooOften = maxRequestsPerConnection > 0 && connection.requests >= maxRequestsPerConnection;
    if (!connection.isUsable || tooOld || tooOften || life <= 0 || maxIdle === 0 || maxIdlePerHost === 0) {
      this.open--;
      connection.close();
      this.#tidy(place);
      return;
    }
    connection.idleUntil = time + life;
    connection.closedIdle = (closed) => {
      const at = place.idle.indexOf(closed);
      if (at < 0) return;
      place.idle.splice(at, 1);
      this.#idle--;
      this.open--;
      this.#tidy(place);
    };
    place.idle.push(connection);
    this.#idle++;
    connection.stream.setRef(false);
    if (place.idle.length > maxIdlePerHost) this.#evict(place);
    else if (this.#idle > maxIdle) this.#evictOldest();
    this.arm(connection.idleUntil);
  }

  #evict(place: Place): void {
    const one = place.idle.shift();
    if (one === undefined) return;
    this.#idle--;
    this.open--;
    one.close();
    this.#tidy(place);
  }
  #evictOldest(): void {
    let oldest: Place | undefined;
    for (const place of this.#places.values()) {
      const until = place.idle[0]?.idleUntil ?? Infinity;
      if (until < (oldest?.idle[0]?.idleUntil ?? Infinity)) oldest = place;
    }
    if (oldest !== undefined) this.#evict(oldest);
  }

  /** Closes every idle connection. */
  closeIdle(): void {
    for (const place of this.#places.values()) while (place.idle.length > 0) this.#evict(place);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDue = Infinity;
    if (this.#jobs.size > 0) this.#tick();
  }

  // --- the clock ---

  /** Makes sure that the clock looks at `due`, in seconds of `now()`. */
  arm(due: number): void {
    if (due === 0 || due >= this.#timerDue) {
      if (this.#jobs.size === 1) this.#timer?.ref();
      return;
    }
    clearTimeout(this.#timer);
    this.#timerDue = due;
    const wait = Math.min(Math.max(0, due - now()) + COARSE, 0x7fffffff / 1000);
    this.#timer = withoutContext(() => setTimeout(() => this.#tick(), wait * 1000));
    if (this.#jobs.size === 0) this.#timer.unref();
  }

  #tick(): void {
    this.#timerDue = Infinity;
    this.#timer = undefined;
    const time = now();
    let next = Infinity;
    for (const job of this.#jobs) {
      const { due } = job;
      if (due === 0) continue;
      if (due <= time) job.timeOut();
      else if (due < next) next = due;
    }
    for (const place of this.#places.values()) {
      while ((place.idle[0]?.idleUntil ?? Infinity) <= time) this.#evict(place);
      for (const { idleUntil } of place.idle) if (idleUntil < next) next = idleUntil;
    }
    // A job that timed out may have begun another wait.
    for (const { due } of this.#jobs) if (due !== 0 && due < next) next = due;
    if (next < Infinity) this.arm(next);
  }
}
