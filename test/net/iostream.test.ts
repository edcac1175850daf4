/** IOStream: reads of every shape, writes, and the ways a stream ends (Tornado's `iostream_test`). */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { rejection, ROADS, withPair } from "./_pair.ts";

const text = (bytes: Buffer): string => bytes.toString("latin1");
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (const [road, options] of ROADS) {
  const test = suite(`IOStream, ${road}`, { deadline: 20 });

  test("reads bytes: exactly, partly, none", () =>
    withPair(options, async (stream, peer) => {
      assert.is((await stream.readBytes(0)).length, 0);
      peer.write("abcdef");
      assert.is(text(await stream.readBytes(3)), "abc");
      assert.is(text(await stream.readBytes(100, { partial: true })), "def");
      const slow = stream.readBytes(4);
      peer.write("gh");
      await turn();
      assert.ok(stream.reading());
      peer.write("ij");
      assert.is(text(await slow), "ghij");
      assert.throws(() => void stream.readBytes(-1), /number of bytes/);
    }));

  test("reads until a delimiter, wherever it is cut", () =>
    withPair(options, async (stream, peer) => {
      for (const delimiter of ["\n", "\r\n", "\r\n\r\n", "--boundary--", "x".repeat(40)]) {
        const message = `some text ${delimiter}`;
        for (let cut = 0; cut <= message.length; cut++) {
          const line = stream.readUntil(delimiter);
          peer.write(message.slice(0, cut));
          await turn();
          peer.write(message.slice(cut));
          assert.is(text(await line), message);
        }
      }
      peer.write("a\nb\nc");
      assert.is(text(await stream.readUntil("\n")), "a\n");
      assert.is(text(await stream.readUntil("\n")), "b\n");
      assert.is(text(await stream.readBytes(1)), "c");
      assert.throws(() => void stream.readUntil(""), /delimiter/);
    }));

  test("maxBytes: what fits exactly passes, one byte more ends the stream", async () => {
    await withPair(options, async (stream, peer) => {
      peer.write("abc\nabcd\n");
      assert.is(text(await stream.readUntil("\n", { maxBytes: 4 })), "abc\n");
      expectLog(/not found within 4 bytes/);
      const error = await rejection(stream.readUntil("\n", { maxBytes: 4 }));
      assert.is(error.code, "ERR_LANDSPOUT_STREAM_CLOSED");
      assert.match(String((error.cause as { code?: string }).code), "UNSATISFIABLE");
      assert.ok(stream.closed());
    });
    await withPair(options, async (stream, peer) => {
      peer.write("abcdef");
      expectLog(/not found within 4 bytes/);
      const error = await rejection(stream.readUntil("\n", { maxBytes: 4 }));
      assert.is(error.code, "ERR_LANDSPOUT_STREAM_CLOSED");
      assert.match(String((error.cause as { code?: string }).code), "UNSATISFIABLE");
    });
    await withPair(options, async (stream, peer) => {
      peer.write("abcdef1");
      expectLog(/not found within 4 bytes/);
      const error = await rejection(stream.readUntilRegex(/[0-9]/, { maxBytes: 4 }));
      assert.match(String((error.cause as { code?: string }).code), "UNSATISFIABLE");
    });
  });

  test("reads until an expression matches", () =>
    withPair(options, async (stream, peer) => {
      peer.write("GET / HTTP/1.0\r");
      const head = stream.readUntilRegex(/\r?\n\r?\n/);
      await turn();
      peer.write("\nHost: a\n\nrest");
      assert.is(text(await head), "GET / HTTP/1.0\r\nHost: a\n\n");
      assert.is(text(await stream.readBytes(4)), "rest");
    }));

  test("reads into a buffer of the caller's", () =>
    withPair(options, async (stream, peer) => {
      const target = new Uint8Array(5);
      peer.write("abcdefg");
      assert.is(await stream.readInto(target), 5);
      assert.is(Buffer.from(target).toString(), "abcde");
      assert.is(await stream.readInto(target, { partial: true }), 2);
      assert.is(Buffer.from(target).toString(), "fgcde");
    }));

  test("reads until the peer closes; what it sent before is not lost", () =>
    withPair(options, async (stream, peer) => {
      const all = stream.readUntilClose();
      peer.write("one ");
      await turn();
      peer.end("two");
      assert.is(text(await all), "one two");
      assert.ok(stream.closed());
      assert.is((await stream.readUntilClose()).length, 0, "~> once more there is nothing");
    }));

  test("bytes that have come are still there after the end", () =>
    withPair(options, async (stream, peer) => {
      const closed = new Promise<void>((resolve) => stream.setCloseCallback(resolve));
      peer.end("line\nrest");
      await closed;
      assert.is(text(await stream.readUntil("\n")), "line\n");
      const error = await rejection(stream.readBytes(100));
      assert.is(error.code, "ERR_LANDSPOUT_STREAM_CLOSED");
    }));

  test("takes a callback as last argument; one that throws is logged", () =>
    withPair(options, async (stream, peer) => {
      peer.write("abc\ndefg");
      const line = await new Promise((resolve) => stream.readUntil("\n", {}, (_error, bytes) => resolve(bytes)));
      assert.is(text(line as Buffer), "abc\n");
      const target = new Uint8Array(2);
      assert.is(await new Promise((resolve) => stream.readInto(target, {}, (_error, size) => resolve(size))), 2);
      expectLog(/thrown in a callback/);
      stream.readBytes(2, {}, () => {
        throw new Error("thrown in a callback");
      });
      await turn();
      const failed = new Promise((resolve) => stream.readUntilClose((error, bytes) => resolve([error, bytes?.length])));
      peer.end();
      assert.equal(await failed, [undefined, 0]);
    }));

  test("one read at a time", () =>
    withPair(options, async (stream, peer) => {
      const first = stream.readBytes(1);
      const error = await rejection(
        (async () => {
          await stream.readBytes(1);
        })(),
      );
      assert.match(String(error.code), /ERR_LANDSPOUT_.*READ/);
      peer.write("a");
      assert.is(text(await first), "a");
    }));

  test("a buffer that is full ends the stream, a pipeline that is longer does not", async () => {
    await withPair({ ...options, maxBufferSize: 10_000 }, async (stream, peer) => {
      peer.write("x".repeat(100_000));
      for (let i = 0; i < 100; i++) assert.is((await stream.readBytes(1000)).length, 1000);
    });
    await withPair({ ...options, maxBufferSize: 10_000 }, async (stream, peer) => {
      peer.write("x".repeat(100_000));
      expectLog(/more than 10000 bytes/);
      const error = await rejection(stream.readUntil("\n"));
      assert.match(String(error.code), "BUFFER");
      assert.ok(stream.closed());
    });
  });

  test("writes leave in order, small and large, and settle when they are out", () =>
    withPair(options, async (stream, peer) => {
      const pieces = [1, 100_000, 3, 0, 1_000_000, 5].map((size, i) => Buffer.alloc(size, i + 65));
      let received = Buffer.alloc(0);
      const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
      const done = new Promise<void>((resolve) => {
        peer.on("data", (chunk: Buffer) => {
          received = Buffer.concat([received, chunk]);
          if (received.length === total) resolve();
        });
      });
      await Promise.all(pieces.map((piece) => stream.write(piece)));
      assert.not.ok(stream.writing());
      await done;
      assert.ok(received.equals(Buffer.concat(pieces)));
      await new Promise<void>((resolve) => stream.write("text", () => resolve()));
    }));

  test("a write beyond maxWriteBufferSize is refused, the stream lives", () =>
    withPair({ ...options, maxWriteBufferSize: 1_000_000 }, async (stream, peer) => {
      peer.pause();
      const writes = Array.from({ length: 40 }, () =>
        stream.write(Buffer.alloc(500_000)).catch((error: unknown) => error),
      );
      const refused = (await Promise.race([
        Promise.all(writes.slice(-1)),
        new Promise((_resolve, reject) => setTimeout(() => reject(new Error("not refused")), 5000).unref()),
      ])) as [{ code?: string }];
      assert.match(String(refused[0].code), "BUFFER");
      assert.not.ok(stream.closed());
      peer.resume();
      await writes[0];
    }));

  test("a close is told once, to reads first, though nobody reads", () =>
    withPair(options, async (stream, peer) => {
      const events: string[] = [];
      const pending = stream.readBytes(1).catch((error: { code?: string }) => events.push(String(error.code)));
      const closed = new Promise<void>((resolve) => {
        stream.setCloseCallback(() => {
          events.push("closed");
          stream.close();
          resolve();
        });
      });
      peer.end();
      await Promise.all([pending, closed]);
      assert.equal(events, ["ERR_LANDSPOUT_STREAM_CLOSED", "closed"]);
    }));

  test("a reset while idle is noticed, its cause kept", () =>
    withPair(options, async (stream, peer) => {
      const closed = new Promise<void>((resolve) => stream.setCloseCallback(resolve));
      peer.resetAndDestroy();
      await closed;
      const error = await rejection(stream.readBytes(1));
      assert.is(error.code, "ERR_LANDSPOUT_STREAM_CLOSED");
      const late = await rejection(stream.write("x"));
      assert.is(late.code, "ERR_LANDSPOUT_STREAM_CLOSED");
    }));

  test("nobody has to wait for what fails", () =>
    withPair(options, async (stream, peer) => {
      void stream.readUntil("\n");
      void stream.write("x".repeat(10_000_000));
      peer.resetAndDestroy();
      await once(peer, "close");
      await new Promise((resolve) => setTimeout(resolve, 20));
      // An unhandled rejection would end the process.
      assert.ok(stream.closed());
    }));

  test("close() sends what was written before", () =>
    withPair(options, async (stream, peer) => {
      const size = 2_000_000;
      let received = 0;
      const ended = once(peer, "end");
      peer.on("data", (chunk: Buffer) => {
        received += chunk.length;
      });
      void stream.write(Buffer.alloc(size));
      stream.close();
      await ended;
      assert.is(received, size);
      assert.ok(stream.closed());
    }));

  test("speaks over a unix socket too", () =>
    withPair(
      options,
      async (stream, peer) => {
        peer.write("hello\n");
        assert.is(text(await stream.readUntil("\n")), "hello\n");
        await stream.write("bye");
        const [bytes] = (await once(peer, "data")) as [Buffer];
        assert.is(String(bytes), "bye");
      },
      true,
    ));

  test("a connection that is refused says why; a stream connects once", async () => {
    const stream = new IOStream(options);
    const error = await rejection(stream.connect({ port: 1, host: "127.0.0.1" }));
    assert.is(error.code, "ERR_LANDSPOUT_STREAM_CLOSED");
    assert.ok(error.cause instanceof Error);
    assert.ok(stream.closed());
    assert.is((await rejection(new IOStream(options).write("x"))).code, "ERR_LANDSPOUT_STREAM_CLOSED");
    await withPair(options, async (connected) => {
      assert.is((await rejection(connected.connect(1))).code, "ERR_LANDSPOUT_CONNECTED");
    });
  });

  test("Nagle's delay can be turned off and on", () =>
    withPair(options, async (stream) => {
      stream.setNodelay(true);
      stream.setNodelay(false);
      await turn();
      assert.not.ok(stream.closed());
    }));

  test.run();
}
