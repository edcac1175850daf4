/**
 * What streams rely on, on every runtime, version and road: back-pressure both ways, pause, half-close, reset, many connections at
 * once, and a transfer far larger than the memory it may take.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import type { TCPServerOptions } from "../../src/net/tcpserver.ts";
import { suite } from "../_support/suite.ts";
import { onBun, ROADS, withPair } from "./_pair.ts";

const MEGABYTE = 1_048_576;
const CLOSED = "ERR_LANDSPOUT_STREAM_CLOSED";

/** What the process holds, garbage not counted where it can be asked to collect it. */
const memory = (): number => {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(now: boolean): void } };
  if (Bun === undefined) gc?.();
  else Bun.gc(true);
  return process.memoryUsage().rss;
};

async function serving(
  options: TCPServerOptions,
  handle: (stream: IOStream) => Promise<void>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const pending = new Set<Promise<void>>();
  class Server extends TCPServer {
    override handleStream(stream: IOStream): void {
      const done = handle(stream).catch((error: { code?: string }) => {
        if (error.code !== CLOSED) throw error;
      });
      pending.add(done);
      void done.finally(() => pending.delete(done));
    }
  }
  const server = new Server(options);
  await server.listen(0, "127.0.0.1");
  try {
    await use(server.port);
    await Promise.all(pending);
  } finally {
    await server.stop();
  }
}

for (const [road, options] of ROADS) {
  const test = suite(`socket facts, ${road}`, { deadline: 60 });

  test("a reader that does not read makes its peer wait", () =>
    withPair(options, async (stream, peer) => {
      const chunk = Buffer.alloc(MEGABYTE, 1);
      let sent = 0;
      for (let i = 0; i < 64; i++) peer.write(chunk, () => (sent += chunk.length));
      assert.is((await stream.readBytes(1)).length, 1);
      // As long as nobody reads, what has been sent stands still.
      let before = -1;
      while (before !== sent) {
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.ok(sent < 32 * MEGABYTE, `~> ${sent} bytes were taken from a peer nobody reads`);
      let total = 1;
      while (total < 64 * MEGABYTE) total += (await stream.readBytes(MEGABYTE, { partial: true })).length;
      assert.is(total, 64 * MEGABYTE);
    }));

  test("a writer waits for a peer that does not read", () =>
    withPair(options, async (stream, peer) => {
      peer.pause();
      let settled = 0;
      const writes = Array.from({ length: 32 }, () => stream.write(Buffer.alloc(MEGABYTE)).then(() => settled++));
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.ok(settled < 32, "~> not all can have been taken");
      assert.ok(stream.writing());
      peer.resume();
      await Promise.all(writes);
      assert.not.ok(stream.writing());
    }));

  test("a half-closed peer still gets its answer", () =>
    serving(
      options,
      async (stream) => {
        const request = await stream.readUntilClose();
        // A FIN ends a stream for its reads; what is written before the close still goes out.
        assert.is(String(request), "request");
      },
      async (port) => {
        const peer = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
        peer.end("request");
        await once(peer, "close");
      },
    ));

  test("500 connections at once each get what is theirs", () =>
    serving(
      options,
      async (stream) => {
        for (;;) {
          const line = await stream.readUntil("\n");
          await stream.write(line);
        }
      },
      async (port) => {
        await Promise.all(
          Array.from({ length: 500 }, async (_none, i) => {
            const client = new IOStream(options);
            await client.connect({ port, host: "127.0.0.1" });
            for (let round = 0; round < 3; round++) {
              const line = `${i} ${round} ${"x".repeat(i)}\n`;
              void client.write(line);
              assert.is(String(await client.readUntil("\n")), line);
            }
            client.close();
          }),
        );
      },
    ));

  test("100 MB go through in bounded memory, both ways", async () => {
    const size = 100 * MEGABYTE;
    const chunk = Buffer.alloc(MEGABYTE, 7);
    let peak = 0;
    await serving(
      options,
      async (stream) => {
        let received = 0;
        while (received < size) received += (await stream.readBytes(MEGABYTE, { partial: true })).length;
        for (let sent = 0; sent < size; sent += chunk.length) await stream.write(chunk);
        stream.close();
      },
      async (port) => {
        const client = new IOStream(options);
        await client.connect({ port, host: "127.0.0.1" });
        const start = memory();
        for (let sent = 0; sent < size; sent += chunk.length) {
          await client.write(chunk);
          if (sent % (20 * MEGABYTE) === 0) peak = Math.max(peak, memory() - start);
        }
        let received = 0;
        const target = new Uint8Array(MEGABYTE);
        while (received < size) {
          received += await client.readInto(target, { partial: true });
          if (received % (20 * MEGABYTE) < 1000) peak = Math.max(peak, memory() - start);
        }
        assert.is(received, size);
        client.close();
      },
    );
    assert.ok(peak < 80 * MEGABYTE, `~> ${Math.round(peak / MEGABYTE)} MB more than at the start`);
  });

  test("a reset in the middle reaches both the reader and the writer", () =>
    withPair(options, async (stream, peer) => {
      const reading = stream.readBytes(10).catch((error: { code?: string }) => error.code);
      const writing = stream.write(Buffer.alloc(64 * MEGABYTE)).catch((error: { code?: string }) => error.code);
      peer.pause();
      await new Promise((resolve) => setTimeout(resolve, 20));
      peer.resetAndDestroy();
      assert.equal(await Promise.all([reading, writing]), [CLOSED, CLOSED]);
    }));

  if (!onBun) {
    test("says which road it takes", () =>
      serving(
        options,
        async () => undefined,
        async (port) => {
          const server = new TCPServer(options);
          await server.listen(0, "127.0.0.1");
          assert.is(server.transport, options.transport);
          await server.stop();
          net.connect(port, "127.0.0.1").destroy();
        },
      ));
  }

  test.run();
}
