/**
 * What has been said, kept in Redis: a stream for each room, and a list of the rooms. So a chat that starts again has its history, also
 * when no process of it was left that could tell. It is a companion of the rooms like any other process, one that only listens and
 * remembers; while it is away nothing waits for it.
 *
 * Whatever each process has said and is not in the stream when Redis comes (back), it adds. Twice is no harm: messages have ids.
 */
import { loggers } from "landspout";
import { PROCESS, processOf } from "./ids.ts";
import { MOST_MESSAGES, MOST_ROOMS, ROOM_NAME } from "./limits.ts";
import type { Message } from "./message-buffer.ts";
import { readMessages } from "./peer-word.ts";
import type { Redis } from "./redis-client.ts";
import type { Companion, Room, Rooms } from "./rooms.ts";

const PREFIX = "landspout-chat:";
/** Names of the rooms, by the time of the last message. */
const ROOMS: string = `${PREFIX}rooms`;
const streamOf = (room: string): string => `${PREFIX}room:${room}`;
/** Seconds after which a room where nobody says anything is forgotten. */
const KEPT_FOR = 30 * 24 * 3600;
/** Messages on their way above which no more are kept: Redis does not keep up, and must not fill memory. */
const MOST_ON_THE_WAY = 2000;

const isText = (value: unknown): value is string => typeof value === "string";
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** An entry of a stream: its id, and its fields with their values; ours is the second value. */
function contentOf(entry: unknown): unknown {
  const text = listOf(listOf(entry)[1])[1];
  try {
    return isText(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

export class RedisHistory implements Companion {
  readonly #rooms: Rooms;
  readonly #command: (...command: string[]) => Promise<unknown>;
  #onTheWay = 0;
  #refused = false;

  constructor(redis: Redis, rooms: Rooms) {
    this.#rooms = rooms;
    // A connection that breaks in the middle comes back, and with it another time for all of this.
    this.#command = redis.connect(() => void this.#exchange().catch((error: unknown) => this.#complain(error)));
    rooms.addCompanion(this);
  }

  said(room: Room, message: Message): void {
    if (this.#onTheWay >= MOST_ON_THE_WAY) return;
    this.#onTheWay++;
    this.#keep(room.name, message)
      .then(
        () => void (this.#refused = false),
        (error: unknown) => this.#complain(error),
      )
      .finally(() => this.#onTheWay--);
  }
  /** Once, until a message is kept again. That Redis is away is said elsewhere; this is an answer of its own, `OOM …` for instance. */
  #complain(error: unknown): void {
    if (this.#refused || !(error instanceof Error) || !/^[A-Z]+ /.test(error.message)) return;
    this.#refused = true;
    loggers.application.warn(`Redis does not keep what is said: ${error.message}`);
  }

  async #keep(room: string, message: Message): Promise<void> {
    const stream = streamOf(room);
    await Promise.all([
      this.#command("XADD", stream, "MAXLEN", "~", String(MOST_MESSAGES), "*", "message", JSON.stringify(message)),
      this.#command("EXPIRE", stream, String(KEPT_FOR)),
      this.#command("ZADD", ROOMS, String(message.time), room),
      this.#command("ZREMRANGEBYRANK", ROOMS, "0", String(-MOST_ROOMS - 1)),
    ]);
  }

  async #read(room: string): Promise<readonly Message[]> {
    try {
      const entries = await this.#command("XREVRANGE", streamOf(room), "+", "-", "COUNT", String(MOST_MESSAGES));
      return readMessages(listOf(entries).map(contentOf), MOST_MESSAGES);
    } catch (error) {
      // One room that cannot be read is no reason not to read the others.
      this.#complain(error);
      return [];
    }
  }

  /** Takes what is there, and adds what is missing. */
  async #exchange(): Promise<void> {
    const names = listOf(await this.#command("ZREVRANGE", ROOMS, "0", String(MOST_ROOMS - 1))).filter(isText);
    const kept = new Set<string>();
    for (const name of names.filter((one) => ROOM_NAME.test(one))) {
      const messages = await this.#read(name);
      for (const { id } of messages) kept.add(id);
      this.#rooms.enter(name, false)?.take(messages);
    }
    for (const room of this.#rooms.all)
      for (const message of room.messages.all)
        if (processOf(message.id) === PROCESS && !kept.has(message.id)) await this.#keep(room.name, message);
  }
}
