/**
 * The roads that stay open: a WebSocket, which carries both ways, and an event stream, whose page posts what it says. Both begin with
 * what was missed; then a room's topic feeds them.
 */
import { HTTPError } from "landspout";
import { EventSourceHandler } from "landspout/web";
import type { EventSourceOptions, SendErrorOptions } from "landspout/web";
import { WebSocketHandler } from "landspout/websocket";
import type { Message, WebSocketOptions } from "landspout/websocket";
import {
  isTooFast,
  readFields,
  readPlace,
  readSaying,
  readSelf,
  refuseTooFast,
  RETRY_AFTER,
  takeRate,
} from "./input.ts";
import type { Fields, Place } from "./input.ts";
import { errorBody } from "./json-handler.ts";
import { AT_FORM } from "./message-buffer.ts";
import { Bucket } from "./rate.ts";
import { hub, rooms, withId } from "./rooms.ts";
import { authorOf } from "./visitor.ts";

/** Bytes for whoever reads slowly: all that a room keeps, at its longest, is less. Above that they are cut off, and catch up. */
const MOST_UNSENT: number = 4 * 1024 * 1024;
/** The longest name and text as JSON, every character of them escaped, need less than this message. */
const SOCKET: WebSocketOptions = { maxMessageSize: 16_384, maxFragments: 64, maxUnsentSize: MOST_UNSENT };
const STREAM: EventSourceOptions = { keepAlive: 15, retry: 2, maxUnsentSize: MOST_UNSENT };
/** Messages a WebSocket may send at once, and a second after that; typing counts. */
const BURST = 20;
const PER_SECOND = 4;
/** Refusals in a row after which it is closed: that is no person. */
const MOST_REFUSED = 50;
const GOING_AWAY = 1001;
const ABNORMAL = 1006;
const POLICY_VIOLATION = 1008;

const open = new Set<SocketHandler | EventsHandler>();

/** Says goodbye to all: the server stops. */
export function closeLive(): void {
  for (const it of open) {
    if (it instanceof WebSocketHandler) it.close(GOING_AWAY, "The server stops");
    else it.close();
  }
}

function sentence(error: unknown): string {
  if (error instanceof HTTPError && error.reason !== undefined) return error.reason;
  throw error;
}

/** GET /socket?room=NAME&who=SECRET&name=NAME&since=AT */
export class SocketHandler extends WebSocketHandler {
  #place: Place | undefined = undefined;
  #author = "";
  readonly #rate: Bucket = new Bucket(BURST, PER_SECOND);
  #refused = 0;

  override prepare(): void {
    this.#place = readPlace(this);
    this.#author = authorOf(this, this.#place.who);
  }
  override writeError(status: number, options: SendErrorOptions = {}): void {
    void this.finish(errorBody(status, options));
  }
  override getWebSocketOptions(): WebSocketOptions {
    return SOCKET;
  }

  override open(): void {
    if (this.#place === undefined) return;
    const { room, who, name, since } = this.#place;
    open.add(this);
    hub.subscribe(room.name, this);
    const you = room.people.arrive(who, name);
    void this.writeMessage({ type: "welcome", you, me: this.#author, ...rooms.state(room) });
    void this.writeMessage(room.missed(since));
    if (rooms.isClosed) this.close(GOING_AWAY, "The server stops");
  }

  override onMessage(message: Message): void {
    const isInTime = this.#rate.take() && takeRate(this.request.remoteIp);
    let fields: Fields = {};
    try {
      // First, so that a refusal can say which message is refused.
      fields = readFields(typeof message === "string" ? message : "");
      if (!isInTime) refuseTooFast();
      this.#take(fields);
      this.#refused = 0;
    } catch (error) {
      this.#refuse(fields, sentence(error), isTooFast(error) ? RETRY_AFTER : undefined);
    }
  }

  /** `{ type: "say", key, name, text }`, what the page says of itself: `{ type: "self", name, typing }`; or `{ type: "ask" }`. */
  #take(fields: Fields): void {
    if (this.#place === undefined) return;
    const { room, who } = this.#place;
    if (fields["type"] === "ask") {
      void this.writeMessage({ type: "here" });
      return;
    }
    if (fields["type"] === "self") {
      const { name, typing } = readSelf(fields);
      room.people.update(who, name, typing);
      return;
    }
    const saying = readSaying(fields);
    room.say({ ...saying, from: this.#author });
    room.people.update(who, saying.name, false);
    if (this.isOpen) void this.writeMessage({ type: "sent", key: saying.key });
  }

  /** `retryAfter`: seconds, where the same message may be sent again. */
  #refuse({ key }: Fields, error: string, retryAfter?: number): void {
    if (!this.isOpen) return;
    if (++this.#refused > MOST_REFUSED) this.close(POLICY_VIOLATION, "Too much");
    else void this.writeMessage({ type: "refused", key: typeof key === "string" ? key : "", error, retryAfter });
  }

  override onClose(code: number): void {
    open.delete(this);
    if (this.#place === undefined || this.#place.who === "") return;
    const { room, who } = this.#place;
    if (code === ABNORMAL) room.people.interrupted(who);
    else room.people.leave(who);
  }
}

/** GET /events?room=NAME&who=SECRET&name=NAME&since=AT; what is in Last-Event-ID counts more than that in the query. */
export class EventsHandler extends EventSourceHandler {
  #place: Place | undefined = undefined;

  override prepare(): void {
    this.#place = readPlace(this);
  }
  override writeError(status: number, options: SendErrorOptions = {}): void {
    void this.finish(errorBody(status, options));
  }
  override getEventSourceOptions(): EventSourceOptions {
    return STREAM;
  }

  override open(): void {
    if (this.#place === undefined) return;
    const { room, who, name, since } = this.#place;
    open.add(this);
    hub.subscribe(room.name, this, { toEvent: withId });
    const you = room.people.arrive(who, name);
    void this.send({ data: { type: "welcome", you, me: authorOf(this, who), ...rooms.state(room) } });
    const last = this.lastEventId;
    const missed = JSON.stringify(room.missed(last !== undefined && AT_FORM.test(last) ? last : since));
    void this.send(withId(missed, room.name));
    if (rooms.isClosed) this.close();
  }

  override onClose(): void {
    open.delete(this);
    // A page that goes away and a network that does look the same here.
    if (this.#place !== undefined && this.#place.who !== "") this.#place.room.people.interrupted(this.#place.who);
  }
}
