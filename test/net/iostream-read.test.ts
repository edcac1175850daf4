/**
 * Reads of an IOStream, on streams that were connected and accepted, over TCP and unix sockets, by each road: every shape, its
 * limits, and what becomes of bytes that nobody had asked for when the peer left.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { expectLog } from "../_support/suite.ts";
import { rejection } from "./_pair.ts";
import { CLOSED, closing, eachKind, reset, text, until } from "./_streams.ts";

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

eachKind("reads", { deadline: 3 }, (test, { open }) => {
  test("bytes: exactly so many, fewer with partial, none at once", () =>
    open(async (stream, peer) => {
      assert.is((await stream.readBytes(0)).length, 0);
      const six = stream.readBytes(6);
      for (const letter of "abcdef") {
        peer.write(letter);
        await turn();
      }
      assert.is(text(await six), "abcdef");
      const some = stream.readBytes(1000, { partial: true });
      assert.ok(stream.reading());
      peer.write("gh");
      assert.ok("gh".startsWith(text(await some)));
      assert.not.ok(stream.reading());
      for (const size of [-1, 1.5, Number.NaN]) assert.throws(() => void stream.readBytes(size), /number of bytes/);
    }));

  test("what partial reads give belongs to the caller", () =>
    open(async (stream, peer) => {
      peer.write("first");
      const first = await stream.readBytes(5);
      peer.write("other");
      assert.is(text(await stream.readBytes(5)), "other");
      assert.is(text(first), "first");
    }));

  test("until a delimiter across reads of one byte", () =>
    open(async (stream, peer) => {
      for (const delimiter of ["\n", "\r\n", "\r\n\r\n", "abab"]) {
        const message = `abaXabX\rX\nX\r\nX${delimiter}`;
        const line = stream.readUntil(delimiter);
        for (const letter of message) {
          peer.write(letter, "latin1");
          await turn();
        }
        let got = text(await line);
        while (got.length < message.length) got += text(await stream.readUntil(delimiter));
        assert.is(got, message);
      }
    }));

  test("thousands of lines in one read, and a line longer than any read", () =>
    open(async (stream, peer) => {
      peer.write(Array.from({ length: 20_000 }, (_none, i) => `${i}\n`).join(""));
      for (let i = 0; i < 20_000; i++) assert.is(text(await stream.readUntil("\n")), `${i}\n`);
      peer.write(`${"x".repeat(300_000)}END`);
      assert.is((await stream.readUntil("END")).length, 300_003);
    }));

  test("a delimiter of any bytes, longer than the parser's memory has room for too", () =>
    open(async (stream, peer) => {
      const delimiter = Buffer.alloc(5000, 0xff);
      peer.write(Buffer.concat([Buffer.alloc(4999, 0xff), Buffer.from([0]), delimiter, Buffer.from("rest")]));
      assert.is((await stream.readUntil(delimiter)).length, 10_000);
      assert.is(text(await stream.readBytes(4)), "rest");
      assert.throws(() => void stream.readUntil(""), /delimiter/);
    }));

  test("maxBytes: a result of exactly that size passes, one byte more closes the stream", async () => {
    await open(async (stream, peer) => {
      peer.write("abc\nabcd\n");
      assert.is(text(await stream.readUntil("\n", { maxBytes: 4 })), "abc\n");
      const closed = closing(stream);
      expectLog(/delimiter "\\n" not found within 4 bytes, closing connection/, { level: "info" });
      const error = await rejection(stream.readUntil("\n", { maxBytes: 4 }));
      assert.is(error.code, CLOSED);
      assert.is(codeOf(error.cause), "ERR_LANDSPOUT_UNSATISFIABLE_READ");
      await closed;
      assert.ok(stream.closed());
      assert.is(stream.error, error.cause);
      assert.is(text(await stream.readUntil("\n")), "abcd\n", "~> what is there can be read otherwise");
      assert.is((await rejection(stream.readUntil("\n"))).cause, error.cause, "~> reads after it say why");
      assert.is((await rejection(stream.write("x"))).cause, error.cause);
    });
    await open(async (stream, peer) => {
      const head = stream.readUntilRegex(/c/, { maxBytes: 3 });
      peer.write("abc");
      assert.is(text(await head), "abc");
      expectLog("/c/ not found within 2 bytes");
      peer.write("abc");
      const error = await rejection(stream.readUntilRegex(/c/, { maxBytes: 2 }));
      assert.is(codeOf(error.cause), "ERR_LANDSPOUT_UNSATISFIABLE_READ");
    });
  });

  test("until an expression matches, in a dialogue where each side waits for the other", () =>
    open(async (stream, peer) => {
      const greeting = stream.readUntilRegex(/\r?\n/);
      peer.write("220 a long greeting of a server");
      await until(() => peer.bytesWritten === 31);
      await new Promise((resolve) => setTimeout(resolve, 20));
      // Fewer bytes than there were before: they must be looked at although nothing follows them.
      peer.write("\r\n");
      assert.is(text(await greeting), "220 a long greeting of a server\r\n");
      peer.write("a1b2c");
      assert.is(text(await stream.readUntilRegex(/[0-9]/)), "a1");
      assert.is(text(await stream.readUntilRegex(/[0-9]/g)), "b2");
      assert.is(text(await stream.readUntilRegex(/x*/y)), "", "~> an empty match at the start");
      peer.end("\xe9end", "latin1");
      assert.is(text(await stream.readUntilRegex(/\xe9.*d$/)), "c\xe9end");
    }));

  test("an expression is not searched anew for each of many packets in a row", () =>
    open(async (stream, peer) => {
      const size = 8_000_000;
      peer.write("x".repeat(size));
      peer.write("END");
      assert.is((await stream.readUntilRegex(/END/)).length, size + 3);
    }));

  test("into a buffer of the caller's, whole and in part", () =>
    open(async (stream, peer) => {
      const target = new Uint8Array(10).fill(46);
      const filled = stream.readInto(target.subarray(2, 7));
      peer.write("abc");
      await turn();
      peer.write("defg");
      assert.is(await filled, 5);
      assert.is(text(target), "..abcde...");
      assert.is(await stream.readInto(target, { partial: true }), 2);
      assert.is(text(target), "fgabcde...");
      assert.is(await stream.readInto(new Uint8Array(0)), 0);
      const large = new Uint8Array(1_000_000);
      peer.write(Buffer.alloc(1_000_000, "z"));
      assert.is(await stream.readInto(large), 1_000_000);
      assert.ok(large.every((byte) => byte === 122));
    }));

  test("until the peer closes, with what had come before", () =>
    open(async (stream, peer) => {
      peer.write("line\n");
      assert.is(text(await stream.readUntil("\n")), "line\n");
      const all = stream.readUntilClose();
      for (let i = 0; i < 10; i++) peer.write("x".repeat(50_000));
      peer.end("end");
      assert.is((await all).length, 500_003);
      assert.ok(stream.closed());
      assert.is((await stream.readUntilClose()).length, 0);
      assert.is((await rejection(stream.readBytes(1))).code, CLOSED);
    }));

  test("a callback may be the last argument, behind options or without", () =>
    open(async (stream, peer) => {
      peer.write("ab\ncd1efghi");
      const next = <T>(read: (callback: (error: Error | undefined, result?: T) => void) => void): Promise<unknown> =>
        new Promise((resolve) => read((error, result) => resolve(error ?? result)));
      const bytes = async (read: (callback: (error: Error | undefined, result?: Buffer) => void) => void) =>
        text((await next(read)) as Buffer);
      assert.is(await bytes((done) => stream.readUntil("\n", done)), "ab\n");
      assert.is(await bytes((done) => stream.readUntilRegex(/\d/, { maxBytes: 9 }, done)), "cd1");
      assert.is(await bytes((done) => stream.readBytes(1, done)), "e");
      assert.is(await bytes((done) => stream.readBytes(1, { partial: true }, done)), "f");
      const target = new Uint8Array(2);
      assert.is(await next((done) => stream.readInto(target, done)), 2);
      assert.is(text(target), "gh");
      const failed = next((done) => stream.readUntil("\n", undefined, done));
      peer.end();
      assert.is(codeOf(await failed), CLOSED);
      assert.is(await bytes((done) => stream.readUntilClose(done)), "i");
    }));

  test("a callback may read, close and throw; what it throws is logged", () =>
    open(async (stream, peer) => {
      peer.write("1\n2\n3\n");
      const lines = await new Promise((resolve) => {
        const seen: string[] = [];
        const next = (_error: Error | undefined, line?: Buffer): void => {
          if (line === undefined) return resolve(seen);
          seen.push(text(line));
          if (seen.length === 3) stream.close();
          stream.readUntil("\n", next);
        };
        stream.readUntil("\n", next);
      });
      assert.equal(lines, ["1\n", "2\n", "3\n"]);
      const log = expectLog(/thrown in a callback/, { logger: "application", level: "error" });
      stream.readBytes(1, () => {
        throw new Error("thrown in a callback");
      });
      await until(() => log.records.length === 1);
    }));

  test("one read at a time: a second is an error of its own kind, and does the first no harm", () =>
    open(async (stream, peer) => {
      const first = stream.readUntil("\n");
      for (const second of [
        () => stream.readBytes(1),
        () => stream.readUntilClose(),
        () => stream.readInto(new Uint8Array(1)),
        () => stream.readUntilRegex(/x/),
      ]) {
        const error = await rejection((async () => second())());
        assert.is(error.code, "ERR_LANDSPOUT_ALREADY_READING");
      }
      peer.write("line\n");
      assert.is(text(await first), "line\n");
    }));

  test("maxBufferSize: more without a match ends the stream; more than that in the pipe does not", async () => {
    await open(
      async (stream, peer) => {
        peer.write("x".repeat(300_000));
        for (let i = 0; i < 300; i++) assert.is((await stream.readBytes(1000)).length, 1000);
        const closed = closing(stream);
        expectLog(/more than 10000 bytes came without satisfying the read/);
        peer.write("x".repeat(300_000));
        const error = await rejection(stream.readUntil("\n"));
        assert.is(error.code, "ERR_LANDSPOUT_STREAM_BUFFER_FULL");
        await closed;
        assert.is(stream.error, error);
        await until(() => peer.destroyed);
      },
      { maxBufferSize: 10_000 },
    );
    await open(
      async (stream, peer) => {
        expectLog(/more than 10000 bytes/);
        peer.write("x".repeat(100_000));
        assert.is((await rejection(stream.readUntilClose())).code, "ERR_LANDSPOUT_STREAM_BUFFER_FULL");
      },
      { maxBufferSize: 10_000 },
    );
  });

  // Around what is read ahead (65,536): below, within the bytes held behind it, and beyond.
  for (const size of [10, 65_536, 65_537, 100_000, 130_000, 200_000, 1_000_000]) {
    test(`${size} bytes nobody had asked for are still there when the peer has left`, async () => {
      for (const watched of [true, false]) {
        await open(async (stream, peer) => {
          peer.write("x");
          assert.is((await stream.readBytes(1)).length, 1);
          if (watched) stream.setCloseCallback(() => undefined);
          peer.end(Buffer.alloc(size, 1));
          await until(() => peer.writableFinished || size > 65_536);
          await new Promise((resolve) => setTimeout(resolve, 10));
          assert.is((await stream.readBytes(size)).length, size);
          assert.is((await rejection(stream.readBytes(1))).code, CLOSED);
        });
      }
    });
    test(`${size} bytes that came before anybody read are there, and so is the end`, async () => {
      await open(async (stream, peer) => {
        peer.end(Buffer.alloc(size, 1));
        await new Promise((resolve) => setTimeout(resolve, 10));
        assert.is((await stream.readUntilClose()).length, size);
        assert.ok(stream.closed());
      });
    });
  }

  test("a peer that sent nothing and left before anybody read: the read ends", () =>
    open(async (stream, peer) => {
      peer.end();
      await until(() => stream.peerEnded);
      assert.is((await rejection(stream.readUntil("\n"))).code, CLOSED);
      assert.ok(stream.closed());
    }));

  test("reads after close() get what is there, then StreamClosedError; nothing that comes later", () =>
    open(async (stream, peer) => {
      peer.write("one\ntwo\n");
      assert.is(text(await stream.readUntil("\n")), "one\n");
      stream.close();
      peer.write("later\n");
      assert.is(text(await stream.readUntil("\n")), "two\n");
      await new Promise((resolve) => setTimeout(resolve, 10));
      const error = await rejection(stream.readUntil("\n"));
      assert.is(error.code, CLOSED);
      assert.is(error.cause, undefined, "~> nothing went wrong");
    }));

  test("close(error) is the cause of what fails", () =>
    open(async (stream) => {
      const reason = new Error("enough");
      const reading = rejection(stream.readBytes(1));
      stream.close(reason);
      const error = await reading;
      assert.is(error.code, CLOSED);
      assert.is(error.cause, reason);
      assert.is((error as { realError?: Error }).realError, reason);
      assert.is(stream.error, reason);
      assert.is((await rejection(stream.readUntilRegex(/x/))).cause, reason);
    }));

  test("what nobody awaits never becomes an unhandled rejection", () =>
    open(async (stream, peer) => {
      void stream.readUntil("\n");
      void stream.write("x".repeat(5_000_000));
      const closed = closing(stream);
      reset(peer);
      await closed;
      void stream.readBytes(1);
      void stream.readUntilRegex(/x/);
      void stream.readInto(new Uint8Array(1));
      void stream.write("x");
      void stream.startTls(false);
      // The suite fails on an unhandled rejection; they are reported once the microtasks are done.
      await turn();
    }));
});
