/** withTimeout, sleep and WaitIterator, after Tornado's gen_test. */
import * as assert from "uvu/assert";
import { Future } from "../../src/async/concurrent/index.ts";
import * as gen from "../../src/async/gen/index.ts";
import { observerCount } from "../../src/async/gen/observers.ts";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { codeOf, isSettled, rejection, SHORT, thrownCode, turn } from "./_settled.ts";

const test = suite("gen, waits");

class OwnError extends Error {}
const AN_HOUR = { hours: 1 };

// --- withTimeout ---

test("withTimeout: what is ready, what comes, what fails, before the time", async () => {
  const ready = new Future<string>();
  ready.setResult("ready");
  assert.is(await gen.withTimeout(AN_HOUR, ready), "ready");
  assert.is(await gen.withTimeout(0, ready), "ready");
  const later = new Future<string>();
  setTimeout(() => later.setResult("later"), 2);
  assert.is(await gen.withTimeout(AN_HOUR, later), "later");
  assert.is(await gen.withTimeout(AN_HOUR, (async () => 42)()), 42);
  const failing = new Future();
  setTimeout(() => failing.setException(new OwnError("own")), 2);
  assert.instance(await rejection(gen.withTimeout(AN_HOUR, failing)), OwnError);
  assert.equal(await gen.withTimeout(AN_HOUR, [Promise.resolve(1), gen.moment]), [1, undefined]);
  assert.is(
    await gen.withTimeout(
      AN_HOUR,
      gen.Task<number>((callback: (value: number) => void) => callback(5)),
    ),
    5,
  );
});

test("withTimeout: time runs out, a deadline has passed, a signal is aborted", async () => {
  const never = new Future();
  assert.is(codeOf(await rejection(gen.withTimeout(SHORT, never))), "ERR_LANDSPOUT_TIMEOUT");
  assert.is(codeOf(await rejection(gen.withTimeout(IOLoop.current().time(), never))), "ERR_LANDSPOUT_TIMEOUT");
  assert.is(codeOf(await rejection(gen.withTimeout(0, never))), "ERR_LANDSPOUT_TIMEOUT");
  assert.is(await rejection(gen.withTimeout(AbortSignal.abort("why"), never)), "why");
  const controller = new AbortController();
  const waiting = gen.withTimeout({ ...AN_HOUR, signal: controller.signal }, never);
  controller.abort("enough");
  assert.is(await rejection(waiting), "enough");
  assert.is(
    thrownCode(() => gen.withTimeout(5, never)),
    "ERR_LANDSPOUT_BAD_DEADLINE",
  );
  assert.is(
    thrownCode(() => gen.withTimeout(AN_HOUR, 5 as never)),
    "ERR_LANDSPOUT_GEN_YIELD",
  );
});

test("withTimeout: a later exception is logged, once; a quiet one is not", async () => {
  const log = expectLog("Exception in a Future after its timeout");
  const fails = async (options?: gen.QuietOptions): Promise<void> => {
    const future = new Future();
    await Promise.all([1, 2, 3].map(() => rejection(gen.withTimeout(0, future, options))));
    future.setException(new OwnError("late"));
    await turn();
  };
  await fails();
  assert.is(log.records.length, 1);
  await fails({ quietExceptions: OwnError });
  await fails({ quietExceptions: [TypeError, OwnError] });
  assert.is(log.records.length, 1);
  await fails({ quietExceptions: TypeError });
  assert.is(log.records.length, 2);
  let reject: (error: unknown) => void = () => undefined;
  const native = new Promise((_resolve, rejects) => (reject = rejects));
  await rejection(gen.withTimeout(0, native));
  reject(new OwnError("native, late"));
  await turn();
  assert.is(log.records.length, 3);
});

test("withTimeout: any number of waits for one promise leave nothing behind on it", async () => {
  let reactions = 0;
  const promise = new Promise<never>(() => undefined);
  const then = promise.then.bind(promise);
  promise.then = ((...args: Parameters<typeof then>) => {
    reactions++;
    return then(...args);
  }) as typeof promise.then;
  for (let i = 0; i < 50; i++)
    await Promise.all(Array.from({ length: 200 }, () => rejection(gen.withTimeout(0, promise))));
  assert.is(reactions, 1);
  assert.is(observerCount(promise), 0);
});

test("withTimeout in a generator", async () => {
  await gen.coroutine(function* () {
    try {
      yield gen.withTimeout(SHORT, new Future());
      assert.unreachable();
    } catch (error) {
      assert.instance(error, gen.TimeoutError);
    }
  })();
});

// --- sleep ---

test("sleep: not early, of any length, ended by a signal", async () => {
  const start = performance.now();
  await gen.sleep(0.02);
  assert.ok(performance.now() - start >= 20);
  await gen.sleep(0);
  await gen.sleep(-1);
  const controller = new AbortController();
  const { signal } = controller;
  const long = gen.sleep(1e9, { signal });
  assert.is(await isSettled(long), false);
  controller.abort("up");
  assert.is(await rejection(long), "up");
  assert.is(await rejection(gen.sleep(1, { signal })), "up");
  void gen.sleep(1, { signal });
  for (const seconds of [Number.NaN, "1", undefined, null, {}])
    assert.is(
      thrownCode(() => gen.sleep(seconds as number)),
      "ERR_LANDSPOUT_BAD_DURATION",
    );
  assert.is(
    thrownCode(() => gen.sleep(1, { singal: 1 } as never)),
    "ERR_LANDSPOUT_OPTION",
  );
});

// --- WaitIterator ---

test("WaitIterator: empty", async () => {
  const iterator = new gen.WaitIterator();
  assert.ok(iterator.done());
  assert.is(iterator.currentIndex, undefined);
  assert.is(iterator.currentFuture, undefined);
  assert.is(codeOf(await rejection(iterator.next())), "ERR_LANDSPOUT_GEN_DONE");
});

test("WaitIterator: what is ready comes in its order, by place and by name", async () => {
  const futures = [24, 42, 84].map((value) => {
    const future = new Future<number>();
    future.setResult(value);
    return future;
  });
  const iterator = new gen.WaitIterator(...futures);
  for (let i = 0; !iterator.done(); i++) {
    assert.is(await iterator.next(), [24, 42, 84][i]);
    assert.is(iterator.currentIndex, i);
    assert.is(iterator.currentFuture, futures[i]);
  }
  assert.is(iterator.currentIndex, undefined);
  assert.is(iterator.currentFuture, undefined);
  const [f1, f2] = futures as [Future<number>, Future<number>];
  const named = gen.WaitIterator.of({ f1, f2 });
  const seen: [unknown, number][] = [];
  while (!named.done()) {
    const value = await named.next();
    seen.push([named.currentIndex, value]);
  }
  assert.equal(seen, [
    ["f1", 24],
    ["f2", 42],
  ]);
});

/** Four Futures that are done in the order 2, 0 (with an exception), 1, 3. */
async function finish(futures: readonly Future<number>[]): Promise<void> {
  await turn();
  futures[2]?.setResult(24);
  await turn();
  await turn();
  futures[0]?.setException(new OwnError("zero"));
  await turn();
  futures[1]?.setResult(42);
  futures[3]?.setResult(84);
}

test("WaitIterator: in the order of coming; an exception does not end it", async () => {
  const futures = Array.from({ length: 4 }, () => new Future<number>());
  void finish(futures);
  const iterator = new gen.WaitIterator(...futures);
  const seen: unknown[] = [];
  await gen.coroutine(function* () {
    while (!iterator.done()) {
      try {
        const value: unknown = yield iterator.next();
        seen.push([iterator.currentIndex, value]);
      } catch (error) {
        seen.push([iterator.currentIndex, (error as Error).message]);
        assert.is(iterator.currentFuture, futures[0]);
      }
    }
  })();
  assert.equal(seen, [
    [2, 24],
    [0, "zero"],
    [1, 42],
    [3, 84],
  ]);
});

test("WaitIterator: for await ends with an exception, and goes on in the next loop", async () => {
  const futures = Array.from({ length: 4 }, () => new Future<number>());
  void finish(futures);
  const iterator = new gen.WaitIterator(...futures);
  const values: number[] = [];
  try {
    for await (const value of iterator) values.push(value);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "zero");
  }
  for await (const value of iterator) values.push(value);
  assert.equal(values, [24, 42, 84]);
});

test("WaitIterator: the same promise twice; several calls of next at once; one that nobody asks for", async () => {
  const promise = Promise.resolve(1);
  const later = new Future<number>();
  const iterator = new gen.WaitIterator<number>(promise, promise, later);
  const results = [iterator.next(), iterator.next(), iterator.next()];
  assert.not(iterator.done());
  assert.is(codeOf(await rejection(iterator.next())), "ERR_LANDSPOUT_GEN_DONE");
  later.setResult(2);
  assert.equal(await Promise.all(results), [1, 1, 2]);
  assert.ok(iterator.done());
  // Its rejection is handled.
  new gen.WaitIterator(Promise.reject(new OwnError("nobody asks")));
  await turn();
});

test.run();
