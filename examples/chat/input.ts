/**
 * What pages send, checked: the same rules for WebSockets, posts and queries. What is wrong is refused with a sentence for people. It
 * must not know what becomes of it.
 */
import { HTTPError } from "landspout";
import type { RequestHandler } from "landspout";
import { LONGEST_NAME, LONGEST_TEXT, ROOM_NAME, SECRET } from "./limits.ts";
import { AT_FORM } from "./message-buffer.ts";
import { AddressRate } from "./rate.ts";
import { LOBBY, rooms } from "./rooms.ts";
import type { Room } from "./rooms.ts";

/** Posts and messages from one address, over all its connections: a house full of people, but no flood. */
const rate = new AddressRate(400, 20);

export function refuse(reason: string, status = 400): never {
  throw new HTTPError(status, { reason });
}

/** Seconds after which a client that was too fast may try again. */
export const RETRY_AFTER = 1;
const TOO_FAST = 429;

/** Whether an address may send one more. */
export const takeRate = (address: string): boolean => rate.take(address);

export function refuseTooFast(): never {
  const headers = { "Retry-After": String(RETRY_AFTER) };
  throw new HTTPError(TOO_FAST, { reason: "That is too fast, wait a moment", headers });
}
export const isTooFast = (error: unknown): boolean => error instanceof HTTPError && error.status === TOO_FAST;

/** @throws HTTPError 429 when an address has sent too much. */
export function checkRate(address: string): void {
  if (!takeRate(address)) refuseTooFast();
}

/** Where a page is, as its query says. */
export interface Place {
  readonly room: Room;
  readonly who: string;
  readonly name: string;
  /** How far it has heard us; see AT_FORM. */
  readonly since: string;
}

export function readPlace(handler: RequestHandler): Place {
  const since = handler.getQueryArgument("since", "");
  if (!AT_FORM.test(since)) refuse("since must be what came as at with messages");
  return {
    room: enterRoom(handler.getQueryArgument("room", LOBBY)),
    who: checkWho(handler.getQueryArgument("who", "")),
    name: cleanName(handler.getQueryArgument("name", "")),
    since,
  };
}

export function enterRoom(name: unknown): Room {
  const plain = typeof name === "string" ? name.normalize("NFC").toLowerCase().trim() : "";
  if (!ROOM_NAME.test(plain)) refuse("A room has at most 32 letters and digits in its name");
  return rooms.enter(plain) ?? refuse("There are too many rooms", 503);
}

function checkWho(who: unknown): string {
  return typeof who === "string" && SECRET.test(who) ? who : refuse("who must be at most 40 letters, digits, - and _");
}

function cleanName(name: unknown): string {
  const plain = typeof name === "string" ? name.replace(/\s+/g, " ").trim() : "";
  return plain.length <= LONGEST_NAME ? plain : refuse(`A name has at most ${LONGEST_NAME} characters`);
}

export type Fields = Readonly<Record<string, unknown>>;

export function readFields(text: string): Fields {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return refuse("That is no JSON");
  }
  return typeof fields === "object" && fields !== null ? (fields as Fields) : {};
}

/** A message: `{ name, text, key? }`. */
export function readSaying({ name, text, key = "" }: Fields): { name: string; text: string; key: string } {
  const plain = typeof text === "string" ? text.trim() : "";
  if (typeof name !== "string" || name.trim() === "") refuse("The name is missing");
  if (plain === "") refuse("The message is empty");
  if (plain.length > LONGEST_TEXT) refuse(`A message has at most ${LONGEST_TEXT} characters`);
  if (typeof key !== "string" || !SECRET.test(key)) return refuse("key must be at most 40 letters, digits, - and _");
  return { name: cleanName(name), text: plain, key };
}

/** What a page says of itself: `{ who, name, typing }`. */
export function readSelf({ who = "", name, typing }: Fields): { who: string; name: string; typing: boolean } {
  return { who: checkWho(who), name: cleanName(name), typing: typing === true };
}
