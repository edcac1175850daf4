/**
 * What processes of the chat say to each other, and whether it is so: whatever does not fit is left out, whoever sent it. It must not know
 * what becomes of it, or by which road it came.
 */
import { ID_FORM, isTimely, PROCESS_FORM } from "./ids.ts";
import { LONGEST_NAME, LONGEST_TEXT, MOST_LISTED, MOST_PEOPLE, MOST_ROOMS, ROOM_NAME, SECRET } from "./limits.ts";
import type { Message } from "./message-buffer.ts";
import type { Person, Presence } from "./presence.ts";

/** Characters of a word; brokers take less than they promise, and NATS promises a million bytes. */
export const LONGEST_WORD: number = 512 * 1024;
/** Messages in one word: at their longest, and every character of them escaped, they fit. */
export const MESSAGES_IN_WORD = 20;
/** Rooms whose people are in one word, likewise. */
export const ROOMS_IN_WORD = 10;

export type Word = { readonly from: string; readonly number: number } & Saying;
export type Saying =
  /** Here I am, and these rooms I have: with the digest of their messages up to an id. `hello`: say so too. */
  | {
      readonly type: "alive";
      readonly before: string;
      readonly hello: boolean;
      readonly rooms: readonly { readonly name: string; readonly digest: string }[];
    }
  /** Who is in these rooms by way of me. */
  | { readonly type: "people"; readonly rooms: readonly ({ readonly name: string } & Presence)[] }
  /** Messages of a room: somebody has said something, or somebody has asked. */
  | { readonly type: "messages"; readonly room: string; readonly messages: readonly Message[] }
  /** Tell me the messages of these rooms. */
  | { readonly type: "ask"; readonly rooms: readonly string[] }
  /** I go. */
  | { readonly type: "bye" };

const BEFORE_FORM = /^[0-9a-z]{9}$/;

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isText = (value: unknown, longest: number): value is string =>
  typeof value === "string" && value.length <= longest;
const isRoomName = (value: unknown): value is string => typeof value === "string" && ROOM_NAME.test(value);
const isId = (value: unknown): value is string => typeof value === "string" && ID_FORM.test(value);
const isCount = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isTime = (value: unknown): value is number => isCount(value, 8.64e15);
const isKey = (value: unknown): value is string => typeof value === "string" && SECRET.test(value);

/** The objects of a list that are as they should be. */
function* each(list: unknown, most: number): Generator<Fields> {
  if (!Array.isArray(list)) return;
  for (const one of list.slice(0, most) as unknown[]) if (isObject(one)) yield one;
}

/** Messages of a process or a store. */
export function readMessages(list: unknown, most: number): Message[] {
  const messages: Message[] = [];
  for (const { id, from = "", name, text, time, key } of each(list, most)) {
    if (!isId(id) || !isTimely(id) || !isTime(time) || !isKey(key) || !isKey(from)) continue;
    if (isText(name, LONGEST_NAME) && isText(text, LONGEST_TEXT)) messages.push({ id, from, name, text, time, key });
  }
  return messages;
}

function readPeople(list: unknown): Person[] {
  const people: Person[] = [];
  for (const { id, name, since, typing } of each(list, MOST_LISTED))
    if (isKey(id) && isText(name, LONGEST_NAME) && isTime(since))
      people.push({ id, name, since, typing: typing === true });
  return people;
}

function readSaying({ type, before, hello, rooms, room, messages }: Fields): Saying | undefined {
  switch (type) {
    case "alive": {
      if (typeof before !== "string" || !BEFORE_FORM.test(before)) return undefined;
      const known = [];
      for (const { name, digest } of each(rooms, MOST_ROOMS))
        if (isRoomName(name) && isKey(digest)) known.push({ name, digest });
      return { type, before, hello: hello === true, rooms: known };
    }
    case "people": {
      const told = [];
      for (const { name, count, listed } of each(rooms, ROOMS_IN_WORD))
        if (isRoomName(name) && isCount(count, MOST_PEOPLE)) told.push({ name, count, listed: readPeople(listed) });
      return { type, rooms: told };
    }
    case "messages":
      return isRoomName(room) ? { type, room, messages: readMessages(messages, MESSAGES_IN_WORD) } : undefined;
    case "ask":
      return Array.isArray(rooms) ? { type, rooms: rooms.slice(0, MOST_ROOMS).filter(isRoomName) } : undefined;
    case "bye":
      return { type };
    default:
      return undefined;
  }
}

export function readWord(text: unknown): Word | undefined {
  if (!isText(text, LONGEST_WORD)) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(fields)) return undefined;
  const { from, number } = fields;
  if (typeof from !== "string" || !PROCESS_FORM.test(from) || !isCount(number, Number.MAX_SAFE_INTEGER))
    return undefined;
  const saying = readSaying(fields);
  return saying === undefined ? undefined : { ...saying, from, number };
}
