/** Time and memory: slow senders, slow readers, endless pipelines; the client that leaves; the end of a server. */
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, serving, SETUPS, withPeer } from "../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const get = (path: string): string => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
const OK = { code: 200, reason: "OK" };

function answer({ connection }: HTTPServerRequest, body = "ok"): void {
  connection.writeHeaders(OK, new HTTPHeaders({ "Content-Length": body.length }), body);
  connection.finish();
}

/** A promise and what settles it. */
function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

for (const [name, setup] of SETUPS) {
  const times = suite(`time · ${name}`, { deadline: 20 });

  times("closes a connection that stays idle, without a word", () =>
    serving(answer, { ...setup, idleConnectionTimeout: 0.1 }, (port, server) =>
      withPeer(port, async (peer) => {
        peer.write(get("/"));
        assert.is((await peer.answer()).status, 200);
        let reset = false;
        peer.socket.on("error", () => (reset = true));
        assert.is(await peer.rest(), "");
        assert.ok(peer.ended && !reset, "by a FIN");
        peer.finish();
        while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
        assert.not(reset);
      }),
    ),
  );
  times("answers a head that does not come to an end with 408", () => {
    expectLog(/head did not arrive in time/);
    return serving(answer, { ...setup, headerTimeout: 0.1 }, (port) =>
      withPeer(port, async (peer) => {
        peer.write("GET / HTTP/1.1\r\nHost: loc");
        const got = await peer.answer();
        assert.is(got.status, 408);
        assert.is(got.headers["connection"], "close");
        assert.is(await peer.rest(), "");
      }),
    );
  });
  for (const [title, options] of [
    ["pauses", { bodyIdleTimeout: 0.1 }],
    ["takes too long", { bodyTimeout: 0.1 }],
  ] as const) {
    times(`answers content that ${title} with 408`, () => {
      expectLog(/content did not arrive in time/);
      return serving(answer, { ...setup, ...options }, (port) =>
        withPeer(port, async (peer) => {
          peer.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`);
          assert.is((await peer.answer()).status, 408);
          assert.is(await peer.rest(), "");
        }),
      );
    });
  }
  times("destroys a connection whose client reads nothing", () => {
    const gone = deferred();
    const large = Buffer.alloc(32 * 1024 * 1024, "x");
    return serving(
      ({ connection }) => {
        connection.writeHeaders(OK, new HTTPHeaders({ "Content-Length": large.length }));
        connection.setCloseCallback(() => gone.resolve());
        void connection.write(large);
      },
      { ...setup, writeTimeout: 0.2 },
      (port) =>
        withPeer(port, async (peer) => {
          peer.socket.pause();
          peer.write(get("/"));
          await gone.promise;
        }),
    );
  });
  times("gives a new connection its whole time, however long there was none before", () =>
    serving(answer, { ...setup, idleConnectionTimeout: 0.4 }, async (port, server) => {
      await withPeer(port, async (peer) => {
        peer.write(get("/"));
        await peer.answer();
      });
      while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 600));
      await withPeer(port, async (peer) => {
        // Twice the time between two looks at the connections, half the time it has.
        await new Promise((resolve) => setTimeout(resolve, 200));
        peer.write(get("/"));
        assert.is((await peer.answer()).status, 200);
      });
    }),
  );
  times("gives up on a client that does not close", () =>
    serving(answer, { ...setup, lingerTimeout: 0.1 }, (port, server) =>
      withPeer(port, async (peer) => {
        peer.write(`GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
        await peer.answer();
        while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
      }),
    ),
  );
  times.run();

  const memory = suite(`memory · ${name}`, { deadline: 60 });
  memory("stops reading a pipeline whose answers nobody reads", () => {
    let served = 0;
    const body = "x".repeat(10_000);
    return serving(
      (request) => {
        served++;
        answer(request, body);
      },
      setup,
      (port) =>
        withPeer(port, async (peer) => {
          peer.socket.pause();
          const requests = get("/").repeat(1000);
          // As much as the two systems between us take, and no more.
          for (let i = 0; i < 200 && peer.socket.writableLength < 2_000_000; i++) {
            peer.socket.write(requests);
            await new Promise((resolve) => setImmediate(resolve));
          }
          const before = served;
          await new Promise((resolve) => setTimeout(resolve, 100));
          assert.ok(served < 20_000, `${served} answered, none read`);
          peer.socket.resume();
          for (let i = 0; i < before; i++) await peer.answer();
        }),
    );
  });
  memory("lets other connections have their turn during a long pipeline", () =>
    serving(answer, setup, (port) =>
      withPeer(port, (first) =>
        withPeer(port, async (second) => {
          first.write(get("/").repeat(5000));
          second.write(get("/"));
          assert.is((await second.answer()).status, 200);
          for (let i = 0; i < 5000; i++) await first.answer();
        }),
      ),
    ),
  );
  memory.run();

  const leaving = suite(`leaving · ${name}`, { deadline: 20 });
  /** Serves one request that never ends; `use` gets what is told about its client. */
  const held = (
    options: object,
    use: (peer: Peer, request: Promise<HTTPServerRequest>, left: Promise<void>) => Promise<void>,
  ) => {
    const arrived = deferred<HTTPServerRequest>();
    const left = deferred();
    return serving(
      (request) => {
        request.connection.setCloseCallback(() => left.resolve());
        arrived.resolve(request);
      },
      { ...setup, ...options },
      (port) => withPeer(port, (peer) => use(peer, arrived.promise, left.promise)),
    );
  };
  for (const [what, request] of [
    ["a GET", get("/")],
    ["a POST that was read", `POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nhi`],
    ["a request with another behind it", get("/") + get("/")],
  ] as const) {
    leaving(`tells of a client that leaves during ${what}`, () =>
      held({}, async (peer, arrived, left) => {
        peer.write(request);
        const { signal } = await arrived;
        assert.not(signal.aborted);
        peer.destroy();
        await left;
        assert.ok(signal.aborted);
      }),
    );
    leaving(`tells of a client that resets during ${what}`, () =>
      held({}, async (peer, arrived, left) => {
        peer.write(request);
        const { signal } = await arrived;
        peer.socket.resetAndDestroy();
        await left;
        assert.ok(signal.aborted);
      }),
    );
  }
  leaving("does not tell of a client whose answer was complete", async () => {
    let told = 0;
    const signals: AbortSignal[] = [];
    await serving(
      (request) => {
        request.connection.setCloseCallback(() => told++);
        signals.push(request.signal);
        answer(request);
      },
      setup,
      (port, server) =>
        withPeer(port, async (peer) => {
          peer.write(get("/") + `POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nhi`);
          await peer.answer();
          await peer.answer();
          peer.destroy();
          while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
        }),
    );
    assert.is(told, 0);
    assert.equal(
      signals.map(({ aborted }) => aborted),
      [false, false],
    );
  });
  leaving("answers a client that has closed its side only, and takes that for leaving", () =>
    held({}, async (peer, arrived, left) => {
      peer.write(get("/"));
      const request = await arrived;
      peer.finish();
      await left;
      answer(request);
      assert.is((await peer.answer()).body, "ok");
      assert.is(await peer.rest(), "");
    }),
  );
  leaving("does not take that for leaving where told so", () =>
    held({ halfClose: "answer" }, async (peer, arrived) => {
      peer.write(get("/"));
      const request = await arrived;
      peer.finish();
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      assert.not(request.signal.aborted);
      answer(request);
      assert.is((await peer.answer()).body, "ok");
    }),
  );
  leaving("lets writes to a client that left come to nothing", () =>
    held({}, async (peer, arrived, left) => {
      peer.write(get("/"));
      const { connection } = await arrived;
      peer.socket.resetAndDestroy();
      await left;
      while (!connection.lost) await new Promise((resolve) => setImmediate(resolve));
      const written = connection.writeHeaders(OK, new HTTPHeaders());
      connection.finish();
      try {
        await written;
        assert.unreachable();
      } catch (error) {
        assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_STREAM_CLOSED");
      }
    }),
  );
  leaving.run();

  const shutdown = suite(`shutdown · ${name}`, { deadline: 20 });
  shutdown("ends with idle, half-sent, slow, stalled and waiting clients within its deadline", async () => {
    const waiting = deferred();
    const large = Buffer.alloc(16 * 1024 * 1024, "x");
    const server = new HTTPServer((request) => {
      if (request.path === "/wait") waiting.resolve();
      else if (request.path === "/large") {
        request.connection.writeHeaders(OK, new HTTPHeaders({ "Content-Length": large.length }), large);
        request.connection.finish();
      } else answer(request);
    }, setup);
    await server.listen(0, "127.0.0.1");
    const peers: Peer[] = [];
    for (const bytes of [
      get("/"),
      "GET / HTTP/1.1\r\nHo",
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\na`,
      get("/large"),
      get("/wait"),
    ]) {
      const peer = await Peer.connect(server.port);
      if (bytes === get("/large")) peer.socket.pause();
      peer.write(bytes);
      peers.push(peer);
    }
    await (peers[0] as Peer).answer();
    await waiting.promise;
    const idle = (peers[0] as Peer).rest();
    await server.shutdown({ deadline: 0.3 });
    assert.is(await idle, "");
    assert.is(server.connectionCount, 0);
    for (const peer of peers) peer.destroy();
  });
  shutdown("waits for a running request, and says that the connection closes", async () => {
    const arrived = deferred<HTTPServerRequest>();
    const server = new HTTPServer((request) => arrived.resolve(request), setup);
    await server.listen(0, "127.0.0.1");
    const peer = await Peer.connect(server.port);
    peer.write(get("/"));
    const request = await arrived.promise;
    const ended = server.shutdown({ deadline: 10 });
    answer(request);
    assert.is((await peer.answer()).headers["connection"], "close");
    assert.is(await peer.rest(), "");
    peer.destroy();
    await ended;
  });
  shutdown("accepts nothing more after stop, and may be stopped twice", async () => {
    const server = new HTTPServer(answer, setup);
    await server.listen(0, "127.0.0.1");
    const { port } = server;
    await server.stop();
    await server.stop();
    try {
      await Peer.connect(port);
      assert.unreachable();
    } catch (error) {
      assert.is((error as { code?: string }).code, "ECONNREFUSED");
    }
  });
  shutdown.run();

  const failing = suite(`failing handlers · ${name}`, { deadline: 20 });
  failing("answers an exception with 500, and cuts an answer that has begun", () => {
    expectLog(/boom early/);
    expectLog(/boom late/);
    return serving(
      async ({ path, connection }) => {
        if (path === "/early") throw new Error("boom early");
        await connection.writeHeaders(OK, new HTTPHeaders({ "Content-Length": 100 }), "begun");
        throw new Error("boom late");
      },
      setup,
      async (port) => {
        await withPeer(port, async (peer) => {
          peer.write(get("/early"));
          const got = await peer.answer();
          assert.is(got.status, 500);
          assert.is(got.headers["connection"], "close");
          assert.not.match(got.body, "boom");
        });
        await withPeer(port, async (peer) => {
          peer.write(get("/late"));
          assert.match(await peer.rest(), /begun$/);
        });
      },
    );
  });
  failing.run();
}
