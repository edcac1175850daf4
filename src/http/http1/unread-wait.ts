/**
 * How long a request is answered while more of the client's bytes are unread than are kept. The transport is paused then, and the system
 * says nothing of a client that has left. A reset can be asked for; a FIN lies behind the unread bytes, so a wait in which nothing is sent
 * either has a limit of its own. It counts; the connection destroys.
 */
import type { BaseIOStream } from "../../net/base-iostream.ts";

export class UnreadWait {
  #since: number;
  #flushes: number;

  /** @param now Host time, seconds. */
  constructor(stream: BaseIOStream, now: number) {
    this.#since = now;
    this.#flushes = stream.flushes;
  }

  /** Whether the client has left, as far as can be told, or nothing was sent for `limit` seconds (0: no limit). */
  isOver(stream: BaseIOStream, now: number, limit: number): boolean {
    if (stream.isResetUnseen) return true;
    if (this.#flushes !== stream.flushes) {
      this.#flushes = stream.flushes;
      this.#since = now;
    }
    return limit > 0 && now - this.#since >= limit;
  }
}
