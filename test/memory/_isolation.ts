/**
 * Many connections, each with a token of its own in every byte it sends, cut by each other in the middle of their handlers: by `abort`, by
 * `close`, by crossing `maxUnsentSize`, by an HTTP connection that is destroyed. Nobody's bytes may appear under another's name, neither at
 * the server nor at a client.
 *
 * All frames and requests of one size lie at the same offsets, and masks are zero: bytes of another connection would be read as well-formed.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { sharedParser } from "../../src/parser/choose.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import type { KeyPair } from "../_support/certificates.ts";
import type { Setup } from "../_support/wire.ts";
import { masked } from "../websocket/_raw.ts";
import { Canaries, Chance } from "./_canaries.ts";

/** Length of a token, of a frame, and of a request. */
const TOKEN = 8;
const FRAME = 512;
const REQUEST = 1024;
const CLIENTS = 10;

/** What came of a run: without messages and cuts it shows nothing. */
export interface IsolationCount {
  messages: number;
  requests: number;
  answers: number;
  cuts: number;
}

class Isolation {
  readonly chance: Chance;
  readonly count: IsolationCount = { messages: 0, requests: 0, answers: 0, cuts: 0 };
  readonly sockets = new Map<string, WebSocketHandler>();
  readonly requests = new Map<string, RequestHandler>();
  strangers: string[] = [];
  #names = 0;

  constructor(seed: number) {
    this.chance = new Chance(seed);
  }
  name(): string {
    return `t${String(this.#names++).padStart(TOKEN - 2, "0")}.`;
  }
  stranger(where: string, own: string, got: string): void {
    this.strangers.push(`${where} of ${own}: ${JSON.stringify(got.slice(0, 60))}`);
  }
  /** Everything is made of one token. */
  verify(where: string, own: string, got: string): void {
    if (got !== own.repeat(Math.ceil(got.length / TOKEN)).slice(0, got.length)) this.stranger(where, own, got);
  }
  /** In the middle of a handler: writes to another, or cuts it. */
  meddle(self: string): void {
    const { chance } = this;
    if (!chance.one(3)) return;
    const others = [...this.sockets].filter(([name]) => name !== self);
    const [name, other] = others[chance.below(others.length)] ?? [];
    if (other === undefined || name === undefined) return;
    switch (chance.below(chance.one(4) ? 5 : 3)) {
      case 3:
        this.count.cuts++;
        this.sockets.delete(name);
        other.abort();
        break;
      case 4:
        this.#cutRequest(self);
        if (chance.one(2)) {
          this.count.cuts++;
          other.close(1000, "");
        }
        break;
      default:
        this.#send(other, name, 1 + chance.below(20_000));
    }
    if (chance.one(4)) for (const [to, socket] of others) this.#send(socket, to, TOKEN * 4);
  }
  /** May cross `maxUnsentSize`, which cuts. */
  #send(socket: WebSocketHandler, name: string, size: number): void {
    try {
      const sent = socket.writeMessage(name.repeat(Math.ceil(size / TOKEN)).slice(0, size));
      if (sent instanceof Promise) sent.catch(() => undefined);
    } catch {
      this.sockets.delete(name);
    }
  }
  #cutRequest(self: string): void {
    const [name, handler] = [...this.requests].find(([one]) => one !== self) ?? [];
    if (handler === undefined || name === undefined) return;
    this.count.cuts++;
    this.requests.delete(name);
    handler.request.connection.stream.destroy();
  }
  /** A pause of a handler, or none, or one without end. */
  pause(): Promise<void> | void {
    switch (this.chance.below(12)) {
      case 0:
        return new Promise((resolve) => setTimeout(resolve, 1));
      case 1:
        return new Promise((resolve) => setImmediate(resolve));
      case 2:
        return this.chance.one(6) ? new Promise(() => undefined) : undefined;
    }
  }
}

let now = new Isolation(1);

class Chat extends WebSocketHandler {
  #name = "";
  override open() {
    this.#name = this.request.query;
    now.sockets.set(this.#name, this);
  }
  override onMessage(message: Message) {
    now.count.messages++;
    now.verify("a message", this.#name, String(message));
    now.meddle(this.#name);
    return now.pause();
  }
  override onClose() {
    now.sockets.delete(this.#name);
  }
}
class Echo extends RequestHandler {
  override post() {
    const own = this.request.headers.get("X-Token") ?? "";
    now.count.requests++;
    now.verify("a target", own, this.request.query);
    now.verify("a content", own, this.request.body.toString("latin1"));
    now.requests.set(own, this);
    now.meddle(own);
    const pause = now.pause();
    if (pause === undefined) return this.write(this.request.body);
    return pause.then(() => this.write(this.request.body));
  }
  override onFinish() {
    now.requests.delete(this.request.headers.get("X-Token") ?? "");
  }
  override onConnectionClose() {
    this.onFinish();
  }
}
const app = new Application(
  [
    ["/chat", Chat],
    ["/echo", Echo],
  ],
  { accessLog: false, websocket: { maxUnsentSize: 50_000 } },
);

class Client {
  readonly #run: Isolation;
  readonly #name: string;
  readonly #socket: net.Socket;
  readonly #chat: boolean;
  /** Not looked at yet. */
  #rest = Buffer.alloc(0);
  #opened = false;

  constructor(run: Isolation, port: number, secure: KeyPair | undefined) {
    this.#run = run;
    this.#name = run.name();
    this.#chat = !run.chance.one(3);
    const to = { port, host: "127.0.0.1", noDelay: true };
    this.#socket =
      secure === undefined ? net.connect(to) : tls.connect({ ...to, ca: secure.cert, servername: "localhost" });
    this.#socket.on("error", () => undefined);
    this.#socket.on("data", (chunk: Buffer) => this.#heard(chunk));
    if (this.#chat) this.#write(Buffer.from(this.#handshake()));
    // Who does not read is cut by those who write to it.
    if (run.chance.one(3)) this.#socket.once("data", () => this.#socket.pause());
  }
  get gone(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }
  #handshake(): string {
    return (
      `GET /chat?${this.#name} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
  }
  #write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }
  /** So many frames, or requests, in one write. */
  speak(count: number): void {
    const own = this.#name;
    if (this.#chat) {
      const payload = own.repeat((FRAME - 8) / TOKEN);
      this.#write(Buffer.concat(Array.from({ length: count }, () => masked(0x81, payload, 0))));
      return;
    }
    const head = `POST /echo?${own} HTTP/1.1\r\nHost: localhost\r\nX-Token: ${own}\r\nContent-Length: `;
    const size = REQUEST - head.length - 7;
    this.#write(Buffer.from(`${head}${size}\r\n\r\n${own.repeat(REQUEST / TOKEN).slice(0, size)}`.repeat(count)));
  }
  #heard(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#chat ? this.#frame() : this.#answer()) this.#run.count.answers++;
  }
  #head(): string | undefined {
    const end = this.#rest.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const head = this.#rest.toString("latin1", 0, end);
    this.#rest = this.#rest.subarray(end + 4);
    return head;
  }
  #frame(): boolean {
    if (!this.#opened) {
      if (this.#head() === undefined) return false;
      this.#opened = true;
    }
    const rest = this.#rest;
    const short = rest[1] ?? 0;
    const start = short < 126 ? 2 : 4;
    if (rest.length < start) return false;
    const length = short < 126 ? short : rest.readUInt16BE(2);
    if (rest.length < start + length) return false;
    if (rest[0] === 0x81)
      this.#run.verify("a message sent to", this.#name, rest.toString("latin1", start, start + length));
    this.#rest = rest.subarray(start + length);
    return true;
  }
  #answer(): boolean {
    const before = this.#rest;
    const head = this.#head();
    if (head === undefined) return false;
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#rest.length < length) {
      this.#rest = before;
      return false;
    }
    const body = this.#rest.toString("latin1", 0, length);
    if (head.startsWith("HTTP/1.1 200")) this.#run.verify("an answer to", this.#name, body);
    else this.#run.stranger("an answer to", this.#name, head);
    this.#rest = this.#rest.subarray(length);
    return true;
  }
  async ready(): Promise<void> {
    if (this.#socket.connecting) await Promise.race([once(this.#socket, "connect"), once(this.#socket, "close")]);
  }
  destroy(): void {
    this.#socket.destroy();
  }
}

/** Plays so many rounds. @throws Error that names the first bytes found under another's name. */
export async function runIsolation(
  setup: Setup,
  secure: KeyPair | undefined,
  seed: number,
  rounds: number,
): Promise<IsolationCount> {
  const run = (now = new Isolation(seed));
  const canaries = new Canaries(sharedParser(setup.parser).parser);
  const server = new HTTPServer(app, { ...setup, ...(secure === undefined ? {} : { ssl: secure }) });
  await server.listen(0, "127.0.0.1");
  const clients: Client[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < CLIENTS; i++) {
        if (clients[i] !== undefined && !clients[i]?.gone && !run.chance.one(40)) continue;
        clients[i]?.destroy();
        await (clients[i] = new Client(run, server.port, secure)).ready();
      }
      for (let i = 0; i < CLIENTS; i++) {
        const client = clients[run.chance.below(CLIENTS)];
        client?.speak(1 + run.chance.below(run.chance.one(4) ? 700 : 60));
        if (run.chance.one(4)) await new Promise((resolve) => setImmediate(resolve));
      }
      await new Promise((resolve) => setTimeout(resolve, run.chance.below(3)));
      canaries.check(`round ${round}`);
      const what = `${JSON.stringify(setup)}${secure === undefined ? "" : " with TLS"}, seed ${seed}, round ${round}`;
      if (run.strangers.length > 0) throw new Error(`${what}: ${run.strangers.slice(0, 3).join("; ")}`);
    }
  } finally {
    for (const client of clients) client.destroy();
    await server.stop();
    await server.closeAllConnections();
  }
  return run.count;
}
