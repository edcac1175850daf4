/** Pub/sub between real processes: forkProcesses, node:cluster (Node only, Bun has no such workers here) and node:child_process. */
import * as assert from "uvu/assert";
import { startFixture } from "../net/fixtures/spawn.ts";
import type { Running } from "../net/fixtures/spawn.ts";
import { suite } from "../_support/suite.ts";

const test = suite("pub/sub between processes", { deadline: 60 });

interface Fact {
  readonly pid: number;
  readonly name: string;
  readonly ready?: true;
  readonly wrong?: true;
  readonly quit?: true;
  readonly second?: string;
  readonly active?: readonly unknown[];
  readonly log?: string;
  readonly code?: string;
  readonly got?: string | { readonly bytes: string };
}
const factsOf = (output: string): Fact[] =>
  output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Fact);

const EVERYBODY = ["child 0", "child 1", "parent"];
/** Who has got it, sorted: once for each time. */
const gotBy = (output: string, what: unknown): string[] =>
  factsOf(output)
    .filter(({ got }) => JSON.stringify(got) === JSON.stringify(what))
    .map(({ name }) => name)
    .sort();
const count = (output: string, key: keyof Fact): number => factsOf(output).filter((fact) => key in fact).length;

async function withProgram(
  plan: string,
  use: (program: Running, say: (line: string) => void) => Promise<void>,
): Promise<void> {
  const program = startFixture("../../pubsub/fixtures/processes.ts", [plan], ["pipe", "pipe", "pipe"]);
  try {
    await use(program, (line) => program.process.stdin?.write(`${line}\n`));
  } finally {
    program.process.kill("SIGTERM");
    const { output } = await program.ended;
    assert.is(count(output, "wrong"), 0);
  }
}

const everywhere = async (program: Running, what: unknown): Promise<void> => {
  const output = await program.until((text) => gotBy(text, what).length >= 3);
  assert.equal(gotBy(output, what), EVERYBODY, "once in every process");
};

for (const plan of "Bun" in globalThis ? ["fork", "child"] : ["fork", "cluster", "child"]) {
  test(`${plan}: what one process publishes the others get, and itself not twice`, () =>
    withProgram(plan, async (program, say) => {
      await program.until((output) => count(output, "ready") === 3);
      say("room to all");
      await everywhere(program, "to all");
      await program.until((output) => count(output, "second") === 3);
      for (const name of EVERYBODY) say(`control ${name}`);
      for (const name of EVERYBODY) await everywhere(program, `from ${name}`);
      say("control child 0 bytes");
      await everywhere(program, { bytes: "00ff80" });
      say("control child 1 quits");
      await program.until((output) => count(output, "quit") === 1);
      say("room to fewer");
      say("control child 0");
      const output = await program.until((text) => gotBy(text, "from child 0").length >= 5);
      assert.equal(gotBy(output, "to fewer"), ["child 0", "parent"]);
    }));
}

test("a child that was killed and comes back takes part again; the others go on", () =>
  withProgram("fork", async (program, say) => {
    const output = await program.until((text) => count(text, "ready") === 3);
    const victim = factsOf(output).find(({ name }) => name === "child 0");
    process.kill(victim?.pid ?? 0, "SIGKILL");
    say("room while it is away");
    await program.until((text) => gotBy(text, "while it is away").length >= 2);
    await program.until((text) => count(text, "ready") === 4);
    say("room back again");
    await everywhere(program, "back again");
    say("control child 0");
    await everywhere(program, "from child 0");
  }));

test("children of forkProcesses reach each other through a parent without a PubSub", () =>
  withProgram("quiet", async (program) => {
    await program.until((text) => gotBy(text, "from child 0").includes("child 1"));
  }));

const NO_RELAY = "ERR_LANDSPOUT_NO_RELAY";
const find = <K extends keyof Fact>(output: string, key: K): Fact[K][] =>
  factsOf(output)
    .filter((fact) => key in fact)
    .map((fact) => fact[key]);

// On Bun workers of node:cluster are refused at the call.
if (!("Bun" in globalThis))
  test("under a primary of node:cluster that knows nothing of it, active rejects and the log says so once", () =>
    withProgram("foreign", async (program) => {
      const output = await program.until((text) => gotBy(text, "local").length > 0);
      assert.equal(find(output, "active"), [[NO_RELAY, NO_RELAY, NO_RELAY]]);
      const logged = find(output, "log");
      assert.is(logged.length, 1);
      assert.match(logged[0] ?? "", /^ERR_LANDSPOUT_NO_RELAY: .*use redisDriver or natsDriver under a process manager/);
    }));
else
  test("workers of Bun's node:cluster are refused at the call", () =>
    withProgram("foreign", async (program) => {
      const output = await program.until((text) => count(text, "code") === 1);
      assert.equal(find(output, "code"), [NO_RELAY]);
    }));

test("a parent that takes its child in late is found, and what was wanted before arrives", () =>
  withProgram("attached late", async (program, say) => {
    let output = await program.until((text) => gotBy(text, "local").length > 0);
    assert.equal(find(output, "active"), [[NO_RELAY, NO_RELAY, NO_RELAY]]);
    say("attach");
    output = await program.until((text) => gotBy(text, "from the parent").length > 0);
    assert.equal(gotBy(output, "from the child"), ["parent"]);
    assert.equal(find(output, "log").slice(1), ["the parent process relays messages now"]);
  }));

test("parent: true where there is no parent is refused at the call", async () => {
  const program = startFixture("../../pubsub/fixtures/processes.ts", ["refused"]);
  const { output } = await program.ended;
  assert.equal(find(output, "code"), [NO_RELAY]);
});

test.run();
