/** The client's address in what is logged: in one form whatever socket it came in on, and known after the connection was cut. */
import * as net from "node:net";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import { Application, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, SETUPS } from "../_support/wire.ts";

/** Cuts its response off within the turn that began it. */
class CutsAtOnce extends RequestHandler {
  override get(): void {
    this.write("some");
    void this.flush();
    this.request.connection.destroy();
  }
}
class CutsItsStream extends RequestHandler {
  override get(): void {
    this.write("some");
    void this.flush();
    this.request.connection.stream.destroy();
  }
}
/** Fails after its response has begun. */
class FailsLater extends RequestHandler {
  override async get(): Promise<void> {
    this.write("some");
    await this.flush();
    throw new Error("late");
  }
}
class Waits extends RequestHandler {
  override autoFinish = false;
  override get(): void {}
  override onConnectionClose(): void {
    void this.finish();
  }
}
class Streams extends RequestHandler {
  override dataReceived(): void {}
  override onConnectionClose(): void {
    void this.finish();
  }
  override post(): void {}
}
streamRequestBody(Streams);

const routes = [
  ["/cut", CutsAtOnce],
  ["/cut-stream", CutsItsStream],
  ["/late", FailsLater],
  ["/waits", Waits],
  ["/streams", Streams],
] as const;

/** Serves on `::`, where a client over IPv4 has an IPv4-mapped address. */
async function onBoth(setup: HTTPServerOptions, use: (peer: Peer, server: HTTPServer) => Promise<void>): Promise<void> {
  const server = new HTTPServer(new Application(routes), setup);
  await server.listen(0, "::");
  const socket = net.connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  try {
    await use(Peer.over(socket), server);
  } finally {
    socket.destroy();
    await server.stop();
    await server.closeAllConnections();
  }
}

async function empty(server: HTTPServer): Promise<void> {
  while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
}

for (const [name, setup] of SETUPS) {
  const test = suite(`client address in logs · ${name}`, { deadline: 20 });

  for (const path of ["/cut", "/cut-stream", "/late"]) {
    test(`${path}: of a response that was cut off`, async () => {
      if (path === "/late") expectLog(/Uncaught exception GET \/late \(127\.0\.0\.1\)/);
      const log = expectLog(/./, { logger: "access", required: false });
      await onBoth(setup, async (peer, server) => {
        peer.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
        await peer.rest();
        await empty(server);
        for (const { message } of log.records) assert.match(message, /\(127\.0\.0\.1\)/);
      });
    });
  }
  for (const [path, head] of [
    ["/waits", "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["/streams", "POST /streams HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"],
  ] as const) {
    test(`${path}: of a client that has left`, async () => {
      const log = expectLog(/./, { logger: "access" });
      await onBoth(setup, async (peer, server) => {
        peer.write(head);
        while (server.connectionCount === 0) await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setTimeout(resolve, 30));
        peer.socket.resetAndDestroy();
        await empty(server);
        assert.match(log.records[0]?.message ?? "", `${path} (127.0.0.1)`);
      });
    });
  }
  test("of a malformed message", () => {
    expectLog(/^Malformed HTTP message from 127\.0\.0\.1: /);
    return onBoth(setup, async (peer) => {
      peer.write("nonsense\r\n\r\n");
      assert.is((await peer.answer()).status, 400);
    });
  });
  test("of a malformed message behind a PROXY header it is the client's", () => {
    expectLog(/^Malformed HTTP message from 192\.0\.2\.1: /);
    return onBoth({ ...setup, proxyProtocol: ["loopback"] }, async (peer) => {
      peer.write("PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\nnonsense\r\n\r\n");
      assert.is((await peer.answer()).status, 400);
    });
  });
  test("of a PROXY header that is none", () => {
    expectLog(/^No valid PROXY header from 127\.0\.0\.1$/);
    return onBoth({ ...setup, proxyProtocol: ["loopback"] }, async (peer) => {
      peer.write("nonsense\r\n\r\n");
      await peer.rest();
    });
  });
  test.run();
}
