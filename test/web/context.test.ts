/**
 * Asynchronous contexts of requests: every hook of a request sees the stores that request has set, by `enterWith` or `run`, and none that
 * another has, in whatever context its bytes were held, drained, timed out or closed. Plain and TLS, one connection and several.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import { inject } from "../../src/testing/index.ts";
import { Application, EventSourceHandler, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import type { OutputTransformFactory, RequestTrace } from "../../src/web/index.ts";
import { certificate } from "../_support/certificates.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, serving, SETUPS } from "../_support/wire.ts";

const storage = new AsyncLocalStorage<string>();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What hooks saw, as `request: hook: store`, for those that run when nothing can be answered any more. */
let seen: string[] = [];
let wake: () => void = () => undefined;
async function until(count: number): Promise<void> {
  while (seen.length < count) await new Promise<void>((resolve) => (wake = resolve));
}

/** Says who it is in `?as=`. Its answer is what each of its hooks saw. */
abstract class Watched extends RequestHandler {
  readonly as: string = this.getArgument("as");
  saw: string[] = [];
  note(hook: string): void {
    const line = `${hook} ${String(storage.getStore())}`;
    // Content may come in any number of chunks.
    if (this.saw.at(-1) !== line) this.saw.push(line);
  }
  tell(hook: string): void {
    seen.push(`${this.as}: ${hook} ${String(storage.getStore())}`);
    wake();
  }
  answer(): void {
    this.write(this.saw.join(", "));
  }
}

class Now extends Watched {
  override prepare(): void {
    this.note("prepare");
    storage.enterWith(this.as);
  }
  override get(): void {
    this.note("get");
    this.answer();
  }
  override post(): void {
    this.note("post");
    this.answer();
  }
}
/** Only its method sets the store, after it was asked what it is: an earlier one would show. */
class Late extends Watched {
  override async get(): Promise<void> {
    this.note("get");
    storage.enterWith(this.as);
    await turn();
    this.note("then");
    this.answer();
  }
}
class Runs extends Watched {
  override get(): Promise<void> {
    this.note("get");
    return storage.run(this.as, async () => {
      await turn();
      this.note("then");
      this.answer();
      this.finish();
    });
  }
}
class Prepares extends Watched {
  override async prepare(): Promise<void> {
    this.note("prepare");
    storage.enterWith(this.as);
    await turn();
  }
  override get(): void {
    this.note("get");
    this.answer();
  }
}
class Streams extends Watched {
  override prepare(): void {
    this.note("prepare");
    storage.enterWith(this.as);
  }
  override dataReceived(): Promise<void> {
    this.note("data");
    // For this call only.
    storage.enterWith("a chunk's");
    return turn();
  }
  override post(): void {
    this.note("post");
    this.answer();
  }
}
streamRequestBody(Streams);
class Large extends Watched {
  override get(): void {
    storage.enterWith(this.as);
    this.write(Buffer.alloc(3_000_000, "x"));
  }
}
class Fails extends Watched {
  override get(): void {
    storage.enterWith(this.as);
    throw new Error("meant");
  }
}
/** Never answers; tells how it is left. */
class Waits extends Watched {
  override prepare(): void {
    storage.enterWith(this.as);
  }
  override async get(): Promise<void> {
    this.request.signal.addEventListener("abort", () => this.tell("signal"));
    this.request.shutdownSignal.addEventListener("abort", () => this.tell("shutdownSignal"));
    this.tell("get");
    await turn();
    await new Promise<void>(() => undefined);
  }
  override onConnectionClose(): void {
    this.tell("onConnectionClose");
    storage.enterWith("a hook's");
  }
  override onShutdown(): void {
    this.tell("onShutdown");
    this.finish();
  }
}
class Half extends Watched {
  override prepare(): void {
    storage.enterWith(this.as);
  }
  override dataReceived(): void {
    this.tell("data");
  }
  override onConnectionClose(): void {
    this.tell("onConnectionClose");
  }
  override post(): void {}
}
streamRequestBody(Half);

/** Tells in which context a chunk of an event stream is transformed. */
const telling: OutputTransformFactory = () => ({
  transformFirstChunk: (status, _headers, chunk) => ({ status, chunk }),
  transformChunk: (chunk) => {
    seen.push(`transform ${String(storage.getStore())}`);
    return chunk;
  },
});
/** Sets nothing itself. */
class Traced extends Watched {
  override prepare(): void {
    this.note("prepare");
  }
  override async get(): Promise<void> {
    this.note("get");
    await turn();
    this.note("then");
    this.answer();
  }
  override post(): void {
    this.note("post");
    this.answer();
  }
  override onFinish(): void {
    this.tell("onFinish");
  }
}
class TracedStream extends Traced {
  override dataReceived(): void {
    this.note("data");
  }
}
streamRequestBody(TracedStream);
const streams = new Map<string, Events>();
class Events extends EventSourceHandler {
  readonly as: string = this.getArgument("as");
  override open(): void {
    storage.enterWith(this.as);
    streams.set(this.as, this);
    this.addCloseListener(() => seen.push(`${this.as}: listener ${String(storage.getStore())}`));
  }
  override onClose(): void {
    seen.push(`${this.as}: onClose ${String(storage.getStore())}`);
    wake();
  }
}

const ROUTES = [
  ["/now", Now],
  ["/late", Late],
  ["/runs", Runs],
  ["/prepares", Prepares],
  ["/streams", Streams],
  ["/large", Large],
  ["/fails", Fails],
  ["/waits", Waits],
  ["/half", Half],
  ["/events", Events],
  ["/traced", Traced],
  ["/traced-stream", TracedStream],
] as const;

const secure = certificate("localhost");
const get = (path: string, as: string): string => `GET /${path}?as=${as} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const post = (path: string, as: string, body: string): string =>
  `POST /${path}?as=${as} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A request, and what its hooks have to see. */
const KINDS: readonly (readonly [request: (as: string) => string, expected: (as: string) => string])[] = [
  [(as) => get("now", as), (as) => `prepare undefined, get ${as}`],
  [(as) => get("late", as), (as) => `get undefined, then ${as}`],
  [(as) => get("now", as), (as) => `prepare undefined, get ${as}`],
  [(as) => get("runs", as), (as) => `get undefined, then ${as}`],
  [(as) => post("now", as, "a form"), (as) => `prepare undefined, post ${as}`],
  [(as) => get("prepares", as), (as) => `prepare undefined, get ${as}`],
  [(as) => post("streams", as, "x".repeat(9)), (as) => `prepare undefined, data ${as}, post ${as}`],
  [(as) => post("now", as, "a form"), (as) => `prepare undefined, post ${as}`],
];

for (const [name, setup] of [...SETUPS, ["TLS", { ssl: secure }] as const]) {
  const test = suite(`contexts of requests, ${name}`, { deadline: 60 });
  const isSecure = "ssl" in setup;

  const connect = async (port: number): Promise<Peer> => {
    if (!isSecure) return Peer.connect(port);
    const socket = tls.connect({ port, host: "127.0.0.1", servername: "localhost", ca: secure.cert });
    await once(socket, "secureConnect");
    return Peer.over(socket);
  };
  async function withPeers(
    count: number,
    use: (peers: Peer[], server: HTTPServer) => Promise<void>,
    options: HTTPServerOptions = {},
    transform?: OutputTransformFactory,
  ): Promise<void> {
    seen = [];
    const app = new Application([...ROUTES], { accessLog: false });
    if (transform !== undefined) app.addTransform(transform);
    await serving(app, { ...setup, ...options }, async (port, server) => {
      const peers = [];
      for (let i = 0; i < count; i++) peers.push(await connect(port));
      try {
        await use(peers, server);
      } finally {
        for (const peer of peers) peer.destroy();
      }
    });
  }

  test("pipelined, in one write and byte by byte: each request sees its own", () =>
    withPeers(3, async (peers) => {
      const all = peers.map(async (peer, connection) => {
        for (let round = 0; round < 4; round++) {
          const names = KINDS.map((_kind, i) => `c${connection}r${round}q${i}`);
          const bytes = KINDS.map(([request], i) => request(names[i] as string)).join("");
          if (round % 2 === 0) peer.write(bytes);
          else void peer.writeSlowly(bytes);
          for (const [i, [, expected]] of KINDS.entries())
            assert.is((await peer.answer()).body, expected(names[i] as string));
        }
      });
      await Promise.all(all);
    }));

  test("one after the other on one connection: nothing stays", () =>
    withPeers(1, async ([peer]) => {
      for (let i = 0; i < 3; i++)
        for (const [request, expected] of KINDS) {
          (peer as Peer).write(request(`q${i}`));
          assert.is((await (peer as Peer).answer()).body, expected(`q${i}`));
        }
    }));

  test("what waits for a slow reader begins on its own", () =>
    withPeers(1, async ([peer]) => {
      peer?.socket.pause();
      peer?.write(get("large", "big") + get("now", "small") + get("late", "late"));
      await pause(50);
      peer?.socket.resume();
      assert.is((await (peer as Peer).answer()).body.length, 3_000_000);
      assert.is((await (peer as Peer).answer()).body, "prepare undefined, get small");
      assert.is((await (peer as Peer).answer()).body, "get undefined, then late");
    }));

  test("after a handler that threw", () =>
    withPeers(1, async ([peer]) => {
      expectLog(/meant/);
      peer?.write(get("fails", "bad") + get("now", "good"));
      assert.is((await (peer as Peer).answer()).status, 500);
      assert.is((await (peer as Peer).answer()).body, "prepare undefined, get good");
    }));

  test("more requests than one turn serves", () =>
    withPeers(1, async ([peer]) => {
      const count = 600;
      let bytes = "";
      for (let i = 0; i < count; i++) bytes += get("now", `q${i}`);
      peer?.write(bytes);
      for (let i = 0; i < count; i++) assert.is((await (peer as Peer).answer()).body, `prepare undefined, get q${i}`);
    }));

  test("clients that leave: their handlers hear of it in their own contexts", () =>
    withPeers(4, async (peers) => {
      peers.forEach((peer, i) => peer.write(get("now", `n${i}`) + get("waits", `w${i}`)));
      await until(4);
      for (const peer of peers) peer.destroy();
      await until(12);
      for (const [i] of peers.entries())
        assert.equal(
          seen.filter((line) => line.startsWith(`w${i}`)),
          [`w${i}: get w${i}`, `w${i}: signal w${i}`, `w${i}: onConnectionClose w${i}`],
        );
    }));

  test("content that never comes: told in time, in the context of its request", () =>
    withPeers(
      2,
      async (peers) => {
        expectLog(/did not arrive in time/);
        expectLog(/did not arrive in time/);
        peers.forEach((peer, i) =>
          peer.write(`${get("now", "x")}${post("half", `h${i}`, "")}`.replace(/h: 0/g, "h: 9")),
        );
        peers.forEach((peer) => peer.write("a"));
        await until(4);
        for (const [i] of peers.entries())
          assert.equal(
            seen.filter((line) => line.startsWith(`h${i}`)),
            [`h${i}: data h${i}`, `h${i}: onConnectionClose h${i}`],
          );
      },
      { bodyTimeout: 0.2 },
    ));

  test("a shutdown is told to each in its own context, whoever causes it", () =>
    withPeers(2, async (peers, server) => {
      peers.forEach((peer, i) => peer.write(get("waits", `w${i}`)));
      await until(2);
      await storage.run("the operator", () => server.shutdown({ deadline: 1 }));
      for (const [i] of peers.entries())
        assert.equal(
          seen.filter((line) => line.startsWith(`w${i}`)),
          [`w${i}: get w${i}`, `w${i}: shutdownSignal w${i}`, `w${i}: onShutdown w${i}`],
        );
    }));

  test("event streams: transforms and onClose, whoever publishes, ends them or is too slow", () =>
    withPeers(
      3,
      async (peers) => {
        for (const [i, peer] of peers.entries()) {
          peer.write(get("events", `e${i}`));
          await peer.expect("HTTP/1.1 200 OK\r\n");
        }
        seen = [];
        await storage.run("a publisher", async () => {
          for (const stream of streams.values()) void stream.send("news");
          await turn();
        });
        assert.equal(seen, ["transform e0", "transform e1", "transform e2"]);
        seen = [];
        storage.run("an admin", () => streams.get("e0")?.close());
        peers[1]?.destroy();
        await until(4);
        // The third reads nothing.
        peers[2]?.socket.pause();
        await storage.run("a publisher", async () => {
          while (streams.get("e2")?.isOpen === true) {
            void streams.get("e2")?.send("x".repeat(1_000_000));
            await turn();
          }
        });
        await until(6);
        assert.equal(
          seen.filter((line) => line.startsWith("e")),
          ["e0", "e1", "e2"].flatMap((as) => [`${as}: listener ${as}`, `${as}: onClose ${as}`]),
        );
        assert.not.match(seen.join(), /publisher|admin/);
      },
      {},
      telling,
    ));

  test("stores bound to the trace hold in all hooks of a request with content", async () => {
    const start = channel("tracing:landspout.request:start");
    start.bindStore(storage, (message) => (message as RequestTrace).request.uri.replace(/.*=/, "trace-"));
    try {
      await withPeers(1, async ([peer]) => {
        for (let i = 0; i < 3; i++) {
          peer?.write(get("traced", "a") + post("traced", "b", "a form") + post("traced-stream", "c", "content"));
          for (const expected of [
            "prepare trace-a, get trace-a, then trace-a",
            "prepare trace-b, post trace-b",
            "prepare trace-c, data trace-c, post trace-c",
          ])
            assert.is((await (peer as Peer).answer()).body, expected);
        }
        assert.equal(new Set(seen), new Set(["a", "b", "c"].map((as) => `${as}: onFinish trace-${as}`)));
      });
    } finally {
      start.unbindStore(storage);
    }
  });

  test.run();
}

const test = suite("contexts of requests from elsewhere");

test("a request that is injected begins in a copy of the context it is injected in", async () => {
  const app = new Application([...ROUTES], { accessLog: false });
  await storage.run("outer", async () => {
    assert.is((await inject(app, "/now?as=inner")).text(), "prepare outer, get inner");
    assert.is(storage.getStore(), "outer");
    assert.is((await inject(app, "/late?as=inner")).text(), "get outer, then inner");
    assert.is(storage.getStore(), "outer");
  });
  assert.is((await inject(app, "/now?as=inner")).text(), "prepare undefined, get inner");
});

test.run();
