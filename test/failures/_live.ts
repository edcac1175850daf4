/** Rows of connections that stay: WebSockets of either role, event streams, and who subscribes to topics. */
import * as assert from "uvu/assert";
import { PubSub } from "../../src/pubsub/index.ts";
import type { PubSubDriver } from "../../src/pubsub/index.ts";
import { EventSourceHandler } from "../../src/web/index.ts";
import type { HandlerClass } from "../../src/web/index.ts";
import { websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { WebSocketClient } from "../../src/web/websocket.ts";
import type { WebSocketCallbacks } from "../../src/websocket/client.ts";
import type { Act, Mode, Row } from "./_modes.ts";
import { beside, send } from "./_request.ts";

const REQUIRED = ["resolves", "never"] as const;

type Use = (client: WebSocketClient, server: WebSocketHandler) => unknown;

/** Opens a WebSocket, has it used, and ends when both sides have closed; one that is refused has not been opened. */
function webSocketRow(member: string, { use = () => undefined, ...row }: Partial<Row> & { use?: Use }): Row {
  const hook = /^(?:open|on[A-Z])/.test(member) ? member : "get";
  return {
    hook: `WebSocketHandler.${member}`,
    where: new RegExp(`GET / \\(127\\.0\\.0\\.1\\) in Failing\\.${hook}\\n`),
    ...row,
    async run(act: Act, mode: Mode): Promise<void> {
      let closes = 0;
      let server: WebSocketHandler | undefined;
      const take = (made: WebSocketHandler): void => void (server = made);
      let report: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (report = resolve));
      class Failing extends WebSocketHandler {
        override initialize(): void {
          take(this);
        }
        override onMessage(): void {}
        override onClose(): void {
          closes++;
        }
      }
      const fail = (): unknown => {
        if (member === "onClose") closes++;
        report();
        return act();
      };
      Object.defineProperty(Failing.prototype, member, { value: fail, configurable: true });
      await beside([["/", Failing]], { accessLog: false }, async (_peer, port) => {
        const url = `ws://127.0.0.1:${port}/`;
        const opening = websocketConnect(url, {
          headers: { Origin: `http://127.0.0.1:${port}` },
          compression: {},
          onMessage: () => undefined,
        });
        if (hook === "get") {
          const refused: unknown = await opening.then(
            () => undefined,
            (error: unknown) => error,
          );
          assert.match(String(refused), /500/);
          return;
        }
        const client = await opening;
        use(client, server as WebSocketHandler);
        if (member !== "onClose") await called;
        if (mode.kind === "never") client.abort();
        else client.close();
        await client.closed;
        while (closes === 0) await new Promise((resolve) => setImmediate(resolve));
        assert.is(closes, 1, "calls of onClose");
      });
    },
  };
}

/** Callbacks of `websocketConnect`, against a server that sends what calls them. */
function clientRow(member: keyof WebSocketCallbacks): Row {
  return {
    hook: `WebSocketCallbacks.${member}`,
    where: new RegExp(`Exception in a callback of a WebSocket client, ${member}\\n`),
    async run(act: Act, mode: Mode): Promise<void> {
      let report: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (report = resolve));
      class Server extends WebSocketHandler {
        override open(): void {
          this.ping("a");
          void this.writeMessage("b");
        }
        override onMessage(): void {}
      }
      await beside([["/", Server]], { accessLog: false }, async (_peer, port) => {
        const client = await websocketConnect(`ws://127.0.0.1:${port}/`, {
          onMessage: () => undefined,
          [member]: () => {
            report();
            return act();
          },
        });
        if (member === "onPong") client.ping("c");
        else if (member !== "onClose") await called;
        if (member === "onPong") await called;
        if (mode.kind === "never") client.abort();
        else client.close();
        await client.closed;
      });
    },
  };
}

const eventRow = (member: string, row: Partial<Row> & { fields?: string }): Row => ({
  hook: `EventSourceHandler.${member}`,
  where: new RegExp(`GET / \\(127\\.0\\.0\\.1\\) in Failing\\.(?:${member}|get)\\n`),
  ...row,
  async run(act: Act): Promise<void> {
    let report: () => void = () => undefined;
    const called = new Promise<void>((resolve) => (report = resolve));
    let finished = 0;
    class Failing extends EventSourceHandler {
      override open(): void {
        this.send("a");
      }
      override onFinish(): void {
        finished++;
      }
    }
    Object.defineProperty(Failing.prototype, member, {
      value: () => {
        report();
        return act();
      },
    });
    await beside([["/", Failing as unknown as HandlerClass]], { accessLog: false }, async (peer) => {
      send(peer, { fields: row.fields ?? "" });
      if (member === "onClose") await peer.next(20);
      if (member === "onClose") peer.destroy();
      await called;
      peer.destroy();
    });
    assert.ok(finished <= 1, "calls of onFinish");
  },
});

/** A close listener that fails, before one that must be called all the same. */
const listenerRow = (base: "WebSocketHandler" | "EventSourceHandler"): Row => ({
  hook: `${base}.addCloseListener`,
  where: /Uncaught exception in a close listener/,
  async run(act: Act): Promise<void> {
    let report: () => void = () => undefined;
    const second = new Promise<void>((resolve) => (report = resolve));
    class Socket extends WebSocketHandler {
      override open(): void {
        this.addCloseListener(() => act() as void);
        this.addCloseListener(report);
      }
      override onMessage(): void {}
    }
    class Events extends EventSourceHandler {
      override open(): void {
        this.addCloseListener(() => act() as void);
        this.addCloseListener(report);
      }
    }
    const handler = (base === "WebSocketHandler" ? Socket : Events) as unknown as HandlerClass;
    await beside([["/", handler]], { accessLog: false }, async (peer, port) => {
      if (base === "WebSocketHandler") {
        const client = await websocketConnect(`ws://127.0.0.1:${port}/`);
        client.close();
        await second;
        await client.closed;
      } else {
        send(peer);
        await peer.next(20);
        peer.destroy();
        await second;
      }
    });
  },
});

/** A driver one of whose methods is the function: this process's subscribers get their messages. */
const driverRow = (member: keyof PubSubDriver): Row => ({
  hook: `PubSubDriver.${member}`,
  where: new RegExp(`Uncaught exception in ${member} of a pub/sub driver, topic "news"\n`),
  async run(act: Act): Promise<void> {
    const driver: PubSubDriver = {
      start: () => undefined,
      subscribe: () => undefined,
      whenActive: () => undefined,
      unsubscribe: () => undefined,
      publish: () => undefined,
      close: () => undefined,
      [member]: act,
    };
    const pubsub = new PubSub(driver);
    const got: unknown[] = [];
    const first = pubsub.subscribe("news", (message) => void got.push(message));
    const other = pubsub.subscribe("news", (message) => void got.push(message));
    assert.is(pubsub.publish("news", "a"), 2);
    assert.equal(got, ["a", "a"]);
    first.cancel();
    other.cancel();
    await pubsub.close();
  },
});

export const LIVE_ROWS: readonly Row[] = [
  ...["checkOrigin", "selectSubprotocol", "getWebSocketOptions", "getCompressionOptions"].map((member) =>
    webSocketRow(member, { loud: REQUIRED }),
  ),
  webSocketRow("open", {}),
  webSocketRow("onMessage", { use: (client) => client.writeMessage("a") }),
  webSocketRow("onPing", { use: (client) => client.ping("a") }),
  webSocketRow("onPong", { use: (_client, server) => server.ping("a") }),
  webSocketRow("onClose", {}),
  webSocketRow("onShutdown", { use: (_client, server) => server.request.connection.upgraded.notify(false) }),
  clientRow("onMessage"),
  clientRow("onPing"),
  clientRow("onPong"),
  clientRow("onClose"),
  eventRow("open", {}),
  eventRow("replay", { fields: "Last-Event-ID: 1\r\n" }),
  eventRow("onClose", {}),
  eventRow("getEventSourceOptions", { loud: REQUIRED }),
  listenerRow("WebSocketHandler"),
  listenerRow("EventSourceHandler"),
  driverRow("subscribe"),
  driverRow("whenActive"),
  driverRow("unsubscribe"),
  driverRow("publish"),
  {
    hook: "MessageCallback",
    where: /A subscriber to "news" failed/,
    async run(act: Act): Promise<void> {
      const pubsub = new PubSub();
      let got = 0;
      pubsub.subscribe("news", act);
      pubsub.subscribe("news", () => got++);
      assert.is(pubsub.publish("news", "a"), 2);
      assert.is(got, 1);
      await pubsub.close();
    },
  },
  {
    hook: "ToEvent",
    where: /A subscriber to "news" failed/,
    loud: REQUIRED,
    async run(act: Act): Promise<void> {
      const pubsub = new PubSub();
      let got = 0;
      const events = { sendPrepared: () => got++, addCloseListener: () => () => undefined };
      pubsub.subscribe("news", events, { toEvent: () => act() as never });
      pubsub.subscribe("news", () => got++);
      pubsub.publish("news", "a");
      assert.is(got, 1);
      await pubsub.close();
    },
  },
  {
    hook: "WebSocketSubscriber.writePrepared",
    also: ["EventSourceSubscriber.sendPrepared"],
    where: /A subscriber to "news" failed/,
    async run(act: Act): Promise<void> {
      const pubsub = new PubSub();
      let got = 0;
      pubsub.subscribe("news", { writePrepared: act, addCloseListener: () => () => undefined });
      pubsub.subscribe("news", () => got++);
      pubsub.publish("news", "a");
      assert.is(got, 1);
      await pubsub.close();
    },
  },
];
