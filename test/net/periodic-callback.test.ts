/**
 * PeriodicCallback. The grid is tested on its pure function with given clocks; the object with real timers, by counting calls and
 * comparing their order only.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { PeriodicCallback, jittered, nextOnGrid } from "../../src/loop/periodic-callback.ts";
import { recordsOf } from "./fixtures/recorder.ts";

const test = suite("PeriodicCallback");
const loop = IOLoop.current();
const seconds = (delay: number): Promise<void> => new Promise((resolve) => loop.callLater(delay, resolve));

/** The starts of calls with a period of 10 s from a clock that says 1000, when each call takes so many seconds. */
function startsOf(durations: readonly number[]): number[] {
  let now = 1_000;
  let next = now;
  const starts: number[] = [];
  for (const duration of [...durations, 0]) {
    next = nextOnGrid(next, now, 10);
    starts.push(next);
    now = next + duration;
  }
  return starts;
}

test("starts are measured from start to start, and a late one returns to the grid", () => {
  assert.equal(startsOf([0, 0, 0]), [1_010, 1_020, 1_030, 1_040]);
  assert.equal(startsOf([9, 9, 9]), [1_010, 1_020, 1_030, 1_040]);
  assert.equal(startsOf([11, 0, 0]), [1_010, 1_030, 1_040, 1_050], "one overrun costs one call");
  assert.equal(startsOf([35, 0]), [1_010, 1_050, 1_060], "a long one costs three");
  assert.equal(startsOf([10, 0]), [1_010, 1_030, 1_040], "exactly one period is too late for the next");
});

test("a clock set back neither repeats a call nor recomputes the same one", () => {
  // Due at 1000, but the clock says less when the call is over: on by one period each time.
  assert.is(nextOnGrid(1_000, 999.999, 10), 1_010);
  assert.is(nextOnGrid(1_000, 500, 10), 1_010);
  assert.is(nextOnGrid(1_010, 500, 10), 1_020);
  assert.is(nextOnGrid(1_010, 1_010, 10), 1_020);
});

test("jitter is centred on the period", () => {
  assert.is(jittered(10, 0.5, 0), 7.5);
  assert.is(jittered(10, 0.5, 0.5), 10);
  assert.is(jittered(10, 0.5, 0.75), 11.25);
  assert.is(jittered(10, 0, 0.9), 10);
});

test("calls come until stop(), the first after one period; start() twice is one start", async () => {
  let calls = 0;
  const periodic = new PeriodicCallback(() => calls++, 2);
  assert.not(periodic.isRunning());
  periodic.start();
  periodic.start();
  assert.ok(periodic.isRunning());
  assert.is(calls, 0);
  await new Promise<void>((resolve) => {
    const watch = new PeriodicCallback(
      () => {
        if (calls < 3) return;
        watch.stop();
        resolve();
      },
      { milliseconds: 1 },
    );
    watch.start();
  });
  periodic.stop();
  periodic.stop();
  assert.not(periodic.isRunning());
  const atStop = calls;
  await seconds(0.01);
  assert.is(calls, atStop);
});

test("it may stop itself, and be started again", async () => {
  let calls = 0;
  let resolveCall = (): void => {};
  const periodic = new PeriodicCallback(
    () => {
      calls++;
      periodic.stop();
      resolveCall();
    },
    1,
    0.5,
  );
  for (const expected of [1, 2]) {
    const called = new Promise<void>((resolve) => (resolveCall = resolve));
    periodic.start();
    await called;
    await seconds(0.005);
    assert.is(calls, expected);
  }
});

test("an asynchronous callback never overlaps itself, not even across stop and start", async () => {
  let active = 0;
  let most = 0;
  let calls = 0;
  const periodic = new PeriodicCallback(async () => {
    most = Math.max(most, ++active);
    calls++;
    await seconds(0.006);
    active--;
  }, 1);
  periodic.start();
  await seconds(0.003);
  periodic.stop();
  periodic.start();
  while (calls < 4) await seconds(0.002);
  periodic.stop();
  while (active > 0) await seconds(0.002);
  assert.is(most, 1);
  const atEnd = calls;
  await seconds(0.01);
  assert.is(calls, atEnd, "one chain of calls, and it has ended");
});

test("exceptions and rejections are logged and end nothing", async () => {
  let calls = 0;
  const records = await recordsOf("application", async () => {
    await new Promise<void>((resolve) => {
      const periodic = new PeriodicCallback(function brokenPeriodic(): unknown {
        if (++calls === 1) throw new Error("thrown");
        if (calls === 2) return Promise.reject(new Error("rejected"));
        periodic.stop();
        resolve();
        return undefined;
      }, 1);
      periodic.start();
    });
  });
  assert.is(calls, 3);
  assert.is(records.length, 2);
  assert.match(records[0] ?? "", /Exception in callback brokenPeriodic\n[^]*thrown/);
  assert.match(records[1] ?? "", /Exception in callback brokenPeriodic\n[^]*rejected/);
});

test("it runs on the loop that is current at start(), in the context of start(), and ends with its loop", async () => {
  const before = IOLoop.current();
  const own = new IOLoop();
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const periodic = new PeriodicCallback(() => void seen.push(storage.getStore()), 1);
  storage.run("context", () => periodic.start());
  before.makeCurrent();
  while (seen.length < 2) await seconds(0.001);
  own.close();
  const atClose = seen.length;
  await seconds(0.005);
  assert.is(seen.length, atClose);
  assert.equal([...new Set(seen)], ["context"]);
});

test("a period or jitter that makes no sense is refused", () => {
  const code = (expected: string) => (error: { code: string }) => error.code === expected;
  for (const period of [0, -1, NaN, Infinity, { seconds: 0 }, { seconds: -1 }]) {
    assert.throws(() => new PeriodicCallback(() => {}, period), code("ERR_LANDSPOUT_BAD_PERIOD"));
  }
  for (const jitter of [-0.1, 2, NaN]) {
    assert.throws(() => new PeriodicCallback(() => {}, 1, jitter), code("ERR_LANDSPOUT_BAD_JITTER"));
  }
});

test.run();
