/**
 * How long a WebSocket has patience with its peer: one that is silent is asked, and gone if it does not answer; so is one that takes
 * nothing, and one that has left while somebody still waits. It is asked once a second, and does nothing by itself.
 */
import { HOLD_LIMIT } from "../net/input-stream.ts";
import type { BaseIOStream } from "../net/base-iostream.ts";
import { clockNow } from "../loop/clock.ts";
import type { WebSocketOptions } from "./options.ts";

/** What is to be done. */
export const NOTHING = 0;
/** Send a ping. */
export const ASK = 1;
/** It has not answered one. */
export const SILENT = 2;
/** It takes nothing of what it is sent. */
export const STUCK = 3;
/** It has closed its side, and what it sent before is not being taken. */
export const LEFT = 4;

export class Patience {
  private readonly options: Required<WebSocketOptions>;
  /** When something last came. */
  lastSeen: number = clockNow();
  /** When the ping was sent that has not been answered; or -1. */
  private pinged = -1;
  /** At the last look, if somebody waited by then: else -1. */
  private unsent = -1;
  private unread = 0;
  /** Since when neither has changed; or since when the close is under way. */
  since = 0;

  constructor(options: Required<WebSocketOptions>) {
    this.options = options;
  }

  /** A pong has come. */
  answered(): void {
    this.pinged = -1;
  }

  /** Whether the close takes too long: not while the peer takes what it was sent before, however slowly. */
  tiredOfClosing(now: number, stream: BaseIOStream): boolean {
    const { unsentLength } = stream;
    if (unsentLength < this.unsent) this.since = now;
    this.unsent = unsentLength;
    return now - this.since >= this.options.closeTimeout;
  }

  /** `waiting`: nothing is read, since a handler waits for something. */
  look(now: number, stream: BaseIOStream, waiting: boolean): number {
    const { pingInterval, pingTimeout, closeTimeout } = this.options;
    const { unreadLength } = stream;
    // Not asked for in vain: it is a call for each of ten thousand idle connections.
    const unsentLength = waiting ? stream.unsentLength : 0;
    // Nobody looks at what comes meanwhile; but that there is more of it shows that the peer is there.
    if (waiting && unreadLength > this.unread) this.lastSeen = now;
    if (!waiting || unsentLength !== this.unsent || unreadLength !== this.unread) this.since = now;
    this.unsent = waiting ? unsentLength : -1;
    this.unread = unreadLength;
    if (waiting && stream.peerEnded) return now - this.since >= closeTimeout ? LEFT : NOTHING;
    if (pingInterval <= 0) return NOTHING;
    if (this.pinged >= 0) {
      // Whatever comes shows that the peer is there.
      if (this.lastSeen >= this.pinged) this.pinged = -1;
      else if (unsentLength === 0 || !waiting) return now - this.pinged >= pingTimeout ? SILENT : NOTHING;
    }
    if (waiting) {
      if (unsentLength > 0) return now - this.since >= pingInterval + pingTimeout ? STUCK : NOTHING;
      // It is held back, and its pong would not be heard. But that it has left shows when something is sent.
      if (unreadLength >= HOLD_LIMIT) {
        if (now - this.lastSeen < pingInterval) return NOTHING;
        this.lastSeen = now;
        return ASK;
      }
    }
    if (now - this.lastSeen < pingInterval) return NOTHING;
    this.pinged = now;
    return ASK;
  }
}
