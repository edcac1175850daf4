/** The chat with raw clients: waiting, leaving, coming back, the last 200, wrong input, stopping. */
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { LOADER } from "../_support/loader.ts";
import { suite } from "../_support/suite.ts";
import { Peer, withPeer } from "../_support/wire.ts";
import type { Answer } from "../_support/wire.ts";

const test = suite("examples/chat", { deadline: 30 });
let chat: Example;

interface Message {
  id: string;
  name: string;
  text: string;
}
interface News {
  at: string;
  messages: Message[];
  people: number;
}
interface Recent extends News {
  waiting: number;
}

const textOf = ({ body }: Answer): string => Buffer.from(body, "latin1").toString();
const newsOf = (answer: Answer): News => JSON.parse(textOf(answer)) as News;
const texts = ({ messages }: News): string[] => messages.map(({ text }) => text);

function ask(peer: Peer, path: string): Promise<Answer> {
  peer.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return peer.answer();
}

async function say(peer: Peer, content: unknown, type = "application/json"): Promise<Answer> {
  const body = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  peer.write(
    `POST /messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  peer.write(body);
  return peer.answer();
}

const recent = async (peer: Peer): Promise<Recent> => JSON.parse(textOf(await ask(peer, "/messages/recent"))) as Recent;

/** Asks until it is so; the deadline of the test ends it otherwise. */
async function until(peer: Peer, wanted: (state: Recent) => boolean): Promise<Recent> {
  for (;;) {
    const state = await recent(peer);
    if (wanted(state)) return state;
  }
}

/** The place after the newest message; the tests share a room. */
const newest = async (peer: Peer): Promise<string> => (await recent(peer)).at;

test.before(async () => {
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
});
test.after(() => chat.stop());

test("says where it serves, which parser, which transport and which runtime", () => {
  assert.match(chat.banner, /^The chat is at http:\/\/localhost:\d+\n/);
  assert.match(chat.banner, /^ {2}parser +(?:wasm|ts) \(.+\)$/m);
  assert.match(chat.banner, /^ {2}transport +(?:zero-copy|copy)/m);
  assert.match(chat.banner, /^ {2}runtime +(?:Node|Bun) \d+\./m);
});

test("takes the parser and the transport from its arguments", async () => {
  const other = await startExample("chat/server.ts", ["--port", "0", "--parser", "ts", "--transport", "copy"]);
  await other.stop();
  assert.match(other.banner, /^ {2}parser +ts/m);
  assert.match(other.banner, /^ {2}transport +copy/m);
});

test("says what is wrong with its arguments", () => {
  for (const [args, sentence] of [
    [["--port", "http"], "--port is a number from 0 (any free port) to 65535, not http"],
    [["--parser", "fast"], "--parser is wasm or ts, not fast"],
    [["--colour", "red"], "Unknown option '--colour'"],
    [["--workers", "many"], "--workers is a number from 0 (one for each processor) to 256, not many"],
    [["--workers", "2", "--port", "0"], "--workers needs a --port of its own, not 0"],
    [["--workers", "2", "--port", String(chat.port)], `Cannot serve at 127.0.0.1 port ${chat.port}`],
    [
      ["--redis", "localhost"],
      "--redis is an address that begins with redis: or rediss: or unix:, as redis://localhost",
    ],
    [["--redis", "redis://"], "--redis is an address that begins with redis:"],
    [["--redis", "http://user:secret@host"], "--redis is an address that begins with redis:"],
    [["--nats", "redis://localhost"], "--nats is an address that begins with nats: or tls:, as nats://localhost"],
    [["--port", String(chat.port)], `Cannot serve at 127.0.0.1 port ${chat.port}`],
  ] as const) {
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [...LOADER, "examples/chat/server.ts", ...args], {
      cwd,
      encoding: "utf8",
    });
    assert.is(status, sentence.startsWith("Cannot serve") ? 1 : 2);
    assert.ok(stderr.startsWith(sentence), stderr);
    assert.not.match(stderr, /^ +at /m, "no stack");
    assert.not.match(stderr, "secret");
  }
});

test("says which package is missing", () => {
  // Bun has no hooks like these; the code is the same.
  if ("Bun" in globalThis) return;
  const hooks = `export async function resolve(name, context, next) {
    if (!/^(redis|ioredis|@nats-io)/.test(name)) return next(name, context);
    throw Object.assign(new Error("Cannot find package '" + name + "' imported from …"), { code: "ERR_MODULE_NOT_FOUND" });
  }`;
  const dataURL = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(dataURL(hooks))});`;
  for (const [args, sentence] of [
    [["--redis", "redis://localhost"], "--redis needs the package redis, or ioredis: npm install redis"],
    [
      ["--nats", "nats://localhost"],
      "--nats needs the package @nats-io/transport-node: npm install @nats-io/transport-node",
    ],
  ] as const) {
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", dataURL(register), ...LOADER, "examples/chat/server.ts", "--port", "0", ...args],
      { cwd: fileURLToPath(new URL("../..", import.meta.url)), encoding: "utf8" },
    );
    assert.is(stderr, `${sentence}\n`);
    assert.is(status, 1);
  }
});

test("gives a message to everyone who waits", async () => {
  const [ada, bob, cleo] = await Promise.all([
    Peer.connect(chat.port),
    Peer.connect(chat.port),
    Peer.connect(chat.port),
  ]);
  const since = await newest(cleo);
  const polls = [ask(ada, `/messages?since=${since}`), ask(bob, `/messages?since=${since}`)];
  await until(cleo, ({ waiting }) => waiting === 2);
  const sent = await say(cleo, { name: " Cleo\n von  X ", text: "Hello <b>all</b>, żółw" });
  assert.is(sent.status, 201);
  const message = JSON.parse(textOf(sent)) as Message;
  assert.is(message.name, "Cleo von X");
  for (const answer of await Promise.all(polls)) {
    assert.is(answer.headers["content-type"], "application/json; charset=UTF-8");
    assert.is(answer.headers["cache-control"], "no-store");
    assert.equal(newsOf(answer).messages, [message]);
  }
  for (const peer of [ada, bob, cleo]) peer.destroy();
});

test("answers at once what is newer than the message named, and waits where nothing is", async () => {
  await withPeer(chat.port, async (peer) => {
    const before = await newest(peer);
    for (const text of ["one", "two", "three"]) await say(peer, { name: "Ada", text });
    const all = newsOf(await ask(peer, `/messages?since=${before}`));
    assert.equal(texts(all), ["one", "two", "three"]);
    const ids = all.messages.map(({ id }) => id);
    assert.equal(ids, [...ids].sort());
    const everything = texts(await recent(peer));
    assert.equal(texts(newsOf(await ask(peer, "/messages"))), everything);
    assert.equal(texts(newsOf(await ask(peer, "/messages?since=abcdef.7"))), everything, "of no process of ours");
    assert.equal(texts(newsOf(await ask(peer, `/messages?since=abcdef.7~${before}`))), ["one", "two", "three"]);
    await withPeer(chat.port, async (other) => {
      const poll = ask(peer, `/messages?since=${all.at}`);
      await until(other, ({ waiting }) => waiting === 1);
      await say(other, { name: "Bob", text: "four" });
      assert.equal(texts(newsOf(await poll)), ["four"]);
    });
  });
});

test("counts on when it is started again", async () => {
  const before = await withPeer(
    chat.port,
    async (peer) => JSON.parse(textOf(await say(peer, { name: "Ada", text: "old" }))) as Message,
  );
  const since = await withPeer(chat.port, newest);
  await chat.stop();
  chat = await startExample("chat/server.ts", ["--port", "0", "--quiet"]);
  await withPeer(chat.port, async (peer) => {
    await say(peer, { name: "Ada", text: "new" });
    assert.equal(texts(newsOf(await ask(peer, `/messages?since=${since}`))), ["new"]);
    assert.ok(((await recent(peer)).messages[0]?.id ?? "") > before.id);
  });
});

test("forgets a poll whose client left, by reset or by half-close", async () => {
  await withPeer(chat.port, async (watcher) => {
    const since = await newest(watcher);
    for (const leave of [
      (peer: Peer) => peer.socket.resetAndDestroy(),
      (peer: Peer) => peer.destroy(),
      (peer: Peer) => peer.finish(),
    ]) {
      const leaving = await Peer.connect(chat.port);
      leaving.write(`GET /messages?since=${since}&who=leaving HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await until(watcher, ({ waiting, people }) => waiting === 1 && people === 1);
      leave(leaving);
      await until(watcher, ({ waiting, people }) => waiting === 0 && people === 0);
      leaving.destroy();
    }
    await say(watcher, { name: "Ada", text: "still here" });
    assert.is(texts(await recent(watcher)).at(-1), "still here");
  });
});

test("tells everyone how many are there when somebody comes or goes", async () => {
  const [ada, bob] = await Promise.all([Peer.connect(chat.port), Peer.connect(chat.port)]);
  const since = await newest(ada);
  const seen = async (peer: Peer, who: string, wanted: number): Promise<void> => {
    for (;;) if (newsOf(await ask(peer, `/messages?since=${since}&who=${who}`)).people === wanted) return;
  };
  await seen(ada, "ada", 1);
  await Promise.all([seen(ada, "ada", 2), seen(bob, "bob", 2)]);
  bob.write(`GET /messages?since=${since}&who=bob HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await withPeer(chat.port, (watcher) => until(watcher, ({ waiting }) => waiting === 1));
  bob.destroy();
  await seen(ada, "ada", 1);
  ada.destroy();
});

test("keeps the last 200 messages", async () => {
  await withPeer(chat.port, async (peer) => {
    for (let i = 0; i < 205; i++) await say(peer, { name: "Bob", text: `number ${i}` });
    const { messages } = newsOf(await ask(peer, "/messages"));
    assert.is(messages.length, 200);
    assert.is(messages[0]?.text, "number 5");
    assert.is(messages.at(-1)?.text, "number 204");
  });
});

test("refuses what is no message, and says why", async () => {
  const error = (answer: Answer): unknown => (JSON.parse(textOf(answer)) as { error?: unknown }).error;
  await withPeer(chat.port, async (peer) => {
    const before = await newest(peer);
    for (const [body, sentence] of [
      ["no JSON", "That is no JSON"],
      ["null", "The name is missing"],
      ["[]", "The name is missing"],
      [{ name: 7, text: "x" }, "The name is missing"],
      [{ name: "x", text: " \n" }, "The message is empty"],
      [{ name: "x".repeat(41), text: "y" }, "A name has at most 40 characters"],
      [{ name: "x", text: "y".repeat(2001) }, "A message has at most 2000 characters"],
    ] as const) {
      const answer = await say(peer, body);
      assert.is(answer.status, 400);
      assert.is(error(answer), sentence);
    }
    const foreign = await say(peer, { name: "x", text: "y" }, "text/plain");
    assert.is(foreign.status, 415);
    assert.is(error(foreign), "Send application/json");
    for (const since of [
      "-1",
      "1e3",
      "x",
      "abcdef.1~",
      `abcdef.${"9".repeat(16)}`,
      Array(9).fill("abcdef.1").join("~"),
    ]) {
      const answer = await ask(peer, `/messages?since=${since}`);
      assert.is(answer.status, 400);
      assert.is(error(answer), "since must be what came as at with messages");
    }
    assert.is((await ask(peer, `/messages?who=${"a".repeat(41)}`)).status, 400);
    assert.is(
      (await say(peer, { name: "x".repeat(40), text: "\u0001".repeat(2000) })).status,
      201,
      "the longest there is",
    );
    assert.is(newsOf(await ask(peer, `/messages?since=${before}`)).messages.length, 1);
  });
  await withPeer(chat.port, async (peer) => {
    peer.write(
      "POST /messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 16385\r\n\r\n",
    );
    assert.is((await peer.answer()).status, 413);
  });
});

test("serves its page under a content security policy, and again only when it has changed", async () => {
  await withPeer(chat.port, async (peer) => {
    for (const [path, type] of [
      ["/", "text/html"],
      ["/style.css", "text/css"],
      ["/chat.js", "text/javascript"],
    ] as const) {
      const { headers } = await ask(peer, path);
      assert.is(headers["content-type"], `${type}; charset=UTF-8`);
      assert.match(headers["content-security-policy"] ?? "", "default-src 'none'; script-src 'self'");
      peer.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${headers["etag"]}\r\n\r\n`);
      assert.is((await peer.answer()).status, 304);
    }
    assert.is((await ask(peer, "/server.ts")).status, 404);
  });
});

test("answers those who wait when it stops, whoever else has left", async () => {
  const [waiting, left, watcher] = await Promise.all([
    Peer.connect(chat.port),
    Peer.connect(chat.port),
    Peer.connect(chat.port),
  ]);
  const since = await newest(watcher);
  left.write(`GET /messages?since=${since} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await until(watcher, (state) => state.waiting === 1);
  left.destroy();
  await until(watcher, (state) => state.waiting === 0);
  const poll = ask(waiting, `/messages?since=${since}`);
  await until(watcher, (state) => state.waiting === 1);
  const stopped = chat.stop();
  const answer = await poll;
  assert.equal(newsOf(answer).messages, []);
  assert.is(answer.headers["connection"], "close");
  assert.is(await watcher.rest(), "");
  for (const peer of [waiting, watcher]) peer.finish();
  await stopped;
});

test.run();
