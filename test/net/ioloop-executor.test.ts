/** `runInExecutor` and the pool of worker threads behind it. */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { IOLoop, WorkerExecutor } from "../../src/loop/ioloop.ts";
import type { Executor } from "../../src/loop/ioloop.ts";
import { startFixture } from "./fixtures/spawn.ts";

const test = suite("IOLoop executors");
const module = new URL("./fixtures/work.mjs", import.meta.url);

async function failure(
  run: () => Promise<unknown>,
): Promise<{ code?: unknown; message: string; name: string; cause?: unknown }> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("no error");
}

test("runs an exported function in another thread, with arguments and result", async () => {
  const loop = new IOLoop({ makeCurrent: false });
  assert.is(await loop.runInExecutor<number>(null, { module, export: "add" }, 2, 3), 5);
  assert.is(await loop.runInExecutor(null, { module: module.pathname, export: "slowly" }, "awaited"), "awaited");
  assert.is(await loop.runInExecutor(null, { module: "node:path", export: "basename" }, "/a/b"), "b");
  assert.ok(Number(await loop.runInExecutor(null, { module, export: "thread" })) > 0, "not the main thread");
  loop.close();
  assert.is(
    (await failure(() => loop.runInExecutor(null, { module, export: "add" }))).code,
    "ERR_LANDSPOUT_LOOP_CLOSED",
  );
});

test("tasks run side by side, at most maxWorkers of them", async () => {
  const executor = new WorkerExecutor({ maxWorkers: 2 });
  const shared = new SharedArrayBuffer(4);
  const both = [1, 2].map(() => executor.submit({ module, export: "meet" }, [shared]));
  assert.equal(await Promise.all(both), [2, 2]);
  const threads = await Promise.all(
    Array.from({ length: 20 }, () => executor.submit({ module, export: "thread" }, [])),
  );
  assert.ok(new Set(threads).size <= 2);
  await executor.shutdown();
});

test("the loop goes on while a task blocks its thread; waiting tasks are limited and refused at shutdown", async () => {
  const loop = IOLoop.current();
  const executor = new WorkerExecutor({ maxWorkers: 1, maxQueue: 1 });
  const shared = new SharedArrayBuffer(4);
  const blocked = executor.submit({ module, export: "block" }, [shared]);
  const waiting = executor.submit({ module, export: "add" }, [1, 1]);
  const refused = await failure(() => executor.submit({ module, export: "add" }, [1, 1]));
  assert.is(refused.code, "ERR_LANDSPOUT_EXECUTOR_FULL");
  await new Promise<void>((resolve) => loop.callLater(0.002, resolve));
  Atomics.store(new Int32Array(shared), 0, 1);
  Atomics.notify(new Int32Array(shared), 0);
  await blocked;
  assert.is(await waiting, 2);
  const [running, queued] = [new SharedArrayBuffer(4), 0].map((arg) =>
    failure(() => executor.submit({ module, export: "block" }, [arg])),
  );
  await executor.shutdown();
  assert.is((await running)?.code, "ERR_LANDSPOUT_EXECUTOR_CLOSED");
  assert.is((await queued)?.code, "ERR_LANDSPOUT_EXECUTOR_CLOSED");
  assert.is(
    (await failure(() => executor.submit({ module, export: "add" }, []))).code,
    "ERR_LANDSPOUT_EXECUTOR_CLOSED",
  );
});

test("an error comes back with its name, message and code", async () => {
  const executor = new WorkerExecutor({ maxWorkers: 1 });
  const error = await failure(() => executor.submit({ module, export: "fail" }, []));
  assert.equal([error.name, error.message, error.code], ["RangeError", "failed in the worker", "ERR_OWN"]);
  assert.match(
    (await failure(() => executor.submit({ module, export: "noFunction" }, []))).message,
    /exports no function noFunction/,
  );
  assert.instance(
    await failure(() => executor.submit({ module: new URL("./no-such.mjs", module), export: "x" }, [])),
    Error,
  );
  await executor.shutdown();
});

test("what cannot be copied fails its task only", async () => {
  const executor = new WorkerExecutor({ maxWorkers: 1 });
  assert.is((await failure(() => executor.submit({ module, export: "add" }, [() => {}]))).name, "DataCloneError");
  assert.instance(await failure(() => executor.submit({ module, export: "uncopyable" }, [])), Error);
  assert.instance(await failure(() => executor.submit({ module, export: "throwUncopyable" }, [])), Error);
  assert.is(await executor.submit({ module, export: "add" }, [1, 2]), 3);
  await executor.shutdown();
});

test("a thread that ends fails its task; those that wait get a new thread", async () => {
  const executor = new WorkerExecutor({ maxWorkers: 1 });
  const lost = failure(() => executor.submit({ module, export: "exit" }, []));
  const next = executor.submit({ module, export: "add" }, [1, 2]);
  assert.is((await lost).code, "ERR_LANDSPOUT_EXECUTOR_WORKER");
  assert.is(await next, 3);
  await executor.shutdown();
});

test("a plain function and a relative module are refused with what to do instead", async () => {
  const loop = new IOLoop({ makeCurrent: false });
  const error = await failure(() => loop.runInExecutor(null, (a: number) => a, 1));
  assert.is(error.code, "ERR_LANDSPOUT_EXECUTOR_FUNCTION");
  assert.match(error.message, /\{ module, export \}/);
  const relative = await failure(() => loop.runInExecutor(null, { module: "./work.mjs", export: "add" }));
  assert.is(relative.code, "ERR_LANDSPOUT_EXECUTOR_MODULE");
  loop.close();
});

test("an executor of one's own takes functions, by argument or as the default", async () => {
  const inline: Executor = {
    submit: async (task, args) =>
      typeof task === "function" ? (task as (...args: unknown[]) => unknown)(...args) : undefined,
  };
  const loop = new IOLoop({ makeCurrent: false });
  assert.is(await loop.runInExecutor(inline, (a: number, b: number) => a * b, 6, 7), 42);
  loop.setDefaultExecutor(inline);
  assert.is(await loop.runInExecutor(null, (text: string) => text.length, "four"), 4);
  loop.close();
});

test("idle threads do not keep the process alive, working ones do", async () => {
  const { code, output, errors } = await startFixture("executor-ends.ts").ended;
  assert.equal([code, output, errors], [0, "done\n", ""]);
});

test.run();
