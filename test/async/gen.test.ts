/** Generators, after Tornado's gen_test of 2.4 (engine, Task, Callback, Wait) and of 6.5 (coroutine, multi, moment), and what is new here. */
import { AsyncLocalStorage } from "node:async_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import { Future } from "../../src/async/concurrent/index.ts";
import * as gen from "../../src/async/gen/index.ts";
import { ExceptionStackContext } from "../../src/async/stack-context/index.ts";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { codeOf, isSettled, rejection, turn } from "./_settled.ts";

const test = suite("gen");

const loop = IOLoop.current();
const afterTurns = async <T>(turns: number, value: T): Promise<T> => {
  for (let i = 0; i < turns; i++) await turn();
  return value;
};
const addOne = gen.coroutine(function* (x: number) {
  yield gen.moment;
  return x + 1;
});
const failLater = gen.coroutine(function* (error: unknown): Generator<unknown, never> {
  yield gen.moment;
  throw error;
});
/** Calls back in a later turn, with these. */
const callLater = (...given: unknown[]): void => {
  const callback = given.pop() as (...args: unknown[]) => void;
  loop.addCallback(callback, ...given);
};
const callNow = (...given: unknown[]): void => (given.pop() as (...args: unknown[]) => void)(...given);
class OwnError extends Error {}

/** Runs a generator as engine and as coroutine: what holds for both. */
function both(title: string, body: (run: (fn: () => Generator) => Promise<unknown>) => unknown): void {
  test(`coroutine: ${title}`, async () => void (await body((fn) => gen.coroutine(fn)())));
  test(`engine: ${title}`, async () => void (await body((fn) => gen.engine(fn)() as unknown as Promise<unknown>)));
}

// --- ends ---

both("runs to its first yield at once, and gives what it returns", async (run) => {
  let begun = false;
  const running = run(function* () {
    begun = true;
    yield;
    return 42;
  });
  assert.ok(begun);
  assert.is(await running, 42);
  assert.is(
    // oxlint-disable-next-line require-yield
    await run(function* () {
      return 7;
    }),
    7,
  );
  assert.is(await run(function* () {}), undefined);
});

both("an exception before and after the first yield goes to the promise", async (run) => {
  const error = new OwnError("own");
  assert.is(
    await rejection(
      // oxlint-disable-next-line require-yield
      run(function* () {
        throw error;
      }),
    ),
    error,
  );
  assert.is(
    await rejection(
      run(function* () {
        yield;
        throw error;
      }),
    ),
    error,
  );
});

both("Return ends it with a value", async (run) => {
  for (const value of [undefined, 42, [1, 2]]) {
    assert.equal(
      // oxlint-disable-next-line require-yield
      await run(function* () {
        throw new gen.Return(value);
      }),
      value,
    );
    assert.equal(
      await run(function* () {
        yield;
        throw new gen.Return(value);
      }),
      value,
    );
  }
  assert.is(await gen.coroutine((): number => Return(5))(), 5);
});
function Return(value: number): never {
  throw new gen.Return(value);
}

both("exceptions of what is yielded can be caught, and replaced", async (run) => {
  assert.is(
    await run(function* () {
      try {
        yield failLater(new OwnError("first"));
      } catch (error) {
        assert.instance(error, OwnError);
        return 42;
      }
      return 0;
    }),
    42,
  );
  const second = new Error("second");
  assert.is(
    await rejection(
      run(function* () {
        try {
          yield Promise.reject(new OwnError("first"));
        } catch {
          throw second;
        }
      }),
    ),
    second,
  );
});

test("coroutine: functions that are no generators; the same function again; arguments and this", async () => {
  assert.is(await gen.coroutine(() => 42)(), 42);
  assert.is(await gen.coroutine(async () => 42)(), 42);
  const error = new OwnError("sync");
  const thrower = gen.coroutine(() => {
    throw error;
  });
  assert.is(await rejection(thrower()), error);
  const object = {
    x: 5,
    sum: gen.coroutine(function* (this: { x: number }, a: number, b: number) {
      const c: number = yield addOne(a);
      return this.x + b + c;
    }),
  };
  assert.is(await object.sum(1, 10), 17);
  assert.is(await object.sum(2, 20), 28);
});

test("name, length, __wrapped__, isCoroutineFunction", () => {
  function* named(_a: number, _b: number): Generator<undefined, void> {
    yield;
  }
  for (const made of [gen.coroutine(named), gen.engine(named)]) {
    assert.is(made.name, "named");
    assert.is(made.length, 2);
    assert.is((made as unknown as { __wrapped__: unknown }).__wrapped__, named);
    assert.ok(gen.isCoroutineFunction(made));
  }
  assert.not(gen.isCoroutineFunction(named));
  assert.not(gen.isCoroutineFunction(gen.coroutine(named)(1, 2)));
  assert.not(gen.isCoroutineFunction(undefined));
});

test("decorators: a method of the standard kind, of the older kind, a field", async () => {
  function* method(this: { x: number }, a: number): Generator<Promise<number>, number, number> {
    return this.x + (yield Promise.resolve(a));
  }
  for (const decorate of [gen.coroutine as gen.EngineDecorator, gen.engine]) {
    const standard = decorate(method, { kind: "method" });
    const field = decorate(undefined, { kind: "field" })(method);
    const older = decorate({}, "method", { value: method, writable: true }).value;
    for (const made of [standard, field, older])
      assert.is(await (made as typeof method | undefined)?.call({ x: 5 }, 7), 12);
    for (const wrong of [
      () => (decorate as (x: unknown) => unknown)(7),
      () => (decorate as (x: unknown, c: unknown) => unknown)(class {}, { kind: "class" }),
      () => (decorate as (x: unknown, c: unknown) => unknown)({}, "field"),
    ])
      assert.throws(wrong, (error: unknown) => codeOf(error) === "ERR_LANDSPOUT_DECORATOR");
  }
});

// --- what is yielded ---

both("waits for promises, Futures, async functions, coroutines, thenables, nothing", async (run) => {
  await run(function* () {
    assert.is(yield Promise.resolve(1), 1);
    const ready = new Future();
    ready.setResult(2);
    assert.is(yield ready, 2);
    const later = new Future();
    loop.addCallback(() => later.setResult(3));
    assert.is(yield later, 3);
    assert.is(yield afterTurns(2, 4), 4);
    assert.is(yield addOne(4), 5);
    assert.is(yield { then: (resolve: (value: number) => void) => resolve(6) }, 6);
    assert.is(yield, undefined);
    assert.is(yield null, undefined);
    assert.is(yield gen.moment, undefined);
    const failed = new Future();
    failed.setException(new OwnError("ready"));
    try {
      yield failed;
      assert.unreachable();
    } catch (error) {
      assert.instance(error, OwnError);
    }
    const cancelled = new Future();
    cancelled.cancel();
    try {
      yield cancelled;
      assert.unreachable();
    } catch (error) {
      assert.is(codeOf(error), "ERR_LANDSPOUT_CANCELLED");
    }
  });
});

both("what cannot be yielded is thrown into it, where it can be caught", async (run) => {
  const wrong = [42, "text", () => 1, new Set([1]), new Map(), Symbol("s"), 1n, true, new Date(), new Uint8Array(2)];
  for (const value of [...wrong, [1, 2], { a: 1 }, [[Promise.resolve(1), 2]]]) {
    const error = await rejection(
      run(function* () {
        yield value;
      }),
    );
    assert.instance(error, gen.BadYieldError);
    assert.is(codeOf(error), "ERR_LANDSPOUT_GEN_YIELD");
  }
  assert.is(
    await run(function* () {
      try {
        yield 42;
      } catch {
        return yield Promise.resolve("caught");
      }
    }),
    "caught",
  );
  // The rejection beside it is no unhandled one.
  await rejection(
    run(function* () {
      yield [Promise.reject(new Error("beside")), 42, Promise.reject(new Error("behind"))];
    }),
  );
  await turn();
});

test("what is ready goes on in the same turn; moment gives others their turn", async () => {
  const order = async (first: unknown, second: unknown): Promise<string> => {
    const calls: string[] = [];
    const loopFive = gen.coroutine(function* (name: string, yieldable: unknown) {
      for (let i = 0; i < 5; i++) {
        calls.push(name);
        yield yieldable;
      }
    });
    await gen.multi([loopFive("a", first), loopFive("b", second)]);
    return calls.join("");
  };
  const ready = new Future();
  ready.setResult(undefined);
  assert.is(await order(ready, ready), "aaaaabbbbb");
  assert.is(await order(gen.moment, gen.moment), "ababababab");
  assert.is(await order(gen.moment, ready), "abbbbbaaaa");
  assert.is(await order(undefined, undefined), "ababababab");
});

test("moment is a turn of the loop, not a microtask", async () => {
  let io = false;
  setImmediate(() => (io = true));
  await gen.coroutine(function* () {
    yield gen.moment;
    assert.ok(io);
  })();
});

test("yield* gives typed results", async () => {
  const sum = gen.coroutine(function* () {
    const a: string = yield* gen.Task<string>(callLater, "a");
    const future = new Future<string>();
    future.setResult("b");
    const b: string = yield* future;
    yield* gen.moment;
    const converted: string = yield* gen.convertYielded<string>(Promise.resolve("c"));
    return a + b + converted;
  });
  assert.is(await sum(), "abc");
});

test("convertYielded: types of the program, by class and by test", async () => {
  class Query {
    readonly rows: number;
    constructor(rows: number) {
      this.rows = rows;
    }
  }
  gen.convertYielded.register(Query, (query: Query) => Promise.resolve(query.rows));
  gen.convertYielded.register(
    (value) => "thunk" in value,
    (value: { thunk: () => number }) => Promise.resolve(value.thunk()),
  );
  gen.convertYielded.register(
    (value) => {
      if ("explosive" in value) throw new OwnError("in the test");
      return false;
    },
    () => Promise.resolve(),
  );
  await gen.coroutine(function* () {
    assert.is(yield new Query(3), 3);
    assert.equal(yield [new Query(4), { thunk: () => 5 }], [4, 5]);
    try {
      yield { explosive: true };
      assert.unreachable();
    } catch (error) {
      assert.instance(error, OwnError);
    }
  })();
  assert.is(await gen.convertYielded(new Query(6)), 6);
  assert.is(await gen.convertYielded(undefined), undefined);
  assert.throws(
    () => gen.convertYielded(7),
    (error: unknown) => error instanceof gen.BadYieldError,
  );
  assert.throws(() => gen.convertYielded.register({} as never, () => Promise.resolve()), /class or a test/);
});

both("a promise whose then throws fails its own yield", async (run) => {
  const hostile = Promise.resolve(1);
  hostile.then = () => {
    throw new OwnError("hostile");
  };
  const thenable = {
    get then(): never {
      throw new OwnError("hostile");
    },
  };
  for (const value of [hostile, [hostile], thenable]) {
    const error = await rejection(
      run(function* () {
        yield;
        yield value;
      }),
    );
    assert.ok(error instanceof OwnError || error instanceof gen.BadYieldError);
  }
});

// --- several at a time ---

both("lists and objects of yieldables, nested, empty, with duplicates", async (run) => {
  await run(function* () {
    assert.equal(yield [addOne(1), addOne(2)], [2, 3]);
    assert.equal(yield { foo: addOne(1), bar: Promise.resolve(5) }, { foo: 2, bar: 5 });
    assert.equal(yield [], []);
    assert.equal(yield {}, {});
    assert.equal(yield [afterTurns(3, "v1"), afterTurns(1, "v2")], ["v1", "v2"]);
    const twice = addOne(2);
    assert.equal(yield [addOne(1), twice, addOne(3), twice], [2, 3, 4, 3]);
    assert.equal(yield [gen.moment, undefined, gen.Task(callNow, 7), [{ a: gen.Task(callLater, 8) }]], [
      undefined,
      undefined,
      7,
      [{ a: 8 }],
    ]);
    const own: Record<string, unknown> = JSON.parse('{"__proto__": null}') as Record<string, unknown>;
    assert.equal(Object.keys((yield own) as object), ["__proto__"]);
  });
});

test("multi: outside of generators, typed", async () => {
  const { a, b } = await gen.multi({ a: Promise.resolve(1), b: [addOne(1), gen.Task<string>(callLater, "x")] });
  const sum: number = a + b[0];
  assert.is(sum, 3);
  assert.is(b[1], "x");
  assert.equal(await gen.multi([]), []);
  assert.instance(await rejection(gen.multi([gen.Wait("key")])), gen.BadYieldError);
  assert.throws(
    () => gen.multi(7 as never),
    (error: unknown) => error instanceof gen.BadYieldError,
  );
  assert.throws(
    () => gen.multi([], { quiet: Error } as never),
    (error: unknown) => codeOf(error) === "ERR_LANDSPOUT_OPTION",
  );
});

test("multi: waits for all, gives the first exception in their order, logs the others", async () => {
  const log = expectLog("Multiple exceptions in yield list");
  let slow = false;
  const first = new OwnError("first");
  const error = await rejection(
    gen.multi([
      afterTurns(4, 0).then(() => {
        slow = true;
        throw first;
      }),
      failLater(new Error("second")),
      addOne(1),
    ]),
  );
  assert.is(error, first);
  assert.ok(slow);
  assert.is(log.records.length, 1);
  assert.match(log.records[0]?.message ?? "", /second/);
});

test("multi: one exception is not logged, quiet ones are not either", async () => {
  await rejection(gen.multi([failLater(new OwnError("only")), addOne(1)]));
  for (const quietExceptions of [OwnError, [TypeError, OwnError]])
    await rejection(gen.multi([failLater(new OwnError("1")), failLater(new OwnError("2"))], { quietExceptions }));
});

test("multi: two thousand children", async () => {
  assert.is((await gen.multi(Array.from({ length: 2000 }, () => gen.moment))).length, 2000);
  const cpu = async (count: number): Promise<number> => {
    const before = process.cpuUsage();
    await gen.multi(Array.from({ length: count }, (_, i) => Promise.resolve(i)));
    const { user } = process.cpuUsage(before);
    return user;
  };
  await cpu(2000);
  const few = Math.max(1000, await cpu(2000));
  assert.ok((await cpu(40_000)) < few * 100, "linear");
});

// --- Task, Callback, Wait ---

both("Task: what a callback is called with", async (run) => {
  await run(function* () {
    for (const call of [callNow, callLater]) {
      assert.is(yield gen.Task(call), undefined);
      assert.is(yield gen.Task(call, 7), 7);
      assert.is(yield new gen.Task(call, null), null);
      assert.is(yield gen.Task(call, undefined, 7), 7);
      assert.is(yield gen.Task(call, null, 7), 7);
      const several = (yield gen.Task(call, 1, 2, 3)) as gen.Arguments;
      assert.instance(several, gen.Arguments);
      assert.equal(several.args, [1, 2, 3]);
      assert.equal(((yield gen.Task(call, 1, 2)) as gen.Arguments).args, [1, 2]);
      const error = new OwnError("given");
      try {
        yield gen.Task(call, error, 7);
        assert.unreachable();
      } catch (thrown) {
        assert.is(thrown, error);
      }
    }
  });
});

both("Task: what the function throws, or its promise rejects with, is thrown at the yield", async (run) => {
  const error = new OwnError("from the function");
  for (const fails of [
    () => {
      throw error;
    },
    () => Promise.reject(error),
  ]) {
    assert.is(
      await rejection(
        run(function* () {
          yield gen.Task(fails);
        }),
      ),
      error,
    );
  }
  // The promise of a function that has called back is nobody's any more.
  assert.is(
    await run(function* () {
      return yield gen.Task((callback: (value: number) => void) => {
        callback(5);
        return Promise.reject(error);
      });
    }),
    5,
  );
  await turn();
  assert.throws(
    () => gen.Task(7 as never),
    (thrown: unknown) => codeOf(thrown) === "ERR_LANDSPOUT_GEN_YIELD",
  );
});

test("a callback that is called twice: the second time is logged and ignored", async () => {
  const log = expectLog("The callback of gen.Task was called again");
  assert.is(
    await gen.coroutine(function* () {
      const value: unknown = yield gen.Task((callback: (value: number) => void) => {
        callback(1);
        callback(2);
      });
      yield;
      return value;
    })(),
    1,
  );
  assert.is(log.records.length, 1);
});

both("Callback and Wait: in any order, by identity, lists of them, WaitAll", async (run) => {
  await run(function* () {
    const early = (yield gen.Callback("early")) as (value: number) => void;
    early(1);
    assert.is(yield gen.Wait("early"), 1);
    const key = {};
    const late = (yield new gen.Callback(key)) as (value: number) => void;
    loop.addCallback(late, 2);
    assert.is(yield new gen.Wait(key), 2);
    const callbacks = (yield [0, 1, 2].map((i) => gen.Callback(i))) as ((value: number) => void)[];
    for (const [i, callback] of callbacks.toReversed().entries()) loop.callLater(i / 1000, callback, 2 - i);
    assert.equal(yield gen.WaitAll([0, 1, 2]), [0, 1, 2]);
    yield [gen.Callback("a"), gen.Callback("b")];
    loop.addCallback(yield gen.Callback("c"), 3);
    assert.is(yield gen.Wait("c"), 3);
    loop.addCallback((yield gen.Callback("c")) as () => void);
    assert.is(yield gen.Wait("c"), undefined, "free again");
    throw new gen.Return();
  }).then(
    () => assert.unreachable("a and b are left"),
    (error: unknown) => assert.instance(error, gen.LeakedCallbackError),
  );
});

both("keys: in use, unknown, left behind", async (run) => {
  const code = async (fn: () => Generator): Promise<unknown> => codeOf(await rejection(run(fn)));
  assert.is(
    await code(function* () {
      yield gen.Callback("k1");
      yield gen.Callback("k1");
    }),
    "ERR_LANDSPOUT_GEN_KEY_REUSED",
  );
  assert.is(
    await code(function* () {
      yield gen.Wait("k1");
    }),
    "ERR_LANDSPOUT_GEN_KEY_UNKNOWN",
  );
  assert.is(
    await code(function* () {
      yield gen.WaitAll(["k1", "k2"]);
    }),
    "ERR_LANDSPOUT_GEN_KEY_UNKNOWN",
  );
  const left = await rejection(
    run(function* () {
      yield gen.Callback("k1");
      yield gen.Callback("k2");
    }),
  );
  assert.is(codeOf(left), "ERR_LANDSPOUT_GEN_CALLBACK_LEAKED");
  assert.match((left as Error).message, /"k1", "k2"/);
  // Not after an exception, which would be hidden by it.
  const error = new OwnError("more important");
  assert.is(
    await rejection(
      run(function* () {
        yield gen.Callback("k1");
        yield Promise.reject(error);
      }),
    ),
    error,
  );
});

test("one generator's keys are not another's", async () => {
  const one = gen.coroutine(function* (value: number): Generator {
    loop.addCallback((yield gen.Callback("same")) as (value: number) => void, value);
    yield;
    return yield gen.Wait("same");
  });
  assert.equal(await gen.multi([one(1), one(2)]), [1, 2]);
});

// --- engine: exceptions of callbacks ---

test("engine: what a callback throws that it has started, is thrown at the yield, however late", async () => {
  const error = new OwnError("in a callback");
  const fails = (_callback: () => void): void =>
    void loop.callLater(0.002, () => {
      throw error;
    });
  const storage = new AsyncLocalStorage<string>();
  const run = gen.engine(function* (): Generator {
    try {
      yield gen.Task(fails);
      assert.unreachable();
    } catch (thrown) {
      assert.is(thrown, error);
      assert.is(storage.getStore(), "engine");
    }
    // What was waited for, and comes after all, is ignored.
    let late: (value: string) => void = () => undefined;
    try {
      yield gen.Task((callback: (value: string) => void) => {
        late = callback;
        loop.addCallback(() => {
          throw error;
        });
      });
    } catch {
      late("too late");
      yield;
    }
    assert.is(yield Promise.resolve("next"), "next");
    return "done";
  });
  assert.is(await storage.run("engine", () => run() as unknown as Promise<string>), "done");
});

test("engine: nested ones get their own; what none takes goes to the context around", async () => {
  const error = new OwnError("in a callback");
  const inner = gen.engine(function* (callback: (value: string) => void) {
    try {
      yield gen.Task(() => loop.addCallback(() => Promise.reject(error)));
    } catch (thrown) {
      assert.is(thrown, error);
    }
    callback("inner goes on");
  });
  const outer = gen.engine(function* (): Generator {
    return yield gen.Task(inner);
  });
  assert.is(await (outer() as unknown as Promise<string>), "inner goes on");

  const taken: unknown[] = [];
  const context = new ExceptionStackContext((thrown) => taken.push(thrown) > 0);
  context.run(() => {
    // Nobody looks at its promise.
    void gen.engine(function* () {
      loop.callLater(0.002, () => {
        throw new OwnError("after its end");
      });
      yield;
      throw error;
    })();
  });
  while (taken.length < 2) await turn();
  // The timer may fire before it is known that nobody looks at the promise.
  assert.ok(taken.includes(error));
  assert.ok(taken.some((thrown) => (thrown as Error).message === "after its end"));
});

test("a promise nobody looks at: an exception is logged once", async () => {
  const log = expectLog("Future exception was never retrieved");
  void gen.coroutine(function* () {
    yield;
    throw new OwnError("coroutine");
  })();
  // oxlint-disable-next-line require-yield
  void gen.engine(function* () {
    throw new OwnError("engine");
  })();
  void gen.multi([failLater(new OwnError("multi"))]);
  for (let i = 0; i < 6; i++) await turn();
  assert.is(log.records.length, 3);
  // Looked at in the same turn, it is not.
  const looked = failLater(new OwnError("looked at"));
  await rejection(looked);
  await turn();
  await turn();
  assert.is(log.records.length, 3);
});

test("a coroutine's Future that was cancelled: the coroutine goes on", async () => {
  let ended = false;
  const future = gen.coroutine(function* () {
    yield;
    ended = true;
    return 5;
  })() as Future;
  assert.ok(future.cancel());
  await turn();
  await turn();
  assert.ok(ended);
  const log = expectLog("Exception after Future was cancelled");
  const failing = failLater(new OwnError("late")) as unknown as Future;
  failing.cancel();
  for (let i = 0; i < 4; i++) await turn();
  assert.is(log.records.length, 1);
});

// --- contexts ---

test("AsyncLocalStorage: each generator keeps its own, across every kind of yield", async () => {
  const storage = new AsyncLocalStorage<number>();
  const shared = new Future();
  const callbacks: (() => void)[] = [];
  const inner = async (x: number): Promise<void> => {
    assert.is(storage.getStore(), x);
    await turn();
    assert.is(storage.getStore(), x);
  };
  function* root(x: number): Generator {
    assert.is(storage.getStore(), x);
    yield;
    assert.is(storage.getStore(), x);
    yield inner(x);
    assert.is(storage.getStore(), x);
    yield shared;
    assert.is(storage.getStore(), x);
    yield gen.Task((callback: () => void) => callbacks.push(callback));
    assert.is(storage.getStore(), x);
    yield [gen.Task(callLater, x), inner(x), gen.moment];
    assert.is(storage.getStore(), x);
    yield gen.withTimeout({ seconds: 60 }, shared);
    assert.is(storage.getStore(), x);
    yield gen.sleep(0.001);
    assert.is(storage.getStore(), x);
  }
  const running = Array.from({ length: 40 }, (_, x) =>
    storage.run(x, () => (x % 2 === 0 ? gen.coroutine(root)(x) : (gen.engine(root)(x) as unknown as Promise<unknown>))),
  );
  await turn();
  storage.run(-1, () => shared.setResult(undefined));
  while (callbacks.length < 40) await turn();
  storage.run(-2, () => callbacks.forEach((callback) => callback()));
  await Promise.all(running);
});

test("a context entered in a generator stays with it", async () => {
  const storage = new AsyncLocalStorage<number>();
  const enters = gen.coroutine(function* (x: number) {
    storage.enterWith(x);
    yield turn();
    assert.is(storage.getStore(), x);
    yield Promise.resolve();
    assert.is(storage.getStore(), x);
  });
  await Promise.all([1, 2, 3].map((x) => storage.run(0, () => enters(x))));
});

// --- garbage ---

test("runners: collected when finished, kept while what they wait for is held", async () => {
  const bun = (globalThis as { Bun?: { gc: (force: boolean) => void } }).Bun;
  if (bun === undefined) setFlagsFromString("--expose-gc");
  const collect = bun === undefined ? (runInNewContext("gc") as () => void) : (): void => bun.gc(true);
  const pending = new Future<number>();
  let finished: WeakRef<object> | undefined;
  let waiting: WeakRef<object> | undefined;
  const run = gen.coroutine(function* (marker: object, yieldable: unknown) {
    const value: unknown = yield yieldable;
    return [marker, value].length;
  });
  await (async () => {
    const done = { name: "done" };
    finished = new WeakRef(done);
    await run(done, Promise.resolve(1));
    const still = { name: "still" };
    waiting = new WeakRef(still);
    void run(still, pending);
  })();
  for (let i = 0; i < 10 && finished?.deref() !== undefined; i++) {
    await turn();
    collect();
  }
  assert.is(finished?.deref(), undefined);
  assert.ok(waiting?.deref());
  pending.setResult(1);
  assert.is(await isSettled(pending), true);
});

test.run();
