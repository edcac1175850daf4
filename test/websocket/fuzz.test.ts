/**
 * Some hundred random conversations in each role with each parser, the same ones every time; `npm run fuzz:websocket` has as many as one
 * likes.
 */
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { ROLES } from "./_endpoints.ts";
import { runHandshakes } from "./_fuzz-handshake.ts";
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

/** Sockets of this process; Bun does not tell. */
const sockets = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap" || kind === "TCPServerWrap").length;

/** Those of the last conversations are told to be closed some turns later. */
async function noSocketLeft(): Promise<void> {
  for (let i = 0; i < 100 && sockets() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(sockets(), 0, "a socket is left");
}

for (const role of ROLES)
  for (const [name, setup] of SETUPS) {
    test(`${role}: nothing crashes, hangs or is answered wrongly, ${name}`, async () => {
      await runFuzz(role, setup, 1, 400);
      assert.is(intervals.size, 0, "a timer is left");
      await noSocketLeft();
    });
    test(`${role}: likewise with messages that may be compressed, ${name}`, async () => {
      for (let i = 0; i < 4; i++) await runFuzz(role, setup, 1000 + i * 77, 60, true);
      assert.is(intervals.size, 0, "a timer is left");
      await noSocketLeft();
    });
    test(`${role}: a reset is noticed while an answer waits and reading is paused, ${name}`, () =>
      runFuzz(role, setup, 77_077, 1));
  }

for (const [name, setup] of SETUPS)
  test(`client: any answer to its handshake opens it or is an error, ${name}`, async () => {
    const opened = await runHandshakes(setup, 1, 400);
    assert.ok(opened > 50 && opened < 350, `${opened} of 400 were opened`);
    assert.is(intervals.size, 0, "a timer is left");
    await noSocketLeft();
  });

test.run();
