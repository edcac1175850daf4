/** Locks, after Tornado's locks_test: each behaviour it fixes, and what this package adds. Waits of tests are few milliseconds. */
import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import * as assert from "uvu/assert";
import { BoundedSemaphore, Condition, Event, Lock, Semaphore } from "../../src/async/locks/index.ts";
import { TimeoutError } from "../../src/async/timeout-error.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { codeOf, isSettled, rejection, SHORT, thrownCode, turn } from "./_settled.ts";

const test = suite("locks");

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

// --- Condition ---

/** Notes what waits came to, in order. */
function note(history: unknown[], wait: Promise<boolean>, key: unknown): void {
  void wait.then((notified) => history.push(notified ? key : "timeout"));
}

test("Condition: its text shows who waits", () => {
  const condition = new Condition();
  assert.is(String(condition), "<Condition>");
  void condition.wait();
  assert.is(inspect(condition), "<Condition waiters[1]>");
});

test("Condition: notify wakes one, in order; a notification while none waits is lost", async () => {
  const condition = new Condition();
  const history: unknown[] = [];
  condition.notify();
  note(history, condition.wait(), "first");
  note(history, condition.wait(), "second");
  condition.notify(1);
  await turn();
  history.push("notified");
  condition.notify();
  await turn();
  assert.equal(history, ["first", "notified", "second"]);
  setTimeout(() => condition.notify(), 2);
  assert.is(await condition.wait(), true);
});

test("Condition: notify(n) and notifyAll", async () => {
  const condition = new Condition();
  const history: unknown[] = [];
  for (let i = 0; i < 6; i++) note(history, condition.wait(), i);
  condition.notify(3);
  await turn();
  assert.equal(history, [0, 1, 2]);
  condition.notify(1);
  await turn();
  assert.equal(history, [0, 1, 2, 3]);
  assert.is(condition.waiting, 2);
  condition.notifyAll();
  assert.is(condition.waiting, 0);
  await turn();
  assert.equal(history, [0, 1, 2, 3, 4, 5]);
  condition.notify(Infinity);
  for (const n of [-1, 1.5, Number.NaN, "1"] as number[])
    assert.is(
      thrownCode(() => condition.notify(n)),
      "ERR_LANDSPOUT_LOCK_VALUE",
    );
});

test("Condition: a wait that runs out gives false; a notification before gives true", async () => {
  const condition = new Condition();
  assert.is(await condition.wait(SHORT), false);
  const wait = condition.wait({ seconds: 60 });
  condition.notify();
  assert.is(await wait, true);
});

test("Condition: waits that ran out do not count as notified", async () => {
  const condition = new Condition();
  const history: unknown[] = [];
  note(history, condition.wait(), 0);
  const limited = condition.wait(SHORT);
  note(history, limited, 1);
  note(history, condition.wait(), 2);
  note(history, condition.wait(), 3);
  await limited;
  condition.notify(2);
  await turn();
  assert.equal(history, ["timeout", 0, 2]);
  condition.notifyAll();
  await turn();
  assert.equal(history, ["timeout", 0, 2, 3]);
});

test("Condition: notify from a caller that was woken loses nothing", async () => {
  const condition = new Condition();
  const waits = [condition.wait(), condition.wait(), condition.wait()];
  void waits[1]?.then(() => condition.notify());
  condition.notify(2);
  assert.equal(await Promise.all(waits), [true, true, true]);
});

test("Condition, Semaphore: a wait that ran out leaves its list at once", async () => {
  const condition = new Condition();
  const semaphore = new Semaphore(0);
  const ended: Promise<unknown>[] = [];
  for (let i = 0; i < 101; i++) ended.push(condition.wait(SHORT), rejection(semaphore.acquire(SHORT)));
  const last = condition.wait();
  const lastPermit = semaphore.acquire();
  assert.is(condition.waiting, 102);
  assert.is(semaphore.waiting, 102);
  await Promise.all(ended);
  assert.is(condition.waiting, 1);
  assert.is(semaphore.waiting, 1);
  condition.notify();
  semaphore.release();
  assert.is(await last, true);
  await lastPermit;
});

// --- Event ---

test("Event: its text shows whether it is set; setting twice is once", () => {
  const event = new Event();
  assert.is(inspect(event), "<Event clear>");
  event.set();
  event.set();
  assert.ok(event.isSet());
  assert.is(String(event), "<Event set>");
});

test("Event: who waits while it is set does not wait; set and clear in one turn wake those that did", async () => {
  const event = new Event();
  const before = event.wait();
  event.set();
  const during = event.wait();
  event.clear();
  const after = event.wait();
  assert.is(await isSettled(before), true);
  assert.is(await isSettled(during), true);
  assert.is(await isSettled(after), false);
  event.set();
  await after;
});

test("Event: after a wait that ran out all goes on", async () => {
  const event = new Event();
  assert.instance(await rejection(event.wait(SHORT)), TimeoutError);
  setTimeout(() => event.set(), 2);
  await event.wait({ seconds: 60 });
});

// --- Semaphore ---

test("Semaphore: values that are none are refused", () => {
  for (const value of [-1, 0.5, Number.NaN, Infinity, "1", null] as number[]) {
    assert.is(
      thrownCode(() => new Semaphore(value)),
      "ERR_LANDSPOUT_LOCK_VALUE",
    );
    assert.is(
      thrownCode(() => new BoundedSemaphore(value)),
      "ERR_LANDSPOUT_LOCK_VALUE",
    );
  }
});

test("Semaphore: its text shows its state", () => {
  const semaphore = new Semaphore();
  assert.is(String(semaphore), "<Semaphore [unlocked,value:1]>");
  void semaphore.acquire();
  assert.is(String(semaphore), "<Semaphore [locked]>");
  void semaphore.acquire();
  assert.is(inspect(semaphore), "<Semaphore [locked,waiters:1]>");
  assert.is(String(new BoundedSemaphore(2)), "<BoundedSemaphore [unlocked,value:2]>");
});

test("Semaphore: a released permit goes to the one that has waited longest", async () => {
  const semaphore = new Semaphore();
  await semaphore.acquire();
  const second = semaphore.acquire();
  const third = semaphore.acquire();
  assert.is(await isSettled(second), false);
  semaphore.release();
  assert.is(await isSettled(second), true);
  assert.is(await isSettled(third), false);
  assert.is(semaphore.value, 0, "it was given on, not laid down");
  semaphore.release();
  await third;
  semaphore.release();
  assert.is(semaphore.value, 1);
  assert.ok(semaphore.tryAcquire());
  assert.is(semaphore.tryAcquire(), undefined);
});

test("Semaphore: a wait that runs out takes no permit; one that is served in time does not run out", async () => {
  const semaphore = new Semaphore(2);
  await semaphore.acquire();
  await semaphore.acquire();
  const error = await rejection(semaphore.acquire(SHORT));
  assert.instance(error, TimeoutError);
  assert.is(codeOf(error), "ERR_LANDSPOUT_TIMEOUT");
  assert.match((error as Error).message, /Semaphore\.acquire/);
  semaphore.release();
  assert.is(semaphore.value, 1);
  await semaphore.acquire();
  const acquired = semaphore.acquire({ milliseconds: 20 });
  semaphore.release();
  await sleep(30);
  await acquired;
});

test("Semaphore: release adds permits, acquired or not; BoundedSemaphore refuses that", async () => {
  const semaphore = new Semaphore();
  semaphore.release();
  semaphore.release();
  assert.is(semaphore.value, 3);
  for (let i = 0; i < 3; i++) await semaphore.acquire();
  assert.is(await isSettled(semaphore.acquire()), false);

  const bounded = new BoundedSemaphore();
  assert.is(
    thrownCode(() => bounded.release()),
    "ERR_LANDSPOUT_LOCK_RELEASE",
  );
  await bounded.acquire();
  const second = bounded.acquire();
  bounded.release();
  await second;
  bounded.release();
  assert.is(
    thrownCode(() => bounded.release()),
    "ERR_LANDSPOUT_LOCK_RELEASE",
  );
});

test("Semaphore: what acquire gives releases once, in any of its three forms", async () => {
  const semaphore = new Semaphore();
  const first = await semaphore.acquire({ seconds: 60 });
  first();
  first.release();
  first[Symbol.dispose]();
  assert.is(semaphore.value, 1);
  (await semaphore.acquire())[Symbol.dispose]();
  (await semaphore.acquire()).release();
  assert.is(semaphore.value, 1);
});

test("Semaphore.run, Lock.run: released when the function throws, rejects or returns", async () => {
  for (const lock of [new Semaphore(), new Lock(), new BoundedSemaphore()]) {
    assert.is(await lock.run(() => 7), 7);
    assert.is(await lock.run(async () => 8), 8);
    const error = new Error("from the function");
    assert.is(
      await rejection(
        lock.run(() => {
          throw error;
        }),
      ),
      error,
    );
    assert.is(await rejection(lock.run(() => Promise.reject(error))), error);
    assert.ok(lock.tryAcquire(), "released");
    let called = false;
    assert.is(codeOf(await rejection(lock.run(() => (called = true), SHORT))), "ERR_LANDSPOUT_TIMEOUT");
    assert.not(called);
  }
});

test("run: a failure that nobody looks at is logged once, and ends nothing", async () => {
  const log = expectLog("Future exception was never retrieved");
  void new Lock().run(() => {
    throw new Error("nobody looks");
  });
  await turn();
  await turn();
  assert.is(log.records.length, 1);
  assert.match(log.records[0]?.message ?? "", /nobody looks/);
});

test("Semaphore: two that contend take turns", async () => {
  const semaphore = new Semaphore();
  const history: string[] = [];
  const work = (name: string): Promise<void> =>
    semaphore.run(async () => {
      history.push(`${name} acquired`);
      await sleep(2);
      history.push(`${name} released`);
    });
  await Promise.all([work("a"), work("b")]);
  assert.equal(history, ["a acquired", "a released", "b acquired", "b released"]);
});

// --- Lock ---

test("Lock: its text, and its state, which is right in the same turn", async () => {
  const lock = new Lock();
  assert.is(String(lock), "<Lock [unlocked]>");
  const release = await lock.acquire();
  const second = lock.acquire();
  assert.is(inspect(lock), "<Lock [locked,waiters:1]>");
  assert.ok(lock.locked);
  release();
  assert.ok(lock.locked, "given on");
  assert.is(lock.waiting, 0);
  (await second)();
  assert.not(lock.locked);
});

test("Lock: given on in the order of asking", async () => {
  const lock = new Lock();
  const release = await lock.acquire();
  const history: number[] = [];
  const waits = [0, 1, 2, 3, 4].map((i) => lock.run(() => history.push(i)));
  assert.is(await isSettled(waits[0] as Promise<number>), false);
  release();
  await Promise.all(waits);
  assert.equal(history, [0, 1, 2, 3, 4]);
});

test("Lock: a wait that runs out leaves it with its holder", async () => {
  const lock = new Lock();
  await lock.acquire();
  assert.instance(await rejection(lock.acquire(SHORT)), TimeoutError);
  assert.ok(lock.locked);
  assert.is(await isSettled(lock.acquire()), false);
});

test("Lock: released while unlocked is refused, each time", async () => {
  const lock = new Lock();
  assert.is(
    thrownCode(() => lock.release()),
    "ERR_LANDSPOUT_LOCK_RELEASE",
  );
  await lock.acquire();
  lock.release();
  assert.is(
    thrownCode(() => lock.release()),
    "ERR_LANDSPOUT_LOCK_RELEASE",
  );
});

test("Lock: a releaser does not release the hold of another", async () => {
  const lock = new Lock();
  const release = await lock.acquire();
  lock.release();
  await lock.acquire();
  release();
  assert.ok(lock.locked);
});

test("misuse: a lock is nothing to be disposed of, or awaited", () => {
  for (const lock of [new Lock(), new Semaphore(), new Condition(), new Event()]) {
    assert.not(Symbol.dispose in lock);
    assert.not("then" in lock);
  }
});

// --- contexts ---

test("each continuation runs in its own AsyncLocalStorage context", async () => {
  const storage = new AsyncLocalStorage<number>();
  const lock = new Lock();
  const semaphore = new Semaphore(3);
  const event = new Event();
  const condition = new Condition();
  const request = async (i: number): Promise<void> => {
    await event.wait();
    assert.is(storage.getStore(), i);
    await lock.run(async () => {
      assert.is(storage.getStore(), i);
      await turn();
    });
    assert.is(storage.getStore(), i);
    const release = await semaphore.acquire({ seconds: 60 });
    assert.is(storage.getStore(), i);
    await turn();
    release();
    assert.is(await condition.wait(i % 2 === 0 ? { milliseconds: 1 } : undefined), i % 2 !== 0);
    assert.is(storage.getStore(), i);
  };
  const requests = Array.from({ length: 50 }, (_, i) => storage.run(i, () => request(i)));
  event.set();
  while (condition.waiting !== 25 || lock.locked || semaphore.value !== 3) await sleep(2);
  await sleep(5);
  condition.notifyAll();
  await Promise.all(requests);
});

test.run();
