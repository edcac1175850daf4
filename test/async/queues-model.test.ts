/**
 * Random programs of puts, gets, timeouts and aborts against a model: nothing is lost, nothing is given twice, first come first served.
 * The same for semaphores. Time runs out in the order of a random schedule, as deadlines of 0 are due in the next turn.
 */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { Semaphore } from "../../src/async/locks/index.ts";
import type { Releaser } from "../../src/async/locks/index.ts";
import { LifoQueue, PriorityQueue, Queue } from "../../src/async/queues/index.ts";
import { suite } from "../_support/suite.ts";
import { turn } from "./_settled.ts";

const test = suite("queues and semaphores against a model", { deadline: 120 });

type Step =
  | { readonly do: "put" | "get"; readonly limit: "none" | "now" | "signal" }
  | { readonly do: "putNowait" | "getNowait" | "turn" | "close" }
  | { readonly do: "abort"; readonly which: number };

const limited = (action: "put" | "get"): fc.Arbitrary<Step> =>
  fc.record({ do: fc.constant(action), limit: fc.constantFrom("none", "none", "now", "signal") });
const STEPS = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: limited("put") },
    { weight: 6, arbitrary: limited("get") },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("putNowait" as const, "getNowait" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("abort" as const), which: fc.nat(50) }) },
  ),
  { maxLength: 60 },
);

/** A call that waits, in the model. */
interface Call {
  readonly kind: "put" | "get";
  readonly item: number;
  readonly controller: AbortController | undefined;
  readonly expires: boolean;
  /** What the model says it comes to. */
  expected: string;
  /** What it came to. */
  actual: string;
}

/** A queue as simple as can be: arrays that are searched. */
class Model {
  items: number[] = [];
  waiting: Call[] = [];
  readonly maxsize: number;
  readonly takes: (items: number[]) => number;
  constructor(maxsize: number, takes: (items: number[]) => number) {
    this.maxsize = maxsize;
    this.takes = takes;
  }
  full(): boolean {
    return this.maxsize > 0 && this.items.length >= this.maxsize;
  }
  first(kind: "put" | "get"): Call | undefined {
    const call = this.waiting.find((each) => each.kind === kind);
    if (call !== undefined) this.waiting.splice(this.waiting.indexOf(call), 1);
    return call;
  }
  put(item: number): boolean {
    if (this.full()) return false;
    this.items.push(item);
    const getter = this.first("get");
    if (getter !== undefined) getter.expected = `got ${this.take()}`;
    return true;
  }
  get(): number | undefined {
    const putter = this.first("put");
    if (putter !== undefined) {
      this.items.push(putter.item);
      putter.expected = "put";
    }
    return this.items.length === 0 ? undefined : this.take();
  }
  take(): number {
    const item = this.takes(this.items);
    this.items.splice(this.items.indexOf(item), 1);
    return item;
  }
  expire(): void {
    for (const call of this.waiting.filter(({ expires }) => expires)) this.end(call, "ERR_LANDSPOUT_TIMEOUT");
  }
  end(call: Call, how: string): void {
    const index = this.waiting.indexOf(call);
    if (index < 0) return;
    this.waiting.splice(index, 1);
    call.expected = how;
  }
}

const KINDS = [
  { Kind: Queue, takes: (items: number[]) => items[0] as number },
  { Kind: LifoQueue, takes: (items: number[]) => items.at(-1) as number },
  { Kind: PriorityQueue, takes: (items: number[]) => Math.min(...items) },
];

async function runProgram(kind: number, maxsize: number, steps: readonly Step[]): Promise<void> {
  const { Kind, takes } = KINDS[kind] as (typeof KINDS)[number];
  const queue = new Kind<number>(maxsize);
  const model = new Model(maxsize, takes);
  const calls: Call[] = [];
  let next = 0;
  // Not in order, so that a PriorityQueue has something to do.
  const item = (): number => (next++ * 7919) % 10_007;
  for (const step of steps) {
    if (step.do === "turn") {
      model.expire();
      await turn();
    } else if (step.do === "abort") {
      const call = calls[step.which % Math.max(calls.length, 1)];
      if (call?.controller === undefined) continue;
      model.end(call, "aborted");
      call.controller.abort("aborted");
    } else if (step.do === "putNowait") {
      const value = item();
      const full = model.full();
      if (full) assert.throws(() => queue.putNowait(value));
      else queue.putNowait(value);
      model.put(value);
    } else if (step.do === "getNowait") {
      const expected = model.get();
      if (expected === undefined) assert.throws(() => queue.getNowait());
      else assert.is(queue.getNowait(), expected);
    } else if (step.do === "put" || step.do === "get") {
      const controller = step.limit === "signal" ? new AbortController() : undefined;
      const expires = step.limit === "now";
      const call: Call = { kind: step.do, item: item(), controller, expires, expected: "pending", actual: "pending" };
      const limit = expires ? 0 : controller?.signal;
      calls.push(call);
      const settle = (how: string): void => void (call.actual = how);
      const failed = (error: unknown): void => settle((error as { code?: string }).code ?? String(error));
      if (step.do === "put") {
        if (model.put(call.item)) call.expected = "put";
        else model.waiting.push(call);
        queue.put(call.item, limit).then(() => settle("put"), failed);
      } else {
        const got = model.get();
        if (got !== undefined) call.expected = `got ${got}`;
        else model.waiting.push(call);
        queue.get(limit).then((value) => settle(`got ${value}`), failed);
      }
    }
    assert.is(queue.qsize(), model.items.length);
    assert.is(queue.full(), model.full());
  }
  model.expire();
  await turn();
  await turn();
  assert.equal(
    calls.map(({ actual }) => actual),
    calls.map(({ expected }) => expected),
  );
}

test("queues", async () => {
  await fc.assert(fc.asyncProperty(fc.nat(2), fc.constantFrom(0, 1, 2, 3, 1.5, Infinity), STEPS, runProgram), {
    numRuns: 1500,
  });
});

type SemaphoreStep =
  | { readonly do: "acquire"; readonly limit: "none" | "now" | "signal" }
  | { readonly do: "release" | "abort"; readonly which: number }
  | { readonly do: "turn" };

const SEMAPHORE_STEPS: fc.Arbitrary<SemaphoreStep[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("acquire" as const), limit: fc.constantFrom("none" as const, "now", "signal") }),
    fc.record({ do: fc.constantFrom("release" as const, "abort" as const), which: fc.nat(50) }),
    fc.record({ do: fc.constant("turn" as const) }),
  ),
  { maxLength: 60 },
);

test("semaphores: no permit is lost, none is given twice", async () => {
  const program = async (permits: number, steps: readonly SemaphoreStep[]): Promise<void> => {
    const semaphore = new Semaphore(permits);
    const controllers: AbortController[] = [];
    const held: Releaser[] = [];
    const served: number[] = [];
    let most = 0;
    let asked = 0;
    for (const step of steps) {
      if (step.do === "turn") await turn();
      else if (step.do === "abort") controllers[step.which % Math.max(controllers.length, 1)]?.abort();
      else if (step.do === "release") held.splice(step.which % Math.max(held.length, 1), 1)[0]?.();
      else if (step.do === "acquire") {
        const number = asked++;
        const controller = new AbortController();
        if (step.limit === "signal") controllers.push(controller);
        const limit = step.limit === "none" ? undefined : step.limit === "now" ? 0 : controller.signal;
        const taken = (release: Releaser): void => {
          most = Math.max(most, held.push(release));
          served.push(number);
        };
        semaphore.acquire(limit).then(taken, () => undefined);
      }
    }
    await turn();
    await turn();
    assert.ok(most <= permits, `${most} of ${permits}`);
    assert.equal(
      served,
      served.toSorted((a, b) => a - b),
      "in the order of asking",
    );
    // All permits come back, whatever was given up.
    for (let waiting = -1; held.length > 0 || semaphore.waiting !== waiting;) {
      waiting = semaphore.waiting;
      for (const release of held.splice(0)) release();
      await turn();
    }
    assert.is(semaphore.value, permits);
    assert.is(semaphore.waiting, 0);
  };
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3 }), SEMAPHORE_STEPS, program), { numRuns: 1000 });
});

test.run();
