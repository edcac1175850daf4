/** How long waits last: deadlines, lengths and signals, the same everywhere; what a wait leaves behind; no unhandled rejection. */
import { getEventListeners } from "node:events";
import * as assert from "uvu/assert";
import { Condition, Event, Lock, Semaphore } from "../../src/async/locks/index.ts";
import type { WaitLimit } from "../../src/async/locks/index.ts";
import { Queue } from "../../src/async/queues/index.ts";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { codeOf, isSettled, rejection, SHORT, thrownCode, turn } from "./_settled.ts";

const test = suite("limits of waits", { deadline: 120 });

/** Every wait there is, on something that is not to be had. */
function waits(): { readonly [name: string]: (limit?: WaitLimit) => Promise<unknown> } {
  const lock = new Lock();
  lock.tryAcquire();
  const full = new Queue<number>(1);
  full.putNowait(0);
  return {
    "Lock.acquire": (limit) => lock.acquire(limit),
    "Lock.run": (limit) => lock.run(() => undefined, limit),
    "Semaphore.acquire": (limit) => new Semaphore(0).acquire(limit),
    "Event.wait": (limit) => new Event().wait(limit),
    "Condition.wait": (limit) => new Condition().wait(limit),
    "Queue.get": (limit) => new Queue().get(limit),
    "Queue.put": (limit) => full.put(1, limit),
    "Queue.join": (limit) => full.join(limit),
  };
}
const now = (): number => IOLoop.current().time();

test("a small number is a deadline in 1970: refused with what to write", () => {
  for (const [name, wait] of Object.entries(waits())) {
    for (const number of [5, 0.5, 999_999_999]) {
      try {
        void wait(number);
        throw new Error(`${name} took ${number}`);
      } catch (error) {
        assert.is(codeOf(error), "ERR_LANDSPOUT_BAD_DEADLINE", name);
        if (number === 5)
          assert.match(
            (error as Error).message,
            /5 is a deadline in 1970; for 5 seconds from now pass \{ seconds: 5 \}/,
          );
      }
    }
  }
});

test("what is no limit is refused", () => {
  for (const wait of Object.values(waits())) {
    const code = (limit: unknown): unknown => thrownCode(() => wait(limit as WaitLimit));
    for (const limit of [Number.NaN, "5", true, () => 5]) assert.is(code(limit), "ERR_LANDSPOUT_BAD_DEADLINE");
    for (const limit of [{}, { second: 5 }, { seconds: "5" }, [], { seconds: 5, timeout: 5 }])
      assert.is(code(limit), "ERR_LANDSPOUT_BAD_DURATION");
    assert.is(code({ signal: new AbortController() }), "ERR_LANDSPOUT_BAD_DEADLINE");
    assert.is(code({ signal: AbortSignal.abort(), timeout: 5 }), "ERR_LANDSPOUT_BAD_DURATION");
  }
});

test("deadlines and lengths run out; 0 is now, and what comes within this turn still counts", async () => {
  for (const limit of [0, now() - 5, now() + 0.003, SHORT, { seconds: 0 }, { seconds: -1 }, { seconds: 0.001 }]) {
    for (const [name, wait] of Object.entries(waits())) {
      if (name === "Condition.wait") assert.is(await wait(limit), false);
      else assert.is(codeOf(await rejection(wait(limit))), "ERR_LANDSPOUT_TIMEOUT", name);
    }
  }
  const queue = new Queue<number>();
  const got = queue.get(0);
  queue.putNowait(1);
  assert.is(await got, 1);
});

test("no wait ends early", async () => {
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const deadline = now() + 0.001 + i / 2500;
      await new Condition().wait(deadline);
      assert.ok(now() >= deadline, `${now() - deadline} s early`);
    }),
  );
});

test("Infinity, and lengths beyond the runtime's timers, do not run out at once", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  for (const limit of [Infinity, { days: 1000 }, { seconds: Infinity }, now() + 1e8] as WaitLimit[]) {
    const lock = new Lock();
    lock.tryAcquire();
    const wait = lock.acquire(typeof limit === "number" ? limit : { ...limit, signal });
    assert.is(await isSettled(wait), false);
    lock.release();
    await wait;
  }
});

test("undefined and null are no limit", async () => {
  for (const wait of Object.values(waits())) {
    assert.is(await isSettled(wait(undefined)), false);
    assert.is(await isSettled(wait(null as never)), false);
  }
});

test("an aborted signal rejects with its reason itself, also before the wait, and nothing is taken", async () => {
  for (const reason of [new Error("enough"), "enough", null]) {
    for (const [name, wait] of Object.entries(waits())) {
      assert.is(await rejection(wait(AbortSignal.abort(reason))), reason, name);
      for (const shape of [0, 1, 2]) {
        const controller = new AbortController();
        const { signal } = controller;
        const waiting = wait(shape === 0 ? signal : shape === 1 ? { signal } : { signal, seconds: 60 });
        assert.is(await isSettled(waiting), false);
        controller.abort(reason);
        assert.is(await rejection(waiting), reason, name);
        assert.is(getEventListeners(signal, "abort").length, 0);
      }
    }
  }
  const aborted = AbortSignal.abort(7);
  const lock = new Lock();
  const queue = new Queue<string>(1);
  assert.is(await rejection(lock.acquire(aborted)), 7);
  assert.is(await rejection(queue.put("x", aborted)), 7);
  assert.not(lock.locked);
  assert.ok(queue.empty());
  queue.putNowait("x");
  assert.is(await rejection(queue.get(aborted)), 7);
  assert.is(queue.qsize(), 1);
});

test("what was given is kept: a later abort, in the same turn too, takes nothing back", async () => {
  const controller = new AbortController();
  const queue = new Queue<number>();
  const got = queue.get(controller.signal);
  queue.putNowait(1);
  controller.abort();
  assert.is(await got, 1);

  const other = new AbortController();
  const givenUp = queue.get(other.signal);
  other.abort();
  queue.putNowait(2);
  await rejection(givenUp);
  assert.is(queue.getNowait(), 2);
});

test("100,000 waits on one signal, all at once or one after another, leave no listener and no warning", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error): number => warnings.push(warning);
  process.on("warning", warned);
  const controller = new AbortController();
  const { signal } = controller;
  const lock = new Lock();
  for (let i = 0; i < 100_000; i++) (await lock.acquire(signal))();
  lock.tryAcquire();
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < 50_000; i++) waiting.push(lock.acquire(signal).then((release) => release()));
  assert.ok(getEventListeners(signal, "abort").length <= 1);
  lock.release();
  await Promise.all(waiting);
  assert.is(getEventListeners(signal, "abort").length, 0);

  lock.tryAcquire();
  const aborted = Array.from({ length: 50_000 }, () => rejection(lock.acquire(signal)));
  assert.is(lock.waiting, 50_000);
  controller.abort("all");
  assert.is(lock.waiting, 0);
  assert.ok((await Promise.all(aborted)).every((reason) => reason === "all"));
  assert.is(getEventListeners(signal, "abort").length, 0);
  await turn();
  process.off("warning", warned);
  assert.equal(warnings, []);
});

/** CPU milliseconds it takes so many waiters to give up in a random order. */
async function abortAll(count: number): Promise<number> {
  const queue = new Queue<number>();
  const controllers = Array.from({ length: count }, () => new AbortController());
  const ended = controllers.map(({ signal }) => rejection(queue.get(signal)));
  for (let i = controllers.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [controllers[i], controllers[j]] = [controllers[j] as AbortController, controllers[i] as AbortController];
  }
  // The time of the processor: that of the clock is longer where others use it.
  const before = process.cpuUsage();
  for (const controller of controllers) controller.abort(0);
  const { user, system } = process.cpuUsage(before);
  await Promise.all(ended);
  assert.is(String(queue), "<Queue maxsize=0>");
  return (user + system) / 1000;
}

test("100,000 waiters that give up in a random order: linear", async () => {
  await abortAll(5000);
  const few = Math.min(await abortAll(10_000), await abortAll(10_000));
  const many = await abortAll(100_000);
  // Ten times as many; were it quadratic, a hundred times as dear.
  assert.ok(many < 40 * few, `${few} ms, ${many} ms`);
});

test("a wait that nobody looks at is no unhandled rejection", async () => {
  // Those of `run` may have been the program's own failures.
  const log = expectLog("Future exception was never retrieved");
  const controller = new AbortController();
  for (const wait of Object.values(waits())) {
    void wait(AbortSignal.abort());
    void wait(controller.signal);
  }
  controller.abort();
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  void queue.put(2);
  queue.close();
  void queue.put(3);
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  do await pause();
  while (log.records.length < 2);
  await pause();
  assert.is(log.records.length, 2);
});

test.run();
