/**
 * `addHandler` over real sockets, pipes of children and numbers. A callback is awaited, not a clock: `Watcher` collects its calls.
 */
import { spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { PassThrough } from "node:stream";
import type { Duplex, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { IOLoop } from "../../src/loop/ioloop.ts";
import { recordsOf } from "./fixtures/recorder.ts";
import { startFixture } from "./fixtures/spawn.ts";

const test = suite("IOLoop handlers");
const loop = IOLoop.current();
const { NONE, READ, WRITE, ERROR } = IOLoop;

const iterations = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => loop.addCallback(resolve));
};

/** Two ends of a connection, destroyed after the test. */
async function withPair(run: (near: Socket, far: Socket) => Promise<void>): Promise<void> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const near = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", allowHalfOpen: true });
  const far = await accepted;
  far.on("error", () => {});
  try {
    await run(near, far);
  } finally {
    loop.removeHandler(near);
    near.on("error", () => {}).destroy();
    far.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("READ comes with data and again while data is left, then once with the end", async () => {
  await withPair(async (near, far) => {
    const pieces: string[] = [];
    const ended = new Promise<void>((resolve) => {
      loop.addHandler(
        near,
        (key, events, stream) => {
          assert.is(key, near);
          assert.is(stream, near);
          assert.is(events, READ);
          // Three bytes of what there is: the rest must be reported again.
          const piece = (near.read(Math.min(3, near.readableLength)) ?? near.read()) as Buffer | null;
          if (piece !== null) pieces.push(piece.toString());
          if (near.readableEnded) {
            loop.removeHandler(near);
            resolve();
          }
        },
        READ,
      );
    });
    far.end("abcdefgh");
    await ended;
    assert.is(pieces.join(""), "abcdefgh");
    assert.ok(pieces.length >= 3);
  });
});

test("data that came before the handler is reported", async () => {
  const stream = new PassThrough();
  stream.write("early");
  await iterations(2);
  const got = await new Promise<unknown>((resolve) => {
    loop.addHandler(stream, () => resolve(stream.read()), READ);
  });
  assert.is(String(got), "early");
  loop.removeHandler(stream);
  stream.destroy();
});

test("WRITE comes after connecting, in every iteration while asked for, and not while the stream is full", async () => {
  await withPair(async (near, far) => {
    let calls = 0;
    await new Promise<void>((resolve) => {
      loop.addHandler(
        near,
        (_key, events) => {
          assert.is(events, WRITE);
          assert.not(near.connecting);
          if (++calls === 3) resolve();
        },
        WRITE,
      );
    });
    loop.updateHandler(near, NONE);
    await iterations(3);
    assert.is(calls, 3, "no call without interest");
    // Nobody reads: fill the connection until the stream says that it is full.
    while (near.write(Buffer.alloc(256 * 1024)));
    loop.updateHandler(near, WRITE);
    await iterations(3);
    const whileFull = calls;
    assert.is(whileFull, 3, "no call while full");
    far.resume();
    await new Promise<void>((resolve) => near.once("drain", resolve));
    await iterations(2);
    assert.ok(calls > whileFull, "called again after drain");
  });
});

test("READ and WRITE that are ready together come in one call", async () => {
  await withPair(async (near, far) => {
    await new Promise<void>((resolve) => near.once("connect", resolve));
    far.write("x");
    const seen = new Set<number>();
    await new Promise<void>((resolve) => {
      loop.addHandler(
        near,
        (_key, events) => {
          seen.add(events);
          if (events & READ) resolve();
        },
        READ | WRITE,
      );
    });
    assert.ok(seen.has(READ | WRITE));
  });
});

test("a handler removed by another one in the same turn is not called", async () => {
  const [one, two] = [new PassThrough(), new PassThrough()];
  const called: string[] = [];
  for (const [name, stream, other] of [
    ["one", one, two],
    ["two", two, one],
  ] as const) {
    stream.write("x");
    loop.addHandler(
      stream,
      () => {
        called.push(name);
        loop.removeHandler(other);
        loop.removeHandler(stream);
      },
      READ,
    );
  }
  await iterations(4);
  assert.is(called.length, 1);
});

test("adding twice is an error, removing or never having added is not; a removed one may be added again", async () => {
  const stream = new PassThrough();
  const code = (run: () => void): unknown => {
    try {
      run();
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
    return undefined;
  };
  loop.addHandler(stream, () => {}, READ);
  assert.is(
    code(() => loop.addHandler(stream, () => {}, READ)),
    "ERR_LANDSPOUT_HANDLER_EXISTS",
  );
  for (let i = 0; i < 20; i++) {
    loop.removeHandler(stream);
    loop.removeHandler(stream);
    loop.addHandler(stream, () => {}, READ | WRITE);
  }
  loop.removeHandler(stream);
  loop.removeHandler(999);
  assert.is(
    code(() => loop.updateHandler(stream, READ)),
    "ERR_LANDSPOUT_NO_HANDLER",
  );
  assert.is(
    code(() => loop.addHandler(stream, () => {}, 2)),
    "ERR_LANDSPOUT_BAD_EVENTS",
  );
  assert.is(
    code(() => loop.addHandler({} as Readable, () => {}, READ)),
    "ERR_LANDSPOUT_BAD_HANDLER",
  );
  for (const event of ["readable", "end", "error", "close", "drain", "connect"]) {
    assert.is(stream.listenerCount(event), new PassThrough().listenerCount(event), `no listener left for ${event}`);
  }
  stream.destroy();
});

test("a failure comes as ERROR even when nothing was asked for, and ends the handler with the stream", async () => {
  await withPair(async (near, far) => {
    await new Promise<void>((resolve) => near.once("connect", resolve));
    const events = new Promise<number>((resolve) => loop.addHandler(near, (_key, bits) => resolve(bits), NONE));
    near.resume();
    far.resetAndDestroy();
    assert.is(await events, ERROR);
    if (!near.closed) await new Promise<void>((resolve) => near.once("close", () => resolve()));
    await iterations(3);
    // The handler is gone with its stream: adding again is no error.
    const again = new Promise<number>((resolve) => loop.addHandler(near, (_key, bits) => resolve(bits), READ));
    assert.is((await again) & ERROR, ERROR, "a stream that is closed already says so");
  });
});

test("an exception in a handler is logged and the handler stays", async () => {
  const stream = new PassThrough();
  let calls = 0;
  const records = await recordsOf("application", async () => {
    stream.write("x");
    loop.addHandler(
      stream,
      function brokenHandler() {
        stream.read();
        if (++calls === 1) throw new Error("handler failure");
      },
      READ,
    );
    await iterations(3);
    stream.write("y");
    await iterations(3);
  });
  loop.removeHandler(stream);
  stream.destroy();
  assert.is(calls, 2);
  assert.is(records.length, 1);
  assert.match(records[0] ?? "", /Exception in callback brokenHandler\n[^]*handler failure/);
});

test("the standard output of a child can be waited for", async () => {
  const child = spawn(process.execPath, ["-e", "console.log('from the child')"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const text = await new Promise<string>((resolve) => {
    let all = "";
    loop.addHandler(
      child.stdout,
      (stdout) => {
        let chunk: Buffer | null;
        while ((chunk = stdout.read() as Buffer | null) !== null) all += chunk.toString();
        if (!stdout.readableEnded) return;
        loop.removeHandler(stdout);
        resolve(all);
      },
      READ,
    );
  });
  assert.is(text, "from the child\n");
});

test("the number of a pipe is read through the stream that comes with the call", async () => {
  // The shell makes real pipes; what spawn() calls a pipe is a socket.
  const fixture = fileURLToPath(new URL("./fixtures/fd-reader.ts", import.meta.url));
  const command = `printf piped | "$0" ${process.execArgv.map((arg) => `'${arg}'`).join(" ")} '${fixture}' 0`;
  const child = spawn("sh", ["-c", command, process.execPath], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal([code, output], [0, `0 ${READ} piped\nend\n`]);
});

test("the number of a socket is read and written", async () => {
  const { process: child, ended } = startFixture("fd-reader.ts", ["3", "answer"], ["ignore", "pipe", "pipe", "pipe"]);
  const peer = child.stdio[3] as Duplex;
  let answer = "";
  peer.on("data", (chunk: Buffer) => {
    answer += chunk.toString();
    if (answer === "answer to question") peer.end();
  });
  peer.on("error", () => {});
  peer.write("question");
  const { code, output, errors } = await ended;
  assert.equal([code, output, errors, answer], [0, `3 ${READ} question\nend\n`, "", "answer to question"]);
});

test("a number that is no socket, pipe or terminal is refused", () => {
  const file = openSync(fileURLToPath(import.meta.url), "r");
  const isBadFd = (error: { code: string }): boolean => error.code === "ERR_LANDSPOUT_BAD_FD";
  try {
    assert.throws(() => loop.addHandler(file, () => {}, READ), isBadFd);
    assert.throws(() => loop.addHandler(987_654, () => {}, READ), isBadFd);
  } finally {
    closeSync(file);
  }
});

test("close({ allFds: true }) destroys the streams that have a handler, close() leaves them", async () => {
  for (const allFds of [true, false]) {
    const own = new IOLoop({ makeCurrent: false });
    const stream = new PassThrough();
    own.addHandler(stream, () => assert.unreachable("called after close"), READ);
    own.close({ allFds });
    assert.is(stream.destroyed, allFds);
    stream.write("x");
    await iterations(2);
    stream.destroy();
  }
});

test.run();
