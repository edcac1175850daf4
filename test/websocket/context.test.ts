/**
 * Asynchronous contexts of WebSockets: every hook sees what `prepare` and `open` of its own WebSocket have set, whoever writes to it, closes
 * it or is too slow, and whichever timer or job of zlib has noticed it. Plain, TLS and compressed; and the client.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { deflateRawSync, constants } from "node:zlib";
import * as assert from "uvu/assert";
import { PubSub } from "../../src/pubsub/index.ts";
import { Application } from "../../src/web/index.ts";
import { websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { CompressionOptions, Message, WebSocketOptions } from "../../src/web/websocket.ts";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS } from "../_support/wire.ts";
import { closeFrame, masked, RawWebSocket } from "./_raw.ts";

const storage = new AsyncLocalStorage<string>();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What hooks saw, as `socket: hook: store`. */
let seen: string[] = [];
const sockets = new Map<string, Seeing>();
let compression: CompressionOptions | undefined;
let options: WebSocketOptions = {};

class Seeing extends WebSocketHandler {
  readonly as: string = this.getArgument("as");
  note(hook: string): void {
    seen.push(`${this.as}: ${hook} ${String(storage.getStore())}`);
    // For this call only.
    storage.enterWith("a hook's");
  }
  override getCompressionOptions() {
    return compression;
  }
  override getWebSocketOptions() {
    return options;
  }
  override async open(): Promise<void> {
    seen.push(`${this.as}: open ${String(storage.getStore())}`);
    storage.enterWith(this.as);
    sockets.set(this.as, this);
    this.addCloseListener(() => this.note("listener"));
    await turn();
    seen.push(`${this.as}: opened ${String(storage.getStore())}`);
  }
  override onMessage(message: Message): Promise<void> | void {
    this.note("onMessage");
    if (message === "fail") throw new Error("meant");
    if (message === "last") void this.writeMessage("last");
    return message === "wait" ? turn() : undefined;
  }
  override onPing(): void {
    this.note("onPing");
  }
  override onPong(): void {
    this.note("onPong");
  }
  override onClose(): void {
    this.note("onClose");
  }
  override logException(): void {
    this.note("logException");
  }
  override onShutdown(): void {
    this.note("onShutdown");
    super.onShutdown();
  }
}

/** What each socket saw, a hook that came several times once; every store has to be its own. */
function check(...hooks: string[]): void {
  for (const as of ["a", "b", "c"]) {
    const lines = seen.filter((line) => line.startsWith(`${as}: `));
    const expected = [`${as}: open undefined`, ...["opened", ...hooks].map((hook) => `${as}: ${hook} ${as}`)];
    assert.equal([...new Set(lines)], expected);
  }
}

const secure = certificate("localhost");
const deflated = (text: string): Buffer =>
  masked(0xc1, deflateRawSync(Buffer.from(text), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4));

for (const [name, setup] of [...SETUPS, ["TLS", { ssl: secure }] as const, ["compressed", {}] as const]) {
  const test = suite(`contexts of WebSockets, ${name}`, { deadline: 60 });
  const ca = "ssl" in setup ? secure.cert : undefined;
  const frame = name === "compressed" ? deflated : (text: string): Buffer => masked(0x81, text);

  function withSockets(
    use: (peers: RawWebSocket[], shutdown: () => Promise<void>) => Promise<void>,
    more: WebSocketOptions = {},
  ): Promise<void> {
    seen = [];
    sockets.clear();
    // The raw peers leave their sockets open behind a close frame.
    options = { closeTimeout: 0.2, ...more };
    compression = name === "compressed" ? { threshold: 0 } : undefined;
    const fields =
      name === "compressed" ? "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n" : "";
    const app = new Application([["/", Seeing]], { accessLog: false });
    return serving(app, setup, async (port, server) => {
      const peers: RawWebSocket[] = [];
      for (const as of ["a", "b", "c"]) peers.push(await RawWebSocket.open(port, `/?as=${as}`, fields, ca));
      try {
        await use(peers, () => server.shutdown({ deadline: 1 }));
      } finally {
        for (const peer of peers) peer.destroy();
      }
    });
  }
  const ended = async (): Promise<void> => {
    while (seen.filter((line) => line.includes("onClose")).length < 3) await turn();
  };

  test("messages, those behind a promise, and many in one read", () =>
    withSockets(async (peers) => {
      for (const peer of peers) {
        peer.write(masked(0x89, "ping"), masked(0x8a, "pong"), frame("wait"), frame("now"), frame("wait"));
        for (let i = 0; i < 300; i++) peer.write(frame("now"));
        peer.write(frame("last"));
      }
      for (const peer of peers) await peer.frame();
      for (const peer of peers) {
        while ((await peer.frame())?.opcode === 10);
        peer.write(closeFrame(1000));
      }
      await ended();
      check("onPing", "onPong", "onMessage", "listener", "onClose");
    }));

  test("a peer that leaves, one that another handler cuts, and one that reads too slowly", () =>
    withSockets(
      async ([a, b, c]) => {
        while (sockets.size < 3) await turn();
        a?.destroy();
        await storage.run("an admin", async () => {
          sockets.get("b")?.abort();
          await turn();
        });
        c?.socket.pause();
        await storage.run("a publisher", async () => {
          const pubsub = new PubSub();
          const socket = sockets.get("c") as Seeing;
          pubsub.subscribe("news", socket);
          const text = randomBytes(500_000).toString("hex");
          while (socket.isOpen) {
            pubsub.publish("news", text);
            await turn();
          }
        });
        await ended();
        b?.destroy();
        check("listener", "onClose");
      },
      { maxUnsentSize: 1_000_000 },
    ));

  test("peers that answer no ping: the timer is nobody's", () =>
    withSockets(
      async () => {
        await ended();
        check("listener", "onClose");
      },
      { pingInterval: 0.1, pingTimeout: 0.1, closeTimeout: 0.1 },
    ));

  test("what a hook throws is told in the context of its WebSocket", () =>
    withSockets(async (peers) => {
      for (const peer of peers) peer.write(frame("fail"));
      for (const peer of peers) assert.is(await peer.closeCode(), 1011);
      await ended();
      check("onMessage", "logException", "listener", "onClose");
    }));

  test("a shutdown that somebody asks for", () =>
    withSockets(async (_peers, shutdown) => {
      while (seen.length < 6) await turn();
      await storage.run("the operator", shutdown);
      await ended();
      check("onShutdown", "listener", "onClose");
    }));

  test.run();
}

const test = suite("contexts of WebSocket clients");

test("callbacks run in the context in which the client was connected", async () => {
  class Echo extends WebSocketHandler {
    override onMessage(message: Message) {
      void this.writeMessage(message);
      this.ping("ping");
    }
  }
  const app = new Application([["/", Echo]], { accessLog: false });
  await serving(app, {}, async (port) => {
    const all = ["a", "b"].map((as) =>
      storage.run(as, async () => {
        const told: string[] = [];
        const note = (hook: string): void => {
          told.push(`${hook} ${String(storage.getStore())}`);
          storage.enterWith("a callback's");
        };
        const socket = await websocketConnect(`ws://127.0.0.1:${port}/`, {
          onMessage: () => note("message"),
          onPing: () => note("ping"),
          onClose: () => note("close"),
        });
        await storage.run("somebody else", async () => {
          for (let i = 0; i < 3; i++) await socket.writeMessage("hello");
          while (told.length < 6) await turn();
          socket.close();
          await socket.closed;
        });
        assert.equal([...new Set(told)], [`message ${as}`, `ping ${as}`, `close ${as}`]);
      }),
    );
    await Promise.all(all);
  });
});

test("subscribers to a topic run in the context in which they subscribed", async () => {
  const pubsub = new PubSub();
  const told: string[] = [];
  const subscribe = (as: string): void =>
    storage.run(as, () => {
      pubsub.subscribe("topic", (message) => {
        told.push(`${as} ${String(message)} ${String(storage.getStore())}`);
        storage.enterWith("a subscriber's");
      });
    });
  subscribe("a");
  subscribe("b");
  for (const publisher of ["p", "q"]) storage.run(publisher, () => pubsub.publish("topic", publisher));
  assert.equal(told, ["a p a", "b p b", "a q a", "b q b"]);
  await pubsub.close();
});

test.run();
