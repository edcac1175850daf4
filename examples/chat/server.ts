/**
 * A chat by long polling: a page asks for what is newer than it knows, and the server holds the request until something is.
 * `npm start`, or `node --import tsx examples/chat/server.ts --port 8888 --address 127.0.0.1 --parser ts`.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Application, asynchronous, HTTPError, RequestHandler } from "landspout";
import type { HTTPServerOptions } from "landspout";
import { MessageBuffer } from "./message-buffer.ts";

/** Seconds a poll is held: shorter than the minute after which proxies give up. */
const HOLD = 25;
const LONGEST_NAME = 40;
const LONGEST_TEXT = 2000;

const room = new MessageBuffer();
let stopping = false;

/** GET /messages?since=ID waits for newer messages. POST /messages takes `{ name, text }`. */
class MessagesHandler extends RequestHandler {
  #giveUp: (() => void) | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;

  override get = asynchronous(function (this: MessagesHandler): void {
    const since = Number(this.getQueryArgument("since", "0"));
    if (!Number.isSafeInteger(since) || since < 0) throw new HTTPError(400, { logMessage: "since is no message id" });
    const messages = room.after(since);
    if (messages.length > 0 || stopping) {
      this.#answer(messages, room.waiting + 1);
      return;
    }
    this.#giveUp = room.wait((newer, people) => this.#answer(newer, people));
    this.#timer = setTimeout(() => this.#answer([], room.waiting), HOLD * 1000);
  });

  #answer(messages: readonly object[], people: number): void {
    this.#stopWaiting();
    this.setHeader("Cache-Control", "no-store");
    this.finish({ messages, people });
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#giveUp?.();
  }

  /** Whoever closes the page no longer waits. */
  override onConnectionClose(): void {
    this.#stopWaiting();
  }

  override post(): void {
    const { name, text } = this.#message();
    this.setStatus(201);
    this.write(room.add(name, text));
  }

  #message(): { name: string; text: string } {
    let body: { name?: unknown; text?: unknown };
    try {
      body = JSON.parse(this.request.body.toString()) as typeof body;
    } catch {
      throw new HTTPError(400, { reason: "Send JSON: name and text" });
    }
    const name = typeof body?.name === "string" ? body.name.trim() : "";
    const text = typeof body?.text === "string" ? body.text.trim() : "";
    if (name === "" || text === "") throw new HTTPError(400, { reason: "Neither name nor text may be empty" });
    if (name.length > LONGEST_NAME) throw new HTTPError(400, { reason: `A name has at most ${LONGEST_NAME} characters` });
    if (text.length > LONGEST_TEXT) throw new HTTPError(400, { reason: `A message has at most ${LONGEST_TEXT} characters` });
    return { name, text };
  }
}

/** How many wait: for the curious, and for tests. */
class PeopleHandler extends RequestHandler {
  override get(): void {
    this.write({ waiting: room.waiting });
  }
}

/** One file of the page, read once. */
class PageHandler extends RequestHandler {
  #text = "";
  #type = "";

  override initialize({ file, type }: { file: string; type: string }): void {
    this.#text = pageFile(file);
    this.#type = type;
  }
  override get(): void {
    this.setHeader("Content-Type", `${this.#type}; charset=UTF-8`);
    this.setHeader("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:");
    this.setHeader("X-Content-Type-Options", "nosniff");
    this.setHeader("Cache-Control", "no-cache");
    this.write(this.#text);
  }
}

const files: Map<string, string> = new Map();
function pageFile(name: string): string {
  let text = files.get(name);
  if (text === undefined) files.set(name, (text = readFileSync(new URL(`page/${name}`, import.meta.url), "utf8")));
  return text;
}

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8888" },
    address: { type: "string", default: "127.0.0.1" },
    parser: { type: "string" },
    transport: { type: "string" },
    quiet: { type: "boolean", default: false },
  },
});
const options = {
  ...(values.parser === undefined ? {} : { parser: values.parser }),
  ...(values.transport === undefined ? {} : { transport: values.transport }),
} as HTTPServerOptions;

const app = new Application(
  [
    ["/", PageHandler, { file: "index.html", type: "text/html" }],
    ["/style.css", PageHandler, { file: "style.css", type: "text/css" }],
    ["/chat.js", PageHandler, { file: "chat.js", type: "text/javascript" }],
    ["/messages", MessagesHandler],
    ["/people", PeopleHandler],
  ],
  { accessLog: !values.quiet },
);
const server = app.listen(Number(values.port), values.address, options);
try {
  await server.listening;
} catch (error) {
  console.error(`Cannot listen on port ${values.port}: ${(error as Error).message}. Choose another with --port.`);
  process.exit(1);
}

const shown = values.address === "127.0.0.1" || values.address === "0.0.0.0" || values.address === "::" ? "localhost" : values.address;
const runtime = "Bun" in globalThis ? "Bun" : "Node";
console.log(`The chat is at http://${shown}:${server.port}`);
console.log(`  runtime    ${runtime} ${runtime === "Bun" ? (process.versions["bun"] ?? "") : process.versions.node}`);
console.log(`  parser     ${server.parser} (${server.parserReason})`);
console.log(`  transport  ${server.transport}${server.transportReason === "" ? "" : ` (${server.transportReason})`}`);

/** Polls are answered at once, so that nobody has to be cut off. */
function stop(): void {
  stopping = true;
  room.release();
  void server.shutdown({ deadline: 3 }).then(() => process.exit(0));
}
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
