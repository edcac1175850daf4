/** Long polls whose client leaves: a handler that forgets to finish is kept by nobody; one that listens gives up its wait. */
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, serving, SETUPS, withPeer } from "../_support/wire.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CLIENTS = 50;

function collector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(now: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

for (const [name, server] of SETUPS) {
  const test = suite(`long polls · ${name}`, { deadline: 30 });

  // What is garbage on one of the roads is garbage on the others, and the collector takes its time.
  if (server.parser === "wasm" && server.transport !== "copy")
    for (const [what, autoFinish, leave] of [
      ["never finish", false, "finish"],
      ["never finish", false, "destroy"],
      ["wait for ever", true, "finish"],
      ["wait for ever", true, "destroy"],
    ] as const)
      test(`handlers that ${what} are kept by nobody once their client has left (${leave})`, async () => {
        const collect = collector();
        let begun = 0;
        let collected = 0;
        const registry = new FinalizationRegistry(() => collected++);
        class Forgetful extends RequestHandler {
          override autoFinish = autoFinish;
          override get(): Promise<void> | void {
            registry.register(this, undefined);
            begun++;
            return autoFinish ? new Promise(() => undefined) : undefined;
          }
        }
        const app = new Application([["/", Forgetful]], { accessLog: false });
        await serving(app, { ...server, writeTimeout: 0.1 }, async (port) => {
          const peers: Peer[] = [];
          for (let i = 0; i < CLIENTS; i++) {
            const peer = await Peer.connect(port);
            peer.write(REQUEST);
            peers.push(peer);
          }
          while (begun < CLIENTS) await turn();
          for (const peer of peers) peer[leave]();
          // One may still be in a register or on the stack.
          while (collected < CLIENTS - 2) {
            collect();
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          for (const peer of peers) peer.destroy();
        });
      });

  test("a handler that waits with the signals may throw what they make of it", () => {
    let waiting = 0;
    class Poll extends RequestHandler {
      override async get(how: string): Promise<void> {
        const { signal, shutdownSignal } = this.request;
        waiting++;
        const either = AbortSignal.any([signal, shutdownSignal]);
        try {
          if (how === "function") await wait(60_000, undefined, { signal: either });
          else await new Promise((_resolve, reject) => (either.onabort = () => reject(either.reason as Error)));
        } finally {
          waiting--;
        }
      }
    }
    const app = new Application([["/:how", Poll]], { accessLog: false });
    return serving(app, server, async (port, web) => {
      // No error of the handler's, and no answer that nobody wants.
      for (const how of ["function", "reason"])
        for (const leave of ["finish", "destroy"] as const)
          await withPeer(port, async (peer) => {
            peer.write(`GET /${how} HTTP/1.1\r\nHost: a\r\n\r\n`);
            while (waiting === 0) await turn();
            peer[leave]();
            while (waiting > 0 || web.connectionCount > 0) await turn();
            if (leave === "finish") assert.is(await peer.rest().catch(() => ""), "");
          });
      await withPeer(port, async (peer) =>
        withPeer(port, async (other) => {
          peer.write("GET /function HTTP/1.1\r\nHost: a\r\n\r\n");
          other.write("GET /reason HTTP/1.1\r\nHost: a\r\n\r\n");
          while (waiting < 2) await turn();
          expectLog(/^503 GET \/function /);
          expectLog(/^503 GET \/reason /);
          const over = web.shutdown();
          for (const each of [peer, other]) {
            assert.is((await each.answer()).status, 503);
            each.destroy();
          }
          await over;
        }),
      );
    });
  });

  test.run();
}
