/** What a room, a name and a message may be, wherever they come from: a page, another process, a store. It must not know who asks. */

export const LONGEST_NAME = 40;
export const LONGEST_TEXT = 2000;
/** Letters, digits, and what joins words; never longer than what fits a list. */
export const ROOM_NAME: RegExp = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} _-]{0,31}$/u;
/** What pages make up: the secret they are counted by, the key of a message. */
export const SECRET: RegExp = /^[\w-]{0,40}$/;
/** Rooms kept: names come from clients, and must not fill memory. */
export const MOST_ROOMS = 100;
/** Messages kept of a room; older ones are forgotten. */
export const MOST_MESSAGES = 200;
/** People of a room told by name; the rest is a number. */
export const MOST_LISTED = 100;
/** People counted in a room: secrets cost nothing, so they must not fill memory. */
export const MOST_PEOPLE = 20_000;
