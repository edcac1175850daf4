/** The one push iterator: order, the promise that holds the producer back, its ends, several calls at once. */
import * as assert from "uvu/assert";
import { PushIterator } from "../../src/async/push-iterator.ts";
import { suite } from "../_support/suite.ts";

const test = suite("push iterator");

/** Whether a promise has settled by now. */
async function settled(promise: Promise<unknown> | void): Promise<boolean> {
  const pending = {};
  return (await Promise.race([Promise.resolve(promise).catch(() => undefined), Promise.resolve(pending)])) !== pending;
}
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.unreachable("it did not reject"),
    (error: unknown) => error,
  );
const item = (value: string): IteratorResult<string, undefined> => ({ done: false, value });
const DONE = { done: true, value: undefined };

test("queued items come in order, and the promise of push resolves when the last one is taken", async () => {
  const items = new PushIterator<string>();
  const first = items.push("a");
  assert.instance(first, Promise);
  assert.is(items.push("b"), first, "one promise for all that wait");
  assert.is(items.drained(), first);
  assert.is(items.length, 2);
  assert.equal(await items.next(), item("a"));
  assert.not.ok(await settled(first));
  assert.is(await items.take(), "b");
  await first;
  assert.is(items.drained(), undefined);
});

test("an item that is awaited is not queued, and push returns no promise", async () => {
  const items = new PushIterator<string>();
  const first = items.next();
  const second = items.take();
  assert.ok(items.awaited);
  assert.is(items.push("a"), undefined);
  assert.is(items.push("b"), undefined);
  assert.not.ok(items.awaited);
  assert.equal(await first, item("a"));
  assert.is(await second, "b");
});

test("an empty item is an item", async () => {
  const items = new PushIterator<string>();
  void items.push("");
  assert.equal(await items.next(), item(""));
  const bytes = new PushIterator<number>();
  void bytes.push(0);
  assert.is(await bytes.take(), 0);
});

test("maxQueued and maxQueuedSize say from when on push returns a promise; both count anew once items were taken", async () => {
  const items = new PushIterator<string>({ maxQueued: 3, maxQueuedSize: 10, sizeOf: (text) => text.length });
  assert.is(items.push("1"), undefined);
  assert.is(items.push("2"), undefined);
  const third = items.push("3");
  assert.instance(third, Promise);
  for (const text of ["1", "2", "3"]) assert.is(await items.take(), text);
  await third;
  assert.is(items.push("123456789"), undefined);
  const large = items.push("1");
  assert.instance(large, Promise);
  await items.take();
  assert.not.ok(await settled(large), "it waits until the queue is empty");
  await items.take();
  await large;
  items.push("123456789");
  items.clear();
  assert.is(items.push("123456789"), undefined, "what was dropped counts no more");
});

test("release lets the producer go on, however much is queued", async () => {
  const items = new PushIterator<string>();
  const held = items.push("a");
  items.release();
  await held;
  assert.is(items.length, 1);
  assert.not.ok(await settled(items.push("b")), "the next one waits again");
});

test("end: queued items are still given, then it is over for every call", async () => {
  const items = new PushIterator<string>();
  void items.push("a");
  items.end();
  assert.ok(items.over);
  assert.is(items.push("b"), undefined, "dropped");
  assert.equal(await items.next(), item("a"));
  assert.equal(await items.next(), DONE);
  assert.is(await items.take(), undefined);
  items.abort(new Error("too late"));
  assert.equal(await items.next(), DONE);
});

test("end resolves every call that is pending", async () => {
  const items = new PushIterator<string>();
  const pending = [items.next(), items.next()];
  const taking = items.take();
  items.end();
  assert.equal(await Promise.all(pending), [DONE, DONE]);
  assert.is(await taking, undefined);
});

test("abort: queued items first, then the reason each time; the producer is held back no longer", async () => {
  const items = new PushIterator<string>();
  const held = items.push("a");
  const reason = new Error("the client has left");
  items.abort(reason);
  await held;
  assert.is(items.error?.reason, reason);
  assert.is(items.push("b"), undefined, "dropped");
  assert.equal(await items.next(), item("a"));
  assert.is(await failure(items.next()), reason);
  assert.is(await failure(items.take()), reason);
});

test("abort rejects every call that is pending, whatever the reason", async () => {
  for (const reason of [new Error("x"), undefined, "text"]) {
    const items = new PushIterator<string>();
    const pending = [failure(items.next()), failure(items.take())];
    items.abort(reason);
    assert.equal(await Promise.all(pending), [reason, reason]);
  }
});

test("return: what is queued, and what comes, is dropped; the producer never waits; pending calls end", async () => {
  const items = new PushIterator<string>();
  const held = items.push("a");
  assert.equal(await items.return(), DONE);
  await held;
  assert.is(items.push("b"), undefined);
  assert.is(items.length, 0);
  assert.equal(await items.next(), DONE);
  items.abort(new Error("nobody asks"));
  assert.equal(await items.next(), DONE);
  assert.equal(await items.return(), DONE, "twice is once");

  const awaited = new PushIterator<string>();
  const pending = awaited.next();
  await awaited.return();
  assert.equal(await pending, DONE);
});

test("return after an error ends it too", async () => {
  const items = new PushIterator<string>();
  items.abort(new Error("x"));
  await items.return();
  assert.equal(await items.next(), DONE);
});

test("peek leaves the oldest item, skip takes it", async () => {
  const items = new PushIterator<string>();
  const held = items.push("a");
  void items.push("b");
  assert.is(items.peek(), "a");
  assert.is(items.skip(), "a");
  assert.is(items.peek(), "b");
  assert.is(items.skip(), "b");
  await held;
  assert.is(items.peek(), undefined);
  assert.is(items.skip(), undefined);
});

test("a for await loop that is left holds the producer back no longer", async () => {
  const items = new PushIterator<string>();
  const held = items.push("a");
  void items.push("b");
  for await (const value of { [Symbol.asyncIterator]: () => items }) {
    assert.is(value, "a");
    break;
  }
  await held;
  assert.ok(items.over);
});

test.run();
