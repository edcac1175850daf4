/**
 * Keep-alive check of a WebSocket: pings an idle peer; reports a missing pong, a peer that stops reading, and one that has closed its
 * side of the connection while bytes are unsent. The shared clock calls it once a second; it has no timer of its own.
 */
import { HOLD_LIMIT } from "../net/input-stream.ts";
import type { BaseIOStream } from "../net/base-iostream.ts";
import { clockNow } from "../loop/clock.ts";
import type { WebSocketOptions } from "./options.ts";

/** What is to be done. */
const NOTHING = 0;
/** Send a ping. */
export const SEND_PING = 1;
/** It has not answered one. */
export const NO_PONG = 2;
/** It takes nothing of what it is sent. */
export const NOT_READING = 3;
/** It has closed its side, and what it sent before is not being taken. */
export const HALF_CLOSED = 4;

export class PeerMonitor {
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
    if (waiting && stream.peerEnded) return now - this.since >= closeTimeout ? HALF_CLOSED : NOTHING;
    if (pingInterval <= 0) return NOTHING;
    if (this.pinged >= 0) {
      // Whatever comes shows that the peer is there.
      if (this.lastSeen >= this.pinged) this.pinged = -1;
      else if (unsentLength === 0 || !waiting) return now - this.pinged >= pingTimeout ? NO_PONG : NOTHING;
    }
    if (waiting) {
      if (unsentLength > 0) return now - this.since >= pingInterval + pingTimeout ? NOT_READING : NOTHING;
      // It is held back, and its pong would not be heard. But that it has left shows when something is sent.
      if (unreadLength >= HOLD_LIMIT) {
        if (now - this.lastSeen < pingInterval) return NOTHING;
        this.lastSeen = now;
        return SEND_PING;
      }
    }
    if (now - this.lastSeen < pingInterval) return NOTHING;
    this.pinged = now;
    return SEND_PING;
  }
}
