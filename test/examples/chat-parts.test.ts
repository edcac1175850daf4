/** Parts of the chat by themselves: records that are merged in any order, people of several processes, what a peer may say. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { idAt, isTimely, nextId, PROCESS } from "../../examples/chat/ids.ts";
import { MessageBuffer } from "../../examples/chat/message-buffer.ts";
import type { Message } from "../../examples/chat/message-buffer.ts";
import { LONGEST_WORD, MESSAGES_IN_WORD, readWord, ROOMS_IN_WORD } from "../../examples/chat/peer-word.ts";
import { unite } from "../../examples/chat/presence.ts";
import type { Person, Presence } from "../../examples/chat/presence.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/chat, parts");

const idsOf = (messages: readonly Message[]): string[] => messages.map(({ id }) => id);

/** Messages of three processes, some of them sent twice by their page. */
const saidBy = fc.array(
  fc.record({ time: fc.nat(60), process: fc.constantFrom("aaaaaa", "bbbbbb", "cccccc"), key: fc.nat(30) }),
  { maxLength: 60 },
);
const messagesOf = (said: readonly { time: number; process: string; key: number }[]): Message[] => [
  ...new Map(
    said.map(({ time, process, key }) => {
      const id = idAt(1_700_000_000_000 + time) + process;
      // Its process gives a message one id, and with it one key.
      return [id, { id, from: "", name: "", text: id, time, key: key < 10 ? `key-${key}` : "" }] as const;
    }),
  ).values(),
];

test("records that have taken the same messages, in whichever order and however often, are the same", () => {
  fc.assert(
    fc.property(saidBy, fc.nat(), (said, seed) => {
      const messages = messagesOf(said);
      const shuffled = messages
        .map((message, i) => [(seed + i * 7919) % 104_729, message] as const)
        .sort(([a], [b]) => a - b)
        .map(([, message]) => message);
      const [one, two] = [new MessageBuffer(100), new MessageBuffer(100)];
      one.merge(messages);
      for (const message of shuffled) two.merge([message]);
      two.merge(shuffled.slice(0, 10));
      assert.equal(idsOf(one.all), idsOf(two.all));
      assert.equal(idsOf(one.all), idsOf(one.all).sort());
      assert.is(one.digest("z"), two.digest("z"));
    }),
  );
});

test("who asks with what came as at gets all that is kept, and nothing twice", () => {
  fc.assert(
    fc.property(saidBy, fc.array(fc.nat(5)), (said, steps) => {
      const messages = messagesOf(said).map((message) => ({ ...message, key: "" }));
      const buffer = new MessageBuffer(100);
      const seen: string[] = [];
      let at = "";
      for (const step of [...steps, messages.length]) {
        buffer.merge(messages.splice(0, step));
        const missed = buffer.missed(at);
        at = missed.at;
        assert.is(missed.gap, undefined);
        seen.push(...idsOf(missed.messages));
      }
      assert.equal([...seen].sort(), idsOf(buffer.all));
    }),
  );
});

test("the newest are kept, whenever they arrive; who has missed a forgotten one is told", () => {
  const buffer = new MessageBuffer(3);
  const id = (time: number): string => `${idAt(time)}aaaaaa`;
  const of = (time: number): Message => ({ id: id(time), from: "", name: "", text: "", time, key: "" });
  buffer.merge([of(5), of(6)]);
  const { at } = buffer.missed("");
  buffer.merge([of(3)]);
  assert.is(buffer.merge([of(2)]), undefined, "older than all, and it is full");
  buffer.merge([of(7)]);
  assert.equal(idsOf(buffer.all), [5, 6, 7].map(id));
  assert.equal(idsOf(buffer.missed(at).messages), [id(7)]);
  assert.is(buffer.missed(at).gap, true);
  assert.equal(idsOf(buffer.missed("zzzzzz.9").messages), [5, 6, 7].map(id));
  assert.is(buffer.missed("zzzzzz.9").gap, true, "of another process: there may have been others");
});

test("an id is above all that were seen", () => {
  const ahead = Date.now() + 30_000;
  new MessageBuffer().merge([{ id: `${idAt(ahead)}zzzzzz`, from: "", name: "", text: "", time: 0, key: "" }]);
  const [one, two] = [nextId(), nextId()];
  assert.ok(one > `${idAt(ahead)}zzzzzz`);
  assert.ok(two > one);
  assert.ok(one.endsWith(PROCESS));
  assert.ok(isTimely(one));
  assert.not(isTimely(`${idAt(Date.now() + 120_000)}zzzzzz`));
});

test("somebody at two processes is one person, where it came last", () => {
  const person = (id: string, since: number, name = id): Person => ({ id, name, since, typing: false });
  const one: Presence = { count: 2, listed: [person("ada", 1), person("bob", 2)] };
  const two: Presence = { count: 301, listed: [person("eve", 2, ""), person("ada", 3, "Ada L")] };
  const { count, listed } = unite(one, [two]);
  assert.is(count, 302);
  assert.equal(
    listed.map(({ name }) => name),
    ["Ada L", "bob", ""],
  );
  assert.equal(unite(two, [one]), { count, listed });
});

const GOOD = { from: "abcdef", number: 1 };
const read = (fields: object): ReturnType<typeof readWord> => readWord(JSON.stringify({ ...GOOD, ...fields }));

test("what a peer says is as it should be, or left out", () => {
  for (const text of [
    7,
    "",
    "no JSON",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...GOOD, type: "bye", from: "abc" }),
    JSON.stringify({ ...GOOD, type: "bye", number: -1 }),
    JSON.stringify({ ...GOOD, type: "bye", number: "1" }),
    JSON.stringify({ ...GOOD, type: "shutdown" }),
    JSON.stringify({ ...GOOD, type: "alive", before: 7, rooms: [] }),
    JSON.stringify({ ...GOOD, type: "messages", room: "<b>", messages: [] }),
    JSON.stringify({ ...GOOD, type: "ask", rooms: "lobby" }),
    JSON.stringify({ ...GOOD, type: "bye", more: "x".repeat(LONGEST_WORD) }),
  ])
    assert.is(readWord(text), undefined, String(text).slice(0, 80));
  assert.equal(read({ type: "bye" }), { type: "bye", ...GOOD });
});

test("of lists no more is taken than there may be, and nothing that is too long, or from the future", () => {
  const message = { id: nextId(), from: "p1", name: "Ada", text: "x", time: 1, key: "" };
  const bad = [
    { ...message, id: "1" },
    { ...message, id: `${idAt(Date.now() + 3_600_000)}aaaaaa` },
    { ...message, name: "x".repeat(41) },
    { ...message, text: "x".repeat(2001) },
    { ...message, key: "?" },
    { ...message, from: "<b>" },
    { ...message, time: -1 },
    { ...message, text: undefined },
    null,
  ];
  const word = read({ type: "messages", room: "lobby", messages: [...bad, message, ...Array(50).fill(message)] });
  assert.ok(word?.type === "messages");
  assert.is(word.messages.length, MESSAGES_IN_WORD - bad.length);
  assert.equal(word.messages[0], message);

  const listed = Array.from({ length: 150 }, (_, i) => ({ id: `p${i}`, name: "x", since: 1, typing: 1, more: "y" }));
  const rooms = [
    { name: "lobby", count: 20_001, listed: [] },
    { name: "lobby", count: 150, listed: [{ id: "p", name: "x".repeat(41), since: 1 }, ...listed] },
    ...Array(50).fill({ name: "garden", count: 0, listed: [] }),
  ];
  const people = read({ type: "people", rooms });
  assert.ok(people?.type === "people");
  assert.is(people.rooms.length, ROOMS_IN_WORD - 1);
  assert.is(people.rooms[0]?.listed.length, 99);
  assert.equal(people.rooms[0]?.listed[0], { id: "p0", name: "x", since: 1, typing: false });
});
test.run();
