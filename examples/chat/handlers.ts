/** What the chat answers: the page, and the messages as JSON. */
import { readFileSync } from "node:fs";
import { HTTPError, IOLoop, RequestHandler } from "landspout";
import { reasonPhrase } from "landspout/httputil";
import type { SendErrorOptions } from "landspout/web";
import { MessageBuffer } from "./message-buffer.ts";
import { People } from "./people.ts";

/** Seconds a poll is held: shorter than the half minute after which impatient proxies give up. */
const HOLD = 25;
/** Seconds from somebody's coming or going until all are told: who comes meanwhile is told of with them. */
const GATHER = 0.2;
const LONGEST_NAME = 40;
const LONGEST_TEXT = 2000;

const room = new MessageBuffer();
const people = new People(announce);
let announcing = false;
let closed = false;

/** Everybody's poll is answered with the new number of people. */
function announce(): void {
  if (announcing) return;
  announcing = true;
  IOLoop.current().callLater(GATHER, () => {
    announcing = false;
    room.wake();
  });
}

/** Answers those who wait, and nobody waits any more: the server stops. */
export function closeRoom(): void {
  closed = true;
  room.wake();
}

class ChatHandler extends RequestHandler {
  override setDefaultHeaders(): void {
    this.setHeader("Cache-Control", "no-store");
    this.setHeader("X-Content-Type-Options", "nosniff");
  }
  /** Errors are JSON too, with a sentence for people. */
  override writeError(status: number, { error }: SendErrorOptions = {}): void {
    const reason = error instanceof HTTPError ? error.reason : undefined;
    void this.finish({ error: reason ?? reasonPhrase(status) });
  }
}

const refuse = (reason: string, status = 400): never => {
  throw new HTTPError(status, { reason });
};

/** GET /messages/recent: what there is, at once. */
export class RecentHandler extends ChatHandler {
  override get(): void {
    this.write({ messages: room.since(0), people: people.count, waiting: room.waiting });
  }
}

/** GET /messages?since=ID&who=NAME waits for newer messages. POST /messages takes `{ name, text }`. */
export class MessagesHandler extends ChatHandler {
  override async get(): Promise<void> {
    const since = this.getQueryArgument("since", "0");
    const who = this.getQueryArgument("who", "");
    if (!/^\d{1,15}$/.test(since)) refuse("since must be the id of a message");
    if (!/^[\w-]{0,40}$/.test(who)) refuse("who must be at most 40 letters, digits, - and _");
    const { signal } = this.request;
    if (who !== "") people.arrive(who);
    let messages = room.since(Number(since));
    // A client that leaves ends the wait through the signal; what is written after that goes nowhere.
    if (messages.length === 0 && !closed) messages = await room.next(HOLD, signal);
    if (who !== "") {
      if (signal.aborted) people.leave(who);
      else people.answered(who);
    }
    this.write({ messages, people: people.count });
  }

  override post(): void {
    // Other sites may have a visitor's browser send text, but not JSON, without asking us first.
    if (!/^application\/json\b/i.test(this.request.headers.get("Content-Type") ?? ""))
      refuse("Send application/json", 415);
    const { name, text } = this.#fields();
    if (name === "") refuse("The name is missing");
    if (text === "") refuse("The message is empty");
    if (name.length > LONGEST_NAME) refuse(`A name has at most ${LONGEST_NAME} characters`);
    if (text.length > LONGEST_TEXT) refuse(`A message has at most ${LONGEST_TEXT} characters`);
    this.setStatus(201);
    this.write(room.add(name, text));
  }

  #fields(): { name: string; text: string } {
    let body: unknown;
    try {
      body = JSON.parse(this.request.body.toString());
    } catch {
      return refuse("That is no JSON");
    }
    const { name, text } = (body ?? {}) as { name?: unknown; text?: unknown };
    return {
      name: typeof name === "string" ? name.replace(/\s+/g, " ").trim() : "",
      text: typeof text === "string" ? text.trim() : "",
    };
  }
}

/** Scripts and styles from here, data from here, nothing else; no frames around us. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** A file of the page, for the route of a `PageHandler`; read once. */
export function pageFile(name: string, type: string): PageFile {
  return { type: `${type}; charset=UTF-8`, text: readFileSync(new URL(`page/${name}`, import.meta.url), "utf8") };
}

export class PageHandler extends RequestHandler {
  #file: PageFile = { type: "", text: "" };

  override initialize(file: PageFile): void {
    this.#file = file;
  }
  override get(): void {
    this.setHeader("Content-Type", this.#file.type);
    this.setHeader("Content-Security-Policy", POLICY);
    this.setHeader("X-Content-Type-Options", "nosniff");
    // Asked for again each time, and answered with 304 by its entity tag.
    this.setHeader("Cache-Control", "no-cache");
    this.write(this.#file.text);
  }
}
