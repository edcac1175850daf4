/** Writes of an IOStream, over TCP and unix sockets, by each road: their order, when they settle, their limit, and Nagle's delay. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { expectLog } from "../_support/suite.ts";
import { rejection } from "./_pair.ts";
import { CLOSED, closing, eachKind, Inbox, MEGABYTE, reset, text, until } from "./_streams.ts";

eachKind("writes", { deadline: 10 }, (test, { open, options }) => {
  test("settle in order, when the system has taken them", () =>
    open(async (stream, peer) => {
      const inbox = new Inbox(peer);
      const order: number[] = [];
      const sizes = [1, 300_000, 2, 0, 65_536, 1_000_000, 3, 0, 0, 70_000, 1];
      const pieces = sizes.map((size, i) => Buffer.alloc(size, 65 + i));
      const writes = pieces.map((piece, i) => stream.write(piece).then(() => order.push(i)));
      await Promise.all(writes);
      assert.equal(order, Array.from(sizes.keys()));
      assert.not.ok(stream.writing());
      const all = Buffer.concat(pieces);
      assert.ok((await inbox.take(all.length)).equals(all));
    }));

  test("text is UTF-8; an empty write is one; views are sent as far as they reach", () =>
    open(async (stream, peer) => {
      const inbox = new Inbox(peer);
      await stream.write("");
      await stream.write(new Uint8Array(0));
      void stream.write("é€😀");
      const block = Buffer.from("0123456789");
      void stream.write(block.subarray(2, 4));
      await stream.write(new Uint8Array(block.buffer, block.byteOffset + 5, 1));
      assert.is(String(await inbox.take(12)), "é€😀235");
      assert.is(inbox.length, 12);
    }));

  test("a callback may be the last argument", () =>
    open(async (stream, peer) => {
      assert.is(await new Promise((resolve) => stream.write("x", (error) => resolve(error))), undefined);
      const closed = closing(stream);
      peer.destroy();
      await closed;
      const error = await new Promise((resolve) => stream.write("x", (failed) => resolve(failed)));
      assert.is((error as { code?: string }).code, CLOSED);
    }));

  test("a callback that throws is logged and stops nothing", () =>
    open(async (stream, peer) => {
      const inbox = new Inbox(peer);
      const log = expectLog(/thrown after a write/, { logger: "application", level: "error" });
      stream.write("a", () => {
        throw new Error("thrown after a write");
      });
      await stream.write("b");
      assert.is(text(await inbox.take(2)), "ab");
      assert.is(log.records.length, 1);
    }));

  test("20,000 small writes at once: none is lost, all settle", () =>
    open(async (stream, peer) => {
      const inbox = new Inbox(peer);
      const count = 20_000;
      let settled = 0;
      const writes: Promise<unknown>[] = [];
      for (let i = 0; i < count; i++) writes.push(stream.write(`${i}\n`).then(() => settled++));
      const expected = Array.from({ length: count }, (_none, i) => `${i}\n`).join("");
      assert.is(text(await inbox.take(expected.length)), expected);
      await Promise.all(writes);
      assert.is(settled, count);
    }));

  test("do not settle while the peer does not read; all of them do when it goes on", () =>
    open(async (stream, peer) => {
      peer.pause();
      let settled = 0;
      const writes = Array.from({ length: 32 }, () => stream.write(Buffer.alloc(MEGABYTE)).then(() => settled++));
      assert.ok(stream.writing());
      let before = -1;
      while (before !== settled) {
        before = settled;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.ok(settled < 32, "~> nobody can have taken 32 MB");
      assert.ok(stream.unsentLength > 0);
      peer.resume();
      await Promise.all(writes);
      assert.is(settled, 32);
    }));

  test("maxWriteBufferSize: what would be more is refused, the rest goes out and the stream lives", () =>
    open(
      async (stream, peer) => {
        await rejection(stream.write(Buffer.alloc(100_001))).then((error) =>
          assert.is(error.code, "ERR_LANDSPOUT_STREAM_BUFFER_FULL", "~> in one piece"),
        );
        peer.pause();
        let sent = 0;
        let refused: (Error & { code?: string }) | undefined;
        const pending: Promise<void>[] = [];
        while (refused === undefined) {
          const write = stream.write(Buffer.alloc(10_000, 1));
          // Only the turn after a refusal shows it; bytes the system takes at once never count.
          write.then(
            () => (sent += 10_000),
            (error: Error & { code?: string }) => (refused ??= error),
          );
          pending.push(write);
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert.is(refused.code, "ERR_LANDSPOUT_STREAM_BUFFER_FULL");
        assert.not.ok(stream.closed());
        const inbox = new Inbox(peer);
        peer.resume();
        const results = await Promise.allSettled(pending);
        assert.is(inbox.length <= sent, true);
        await stream.write("end");
        const all = await inbox.take(sent + 3);
        assert.is(text(all.subarray(-3)), "end");
        assert.is(results.filter(({ status }) => status === "fulfilled").length * 10_000, sent);
      },
      { maxWriteBufferSize: 100_000 },
    ));

  test("a write that is refused takes no room", () =>
    open(
      async (stream, peer) => {
        const inbox = new Inbox(peer);
        for (let i = 0; i < 10; i++)
          assert.match((await rejection(stream.write(Buffer.alloc(11)))).message, "10 bytes");
        await stream.write(Buffer.alloc(10));
        await inbox.take(10);
      },
      { maxWriteBufferSize: 10 },
    ));

  test("unsentLength falls while one large write goes out", () =>
    open(async (stream, peer) => {
      peer.pause();
      const size = 16 * MEGABYTE;
      const write = stream.write(Buffer.alloc(size));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const first = stream.unsentLength;
      assert.ok(first > 0 && first < size, `~> ${first} of ${size}: the system has taken a part`);
      const inbox = new Inbox(peer);
      peer.resume();
      await until(() => stream.unsentLength < first);
      await write;
      await inbox.take(size);
      assert.is(stream.unsentLength, 0);
    }));

  test("fail with the cause when the connection is reset under them; none stays pending", () =>
    open(async (stream, peer) => {
      peer.pause();
      const writes = Array.from({ length: 32 }, () => stream.write(Buffer.alloc(MEGABYTE)));
      const results = Promise.allSettled(writes);
      await new Promise((resolve) => setTimeout(resolve, 10));
      reset(peer);
      const failed = (await results).filter((result) => result.status === "rejected");
      assert.ok(failed.length > 0);
      for (const { reason } of failed) assert.is((reason as { code?: string }).code, CLOSED);
      assert.not.ok(stream.writing());
      assert.is((await rejection(stream.write("x"))).code, CLOSED);
    }));

  test("both sides write at once more than any buffer holds", () =>
    open(async (stream, peer) => {
      const size = 8 * MEGABYTE;
      const inbox = new Inbox(peer);
      peer.write(Buffer.alloc(size, 1));
      const [bytes] = await Promise.all([stream.readBytes(size), stream.write(Buffer.alloc(size, 2))]);
      assert.is(bytes.length, size);
      assert.ok((await inbox.take(size)).every((byte) => byte === 2));
    }));

  test("Nagle's delay can be turned off and on at any time, before the connection too", async () => {
    await open(async (stream, peer) => {
      const inbox = new Inbox(peer);
      for (const on of [true, false, true]) {
        stream.setNodelay(on);
        await stream.write("x");
      }
      await inbox.take(3);
      stream.close();
      stream.setNodelay(true);
    });
    const server = net.createServer((socket) => void socket.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const stream = new IOStream(options);
    stream.setNodelay(true);
    await stream.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
    assert.is(text(await stream.readUntilClose()), "hello");
    server.close();
    await once(server, "close");
  });

  test("writes made before the connection stands follow it, in order", async () => {
    const server = net.createServer((socket) => void socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const stream = new IOStream(options);
    const order: string[] = [];
    const connected = stream.connect({ port: (server.address() as net.AddressInfo).port, host: "127.0.0.1" });
    const writes = ["a", "b"].map((letter) => stream.write(letter).then(() => order.push(letter)));
    assert.ok(stream.writing());
    await connected.then(() => order.push("connected"));
    await Promise.all(writes);
    await stream.write("c");
    assert.equal(order, ["connected", "a", "b"]);
    assert.is(text(await stream.readBytes(3)), "abc");
    stream.close();
    const brief = new IOStream(options);
    void brief.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
    const written = brief.write("all");
    brief.end();
    await written;
    assert.is(text(await brief.readUntilClose()), "all", "~> and so does end()");
    server.close();
    await once(server, "close");
  });
});
