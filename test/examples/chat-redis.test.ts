/** What is the chat's own with Redis: history that outlives every process, and what others write into its keys and channels. */
import { createClient } from "redis";
import * as assert from "uvu/assert";
import { PubSub, redisDriver } from "../../src/pubsub/index.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";
import { RedisServer } from "../pubsub/_redis-server.ts";
import { start as startChat, stopAll } from "./_chat-servers.ts";
import { arrive } from "./_chat.ts";

const test = suite("examples/chat, kept in Redis", { deadline: 60, needs: ["redis-server"] });
const server = new RedisServer();
const start = (): Promise<Example> => startChat("--redis", `unix:${server.path}`);
const client = (): ReturnType<typeof createClient> =>
  createClient({ socket: { path: server.path, tls: false } }).on("error", () => undefined) as ReturnType<
    typeof createClient
  >;

/** Until it is so; the deadline of the test ends it otherwise. */
async function until(wanted: () => Promise<boolean>): Promise<void> {
  while (!(await wanted())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test.before(() => server.start());
test.after.each(stopAll);
test.after(() => server.stop());

test("a chat that ended altogether has its history when it starts again, also of a Redis that had lost it", async () => {
  const first = await start();
  const ada = await arrive(first.port, "kept", "Ada");
  ada.say("One");
  await ada.sees("One");
  await server.kill();
  ada.say("Two");
  await ada.sees("Two");
  await server.start();
  const redis = await client().connect();
  await until(async () => (await redis.xLen("landspout-chat:room:kept")) === 2);
  await first.stop();
  const second = await start();
  const bob = await arrive(second.port, "kept", "Bob");
  await bob.sees("One", "Two");
  assert.equal(bob.texts, ["One", "Two"]);
  await bob.until(() => bob.state.rooms.some(({ name }) => name === "kept"));
  assert.ok((await redis.ttl("landspout-chat:room:kept")) > 0, "not for ever");
  redis.destroy();
});

test("keeps no more than it shows, and takes nothing from Redis that is no message", async () => {
  const redis = await client().connect();
  await redis.zAdd("landspout-chat:rooms", [
    { score: 1, value: "strange" },
    { score: 2, value: "<b>" },
    { score: 3, value: "wrong kind" },
  ]);
  await redis.set("landspout-chat:room:wrong kind", "no stream");
  for (const message of ["no JSON", "{}", '{"id":"1","name":"x","text":"y","time":1,"key":""}'])
    await redis.xAdd("landspout-chat:room:strange", "*", { message });
  const id = "0loyw3v28aaaaaa";
  const message = JSON.stringify({ id, name: "Old", text: "From long ago", time: 1, key: "" });
  await redis.xAdd("landspout-chat:room:strange", "*", { message });
  const chat = await start();
  const ada = await arrive(chat.port, "strange", "Ada");
  for (let i = 0; i < 15; i++) ada.say(`number ${i}`);
  await ada.sees("number 14", "From long ago");
  assert.equal(ada.texts, ["From long ago", ...Array.from({ length: 15 }, (_, i) => `number ${i}`)]);
  await until(async () => (await redis.xLen("landspout-chat:room:strange")) >= 19);
  redis.destroy();
});

test("a peer that says nonsense, lies, or floods changes little, and asks no more than its share", async () => {
  const chat = await start();
  const ada = await arrive(chat.port, "lobby", "Ada");
  ada.say("Mine");
  await ada.sees("Mine");
  const pubsub = new PubSub(redisDriver(client(), { prefix: "landspout-chat:" }));
  let number = 0;
  const say = (fields: object, from = "foobar"): unknown =>
    pubsub.publish("all", { from, number: ++number, ...fields });
  let histories = 0;
  let alive = 0;
  const subscriptions = [
    pubsub.subscribe("foobar", () => histories++),
    pubsub.subscribe("all", (text) => (alive += String(text).includes('"alive"') ? 1 : 0)),
  ];
  await Promise.all(subscriptions.map(({ active }) => active));
  pubsub.publish("all", "no JSON");
  pubsub.publish("all", new Uint8Array(100));
  pubsub.publish("all", "x".repeat(1_000_000));
  for (let i = 0; i < 300; i++)
    say({ type: "people", rooms: [{ name: `room ${i}`, count: 1, listed: [{ id: `p${i}`, name: "X", since: 1 }] }] });
  const listed = Array.from({ length: 100 }, (_, i) => ({ id: `p${i}`, name: `Person ${i}`, since: 1 }));
  say({ type: "people", rooms: [{ name: "lobby", count: 20_000, listed }] });
  await ada.until(() => ada.state.people === 20_001);
  assert.is(ada.state.present.length, 100);
  assert.is(ada.state.rooms.length, 20);
  // What is not newer than the last word is left out: it comes late, by another road.
  pubsub.publish("all", {
    from: "foobar",
    number: 1,
    type: "people",
    rooms: [{ name: "lobby", count: 0, listed: [] }],
  });
  const before = alive;
  for (let i = 0; i < 2000; i++) say({ type: "ask", rooms: ["lobby"] });
  await until(() => Promise.resolve(alive >= before + 2));
  assert.ok(histories > 0 && histories < 1000, `${histories} answers`);
  assert.is(ada.state.people, 20_001);
  say({ type: "bye" });
  await ada.until(() => ada.state.people === 1);
  // Rooms that a peer has made up make room for those somebody enters.
  const bob = await arrive(chat.port, "a new one", "Bob");
  bob.say("Here");
  await bob.sees("Here");
  assert.equal(ada.texts, ["Mine"]);
  await pubsub.close();
});
test("takes ioredis where redis is not installed", async () => {
  // Bun has no hooks like these.
  if ("Bun" in globalThis) return;
  const dataURL = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const hooks = `export async function resolve(name, context, next) {
    if (name !== "redis") return next(name, context);
    throw Object.assign(new Error("Cannot find package 'redis' imported from …"), { code: "ERR_MODULE_NOT_FOUND" });
  }`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(dataURL(hooks))});`;
  const first = await start();
  process.env["NODE_OPTIONS"] = `--import ${dataURL(register)}`;
  const second = await start().finally(() => delete process.env["NODE_OPTIONS"]);
  const [ada, bob] = [await arrive(first.port, "both", "Ada"), await arrive(second.port, "both", "Bob")];
  ada.say("By redis");
  bob.say("By ioredis");
  for (const one of [ada, bob]) await one.sees("By redis", "By ioredis");
  await first.stop();
  await server.kill();
  await server.start();
  const redis = await client().connect();
  await until(async () => (await redis.xLen("landspout-chat:room:both")) > 0);
  redis.destroy();
});
test.run();
