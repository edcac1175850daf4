/**
 * How long a server's HTTP/1 connection waits for its client: for a head, for content, for the client to read, to close, or to come back.
 * It is asked once per sweep what is to be done, and does nothing by itself.
 */
import type { BaseIOStream } from "../../net/base-iostream.ts";
import type { BodyReader } from "./body-reader.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { ANSWERING, BODY, DELEGATE, HEAD, LINGERING } from "./connection-states.ts";
import type { Lingering } from "./lingering.ts";
import { UnreadWait } from "./unread-wait.ts";

// What is to be done.
const NOTHING = 0;
/** Close at once: the client is gone, or takes nothing. */
export const DESTROY = 1;
/** Close in good order: no request has come for long. */
export const CLOSE_IDLE = 2;
/** Refuse a request whose head takes too long. */
export const HEAD_LATE = 3;
/** Refuse a request whose content takes too long. */
export const BODY_LATE = 4;

/** What a connection shows of itself. */
export interface TimedConnection {
  readonly stream: BaseIOStream;
  readonly host: ConnectionContext;
  readonly state: number;
  readonly waiting: number;
  /** A part of a request head has come. */
  readonly headBegun: boolean;
  readonly body: BodyReader | undefined;
  readonly lingering: Lingering | undefined;
  readonly clientDisconnected: boolean;
}

const over = (waited: number, limit: number): boolean => limit > 0 && waited >= limit;

export class ConnectionTimeouts {
  /** Host time since when the present wait lasts, seconds. */
  since: number;
  /** Unsent bytes at the last look. */
  private unsent = 0;
  private unread: UnreadWait | undefined = undefined;

  constructor(now: number) {
    this.since = now;
  }

  look(connection: TimedConnection): number {
    const { stream, host, state, lingering } = connection;
    const { limits, now, tick } = host;
    const waited = now - this.since - tick;
    const unsent = stream.unsentLength;
    if (unsent !== this.unsent) {
      this.unsent = unsent;
      if (state !== BODY) this.since = now;
      lingering?.restart(now);
      return NOTHING;
    }
    if (unsent > 0 && state !== HEAD && state !== BODY) return over(waited, limits.writeTimeout) ? DESTROY : NOTHING;
    this.unread = stream.isPaused ? (this.unread ?? new UnreadWait(stream, now)) : undefined;
    if (this.unread?.isOver(stream, now, state === ANSWERING ? limits.unreadTimeout : 0) === true) return DESTROY;
    if (state === HEAD) return lookAtHead(connection, waited, unsent > 0);
    if (state === BODY) return lookAtBody(connection, waited);
    if (state === ANSWERING) {
      // Told that its client left, a handler may still answer, but not whenever it likes.
      return connection.clientDisconnected && over(waited, limits.writeTimeout) ? DESTROY : NOTHING;
    }
    if (state === LINGERING && lingering?.expired(now, tick, limits, host.closing) === true) return DESTROY;
    return NOTHING;
  }
}

function lookAtHead({ host, headBegun }: TimedConnection, waited: number, unsent: boolean): number {
  const { limits } = host;
  if (unsent && over(waited, limits.writeTimeout)) return DESTROY;
  if (headBegun) return over(waited, limits.headerTimeout) ? HEAD_LATE : NOTHING;
  return over(waited, limits.idleConnectionTimeout) ? CLOSE_IDLE : NOTHING;
}

function lookAtBody({ host, body, waiting }: TimedConnection, waited: number): number {
  if ((waiting & DELEGATE) !== 0 || body === undefined || !body.begun) return NOTHING;
  const taken = host.now - body.since - host.tick;
  return over(waited, host.limits.bodyIdleTimeout) || over(taken, body.timeout) ? BODY_LATE : NOTHING;
}
