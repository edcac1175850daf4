/**
 * What streams rely on, on every runtime, version and road: back-pressure both ways, pause, half-close, reset, many connections at
 * once, and a transfer far larger than the memory it may take.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import type { TCPServerOptions } from "../../src/net/tcpserver.ts";
import { suite } from "../_support/suite.ts";
import { onBun, ROADS, withPair } from "./_pair.ts";

const MEGABYTE = 1_048_576;
const CLOSED = "ERR_LANDSPOUT_STREAM_CLOSED";

/** Collects garbage: what counts is what is held. */
function collector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(now: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
const collect = collector();

/** Bytes the process holds: all of it, and in buffers. */
function memory(): { rss: number; arrayBuffers: number } {
  collect();
  // V8 sweeps buffers in the background; the next collection waits for it.
  collect();
  return process.memoryUsage();
}

/** The most memory taken beyond what there was at the start, in megabytes. */
class Peak {
  readonly #start = memory();
  #samples = 0;
  rss = 0;
  arrayBuffers = 0;

  /** Looks at some of the calls: asking is not cheap. */
  sample(every = 1): void {
    if (this.#samples++ % every !== 0) return;
    const now = memory();
    this.rss = Math.max(this.rss, (now.rss - this.#start.rss) / MEGABYTE);
    this.arrayBuffers = Math.max(this.arrayBuffers, (now.arrayBuffers - this.#start.arrayBuffers) / MEGABYTE);
  }
}

/** A period that shares no factor with any size of a buffer: a lost or doubled piece shows. */
const PERIOD = 251;
/** Bytes that follow from their place in the stream; four periods' worth of slices of any offset. */
const PATTERN = Buffer.from(Uint8Array.from({ length: MEGABYTE + PERIOD }, (_none, i) => i % PERIOD));

/** The bytes of a stream from `offset` on. */
const patternAt = (offset: number, size: number): Buffer =>
  PATTERN.subarray(offset % PERIOD, (offset % PERIOD) + Math.min(size, MEGABYTE));

/** Whether bytes are those of the pattern at their place. */
const inPlace = (bytes: Uint8Array, offset: number): boolean => patternAt(offset, bytes.length).equals(bytes);

/** The condition has not changed for a while, on any machine: what is still under way arrives in between. */
async function standstill(value: () => number): Promise<number> {
  for (let before = -1; ;) {
    const now = value();
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

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
  // As many may connect at once: what the system has no room for it would let wait for seconds.
  await server.listen(0, "127.0.0.1", { backlog: 1024 });
  try {
    await use(server.port);
    await Promise.all(pending);
  } finally {
    await server.stop();
  }
}

// Which parser's memory it is makes no difference here.
for (const [road, options] of ROADS.filter(([, { parser }]) => parser !== "ts")) {
  const test = suite(`socket facts, ${road}`, { deadline: 60 });

  test("a reader that does not read makes its peer wait, and holds little", () =>
    withPair(options, async (stream, peer) => {
      let sent = 0;
      for (let i = 0; i < 64; i++) peer.write(patternAt(i * MEGABYTE, MEGABYTE), () => (sent += MEGABYTE));
      assert.is((await stream.readBytes(1)).length, 1);
      const peak = new Peak();
      // As long as nobody reads, what has been sent stands still.
      assert.ok((await standstill(() => sent)) < 32 * MEGABYTE, `~> ${sent} bytes were taken from a peer nobody reads`);
      assert.ok(stream.unreadLength <= 2 * 65_536, `~> ${stream.unreadLength} bytes are held`);
      peak.sample();
      assert.ok(peak.arrayBuffers < 4, `~> ${peak.arrayBuffers} MB in buffers`);
      let total = 1;
      while (total < 64 * MEGABYTE) {
        const bytes = await stream.readBytes(MEGABYTE, { partial: true });
        if (!inPlace(bytes, total)) throw new Error(`a piece is out of place at ${total}`);
        total += bytes.length;
      }
      assert.is(total, 64 * MEGABYTE);
    }));

  test("a reader that pauses again and again loses nothing", () =>
    withPair(options, async (stream, peer) => {
      const size = 8 * MEGABYTE;
      for (let offset = 0; offset < size; offset += MEGABYTE) peer.write(patternAt(offset, MEGABYTE));
      let total = 0;
      for (let round = 0; total < size; round++) {
        const bytes = await stream.readBytes(Math.min(size - total, 50_000 + round * 7919));
        if (!inPlace(bytes, total)) throw new Error(`a piece is out of place at ${total}`);
        total += bytes.length;
        // Long enough for the stream to fill up and stop, and for the peer to notice.
        if (round % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        else await new Promise((resolve) => setImmediate(resolve));
      }
      assert.is(stream.unreadLength, 0);
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

  test("a peer that has closed its side gets an answer far larger than any buffer", () =>
    serving(
      options,
      async (stream) => {
        assert.is(String(await stream.readUntil("?")), "request?");
        for (let offset = 0; offset < 8 * MEGABYTE; offset += MEGABYTE) {
          await stream.write(patternAt(offset, MEGABYTE));
        }
        stream.close();
      },
      async (port) => {
        const peer = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
        peer.end("request?");
        let total = 0;
        for await (const bytes of peer as AsyncIterable<Buffer>) {
          if (!inPlace(bytes, total)) throw new Error(`a piece is out of place at ${total}`);
          total += bytes.length;
        }
        assert.is(total, 8 * MEGABYTE);
      },
    ));

  test("end() closes our side only: the peer reads to the end and closes", () =>
    serving(
      options,
      async (stream) => {
        const request = await stream.readUntilClose();
        assert.is(request.length, MEGABYTE);
      },
      async (port) => {
        const client = new IOStream(options);
        await client.connect({ port, host: "127.0.0.1" });
        void client.write(patternAt(0, MEGABYTE));
        client.end();
        assert.is((await client.readUntilClose()).length, 0);
      },
    ));

  test("an answer to a half-close is read to its end", () =>
    withPair(options, async (stream, peer) => {
      void stream.write("question");
      stream.end();
      const late = stream.write("x").catch((error: { code?: string }) => error.code);
      assert.is(await late, CLOSED, "~> a write after it fails at once");
      assert.not.ok(stream.closed());
      let question = "";
      peer.on("data", (bytes: Buffer) => (question += String(bytes)));
      await once(peer, "end");
      assert.is(question, "question");
      peer.end(patternAt(0, MEGABYTE));
      assert.is((await stream.readBytes(MEGABYTE)).length, MEGABYTE);
      assert.is((await stream.readUntilClose()).length, 0);
    }));

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

  test("500 connections reset at once are noticed by all", async () => {
    const noticed: Promise<unknown>[] = [];
    await serving(
      options,
      async (stream) => {
        noticed.push(new Promise<void>((resolve) => stream.setCloseCallback(resolve)));
        await stream.readUntil("\n");
        await stream.readUntil("\n");
      },
      async (port) => {
        const peers = await Promise.all(
          Array.from({ length: 500 }, async () => {
            const peer = net.connect({ port, host: "127.0.0.1" });
            peer.on("error", () => undefined);
            await once(peer, "connect");
            await new Promise<void>((resolve) => peer.write("line\n", () => resolve()));
            return peer;
          }),
        );
        while (noticed.length < peers.length) await new Promise((resolve) => setImmediate(resolve));
        for (const peer of peers) peer.resetAndDestroy();
        await Promise.all(noticed);
      },
    );
  });

  test("100 MB go through in bounded memory, both ways", async () => {
    const size = 100 * MEGABYTE;
    const peak = new Peak();
    await serving(
      options,
      async (stream) => {
        let received = 0;
        while (received < size) {
          const bytes = await stream.readBytes(MEGABYTE, { partial: true });
          if (!inPlace(bytes, received)) throw new Error(`a piece is out of place at ${received}`);
          received += bytes.length;
        }
        for (let sent = 0; sent < size; sent += MEGABYTE) await stream.write(patternAt(sent, MEGABYTE));
        stream.close();
      },
      async (port) => {
        const client = new IOStream(options);
        await client.connect({ port, host: "127.0.0.1" });
        for (let sent = 0; sent < size; sent += MEGABYTE) {
          await client.write(patternAt(sent, MEGABYTE));
          peak.sample(25);
        }
        const target = new Uint8Array(MEGABYTE);
        let received = 0;
        while (received < size) {
          const count = await client.readInto(target, { partial: true });
          if (!inPlace(target.subarray(0, count), received)) throw new Error(`a piece is out of place at ${received}`);
          received += count;
          peak.sample(400);
        }
        assert.is(received, size);
        client.close();
      },
    );
    assert.ok(peak.arrayBuffers < 16, `~> ${peak.arrayBuffers} MB more in buffers than at the start`);
    assert.ok(peak.rss < 80, `~> ${peak.rss} MB more than at the start`);
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
