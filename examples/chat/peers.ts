/**
 * The other processes of the chat, on this machine and on others, so that all of them together are one chat. It decides who is told what,
 * and who counts as gone; it must not know what carries the words (roads.ts). Nothing here relies on a word's arriving:
 *
 * - What is said here, and who is here, all are told at once. Every few seconds each process says that it is alive, who its people are, and
 *   for every room a digest of its messages. Whose digest is another asks for the messages. So a process that starts later has the history,
 *   and after a broker was away all have the same again; messages are merged by their ids, in any order and any number of times.
 * - A process that has not been heard for a while is gone, and its people with it.
 * - A word may come by several roads. Each process numbers its words, and what is not newer than the last is left out.
 */
import { loggers, PeriodicCallback } from "landspout";
import type { PubSub } from "landspout/pubsub";
import { idAt, isTimely, PROCESS } from "./ids.ts";
import { MOST_ROOMS } from "./limits.ts";
import type { Message } from "./message-buffer.ts";
import { MESSAGES_IN_WORD, readWord, ROOMS_IN_WORD } from "./peer-word.ts";
import type { Saying, Word } from "./peer-word.ts";
import { NOBODY } from "./presence.ts";
import { Bucket } from "./rate.ts";
import type { Companion, Room, Rooms } from "./rooms.ts";

/** Seconds between two signs of life. */
const ALIVE_EVERY = 3;
/** Seconds of silence after which a process is gone. */
const GONE_AFTER = 10;
/** Seconds a message may be on its way before it is missed. */
const ON_ITS_WAY = 2;
/** Seconds after which a room is asked for again. */
const ASK_AGAIN = 1;
/** Processes listened to. */
const MOST_PEERS = 256;
/** Words of one process at once, and a second after that: more than a hundred people type. */
const BURST = 5000;
const PER_SECOND = 1000;

/** Rooms told to one process at once, and a second after that. */
const HISTORIES_AT_ONCE: number = 3 * MOST_ROOMS;
const HISTORIES_PER_SECOND = 50;
/** The topic of words for all; those for one process have its name. */
const ALL = "all";

interface Peer {
  /** Of its last word. */
  number: number;
  heardAt: number;
  readonly words: Bucket;
  readonly histories: Bucket;
  isAhead: boolean;
}

const now = (): number => performance.now() / 1000;

function* portions<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

export class Peers implements Companion {
  readonly #roads: readonly PubSub[];
  readonly #rooms: Rooms;
  readonly #peers: Map<string, Peer> = new Map();
  /** When a room was last asked for. */
  readonly #asked: Map<string, number> = new Map();
  readonly #beat: PeriodicCallback = new PeriodicCallback(() => this.#breathe(), ALIVE_EVERY * 1000, 0.2);
  readonly #hellos: Bucket = new Bucket(3, 1);
  #number = 0;
  #hasLeft = false;

  constructor(roads: readonly PubSub[], rooms: Rooms) {
    this.#roads = roads;
    this.#rooms = rooms;
    rooms.addCompanion(this);
    for (const road of roads) {
      const hear = (text: unknown): void => this.#hear(text);
      const active = [ALL, PROCESS].map((topic) => road.subscribe(topic, hear).active);
      // With a broker that is away this takes until it is back, and meanwhile nobody waits for it.
      // Where the parent does not relay, the log says so, and this process goes on without it.
      const begin = (): void => this.#breathe(true);
      void Promise.all(active).then(begin, begin);
    }
    this.#beat.start();
  }

  /** The others need not wait until they miss us. */
  leave(): void {
    this.#say({ type: "bye" });
    this.#hasLeft = true;
    this.#beat.stop();
  }

  // --- what we say ---

  #say(saying: Saying, topic = ALL): void {
    if (this.#hasLeft) return;
    const text = JSON.stringify({ from: PROCESS, number: ++this.#number, ...saying });
    for (const road of this.#roads) road.publish(topic, text);
  }

  #breathe(hello = false): void {
    this.#forgetGone();
    const before = idAt(Date.now() - ON_ITS_WAY * 1000);
    const rooms = this.#rooms.all;
    this.#say({
      type: "alive",
      before,
      hello,
      rooms: rooms.map(({ name, messages }) => ({ name, digest: messages.digest(before) })),
    });
    this.peopleChanged(rooms);
  }
  peopleChanged(rooms: readonly Room[]): void {
    for (const some of portions(rooms, ROOMS_IN_WORD)) {
      const told = some.map(({ name, people: { count, listed } }) => ({ name, count, listed }));
      this.#say({ type: "people", rooms: told });
    }
  }
  said(room: Room, message: Message): void {
    this.#say({ type: "messages", room: room.name, messages: [message] });
  }
  #tellHistory({ name, messages }: Room, process: string): void {
    for (const some of portions(messages.all, MESSAGES_IN_WORD))
      this.#say({ type: "messages", room: name, messages: some }, process);
  }

  // --- what we hear ---

  #hear(text: unknown): void {
    const word = readWord(text);
    if (word === undefined || word.from === PROCESS || this.#hasLeft) return;
    const peer = this.#peerOf(word.from);
    if (peer === undefined || word.number <= peer.number || !peer.words.take()) return;
    peer.number = word.number;
    peer.heardAt = now();
    this.#take(word, peer);
  }

  #peerOf(process: string): Peer | undefined {
    let peer = this.#peers.get(process);
    if (peer === undefined && this.#peers.size < MOST_PEERS) {
      const histories = new Bucket(HISTORIES_AT_ONCE, HISTORIES_PER_SECOND);
      peer = { number: 0, heardAt: now(), words: new Bucket(BURST, PER_SECOND), histories, isAhead: false };
      this.#peers.set(process, peer);
    }
    return peer;
  }

  #take(word: Word, peer: Peer): void {
    switch (word.type) {
      case "alive":
        this.#compare(word, peer);
        if (word.hello && this.#hellos.take()) this.#breathe();
        break;
      case "people":
        for (const { name, count, listed } of word.rooms) {
          const room = count > 0 ? this.#rooms.enter(name, false) : this.#rooms.find(name);
          room?.setOthers(word.from, { count, listed });
        }
        break;
      case "messages":
        this.#rooms.enter(word.room, false)?.take(word.messages);
        break;
      case "ask":
        for (const name of word.rooms) {
          const room = this.#rooms.find(name);
          if (room !== undefined && peer.histories.take()) this.#tellHistory(room, word.from);
        }
        break;
      case "bye":
        // It stays known for a while: what comes late by another road is not to bring it back.
        this.#empty(word.from);
    }
  }

  /** Asks for the rooms of which the other has another record. */
  #compare({ from, before, rooms }: Word & { type: "alive" }, peer: Peer): void {
    if (!isTimely(before)) {
      if (!peer.isAhead)
        loggers.application.warn("The clock of another process of the chat is ahead; its messages are left out");
      peer.isAhead = true;
      return;
    }
    peer.isAhead = false;
    const others = rooms.filter(({ name, digest }) => digest !== "" && this.#isMissing(name, digest, before));
    if (others.length > 0) this.#say({ type: "ask", rooms: others.map(({ name }) => name) }, from);
  }
  #isMissing(name: string, digest: string, before: string): boolean {
    const room = this.#rooms.enter(name, false);
    if (room === undefined || room.messages.digest(before) === digest) return false;
    const time = now();
    if (time - (this.#asked.get(name) ?? -Infinity) < ASK_AGAIN) return false;
    this.#asked.set(name, time);
    return true;
  }

  // --- who is gone ---

  #forgetGone(): void {
    const time = now();
    for (const [process, { heardAt }] of this.#peers) {
      if (time - heardAt <= GONE_AFTER) continue;
      this.#peers.delete(process);
      this.#empty(process);
    }
    for (const [name, asked] of this.#asked) if (time - asked > ASK_AGAIN) this.#asked.delete(name);
  }
  #empty(process: string): void {
    for (const room of this.#rooms.all) room.setOthers(process, NOBODY);
  }
}
