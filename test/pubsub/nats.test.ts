/** natsDriver with the real client `@nats-io/transport-node` and a real nats-server. */
import { connect } from "@nats-io/transport-node";
import * as assert from "uvu/assert";
import { natsDriver, PubSub } from "../../src/pubsub/index.ts";
import type { NatsConnection } from "../../src/pubsub/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { driverCases, Place, until } from "./_driver-cases.ts";
import { NatsServer } from "./_nats-server.ts";

/** Milliseconds. */
const QUICK = { reconnectTimeWait: 20, reconnectJitter: 0 };

driverCases<NatsServer>({
  name: "NATS",
  program: "nats-server",
  channel: "landspout.a",
  otherPrefix: "else.where",
  server: () => new NatsServer(),
  clients: {
    "@nats-io/transport-node": ({ address }) => ({
      driver: (prefix) => natsDriver(connect, { servers: address, ...QUICK }, prefix === undefined ? {} : { prefix }),
      publish: async (channel, text) => {
        const connection = await connect({ servers: address });
        connection.publish(channel, text);
        await connection.drain();
      },
    }),
  },
});

const test = suite("natsDriver", { deadline: 60 });
let server: NatsServer;
const places: Place[] = [];
const place = (settings: object = {}, prefix = "landspout."): Place => {
  const made = new Place(natsDriver(connect, { servers: server.address, ...QUICK, ...settings }, { prefix }));
  places.push(made);
  return made;
};
/** The server as it is configured, and the places; all is closed again. */
async function withServer(configuration: string, use: () => Promise<void>): Promise<void> {
  server = new NatsServer(configuration);
  try {
    await server.start();
    await use();
  } finally {
    for (const { pubsub } of places.splice(0)) await pubsub.close();
    await server.stop();
  }
}

test("takes a function that connects, and a prefix of which a subject can be made", () => {
  const codeOf = (make: () => void): unknown => {
    try {
      make();
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  for (const no of [undefined, {}, "127.0.0.1"])
    assert.is(
      codeOf(() => natsDriver(no as unknown as typeof connect)),
      "ERR_LANDSPOUT_NATS_CLIENT",
    );
  for (const prefix of ["a b.", "a.*.", ">", ".", "a..b", ".a", "ü.", "a\n", "x".repeat(513)])
    assert.is(
      codeOf(() => natsDriver(connect, {}, { prefix })),
      "ERR_LANDSPOUT_NATS_PREFIX",
      prefix,
    );
  for (const prefix of ["", "a", "a.", "a.b", "a-b_c:", "x".repeat(512)])
    assert.is(
      codeOf(() => natsDriver(connect, {}, { prefix })),
      undefined,
      prefix,
    );
});

test.needing(["nats-server"], "the longest topic under the longest prefix fits the line of a server", () =>
  withServer("", async () => {
    const [here, there] = [place({}, "p".repeat(512)), place({}, "p".repeat(512))];
    const topic = "ü".repeat(512);
    await Promise.all([here.listen("connected"), there.listen(topic)]);
    here.pubsub.publish(topic, "fits");
    await until(() => there.got.length === 1);
    assert.is(there.got[0], `${topic} fits`);
  }),
);

test.needing(
  ["nats-server"],
  "a message larger than the server takes stays here; told once for each connection, and not a reason to hang up",
  () =>
    withServer("max_payload: 1000", async () => {
      const [here, there] = [place(), place()];
      await Promise.all([here.listen("a"), there.listen("a")]);
      const tooLarge = expectLog(
        /^NATS takes messages of up to 1000 bytes: larger ones, now of \d+, stay in this process/,
      );
      for (const size of [975, 976, 100_000]) here.pubsub.publish("a", "x".repeat(size));
      here.pubsub.publish("a", "ä".repeat(500));
      here.pubsub.publish("a", "x".repeat(974));
      here.pubsub.publish("a", "last");
      await until(() => there.got.at(-1) === "a last");
      assert.equal(
        there.got.map((text) => text.length - 2),
        [974, 4],
      );
      assert.is(here.got.length, 6);
      assert.is(tooLarge.records.length, 1);
    }),
);

test.needing(
  ["nats-server"],
  "it outlasts the client's own attempts, also the server's for another configuration",
  () =>
    withServer("", async () => {
      // The client gives up at once; or after two times; or is told to wait for ever at the start, which is not what it does.
      const all = [
        place({ reconnect: false }),
        place({ maxReconnectAttempts: 2 }),
        place({ waitOnFirstConnect: true }),
      ];
      const [first, second, third] = all as [Place, Place, Place];
      await Promise.all(all.map((one) => one.listen("a")));
      const away = expectLog("NATS is away");
      const back = expectLog("NATS is back");
      await server.kill();
      await until(() => away.records.length === 3);
      // Longer than two attempts of 20 ms.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.start();
      await until(() => back.records.length === 3);
      await Promise.all(all.map((one) => one.listen("b")));
      first.pubsub.publish("a", "1");
      await until(() => second.got.length + third.got.length === 2);
      second.pubsub.publish("a", "2");
      third.pubsub.publish("a", "3");
      await until(() => all.every(({ got }) => got.length === 3));
      assert.is(away.records.length, 3);
    }),
);

test.needing(["nats-server"], "a server that stands still is away once it leaves pings unanswered", () =>
  withServer("", async () => {
    const [here, there] = [place({ pingInterval: 30, timeout: 500 }), place()];
    await Promise.all([here.listen("a"), there.listen("a")]);
    const away = expectLog("NATS is away");
    const back = expectLog("NATS is back");
    server.signal("SIGSTOP");
    await until(() => away.records.length === 1);
    server.signal("SIGCONT");
    await until(() => back.records.length === 1);
    await here.listen("b");
    there.pubsub.publish("a", "1");
    here.pubsub.publish("a", "2");
    await until(() => here.got.length === 2 && there.got.length === 2);
  }),
);

test.needing(["nats-server"], "what a user may not do is told once, and all else works", () => {
  const permissions = `{ publish: { deny: "landspout.secret" }, subscribe: { deny: "landspout.secret" } }`;
  return withServer(
    `authorization { users: [ { user: ann, password: a, permissions: ${permissions} }, { user: bob, password: b } ] }`,
    async () => {
      const refused = expectLog("NATS refuses a subscription: Permissions Violation");
      const unsaid = expectLog("NATS refuses a message: Permissions Violation");
      const [ann, bob] = [place({ user: "ann", pass: "a" }), place({ user: "bob", pass: "b" })];
      let secret = false;
      void ann.pubsub.subscribe("secret", ann.take).active.then(() => (secret = true));
      await Promise.all([ann.listen("open"), bob.listen("open", "secret")]);
      await until(() => refused.records.length === 1);
      assert.not.ok(secret);
      for (let i = 0; i < 3; i++) ann.pubsub.publish("secret", "no");
      bob.pubsub.publish("secret", "for bob alone");
      bob.pubsub.publish("open", "for all");
      await until(() => ann.got.includes("open for all"));
      ann.pubsub.publish("open", "from ann");
      await until(() => bob.got.includes("open from ann"));
      assert.equal(ann.got, ["secret no", "secret no", "secret no", "open for all", "open from ann"]);
      assert.equal(bob.got, ["secret for bob alone", "open for all", "open from ann"]);
      await until(() => unsaid.records.length === 1);
    },
  );
});

test.needing(["nats-server"], "a wrong password is told once, and a right one found later", () =>
  withServer(`authorization { user: ann, password: a }`, async () => {
    const away = expectLog(/^NATS is away, messages stay in this process until it is back: .*authorization/i);
    const back = expectLog("NATS is back");
    const here = place({ user: "ann", pass: "b" });
    const listening = here.listen("a");
    await until(() => away.records.length === 1);
    await server.kill();
    server.configure(`authorization { user: ann, password: b }`);
    await server.start();
    await listening;
    assert.is(back.records.length, 1);
  }),
);

test.needing(["nats-server"], "own messages are not even sent back by the server", () =>
  withServer("", async () => {
    const connections: NatsConnection[] = [];
    const driver = natsDriver(async (settings?: object) => {
      const connection = await connect({ ...settings, servers: server.address });
      connections.push(connection);
      return connection;
    });
    const here = new Place(driver);
    const there = place();
    await Promise.all([here.listen("a"), there.listen("a")]);
    here.pubsub.publish("a", "1");
    await until(() => there.got.length === 1);
    there.pubsub.publish("a", "2");
    await until(() => here.got.length === 2);
    const [connection] = connections as { stats?(): { inMsgs: number } }[];
    assert.is(connection?.stats?.().inMsgs, 1);
    await here.pubsub.close();
  }),
);

test("a connection that comes after the end is closed", async () => {
  let arrive: (connection: NatsConnection) => void = () => undefined;
  const pubsub = new PubSub(natsDriver(() => new Promise<NatsConnection>((resolve) => (arrive = resolve))));
  const { active } = pubsub.subscribe("a", () => undefined);
  await pubsub.close();
  await active;
  await new Promise<void>((closed) => arrive({ close: async () => closed() } as unknown as NatsConnection));
});

test.run();
