/** redisDriver with the real clients `redis` and `ioredis` and a real redis-server, which is killed and comes back in the middle. */
import { Buffer } from "node:buffer";
import { Redis } from "ioredis";
import { createClient } from "redis";
import * as assert from "uvu/assert";
import { PubSub, redisDriver } from "../../src/pubsub/index.ts";
import type { PubSubMessage, RedisClient } from "../../src/pubsub/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { REDIS_SERVER, RedisServer } from "./_redis-server.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

interface Client {
  readonly pattern: RedisClient;
  /** Sends a command of its own. */
  publish(channel: string, text: string): Promise<unknown>;
  end(): void;
}
/** Neither is connected: the driver needs them as patterns only. */
const CLIENTS: readonly (readonly [name: string, make: (path: string) => Client])[] = [
  [
    "redis",
    (path) => {
      const pattern = createClient({ socket: { path, reconnectStrategy: 20 } });
      return {
        pattern,
        publish: async (channel, text) => {
          await pattern.connect();
          await pattern.publish(channel, text);
        },
        end: () => {
          if (pattern.isOpen) pattern.destroy();
        },
      };
    },
  ],
  [
    "ioredis",
    (path) => {
      const pattern = new Redis(path, { lazyConnect: true, retryStrategy: () => 20 });
      return { pattern, publish: (channel, text) => pattern.publish(channel, text), end: () => pattern.disconnect() };
    },
  ],
];

/** One process, as it were: a PubSub and what it got. */
class Place {
  readonly pubsub: PubSub;
  readonly got: string[] = [];
  constructor(pattern: RedisClient, prefix?: string) {
    this.pubsub = new PubSub(redisDriver(pattern, prefix === undefined ? {} : { prefix }));
  }
  readonly take = (message: PubSubMessage, topic: string): void => {
    const text = typeof message === "string" ? message : `bytes ${Buffer.from(message).toString("hex")}`;
    this.got.push(`${topic} ${text}`);
  };
  async listen(...topics: string[]): Promise<void> {
    await Promise.all(topics.map((topic) => this.pubsub.subscribe(topic, this.take).active));
  }
}

for (const [name, make] of CLIENTS) {
  const test = suite(`pub/sub over Redis, ${name}`, { deadline: 60 });
  let server: RedisServer;
  let client: Client;
  let here: Place;
  let there: Place;

  test.before.each(async () => {
    server = new RedisServer();
    await server.start();
    client = make(server.path);
    here = new Place(client.pattern);
    there = new Place(client.pattern);
  });
  test.after.each(async () => {
    await here.pubsub.close();
    await there.pubsub.close();
    client.end();
    await server.stop();
  });

  if (REDIS_SERVER === undefined) {
    console.log(`skipped: there is no redis-server here (apt-get install redis-server, or name one in REDIS_SERVER)`);
    test.skip("needs a redis-server");
    test.run();
    continue;
  }

  test("what one publishes the others get, and itself not twice; text stays text and bytes stay bytes", async () => {
    const stranger = new Place(client.pattern, "elsewhere:");
    await Promise.all([here.listen("room", "räum"), there.listen("room", "räum"), stranger.listen("room")]);
    assert.is(here.pubsub.publish("room", "grüße 🌪"), 1);
    here.pubsub.publish("room", Buffer.from([0, 255, 128, 10]));
    here.pubsub.publish("room", "");
    here.pubsub.publish("räum", { a: 1 });
    here.pubsub.publish("nobody", "x");
    const sent = ["room grüße 🌪", "room bytes 00ff800a", "room ", 'räum {"a":1}'];
    await until(() => there.got.length === 4);
    there.pubsub.publish("room", "back");
    await until(() => here.got.length >= 5);
    assert.equal(here.got, [...sent, "room back"]);
    assert.equal(there.got, [...sent, "room back"]);
    assert.equal(stranger.got, []);
    await stranger.pubsub.close();
  });

  test("a topic is subscribed as long as somebody has it", async () => {
    await Promise.all([here.listen("a"), there.listen("a")]);
    there.pubsub.unsubscribeAll(there.take);
    await there.listen("a");
    here.pubsub.publish("a", "1");
    await until(() => there.got.length === 1);
    there.pubsub.unsubscribe("a", there.take);
    await there.listen("b");
    here.pubsub.publish("a", "2");
    here.pubsub.publish("b", "3");
    await until(() => there.got.length >= 2);
    assert.equal(there.got, ["a 1", "b 3"]);
  });

  test("what others publish to its channels is ignored, and told once", async () => {
    const said = expectLog(/others publish to "landspout:a"/);
    await here.listen("a");
    for (const text of ["hello", "", "1x"]) {
      await client.publish("landspout:a", text);
      if (name === "redis") client.end();
    }
    await until(() => said.records.length > 0);
    assert.equal(here.got, []);
  });

  test("the broker is killed and comes back: delivery here goes on, two lines in the log, all subscribed again", async () => {
    const topics = Array.from({ length: 1200 }, (_, i) => `topic ${i}`);
    await Promise.all([here.listen(...topics, "gone"), there.listen(...topics)]);
    const away = expectLog(/Redis is away, messages stay in this process until it is back/, { level: "warn" });
    const back = expectLog("Redis is back", { level: "info" });
    await server.kill();
    await until(() => away.records.length === 2);
    assert.is(here.pubsub.publish("topic 7", "while it is away"), 1);
    assert.equal(here.got, ["topic 7 while it is away"]);
    // What is subscribed, and what is not any more, changes meanwhile.
    here.pubsub.unsubscribe("gone", here.take);
    const { active } = here.pubsub.subscribe("new", here.take);
    await server.start();
    await until(() => back.records.length === 2);
    await active;
    // Subscribed in the order of commands: the last of them stands for all.
    await there.listen("mark");
    await here.listen("mark");
    for (const topic of ["gone", "new", "topic 0", "topic 1199"]) there.pubsub.publish(topic, "again");
    here.pubsub.publish("topic 600", "and back");
    await until(() => here.got.length === 5 && there.got.length === 3);
    assert.equal(here.got.slice(1), ["topic 600 and back", "new again", "topic 0 again", "topic 1199 again"]);
    assert.equal(there.got, ["topic 0 again", "topic 1199 again", "topic 600 and back"]);
    assert.is(away.records.length, 2);
    // The second time it is told again.
    await server.kill();
    await until(() => away.records.length === 4);
  });

  test("a broker that does not keep up gets no more above 16 MiB, and later what comes then", async () => {
    await Promise.all([here.listen("a"), there.listen("a")]);
    const dropped = expectLog("does not keep up: messages to it are dropped");
    server.signal("SIGSTOP");
    const mebibyte = "x".repeat(1024 * 1024);
    for (let i = 0; i < 20; i++) here.pubsub.publish("a", mebibyte);
    assert.is(dropped.records.length, 1);
    assert.is(here.got.length, 20);
    server.signal("SIGCONT");
    await until(() => there.got.length >= 16);
    while (there.got.at(-1) !== "a again") {
      here.pubsub.publish("a", "again");
      await turn();
    }
    assert.is(there.got.filter((text) => text.length > 100).length, 16);
  });

  test("a broker that is not there yet is waited for", async () => {
    await server.kill();
    const late = new Place(client.pattern);
    const away = expectLog(/Redis is away/);
    expectLog("Redis is back");
    let active = false;
    const listening = late.listen("a").then(() => (active = true));
    await until(() => away.records.length > 0);
    assert.not.ok(active);
    assert.is(late.pubsub.publish("a", "here"), 1);
    await server.start();
    await listening;
    const early = new Place(client.pattern);
    await early.listen("a");
    early.pubsub.publish("a", "there");
    await until(() => late.got.length === 2);
    assert.equal(late.got, ["a here", "a there"]);
    await early.pubsub.close();
    // Whoever waits when it is closed waits no longer.
    await server.kill();
    const { active: never } = late.pubsub.subscribe("b", late.take);
    await late.pubsub.close();
    await never;
  });

  test.run();
}

const others = suite("redisDriver");
others("takes no other client", () => {
  for (const client of [{}, { duplicate: () => ({}) }, undefined, new Map()])
    assert.throws(
      () => new PubSub(redisDriver(client as RedisClient)),
      (error: { code?: string }) => error.code === "ERR_LANDSPOUT_REDIS_CLIENT",
    );
});
others.run();
