/**
 * The loop itself: when callbacks run and in which order, what becomes of their exceptions, `start`, `stop`, `runSync` and the
 * life of the process. Timers, handlers and executors have files of their own.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Worker } from "node:worker_threads";
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { IOLoop, TimeoutError } from "../../src/loop/ioloop.ts";
import { recordsOf } from "./fixtures/recorder.ts";
import { startFixture } from "./fixtures/spawn.ts";

const test = suite("IOLoop");

/** Resolves once the loop has gone through its next iteration. */
const iteration = (loop: IOLoop = IOLoop.current()): Promise<void> =>
  new Promise((resolve) => loop.addCallback(resolve));

async function codeOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
  return "no error";
}

test("current() is one object per thread, and instance() its older name", () => {
  const loop = IOLoop.current();
  assert.is(IOLoop.current(), loop);
  assert.is(IOLoop.instance(), loop);
  IOLoop.clearCurrent();
  assert.is(IOLoop.current(false), undefined);
  const other = IOLoop.current();
  assert.is.not(other, loop);
  loop.makeCurrent();
  assert.is(IOLoop.current(false), loop);
  assert.is.not(new IOLoop({ makeCurrent: false }), IOLoop.current());
  assert.is(IOLoop.current(), loop);
  IOLoop.clearInstance();
  loop.install();
  assert.is(IOLoop.instance(), loop);
});

test("a worker thread has a loop of its own", async () => {
  IOLoop.current();
  // Node 20 does not give a worker the loader that runs these sources, so the worker registers it.
  const load =
    process.versions.bun === undefined ? `import("tsx/esm/api").then((tsx) => tsx.register())` : "Promise.resolve()";
  const url = new URL("./fixtures/worker-loop.ts", import.meta.url).href;
  const worker = new Worker(`${load}.then(() => import(${JSON.stringify(url)}))`, { eval: true });
  const message = await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  assert.equal(message, { fresh: true, backend: IOLoop.current().backend });
  await worker.terminate();
});

test("the constants are Tornado's and the backend is the platform's", () => {
  assert.equal([IOLoop.NONE, IOLoop.READ, IOLoop.WRITE, IOLoop.ERROR], [0, 1, 4, 0x18]);
  const expected: { [platform: string]: string } = { linux: "epoll", darwin: "kqueue", win32: "iocp" };
  assert.is(IOLoop.current().backend, expected[process.platform]);
});

test("time() is in seconds since the epoch and never goes back", () => {
  const loop = IOLoop.current();
  let last = loop.time();
  assert.ok(last > 1.7e9 && last < 1e11);
  for (let i = 0; i < 10_000; i++) {
    const now = loop.time();
    assert.ok(now >= last);
    last = now;
  }
});

test("callbacks run in the next iteration, in order, with their arguments, after all microtasks", async () => {
  const loop = IOLoop.current();
  const order: string[] = [];
  loop.addCallback((name: string, n: number) => order.push(name + n), "a", 1);
  loop.spawnCallback(() => order.push("b"));
  loop.addCallbackFromSignal((name: string) => order.push(name), "c");
  void Promise.resolve().then(() => order.push("microtask"));
  process.nextTick(() => order.push("tick"));
  order.push("sync");
  await iteration();
  assert.equal(order.slice(0, 1), ["sync"]);
  assert.equal(order.slice(1, 3).sort(), ["microtask", "tick"]);
  assert.equal(order.slice(3), ["a1", "b", "c"]);
});

test("a callback added by a callback runs in the following iteration", async () => {
  const loop = IOLoop.current();
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    loop.addCallback(() => {
      order.push("first");
      loop.addCallback(() => {
        order.push("third");
        resolve();
      });
    });
  });
  loop.addCallback(() => order.push("second"));
  await done;
  assert.equal(order, ["first", "second", "third"]);
});

test("a callback that adds itself for ever does not starve timers", async () => {
  const loop = IOLoop.current();
  let runs = 0;
  let go = true;
  const again = (): void => {
    runs++;
    if (go) loop.addCallback(again);
  };
  loop.addCallback(again);
  await new Promise<void>((resolve) => setTimeout(resolve, 5));
  go = false;
  await iteration();
  await iteration();
  assert.ok(runs > 1);
});

test("a callback may return anything without being called again", async () => {
  const loop = IOLoop.current();
  let runs = 0;
  for (const value of [[], {}, "", null, () => {}, { then: 1 }]) {
    loop.addCallback(() => {
      runs++;
      return value;
    });
  }
  await iteration();
  await iteration();
  assert.is(runs, 6);
});

test("an exception in a callback is logged and stops no other", async () => {
  const loop = IOLoop.current();
  let ran = false;
  const records = await recordsOf("application", async () => {
    loop.addCallback(function broken() {
      throw new Error("first failure");
    });
    loop.addCallback(() => {
      throw "no error object";
    });
    loop.addCallback(() => void (ran = true));
    await iteration();
  });
  assert.ok(ran);
  assert.is(records.length, 2);
  assert.match(records[0] ?? "", /^error Exception in callback broken\n[^]*first failure/);
  assert.is(records[1], "error Exception in callback (anonymous)\nno error object");
});

test("a rejection of a callback's promise is logged", async () => {
  const loop = IOLoop.current();
  const records = await recordsOf("application", async () => {
    loop.addCallback(async function asynchronous() {
      await Promise.resolve();
      throw new Error("later");
    });
    loop.addCallback(function thenable() {
      return { then: (_: unknown, fail: (error: Error) => void) => fail(new Error("thenable")) };
    });
    await iteration();
    await iteration();
  });
  assert.match(records.join("\n"), /Exception in callback asynchronous\n[^]*later/);
  assert.match(records.join("\n"), /Exception in callback thenable\n[^]*thenable/);
});

test("each callback runs in the AsyncLocalStorage context of whoever added it", async () => {
  const loop = IOLoop.current();
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  let allSeen = (): void => {};
  const all = new Promise<void>((resolve) => (allSeen = resolve));
  const look = (): void => {
    if (seen.push(storage.getStore()) === 5) allSeen();
  };
  storage.run("one", () => loop.addCallback(look));
  storage.run("two", () => {
    loop.addCallback(look);
    loop.callLater(0, look);
    loop.addFuture(Promise.resolve(), look);
  });
  loop.addCallback(look);
  await all;
  assert.equal(seen.map(String).sort(), ["one", "two", "two", "two", "undefined"]);
});

test("addFuture calls back in an iteration of its own, and a rejection counts as handled", async () => {
  const loop = IOLoop.current();
  const settled: unknown[] = [];
  const error = new Error("expected");
  loop.addFuture(Promise.resolve(5), (result) => void settled.push(result));
  loop.addFuture(Promise.reject(error), (result) => void settled.push(result));
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(settled, [], "not in a microtask");
  await iteration();
  await iteration();
  assert.equal(settled, [
    { status: "fulfilled", value: 5 },
    { status: "rejected", reason: error },
  ]);
});

test("start() lasts until stop(), and the iteration of stop() is completed", async () => {
  const loop = new IOLoop({ makeCurrent: false });
  const order: string[] = [];
  loop.addCallback(() => {
    loop.stop();
    loop.stop();
    order.push("stop");
  });
  loop.addCallback(() => {
    loop.stop();
    order.push("same iteration");
  });
  await loop.start();
  assert.equal(order, ["stop", "same iteration"]);
  // Those three stops were one: the next start does not return at once.
  let timer = false;
  loop.callLater(0.005, () => {
    timer = true;
    loop.stop();
  });
  await loop.start();
  assert.ok(timer);
  loop.close();
});

test("stop() before start() makes the next start() return at once, and only that", async () => {
  const loop = new IOLoop({ makeCurrent: false });
  loop.stop();
  loop.stop();
  let ran = false;
  loop.addCallback(() => void (ran = true));
  await loop.start();
  assert.ok(ran, "one iteration is done");
  loop.addCallback(() => loop.stop());
  await loop.start();
  loop.close();
});

test("a running loop refuses a second start, runSync and close; a closed one refuses start and timers", async () => {
  const loop = new IOLoop();
  const running = loop.start();
  assert.is(await codeOf(() => loop.start()), "ERR_LANDSPOUT_LOOP_RUNNING");
  assert.is(await codeOf(() => loop.runSync(async () => {})), "ERR_LANDSPOUT_LOOP_RUNNING");
  assert.is(await codeOf(() => loop.close()), "ERR_LANDSPOUT_LOOP_RUNNING");
  loop.stop();
  await running;
  loop.close();
  loop.close();
  assert.ok(loop.closed);
  assert.is(IOLoop.current(false), undefined, "a closed loop is not the current one");
  assert.is(await codeOf(() => loop.start()), "ERR_LANDSPOUT_LOOP_CLOSED");
  assert.is(await codeOf(() => loop.runSync(async () => {})), "ERR_LANDSPOUT_LOOP_CLOSED");
  assert.is(await codeOf(() => loop.callLater(1, () => {})), "ERR_LANDSPOUT_LOOP_CLOSED");
});

test("close() drops what waits; a callback added later is dropped silently", async () => {
  const loop = new IOLoop({ makeCurrent: false });
  const never = (): void => assert.unreachable("a callback of a closed loop ran");
  loop.addCallback(never);
  loop.callLater(0, never);
  loop.addFuture(Promise.resolve(), never);
  loop.close();
  loop.addCallback(never);
  loop.spawnCallback(never);
  await new Promise<void>((resolve) => setTimeout(resolve, 5));
});

test("closing from within a callback drops the rest of the iteration", async () => {
  const loop = new IOLoop({ makeCurrent: false });
  loop.addCallback(() => loop.close());
  loop.addCallback(() => assert.unreachable("ran after close"));
  await new Promise<void>((resolve) => setTimeout(resolve, 5));
});

test("runSync hands over the result of a promise, and undefined for none", async () => {
  const loop = IOLoop.current();
  assert.is(await loop.runSync(async () => 42), 42);
  assert.is(await loop.runSync(() => {}), undefined);
  assert.is(await loop.runSync(() => null), undefined);
  assert.is(
    await loop.runSync(() => new Promise<string>((resolve) => loop.callLater(0.001, resolve, "later"))),
    "later",
  );
});

test("runSync rejects with the function's own error, thrown or awaited", async () => {
  const loop = IOLoop.current();
  const error = new Error("own");
  const thrown = (): never => {
    throw error;
  };
  assert.is(await codeOf(() => loop.runSync(thrown)), error);
  assert.is(await codeOf(() => loop.runSync(async () => thrown())), error);
  assert.is(await codeOf(() => loop.runSync((() => 42) as never)), "ERR_LANDSPOUT_NOT_A_PROMISE");
});

test("runSync ends with TimeoutError after the timeout and aborts the signal", async () => {
  const loop = IOLoop.current();
  let reason: unknown;
  try {
    await loop.runSync(
      (signal) => new Promise((_, fail) => signal.addEventListener("abort", () => fail((reason = signal.reason)))),
      { timeout: 0.01 },
    );
    assert.unreachable("no error");
  } catch (error) {
    assert.instance(error, TimeoutError);
    assert.is((error as Error).message, "Operation timed out after 0.01 seconds");
    assert.is(reason, error);
  }
  assert.is(await loop.runSync(async () => "in time", { timeout: 60 }), "in time");
});

test("runSync rejects when the loop is stopped before the promise is settled", async () => {
  const loop = IOLoop.current();
  const stopped = (): Promise<void> => {
    loop.stop();
    return new Promise(() => {});
  };
  assert.is(await codeOf(() => loop.runSync(stopped)), "ERR_LANDSPOUT_LOOP_STOPPED");
  assert.is(await loop.runSync(async () => "usable again"), "usable again");
});

test("a started loop keeps the process alive until a signal's callback stops it", async () => {
  const running = startFixture("loop-lives.ts", ["signal"]);
  await running.until((output) => output.includes("started"));
  running.process.kill("SIGTERM");
  const { code, output } = await running.ended;
  assert.equal([code, output], [0, "started\nstopped\n"]);
});

test("unreferenced timers let the process end, others keep it alive until they ran", async () => {
  const [unref, ref] = await Promise.all([
    startFixture("loop-lives.ts", ["unref"]).ended,
    startFixture("loop-lives.ts", ["ref"]).ended,
  ]);
  assert.equal([unref.code, unref.output], [0, "ended\n"]);
  assert.equal([ref.code, ref.output], [0, "timer ran\n"]);
});

test("a failing runSync that is awaited makes the process fail", async () => {
  const { code, output, errors } = await startFixture("loop-lives.ts", ["main"]).ended;
  assert.equal([code, output], [1, "ran\n"]);
  assert.match(errors, /main failed/);
});

test.run();
