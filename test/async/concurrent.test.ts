/** Futures, after Tornado's concurrent_test and what asyncio's Futures do; returnFuture, runOnExecutor, dummyExecutor. */
import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs";
import { inspect } from "node:util";
import * as assert from "uvu/assert";
import {
  CancelledError,
  chainFuture,
  dummyExecutor,
  Future,
  futureSetExceptionUnlessCancelled,
  futureSetResultUnlessCancelled,
  isFuture,
  returnFuture,
  runOnExecutor,
} from "../../src/async/concurrent/index.ts";
import type { Executor } from "../../src/async/concurrent/index.ts";
import { ExceptionStackContext } from "../../src/async/stack-context/index.ts";
import { IOLoop, WorkerExecutor } from "../../src/loop/ioloop.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { codeOf, isSettled, rejection, thrownCode, turn } from "./_settled.ts";

const test = suite("concurrent");
class OwnError extends Error {}
const module = new URL("../net/fixtures/work.mjs", import.meta.url);

// --- Future ---

test("Future: states", () => {
  const future = new Future<number>();
  assert.equal([future.done(), future.cancelled(), inspect(future)], [false, false, "<Future pending>"]);
  assert.is(
    thrownCode(() => future.result()),
    "ERR_LANDSPOUT_FUTURE_STATE",
  );
  assert.is(
    thrownCode(() => future.exception()),
    "ERR_LANDSPOUT_FUTURE_STATE",
  );
  future.setResult(5);
  assert.equal([future.done(), future.cancelled(), future.result(), future.exception()], [true, false, 5, undefined]);
  assert.is(String(future), "<Future finished>");
  for (const again of [() => future.setResult(6), () => future.setException(new OwnError("again"))])
    assert.is(thrownCode(again), "ERR_LANDSPOUT_FUTURE_STATE");
  assert.not(future.cancel());

  const failed = new Future();
  const error = new OwnError("own");
  failed.setException(error);
  assert.is(failed.exception(), error);
  assert.throws(
    () => failed.result(),
    (thrown: unknown) => thrown === error,
  );

  const cancelled = new Future();
  assert.ok(cancelled.cancel());
  assert.not(cancelled.cancel());
  assert.equal([cancelled.done(), cancelled.cancelled()], [true, true]);
  for (const read of [() => cancelled.result(), () => cancelled.exception()])
    assert.throws(
      read,
      (thrown: unknown) => thrown instanceof CancelledError && thrown.code === "ERR_LANDSPOUT_CANCELLED",
    );
});

test("Future: is awaited as a promise is, before and after it is done", async () => {
  for (const early of [true, false]) {
    const ok = new Future<number>();
    const bad = new Future<number>();
    const gone = new Future<number>();
    const settle = (): void => {
      ok.setResult(1);
      bad.setException(new OwnError("own"));
      gone.cancel();
    };
    if (early) settle();
    else setTimeout(settle, 1);
    assert.is(await ok, 1);
    assert.is(await ok.then((value) => value + 1), 2);
    assert.is(await ok.finally(() => 7), 1);
    assert.instance(await rejection(bad), OwnError);
    assert.instance(await bad.catch((error: unknown) => error), OwnError);
    assert.instance(await rejection(gone), CancelledError);
    assert.equal(await Promise.all([ok, ok]), [1, 1]);
    assert.is(await Promise.race([ok, new Promise<never>(() => undefined)]), 1);
    assert.is((await Promise.allSettled([bad]))[0].status, "rejected");
  }
  const order: string[] = [];
  const ready = new Future();
  ready.setResult(undefined);
  void ready.then(() => order.push("then"));
  order.push("now");
  await ready;
  assert.equal(order, ["now", "then"]);
});

test("Future: done callbacks come later, once each, in their context; what they throw is seen to", async () => {
  const log = expectLog("Uncaught exception in a done callback of a Future");
  const storage = new AsyncLocalStorage<string>();
  const calls: unknown[] = [];
  const future = new Future<number>();
  storage.run("a", () => future.addDoneCallback((done) => calls.push(done.result(), storage.getStore())));
  const taken: unknown[] = [];
  new ExceptionStackContext((error) => taken.push(error) > 0).run(() =>
    future.addDoneCallback(() => {
      throw new OwnError("taken");
    }),
  );
  future.addDoneCallback(() => {
    throw new OwnError("logged");
  });
  storage.run("b", () => future.setResult(1));
  assert.equal(calls, []);
  await turn();
  assert.equal(calls, [1, "a"]);
  assert.is(taken.length, 1);
  assert.is(log.records.length, 1);
  future.addDoneCallback(() => calls.push("after"));
  assert.is(calls.length, 2);
  await turn();
  assert.is(calls.at(-1), "after");
});

test("Future: an exception nobody has looked at by the next turn is logged, once, and ends nothing", async () => {
  const log = expectLog("Future exception was never retrieved");
  const settleAll = (): void => {
    new Future().setException(new OwnError("nobody"));
    const looked = [new Future(), new Future(), new Future(), new Future()] as const;
    for (const future of looked) future.setException(new OwnError("looked at"));
    looked[0].exception();
    looked[1].catch(() => undefined);
    void rejection(looked[2]);
    assert.throws(() => looked[3].result());
    const before = new Future();
    before.then(undefined, () => undefined);
    before.setException(new OwnError("looked at before"));
    new Future().cancel();
    // A done callback alone does not look.
    const called = new Future();
    called.addDoneCallback(() => undefined);
    called.setException(new OwnError("called"));
  };
  settleAll();
  await turn();
  await turn();
  assert.is(log.records.length, 2);
});

test("isFuture, chainFuture, …UnlessCancelled", async () => {
  assert.ok(isFuture(new Future()));
  assert.ok(isFuture(Promise.resolve()));
  const other = Object.assign(Object.create({ [Symbol.for("landspout.future")]: true }) as object, { then() {} });
  assert.ok(isFuture(other), "of another copy of the package");
  for (const value of [undefined, null, 5, {}, { then() {} }, () => 1]) assert.not(isFuture(value));

  const to = new Future<number>();
  chainFuture(Promise.resolve(5), to);
  assert.is(await to, 5);
  const failing = new Future();
  chainFuture(Promise.reject(new OwnError("own")), failing);
  assert.instance(await rejection(failing), OwnError);
  const gone = new Future();
  gone.cancel();
  chainFuture(Promise.resolve(5), gone);
  chainFuture(Promise.reject(new OwnError("own")), gone);
  await turn();
  futureSetResultUnlessCancelled(gone, 5);
  const log = expectLog("Exception after Future was cancelled");
  futureSetExceptionUnlessCancelled(gone, new OwnError("late"));
  assert.is(log.records.length, 1);
  const set = new Future<number>();
  futureSetResultUnlessCancelled(set, 42);
  assert.is(set.result(), 42);
  assert.is(
    thrownCode(() => futureSetResultUnlessCancelled(set, 43)),
    "ERR_LANDSPOUT_FUTURE_STATE",
  );
  const excepted = new Future();
  futureSetExceptionUnlessCancelled(excepted, new OwnError("set"));
  assert.instance(excepted.exception(), OwnError);
});

// --- returnFuture ---

test("returnFuture: results, exceptions of the function and of its callbacks", async () => {
  const loop = IOLoop.current();
  assert.match(String(await returnFuture(readFile as never)(module as never)), /export/);
  assert.is(
    (
      (await rejection(
        (returnFuture(readFile as never) as unknown as (path: string) => Future)("/no/such/file"),
      )) as NodeJS.ErrnoException
    ).code,
    "ENOENT",
  );
  const object = {
    base: 10,
    add: returnFuture(function (this: { base: number }, x: number, callback: (value: number) => void) {
      loop.addCallback(callback, this.base + x);
    }),
  };
  assert.is(await object.add(5), 15);
  const error = new OwnError("own");
  for (const fails of [
    () => {
      throw error;
    },
    () => {
      loop.addCallback(() => {
        throw error;
      });
    },
    () => Promise.reject(error),
  ])
    assert.is(await rejection(returnFuture(fails)()), error);
  // What comes behind the result is for the context around.
  const log = expectLog("behind the result");
  assert.is(
    await returnFuture((callback: (value: number) => void) => {
      loop.addCallback(() => {
        throw new OwnError("behind the result");
      });
      callback(1);
    })(),
    1,
  );
  while (log.records.length === 0) await turn();
});

// --- executors ---

class Working {
  executor: Executor = dummyExecutor;
  pool: Executor = dummyExecutor;
  x = 5;
  bare = runOnExecutor(function (this: Working, a: number): number {
    return this.x + a;
  });
  called = runOnExecutor()(function (this: Working, a: number): number {
    return this.x + a;
  });
  named = runOnExecutor({ executor: "pool" })(async function (this: Working, a: number): Promise<number> {
    return this.x + a;
  });
  given = runOnExecutor({ executor: dummyExecutor })((): number => {
    throw new OwnError("own");
  });
}

test("runOnExecutor: bare, called, with the name of a property, with an executor", async () => {
  const working = new Working();
  const results = [working.bare(1), working.called(2), await working.named(3)] as unknown[];
  assert.ok(isFuture(results[0]));
  assert.equal(await Promise.all(results), [6, 7, 8]);
  assert.instance(await rejection(working.given() as unknown as Promise<never>), OwnError);
  const descriptor = (runOnExecutor as (...args: unknown[]) => PropertyDescriptor)({}, "m", {
    value(this: Working) {
      return this.x;
    },
  });
  assert.is(await (descriptor.value as () => Promise<number>).call(working), 5);
  const standard = runOnExecutor(() => 3, { kind: "method" });
  assert.is(await (standard as unknown as () => Promise<number>).call(working), 3);
});

test("runOnExecutor: an exported function in a thread", async () => {
  const executor = new WorkerExecutor({ maxWorkers: 1 });
  const add = runOnExecutor(
    { module, export: "add" },
    { executor },
  )((_a: number, _b: number): number => {
    throw new Error("never run");
  });
  assert.is(await add(1, 2), 3);
  const fail = runOnExecutor({ module, export: "fail" })(() => undefined);
  assert.is(((await rejection(fail.call({ executor } as never) as never)) as Error).name, "RangeError");
  const inline = runOnExecutor({ module, export: "add" }, { executor: dummyExecutor })(() => 0);
  assert.is(await (inline as unknown as (a: number, b: number) => number)(3, 4), 7);
  assert.match(
    ((await rejection(dummyExecutor.submit({ module, export: "noFunction" }, []))) as Error).message,
    /exports no function noFunction/,
  );
  await executor.shutdown();
});

test("runOnExecutor: what is wrong is said", async () => {
  const call = runOnExecutor(() => 1);
  assert.is(
    thrownCode(() => call()),
    "ERR_LANDSPOUT_BAD_EXECUTOR",
  );
  assert.is(
    thrownCode(() => runOnExecutor({ executer: "pool" } as never)),
    "ERR_LANDSPOUT_BAD_EXECUTOR",
  );
  assert.is(
    thrownCode(() => (runOnExecutor() as (x: unknown) => unknown)(7)),
    "ERR_LANDSPOUT_DECORATOR",
  );
  const log = expectLog("Future exception was never retrieved");
  void runOnExecutor({ executor: dummyExecutor })(() => {
    throw new OwnError("nobody looks");
  })();
  await turn();
  await turn();
  assert.is(log.records.length, 1);
});

test("WorkerExecutor.submit: signal and timeout, while waiting and while running; the next tasks go on", async () => {
  const executor = new WorkerExecutor({ maxWorkers: 1, maxQueue: 2 });
  const controller = new AbortController();
  const { signal } = controller;
  const cell = new SharedArrayBuffer(4);
  assert.is(
    await rejection(executor.submit({ module, export: "add" }, [1, 2], { signal: AbortSignal.abort("no") })),
    "no",
  );
  const running = executor.submit({ module, export: "block" }, [cell], { signal });
  const queued = executor.submit({ module, export: "add" }, [1, 2], { timeout: 0.005 });
  const next = executor.submit({ module, export: "add" }, [3, 4], { timeout: 60, signal });
  assert.is(codeOf(await rejection(queued)), "ERR_LANDSPOUT_TIMEOUT");
  assert.is(await isSettled(running), false);
  const last = executor.submit({ module, export: "add" }, [5, 6]);
  assert.is(codeOf(await rejection(executor.submit({ module, export: "add" }, [1, 2]))), "ERR_LANDSPOUT_EXECUTOR_FULL");
  controller.abort("enough");
  assert.is(await rejection(running), "enough");
  assert.is(await rejection(next), "enough");
  assert.is(await last, 11);
  const slow = executor.submit({ module, export: "block" }, [new SharedArrayBuffer(4)], { timeout: 0.05 });
  assert.match(String(await rejection(slow)), /not done after 0\.05 seconds/);
  assert.is(await executor.submit({ module, export: "add" }, [1, 1]), 2);
  await executor.shutdown();
});

test("WorkerExecutor.submit: transfer moves, and wrong options are refused", async () => {
  const executor = new WorkerExecutor({ maxWorkers: 1 });
  const bytes = new Uint8Array([1, 2, 3]);
  assert.is(await executor.submit({ module, export: "add" }, [bytes, 1], { transfer: [bytes.buffer] }), "1,2,31");
  assert.is(bytes.length, 0, "moved");
  for (const options of [{ transfer: bytes }, { transfer: [7] }, { timeout: -1 }, { timeout: "5" }, { signl: 1 }])
    assert.is(
      codeOf(await rejection(executor.submit({ module, export: "add" }, [1, 2], options as never))),
      "ERR_LANDSPOUT_BAD_EXECUTOR",
    );
  assert.is(
    ((await rejection(executor.submit({ module, export: "add" }, [1, 2], { transfer: [{}] }))) as Error).name.length >
      0,
    true,
  );
  assert.is(await executor.submit({ module, export: "add" }, [1, 2]), 3);
  await executor.shutdown();
});

test.run();
