/**
 * Ids of messages: nine characters of time and six of the process that took the message. So each is made without asking anybody, none
 * comes twice, and as text they sort alike everywhere: by time, and by process within a millisecond. A process never goes back: its
 * next id is above all that it has seen, of others too, so an answer comes after the question even where two clocks differ.
 */
import { randomInt } from "node:crypto";

const TIME = 9;
const PROCESS_NAME = 6;

/** Seconds the clocks of two processes may differ; what comes from further ahead would order everything after it. */
const MAX_SKEW = 60;

export const PROCESS_FORM: RegExp = /^[0-9a-z]{6}$/;
export const ID_FORM: RegExp = /^[0-9a-z]{15}$/;
/** This process among those of the chat. A new one with every start. */
export const PROCESS: string = randomInt(36 ** PROCESS_NAME)
  .toString(36)
  .padStart(PROCESS_NAME, "0");

let last = 0;

export function nextId(): string {
  last = Math.max(last + 1, Date.now());
  return idAt(last) + PROCESS;
}
/** Everything said from now on gets an id above this one. */
export function follow(id: string): void {
  last = Math.max(last, timeOf(id));
}
/** Milliseconds since 1970. */
const timeOf = (id: string): number => parseInt(id.slice(0, TIME), 36);
/** Above all ids of earlier times, below all others. */
export const idAt = (time: number): string => time.toString(36).padStart(TIME, "0");
export const processOf = (id: string): string => id.slice(TIME);
/** Whether its time is one that clocks agree on. */
export const isTimely = (id: string): boolean => timeOf(id) <= Date.now() + MAX_SKEW * 1000;
