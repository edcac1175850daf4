/**
 * The text of `text/event-stream` (HTML, "Server-sent events"): events and comments as they go over the wire, encoded once however many
 * clients get them. It knows no handler. Nothing that is put into an event can end it or begin another.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";

export interface ServerSentEvent {
  /** Text, lines and all; anything but text goes as JSON. Without data no listener of the page is called. */
  readonly data?: string | object;
  /** Name of the listener on the page. Default: `message`. */
  readonly event?: string;
  /** What the client says in `Last-Event-ID` when it comes back. `""` makes it say nothing. */
  readonly id?: string;
  /** Seconds the client waits before it connects again. */
  readonly retry?: number;
}

/** An event encoded once, to be sent to any number of clients: `EventSourceHandler.sendPrepared`. */
export interface PreparedEvent {
  readonly bytes: Uint8Array;
  readonly id: string | undefined;
}

/** The three ends of a line in an event stream. */
const LINE_END = /\r\n|\r|\n/g;
/** Greatest wait in `retry`, milliseconds: what timers of browsers hold. */
const LONGEST_RETRY = 2_147_483_647;

function wrong(message: string): never {
  throw new UsageError("ERR_LANDSPOUT_EVENT", message);
}

/** "U+0000 NULL, U+000A LINE FEED, or U+000D CARRIAGE RETURN" cannot be part of an id; a client would skip or split it. */
function checkLine(name: string, value: string): void {
  // oxlint-disable-next-line no-control-regex
  if (typeof value !== "string" || /[\r\n\0]/.test(value))
    wrong(`the ${name} of an event is text in one line, not ${JSON.stringify(value)}`);
}

/** The line of `retry`: "If the field value consists of only ASCII digits", milliseconds. */
export function retryLine(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  if (!(milliseconds >= 0 && milliseconds <= LONGEST_RETRY)) wrong(`retry cannot be ${String(seconds)} seconds`);
  return `retry: ${milliseconds}\n`;
}

/** One field of any text: every line of it becomes a line of the field, so that none can be taken for another field. */
function lines(field: string, text: string): string {
  return `${field}: ${text.replace(LINE_END, `\n${field}: `)}\n`;
}

function dataText(data: string | object): string {
  if (typeof data === "string") return data;
  const text = JSON.stringify(data) as string | undefined;
  return text ?? wrong("the data of an event is text, or has a JSON text");
}

/** An event as text. A line break in `data` arrives as LF, whichever it was. */
function eventText({ data, event, id, retry }: ServerSentEvent): string {
  let text = "";
  if (event !== undefined && event !== "") {
    checkLine("name", event);
    text += `event: ${event}\n`;
  }
  if (id !== undefined) {
    checkLine("id", id);
    text += `id: ${id}\n`;
  }
  if (retry !== undefined) text += retryLine(retry);
  if (data !== undefined) text += lines("data", dataText(data));
  return `${text}\n`;
}

/** A comment as text: clients skip it, and what lies between does not take the connection for dead. */
export function commentText(text: string): string {
  return text === "" ? ":\n\n" : `${lines("", text)}\n`;
}

/**
 * Encodes an event, or text as one.
 * @throws UsageError on an id or name with a line break or NUL, and on a wait that is none.
 */
export function prepareEvent(event: ServerSentEvent | string): PreparedEvent {
  const all = typeof event === "string" ? { data: event } : event;
  return { bytes: Buffer.from(eventText(all)), id: all.id };
}

/** What was joined last in this turn, and of which pieces. */
let joinedPieces: readonly Uint8Array[] = [];
let joinedBytes: Buffer | undefined;
const forgetJoined = (): void => {
  joinedPieces = [];
  joinedBytes = undefined;
};

/**
 * The events of one turn in one piece. Clients of one broadcast collect the same ones, one client after another: they get the same piece,
 * so that those that read slowly do not each keep a copy.
 */
export function joinEvents(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  if (joinedBytes !== undefined && pieces.length === joinedPieces.length) {
    if (pieces.every((piece, i) => piece === joinedPieces[i])) return joinedBytes;
  }
  // What the clients have collected is sent in microtasks that are queued by now.
  if (joinedBytes === undefined) queueMicrotask(forgetJoined);
  joinedPieces = pieces;
  return (joinedBytes = Buffer.concat(pieces));
}
