/** One message on its way to many: encoded when the first subscriber of a kind wants it, and then once for all of them. */
import { notPromise } from "../user-code.ts";
import { Buffer } from "node:buffer";
import { isolated, withoutContext } from "../async/context.ts";
import { prepareEvent } from "../http/message/event-stream.ts";
import type { PreparedEvent, ServerSentEvent } from "../http/message/event-stream.ts";
import { prepareMessage } from "../websocket/prepared-frame.ts";
import type { PreparedFrame } from "../websocket/prepared-frame.ts";
import type { PubSubMessage } from "./driver.ts";

/** Makes the event of a message. The same function for many subscribers: called once for all of them. */
export type ToEvent = (message: PubSubMessage, topic: string) => ServerSentEvent | string;

const plainEvent: ToEvent = (message) => ({
  data:
    typeof message === "string" ? message : Buffer.from(message.buffer, message.byteOffset, message.length).toString(),
});

export class Publication {
  readonly topic: string;
  readonly message: PubSubMessage;
  #frame: PreparedFrame | undefined = undefined;
  #events: Map<ToEvent, PreparedEvent> | undefined = undefined;

  constructor(topic: string, message: PubSubMessage) {
    this.topic = topic;
    this.message = message;
  }

  get frame(): PreparedFrame {
    return (this.#frame ??= prepareMessage(this.message));
  }

  eventBy(toEvent: ToEvent = plainEvent): PreparedEvent {
    const events = (this.#events ??= new Map());
    let event = events.get(toEvent);
    if (event === undefined) {
      // Made once for all: neither in the context of who publishes nor in that of one of them.
      const made = withoutContext(() => isolated(toEvent, undefined, this.message, this.topic));
      event = prepareEvent(notPromise(made, "toEvent"));
      events.set(toEvent, event);
    }
    return event;
  }
}
