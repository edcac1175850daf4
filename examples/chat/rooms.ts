/**
 * The rooms: each with its messages and its people, and a topic by which all who are connected hear of both. It must not know by which
 * road they are: WebSockets, event streams and polls hear the same.
 */
import { IOLoop } from "landspout";
import { PubSub } from "landspout/pubsub";
import type { ToEvent } from "landspout/pubsub";
import { MessageBuffer } from "./message-buffer.ts";
import type { Message } from "./message-buffer.ts";
import { People } from "./people.ts";
import type { Listed } from "./people.ts";

/** Seconds from somebody's coming or going until all are told: who comes meanwhile is told of with them. */
const GATHER = 0.2;
/** Rooms kept: names come from clients, and must not fill memory. */
const MOST_ROOMS = 100;
/** Rooms told to a page. */
const MOST_LISTED = 20;
/** The room where everybody begins; it is always there. */
export const LOBBY = "lobby";

/** What pages are told of a room besides its messages. */
export interface RoomState {
  /** Goes up with every change. */
  readonly version: number;
  readonly people: number;
  readonly present: readonly Listed[];
  readonly typing: readonly number[];
  readonly rooms: readonly { readonly name: string; readonly people: number }[];
}

export interface Messages {
  readonly type: "messages";
  readonly messages: readonly Message[];
  /** Some that were missed are forgotten. */
  readonly gap?: boolean;
}

/** Subscribers: every connection that is open, by room. */
export const hub: PubSub = new PubSub();

/** An event stream names the newest message it has when it comes back. */
export const withId: ToEvent = (message) => {
  const data = String(message);
  const { messages } = JSON.parse(data) as Partial<Messages>;
  const id = messages?.at(-1)?.id;
  return id === undefined ? { data } : { data, id: String(id) };
};

export class Room {
  readonly name: string;
  readonly messages: MessageBuffer = new MessageBuffer();
  readonly people: People;
  version = 0;

  constructor(name: string, changed: (room: Room, cameOrWent: boolean) => void) {
    this.name = name;
    this.people = new People((cameOrWent) => changed(this, cameOrWent));
  }

  /** Nobody is here, and nobody listens. */
  get isDeserted(): boolean {
    return this.people.count === 0 && this.messages.waiting === 0 && hub.subscriberCount(this.name) === 0;
  }

  /** What came after a message. */
  missed(since: number): Messages {
    const messages = this.messages.since(since);
    return this.messages.hasGap(since) ? { type: "messages", messages, gap: true } : { type: "messages", messages };
  }

  /** A message to everybody. With a key that is known it has been sent before, and is not sent again. */
  say(name: string, text: string, key: string): Message {
    const before = key === "" ? undefined : this.messages.find(key);
    if (before !== undefined) return before;
    const message = this.messages.add(name, text, key);
    hub.publish(this.name, { type: "messages", messages: [message] } satisfies Messages);
    return message;
  }
}

export class Rooms {
  readonly #rooms: Map<string, Room> = new Map();
  /** Rooms with something to tell. */
  readonly #changed: Set<Room> = new Set();
  #announcing = false;
  #closed = false;

  constructor() {
    this.enter(LOBBY);
  }

  /** The server stops: nobody waits any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** A room, which is there from now on; undefined if there are too many. */
  enter(name: string): Room | undefined {
    let room = this.#rooms.get(name);
    if (room !== undefined) return room;
    if (this.#rooms.size >= MOST_ROOMS && !this.#forgetOne()) return undefined;
    room = new Room(name, (it, cameOrWent) => this.#announce(it, cameOrWent));
    this.#rooms.set(name, room);
    return room;
  }
  /** One without messages first, then the one that was made first. */
  #forgetOne(): boolean {
    const deserted = [...this.#rooms.values()].filter((room) => room.isDeserted && room.name !== LOBBY);
    const room = deserted.find(({ messages }) => messages.isEmpty) ?? deserted[0];
    return room !== undefined && this.#rooms.delete(room.name);
  }

  state(room: Room): RoomState {
    const { version, people } = room;
    return { version, people: people.count, present: people.listed, typing: people.typing, rooms: this.#listed() };
  }
  /** Those with somebody or something in them, the fullest first. */
  #listed(): RoomState["rooms"] {
    return [...this.#rooms.values()]
      .filter((room) => room.name === LOBBY || room.people.count > 0 || !room.messages.isEmpty)
      .map(({ name, people }) => ({ name, people: people.count }))
      .sort((a, b) => Number(b.name === LOBBY) - Number(a.name === LOBBY) || b.people - a.people)
      .slice(0, MOST_LISTED);
  }

  /** Soon everybody is told, in all rooms if somebody came or went: their lists of rooms say how many are where. */
  #announce(room: Room, cameOrWent: boolean): void {
    for (const it of cameOrWent ? this.#rooms.values() : [room]) this.#changed.add(it);
    if (this.#announcing) return;
    this.#announcing = true;
    IOLoop.current().callLater(GATHER, () => {
      this.#announcing = false;
      for (const it of this.#changed) this.#tell(it);
      this.#changed.clear();
    });
  }
  #tell(room: Room): void {
    room.version++;
    if (hub.subscriberCount(room.name) > 0) hub.publish(room.name, { type: "state", ...this.state(room) });
    room.messages.wake();
  }

  /** Answers those who wait, and nobody waits any more. */
  close(): void {
    this.#closed = true;
    for (const { messages } of this.#rooms.values()) messages.wake();
  }
}

export const rooms: Rooms = new Rooms();
