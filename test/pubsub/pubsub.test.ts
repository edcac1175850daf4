/** PubSub in one process: functions, WebSockets and event streams over real sockets; and what it asks of a driver. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { PubSub } from "../../src/pubsub/index.ts";
import type { PubSubDriver, PubSubMessage, Receive } from "../../src/pubsub/index.ts";
import { Application, EventSourceHandler } from "../../src/web/index.ts";
import type { Route } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, withPeer } from "../_support/wire.ts";
import type { Peer } from "../_support/wire.ts";
import { RawWebSocket } from "../websocket/_raw.ts";

const test = suite("PubSub", { deadline: 30 });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const withCode = (code: string) => (error: { code?: string }) => error.code === code;

/** Waits until something is so: what a closed connection leaves behind is gone some turns later. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** A driver that writes down what it is asked. */
class Recorder implements PubSubDriver {
  readonly asked: string[] = [];
  receive: Receive = () => undefined;
  active: Promise<void> | void = undefined;
  start(receive: Receive): void {
    this.receive = receive;
    this.asked.push("start");
  }
  subscribe(topic: string): Promise<void> | void {
    this.asked.push(`+${topic}`);
    return this.active;
  }
  unsubscribe(topic: string): void {
    this.asked.push(`-${topic}`);
  }
  publish(topic: string, message: PubSubMessage): void {
    this.asked.push(`${topic}=${String(message)}`);
  }
  close(): void {
    this.asked.push("close");
  }
}

test("gives a message to everybody who has subscribed to its topic, in order", () => {
  const pubsub = new PubSub();
  const got: string[] = [];
  const one = (message: PubSubMessage, topic: string): unknown => got.push(`one ${topic} ${String(message)}`);
  const two = (message: PubSubMessage, topic: string): unknown => got.push(`two ${topic} ${String(message)}`);
  pubsub.subscribe("a", one);
  const second = pubsub.subscribe("a", two);
  pubsub.subscribe("b", two);
  assert.is(pubsub.publish("a", "1"), 2);
  assert.is(pubsub.publish("b", Buffer.from("2")), 1);
  assert.is(pubsub.publish("c", { three: 3 }), 0);
  second.cancel();
  second.cancel();
  assert.is(pubsub.publish("a", { four: [4] }), 1);
  assert.equal(got, ["one a 1", "two a 1", "two b 2", 'one a {"four":[4]}']);
  assert.is(pubsub.topicCount, 2);
  assert.is(pubsub.subscriberCount("a"), 1);
  pubsub.unsubscribeAll(one);
  pubsub.unsubscribe("b", two);
  pubsub.unsubscribe("nowhere", two);
  assert.is(pubsub.topicCount, 0);
});

test("subscribes one once, and lets subscribers come and go while a message is delivered", () => {
  const pubsub = new PubSub();
  const got: string[] = [];
  const last = (): unknown => got.push("last");
  const late = (): unknown => got.push("late");
  const first = (): void => {
    got.push("first");
    pubsub.unsubscribe("a", last);
    pubsub.unsubscribe("a", first);
    pubsub.subscribe("a", late);
    pubsub.subscribe("a", first);
  };
  pubsub.subscribe("a", first);
  pubsub.subscribe("a", first);
  pubsub.subscribe("a", last);
  assert.is(pubsub.publish("a", "x"), 1);
  assert.equal(got, ["first"]);
  pubsub.publish("a", "x");
  assert.equal(got, ["first", "late", "first"]);
});

test("goes on where a subscriber fails, and says so", async () => {
  const pubsub = new PubSub();
  let got = 0;
  pubsub.subscribe('a\n"', () => {
    throw new Error("at once");
  });
  pubsub.subscribe('a\n"', async () => {
    await turn();
    throw new Error("later");
  });
  pubsub.subscribe('a\n"', () => got++);
  const first = expectLog(/subscriber to "a\\n\\"" failed\n.*at once/s);
  const second = expectLog(/later/);
  assert.is(pubsub.publish('a\n"', "x"), 3);
  assert.is(got, 1);
  await until(() => first.records.length > 0 && second.records.length > 0);
});

test("refuses topics that cannot be the same everywhere, and messages without text", async () => {
  const pubsub = new PubSub();
  for (const topic of ["", "\ud800", "ü".repeat(513), undefined as unknown as string]) {
    assert.throws(() => pubsub.subscribe(topic, () => 0), withCode("ERR_LANDSPOUT_TOPIC"));
    assert.throws(() => pubsub.publish(topic, "x"), withCode("ERR_LANDSPOUT_TOPIC"));
  }
  pubsub.subscribe("ü".repeat(512), () => 0);
  assert.throws(() => pubsub.publish("a", (() => 0) as object), withCode("ERR_LANDSPOUT_PUBSUB_MESSAGE"));
  await pubsub.close();
  assert.throws(() => pubsub.subscribe("a", () => 0), withCode("ERR_LANDSPOUT_PUBSUB_CLOSED"));
  assert.is(pubsub.publish("a", "x"), 0);
});

test("tells a driver the first and the last of a topic and every message, and gives on what it receives", async () => {
  const driver = new Recorder();
  let activate: () => void = () => undefined;
  driver.active = new Promise((resolve) => (activate = resolve));
  const pubsub = new PubSub(driver);
  const got: string[] = [];
  const one = (message: PubSubMessage): unknown => got.push(`one ${String(message)}`);
  const two = (message: PubSubMessage): unknown => got.push(`two ${String(message)}`);
  const first = pubsub.subscribe("a", one);
  const second = pubsub.subscribe("a", two);
  assert.is(first.active, second.active);
  activate();
  await first.active;
  pubsub.publish("a", "mine");
  pubsub.publish("elsewhere", { x: 1 });
  driver.receive("a", "yours");
  driver.receive("gone", "nobody");
  first.cancel();
  second.cancel();
  await pubsub.close();
  await pubsub.close();
  driver.receive("a", "late");
  assert.equal(driver.asked, ["start", "+a", "a=mine", 'elsewhere={"x":1}', "-a", "close"]);
  assert.equal(got, ["one mine", "two mine", "one yours", "two yours"]);
});

test("holds thousands of topics, and nothing of those that are over", () => {
  const pubsub = new PubSub();
  let got = 0;
  const count = (): unknown => got++;
  for (let i = 0; i < 20_000; i++) pubsub.subscribe(`topic ${i}`, count);
  assert.is(pubsub.topicCount, 20_000);
  for (let i = 0; i < 20_000; i++) assert.is(pubsub.publish(`topic ${i}`, "x"), 1);
  assert.is(got, 20_000);
  pubsub.unsubscribeAll(count);
  assert.is(pubsub.topicCount, 0);
});

// --- connections ---

/** A room with a WebSocket at /ws and an event stream at /events, topics from the query. */
function room(pubsub: PubSub, socketOptions: object = {}): Application {
  const topicsOf = (handler: { getQueryArguments(name: string): string[] }): string[] =>
    handler.getQueryArguments("topic");
  class Socket extends WebSocketHandler {
    override getWebSocketOptions(): object {
      return socketOptions;
    }
    override open(): void {
      for (const topic of topicsOf(this)) pubsub.subscribe(topic, this);
      void this.writeMessage("ready");
    }
    override onMessage(): void {}
  }
  const toEvent = (message: PubSubMessage, topic: string): object => ({ event: topic, data: String(message) });
  class Events extends EventSourceHandler {
    override open(): void {
      const shaped = this.getQueryArgument("shaped", "") !== "";
      for (const topic of topicsOf(this)) pubsub.subscribe(topic, this, shaped ? { toEvent } : {});
      void this.send("ready");
    }
  }
  const routes: Route[] = [
    ["/ws", Socket],
    ["/events", Events],
  ];
  return new Application(routes, { accessLog: false });
}

async function listen(peer: Peer, query: string): Promise<(text: string) => Promise<void>> {
  const event = (text: string): Promise<void> => peer.expect(`${text.length.toString(16)}\r\n${text}\r\n`);
  peer.write(`GET /events?${query} HTTP/1.1\r\nHost: a\r\n\r\n`);
  let head = "";
  while (!head.endsWith("\r\n\r\n")) head += await peer.next(1);
  await event("data: ready\n\n");
  return event;
}

test("reaches WebSockets and event streams, which unsubscribe when they are over", () => {
  const pubsub = new PubSub();
  return serving(room(pubsub), {}, (port) =>
    withPeer(port, async (peer) => {
      const event = await listen(peer, "topic=a");
      await withPeer(port, async (other) => {
        const shaped = await listen(other, "topic=a&shaped=1");
        const socket = await RawWebSocket.open(port, "/ws?topic=a&topic=b");
        assert.is(await socket.text(), "ready");
        assert.is(pubsub.publish("a", "hello\nworld"), 3);
        await event("data: hello\ndata: world\n\n");
        await shaped("event: a\ndata: hello\ndata: world\n\n");
        assert.is(await socket.text(), "hello\nworld");
        assert.is(pubsub.publish("b", Buffer.from([1, 2, 255])), 1);
        assert.is(await socket.text(), "0102ff");
        const large = "x".repeat(100_000);
        pubsub.publish("b", large);
        assert.is(await socket.text(), large);
        socket.destroy();
        await until(() => pubsub.subscriberCount("b") === 0);
        assert.is(pubsub.subscriberCount("a"), 2);
      });
      await until(() => pubsub.subscriberCount("a") === 1);
      peer.finish();
      await until(() => pubsub.topicCount === 0);
      assert.is(pubsub.publish("a", "nobody"), 0);
    }),
  );
});

test("goes on without a client that does not read: its own limit, its own end", () => {
  const pubsub = new PubSub();
  return serving(room(pubsub, { maxUnsentSize: 200_000 }), {}, async (port) => {
    const slow = await RawWebSocket.open(port, "/ws?topic=a");
    const quick = await RawWebSocket.open(port, "/ws?topic=a");
    await slow.text();
    await quick.text();
    slow.socket.pause();
    const message = "y".repeat(50_000);
    let sent = 0;
    while (pubsub.subscriberCount("a") === 2) {
      pubsub.publish("a", message);
      sent++;
      assert.is((await quick.text()).length, 50_000);
    }
    assert.ok(sent > 2);
    assert.is(pubsub.publish("a", "still here"), 1);
    assert.is(await quick.text(), "still here");
    quick.destroy();
    slow.destroy();
    await until(() => pubsub.topicCount === 0);
  });
});

test("takes a connection that is over for none, and refuses one that has not begun", () => {
  const pubsub = new PubSub();
  const errors: unknown[] = [];
  const over: boolean[] = [];
  const subscribe = (handler: EventSourceHandler | WebSocketHandler): void => {
    try {
      pubsub.subscribe("a", handler);
    } catch (error) {
      errors.push((error as { code?: string }).code);
    }
  };
  class Early extends WebSocketHandler {
    override prepare(): void {
      subscribe(this);
    }
    override onMessage(): void {}
  }
  class Events extends EventSourceHandler {
    override prepare(): void {
      subscribe(this);
    }
    override open(): void {
      this.close();
      over.push(this.isOpen);
      subscribe(this);
    }
  }
  const app = new Application(
    [
      ["/ws", Early],
      ["/events", Events],
    ],
    { accessLog: false },
  );
  return serving(app, {}, (port) =>
    withPeer(port, async (peer) => {
      (await RawWebSocket.open(port, "/ws")).destroy();
      peer.write("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.is((await peer.answer()).body, "");
      assert.equal(over, [false]);
      assert.equal(errors, ["ERR_LANDSPOUT_WEBSOCKET_CLOSED", "ERR_LANDSPOUT_EVENT"]);
      assert.is(pubsub.topicCount, 0);
    }),
  );
});

test("encodes a message once for a thousand clients", () => {
  const pubsub = new PubSub();
  return serving(room(pubsub), {}, async (port) => {
    const sockets: net.Socket[] = [];
    for (let i = 0; i < 200; i++) {
      const socket = net.connect(port, "127.0.0.1");
      await once(socket, "connect");
      socket.write("GET /events?topic=a&shaped=1 HTTP/1.1\r\nHost: a\r\n\r\n");
      sockets.push(socket);
    }
    await until(() => pubsub.subscriberCount("a") === 200);
    let made = 0;
    const toEvent = (message: PubSubMessage): string => {
      made++;
      return String(message);
    };
    const own = { sent: [] as unknown[], addCloseListener: () => () => undefined };
    const fakes = Array.from({ length: 1000 }, () => ({
      ...own,
      sendPrepared: (event: unknown) => own.sent.push(event),
    }));
    for (const fake of fakes) pubsub.subscribe("a", fake, { toEvent });
    const arrived = sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let text = "";
          socket.on("data", (bytes: Buffer) => {
            text += bytes.toString();
            if (text.includes("event: a\ndata: to all\n\n")) resolve();
          });
        }),
    );
    assert.is(pubsub.publish("a", "to all"), 1200);
    await Promise.all(arrived);
    assert.is(made, 1);
    assert.is(new Set(own.sent).size, 1);
    assert.is(own.sent.length, 1000);
    for (const fake of fakes) pubsub.unsubscribeAll(fake);
    for (const socket of sockets) socket.destroy();
    await until(() => pubsub.topicCount === 0);
  });
});

test.run();
