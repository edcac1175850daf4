/** Stack contexts, after Tornado's stack_context_test of 4.5 and 5.1. */
import { AsyncLocalStorage } from "node:async_hooks";
import * as assert from "uvu/assert";
import * as gen from "../../src/async/gen/index.ts";
import {
  ExceptionStackContext,
  NullContext,
  runWithStackContext,
  StackContext,
  wrap,
} from "../../src/async/stack-context/index.ts";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { withPair } from "../net/_pair.ts";
import { thrownCode, turn } from "./_settled.ts";

const test = suite("stack contexts");

const loop = IOLoop.current();
class OwnError extends Error {}
const fail = (): never => {
  throw new OwnError("own");
};

/** The names of the contexts that are entered now. */
let entered: string[] = [];
const named = (name: string): StackContext =>
  new StackContext(() => ({
    enter: () => void entered.push(name),
    exit: () => assert.is(entered.pop(), name),
  }));
/** Takes exceptions, and notes them. */
function taking(name: string, taken: string[], result = true): ExceptionStackContext {
  return new ExceptionStackContext((error) => {
    taken.push(`${name}: ${(error as Error).message}`);
    return result;
  });
}
const inLoop = (call: () => unknown): Promise<void> =>
  new Promise((resolve) => loop.addCallback(() => (call(), resolve())));

test.before.each(() => void (entered = []));

test("StackContext: around the call, and around every callback it starts", async () => {
  const seen: string[][] = [];
  const note = (): void => void seen.push([...entered]);
  await new Promise<void>((resolve) => {
    named("outer").run(() => {
      note();
      named("inner").run(() => {
        note();
        loop.addCallback(() => {
          note();
          loop.callLater(0.001, () => (note(), resolve()));
        });
      });
      note();
    });
  });
  note();
  assert.equal(seen, [["outer"], ["outer", "inner"], ["outer"], ["outer", "inner"], ["outer", "inner"], []]);
});

test("StackContext: exit gets the exception, and may throw another in its place", async () => {
  const exits: unknown[] = [];
  const context = new StackContext(() => ({ exit: (error) => void exits.push(error) }));
  assert.throws(() => context.run(fail), /own/);
  assert.is(
    context.run(() => 5),
    5,
  );
  assert.is((exits[0] as Error).message, "own");
  assert.is(exits[1], undefined);
  const replacing = new StackContext(() => ({
    exit: () => {
      throw new OwnError("in its place");
    },
  }));
  const taken: string[] = [];
  taking("outer", taken).run(() => replacing.run(fail));
  taking("outer", taken).run(() =>
    replacing.run(() => {
      loop.addCallback(() => undefined);
      loop.addCallback(fail);
    }),
  );
  await inLoop(() => undefined);
  assert.equal(
    taken,
    Array.from({ length: 4 }, () => "outer: in its place"),
  );
  new StackContext(() => ({})).run(() => undefined);
});

test("ExceptionStackContext: the innermost first; true ends it; what a handler throws takes its place", async () => {
  const taken: string[] = [];
  assert.is(taking("a", taken).run(fail), undefined);
  assert.throws(() => taking("b", taken, false).run(fail), /own/);
  assert.throws(() => new ExceptionStackContext(() => void taken.push("c: own")).run(fail), /own/);
  taking("outer", taken).run(() => taking("inner", taken, false).run(() => loop.addCallback(fail)));
  taking("outer", taken).run(() => taking("inner", taken, true).run(() => loop.callLater(0, fail)));
  taking("outer", taken).run(() =>
    new ExceptionStackContext(() => {
      throw new OwnError("second");
    }).run(() => loop.addCallback(() => Promise.reject(new OwnError("first")))),
  );
  for (let i = 0; i < 4; i++) await turn();
  assert.equal(taken.slice(0, 3), ["a: own", "b: own", "c: own"]);
  assert.equal(new Set(taken.slice(3)), new Set(["inner: own", "outer: own", "outer: second"]));
  assert.is(taken.length, 7);
});

test("what no context takes is logged, and ends nothing", async () => {
  const log = expectLog("Exception in callback fail");
  const taken: string[] = [];
  taking("outer", taken, false).run(() => loop.addCallback(fail));
  loop.addCallback(fail);
  await inLoop(() => undefined);
  assert.equal(taken, ["outer: own"]);
  assert.is(log.records.length, 2);
});

test("a handler is called in the context around its own", async () => {
  const taken: string[] = [];
  taking("outer", taken).run(() =>
    new ExceptionStackContext(() => {
      loop.addCallback(fail);
      return true;
    }).run(() => loop.addCallback(fail)),
  );
  await inLoop(() => undefined);
  await inLoop(() => undefined);
  assert.equal(taken, ["outer: own"]);
});

test("deactivate: in any order", async () => {
  for (const [which, expected] of [
    [0, ["c2", "c3"]],
    [1, ["c1", "c3"]],
    [2, ["c1", "c2"]],
  ] as const) {
    const contexts = [named("c1"), named("c2"), named("c3")] as const;
    let seen: string[] | undefined;
    contexts[0].run(() =>
      contexts[1].run(() =>
        contexts[2].run(() => {
          contexts[which].deactivate();
          loop.addCallback(() => (seen = [...entered]));
        }),
      ),
    );
    await inLoop(() => undefined);
    assert.equal(seen, expected);
  }
  const taken: string[] = [];
  const inner = taking("inner", taken);
  taking("outer", taken).run(() => inner.run(() => loop.addCallback(fail)));
  inner.deactivate();
  await inLoop(() => undefined);
  assert.equal(taken, ["outer: own"]);
});

test("NullContext: a library's own callbacks are in nobody's contexts", async () => {
  const seen: string[][] = [];
  let library: () => void = () => undefined;
  named("user").run(() => {
    new NullContext().run(() => {
      library = wrap(() => void seen.push([...entered]));
      loop.addCallback(() => void seen.push([...entered]));
    });
    library();
  });
  await inLoop(() => undefined);
  assert.equal(seen, [["user"], []]);
  const log = expectLog("Exception in callback fail");
  const taken: string[] = [];
  taking("user", taken).run(() => new NullContext().run(() => loop.addCallback(fail)));
  await inLoop(() => undefined);
  assert.is(log.records.length, 1);
  assert.equal(taken, []);
});

test("wrap: takes contexts and stores to timers of the runtime; once; undefined passes", async () => {
  const storage = new AsyncLocalStorage<string>();
  const taken: string[] = [];
  const seen: unknown[] = [];
  let wrapped = (_a: number, _b: number): number => 0;
  storage.run("request", () =>
    taking("outer", taken).run(() =>
      named("inner").run(() => {
        setTimeout(wrap(fail), 1);
        setTimeout(
          wrap(() => Promise.reject(new OwnError("async"))),
          1,
        );
        wrapped = wrap(function (this: unknown, a: number, b: number): number {
          seen.push([...entered], storage.getStore(), this);
          return a + b;
        });
      }),
    ),
  );
  assert.is(wrapped.call("me" as never, 1, 2), 3);
  assert.equal(seen, [["inner"], "request", "me"]);
  while (taken.length < 2) await turn();
  assert.equal(taken, ["outer: own", "outer: async"]);
  assert.is(wrap(wrapped), wrapped);
  assert.is(wrap(undefined), undefined);
  assert.is(wrap(null), null);
  assert.throws(() => wrap(fail)(), /own/, "no context takes it");
  assert.is(wrap(() => 5)(), 5);
});

test("wrap: a wrapped function called inside other contexts is in its own alone", () => {
  const seen: string[][] = [];
  const taken: string[] = [];
  let call: () => void = () => undefined;
  taking("creator", taken).run(() =>
    named("creator").run(() => (call = wrap(() => (seen.push([...entered]), fail())))),
  );
  entered = [];
  taking("caller", taken).run(() => call());
  assert.equal(seen, [["creator"]]);
  assert.equal(taken, ["creator: own"]);
});

test("runWithStackContext; wrong arguments", () => {
  const seen: string[][] = [];
  assert.is(
    runWithStackContext(named("c1"), () => (seen.push([...entered]), 7)),
    7,
  );
  assert.is(
    runWithStackContext(new NullContext(), () => 8),
    8,
  );
  assert.equal(seen, [["c1"]]);
  for (const wrong of [() => new StackContext(7 as never), () => new ExceptionStackContext(undefined as never)])
    assert.is(thrownCode(wrong), "ERR_LANDSPOUT_OPTION");
});

test("a yield inside a context cannot be: run ends before the generator goes on", async () => {
  const seen: string[][] = [];
  await gen.coroutine(function* () {
    named("c1").run(() => seen.push([...entered]));
    yield;
    seen.push([...entered]);
  })();
  assert.equal(seen, [["c1"], []]);
});

test("callbacks of streams find their context: reads, writes, close", async () => {
  const taken: string[] = [];
  await withPair({}, async (stream, peer) => {
    const inContext = (name: string, call: () => unknown): void => taking(name, taken).run(() => void call());
    inContext("read", () => stream.readUntil("\n", fail));
    inContext("write", () => stream.write("x\n", fail));
    inContext("close", () => stream.setCloseCallback(fail));
    peer.write("y\n");
    while (taken.length < 2) await turn();
    stream.close();
    while (taken.length < 3) await turn();
  });
  assert.equal(new Set(taken), new Set(["read: own", "write: own", "close: own"]));
});

test("the handler of an ExceptionStackContext that is asynchronous and fails is logged", async () => {
  const log = expectLog("Uncaught exception in a handler of an ExceptionStackContext");
  assert.throws(() => new ExceptionStackContext((async () => fail()) as never).run(fail));
  await turn();
  assert.is(log.records.length, 1);
});

test("a call without contexts, in a program that uses them, is as before", async () => {
  const storage = new AsyncLocalStorage<number>();
  const log = expectLog("Exception in callback");
  let seen: unknown;
  storage.run(5, () => loop.addCallback((...args: number[]) => (seen = [storage.getStore(), ...args]), 1, 2));
  loop.addCallback(() => Promise.reject(new OwnError("rejected")));
  await inLoop(() => undefined);
  await turn();
  assert.equal(seen, [5, 1, 2]);
  assert.is(log.records.length, 1);
});

test.run();
