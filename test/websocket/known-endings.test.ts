/** Why a WebSocket ended is known: in the log, on the channels of diagnostics. And what a peer may expect meanwhile. */
import { once } from "node:events";
import * as net from "node:net";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import * as assert from "uvu/assert";
import { toFetchHandler } from "../../src/adapters/index.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { WebSocketHandler, websocketConnect } from "../../src/web/websocket.ts";
import type { Message, WebSocketOptions, WebSocketTrace } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { SETUPS, serving } from "../_support/wire.ts";
import { masked, RawWebSocket } from "./_raw.ts";

let told: (code: number) => void = () => undefined;
let goOn: () => void = () => undefined;
const closed = (): Promise<number> => new Promise((resolve) => (told = resolve));

class Echo extends WebSocketHandler {
  static limits: WebSocketOptions = {};
  override getWebSocketOptions() {
    return Echo.limits;
  }
  override getCompressionOptions() {
    return {};
  }
  override onMessage(message: Message): void | Promise<void> {
    if (message === "throw") throw new Error("thrown on purpose");
    if (message === "wait") return new Promise((resolve) => (goOn = resolve));
    if (message === "flood") for (let i = 0; i < 400; i++) void this.writeMessage(Buffer.alloc(100_000));
    else void this.writeMessage(message);
    return undefined;
  }
  override onClose(code: number): void {
    told(code);
  }
}
const app = (): Application => new Application([["/chat", Echo]], { accessLog: false });

for (const [name, setup] of SETUPS.slice(0, 1)) {
  const test = suite(`WebSockets whose end is known, ${name}`);
  const withSocket = (limits: WebSocketOptions, use: (socket: RawWebSocket, port: number) => Promise<void>) =>
    serving(app(), setup, async (port) => {
      Echo.limits = limits;
      const socket = await RawWebSocket.open(port, "/chat");
      try {
        await use(socket, port);
      } finally {
        socket.destroy();
      }
    });

  for (const [what, frames, limits] of [
    ["closed with 1002: a reserved bit is set", [masked(0xb1, "a")], {}],
    ["closed with 1007: a text is not UTF-8", [masked(0x81, Buffer.from([0xff]))], {}],
    ["closed with 1008: too many fragments", [masked(0x01), masked(0x00), masked(0x00)], { maxFragments: 2 }],
    ["closed with 1009: message too big", [masked(0x81, "abc")], { maxMessageSize: 2 }],
    ["closed with 1011: ping timed out", [], { pingInterval: 0.1, pingTimeout: 0.1, closeTimeout: 0.1 }],
    ["cut: a slow reader: more than 1000 bytes unsent", [masked(0x81, "flood")], { maxUnsentSize: 1000 }],
  ] as const)
    test(what, async () => {
      const said = expectLog(`WebSocket /chat (127.0.0.1) ${what}`, { level: "info" });
      const seen: string[] = [];
      let trace: WebSocketTrace | undefined;
      const note = (kind: string) => (message: unknown) => {
        const one = message as WebSocketTrace;
        assert.ok(trace === undefined || trace === one, "one object");
        trace = one;
        seen.push(`${kind} ${one.role} ${String(one.code)} ${(one.error as Error | undefined)?.message ?? ""}`.trim());
      };
      const channels = ["start", "error", "asyncEnd"].map(
        (kind) => [`tracing:landspout.websocket:${kind}`, note(kind)] as const,
      );
      for (const [channel, listener] of channels) subscribe(channel, listener);
      try {
        await withSocket(limits, async (socket) => {
          const over = closed();
          if (what.startsWith("cut")) socket.socket.pause();
          socket.write(...frames);
          if (what.startsWith("closed")) {
            let frame = await socket.frame();
            while (frame?.opcode === 9) frame = await socket.frame();
            assert.is(frame?.payload.readUInt16BE(), Number(/\d+/.exec(what)?.[0]));
          }
          socket.socket.end();
          assert.is(await over, 1006);
          // The end is published after onClose.
          await new Promise(setImmediate);
        });
      } finally {
        for (const [channel, listener] of channels) unsubscribe(channel, listener);
      }
      assert.equal(seen, [
        "start server undefined",
        `error server undefined The WebSocket was ${what}`,
        `asyncEnd server 1006 The WebSocket was ${what}`,
      ]);
      assert.instance(trace?.websocket, Echo);
      assert.is(said.records.length, 1);
    });

  test("a close of the peer, or of the program, is no error and no record", () =>
    withSocket({}, async (socket) => {
      const over = closed();
      socket.write(masked(0x81, "a"));
      assert.is(await socket.text(), "a");
      socket.write(masked(0x88, Buffer.from([0x03, 0xe8])));
      assert.is(await socket.closeCode(), 1000);
      assert.is(await over, 1000);
    }));

  test("pings are answered while a promise of onMessage is pending, once each, and messages stay in order", () =>
    withSocket({}, async (socket) => {
      socket.write(masked(0x81, "wait"), masked(0x89, "one"));
      assert.is((await socket.frame())?.payload.toString(), "one");
      socket.write(masked(0x01, "be"), masked(0x89, "two"), masked(0x80, "hind"), masked(0x82, Buffer.alloc(300, 1)));
      assert.is((await socket.frame())?.payload.toString(), "two");
      const split = masked(0x89, "three");
      socket.write(split.subarray(0, 3));
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.write(split.subarray(3));
      const third = await socket.frame();
      assert.is(third?.opcode, 10);
      assert.is(third?.payload.toString(), "three");
      goOn();
      assert.is(await socket.text(), "behind");
      assert.is((await socket.frame())?.payload.length, 300);
      socket.write(masked(0x89, "four"));
      assert.is((await socket.frame())?.payload.toString(), "four");
    }));

  test("a message in 65,536 fragments; empty members of Sec-WebSocket-Extensions", () =>
    withSocket({}, async (_socket, port) => {
      const socket = await RawWebSocket.open(port, "/chat", "Sec-WebSocket-Extensions: , ,permessage-deflate,, \r\n");
      assert.match(socket.answer, /Sec-WebSocket-Extensions: permessage-deflate/);
      const piece = Buffer.alloc(64, "x");
      socket.write(
        masked(0x01, piece),
        ...Array.from({ length: 65_534 }, () => masked(0x00, piece)),
        masked(0x80, piece),
      );
      const frame = await socket.frame();
      assert.is(frame?.opcode, 1);
      socket.destroy();
    }));

  test("a signal gives the opening up, before and while it connects, and leaves no listener behind", () =>
    withSocket({}, async (_socket, port) => {
      const reason = new Error("no more");
      const url = `ws://127.0.0.1:${port}/chat`;
      const caught = (promise: Promise<unknown>) =>
        promise.then(
          () => undefined,
          (error: unknown) => error,
        );
      assert.is(await caught(websocketConnect(url, { signal: AbortSignal.abort(reason) })), reason);
      const silent = net.createServer((peer) => peer.on("error", () => undefined).resume());
      silent.listen(0, "127.0.0.1");
      await once(silent, "listening");
      const { port: quiet } = silent.address() as net.AddressInfo;
      for (const scheme of ["ws", "wss"]) {
        const controller = new AbortController();
        const arrived = once(silent, "connection") as Promise<[net.Socket]>;
        const pending = caught(websocketConnect(`${scheme}://127.0.0.1:${quiet}/`, { signal: controller.signal }));
        const [peer] = await arrived;
        const left = new Promise((resolve) => peer.once("close", resolve));
        controller.abort(reason);
        assert.is(await pending, reason, scheme);
        await left;
      }
      silent.close();
      let listeners = 0;
      const { signal } = new AbortController();
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = ((...args: Parameters<typeof add>) => (listeners++, add(...args))) as never;
      signal.removeEventListener = ((...args: Parameters<typeof remove>) => (listeners--, remove(...args))) as never;
      const socket = await websocketConnect(url, { signal });
      assert.is(listeners, 0);
      void socket.writeMessage("still open");
      assert.is(await socket.readMessage(), "still open");
      socket.abort();
      await socket.closed;
      const wrong = (await caught(websocketConnect(url, { signal: {} as never }))) as Error & { code?: string };
      assert.is(wrong.code, "ERR_LANDSPOUT_OPTION");
    }));

  test("inside an adapter a WebSocket is refused, and the record says why", async () => {
    expectLog(/an adapter has no connection that could become a WebSocket: use listen\(\)/);
    const handle = toFetchHandler(app());
    const fields = {
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
    };
    const answer = await handle(new Request("http://localhost/chat", { headers: fields }));
    assert.is(answer.status, 501);
    assert.match(await answer.text(), /No WebSocket Inside an Adapter/);
  });

  test("a timer that sends until onClose does not end the process, and a request in flight during shutdown is answered beside it", async () => {
    class Ticker extends Echo {
      timer: NodeJS.Timeout | undefined;
      override open() {
        this.timer = setInterval(() => void this.writeMessage("tick"), 1);
      }
      override onClose() {
        clearInterval(this.timer);
        told(0);
      }
    }
    for (const leaving of ["destroy", "end"] as const)
      await serving(new Application([["/", Ticker]], { accessLog: false }), setup, async (port) => {
        const socket = await RawWebSocket.open(port);
        assert.is(await socket.text(), "tick");
        const over = closed();
        socket.socket[leaving]();
        await over;
        socket.destroy();
      });
    let answer: () => void = () => undefined;
    let arrived: () => void = () => undefined;
    class Slow extends RequestHandler {
      override async get() {
        await new Promise<void>((resolve) => {
          answer = resolve;
          arrived();
        });
        return "answered";
      }
    }
    const both = new Application(
      [
        ["/", Ticker],
        ["/slow", Slow],
      ],
      { accessLog: false },
    );
    await serving(both, setup, async (port, server) => {
      const socket = await RawWebSocket.open(port);
      assert.is(await socket.text(), "tick");
      const over = closed();
      const inHandler = new Promise<void>((resolve) => (arrived = resolve));
      const pending = fetch(`http://127.0.0.1:${port}/slow`);
      await inHandler;
      const down = server.shutdown({ deadline: 5 });
      let frame = await socket.frame();
      while (frame?.opcode !== 8) frame = await socket.frame();
      assert.is(frame.payload.readUInt16BE(), 1001);
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer();
      assert.is(await (await pending).text(), "answered");
      socket.destroy();
      await over;
      await down;
    });
  });
  test.run();
}
