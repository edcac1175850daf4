/** The lingering close (RFC 9112 §9.6): a client that is still sending reads its response, within bounds of time and size. */
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { Lingering } from "../../src/http/http1/lingering.ts";
import { resolveLimits } from "../../src/http/server/options.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";
import type { Peer } from "../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const POST = `POST / HTTP/1.1\r\n${HOST}`;
const PIECE = Buffer.alloc(65_536, "a");

function answer({ connection }: HTTPServerRequest): void {
  connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": 2 }), "ok");
  connection.finish();
}

const sent = (peer: Peer, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => peer.socket.write(bytes, () => resolve()));

for (const [name, setup] of SETUPS) {
  const test = suite(`lingering · ${name}`, { deadline: 20 });

  test("a client that sends 16 MiB before it reads finds its 413", () => {
    expectLog(/larger than 10 bytes/);
    return serving(answer, { ...setup, maxBodySize: 10 }, (port) =>
      withPeer(port, async (peer) => {
        peer.socket.pause();
        peer.write(`${POST}Content-Length: 16777216\r\n\r\n`);
        for (let i = 0; i < 256; i++) await sent(peer, PIECE);
        assert.not(peer.closed);
        peer.socket.resume();
        assert.is((await peer.answer()).status, 413);
        assert.is(await peer.rest(), "");
      }),
    );
  });

  test("a client that goes on sending is cut off after lingerTime", () => {
    expectLog(/larger than 10 bytes/);
    return serving(answer, { ...setup, maxBodySize: 10, lingerTime: 0.3, lingerTimeout: 10 }, (port, server) =>
      withPeer(port, async (peer) => {
        peer.write(`${POST}Content-Length: 16777216\r\n\r\n`);
        while (server.connectionCount === 0) await new Promise((resolve) => setImmediate(resolve));
        while (server.connectionCount > 0) {
          peer.write("a");
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }),
    );
  });

  test("a client that sends now and then may do so for longer than lingerTimeout", () => {
    expectLog(/larger than 10 bytes/);
    return serving(answer, { ...setup, maxBodySize: 10, lingerTime: 10, lingerTimeout: 0.2 }, (port, server) =>
      withPeer(port, async (peer) => {
        peer.write(`${POST}Content-Length: 16777216\r\n\r\n`);
        assert.is((await peer.answer()).status, 413);
        const until = performance.now() + 600;
        while (performance.now() < until) {
          peer.write("a");
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        assert.is(server.connectionCount, 1);
        // Silent now.
        while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
      }),
    );
  });
  test.run();
}

const bounds = suite("bounds of lingering");
const limits = resolveLimits({});

bounds("lingers 30 s, 5 s between two reads, for 1 GiB, by default", () => {
  assert.is(limits.lingerTime, 30);
  assert.is(limits.lingerTimeout, 5);
  assert.is(limits.lingerSize, 1024 ** 3);
  const lingering = new Lingering(100);
  assert.not(lingering.expired(104, 0, limits, false));
  assert.ok(lingering.expired(105, 0, limits, false));
  for (let now = 100; now < 130; now += 2) lingering.drop(1, now);
  assert.not(lingering.expired(129, 0, limits, false));
  assert.ok(lingering.expired(130, 0, limits, false));
  assert.not(lingering.exceeds(limits));
  lingering.drop(1024 ** 3, 130);
  assert.ok(lingering.exceeds(limits));
});

bounds("begins again while output leaves", () => {
  const lingering = new Lingering(100);
  lingering.restart(150);
  assert.not(lingering.expired(154, 0, limits, false));
  assert.ok(lingering.expired(155, 0, limits, false));
});

bounds("is short while the server shuts down", () => {
  const lingering = new Lingering(100);
  assert.ok(lingering.expired(101, 0, limits, true));
  for (let now = 100; now <= 105; now += 0.5) lingering.drop(1, now);
  assert.ok(lingering.expired(105, 0, limits, true));
});

bounds.run();
