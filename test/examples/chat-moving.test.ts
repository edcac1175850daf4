/**
 * Who goes from one server of the chat to another, or comes to one that has just started: what they find, and who is seen meanwhile. Joined by
 * Redis; that is the same with each broker.
 */
import * as assert from "uvu/assert";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";
import { RedisServer } from "../pubsub/_redis-server.ts";
import { kill, start, stopAll } from "./_chat-servers.ts";
import { arrive, Polls } from "./_chat.ts";

const test = suite("examples/chat, moving between servers", { deadline: 60, needs: ["redis-server"] });
const server = new RedisServer();
const join = (): Promise<Example> => start("--redis", `unix:${server.path}`);
test.before(() => server.start());
test.after.each(stopAll);
test.after(() => server.stop());

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

test.run();
