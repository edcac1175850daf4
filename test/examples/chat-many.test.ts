/**
 * The chat of many processes: servers joined by a real Redis and a real NATS, which are killed and come back, and workers of one server.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";
import type { BrokerServer } from "../pubsub/_broker-server.ts";
import { NATS_SERVER, NatsServer } from "../pubsub/_nats-server.ts";
import { REDIS_SERVER, RedisServer } from "../pubsub/_redis-server.ts";
import { Somebody } from "./_chat.ts";

const running: Example[] = [];
async function start(...args: string[]): Promise<Example> {
  const chat = await startExample("chat/server.ts", ["--port", "0", "--quiet", ...args]);
  running.push(chat);
  return chat;
}
async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((chat) => chat.stop()));
}
function kill(chat: Example): void {
  process.kill(chat.pid, "SIGKILL");
}

async function arrive(port: number, room: string, name: string): Promise<Somebody> {
  const somebody = new Somebody(room, name);
  await somebody.enter(port);
  return somebody;
}
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

interface Broker {
  readonly name: string;
  /** All cases, or those in which the brokers differ. */
  readonly thorough: boolean;
  readonly server: BrokerServer;
  readonly args: () => readonly string[];
}

function joinedBy({ name, thorough, server, args }: Broker): void {
  const test = suite(`examples/chat, joined by ${name}`, { deadline: 60 });
  test.before(() => server.start());
  test.after.each(stopAll);
  test.after(() => server.stop());
  const join: Join = (...more) => start(...args(), ...more);

  test("two servers are one chat: messages, people, names, typing, rooms", async () => {
    const [here, there] = await Promise.all([join(), join()]);
    const ada = await arrive(here.port, "together", "Ada");
    const bob = await arrive(there.port, "together", "Bob");
    assert.is.not(ada.process, bob.process);
    for (const one of [ada, bob]) await one.until(() => one.state.people === 2);
    assert.equal(ada.names, ["Ada", "Bob"]);
    assert.equal(bob.names, ["Ada", "Bob"]);
    ada.say("Do you hear me?");
    await bob.sees("Do you hear me?");
    bob.say("Loud and clear");
    await ada.sees("Loud and clear");
    for (const one of [ada, bob]) assert.equal(one.texts, ["Do you hear me?", "Loud and clear"]);
    bob.type();
    await ada.until(() => ada.state.typing.length === 1);
    assert.equal(ada.state.typing, [bob.you]);
    const cleo = await arrive(there.port, "elsewhere", "Cleo");
    await ada.until(() => ada.state.rooms.some((room) => room.name === "elsewhere" && room.people === 1));
    bob.leave();
    await ada.until(() => ada.state.people === 1);
    assert.equal(ada.state.typing, []);
    ada.leave();
    cleo.leave();
  });

  if (thorough) thoroughly(test, join);

  test("without the broker each goes on, and all have the same when it is back", async () => {
    const [here, there] = await Promise.all([join(), join()]);
    const ada = await arrive(here.port, "alone", "Ada");
    const bob = await arrive(there.port, "alone", "Bob");
    await bob.until(() => bob.state.people === 2);
    ada.say("Before");
    await bob.sees("Before");
    await server.kill();
    ada.say("Ada alone");
    bob.say("Bob alone");
    ada.say("Ada again");
    await ada.sees("Ada again");
    await bob.sees("Bob alone");
    const cleo = await arrive(here.port, "alone", "Cleo");
    await cleo.sees("Before", "Ada alone", "Ada again");
    cleo.cut();
    await server.start();
    for (const one of [ada, bob]) await one.sees("Before", "Ada alone", "Bob alone", "Ada again");
    assert.equal(ada.texts, bob.texts);
    // What was said elsewhere, and came late, is above what she has heard last: all the same she gets it.
    await cleo.enter(here.port);
    await cleo.sees("Bob alone");
    assert.equal(cleo.texts, ada.texts);
    await bob.until(() => bob.state.people === 3);
    ada.say("Together");
    await bob.sees("Together");
    for (const one of [ada, bob, cleo]) {
      assert.is(new Set(one.arrived).size, one.arrived.length, "nothing twice");
      one.leave();
    }
  });

  test("joined workers: two servers of two, and those of one hear each other without the broker", async () => {
    const ports = [await freePort(), await freePort()] as const;
    await Promise.all(ports.map((port) => join("--workers", "2", "--port", String(port))));
    const [ada, bob] = await arriveAtTwo(ports[0], "workers");
    const cleo = await arrive(ports[1], "workers", "Cleo");
    for (const one of [ada, bob, cleo]) await one.until(() => one.state.people === 3);
    ada.say("To all");
    for (const one of [bob, cleo]) await one.sees("To all");
    await server.kill();
    ada.say("Here only");
    await bob.sees("Here only");
    await server.start();
    await cleo.sees("Here only");
    for (const one of [ada, bob, cleo]) {
      assert.equal(one.texts, ["To all", "Here only"]);
      assert.is(new Set(one.arrived).size, one.arrived.length, "nothing twice");
      one.leave();
    }
  });
  test.run();
}

type Join = (...more: string[]) => Promise<Example>;

function thoroughly(test: ReturnType<typeof suite>, join: Join): void {
  test("a server that starts later has the history, in the same order", async () => {
    const [here, there] = await Promise.all([join(), join()]);
    const ada = await arrive(here.port, "history", "Ada");
    const bob = await arrive(there.port, "history", "Bob");
    const all = Array.from({ length: 24 }, (_, i) => `number ${i}`);
    for (const [i, text] of all.entries()) (i % 2 === 0 ? ada : bob).say(text);
    for (const one of [ada, bob]) await one.sees(...all);
    const late = await join();
    const cleo = await arrive(late.port, "history", "Cleo");
    await cleo.sees(...all);
    assert.equal(cleo.texts, ada.texts);
    assert.equal(cleo.texts, bob.texts);
    assert.equal([...cleo.arrived].sort(), [...all].sort(), "once each");
    for (const one of [ada, bob, cleo]) one.leave();
  });

  test("whoever loses the server catches up at another, and is one person all the while", async () => {
    const [here, there] = await Promise.all([join(), join()]);
    const ada = await arrive(here.port, "moving", "Ada");
    const bob = await arrive(there.port, "moving", "Bob");
    await bob.until(() => bob.state.people === 2);
    ada.say("Before");
    await bob.sees("Before");
    kill(here);
    bob.say("Missed");
    await bob.sees("Missed");
    await ada.enter(there.port);
    await ada.sees("Missed");
    assert.equal(ada.texts, ["Before", "Missed"]);
    assert.equal(ada.state.people, 2);
    // Sent again, as the answer of the server that died got lost.
    ada.say("Only once", "key-1");
    await bob.sees("Only once");
    ada.say("Only once", "key-1");
    ada.say("After");
    await bob.sees("After");
    assert.equal(bob.texts, ["Before", "Missed", "Only once", "After"]);
    assert.equal(bob.names.sort(), ["Ada", "Bob"]);
    for (const one of [ada, bob]) one.leave();
  });

  test("polls that a balancer sends to one server, then to another, wait at both and miss nothing", async () => {
    const servers = await Promise.all([join(), join()]);
    const room = "polls";
    const [ada, bob] = [new Polls(room, "Ada"), new Polls(room, "Bob")];
    const dora = await arrive(servers[1].port, room, "Dora");
    // Each poll goes to another server than the one before; they settle, and none is answered without need.
    for (const [i, one] of [ada, bob].entries()) one.begin((n) => servers[(n + i) % 2]?.port ?? 0);
    await dora.until(() => dora.state.people === 3);
    assert.equal(dora.names, ["Ada", "Bob", "Dora"]);
    for (let i = 0; i < 8; i++) {
      dora.say(`number ${i}`);
      for (const one of [ada, bob]) await one.sees(`number ${i}`);
    }
    assert.is(dora.state.people, 3);
    for (const one of [ada, bob]) {
      assert.equal(
        one.texts,
        Array.from({ length: 8 }, (_, i) => `number ${i}`),
      );
      // One for each message, and some while everybody came; on an idle machine there are less than 20.
      assert.ok(one.count < 60, `${one.count} polls`);
      one.end();
    }
    dora.leave();
  });

  test("a message that was taken by two servers is one", async () => {
    const [here, there] = await Promise.all([join(), join()]);
    const ada = await arrive(here.port, "twice", "Ada");
    const bob = await arrive(there.port, "twice", "Bob");
    await bob.until(() => bob.state.people === 2);
    ada.say("Once", "the-key");
    bob.say("Once", "the-key");
    ada.say("End of Ada");
    bob.say("End of Bob");
    for (const one of [ada, bob]) await one.sees("End of Ada", "End of Bob");
    const late = await join();
    const cleo = await arrive(late.port, "twice", "Cleo");
    await cleo.sees("Once", "End of Ada", "End of Bob");
    assert.is(cleo.texts.filter((text) => text === "Once").length, 1);
    for (const one of [ada, bob, cleo]) one.leave();
  });

  test("people of a server that was killed are gone after a while; those of one that ends at once", async () => {
    const [here, killed, ended] = await Promise.all([join(), join(), join()]);
    const ada = await arrive(here.port, "gone", "Ada");
    const bob = await arrive(killed.port, "gone", "Bob");
    const cleo = await arrive(ended.port, "gone", "Cleo");
    await ada.until(() => ada.state.people === 3);
    await ended.stop();
    await ada.until(() => ada.state.people === 2);
    assert.equal(ada.names, ["Ada", "Bob"]);
    kill(killed);
    await ada.until(() => ada.state.people === 1);
    assert.equal(ada.names, ["Ada"]);
    for (const one of [ada, bob, cleo]) one.cut();
  });
}

/** A page without WebSocket and event stream. */
class Polls {
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

/** Two who are at two workers of one server, as soon as both serve. */
async function arriveAtTwo(port: number, room: string): Promise<[Somebody, Somebody]> {
  const ada = await arrive(port, room, "Ada");
  for (;;) {
    const bob = await arrive(port, room, "Bob");
    if (bob.process !== ada.process) return [ada, bob];
    bob.leave();
  }
}

if (REDIS_SERVER !== undefined) {
  const server = new RedisServer();
  joinedBy({ name: "Redis", thorough: true, server, args: () => ["--redis", `unix:${server.path}`] });
}
if (NATS_SERVER !== undefined) {
  const server = new NatsServer();
  joinedBy({ name: "NATS", thorough: false, server, args: () => ["--nats", `nats://${server.address}`] });
}

const workers = suite("examples/chat, workers", { deadline: 60 });
workers.after.each(stopAll);

/** Processes whose parent this is. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

workers("two workers are one chat; one that is killed comes back with the history", async () => {
  const port = await freePort();
  const chat = await start("--workers", "2", "--port", String(port));
  assert.match(chat.banner, /^ {2}workers +2$/m);
  const [ada, bob] = await arriveAtTwo(port, "workers");
  for (const one of [ada, bob]) await one.until(() => one.state.people === 2);
  ada.say("Do you hear me?");
  await bob.sees("Do you hear me?");
  bob.type();
  await ada.until(() => ada.state.typing.length === 1);
  bob.say("Yes");
  await ada.sees("Yes");
  const old = [ada.process, bob.process];
  // Whichever it is, its people come back to another.
  process.kill(childrenOf(chat.pid)[0] ?? 0, "SIGKILL");
  for (const one of [ada, bob]) await one.enter(port);
  ada.say("Still here?");
  bob.say("Of course");
  for (const one of [ada, bob]) await one.sees("Still here?", "Of course");
  let cleo = await arrive(port, "workers", "Cleo");
  while (old.includes(cleo.process)) {
    cleo.leave();
    cleo = await arrive(port, "workers", "Cleo");
  }
  await cleo.sees("Do you hear me?", "Yes", "Still here?", "Of course");
  for (const one of [ada, bob, cleo]) {
    assert.equal(one.texts, ada.texts);
    one.leave();
  }
});
workers.run();
