/** Servers of the chat for its tests, and what must hold wherever two of them are joined by a broker. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";
import type { BrokerServer } from "../pubsub/_broker-server.ts";
import { arrive } from "./_chat.ts";
import type { Somebody } from "./_chat.ts";

const running: Example[] = [];
export async function start(...args: string[]): Promise<Example> {
  const chat = await startExample("chat/server.ts", ["--port", "0", "--quiet", ...args]);
  running.push(chat);
  return chat;
}
/** After each test, also one that failed. */
export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((chat) => chat.stop()));
}
export function kill(chat: Example): void {
  process.kill(chat.pid, "SIGKILL");
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Two who are at two workers of one server, as soon as both serve. */
export async function arriveAtTwo(port: number, room: string): Promise<[Somebody, Somebody]> {
  const ada = await arrive(port, room, "Ada");
  for (;;) {
    const bob = await arrive(port, room, "Bob");
    if (bob.process !== ada.process) return [ada, bob];
    bob.leave();
  }
}

/** A suite; `args` say how the servers are joined. */
export function runJoined(name: string, server: BrokerServer, args: () => readonly string[]): void {
  const test = suite(`examples/chat, joined by ${name}`, { deadline: 60, needs: [server.program] });
  test.before(() => server.start());
  test.after.each(stopAll);
  test.after(() => server.stop());
  const join = (...more: string[]): Promise<Example> => start(...args(), ...more);

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
    for (const one of [ada, bob]) await one.sees("Do you hear me?", "Loud and clear");
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
    for (const one of [ada, bob, cleo]) {
      await one.sees("To all", "Here only");
      assert.equal(one.texts, ["To all", "Here only"]);
      assert.is(new Set(one.arrived).size, one.arrived.length, "nothing twice");
      one.leave();
    }
  });
  test.run();
}
