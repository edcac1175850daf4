/** People at windows of the chat, without the windows: they keep what arrives as the page does, over a WebSocket or by polls. */
import { websocketConnect } from "../../src/web/websocket.ts";
import type { WebSocketClient } from "../../src/web/websocket.ts";

export interface Message {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly key: string;
}
export interface State {
  readonly people: number;
  readonly present: readonly { readonly id: string; readonly name: string }[];
  readonly typing: readonly string[];
  readonly rooms: readonly { readonly name: string; readonly people: number }[];
}
interface Event extends Partial<State> {
  readonly type: string;
  readonly you?: string;
  readonly at?: string;
  readonly messages?: readonly Message[];
  readonly gap?: boolean;
  readonly error?: string;
}

const NOTHING: State = { people: 0, present: [], typing: [], rooms: [] };

/** As the page does it: a process that has just died may still be given a connection. The deadline of the test ends it. */
async function connect(url: string): Promise<WebSocketClient> {
  for (;;) {
    try {
      return await websocketConnect(url, { connectTimeout: 5 });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export class Somebody {
  readonly room: string;
  readonly name: string;
  you = "";
  state: State = NOTHING;
  /** Whether the server has said that some may be missing that are forgotten. */
  gap = false;
  /** The process that is spoken to. */
  process = "";
  /** What each message told, however often it came; not where it was sent again by its page. */
  readonly arrived: string[] = [];
  readonly #messages: Map<string, Message> = new Map();
  readonly #keys: Set<string> = new Set();
  readonly #heard: Map<string, string> = new Map();
  #socket: WebSocketClient | undefined = undefined;
  #wake: () => void = () => undefined;

  constructor(room: string, name: string) {
    this.room = room;
    this.name = name;
  }

  /** Comes (back) in at a server. */
  async enter(port: number): Promise<void> {
    this.#socket?.abort();
    this.state = NOTHING;
    this.process = "";
    this.gap = false;
    const since = [...this.#heard].map((place) => place.join(".")).join("~");
    const query = new URLSearchParams({ room: this.room, who: `page-of-${this.name}`, name: this.name, since });
    const socket = await connect(`ws://127.0.0.1:${port}/socket?${query}`);
    this.#socket = socket;
    void this.#listen(socket);
    await this.until(() => this.process !== "");
  }
  async #listen(socket: WebSocketClient): Promise<void> {
    for (;;) {
      const data = await socket.readMessage();
      if (data === undefined || socket !== this.#socket) return;
      this.#take(JSON.parse(String(data)) as Event);
      this.#wake();
    }
  }
  #take({ type, you, at = "", messages = [], gap = false, ...state }: Event): void {
    if (type === "welcome" || type === "state") {
      this.you = you ?? this.you;
      this.state = { ...NOTHING, ...state };
    }
    if (type !== "messages") return;
    const [process = "", number = ""] = at.split(".");
    this.process = process;
    this.gap ||= gap;
    this.#heard.set(process, number);
    for (const message of messages) {
      if (message.key !== "" && this.#keys.has(message.key)) continue;
      this.#keys.add(message.key);
      this.arrived.push(message.text);
      this.#messages.set(message.id, message);
    }
  }

  /** What the page shows. */
  get texts(): string[] {
    return [...this.#messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ text }) => text);
  }
  get names(): string[] {
    return this.state.present.map(({ name }) => name);
  }

  /** Until it is so; the deadline of the test ends it otherwise. */
  async until(wanted: () => boolean): Promise<void> {
    while (!wanted()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
  async sees(...texts: string[]): Promise<void> {
    await this.until(() => texts.every((text) => this.texts.includes(text)));
  }

  say(text: string, key = ""): void {
    void this.#socket?.writeMessage({ type: "say", key, name: this.name, text });
  }
  type(typing = true): void {
    void this.#socket?.writeMessage({ type: "self", name: this.name, typing });
  }
  leave(): void {
    this.#socket?.close();
  }
  /** As a network that is gone. */
  cut(): void {
    this.#socket?.abort();
  }
}

export async function arrive(port: number, room: string, name: string): Promise<Somebody> {
  const somebody = new Somebody(room, name);
  await somebody.enter(port);
  return somebody;
}

/** A page without WebSocket and event stream. */
export class Polls {
  readonly #room: string;
  readonly #name: string;
  readonly #ended = new AbortController();
  readonly #heard: Map<string, string> = new Map();
  readonly #messages: Map<string, string> = new Map();
  #wake: () => void = () => undefined;
  /** How many were answered. */
  count = 0;

  constructor(room: string, name: string) {
    this.#room = room;
    this.#name = name;
  }
  begin(portOf: (count: number) => number): void {
    void this.#run(portOf).catch(() => undefined);
  }
  async #run(portOf: (count: number) => number): Promise<void> {
    let version = "none";
    while (!this.#ended.signal.aborted) {
      const since = [...this.#heard].map((place) => place.join(".")).join("~");
      const query = new URLSearchParams({ room: this.#room, who: this.#name, name: this.#name, since, version });
      const address = `http://127.0.0.1:${portOf(this.count)}/messages?${query}`;
      const response = await fetch(address, { signal: this.#ended.signal });
      const news = (await response.json()) as { at: string; version: string; messages: { id: string; text: string }[] };
      this.count++;
      const [process = "", number = ""] = news.at.split(".");
      this.#heard.set(process, number);
      version = news.version;
      for (const { id, text } of news.messages) this.#messages.set(id, text);
      this.#wake();
    }
  }
  get texts(): string[] {
    return [...this.#messages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  }
  async sees(text: string): Promise<void> {
    while (!this.texts.includes(text)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
  end(): void {
    this.#ended.abort();
  }
}
