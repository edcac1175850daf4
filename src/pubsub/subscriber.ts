/**
 * Who can subscribe: a function, a WebSocket, an event stream; the latter two by their shape. How much waits for a slow one, and what
 * becomes of it, is the connection's own policy (`maxUnsentSize`, `overflow`).
 */
import { Buffer } from "node:buffer";
import { describeError, loggers } from "../log.ts";
import { callIn } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import { callable } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { watch } from "../user-code.ts";
import type { PreparedEvent } from "../http/message/event-stream.ts";
import type { PreparedFrame } from "../websocket/prepared-frame.ts";
import type { PubSubMessage } from "./driver.ts";
import type { Publication, ToEvent } from "./publication.ts";

/**
 * Called with every message of its topics, bytes being its own copy, in the context of `subscribe`, whoever has published it and where. What
 * it throws, or its promise rejects with, is logged; nobody waits for it.
 */
export type MessageCallback = (message: PubSubMessage, topic: string) => unknown;

interface Closing {
  /** Calls a function once it is over, at once where it is already. */
  addCloseListener(listener: () => void): () => void;
}
/** A `WebSocketHandler`, or the like. */
export interface WebSocketSubscriber extends Closing {
  writePrepared(frame: PreparedFrame): unknown;
}
/** An `EventSourceHandler`, or the like. */
export interface EventSourceSubscriber extends Closing {
  sendPrepared(event: PreparedEvent): unknown;
}
export type Subscriber = MessageCallback | WebSocketSubscriber | EventSourceSubscriber;

export interface SubscribeOptions {
  /** For event streams: makes the event of a message, with its id for instance. Default: the message is the data. */
  readonly toEvent?: ToEvent;
}

export const SUBSCRIBE_OPTIONS: OptionTable<SubscribeOptions> = { toEvent: callable };

function failed(topic: string, error: unknown): void {
  loggers.application.error(`A subscriber to ${JSON.stringify(topic)} failed\n${describeError(error)}`);
}

/** Gives a message to one subscriber. Does not throw: the others have theirs to get. */
export function deliver(
  publication: Publication,
  subscriber: Subscriber,
  toEvent: ToEvent | undefined,
  context: Context | undefined,
): void {
  const { topic } = publication;
  try {
    if (typeof subscriber === "function") {
      const { message } = publication;
      // Bytes are the callback's to keep and to change: the others get theirs.
      const own = typeof message === "string" ? message : Buffer.from(message);
      const result =
        context === undefined ? subscriber(own, topic) : callIn(context, subscriber, undefined, own, topic);
      if (result !== undefined) watch(result, (error) => failed(topic, error));
      return;
    }
    const sent =
      "writePrepared" in subscriber
        ? subscriber.writePrepared(publication.frame)
        : subscriber.sendPrepared(publication.eventBy(toEvent));
    if (sent !== undefined) watch(sent, (error) => failed(topic, error));
  } catch (error) {
    failed(topic, error);
  }
}
