/** Some hundred random conversations with each parser, the same ones every time; `npm run fuzz:websocket` has as many as one likes. */
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { runFuzz } from "./_fuzz-run.ts";

const test = suite("WebSocket fuzz", { deadline: 100 });

/** Intervals that are running: the clock of the WebSockets is one, as long as there are any. */
const intervals = new Set<unknown>();
const { setInterval, clearInterval } = globalThis;
test.before(() => {
  globalThis.setInterval = ((...args: Parameters<typeof setInterval>) => {
    const timer = setInterval(...args);
    intervals.add(timer);
    return timer;
  }) as typeof setInterval;
  globalThis.clearInterval = (timer) => {
    intervals.delete(timer);
    clearInterval(timer);
  };
});
test.after(() => {
  Object.assign(globalThis, { setInterval, clearInterval });
});

for (const [name, setup] of SETUPS)
  test(`nothing crashes, hangs or is answered wrongly, ${name}`, async () => {
    await runFuzz(setup, 1, 400);
    assert.is(intervals.size, 0, "a timer is left");
  });

for (const [name, setup] of SETUPS)
  test(`a reset is noticed while an answer waits and reading is paused, ${name}`, () => runFuzz(setup, 77_077, 1));

test.run();
