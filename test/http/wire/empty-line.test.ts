/**
 * RFC 9112 §2.2: the empty line that old clients send behind a request is ignored. It begins no request: the connection stays idle, closes
 * as an idle one does, and holds no shutdown up.
 */
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import type { HTTPServerRequest } from "../../../src/http/request.ts";
import { expectLog, suite } from "../../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../../_support/wire.ts";

const GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

function answer({ connection }: HTTPServerRequest): void {
  connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": 2 }), "ok");
  connection.finish();
}
async function later(request: HTTPServerRequest): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  answer(request);
}

for (const [name, setup] of SETUPS) {
  const test = suite(`empty lines · ${name}`, { deadline: 20 });

  for (const line of ["\r\n", "\r"]) {
    const shown = JSON.stringify(line);
    test(`${shown} behind a request leaves the connection idle`, () =>
      serving(answer, { ...setup, headerTimeout: 0.1, idleConnectionTimeout: 0.5 }, (port) =>
        withPeer(port, async (peer) => {
          peer.write(GET);
          await peer.answer();
          const began = performance.now();
          peer.write(line);
          assert.is(await peer.rest(), "", "no 408");
          assert.ok(performance.now() - began >= 450, "not closed before the idle timeout");
        }),
      ));
    test(`${shown} behind a request holds no shutdown up`, () =>
      serving(later, { ...setup, lingerTimeout: 0.1 }, (port, server) =>
        withPeer(port, async (peer) => {
          peer.write(`${GET}${line}`);
          await peer.answer();
          const began = performance.now();
          const over = server.shutdown({ deadline: 15 });
          assert.is(await peer.rest(), "");
          peer.finish();
          await over;
          assert.ok(performance.now() - began < 10_000);
        }),
      ));
    test(`${shown} before the FIN is no unfinished request`, () =>
      serving(later, { ...setup, halfClose: "answer" }, (port, server) =>
        withPeer(port, async (peer) => {
          peer.write(`${GET}${line}`);
          peer.finish();
          assert.is((await peer.answer()).body, "ok");
          assert.is(await peer.rest(), "");
          assert.ok(peer.ended, "closed by a FIN");
          while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
        }),
      ));
  }

  test("the head behind it has the whole of its time", () => {
    expectLog(/head did not arrive in time/);
    return serving(answer, { ...setup, headerTimeout: 0.4 }, (port) =>
      withPeer(port, async (peer) => {
        peer.write("\r\n");
        await new Promise((resolve) => setTimeout(resolve, 600));
        const began = performance.now();
        peer.write("GET / HT");
        assert.is((await peer.answer()).status, 408);
        assert.ok(performance.now() - began >= 350);
      }),
    );
  });
  test("a request follows it, and no second empty line", () => {
    expectLog(/Malformed HTTP message/);
    return serving(answer, setup, (port) =>
      withPeer(port, async (peer) => {
        for (const part of ["\r", "\n", GET.slice(0, 2), GET.slice(2)]) {
          peer.write(part);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        assert.is((await peer.answer()).status, 200);
        peer.write("\r\n");
        await new Promise((resolve) => setTimeout(resolve, 5));
        peer.write("\r\n");
        assert.is((await peer.answer()).status, 400);
      }),
    );
  });
  test.run();
}
