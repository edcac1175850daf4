/** The chat over WebSockets and event streams: what was missed, rooms, who is there and types, what is refused. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { websocketConnect } from "../../src/web/websocket.ts";
import type { WebSocketClient, WebSocketHandshakeError } from "../../src/web/websocket.ts";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/chat, live", { deadline: 30 });
let chat: Example;

interface Event {
  type: string;
  you?: string;
  me?: string;
  people?: number;
  present?: { id: string; name: string }[];
  typing?: string[];
  rooms?: { name: string; people: number }[];
  at?: string;
  messages?: { id: string; from: string; name: string; text: string }[];
  gap?: boolean;
  key?: string;
  error?: string;
  retryAfter?: number;
}

type Next = () => Promise<Event>;

const query = (fields: Record<string, string | number>): string =>
  new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();

const connect = (fields: Record<string, string | number>): Promise<WebSocketClient> =>
  websocketConnect(`ws://127.0.0.1:${chat.port}/socket?${query(fields)}`);

const reader =
  (socket: WebSocketClient): Next =>
  async () =>
    JSON.parse(String((await socket.readMessage()) ?? '{"type":"end"}')) as Event;

/** The next event that is so; those before it are of no interest. */
async function until(next: Next, wanted: (event: Event) => boolean): Promise<Event> {
  for (;;) {
    const event = await next();
    if (wanted(event)) return event;
    if (event.type === "end") throw new Error("the connection ended before");
  }
}
const messagesOf = (event: Event): string[] => (event.messages ?? []).map(({ text }) => text);
const nextTexts = async (next: Next): Promise<string[]> =>
  messagesOf(await until(next, ({ type }) => type === "messages"));

const say = (socket: WebSocketClient, fields: object): unknown => socket.writeMessage({ type: "say", ...fields });

function post(path: string, content: object): Promise<Response> {
  return fetch(`http://127.0.0.1:${chat.port}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
}

interface Stream {
  readonly next: Next;
  /** Id of the last event that had one. */
  readonly id: () => string;
  readonly close: () => void;
}

/** Reads an event stream as a browser does. */
async function listen(fields: Record<string, string | number>, lastEventId = ""): Promise<Stream> {
  const ended = new AbortController();
  const response = await fetch(`http://127.0.0.1:${chat.port}/events?${query(fields)}`, {
    signal: ended.signal,
    headers: lastEventId === "" ? {} : { "Last-Event-ID": lastEventId },
  });
  assert.is(response.headers.get("content-type"), "text/event-stream");
  const body = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let id = "";
  const next: Next = async () => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        id = lines.find((line) => line.startsWith("id: "))?.slice(4) ?? id;
        const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
        if (data !== undefined) return JSON.parse(data) as Event;
        continue;
      }
      const piece = await body?.read();
      if (piece === undefined || piece.done) return { type: "end" };
      text += decoder.decode(piece.value as Uint8Array, { stream: true });
    }
  };
  return { next, id: () => id, close: () => ended.abort() };
}

test.before(async () => {
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
});
test.after(() => chat.stop());

test("gives a message to everybody, by whichever road they are there", async () => {
  const room = "all-roads";
  const [ada, bob] = await Promise.all([connect({ room, who: "ada" }), connect({ room, who: "bob" })]);
  const events = await listen({ room, who: "cleo" });
  const [toAda, toBob] = [reader(ada), reader(bob)];
  for (const next of [toAda, toBob, events.next]) {
    assert.is((await next()).type, "welcome");
    assert.equal(await nextTexts(next), []);
  }
  const poll = fetch(`http://127.0.0.1:${chat.port}/messages?${query({ room })}`);
  await until(
    async () => {
      const recent = await fetch(`http://127.0.0.1:${chat.port}/messages/recent?room=${room}`);
      return { type: ((await recent.json()) as { waiting: number }).waiting === 1 ? "waiting" : "" };
    },
    ({ type }) => type === "waiting",
  );
  say(ada, { key: "k1", name: " Ada \n L ", text: "Hello <b>all</b>, żółw" });
  for (const next of [toAda, toBob, events.next]) {
    const { messages } = await until(next, ({ type }) => type === "messages");
    assert.is(messages?.[0]?.name, "Ada L");
    assert.is(messages?.[0]?.text, "Hello <b>all</b>, żółw");
  }
  assert.is((await until(toAda, ({ type }) => type === "sent")).key, "k1");
  assert.equal(messagesOf((await (await poll).json()) as Event), ["Hello <b>all</b>, żółw"]);
  assert.is((await post("/messages", { room, name: "Dora", text: "by post" })).status, 201);
  for (const next of [toAda, toBob, events.next]) assert.equal(await nextTexts(next), ["by post"]);
  for (const socket of [ada, bob]) socket.close();
  events.close();
});

test("sends what was missed first, and says when some of it is forgotten", async () => {
  const room = "missed";
  const ada = await connect({ room, who: "ada" });
  const toAda = reader(ada);
  assert.equal(await nextTexts(toAda), []);
  say(ada, { name: "Ada", text: "one" });
  const { at: since = "" } = await until(toAda, ({ type }) => type === "messages");
  ada.close();
  for (const text of ["two", "three"]) await post("/messages", { room, name: "Bob", text });
  const again = await connect({ room, who: "ada", since });
  const event = await until(reader(again), ({ type }) => type === "messages");
  assert.equal(messagesOf(event), ["two", "three"]);
  assert.is(event.gap, undefined);
  again.close();
  for (let i = 0; i < 200; i++) await post("/messages", { room, name: "Bob", text: `number ${i}` });
  const late = await connect({ room, who: "ada", since });
  const all = await until(reader(late), ({ type }) => type === "messages");
  assert.is(all.messages?.length, 200);
  assert.is(all.gap, true);
  late.close();
});

test("sends an event stream what came after its Last-Event-ID", async () => {
  const room = "streams";
  const first = await listen({ room, who: "ada" });
  assert.equal(await nextTexts(first.next), []);
  await post("/messages", { room, name: "Bob", text: "one" });
  assert.equal(await nextTexts(first.next), ["one"]);
  const id = first.id();
  assert.match(id, /^[0-9a-z]{6}\.\d+$/);
  first.close();
  await post("/messages", { room, name: "Bob", text: "two" });
  const second = await listen({ room, who: "ada" }, id);
  assert.equal(await nextTexts(second.next), ["two"]);
  second.close();
});

test("takes a message that is sent twice once", async () => {
  const room = "twice";
  const ada = await connect({ room, who: "ada" });
  const next = reader(ada);
  say(ada, { key: "same", name: "Ada", text: "once" });
  await until(next, ({ type }) => type === "sent");
  const answer = await post("/messages", { room, key: "same", name: "Ada", text: "once" });
  assert.is(answer.status, 201);
  await post("/messages", { room, key: "other", name: "Ada", text: "twice" });
  assert.equal(await nextTexts(next), ["twice"]);
  ada.close();
});

test("says whose a message is, whatever its name: by the cookie of a browser, or the secret of a page", async () => {
  const room = "authors";
  const page = await fetch(`http://127.0.0.1:${chat.port}/`);
  await page.arrayBuffer();
  const line = page.headers.get("set-cookie") ?? "";
  assert.match(line, /^landspout_chat_visitor=[\w-]{24}; .*HttpOnly/);
  assert.match(line, "SameSite=Lax");
  const headers = { Cookie: line.slice(0, line.indexOf(";")) };
  const known = await fetch(`http://127.0.0.1:${chat.port}/`, { headers });
  await known.arrayBuffer();
  assert.is(known.headers.get("set-cookie"), null, "once is enough");
  const url = (who: string): string => `ws://127.0.0.1:${chat.port}/socket?${query({ room, who })}`;
  const [one, two] = await Promise.all([
    websocketConnect(url("window-1"), { headers }),
    websocketConnect(url("window-2"), { headers }),
  ]);
  const other = await connect({ room, who: "window-3" });
  const [toOne, toTwo, toOther] = [reader(one), reader(two), reader(other)];
  const [me, alsoMe, notMe] = [(await toOne()).me, (await toTwo()).me, (await toOther()).me];
  assert.is(me, alsoMe, "two windows of a browser");
  assert.match(me ?? "", /^[\w-]{16}$/);
  assert.is.not(me, notMe);
  const authorOf = async (): Promise<string | undefined> =>
    (await until(toOther, ({ messages }) => messages?.length === 1)).messages?.[0]?.from;
  say(one, { name: "Ada", text: "first" });
  assert.is(await authorOf(), me);
  say(other, { name: "Ada", text: "the same name", from: me });
  assert.is(await authorOf(), notMe, "what a client says of itself counts for nothing");
  await post("/messages", { room, who: "window-3", name: "Ada", text: "by post" });
  assert.is(await authorOf(), notMe);
  await post("/messages", { room, name: "Ada", text: "of nobody" });
  assert.is(await authorOf(), "");
  const polled = (await (
    await fetch(`http://127.0.0.1:${chat.port}/messages?${query({ room, who: "window-4" })}`, { headers })
  ).json()) as Event;
  assert.is(polled.me, me);
  const events = await listen({ room, who: "window-3" });
  assert.is((await events.next()).me, notMe);
  events.close();
  for (const socket of [one, two, other]) socket.close();
});

test("keeps rooms apart, and lists them", async () => {
  const [garden, cellar] = await Promise.all([
    connect({ room: "Garden", who: "ada" }),
    connect({ room: "żółw cellar", who: "bob" }),
  ]);
  const [toGarden, toCellar] = [reader(garden), reader(cellar)];
  const { rooms = [] } = await until(
    toGarden,
    (event) => event.rooms?.some(({ name }) => name === "żółw cellar") === true,
  );
  assert.is(rooms[0]?.name, "lobby");
  assert.equal(
    rooms.find(({ name }) => name === "garden"),
    { name: "garden", people: 1 },
  );
  say(garden, { name: "Ada", text: "in the garden" });
  assert.equal(messagesOf(await until(toGarden, ({ messages }) => messages?.length === 1)), ["in the garden"]);
  say(cellar, { name: "Bob", text: "in the cellar" });
  assert.equal(messagesOf(await until(toCellar, ({ messages }) => messages?.length === 1)), ["in the cellar"]);
  garden.close();
  cellar.close();
});

test("tells who is there, under which name, and who is typing", async () => {
  const room = "people";
  const ada = await connect({ room, who: "ada", name: "Ada" });
  const next = reader(ada);
  const welcome = await next();
  const bob = await connect({ room, who: "bob" });
  const toBob = reader(bob);
  const number = (await toBob()).you ?? 0;
  await until(next, ({ people }) => people === 2);
  void bob.writeMessage({ type: "self", name: "Bob", typing: true });
  const { present, typing } = await until(next, (event) => event.typing?.length === 1);
  assert.equal(present, [
    { id: welcome.you, name: "Ada" },
    { id: number, name: "Bob" },
  ]);
  assert.equal(typing, [number]);
  say(bob, { name: "Bob", text: "typed" });
  await until(next, (event) => event.typing?.length === 0);
  assert.is((await post("/self", { room, who: "ada", name: "Ada II", typing: true })).status, 204);
  await until(toBob, (event) => event.present?.[0]?.name === "Ada II");
  assert.is((await post("/self", { room, who: "nobody", name: "Nobody", typing: true })).status, 204);
  bob.close();
  const left = await until(next, ({ people }) => people === 1);
  assert.equal(left.present, [{ id: welcome.you, name: "Ada II" }]);
  ada.close();
});

test("waits a moment for whoever lost the connection, and counts nobody twice", async () => {
  const room = "grace";
  const ada = await connect({ room, who: "ada" });
  const next = reader(ada);
  const [one, two] = await Promise.all([connect({ room, who: "bob" }), connect({ room, who: "bob" })]);
  await until(next, ({ people }) => people === 2);
  one.abort();
  two.abort();
  const back = await connect({ room, who: "bob" });
  assert.is((await reader(back)()).people, 2);
  back.abort();
  await until(next, ({ people }) => people === 1);
  ada.close();
});

test("refuses what is no message, and closes on who goes on", async () => {
  const room = "refused";
  const ada = await connect({ room, who: "ada" });
  const next = reader(ada);
  for (const [message, error] of [
    ["no JSON", "That is no JSON"],
    [Buffer.from("{}"), "That is no JSON"],
    ["null", "The name is missing"],
    [{ type: "say", text: "x" }, "The name is missing"],
    [{ type: "say", name: "x", text: " " }, "The message is empty"],
    [{ type: "say", name: "x", text: "y".repeat(2001) }, "A message has at most 2000 characters"],
    [{ type: "say", name: "x".repeat(41), text: "y" }, "A name has at most 40 characters"],
    [{ type: "say", name: "x", text: "y", key: "?" }, "key must be at most 40 letters, digits, - and _"],
  ] as const) {
    void ada.writeMessage(message);
    assert.is((await until(next, ({ type }) => type === "refused")).error, error);
  }
  void ada.writeMessage({ type: "ask" });
  await until(next, ({ type }) => type === "here");
  for (let i = 0; i < 300; i++) say(ada, { key: `k${i}`, name: "Ada", text: `number ${i}` });
  const refused = await until(next, ({ type }) => type === "refused");
  assert.is(refused.error, "That is too fast, wait a moment");
  // By its key the page knows which of its messages is meant, and does not wait for an answer to it.
  assert.match(refused.key ?? "", /^k\d+$/);
  assert.is(refused.retryAfter, 1);
  await until(next, ({ type }) => type === "end");
  assert.is(ada.closeCode, 1008);
});

test("closes on a message that is too large", async () => {
  const ada = await connect({ room: "large", who: "ada" });
  void ada.writeMessage("x".repeat(16_385));
  await until(reader(ada), ({ type }) => type === "end");
  assert.is(ada.closeCode, 1009);
});

test("refuses a place that is none before the WebSocket or the stream begins", async () => {
  for (const path of ["/events", "/messages", "/messages/recent"]) {
    for (const [fields, sentence] of [
      [{ room: "x".repeat(33) }, "A room has at most 32 letters and digits in its name"],
      [{ room: "<b>" }, "A room has at most 32 letters and digits in its name"],
      [{ since: "-1" }, "since must be what came as at with messages"],
      [{ who: "?" }, "who must be at most 40 letters, digits, - and _"],
    ] as const) {
      const answer = await fetch(`http://127.0.0.1:${chat.port}${path}?${query(fields)}`);
      assert.is(answer.status, 400);
      assert.equal(await answer.json(), { error: sentence });
    }
  }
  const { status } = (await connect({ since: "x" }).catch((error: unknown) => error)) as WebSocketHandshakeError;
  assert.is(status, 400);
});

test("keeps a hundred rooms, and forgets those nobody is in", async () => {
  await chat.stop();
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
  const recent = (): Promise<Response> => fetch(`http://127.0.0.1:${chat.port}/messages/recent?room=one+more`);
  const held = await Promise.all(Array.from({ length: 99 }, (_, i) => connect({ room: `room ${i}`, who: `who${i}` })));
  const answer = await recent();
  assert.is(answer.status, 503);
  assert.equal(await answer.json(), { error: "There are too many rooms" });
  for (const socket of held) socket.close();
  // Until the server has seen one of them go; the deadline of the test ends it otherwise.
  for (let status = 503; status !== 200;) {
    const again = await recent();
    await again.arrayBuffer();
    status = again.status;
  }
});

test("slows an address down that posts without end", async () => {
  let status = 201;
  let seen = 0;
  while (status === 201 && seen < 2000) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post("/messages", { room: "flood", name: "F", text: "x" })),
    );
    for (const answer of answers) {
      seen++;
      if (answer.status !== 201) {
        status = answer.status;
        assert.is(answer.headers.get("retry-after"), "1");
      }
      await answer.arrayBuffer();
    }
  }
  assert.is(status, 429);
});

test("says goodbye to all when it stops", async () => {
  const ada = await connect({ room: "end", who: "ada" });
  const events = await listen({ room: "end", who: "bob" });
  const next = reader(ada);
  await next();
  await events.next();
  const stopped = chat.stop();
  await until(next, ({ type }) => type === "end");
  assert.is(ada.closeCode, 1001);
  await until(events.next, ({ type }) => type === "end");
  await stopped;
});

test.run();
