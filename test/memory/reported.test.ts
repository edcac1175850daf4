/** Faults that were found in running servers, each as it was reported: plain and over TLS, with every parser and road. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { Application, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { Peer, serving, SETUPS } from "../_support/wire.ts";
import { masked, RawWebSocket } from "../websocket/_raw.ts";

const sha = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

class Hash extends RequestHandler {
  override async put() {
    const hash = createHash("sha1");
    for await (const piece of this.bodyStream()) {
      hash.update(piece);
      await soon();
    }
    this.write(hash.digest("hex"));
  }
}
streamRequestBody(Hash);
class Awaits extends RequestHandler {
  override async get() {
    await soon();
    this.write(this.request.query);
  }
}
class Slow extends WebSocketHandler {
  override async onMessage(message: Message) {
    await soon();
    void this.writeMessage(sha(message as Buffer));
  }
}
/** Clients by name; one that says "cut" cuts the others. */
const chat = new Map<string, Chat>();
const strangers: string[] = [];
class Chat extends WebSocketHandler {
  #name = "";
  heard = 0;
  override open() {
    this.#name = this.request.query;
    chat.set(this.#name, this);
  }
  override onMessage(message: Message) {
    this.heard++;
    if (!String(message).startsWith(this.#name)) strangers.push(`${String(message).slice(0, 20)} as ${this.#name}`);
    // Its next messages wait for ever.
    if (this.#name === "bert") return new Promise<void>(() => undefined);
    if (String(message).includes("abort")) chat.get("bert")?.abort();
    if (String(message).includes("flood")) {
      const bert = chat.get("bert");
      for (let i = 0; i < 200 && bert?.isOpen === true; i++) void bert.writeMessage("x".repeat(60_000));
    }
    return undefined;
  }
  override onClose() {
    chat.delete(this.#name);
  }
}
const app = new Application(
  [
    ["/hash", Hash],
    ["/awaits", Awaits],
    ["/slow", Slow],
    ["/chat", Chat],
  ],
  { accessLog: false, websocket: { maxUnsentSize: 100_000 } },
);

for (const [name, setup] of SETUPS) {
  for (const secure of [false, true]) {
    const pair = secure ? certificate("localhost") : undefined;
    const options = { ...setup, ...(pair === undefined ? {} : { ssl: pair }) };
    const test = suite(`reported, ${name}${secure ? ", TLS" : ""}`, { deadline: 30 });
    const connect = async (port: number): Promise<net.Socket> => {
      const to = { port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true };
      const socket =
        pair === undefined ? net.connect(to) : tls.connect({ ...to, ca: pair.cert, servername: "localhost" });
      await once(socket, pair === undefined ? "connect" : "secureConnect");
      return socket;
    };

    test("2 MB sent to a handler that takes its time", () =>
      serving(app, options, async (port) => {
        const content = Buffer.alloc(2_000_000, "landspout");
        const peer = Peer.over(await connect(port));
        peer.write(`PUT /hash HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${content.length}\r\n\r\n`);
        peer.write(content);
        assert.is((await peer.answer()).body, sha(content));
        peer.destroy();
      }));

    test("2 MB of requests behind handlers that await", () =>
      serving(app, options, async (port) => {
        const peer = Peer.over(await connect(port));
        const request = (i: number): string =>
          `GET /awaits?t${i} HTTP/1.1\r\nHost: localhost\r\nX: ${"p".repeat(20_000)}\r\n\r\n`;
        peer.write(Array.from({ length: 100 }, (_, i) => request(i)).join(""));
        for (let i = 0; i < 100; i++) assert.is((await peer.answer()).body, `t${i}`);
        peer.destroy();
      }));

    test("60 messages of 50 kB to an async onMessage", () =>
      serving(app, options, async (port) => {
        const socket = await RawWebSocket.open(port, "/slow", "", pair?.cert);
        const messages = Array.from({ length: 60 }, (_, i) => Buffer.alloc(50_000, `message ${i}`));
        socket.write(...messages.map((message) => masked(0x82, message)));
        for (const message of messages) assert.is(await socket.text(), sha(message));
        socket.destroy();
      }));

    for (const how of ["abort", "flood"]) {
      test(`a client cut in the middle of another's message (${how}) says nothing in its name`, () =>
        serving(app, options, async (port) => {
          strangers.length = 0;
          const bert = await RawWebSocket.open(port, "/chat?bert", "", pair?.cert);
          const anna = await RawWebSocket.open(port, "/chat?anna", "", pair?.cert);
          // Frames of one size at the same offsets, and no mask: bytes of the other would be well-formed.
          const say = (text: string): Buffer => masked(0x81, text.padEnd(504, "."), 0);
          bert.socket.pause();
          bert.write(...Array.from({ length: 1000 }, () => say("bert")));
          while (chat.get("bert")?.heard !== 1) await soon();
          for (let i = 0; i < 20; i++) await soon();
          anna.write(say(`anna ${how}`), ...Array.from({ length: 100 }, () => say("anna")));
          const heard = chat.get("anna");
          while ((heard?.heard ?? 0) < 101) await soon();
          assert.equal(strangers, []);
          while (chat.has("bert")) await soon();
          bert.destroy();
          anna.destroy();
        }));
    }
    test.run();
  }
}
