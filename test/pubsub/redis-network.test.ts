/** redisDriver where the network goes silent without closing anything, and against a real cluster of three nodes. */
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import * as assert from "uvu/assert";
import { redisDriver } from "../../src/pubsub/index.ts";
import type { RedisClient } from "../../src/pubsub/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Place, until } from "./_driver-cases.ts";
import { RedisCluster } from "./_redis-cluster.ts";
import { RedisServer } from "./_redis-server.ts";
import { SilentProxy } from "./_silent-proxy.ts";

const PATTERNS: { readonly [name: string]: (port: number) => RedisClient } = {
  redis: (port) => createClient({ socket: { port, host: "127.0.0.1", reconnectStrategy: 20 } }),
  "redis, RESP2": (port) => createClient({ RESP: 2, socket: { port, host: "127.0.0.1", reconnectStrategy: 20 } }),
  ioredis: (port) => new Redis(port, "127.0.0.1", { lazyConnect: true, retryStrategy: () => 20 }),
  "ioredis, RESP2": (port) => new Redis(port, "127.0.0.1", { lazyConnect: true, protocol: 2, retryStrategy: () => 20 }),
};

const silent = suite("redisDriver, a silent network", { deadline: 60, needs: ["redis-server"] });
let server: RedisServer;
let proxy: SilentProxy;
silent.before.each(async () => {
  server = new RedisServer();
  await server.start();
  proxy = new SilentProxy(server.path);
  await proxy.start();
});
silent.after.each(async () => {
  await proxy.stop();
  await server.stop();
});

for (const [name, patternFor] of Object.entries(PATTERNS)) {
  /** Through the proxy, and with a socket that always works. */
  const places = (): { here: Place; there: Place; both: Place[] } => {
    const here = new Place(redisDriver(patternFor(proxy.port), { pingInterval: 0.3 }));
    const there = new Place(redisDriver(createClient({ socket: { path: server.path, reconnectStrategy: 20 } })));
    return { here, there, both: [here, there] };
  };

  silent(`${name}: both connections are given up and made again, all is subscribed again`, async () => {
    const { here, there, both } = places();
    await Promise.all(both.map((place) => place.listen("a")));
    const away = expectLog(
      "Redis is away, messages stay in this process until it is back: it has not answered for 0.3 s",
    );
    const back = expectLog("Redis is back", { level: "info" });
    proxy.goSilent();
    await until(() => back.records.length > 0);
    assert.is(away.records.length, 1);
    await here.listen("a");
    there.pubsub.publish("a", "to the deaf one");
    here.pubsub.publish("a", "from it");
    await until(() => here.got.length === 2 && there.got.length === 2);
    for (const { got } of both) assert.equal(got.toSorted(), ["a from it", "a to the deaf one"]);
    await Promise.all(both.map(({ pubsub }) => pubsub.close()));
  });

  silent(`${name}: who subscribes while it is silent waits; so does a handshake that nobody answers`, async () => {
    const { here, there, both } = places();
    await Promise.all(both.map((place) => place.listen("a")));
    const away = expectLog("Redis is away");
    const back = expectLog("Redis is back", { level: "info" });
    const before = proxy.accepted;
    proxy.goSilent(true);
    await until(() => away.records.length > 0);
    let isActive = false;
    const { active } = here.pubsub.subscribe("a", () => undefined);
    void active.then(() => (isActive = true));
    // Those that took the place of the first two have been given up as well.
    await until(() => proxy.accepted >= before + 5);
    assert.not.ok(isActive);
    assert.is(here.pubsub.publish("a", "local"), 2);
    assert.is(back.records.length, 0);
    proxy.recover();
    await active;
    there.pubsub.publish("a", "again");
    await until(() => here.got.length === 2);
    assert.equal(here.got, ["a local", "a again"]);
    assert.is(away.records.length, 1);
    await Promise.all(both.map(({ pubsub }) => pubsub.close()));
  });

  silent(`${name}: quiet connections that answer pings stay`, async () => {
    const { here, there, both } = places();
    await Promise.all(both.map((place) => place.listen("a")));
    await until(() => proxy.pongs >= 8);
    assert.is(proxy.accepted, 2);
    there.pubsub.publish("a", "still there");
    await until(() => here.got.length === 1);
    await Promise.all(both.map(({ pubsub }) => pubsub.close()));
  });
}

silent("closing while the network is silent ends the pings", async () => {
  const here = new Place(redisDriver(createClient({ socket: { port: proxy.port } }), { pingInterval: 0.05 }));
  await here.listen("a");
  proxy.goSilent(true);
  await here.pubsub.close();
  const { accepted } = proxy;
  await new Promise((resolve) => setTimeout(resolve, 250));
  assert.is(proxy.accepted, accepted);
});

silent("pingInterval is a number of seconds", () => {
  for (const pingInterval of [0, -1, Number.NaN, Infinity, "20"])
    assert.throws(
      () => redisDriver(createClient(), { pingInterval: pingInterval as number }),
      /redisDriver: pingInterval must be a number of seconds from 0.01/,
    );
});
silent.run();

const clustered = suite("redisDriver, a cluster of three nodes", { deadline: 120, needs: ["redis-server"] });
let cluster: RedisCluster;
clustered.before(async () => {
  cluster = await RedisCluster.start();
});
clustered.after(() => cluster.stop());

/** Asserts the refusal, and what it says to write. */
function refuses(client: RedisClient, instead: RegExp): void {
  let refusal: { code?: string; message?: string } = {};
  try {
    redisDriver(client);
  } catch (error) {
    refusal = error as typeof refusal;
  }
  assert.is(refusal.code, "ERR_LANDSPOUT_REDIS_CLUSTER");
  assert.match(refusal.message ?? "", instead);
}

clustered("clients for several servers are refused at the call, connected or not", async () => {
  const [{ port } = { port: 0 }] = cluster.nodes;
  const nodeRedis = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
  refuses(nodeRedis, /createCluster.*createClient\(\{ url \}\) for one node/);
  await nodeRedis.connect();
  refuses(nodeRedis, /createCluster/);
  nodeRedis.destroy();

  const ioredis = new Cluster([{ host: "127.0.0.1", port }], { lazyConnect: true });
  refuses(ioredis as RedisClient, /Cluster.*new Redis\(url, \{ lazyConnect: true \}\) for one node/);
  await ioredis.connect();
  refuses(ioredis as RedisClient, /Cluster/);
  const closed = new Promise((resolve) => ioredis.once("end", resolve));
  ioredis.disconnect();
  await closed;

  const sentinel = createSentinel({ name: "mymaster", sentinelRootNodes: [{ host: "127.0.0.1", port }] });
  refuses(sentinel as unknown as RedisClient, /createSentinel.*sentinels/);
});

for (const [name, patternFor] of Object.entries(PATTERNS))
  clustered(`${name}: clients of different nodes hear each other, each publisher in order`, async () => {
    const places = cluster.nodes.map(({ port }) => new Place(redisDriver(patternFor(port))));
    const topics = Array.from({ length: 30 }, (_, i) => `topic ${i}`);
    await Promise.all(places.map((place) => place.listen(...topics)));
    const sent: string[][] = places.map(() => []);
    for (let i = 0; i < 600; i++) {
      for (const [number, { pubsub }] of places.entries()) {
        const topic = topics[i % topics.length] ?? "";
        pubsub.publish(topic, `${number}: ${i}`);
        sent[number]?.push(`${topic} ${number}: ${i}`);
      }
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => places.every(({ got }) => got.length >= 1800));
    for (const { got } of places)
      for (const [number, messages] of sent.entries())
        assert.equal(
          got.filter((text) => text.includes(` ${number}: `)),
          messages,
        );
    await Promise.all(places.map(({ pubsub }) => pubsub.close()));
  });
clustered.run();
