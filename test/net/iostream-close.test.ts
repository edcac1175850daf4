/**
 * The ways an IOStream ends, over TCP and unix sockets, by each road: half-close, full close and reset by the peer, with and without
 * somebody reading; `close` by us, at any time; `IOStream.from` a socket that is there.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { rejection } from "./_pair.ts";
import { CLOSED, closing, eachKind, Inbox, KINDS, MEGABYTE, reset, text, until } from "./_streams.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;
/** A port nobody listens on, and one where connections are never answered. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

eachKind("ends", { deadline: 10 }, (test, { open, options, unix }) => {
  for (const [what, leave] of [
    ["half-close", (peer: net.Socket) => void peer.end()],
    ["close", (peer: net.Socket) => void peer.destroy()],
    ["reset", reset],
  ] as const) {
    test(`a ${what} is noticed though nobody reads, and told once`, () =>
      open(async (stream, peer) => {
        let calls = 0;
        const closed = new Promise<void>((resolve) =>
          stream.setCloseCallback(() => {
            calls++;
            resolve();
          }),
        );
        leave(peer);
        await closed;
        assert.ok(stream.closed());
        stream.close();
        await turn();
        await turn();
        assert.is(calls, 1);
        assert.is((await rejection(stream.readBytes(1))).code, CLOSED);
        assert.is((await rejection(stream.write("x"))).code, CLOSED);
      }));

    test(`a ${what} is noticed while idle between two reads`, () =>
      open(async (stream, peer) => {
        peer.write("line\n");
        assert.is(text(await stream.readUntil("\n")), "line\n");
        const closed = closing(stream);
        leave(peer);
        await closed;
      }));

    test(`a ${what} ends the read that waits, before the close is told`, () =>
      open(async (stream, peer) => {
        const events: unknown[] = [];
        const closed = new Promise<void>((resolve) =>
          stream.setCloseCallback(() => {
            events.push("closed");
            resolve();
          }),
        );
        stream.readUntil("\n").catch((error: unknown) => events.push(codeOf(error)));
        leave(peer);
        await closed;
        assert.equal(events, [CLOSED, "closed"]);
      }));
  }

  if (!unix) {
    test("a reset is the error of the stream, and the cause of what fails", () =>
      open(async (stream, peer) => {
        const reading = rejection(stream.readBytes(1));
        peer.resetAndDestroy();
        const error = await reading;
        assert.is(error.code, CLOSED);
        assert.is(codeOf(error.cause), "ECONNRESET");
        assert.is(stream.error, error.cause);
        assert.is((await rejection(stream.write("x"))).cause, error.cause);
        assert.is((await rejection(stream.readBytes(1))).cause, error.cause);
      }));
  }

  test("an orderly end is no error", () =>
    open(async (stream, peer) => {
      const reading = rejection(stream.readBytes(1));
      peer.end();
      assert.is((await reading).cause, undefined);
      assert.is(stream.error, undefined);
    }));

  test("a peer that has closed its side still gets an answer, made later, until somebody reads beyond what it sent", () =>
    open(async (stream, peer) => {
      const inbox = new Inbox(peer);
      peer.end("question\n");
      assert.is(text(await stream.readUntil("\n")), "question\n");
      await until(() => stream.peerEnded);
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.not.ok(stream.closed());
      await stream.write("answer");
      assert.is(text(await inbox.take(6)), "answer");
      const ended = once(peer, "end");
      assert.is((await rejection(stream.readUntil("\n"))).code, CLOSED);
      assert.ok(stream.closed());
      await ended;
    }));

  test("a close callback that comes late is called; replaced, only the last; removed, none", () =>
    open(async (stream, peer) => {
      const called: string[] = [];
      stream.setCloseCallback(() => called.push("first"));
      stream.setCloseCallback(() => called.push("second"));
      stream.setCloseCallback(undefined);
      peer.end();
      await until(() => stream.peerEnded);
      await turn();
      assert.equal(called, []);
      stream.setCloseCallback(() => called.push("third"));
      await until(() => called.length > 0);
      assert.equal(called, ["third"]);
      await new Promise<void>((resolve) => stream.setCloseCallback(resolve));
    }));

  test("close() in a close callback, in a read's callback and twice in a row does no harm; what throws is logged", () =>
    open(async (stream, peer) => {
      const log = expectLog(/thrown when closed/, { logger: "application", level: "error" });
      peer.write("x");
      stream.setCloseCallback(() => {
        stream.close();
        throw new Error("thrown when closed");
      });
      stream.readBytes(1, () => {
        stream.close();
        stream.close();
      });
      await until(() => log.records.length > 0);
      assert.is(log.records.length, 1);
    }));

  test("the close callback is never called before close() returns", () =>
    open(async (stream) => {
      let called = false;
      const closed = new Promise<void>((resolve) =>
        stream.setCloseCallback(() => {
          called = true;
          resolve();
        }),
      );
      stream.close();
      assert.not.ok(called);
      assert.ok(stream.closed());
      await closed;
    }));

  test("close() gives a waiting read nothing, but a readUntilClose what there is", async () => {
    await open(async (stream, peer) => {
      peer.write("xabc");
      await stream.readBytes(1);
      const reading = rejection(stream.readUntil("\n"));
      stream.close();
      assert.is((await reading).code, CLOSED);
      assert.is(text(await stream.readBytes(3)), "abc");
    });
    await open(async (stream, peer) => {
      peer.write("xabc");
      await stream.readBytes(1);
      const reading = stream.readUntilClose();
      stream.close();
      assert.is(text(await reading), "abc");
    });
  });

  test("close() sends what was written before, however much, to a peer that reads late", () =>
    open(async (stream, peer) => {
      const size = 4 * MEGABYTE;
      const write = stream.write(Buffer.alloc(size, 1));
      const last = stream.write("end");
      stream.close();
      assert.is((await rejection(stream.write("x"))).code, CLOSED);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const inbox = new Inbox(peer);
      await once(peer, "end");
      assert.is(inbox.length, size + 3);
      await Promise.all([write, last]);
    }));

  test("close(error) drops what was not sent", () =>
    open(async (stream, peer) => {
      peer.pause();
      const reason = new Error("enough");
      const write = rejection(stream.write(Buffer.alloc(32 * MEGABYTE)));
      stream.close(reason);
      const error = await write;
      assert.is(error.code, CLOSED);
      assert.is(error.cause, reason);
      peer.resume();
      await until(() => peer.destroyed || peer.readableEnded);
    }));

  test("closeTimeout: a peer that takes nothing after close() is dropped", () =>
    open(
      async (stream, peer) => {
        peer.pause();
        const write = rejection(stream.write(Buffer.alloc(32 * MEGABYTE)));
        stream.close();
        assert.is((await write).code, CLOSED);
        assert.ok(stream.isClosed);
      },
      { closeTimeout: 0.05 },
    ));

  test("what still comes after close() is dropped and does not keep the connection", () =>
    open(async (stream, peer) => {
      peer.write("x");
      await stream.readBytes(1);
      peer.write(Buffer.alloc(MEGABYTE));
      stream.close();
      await until(() => peer.destroyed || peer.readableEnded || stream.isClosed);
      await until(() => stream.isClosed);
      const late = await stream.readUntilClose();
      assert.ok(late.length < MEGABYTE);
    }));

  test("destroy() lets everything fail", () =>
    open(async (stream, peer) => {
      const closed = closing(stream);
      const failed = Promise.all([
        rejection(stream.readBytes(1)),
        rejection(stream.write(Buffer.alloc(32 * MEGABYTE))),
      ]);
      peer.pause();
      stream.destroy();
      for (const error of await failed) assert.is(error.code, CLOSED);
      await closed;
    }));

  if (unix) return;

  test("a connection that is refused says why, to everybody", async () => {
    const stream = new IOStream(options);
    const closed = closing(stream);
    const port = await freePort();
    const connecting = rejection(stream.connect(port, "127.0.0.1"));
    const write = rejection(stream.write("x"));
    const read = rejection(stream.readBytes(1));
    for (const error of [await connecting, await write, await read]) {
      assert.is(error.code, CLOSED);
      assert.is(codeOf(error.cause), "ECONNREFUSED");
    }
    await closed;
    assert.is(codeOf(stream.error), "ECONNREFUSED");
    assert.is((await rejection(stream.connect(port))).code, CLOSED);
    // Nobody awaits this one: no unhandled rejection.
    void new IOStream(options).connect(port, "127.0.0.1");
    const error = await new Promise((resolve) => new IOStream(options).connect(port, "127.0.0.1", resolve));
    assert.is(codeOf(error), CLOSED);
  });

  test("a stream that is not connected takes no writes, and closes", async () => {
    const stream = new IOStream(options);
    assert.is((await rejection(stream.write("x"))).code, CLOSED);
    const closed = closing(stream);
    stream.close();
    await closed;
    assert.is((await rejection(stream.connect(1, "127.0.0.1"))).code, CLOSED);
  });

  test("close() while connecting: the connection is given up, nothing stays pending", async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => {
      socket.on("error", () => undefined);
      socket.resume();
      sockets.push(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    const stream = new IOStream(options);
    const connecting = rejection(stream.connect(port, "127.0.0.1"));
    const writing = rejection(stream.write("x"));
    const closed = closing(stream);
    stream.close();
    for (const error of [await connecting, await writing]) assert.is(error.code, CLOSED);
    await closed;
    server.close();
    // It waits for all connections: none may be left.
    await once(server, "close");
    assert.ok(sockets.every((socket) => socket.destroyed));
  });
});

const slow = suite("a slow close", { deadline: 30 });

slow("a peer that takes a part now and then gets everything, in longer than closeTimeout", () =>
  KINDS[0]?.open(
    async (stream, peer) => {
      peer.pause();
      const size = 40 * MEGABYTE;
      const write = stream.write(Buffer.alloc(size));
      let rounds = 0;
      stream.close();
      let received = 0;
      let rest = 0;
      peer.on("data", (piece: Buffer) => {
        received += piece.length;
        rest -= piece.length;
        if (rest < 0) peer.pause();
      });
      while (received < size) {
        // More than the system holds for it, so that the stream sees a part leave.
        rest = 6 * MEGABYTE;
        rounds++;
        peer.resume();
        await until(() => peer.isPaused() || received === size);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      await write;
      assert.ok(rounds > 4, `~> ${rounds} rounds: it was not slow`);
    },
    { closeTimeout: 1 },
  ),
);

slow.run();

const test = suite("IOStream.from", { deadline: 10 });

/** A socket accepted by a server of Node's, and the one at its other end. */
async function sockets(use: (accepted: net.Socket, peer: net.Socket) => Promise<void>): Promise<void> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepting = once(server, "connection");
  const peer = net.connect({
    port: (server.address() as net.AddressInfo).port,
    host: "127.0.0.1",
    allowHalfOpen: true,
  });
  peer.on("error", () => undefined);
  const [accepted] = (await accepting) as [net.Socket];
  try {
    await use(accepted, peer);
  } finally {
    accepted.destroy();
    peer.destroy();
    server.close();
    await once(server, "close");
  }
}

test("reads, answers a half-closed peer and closes", () =>
  sockets(async (accepted, peer) => {
    const stream = IOStream.from(accepted);
    const inbox = new Inbox(peer);
    peer.end("one\ntwo\n");
    assert.is(text(await stream.readUntil("\n")), "one\n");
    await until(() => stream.peerEnded);
    await stream.write("answer");
    assert.is(text(await inbox.take(6)), "answer");
    assert.is(text(await stream.readUntilClose()), "two\n");
    await until(() => peer.readableEnded);
  }));

test("has the limits it is given", () =>
  sockets(async (accepted, peer) => {
    const stream = IOStream.from(accepted, { maxBufferSize: 1000, parser: "ts" });
    assert.is(stream.parser.kind, "ts");
    expectLog(/more than 1000 bytes/);
    peer.write(Buffer.alloc(2000));
    assert.is((await rejection(stream.readUntil("\n"))).code, "ERR_LANDSPOUT_STREAM_BUFFER_FULL");
  }));

test("is closed where the socket is gone, and refuses one that decodes text", () =>
  sockets(async (accepted, peer) => {
    peer.setEncoding("utf8");
    assert.throws(() => IOStream.from(peer), /decodes text/);
    accepted.destroy();
    const stream = IOStream.from(accepted);
    assert.ok(stream.closed());
    assert.is((await rejection(stream.readBytes(1))).code, CLOSED);
  }));

test("100,000 lines each way", () =>
  sockets(async (accepted, peer) => {
    const stream = IOStream.from(accepted);
    const other = IOStream.from(peer);
    const count = 100_000;
    for (let i = 0; i < count; i++) void other.write(`${i}\n`);
    for (let i = 0; i < count; i++) assert.is(text(await stream.readUntil("\n")), `${i}\n`);
    other.close();
    assert.is((await stream.readUntilClose()).length, 0);
  }));

test.run();
