/** The chat with raw clients: waiting, leaving, the last 200, and wrong input. */
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/chat", { deadline: 30 });
let chat: Example;
const at = (path: string): string => `http://127.0.0.1:${chat.port}${path}`;

interface Poll {
  messages: { id: number; name: string; text: string }[];
  people: number;
}

const poll = async (since: number, signal?: AbortSignal): Promise<Poll> => {
  const response = await fetch(at(`/messages?since=${since}`), signal === undefined ? {} : { signal });
  return (await response.json()) as Poll;
};
const say = (body: unknown): Promise<Response> =>
  fetch(at("/messages"), { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

/** Waits until so many polls are held. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const people = (await (await fetch(at("/people"))).json()) as { waiting: number };
    if (people.waiting === count) return;
  }
}

test.before(async () => {
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
});
test.after(() => chat.stop());

test("says where it serves, which parser and which transport", () => {
  assert.match(chat.banner, /parser +(?:wasm|ts) \(/);
  assert.match(chat.banner, /transport +(?:zero-copy|copy)/);
});

test("gives a message to everyone who waits", async () => {
  const polls = [poll(0), poll(0)];
  await waiting(2);
  const sent = await say({ name: "Ada", text: "Hello <b>all</b>" });
  assert.is(sent.status, 201);
  for (const { messages } of await Promise.all(polls)) {
    assert.equal(
      messages.map(({ name, text }) => [name, text]),
      [["Ada", "Hello <b>all</b>"]],
    );
  }
});

test("answers at once where there is something newer", async () => {
  const { messages } = await poll(0);
  assert.is(messages.at(-1)?.name, "Ada");
});

test("forgets who closes the page", async () => {
  const leaving = new AbortController();
  const { messages } = await poll(0);
  const left = poll(messages.at(-1)?.id ?? 0, leaving.signal).catch((error: Error) => error.name);
  await waiting(1);
  leaving.abort();
  assert.is(await left, "AbortError");
  await waiting(0);
});

test("keeps the last 200 messages", async () => {
  for (let i = 0; i < 205; i++) await say({ name: "Bob", text: `number ${i}` });
  const { messages } = await poll(0);
  assert.is(messages.length, 200);
  assert.is(messages[0]?.text, "number 5");
  assert.is(messages.at(-1)?.text, "number 204");
});

test("refuses what is no message, and says why", async () => {
  for (const [body, reason] of [
    ["no JSON", "Send JSON: name and text"],
    ["null", "Neither name nor text may be empty"],
    [{ name: "x", text: " " }, "Neither name nor text may be empty"],
    [{ name: "x".repeat(41), text: "y" }, "A name has at most 40 characters"],
    [{ name: "x", text: "y".repeat(2001) }, "A message has at most 2000 characters"],
  ] as const) {
    const response = await say(body);
    assert.is(response.status, 400);
    assert.is(response.statusText, reason);
  }
  assert.is((await fetch(at("/messages?since=-1"))).status, 400);
});

test("serves its page under a content security policy", async () => {
  for (const [path, type] of [
    ["/", "text/html"],
    ["/style.css", "text/css"],
    ["/chat.js", "text/javascript"],
  ] as const) {
    const response = await fetch(at(path));
    assert.is(response.headers.get("Content-Type"), `${type}; charset=UTF-8`);
    assert.match(response.headers.get("Content-Security-Policy") ?? "", "default-src 'none'");
    await response.text();
  }
});

test("answers those who wait when it stops", async () => {
  const other = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
  const answer = fetch(`http://127.0.0.1:${other.port}/messages?since=0`).then((response) => response.json()) as Promise<Poll>;
  for (;;) {
    const people = (await (await fetch(`http://127.0.0.1:${other.port}/people`)).json()) as { waiting: number };
    if (people.waiting === 1) break;
  }
  await other.stop();
  assert.equal((await answer).messages, []);
});

test.run();
