/**
 * `npm run bench:async [-- --rounds N --only future,gen,locks,queues,context]`: CPU nanoseconds per operation of the asynchronous toolkit,
 * compared with a bare `await`, a bare callback, `co`, `async-mutex` and `p-queue`, in one process. The minimum of several rounds counts. Run it with
 * each runtime: `node bench/async.mjs`, `bun bench/async.mjs`. Compared packages are in bench/package.json (`npm install` there); a missing one is
 * left out, and listed.
 */
import { parseArgs } from "node:util";
import { Future } from "../build/async/concurrent/index.js";
import * as gen from "../build/async/gen/index.js";
import { Event, Lock, Semaphore } from "../build/async/locks/index.js";
import { Queue } from "../build/async/queues/index.js";
import { ExceptionStackContext, wrap } from "../build/async/stack-context/index.js";
import { figures } from "./lib/numbers.mjs";
import { terminalTable } from "./lib/table.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    only: { type: "string", default: "future,gen,locks,queues,context" },
  },
});
const wanted = new Set(options.only.split(","));
const ROUNDS = Number(options.rounds);

const missing = [];
async function optional(name) {
  try {
    return await import(name);
  } catch {
    missing.push(name);
    return undefined;
  }
}

/** Least CPU nanoseconds per operation of a function that makes `count` of them. */
async function measure(run, count = 50_000) {
  await run(count);
  let least = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const before = process.cpuUsage();
    await run(count);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, ((user + system) * 1000) / count);
  }
  return least;
}

const rows = [];
/** @param goal What the figure is held to, given all figures so far by name. */
const results = {};
async function row(name, run, { count, goal } = {}) {
  const nanoseconds = await measure(run, count);
  results[name] = nanoseconds;
  const { text = "", most = Infinity } = goal?.(results) ?? {};
  rows.push([name, figures(nanoseconds), text, most === Infinity ? "" : nanoseconds <= most ? "reached" : "MISSED"]);
}
const atMost = (nanoseconds) => ({ text: `≤ ${figures(nanoseconds)}`, most: nanoseconds });
const times = (factor, name) => (all) => ({ text: `≤ ${factor} × ${name}`, most: factor * all[name] });
const divided = (factor, name) => (all) =>
  all[name] === undefined ? {} : { text: `${name} ÷ this ≥ ${factor}`, most: all[name] / factor };

let sink;
const ready = new Future();
ready.setResult(1);
const settled = Promise.resolve(1);

async function benchFuture() {
  await row(
    "new Promise, resolved",
    (n) => {
      for (let i = 0; i < n; i++) sink = new Promise((resolve) => resolve(i));
    },
    { count: 500_000 },
  );
  await row(
    "new Future, set",
    (n) => {
      for (let i = 0; i < n; i++) (sink = new Future()).setResult(i);
    },
    { count: 500_000, goal: times(1.3, "new Promise, resolved") },
  );
  await row("new Promise, settled later, awaited", async (n) => {
    for (let i = 0; i < n; i++) {
      let resolve;
      const promise = new Promise((r) => (resolve = r));
      queueMicrotask(() => resolve(i));
      await promise;
    }
  });
  await row("new Future, set later, awaited", async (n) => {
    for (let i = 0; i < n; i++) {
      const future = new Future();
      queueMicrotask(() => future.setResult(i));
      await future;
    }
  });
}

async function benchGen() {
  await row("await of a settled promise", async (n) => {
    for (let i = 0; i < n; i++) await settled;
  });
  await row(
    "yield of a settled promise",
    gen.coroutine(function* (n) {
      for (let i = 0; i < n; i++) yield settled;
    }),
    { goal: times(1.5, "await of a settled promise") },
  );
  await row(
    "yield of a ready Future",
    gen.coroutine(function* (n) {
      for (let i = 0; i < n; i++) yield ready;
    }),
    { goal: () => atMost(100) },
  );
  const co = (await optional("co"))?.default;
  if (co !== undefined)
    await row("co 4, yield of a settled promise", (n) =>
      co(function* () {
        for (let i = 0; i < n; i++) yield settled;
      }),
    );
  await row("await of an async function's call", async (n) => {
    const call = async (x) => x;
    for (let i = 0; i < n; i++) await call(i);
  });
  await row(
    "yield of a coroutine's call",
    gen.coroutine(function* (n) {
      // oxlint-disable-next-line require-yield
      const call = gen.coroutine(function* (x) {
        return x;
      });
      for (let i = 0; i < n; i++) yield call(i);
    }),
  );
  await row("2,000 children in a list, each", async (n) => {
    for (let i = 0; i < n; i += 2000) await gen.multi(Array.from({ length: 2000 }, () => settled));
  });
  await row(
    "20,000 children in a list, each",
    async (n) => {
      for (let i = 0; i < n; i += 20_000) await gen.multi(Array.from({ length: 20_000 }, () => settled));
    },
    { count: 60_000, goal: times(2, "2,000 children in a list, each") },
  );
}

const free = (lock) => async (n) => {
  for (let i = 0; i < n; i++) (await lock.acquire())();
};
const contended = (lock) => async (n) => {
  for (let i = 0; i < n; i += 1000) {
    const tasks = [];
    for (let k = 0; k < 1000; k++) tasks.push(lock.acquire().then((release) => release()));
    await Promise.all(tasks);
  }
};

async function benchLocks() {
  const mutex = await optional("async-mutex");
  if (mutex !== undefined) {
    await row("async-mutex, free", free(new mutex.Mutex()), { count: 10_000 });
    await row("async-mutex, 1,000 waiters, each", contended(new mutex.Mutex()), { count: 10_000 });
  }
  const ratio = "Bun" in globalThis ? 5 : 10;
  await row("Lock, free", free(new Lock()), { goal: () => atMost(200) });
  await row("Lock, free, compared", free(new Lock()), { goal: divided(ratio, "async-mutex, free") });
  await row("Semaphore, free", free(new Semaphore(1)), { goal: () => atMost(200) });
  await row("Lock, 1,000 waiters, each", contended(new Lock()), {
    goal: divided(5, "async-mutex, 1,000 waiters, each"),
  });
  const { signal } = new AbortController();
  const limit = { signal };
  await row("Lock, free, with a signal", async (n) => {
    const lock = new Lock();
    for (let i = 0; i < n; i++) (await lock.acquire(limit))();
  });
  await row("Event, 1,000 waiters, each", async (n) => {
    for (let i = 0; i < n; i += 1000) {
      const event = new Event();
      const tasks = [];
      for (let k = 0; k < 1000; k++) tasks.push(event.wait());
      event.set();
      await Promise.all(tasks);
    }
  });
  await row("Lock, waiters that are aborted, each", async (n) => {
    for (let i = 0; i < n; i += 10_000) {
      const lock = new Lock();
      lock.tryAcquire();
      const controller = new AbortController();
      for (let k = 0; k < 10_000; k++) void lock.acquire(controller.signal);
      controller.abort(0);
    }
  });
}

async function benchQueues() {
  const PQueue = (await optional("p-queue"))?.default;
  if (PQueue !== undefined)
    await row(
      "p-queue 9, add",
      async (n) => {
        const queue = new PQueue({ concurrency: 10 });
        for (let i = 0; i < n; i++) await queue.add(() => i);
      },
      { count: 10_000 },
    );
  const together = async (n, one) => {
    for (let i = 0; i < n; i += 1000) await Promise.all(Array.from({ length: 1000 }, (_, k) => one(i + k)));
  };
  if (PQueue !== undefined) {
    const queue = new PQueue({ concurrency: 10 });
    await row("p-queue 9, add, 1,000 at once, each", (n) => together(n, (i) => queue.add(() => i)), { count: 10_000 });
  }
  const pairs = new Queue();
  await row("Queue, put and get, 1,000 at once, each", (n) => together(n, (i) => (void pairs.put(i), pairs.get())), {
    goal: divided(10, "p-queue 9, add, 1,000 at once, each"),
  });
  await row(
    "Queue, put and get",
    async (n) => {
      const queue = new Queue();
      for (let i = 0; i < n; i++) {
        await queue.put(i);
        sink = await queue.get();
      }
    },
    { goal: () => atMost(400) },
  );
  await row(
    "Queue, put and get, compared",
    async (n) => {
      const queue = new Queue();
      for (let i = 0; i < n; i++) {
        await queue.put(i);
        sink = await queue.get();
      }
    },
    { goal: divided(10, "p-queue 9, add") },
  );
  await row(
    "Queue, putNowait and getNowait",
    (n) => {
      const queue = new Queue();
      for (let i = 0; i < n; i++) {
        queue.putNowait(i);
        sink = queue.getNowait();
      }
    },
    { count: 500_000, goal: () => atMost(60) },
  );
}

async function benchContext() {
  const later = (x, callback) => void setImmediate(() => callback(x));
  await row(
    "a bare callback, in a later turn",
    (n) =>
      new Promise((resolve) => {
        const next = (i) => (i === n ? resolve() : later(i + 1, next));
        next(0);
      }),
  );
  await row(
    "engine and Task, in a later turn",
    gen.engine(function* (n) {
      for (let i = 0; i < n; i++) yield gen.Task(later, i);
    }),
    { goal: times(3, "a bare callback, in a later turn") },
  );
  const call = () => 1;
  await row(
    "a bare call",
    (n) => {
      for (let i = 0; i < n; i++) sink = call();
    },
    { count: 500_000 },
  );
  const wrapped = new ExceptionStackContext(() => true).run(() => wrap(call));
  await row(
    "a wrapped call",
    (n) => {
      for (let i = 0; i < n; i++) sink = wrapped();
    },
    { count: 100_000, goal: () => atMost(400) },
  );
}

/** Bytes of one waiter beside its promise and the promise's two functions. */
async function waiterBytes() {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  const heap = () => (collect(), collect(), process.memoryUsage().heapUsed);
  const COUNT = 200_000;
  const lock = new Lock();
  lock.tryAcquire();
  const bytes = (make) => {
    const kept = Array.from({ length: COUNT });
    const before = heap();
    for (let i = 0; i < COUNT; i++) kept[i] = make();
    const used = (heap() - before) / COUNT;
    return kept.at(-1) === undefined ? 0 : used;
  };
  const promise = bytes(() => {
    const parts = {};
    parts.promise = new Promise((resolve, reject) => {
      parts.resolve = resolve;
      parts.reject = reject;
    });
    return parts;
  });
  const waiter = bytes(() => lock.acquire());
  console.log(
    `A waiter: ${Math.round(waiter)} bytes; a promise with its functions in an object: ${Math.round(promise)}.`,
  );
}

if (wanted.has("future")) await benchFuture();
if (wanted.has("gen")) await benchGen();
if (wanted.has("locks")) await benchLocks();
if (wanted.has("queues")) await benchQueues();
// Last: with the first stack context Node up to 23 begins to keep stores on every promise.
if (wanted.has("context")) await benchContext();
const runtime = "Bun" in globalThis ? `Bun ${globalThis.Bun.version}` : `Node ${process.versions.node}`;
console.log(`${runtime}, CPU nanoseconds per operation, least of ${ROUNDS} rounds\n`);
console.log(terminalTable(["", "ns", "goal", ""], rows));
if (missing.length > 0) console.log(`\nNot installed, left out: ${missing.join(", ")} (npm install in bench/)`);
await waiterBytes();
if (sink === undefined) console.log("nothing was measured");
