/**
 * Processes: real parents with real children. What they say comes as lines of JSON from fixtures/forking.ts. The same on Node
 * (cluster) and Bun (spawn).
 */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { cpuCount, forkProcesses, taskId } from "../../src/process/process.ts";
import { startFixture } from "./fixtures/spawn.ts";
import type { Running } from "./fixtures/spawn.ts";

const test = suite("process", { deadline: 30 });

interface Fact {
  readonly pid: number;
  readonly role?: string;
  readonly id?: number;
  readonly taskId?: number;
  readonly again?: string;
  readonly done?: boolean;
  readonly failed?: string;
  readonly answer?: number;
  readonly listening?: boolean;
}

const factsOf = (output: string): Fact[] =>
  output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Fact);
const childrenOf = (output: string): Fact[] => factsOf(output).filter((fact) => fact.id !== undefined);
const fork = (count: number, maxRestarts: number, plan: string): Running =>
  startFixture("forking.ts", [String(count), String(maxRestarts), plan]);

/** Resolves when no process has this id any more. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("cpuCount is a number of processors, taskId is undefined outside of a child", () => {
  assert.ok(Number.isInteger(cpuCount()) && cpuCount() >= 1);
  assert.is(taskId(), undefined);
});

test("a count or limit that is no number is refused", () => {
  for (const run of [() => forkProcesses(1.5), () => forkProcesses(NaN), () => forkProcesses(1, { maxRestarts: -1 })]) {
    assert.throws(run, (error: { code: string }) => error.code === "ERR_LANDSPOUT_BAD_PROCESSES");
  }
});

test("each child has its number; the parent ends with 0 when all have ended cleanly, even while its loop runs", async () => {
  const { code, signal, output, errors } = await fork(3, 0, "exit").ended;
  assert.equal([code, signal], [0, null], errors);
  const children = childrenOf(output);
  assert.equal(
    children.map((fact) => Number(fact.id)).sort((a, b) => a - b),
    [0, 1, 2],
  );
  for (const fact of children) assert.equal([fact.taskId, fact.again], [fact.id, "child"]);
  const facts = factsOf(output);
  const parent = facts.find((fact) => fact.role === "parent");
  assert.is(new Set(facts.map((fact) => fact.pid)).size, 4);
  assert.ok(facts.some((fact) => fact.done === true && fact.pid === parent?.pid));
});

test("0 is one process per processor, and exitParent: false leaves the end to the program", async () => {
  const { code, output } = await fork(0, 0, "stay").ended;
  assert.is(code, 0);
  assert.is(childrenOf(output).length, cpuCount());
});

test("a crashed child is started again with its number, at most maxRestarts times in all", async () => {
  const plans = ["crash", "murder"].map(async (plan) => ({ plan, ...(await fork(1, 2, plan).ended) }));
  for (const { plan, code, output, errors } of await Promise.all(plans)) {
    assert.is(code, 1);
    const children = childrenOf(output);
    assert.equal(
      children.map((fact) => fact.id),
      [0, 0, 0],
    );
    assert.is(new Set(children.map((fact) => fact.pid)).size, 3);
    assert.ok(factsOf(output).some((fact) => fact.failed === "ERR_LANDSPOUT_TOO_MANY_RESTARTS"));
    assert.match(errors, plan === "crash" ? /exited with status 3, restarting/ : /killed by SIGKILL, restarting/);
  }
});

test("a killed child comes back, the others live on; giving up ends them too", async () => {
  const running = fork(2, 1, "live");
  const [first, second] = childrenOf(await running.until((output) => childrenOf(output).length === 2));
  assert.ok(first !== undefined && second !== undefined);
  process.kill(first.pid, "SIGKILL");
  const third = childrenOf(await running.until((output) => childrenOf(output).length === 3))[2];
  assert.is(third?.id, first.id);
  process.kill(second.pid, 0);
  process.kill(second.pid, "SIGKILL");
  const { code, output } = await running.ended;
  assert.is(code, 1);
  assert.is(childrenOf(output).length, 3);
  await gone(third?.pid ?? 0);
});

test("SIGTERM and SIGINT to the parent go to the children, and it ends as they do", async () => {
  const check = async (
    plan: string,
    sent: NodeJS.Signals,
    code: number | null,
    ending: NodeJS.Signals | null,
  ): Promise<void> => {
    const running = fork(2, 100, plan);
    const children = childrenOf(await running.until((output) => childrenOf(output).length === 2));
    running.process.kill(sent);
    const ended = await running.ended;
    assert.equal([ended.code, ended.signal], [code, ending], ended.errors);
    assert.is(childrenOf(ended.output).length, 2, "none is started again");
    for (const child of children) await gone(child.pid);
  };
  await Promise.all([
    check("live", "SIGTERM", null, "SIGTERM"),
    check("live", "SIGINT", null, "SIGINT"),
    check("graceful", "SIGTERM", 0, null),
  ]);
});

test("kill() ends the children for good", async () => {
  const running = fork(2, 100, "kill");
  await running.until((text) => childrenOf(text).length === 2);
  running.process.kill("SIGUSR2");
  const { code, output } = await running.ended;
  assert.is(code, 0);
  assert.is(childrenOf(output).length, 2);
});

test("children do not outlive a parent that is killed", async () => {
  const running = fork(2, 100, "live");
  const children = childrenOf(await running.until((output) => childrenOf(output).length === 2));
  running.process.kill("SIGKILL");
  await running.ended;
  for (const child of children) await gone(child.pid);
});

test("children answer on one port, and end by themselves when they stop listening", async () => {
  const running = fork(2, 0, "serve");
  await running.until((text) => factsOf(text).filter((fact) => fact.listening === true).length === 2);
  running.process.kill("SIGUSR2");
  const { code, output, errors } = await running.ended;
  assert.is(code, 0, errors);
  const answers = factsOf(output).filter((fact) => fact.answer !== undefined);
  assert.equal(
    answers.map((fact) => fact.answer),
    [0, 1],
  );
});

test.run();
