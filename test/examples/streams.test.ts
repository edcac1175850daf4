/**
 * Two servers on one real Redis, whose streams are read by clients that come back as an `EventSource` does: while Redis is killed, while
 * a client is away, and when Redis has forgotten.
 */
import { createClient } from "redis";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";
import { RedisServer } from "../pubsub/_redis-server.ts";

const test = suite("examples/streams", { deadline: 60 });

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(0.005);
}

/** Tells a text and returns its id; undefined if Redis is away, and has it or not. */
async function tell(port: number, text: string): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/news`, { method: "POST", body: text });
  const body = await answer.text();
  if (answer.status === 201) return body.trim();
  assert.is(answer.status, 503);
  assert.is(body, "Redis is away\n");
  return undefined;
}

/** Listens as an `EventSource` does: comes back by itself, with the last id it has. */
class Listener {
  readonly events: { readonly id: string; readonly data: string; readonly event: string }[] = [];
  #last: string;
  #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  constructor(last = "") {
    this.#last = last;
  }
  get texts(): string[] {
    return this.events.map(({ data }) => data);
  }

  /** Resolves with the head of the answer. */
  listen(port: number): Promise<void> {
    this.#abort = new AbortController();
    return new Promise((begun) => (this.#ended = this.#run(port, this.#abort.signal, begun)));
  }
  async #run(port: number, signal: AbortSignal, begun: () => void): Promise<void> {
    while (!signal.aborted) {
      const headers: Record<string, string> = this.#last === "" ? {} : { "Last-Event-ID": this.#last };
      try {
        const { body } = await fetch(`http://127.0.0.1:${port}/news`, { headers, signal });
        begun();
        await this.#read(body as ReadableStream<Uint8Array>);
      } catch {
        // Cut off: again.
      }
    }
  }
  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }
  #take(block: string): void {
    const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1] ?? "";
    if (!/^data:/m.test(block)) return;
    this.#last = field("id") || this.#last;
    this.events.push({ id: field("id"), data: field("data"), event: field("event") });
  }
  async leave(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }
}

const listeners: Listener[] = [];
const listener = (last?: string): Listener => {
  const made = new Listener(last);
  listeners.push(made);
  return made;
};

/** Two servers on one Redis. */
async function withServers(
  appendOnly: boolean,
  use: (redis: RedisServer, ...ports: [number, number]) => Promise<void>,
): Promise<void> {
  const redis = new RedisServer(appendOnly);
  const examples: Example[] = [];
  try {
    await redis.start();
    const start = (): Promise<Example> =>
      startExample("streams/server.ts", ["--port", "0", "--redis", redis.path, "--quiet"]);
    examples.push(...(await Promise.all([start(), start()])));
    const [one, two] = examples.map(({ port }) => port) as [number, number];
    await use(redis, one, two);
  } finally {
    for (const one of listeners.splice(0)) await one.leave();
    for (const example of examples) await example.stop();
    await redis.stop();
  }
}

/** Tells until one is taken. */
async function tellSurely(port: number, text: string): Promise<string> {
  for (;;) {
    const id = await tell(port, text);
    if (id !== undefined) return id;
    await pause(0.02);
  }
}

test.needing(
  ["redis-server"],
  "what one server is told the clients of both hear; who comes back hears what was missed",
  () =>
    withServers(false, async (_redis, one, two) => {
      const [here, there] = [listener(), listener()];
      await tellSurely(one, "before");
      await Promise.all([here.listen(one), there.listen(two)]);
      // A client that is new hears what is told once it listens: tell until both do.
      while (here.events.length === 0 || there.events.length === 0) await tell(one, "begin");
      const ids = [await tell(one, "1"), await tell(two, "2")];
      await until(() => here.texts.at(-1) === "2" && there.texts.at(-1) === "2");
      assert.equal(
        there.events.slice(-2).map(({ id }) => id),
        ids,
      );
      assert.not.ok(here.texts.includes("before"));
      await there.leave();
      const missed = Array.from({ length: 250 }, (_, i) => `missed ${i}`);
      for (const text of missed) await tell(one, text);
      // At another server this time.
      await there.listen(one);
      await tell(two, "3");
      await until(() => there.texts.at(-1) === "3" && here.texts.at(-1) === "3");
      assert.equal(there.texts.slice(-252), ["2", ...missed, "3"]);
      assert.equal(here.events.slice(-253), there.events.slice(-253));
    }),
);

test.needing(
  ["redis-server"],
  "Redis, which keeps its streams, is killed and comes back: all that was taken arrives once, in order, everywhere",
  () =>
    withServers(true, async (redis, one, two) => {
      const [here, there, traveller] = [listener("0-1"), listener("0-1"), listener("0-1")];
      await Promise.all([here.listen(one), there.listen(two), traveller.listen(two)]);
      const taken: { id: string; text: string }[] = [];
      const unsure = new Set<string>();
      let done = false;
      // Both servers are told at the same time, without a break.
      const telling = [one, two].map(async (port) => {
        for (let i = 0; !done; i++) {
          const text = `${port} ${i}`;
          const id = await tell(port, text);
          if (id !== undefined) taken.push({ id, text });
          else {
            unsure.add(text);
            await pause(0.02);
          }
        }
      });
      await until(() => taken.length > 50 && traveller.events.length > 10);
      await traveller.leave();
      await redis.kill();
      await until(() => unsure.size > 5);
      await redis.start();
      const before = taken.length;
      await until(() => taken.length > before + 50);
      await traveller.listen(one);
      done = true;
      await Promise.all(telling);
      await tellSurely(one, "end");
      await until(() => [here, there, traveller].every(({ texts }) => texts.at(-1) === "end"));

      const heard = here.events.filter(({ event }) => event === "");
      for (const { events } of [there, traveller])
        assert.equal(
          events.filter(({ event }) => event === ""),
          heard,
        );
      assert.is(new Set(heard.map(({ id }) => id)).size, heard.length, "each once");
      const texts = heard.map(({ data }) => data).filter((text) => !unsure.has(text));
      const byId = new Map(taken.map(({ id, text }) => [id, text]));
      const order = heard.map(({ id }) => byId.get(id)).filter((text) => text !== undefined);
      assert.equal(texts.slice(0, -1), order, "under the id that was answered");
      assert.equal(texts.toSorted(), [...taken.map(({ text }) => text), "end"].toSorted(), "all that was taken");
    }),
);

test.needing(
  ["redis-server"],
  "Redis that keeps nothing forgets what was told before; clients are told, and hear what is new",
  () =>
    withServers(false, async (redis, one, two) => {
      const id = await tellSurely(one, "forgotten");
      await redis.kill();
      await redis.start();
      const there = listener(id);
      await there.listen(two);
      await until(() => there.events.length === 1);
      assert.equal(there.events, [{ id: "", event: "gap", data: "some messages are no longer kept" }]);
      await tellSurely(one, "new");
      await until(() => there.events.length === 2);
      assert.is(there.events[1]?.data, "new");
    }),
);

test.needing(["redis-server"], "a message nobody is woken for is heard a little later", () =>
  withServers(false, async ({ path }, one) => {
    const here = listener("0-1");
    await here.listen(one);
    await until(() => here.events.length === 1);
    const silent = createClient({ socket: { path, tls: false } });
    await silent.connect();
    await silent.xAdd("feed:news", "*", { text: "silent" });
    silent.destroy();
    await until(() => here.texts.at(-1) === "silent");
  }),
);

test.needing(
  ["redis-server"],
  "a client that has heard more elsewhere than this process knows of hears nothing again",
  () =>
    withServers(false, async ({ path }, one) => {
      const here = listener("0-1");
      await here.listen(one);
      await until(() => here.events.length === 1);
      const silent = createClient({ socket: { path, tls: false } });
      await silent.connect();
      const ahead = listener(await silent.xAdd("feed:news", "*", { text: "heard elsewhere" }));
      silent.destroy();
      await ahead.listen(one);
      await until(() => here.texts.at(-1) === "heard elsewhere");
      await tellSurely(one, "next");
      await until(() => ahead.texts.at(-1) === "next");
      assert.equal(ahead.texts, ["next"]);
    }),
);

test.needing(["redis-server"], "an id that is none is answered as a new client is", () =>
  withServers(false, async (_redis, one) => {
    const odd = listener("- +");
    await odd.listen(one);
    while (odd.events.length === 0) await tell(one, "hello");
    assert.ok(odd.events.every(({ data }) => data === "hello"));
  }),
);

test.run();
