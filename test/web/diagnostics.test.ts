/** The channels on which requests, connections and refusals are told, as a tracer would listen to them. */
import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import * as assert from "uvu/assert";
import type { RequestTrace } from "../../src/web/index.ts";
import { RequestHandler } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("diagnostics", { deadline: 20 });

/** Listens to all channels of a kind while `use` runs; gives what they said, in order. */
async function listening(
  kind: string,
  use: () => Promise<void>,
  note: (event: string, message: unknown) => void,
): Promise<void> {
  const channels = ["start", "end", "asyncEnd", "error"].map((event) => {
    const one = channel(`tracing:landspout.${kind}:${event}`);
    const listener = (message: unknown): void => note(event, message);
    one.subscribe(listener);
    return () => one.unsubscribe(listener);
  });
  try {
    await use();
  } finally {
    for (const stop of channels) stop();
  }
}

class Later extends RequestHandler {
  override async get() {
    await new Promise((resolve) => setImmediate(resolve));
    this.write(String(storage.getStore()));
  }
  override post() {
    throw new Error("meant");
  }
}
const storage = new AsyncLocalStorage<string>();

test("a request begins, is answered, and fails, in the order it happens", async () => {
  const events: string[] = [];
  const note = (event: string, message: unknown): void => {
    const { request, handler, error } = message as RequestTrace;
    const who = handler === undefined ? "" : ` ${handler.constructor.name} ${handler.getStatus()}`;
    events.push(
      `${event} ${request.method} ${request.path}${who}${error instanceof Error ? ` ${error.name}: ${error.message}` : ""}`,
    );
  };
  await talk([["/", Later]], async (peer) => {
    await listening(
      "request",
      async () => {
        await ask(peer, "/");
        expectLog(/meant/);
        await ask(peer, "/", { method: "POST" });
      },
      note,
    );
    await ask(peer, "/");
  });
  assert.equal(events, [
    "start GET /",
    "end GET / Later 200",
    "asyncEnd GET / Later 200",
    "start POST /",
    "error POST / Later 200 Error: meant",
    "asyncEnd POST / Later 500 Error: meant",
    "end POST / Later 500 Error: meant",
  ]);
});

test("a store bound to the beginning holds in the handler, and in what it waits for", async () => {
  const start = channel("tracing:landspout.request:start");
  start.bindStore(storage, (message) => `trace of ${(message as RequestTrace).request.uri}`);
  try {
    await talk([["/*", Later]], async (peer) => {
      assert.is((await ask(peer, "/one")).body, "trace of /one");
      assert.is((await ask(peer, "/two")).body, "trace of /two");
    });
  } finally {
    start.unbindStore(storage);
  }
});

test("connections and refusals are told, too", async () => {
  const events: string[] = [];
  await listening(
    "connection",
    () =>
      listening(
        "parser",
        () =>
          talk([["/", Later]], async (peer) => {
            await ask(peer, "/");
            expectLog(/Malformed/);
            peer.write("BAD\r\n\r\n");
            await peer.rest();
          }),
        (event, message) => events.push(`parser ${event} ${(message as { error: { code: string } }).error.code}`),
      ),
    (event) => events.push(`connection ${event}`),
  );
  assert.is(events[0], "connection start");
  assert.match(events[1] ?? "", /^parser error ERR_LANDSPOUT_/);
  assert.is(events.at(-1), "connection asyncEnd");
});

test.run();
