/**
 * What `BrokerDriver` needs of a broker's client, whichever it is: a connection, or two, that come back by themselves, on which a message
 * goes now or not at all. redis-link.ts and nats-link.ts make one of the clients there are; none of these is imported.
 */
import type { Buffer } from "node:buffer";

/** What a link tells. */
export interface BrokerEvents {
  message(channel: string, payload: Buffer): void;
  /** Whether it is ready may have changed. */
  changed(): void;
  /** Something went wrong; the link goes on trying. */
  error(error: unknown): void;
  /** The broker does not allow it. Not told for each time. */
  refused(what: "a message" | "a subscription", error: unknown): void;
}

export interface BrokerLink {
  /** It can be used. */
  readonly ready: boolean;
  /** The largest message the broker takes, bytes. */
  readonly maxPayload: number;
  /** Settles when the broker has taken it, or never will. */
  publish(channel: string, payload: Buffer): Promise<unknown>;
  /**
   * Resolves once messages arrive, with the channels the broker refused; rejects if the connection goes before. What is subscribed already
   * may be told again.
   */
  subscribe(channels: string[]): Promise<readonly string[]>;
  unsubscribe(channels: string[]): Promise<unknown>;
  close(): Promise<void> | void;
}

/** One line, whatever the error is. Several addresses that were tried come as one error with several within. */
export function sentence(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(sentence).join("; ");
  return error instanceof Error ? error.message || error.name : String(error);
}
