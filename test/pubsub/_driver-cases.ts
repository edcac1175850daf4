/**
 * What every driver over a broker must do, as cases for each broker and each client: with the real broker, which is killed and comes
 * back in the middle.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { PubSub } from "../../src/pubsub/index.ts";
import type { PubSubDriver, PubSubMessage } from "../../src/pubsub/index.ts";
import type { ProgramName } from "../_support/programs.ts";
import { expectLog, suite } from "../_support/suite.ts";
import type { BrokerServer } from "./_broker-server.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** A client of one broker, as a program would have it. */
interface Client {
  driver(prefix?: string): PubSubDriver;
  /** Publishes on a channel as some other program does. */
  publish(channel: string, text: string): Promise<unknown>;
  end?(): void;
}
export interface BrokerKind<Server extends BrokerServer> {
  /** As the log calls it. */
  readonly name: string;
  readonly program: ProgramName;
  /** The channel of the topic `a`, and a prefix of another program. */
  readonly channel: string;
  readonly otherPrefix: string;
  server(): Server;
  readonly clients: { readonly [name: string]: (server: Server) => Client };
}

/** One process, as it were: a PubSub and what it got. */
export class Place {
  readonly pubsub: PubSub;
  readonly got: string[] = [];
  constructor(driver: PubSubDriver) {
    this.pubsub = new PubSub(driver);
  }
  readonly take = (message: PubSubMessage, topic: string): void => {
    const text = typeof message === "string" ? message : `bytes ${Buffer.from(message).toString("hex")}`;
    this.got.push(`${topic} ${text}`);
  };
  async listen(...topics: string[]): Promise<void> {
    await Promise.all(topics.map((topic) => this.pubsub.subscribe(topic, this.take).active));
  }
}

/** Topics with a meaning to some broker, or that look like each other's encoding. */
const STRANGE_TOPICS = [
  "räum",
  "🌪",
  "*",
  ">",
  "a.*",
  "a.>",
  "a.b",
  ".",
  "..",
  "a%2Eb",
  "%",
  "a b",
  " ",
  "\r\n",
  "\t",
  "\0",
  "a*",
  "[a]",
  "?",
  "$SYS",
  "A",
  "landspout:a",
  "x".repeat(1024),
  "ü".repeat(512),
];

export function driverCases<Server extends BrokerServer>(kind: BrokerKind<Server>): void {
  for (const [name, connect] of Object.entries(kind.clients)) casesFor(kind, name, connect);
}

function casesFor<Server extends BrokerServer>(
  kind: BrokerKind<Server>,
  clientName: string,
  connect: (server: Server) => Client,
): void {
  const test = suite(`pub/sub over ${kind.name}, ${clientName}`, { deadline: 60, needs: [kind.program] });
  let server: Server;
  let client: Client;
  let here: Place;
  let there: Place;

  test.before.each(async () => {
    server = kind.server();
    await server.start();
    client = connect(server);
    here = new Place(client.driver());
    there = new Place(client.driver());
  });
  test.after.each(async () => {
    await here.pubsub.close();
    await there.pubsub.close();
    client.end?.();
    await server.stop();
  });

  test("what one publishes the others get, and itself not twice; text stays text and bytes stay bytes", async () => {
    const stranger = new Place(client.driver(kind.otherPrefix));
    await Promise.all([here.listen("room"), there.listen("room"), stranger.listen("room")]);
    assert.is(here.pubsub.publish("room", "grüße 🌪"), 1);
    here.pubsub.publish("room", Buffer.from([0, 255, 128, 10]));
    here.pubsub.publish("room", "");
    here.pubsub.publish("room", { a: 1 });
    here.pubsub.publish("nobody", "x");
    const sent = ["room grüße 🌪", "room bytes 00ff800a", "room ", 'room {"a":1}'];
    await until(() => there.got.length === 4);
    there.pubsub.publish("room", "back");
    await until(() => here.got.length >= 5);
    assert.equal(here.got, [...sent, "room back"]);
    assert.equal(there.got, [...sent, "room back"]);
    assert.equal(stranger.got, []);
    await stranger.pubsub.close();
  });

  test("a topic is any text: none is a pattern, and no two are the same", async () => {
    await Promise.all([here.listen("connected"), there.listen("a", ...STRANGE_TOPICS)]);
    for (const topic of STRANGE_TOPICS) here.pubsub.publish(topic, `to ${topic}`);
    here.pubsub.publish("a", "last");
    await until(() => there.got.at(-1) === "a last");
    assert.equal(there.got, [...STRANGE_TOPICS.map((topic) => `${topic} to ${topic}`), "a last"]);
  });

  test("a topic is subscribed as long as somebody has it", async () => {
    await Promise.all([here.listen("a"), there.listen("a")]);
    there.pubsub.unsubscribeAll(there.take);
    await there.listen("a");
    here.pubsub.publish("a", "1");
    await until(() => there.got.length === 1);
    there.pubsub.unsubscribe("a", there.take);
    await there.listen("b");
    here.pubsub.publish("a", "2");
    here.pubsub.publish("b", "3");
    await until(() => there.got.length >= 2);
    assert.equal(there.got, ["a 1", "b 3"]);
  });

  test("what others publish to its channels is ignored, and told once", async () => {
    const said = expectLog(`${kind.name}: others publish to "${kind.channel}"`);
    await here.listen("a");
    for (const text of ["hello", "", "1x"]) await client.publish(kind.channel, text);
    await until(() => said.records.length > 0);
    assert.equal(here.got, []);
  });

  test("the broker is killed and comes back: delivery here goes on, two lines in the log, all subscribed again", async () => {
    const topics = Array.from({ length: 1200 }, (_, i) => `topic ${i}`);
    await Promise.all([here.listen(...topics, "gone"), there.listen(...topics)]);
    const away = expectLog(`${kind.name} is away, messages stay in this process until it is back: `, { level: "warn" });
    const back = expectLog(`${kind.name} is back`, { level: "info" });
    await server.kill();
    await until(() => away.records.length === 2);
    assert.is(here.pubsub.publish("topic 7", "while it is away"), 1);
    assert.equal(here.got, ["topic 7 while it is away"]);
    // Who joins others while it is away waits as well.
    const joined: string[] = [];
    const join = here.pubsub.subscribe("topic 7", () => undefined).active.then(() => joined.push("topic 7"));
    await turn();
    assert.equal(joined, []);
    // What is subscribed, and what is not any more, changes meanwhile.
    here.pubsub.unsubscribe("gone", here.take);
    const { active } = here.pubsub.subscribe("new", here.take);
    await server.start();
    await until(() => back.records.length === 2);
    await Promise.all([active, join]);
    // Subscribed in the order of commands: the last of them stands for all.
    await there.listen("mark");
    await here.listen("mark");
    for (const topic of ["gone", "new", "topic 0", "topic 1199"]) there.pubsub.publish(topic, "again");
    here.pubsub.publish("topic 600", "and back");
    await until(() => here.got.length === 5 && there.got.length === 3);
    assert.equal(here.got.slice(1), ["topic 600 and back", "new again", "topic 0 again", "topic 1199 again"]);
    assert.equal(there.got, ["topic 0 again", "topic 1199 again", "topic 600 and back"]);
    assert.is(away.records.length, 2);
    // The second time it is told again.
    await server.kill();
    await until(() => away.records.length === 4);
  });

  test("a broker that does not keep up gets no more above 16 MiB, and later what comes then", async () => {
    await Promise.all([here.listen("a"), there.listen("a")]);
    const dropped = expectLog(`${kind.name} does not keep up: messages to it are dropped`);
    server.signal("SIGSTOP");
    const half = "x".repeat(512 * 1024);
    for (let i = 0; i < 40; i++) here.pubsub.publish("a", half);
    assert.is(dropped.records.length, 1);
    assert.is(here.got.length, 40);
    server.signal("SIGCONT");
    await until(() => there.got.length >= 32);
    while (there.got.at(-1) !== "a again") {
      here.pubsub.publish("a", "again");
      await turn();
    }
    assert.is(there.got.filter((text) => text.length > 100).length, 32);
  });

  test("a broker that is not there yet is waited for", async () => {
    await server.kill();
    const late = new Place(client.driver());
    const away = expectLog(`${kind.name} is away`);
    expectLog(`${kind.name} is back`);
    let active = false;
    const listening = late.listen("a").then(() => (active = true));
    await until(() => away.records.length > 0);
    assert.not.ok(active);
    assert.is(late.pubsub.publish("a", "here"), 1);
    await server.start();
    await listening;
    const early = new Place(client.driver());
    await early.listen("a");
    early.pubsub.publish("a", "there");
    await until(() => late.got.length === 2);
    assert.equal(late.got, ["a here", "a there"]);
    await early.pubsub.close();
    // Whoever waits when it is closed waits no longer.
    await server.kill();
    const { active: never } = late.pubsub.subscribe("b", late.take);
    await late.pubsub.close();
    await never;
  });

  test.run();
}
