/** Queues, after Tornado's queues_test: each behaviour it fixes, and what this package adds. */
import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import * as assert from "uvu/assert";
import { LifoQueue, PriorityQueue, Queue, QueueClosed, QueueEmpty, QueueFull } from "../../src/async/queues/index.ts";
import { TimeoutError } from "../../src/async/timeout-error.ts";
import { suite } from "../_support/suite.ts";
import { codeOf, isSettled, rejection, SHORT, thrownCode, turn } from "./_settled.ts";

const test = suite("queues");

const KINDS = [Queue, PriorityQueue, LifoQueue] as const;

test("text and inspection show the state", () => {
  const queue = new Queue<number>(1);
  void queue.get();
  assert.is(String(queue), "<Queue maxsize=1 getters[1]>");
  void queue.put(0);
  void queue.put(0);
  void queue.put(0);
  assert.is(inspect(queue), "<Queue maxsize=1 items=1 putters[1] tasks=2>");
  queue.close();
  assert.is(String(queue), "<Queue maxsize=1 items=1 tasks=2 closed>");
  assert.is(String(new LifoQueue()), "<LifoQueue maxsize=0>");
});

test("first in, first out", () => {
  const queue = new Queue<number>();
  for (const i of [1, 3, 2]) queue.putNowait(i);
  assert.equal([queue.getNowait(), queue.getNowait(), queue.getNowait()], [1, 3, 2]);
});

test("maxsize: what is none is refused", () => {
  for (const maxsize of [null, -1, Number.NaN, "5", {}] as number[])
    for (const Kind of KINDS)
      assert.is(
        thrownCode(() => new Kind(maxsize)),
        "ERR_LANDSPOUT_QUEUE_SIZE",
      );
});

test("maxsize: a put waits for room", async () => {
  const queue = new Queue<number>(2);
  assert.ok(queue.empty() && !queue.full() && queue.maxsize === 2);
  assert.is(await isSettled(queue.put(0)), true);
  assert.not(queue.full());
  assert.is(await isSettled(queue.put(1)), true);
  assert.ok(queue.full() && !queue.empty());
  const third = queue.put(2);
  assert.is(await isSettled(third), false);
  assert.is(await queue.get(), 0);
  assert.ok(queue.full(), "the item that waited is in");
  await third;
});

test("maxsize: a fraction is rounded up, Infinity and 0 are no bound", async () => {
  const queue = new Queue<number>(1.3);
  queue.putNowait(0);
  assert.not(queue.full());
  queue.putNowait(1);
  assert.ok(queue.full());
  assert.throws(
    () => queue.putNowait(2),
    (error: unknown) => error instanceof QueueFull,
  );
  assert.is(queue.getNowait(), 0);
  await queue.put(2);
  const put = queue.put(3);
  assert.is(await isSettled(put), false);
  assert.is(await queue.get(), 1);
  await put;
  assert.ok(queue.full());
  for (const maxsize of [0, Infinity]) {
    const endless = new Queue<number>(maxsize);
    for (let i = 0; i < 10_000; i++) endless.putNowait(i);
    assert.not(endless.full());
  }
});

test("getNowait and putNowait throw where they would have to wait", () => {
  const queue = new Queue<number>(1);
  assert.throws(
    () => queue.getNowait(),
    (error: unknown) => error instanceof QueueEmpty,
  );
  assert.is(
    thrownCode(() => queue.getNowait()),
    "ERR_LANDSPOUT_QUEUE_EMPTY",
  );
  queue.putNowait(0);
  assert.is(
    thrownCode(() => queue.putNowait(1)),
    "ERR_LANDSPOUT_QUEUE_FULL",
  );
  assert.is(queue.getNowait(), 0);
});

test("get and put meet: a waiting get gets what comes, a waiting put goes in", async () => {
  const queue = new Queue<number>(1);
  const gets = [queue.get(), queue.get(), queue.get({ seconds: 60 })];
  await queue.put(0);
  queue.putNowait(1);
  setTimeout(() => queue.putNowait(2), 2);
  assert.equal(await Promise.all(gets), [0, 1, 2]);
  queue.putNowait(3);
  const puts = [queue.put(4), queue.put(5)];
  setTimeout(() => void queue.get(), 1);
  setTimeout(() => void queue.get(), 2);
  await Promise.all(puts);
  assert.is(queue.getNowait(), 5);
});

test("a get that runs out leaves its place to the next", async () => {
  const queue = new Queue<number>();
  const limited = queue.get(SHORT);
  const get = queue.get();
  assert.instance(await rejection(limited), TimeoutError);
  assert.match(String(queue), /getters\[1\]/);
  queue.putNowait(0);
  assert.is(await get, 0);
  const inTime = queue.get({ milliseconds: 10 });
  void queue.put(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(await inTime, 1);
});

test("a put that runs out never puts its item in", async () => {
  const queue = new Queue<number>(1);
  queue.putNowait(0);
  const limited = queue.put(1, SHORT);
  const put = queue.put(2);
  assert.instance(await rejection(limited), TimeoutError);
  assert.match(String(queue), /putters\[1\]/);
  assert.is(queue.getNowait(), 0);
  assert.is(await queue.get(), 2);
  await put;
  queue.putNowait(3);
  const inTime = queue.put(4, { milliseconds: 10 });
  void queue.get();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await inTime;
});

test("for await takes items until it is left", async () => {
  const queue = new Queue<number>();
  for (let i = 0; i < 6; i++) void queue.put(i);
  const items: number[] = [];
  for await (const item of queue) {
    items.push(item);
    if (item === 4) break;
  }
  assert.equal(items, [0, 1, 2, 3, 4]);
  assert.is(queue.qsize(), 1, "leaving takes nothing");
});

test("close: pending puts reject, what is left is given, then gets reject and iterations end", async () => {
  for (const Kind of KINDS) {
    const queue = new Kind<number>(2);
    const waiting = new Kind<number>();
    const get = waiting.get();
    waiting.close();
    assert.instance(await rejection(get), QueueClosed);
    queue.putNowait(0);
    queue.putNowait(1);
    const put = queue.put(2);
    const join = queue.join();
    queue.close();
    queue.close();
    assert.instance(await rejection(put), QueueClosed);
    assert.is(codeOf(await rejection(queue.put(3))), "ERR_LANDSPOUT_QUEUE_CLOSED");
    assert.throws(
      () => queue.putNowait(3),
      (error: unknown) => error instanceof QueueClosed,
    );
    const items: number[] = [];
    for await (const item of queue) items.push(item);
    assert.equal(new Set(items), new Set([0, 1]));
    assert.instance(await rejection(queue.get()), QueueClosed);
    assert.throws(
      () => queue.getNowait(),
      (error: unknown) => error instanceof QueueClosed,
    );
    assert.is(await isSettled(join), false, "work goes on after close");
    queue.taskDone();
    queue.taskDone();
    await join;
  }
});

test("close ends iterations that wait", async () => {
  const queue = new Queue<number>();
  let taken = 0;
  const workers = [1, 2, 3].map(async () => {
    for await (const _item of queue) taken++;
  });
  for (let i = 0; i < 10; i++) await queue.put(i);
  queue.close();
  await Promise.all(workers);
  assert.is(taken, 10);
});

for (const Kind of KINDS) {
  test(`${Kind.name}: join waits for taskDone, not for get`, async () => {
    const queue = new Kind<number>();
    await queue.join();
    assert.is(
      thrownCode(() => queue.taskDone()),
      "ERR_LANDSPOUT_QUEUE_TASK_DONE",
    );
    queue.putNowait(0);
    const join = queue.join();
    await queue.get();
    assert.is(await isSettled(join), false);
    assert.instance(await rejection(queue.join(SHORT)), TimeoutError);
    queue.taskDone();
    await join;
    await queue.join();
    assert.is(
      thrownCode(() => queue.taskDone()),
      "ERR_LANDSPOUT_QUEUE_TASK_DONE",
    );
  });

  test(`${Kind.name}: two workers share the work`, async () => {
    const queue = new Kind<number>();
    for (let i = 0; i < 100; i++) queue.putNowait(i);
    let sum = 0;
    const worker = async (): Promise<void> => {
      for await (const item of queue) {
        sum += item;
        queue.taskDone();
        await turn();
      }
    };
    const workers = [worker(), worker()];
    await queue.join();
    assert.is(sum, 4950);
    queue.close();
    await Promise.all(workers);
  });
}

test("LifoQueue: the newest first, among those that wait, too", async () => {
  const queue = new LifoQueue<number>(2);
  queue.putNowait(1);
  queue.putNowait(0);
  void queue.put(3);
  void queue.put(2);
  assert.is(queue.getNowait(), 3);
  assert.is(await queue.get(), 2);
  assert.is(queue.getNowait(), 0);
  assert.is(await queue.get(), 1);
  assert.ok(queue.empty());
});

test("PriorityQueue: the lowest first, among those that wait, too", async () => {
  const queue = new PriorityQueue<[number, string]>(2);
  queue.putNowait([1, "a"]);
  queue.putNowait([0, "b"]);
  void queue.put([3, "c"]);
  void queue.put([2, "d"]);
  assert.equal(queue.getNowait(), [0, "b"]);
  assert.equal(await queue.get(), [1, "a"]);
  assert.equal(queue.getNowait(), [2, "d"]);
  assert.equal(await queue.get(), [3, "c"]);
  assert.ok(queue.empty());
});

test("PriorityQueue: sorts as Python's tuples; equal items come in their order", () => {
  const drain = <T>(queue: PriorityQueue<T>, items: readonly T[]): T[] => {
    for (const item of items) queue.putNowait(item);
    return items.map(() => queue.getNowait());
  };
  const numbers = Array.from({ length: 2000 }, () => Math.floor(Math.random() * 500) - 250);
  assert.equal(
    drain(new PriorityQueue<number>(), numbers),
    numbers.toSorted((a, b) => a - b),
  );
  assert.equal(drain(new PriorityQueue<number | bigint>(), [3, 2n, 1.5]), [1.5, 2n, 3]);
  assert.equal(drain(new PriorityQueue<string>(), ["b", "a", "C", ""]), ["", "C", "a", "b"]);
  const rows: (number | string | number[])[][] = [[1, "b"], [1], [0, "z"], [1, "a", 5], [1, "a"]];
  assert.equal(drain(new PriorityQueue(), rows), [[0, "z"], [1], [1, "a"], [1, "a", 5], [1, "b"]]);
  const byAge = new PriorityQueue<{ p: number; i: number }>(0, (a, b) => a.p - b.p);
  const items = Array.from({ length: 500 }, (_, i) => ({ p: i % 3, i }));
  assert.equal(
    drain(byAge, items),
    items.toSorted((a, b) => a.p - b.p),
  );
});

test("PriorityQueue: items without an order fail their own put and nothing else", async () => {
  const queue = new PriorityQueue<unknown>(2);
  const code = (item: unknown): unknown => thrownCode(() => queue.putNowait(item));
  for (const item of [{}, null, undefined, Number.NaN, [{}]]) assert.is(code(item), "ERR_LANDSPOUT_QUEUE_ORDER");
  queue.putNowait(2);
  assert.is(code("text"), "ERR_LANDSPOUT_QUEUE_ORDER");
  assert.is(codeOf(await rejection(queue.put({}))), "ERR_LANDSPOUT_QUEUE_ORDER");
  queue.putNowait(3);
  const bad = queue.put("text");
  const good = queue.put(1);
  assert.is(queue.getNowait(), 1);
  assert.is(codeOf(await rejection(bad)), "ERR_LANDSPOUT_QUEUE_ORDER");
  await good;
  assert.equal([queue.getNowait(), queue.getNowait()], [2, 3]);
  assert.match(String(queue), /tasks=3/);
  assert.is(
    thrownCode(() => new PriorityQueue(0, "x" as never)),
    "ERR_LANDSPOUT_QUEUE_ORDER",
  );
});

test("PriorityQueue: a comparison that throws on the way loses nothing", () => {
  let broken = false;
  const queue = new PriorityQueue<number>(0, (a, b) => {
    if (broken) throw new Error("broken");
    return a - b;
  });
  for (const i of [5, 3, 8, 1, 9, 2]) queue.putNowait(i);
  broken = true;
  assert.throws(() => queue.getNowait(), /broken/);
  assert.throws(() => queue.putNowait(0), /broken/);
  broken = false;
  assert.equal(
    Array.from({ length: queue.qsize() }, () => queue.getNowait()),
    [1, 2, 3, 5, 8, 9],
  );
});

test("a subclass keeps items as it likes: its fields are there, and every item goes through its methods", async () => {
  class UniqueQueue extends Queue<string> {
    #seen = new Set<string>();
    calls: string[] = [];
    protected override init(): void {
      this.calls.push("init");
    }
    protected override putItem(item: string): void {
      this.calls.push(`put ${item}`);
      this.#seen.add(item);
    }
    protected override getItem(): string {
      const [item] = this.#seen;
      this.#seen.delete(item as string);
      this.calls.push(`get ${item}`);
      return item as string;
    }
    protected override get length(): number {
      return this.#seen.size;
    }
  }
  const queue = new UniqueQueue();
  const get = queue.get();
  queue.putNowait("a");
  assert.is(await get, "a");
  queue.putNowait("b");
  queue.putNowait("b");
  assert.is(queue.qsize(), 1);
  assert.equal(queue.calls, ["init", "put a", "get a", "put b", "put b"]);
});

test("producer and consumer over a small queue", async () => {
  const queue = new Queue<number>(3);
  const history: number[] = [];
  void (async () => {
    for await (const item of queue) {
      history.push(item);
      queue.taskDone();
    }
  })();
  for (let i = 0; i < 10; i++) await queue.put(i);
  await queue.join();
  assert.equal(history, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  queue.close();
});

test("undefined is an item", async () => {
  for (const Kind of [Queue, LifoQueue]) {
    const queue = new Kind<undefined>();
    queue.putNowait(undefined);
    assert.is(queue.qsize(), 1);
    assert.is(await queue.get(), undefined);
    assert.ok(queue.empty());
    assert.is(await isSettled(queue.get()), false);
  }
});

test("each continuation runs in its own AsyncLocalStorage context", async () => {
  const storage = new AsyncLocalStorage<number>();
  const queue = new Queue<number>(2);
  const request = async (i: number): Promise<void> => {
    await queue.put(i, i % 3 === 0 ? { seconds: 60 } : undefined);
    assert.is(storage.getStore(), i);
    await queue.get();
    assert.is(storage.getStore(), i);
    queue.taskDone();
    await queue.join();
    assert.is(storage.getStore(), i);
  };
  await Promise.all(Array.from({ length: 100 }, (_, i) => storage.run(i, () => request(i))));
});

test.run();
