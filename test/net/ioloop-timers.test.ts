/**
 * Timers of the loop: order, cancellation, units and lengths. Times are only compared with each other, never with a stopwatch.
 */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { Callback } from "../../src/loop/callback.ts";
import { durationSeconds } from "../../src/async/duration.ts";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { TimerQueue } from "../../src/loop/timers.ts";
import type { Timeout } from "../../src/loop/timers.ts";
import { recordsOf } from "./fixtures/recorder.ts";

const test = suite("IOLoop timers");
const loop = IOLoop.current();
const seconds = (delay: number): Promise<void> => new Promise((resolve) => loop.callLater(delay, resolve));

test("timers run in the order of their deadlines, those of one deadline in the order of their making", async () => {
  const order: string[] = [];
  const now = loop.time();
  loop.callAt(now + 0.0051, () => order.push("c"));
  loop.callAt(now + 0.005, () => order.push("a"));
  loop.callAt(now + 0.005, () => order.push("b"));
  loop.callAt(now + 0.001, () => order.push("first"));
  loop.callAt(now - 5, () => order.push("overdue"));
  loop.callAt(now - 9, () => order.push("long overdue"));
  await seconds(0.02);
  assert.equal(order, ["long overdue", "overdue", "first", "a", "b", "c"]);
});

test("a timer never runs before its deadline", async () => {
  const early: number[] = [];
  const all = Array.from({ length: 50 }, (_, i) => {
    return new Promise<void>((resolve) => {
      const timeout = loop.callLater(i * 0.000_37, () => {
        if (loop.time() < timeout.deadline) early.push(i);
        resolve();
      });
    });
  });
  await Promise.all(all);
  assert.equal(early, []);
});

test("deadlines, durations and delays: absolute numbers, relative objects, arguments passed on", async () => {
  const order: unknown[] = [];
  loop.addTimeout(loop.time() + 0.001, (name: string) => order.push(name), "absolute");
  loop.addTimeout({ milliseconds: 4 }, (name: string) => order.push(name), "duration");
  loop.callLater(0.008, (a: number, b: number) => order.push(a + b), 1, 2);
  loop.addTimeout({ seconds: -1 }, () => order.push("past"));
  // The unit trap of the reference: a small number is a deadline in 1970, and so is due at once.
  loop.addTimeout(5, () => order.push("1970"));
  await seconds(0.02);
  assert.equal(order, ["1970", "past", "absolute", "duration", 3]);
});

test("a removed timer does not run, and removing it again or after it ran is harmless", async () => {
  const never = loop.callLater(0.001, () => assert.unreachable("removed timer ran"));
  loop.removeTimeout(never);
  loop.removeTimeout(never);
  let runs = 0;
  const once = loop.callLater(0.001, () => runs++);
  const inside: Timeout = loop.callLater(0.001, () => loop.removeTimeout(inside));
  await seconds(0.005);
  loop.removeTimeout(once);
  assert.is(runs, 1);
});

test("a timer cancelled by another one due in the same turn does not run", async () => {
  const when = loop.time() + 0.002;
  loop.callAt(when, () => loop.removeTimeout(second));
  const second = loop.callAt(when, () => assert.unreachable("cancelled timer ran"));
  let third = false;
  loop.callAt(when, () => void (third = true));
  await seconds(0.006);
  assert.ok(third);
});

test("a timer set by a timer waits for the next turn, even when it is due", async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    loop.callLater(0, () => {
      order.push("first");
      loop.callAt(0, () => {
        order.push("third");
        resolve();
      });
    });
    loop.callLater(0, () => order.push("second"));
  });
  assert.equal(order, ["first", "second", "third"]);
});

test("timers beyond 2^31 ms wait, without a warning of the runtime", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", onWarning);
  const long = [2 ** 31 / 1000, 2 ** 32 / 1000, 1e9, Infinity].map((delay) =>
    loop.callLater(delay, () => assert.unreachable("ran at once")),
  );
  await seconds(0.01);
  for (const timeout of long) loop.removeTimeout(timeout);
  process.off("warning", onWarning);
  assert.equal(warnings, []);
});

test("a long timer re-arms: with a clock that jumps, it runs when its deadline is reached", async () => {
  let now = 0;
  const timers = new TimerQueue(() => now);
  const ran = new Promise<void>((resolve) => timers.add(30 * 86_400, new Callback(() => resolve(), [])));
  // Each addition that is due at once wakes the queue and shows it the new time.
  now = 29 * 86_400;
  await new Promise<void>((resolve) => timers.add(now, new Callback(() => resolve(), [])));
  assert.is(timers.size, 1, "still waiting after 29 days");
  now = 30 * 86_400;
  timers.add(now - 1, new Callback(() => {}, []));
  await ran;
  assert.is(timers.size, 0);
});

test("many timers, some removed, run sorted", async () => {
  const timers = new TimerQueue(() => 1e9);
  let state = 12_345;
  const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  const ran: [number, number][] = [];
  const kept: [number, number][] = [];
  const made: [Timeout, [number, number]][] = [];
  for (let i = 0; i < 2_000; i++) {
    const entry: [number, number] = [random(300), i];
    made.push([timers.add(entry[0], new Callback(() => ran.push(entry), [])), entry]);
    const victim = made[random(made.length)];
    if (random(3) === 0 && victim !== undefined) timers.remove(victim[0]);
  }
  for (const [timeout, entry] of made) if (timeout.callback !== undefined) kept.push(entry);
  kept.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  await new Promise<void>((resolve) => timers.add(1e9, new Callback(() => resolve(), [])));
  assert.ok(kept.length > 500);
  assert.equal(ran, kept);
});

test("an exception in a timer is logged and stops no other", async () => {
  let ran = false;
  const records = await recordsOf("application", async () => {
    loop.callLater(0.001, function brokenTimer() {
      throw new Error("timer failure");
    });
    loop.callLater(0.002, () => void (ran = true));
    await seconds(0.005);
  });
  assert.ok(ran);
  assert.is(records.length, 1);
  assert.match(records[0] ?? "", /Exception in callback brokenTimer\n[^]*timer failure/);
});

test("what is no number is refused at the call", () => {
  for (const bad of [NaN, "5", undefined]) {
    assert.throws(
      () => loop.callLater(bad as number, () => {}),
      (error: { code: string }) => error.code === "ERR_LANDSPOUT_BAD_DEADLINE",
    );
  }
  for (const bad of [{}, { second: 1 }, { seconds: NaN }, { seconds: "1" }]) {
    assert.throws(
      () => loop.addTimeout(bad as object, () => {}),
      (error: { code: string }) => error.code === "ERR_LANDSPOUT_BAD_DURATION",
    );
  }
});

test("the parts of a duration add up", () => {
  assert.is(durationSeconds({ days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 500 }), 90_061.5);
  assert.is(durationSeconds({ seconds: 1, milliseconds: -1_000 }), 0);
});

test.run();
