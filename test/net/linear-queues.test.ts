/**
 * Queues of unknown length cost the same for each entry, however many wait: counted, not timed. Twice the entries may cost at most three
 * times what is moved and copied.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { Fifo } from "../../src/async/fifo.ts";
import { PushIterator } from "../../src/async/push-iterator.ts";
import { BunTransport } from "../../src/net/runtime/bun-transport.ts";
import type { BunSocket } from "../../src/net/runtime/bun-transport.ts";
import { WriteQueue } from "../../src/net/write-queue.ts";
import { createTsParser } from "../../src/parser/ts/index.ts";
import type { MessageDeflate } from "../../src/websocket/deflate.ts";
import { Outbox } from "../../src/websocket/outbox.ts";
import { suite } from "../_support/suite.ts";

const test = suite("queues are linear");

/** Elements that arrays move or copy, and bytes that are joined, while a function runs. */
function work(run: () => void): number {
  let moved = 0;
  const array = Array.prototype as unknown as { [name: string]: (...args: unknown[]) => unknown };
  const counted = ["shift", "unshift", "splice", "slice"];
  const before = counted.map((name) => array[name] as (...args: unknown[]) => unknown);
  const { concat } = Buffer;
  counted.forEach((name, i) => {
    const original = before[i] as (...args: unknown[]) => unknown;
    array[name] = function (this: unknown[], ...args: unknown[]): unknown {
      moved += this.length;
      return original.apply(this, args);
    };
  });
  Buffer.concat = (list: readonly Uint8Array[], size?: number) => {
    for (const piece of list) moved += piece.length;
    return concat(list, size);
  };
  try {
    run();
  } finally {
    counted.forEach((name, i) => (array[name] = before[i] as (...args: unknown[]) => unknown));
    Buffer.concat = concat;
  }
  return moved;
}

/** Runs with `n` and with twice as many. Where nothing is moved at all, so much the better. */
function linear(n: number, run: (n: number) => void): void {
  const once = work(() => run(n));
  const twice = work(() => run(2 * n));
  assert.ok(twice <= 3 * Math.max(once, n), `${n} entries: ${once} moved; ${2 * n}: ${twice}`);
}

test("a Fifo gives its entries in order, keeps what is behind, and is emptied", () => {
  const fifo = new Fifo<number>();
  let next = 0;
  let taken = 0;
  for (let round = 0; round < 3000; round++) {
    for (let i = 0; i < 3; i++) fifo.push(next++);
    assert.is(fifo.peek(), taken);
    assert.is(fifo.peek(1), taken + 1);
    for (let i = 0; i < 2; i++) assert.is(fifo.shift(), taken++);
    assert.is(fifo.length, next - taken);
  }
  assert.equal(fifo.all().slice(0, 2), [taken, taken + 1]);
  assert.is(fifo.clear().length, 3000);
  assert.is(fifo.length, 0);
  assert.is(fifo.shift(), undefined);
  fifo.push(1);
  assert.is(fifo.shift(), 1);
  assert.is(fifo.peek(), undefined);
});

test("a Fifo of any length", () => {
  linear(20_000, (n) => {
    const fifo = new Fifo<number>();
    for (let i = 0; i < n; i++) fifo.push(i);
    for (let i = 0; i < n; i++) fifo.shift();
  });
});

test("writes that Bun's socket does not take", () => {
  linear(20_000, (n) => {
    let told = 0;
    let taken = 0;
    const socket = {
      write: (data: Uint8Array) => {
        const size = Math.min(data.length, 40_000);
        taken += size;
        return size;
      },
    };
    const transport = new BunTransport(socket as unknown as BunSocket, createTsParser(), false);
    transport.cork();
    for (let i = 0; i < n; i++) transport.write(Buffer.alloc(10), "latin1", () => told++);
    transport.uncork();
    while (transport.bufferedAmount > 0) transport.drained();
    assert.is(told, n);
    assert.is(taken, 10 * n);
  });
});

test("writes of a stream that waits", () => {
  linear(20_000, (n) => {
    const queue = new WriteQueue();
    const entry = { bytes: Buffer.alloc(1), policy: "copy", resolve() {}, reject() {} } as const;
    for (let i = 0; i < n; i++) queue.push(entry);
    for (let i = 0; i < n; i++) queue.taken();
    assert.is(queue.size, 0);
  });
});

test("messages that are compressed, or wait behind one that is", () => {
  linear(20_000, (n) => {
    const done: ((problem: number, result: Buffer) => void)[] = [];
    let sent = 0;
    const codec = {
      threshold: 2,
      deflate: (message: Uint8Array, then: (problem: number, result: Buffer) => void) =>
        done.push(() => then(0, Buffer.from(message))),
      close() {},
    };
    const sink = { sendFrame: () => void sent++, appendShared() {}, failed() {} };
    const outbox = new Outbox(sink, codec as unknown as MessageDeflate);
    for (let i = 0; i < n; i++) void outbox.send(1, i % 2 === 0 ? "long" : "s");
    for (let i = 0; i < done.length; i++) done[i]?.(0, Buffer.alloc(0));
    assert.is(sent, n);
    assert.is(outbox.size, 0);
  });
});

test("readers that wait for items, and items that wait for readers", () => {
  linear(20_000, (n) => {
    const queue = new PushIterator<string>();
    for (let i = 0; i < n; i++) void queue.take();
    for (let i = 0; i < n; i++) assert.is(queue.push("x"), undefined);
    for (let i = 0; i < n; i++) void queue.push("x");
    for (let i = 0; i < n; i++) void queue.take();
    assert.is(queue.length, 0);
  });
});
test.run();
