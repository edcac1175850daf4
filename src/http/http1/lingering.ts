/**
 * The bounds of a lingering close (RFC 9112 §9.6): how long, and how much, the server reads and drops after its last response on a
 * connection. It counts; the connection reads, drops and destroys.
 *
 * Time bounds it first, as in nginx (`lingering_time`, `lingering_timeout`): a client that is still sending an upload reads the
 * response only when it has sent some more, and a reset before that makes it lose the response.
 */
import type { ConnectionLimits } from "./limits.ts";

/** While the server shuts down, a connection may be silent so many seconds. */
const SILENCE_AT_SHUTDOWN = 1;

export class Lingering {
  #began: number;
  #last: number;
  #dropped = 0;

  /** @param now Host time, seconds. */
  constructor(now: number) {
    this.#began = this.#last = now;
  }

  /** Output is still leaving: all times begin again. */
  restart(now: number): void {
    this.#began = this.#last = now;
  }

  /** Counts bytes that were dropped. */
  drop(size: number, now: number): void {
    this.#dropped += size;
    this.#last = now;
  }

  /** Whether more was dropped than `lingerSize`. */
  exceeds(limits: ConnectionLimits): boolean {
    return this.#dropped > limits.lingerSize;
  }

  /** Whether the client was silent for `lingerTimeout`, or has been sending for `lingerTime`. `tick`: how far `now` may lag behind. */
  expired(now: number, tick: number, limits: ConnectionLimits, closing: boolean): boolean {
    const silence = closing ? Math.min(SILENCE_AT_SHUTDOWN, limits.lingerTimeout) : limits.lingerTimeout;
    const total = closing ? Math.min(limits.lingerTimeout, limits.lingerTime) : limits.lingerTime;
    return now - this.#last - tick >= silence || now - this.#began - tick >= total;
  }
}
