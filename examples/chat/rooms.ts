/**
 * The rooms: each with its messages and its people, and a topic by which all who are connected to this process hear of both. It must not
 * know by which road they are: WebSockets, event streams and polls hear the same. Nor how other processes are reached: whoever does that
 * listens here as a `Companion`, and calls `take` and `setOthers`. Every process holds every room, so all of this is answered at once.
 */
import { createHash } from "node:crypto";
import { IOLoop } from "landspout";
import { PubSub } from "landspout/pubsub";
import type { ToEvent } from "landspout/pubsub";
import { MOST_ROOMS } from "./limits.ts";
import { MessageBuffer } from "./message-buffer.ts";
import type { Message, Messages, Saying } from "./message-buffer.ts";
import { People } from "./people.ts";
import { NOBODY, unite } from "./presence.ts";
import type { Presence } from "./presence.ts";

/** Seconds from somebody's coming or going until all are told: who comes meanwhile is told of with them. */
const GATHER = 0.2;
/** Rooms told to a page. */
const MOST_ROOMS_LISTED = 20;
/** The room where everybody begins; it is always there. */
export const LOBBY = "lobby";

/** What pages are told of a room besides its messages. */
export interface RoomState {
  readonly people: number;
  readonly present: readonly { readonly id: string; readonly name: string }[];
  /** Ids of those who are typing. */
  readonly typing: readonly string[];
  readonly rooms: readonly { readonly name: string; readonly people: number }[];
}

/** Who wants to know what happens here, to tell others or to keep it. */
export interface Companion {
  said(room: Room, message: Message): void;
  /** People of this process have come or gone, or are called otherwise, or type. */
  peopleChanged?(rooms: readonly Room[]): void;
}

/** Subscribers: every connection that is open, by room. */
export const hub: PubSub = new PubSub();

/** An event stream says how far it has heard us when it comes back. */
export const withId: ToEvent = (message) => {
  const data = String(message);
  const { at } = JSON.parse(data) as Partial<Messages>;
  return at === undefined ? { data } : { data, id: at };
};

/** Equal where the state is, in whichever process: a poll names the one it knows. Made once for many polls. */
export function versionOf(state: RoomState): string {
  let version = versions.get(state);
  if (version === undefined) {
    version = createHash("sha1").update(JSON.stringify(state)).digest("base64url").slice(0, 12);
    versions.set(state, version);
  }
  return version;
}
const versions: WeakMap<RoomState, string> = new WeakMap();

/** What a room tells its house. */
interface House {
  /** There are other processes, and they see the same. */
  readonly isShared: boolean;
  said(room: Room, message: Message): void;
  took(): void;
  changed(room: Room, cameOrWent: boolean): void;
}

export class Room {
  readonly name: string;
  readonly messages: MessageBuffer = new MessageBuffer();
  /** Those who are here by way of this process. */
  readonly people: People;
  /** People have changed, and companions do not know yet. */
  isNews = false;
  /** The version of the state that all were told last. */
  told = "";
  readonly #house: House;
  readonly #others: Map<string, Presence> = new Map();
  #presence: Presence | undefined = undefined;

  constructor(name: string, house: House) {
    this.name = name;
    this.#house = house;
    this.people = new People((cameOrWent) => {
      this.isNews = true;
      this.#changed(cameOrWent);
    });
  }

  /** Everybody, by way of whichever process. */
  get presence(): Presence {
    if (this.#presence === undefined) {
      const { count, listed } = this.people;
      this.#presence = this.#house.isShared ? unite(this.people, this.#others.values()) : { count, listed };
    }
    return this.#presence;
  }
  #changed(cameOrWent: boolean): void {
    this.#presence = undefined;
    this.#house.changed(this, cameOrWent);
  }

  /** Nobody is here, and nobody listens. */
  get isDeserted(): boolean {
    return this.presence.count === 0 && this.messages.waiting === 0 && hub.subscriberCount(this.name) === 0;
  }

  /** What a page has not got; see AT_FORM. */
  missed(since: string): Messages {
    return this.messages.missed(since);
  }

  /** A message to everybody. With a key that is known it has been sent before, and is not sent again. */
  say(saying: Saying): Message {
    const before = saying.key === "" ? undefined : this.messages.find(saying.key);
    if (before !== undefined) return before;
    const messages = this.messages.add(saying);
    hub.publish(this.name, messages);
    const [message] = messages.messages as [Message];
    this.#house.said(this, message);
    return message;
  }

  /** Messages that another process, or a store, has. */
  take(messages: readonly Message[]): void {
    const fresh = this.messages.merge(messages);
    if (fresh === undefined) return;
    hub.publish(this.name, fresh);
    this.#house.took();
  }
  /** Those who are here by way of another process. */
  setOthers(process: string, presence: Presence): void {
    const before = this.#others.get(process) ?? NOBODY;
    if (JSON.stringify(before) === JSON.stringify(presence)) return;
    if (presence.count === 0) this.#others.delete(process);
    else this.#others.set(process, presence);
    this.#changed(before.count !== presence.count);
  }
}

export class Rooms implements House {
  readonly #rooms: Map<string, Room> = new Map();
  readonly #companions: Set<Companion> = new Set();
  /** Until something changes; many ask for the same. */
  readonly #states: Map<Room, RoomState> = new Map();
  /** Rooms with something to tell. */
  readonly #changed: Set<Room> = new Set();
  #announcing = false;
  #closed = false;

  constructor() {
    this.enter(LOBBY);
  }

  addCompanion(companion: Companion): void {
    this.#companions.add(companion);
  }
  get isShared(): boolean {
    return this.#companions.size > 0;
  }

  /** The server stops: nobody waits any more. */
  get isClosed(): boolean {
    return this.#closed;
  }
  get all(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }
  /** A room, which is there from now on; undefined if there are too many, and no other is forgotten for it. */
  enter(name: string, mayForget = true): Room | undefined {
    let room = this.#rooms.get(name);
    if (room !== undefined) return room;
    if (this.#rooms.size >= MOST_ROOMS && !(mayForget && this.#forgetOne())) return undefined;
    room = new Room(name, this);
    this.#rooms.set(name, room);
    this.#states.clear();
    return room;
  }
  /** One without messages first, then the one that was made first. */
  #forgetOne(): boolean {
    const deserted = this.all.filter((room) => room.isDeserted && room.name !== LOBBY);
    const room = deserted.find(({ messages }) => messages.isEmpty) ?? deserted[0];
    return room !== undefined && this.#rooms.delete(room.name);
  }

  /** What a page is told that asks. */
  state(room: Room): RoomState {
    const state = this.#stateOf(room);
    // It knows more than the others: what comes next is to be told, even if it is what they know.
    if (this.isShared && versionOf(state) !== room.told) room.told = "";
    return state;
  }
  #stateOf(room: Room): RoomState {
    let state = this.#states.get(room);
    if (state === undefined) {
      const { count, listed } = room.presence;
      const present = listed.map(({ id, name }) => ({ id, name }));
      const typing = listed.filter((person) => person.typing).map(({ id }) => id);
      state = { people: count, present, typing, rooms: this.#listed() };
      this.#states.set(room, state);
    }
    return state;
  }
  /** Those with somebody or something in them, the fullest first. */
  #listed(): RoomState["rooms"] {
    return this.all
      .filter((room) => room.name === LOBBY || room.presence.count > 0 || !room.messages.isEmpty)
      .map(({ name, presence }) => ({ name, people: presence.count }))
      .sort(
        (a, b) =>
          Number(b.name === LOBBY) - Number(a.name === LOBBY) || b.people - a.people || (a.name < b.name ? -1 : 1),
      )
      .slice(0, MOST_ROOMS_LISTED);
  }

  said(room: Room, message: Message): void {
    this.took();
    for (const companion of this.#companions) companion.said(room, message);
  }
  /** There is a message more: the first makes a room one that is listed. */
  took(): void {
    this.#states.clear();
  }
  /** Soon everybody is told, in all rooms if somebody came or went: their lists of rooms say how many are where. */
  changed(room: Room, cameOrWent: boolean): void {
    this.#states.clear();
    for (const it of cameOrWent ? this.#rooms.values() : [room]) this.#changed.add(it);
    if (this.#announcing) return;
    this.#announcing = true;
    IOLoop.current().callLater(GATHER, () => {
      this.#announcing = false;
      const news = [...this.#changed].filter(({ isNews }) => isNews);
      for (const it of news) it.isNews = false;
      for (const companion of this.#companions) companion.peopleChanged?.(news);
      for (const it of this.#changed) this.#tell(it);
      this.#changed.clear();
    });
  }
  #tell(room: Room): void {
    const state = this.#stateOf(room);
    if (this.isShared) {
      // Somebody who goes from one process to another changes nothing for those who stay.
      if (versionOf(state) === room.told) return;
      room.told = versionOf(state);
    }
    if (hub.subscriberCount(room.name) > 0) hub.publish(room.name, { type: "state", ...state });
    room.messages.wake();
  }

  /** Answers those who wait, and nobody waits any more. */
  close(): void {
    this.#closed = true;
    for (const { messages } of this.#rooms.values()) messages.wake();
  }
}

export const rooms: Rooms = new Rooms();
