/**
 * The end of a server: who is told and when, what is still served while it drains, and that nothing holds it longer than its deadline.
 * Handlers of every kind that stands: long polls, event streams, WebSockets; with both parsers.
 */
import * as assert from "uvu/assert";
import { ServerShutdownError } from "../../src/http/message/errors.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { Application, EventSourceHandler, RequestHandler } from "../../src/web/index.ts";
import type { Route } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, SETUPS } from "../_support/wire.ts";
import { closeFrame, RawWebSocket } from "../websocket/_raw.ts";

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What was told, in order. */
class Told {
  readonly all: string[] = [];
  #wake: (() => void)[] = [];
  add(what: string): void {
    this.all.push(what);
    for (const wake of this.#wake.splice(0)) wake();
  }
  async heard(what: string, times = 1): Promise<void> {
    while (this.all.filter((each) => each === what).length < times)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
}

/** Answers nothing until something ends its wait. */
abstract class Waiting extends RequestHandler {
  told: Told = new Told();
  override initialize({ told }: { told: Told }): void {
    this.told = told;
  }
}
class Poll extends Waiting {
  #end: (() => void) | undefined = undefined;
  override async get(): Promise<void> {
    const over = new Promise<void>((resolve) => (this.#end = resolve));
    this.told.add("poll");
    await over;
    this.write("nothing new");
  }
  override onShutdown(): void {
    this.told.add("onShutdown");
    this.#end?.();
  }
}
class SignalPoll extends Waiting {
  override async get(): Promise<void> {
    const { shutdownSignal: signal } = this.request;
    this.told.add("signal poll");
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    assert.ok(signal.reason instanceof ServerShutdownError);
    assert.not.ok(this.request.signal.aborted);
    this.write("nothing new");
  }
}
class Deaf extends Waiting {
  override autoFinish = false;
  override get(): void {
    this.told.add("deaf");
  }
}
class Quick extends RequestHandler {
  override get(): void {
    this.write("ok");
  }
}
class Slow extends Waiting {
  static finish: () => void = () => undefined;
  override async get(): Promise<void> {
    this.write("begun ");
    await this.flush();
    this.told.add("slow");
    await new Promise<void>((resolve) => (Slow.finish = resolve));
    this.write("ended");
  }
}
class Events extends EventSourceHandler {
  told: Told = new Told();
  override initialize({ told }: { told: Told }): void {
    this.told = told;
  }
  override open(): void {
    this.told.add("events");
  }
  override onClose(): void {
    this.told.add("events closed");
  }
}
class ReplayingEvents extends Events {
  override async *replay(): AsyncGenerator<string> {
    this.told.add("replaying");
    for (;;) {
      yield "missed";
      await turn();
    }
  }
}
class Socket extends WebSocketHandler {
  told: Told = new Told();
  override initialize({ told }: { told: Told }): void {
    this.told = told;
  }
  override open(): void {
    this.told.add("socket");
  }
  override onMessage(): void {}
  override onClose(code: number): void {
    this.told.add(`socket closed ${code}`);
  }
}
class PoliteSocket extends Socket {
  override async onShutdown(): Promise<void> {
    await this.writeMessage("bye");
    this.close(1001, "maintenance");
  }
}
class BrokenSocket extends Socket {
  override onShutdown(): Promise<void> {
    return Promise.reject(new Error("broken farewell"));
  }
}

interface Stage {
  readonly server: HTTPServer;
  readonly port: number;
  readonly told: Told;
}

for (const [name, setup] of SETUPS) {
  const test = suite(`shutdown · ${name}`, { deadline: 20 });

  /** A server with one handler of each kind; shut down at the end, if it was not before. */
  async function on(use: (stage: Stage) => Promise<void>): Promise<void> {
    const told = new Told();
    const routes: Route[] = [
      ["/quick", Quick],
      ...(
        [
          ["/poll", Poll],
          ["/signal", SignalPoll],
          ["/deaf", Deaf],
          ["/slow", Slow],
          ["/events", Events],
          ["/replay", ReplayingEvents],
          ["/socket", Socket],
          ["/polite", PoliteSocket],
          ["/broken", BrokenSocket],
        ] as const
      ).map(([path, handler]): Route => [path, handler, { told }]),
    ];
    const server = new HTTPServer(new Application(routes, { accessLog: false }), setup);
    await server.listen(0, "127.0.0.1");
    try {
      await use({ server, port: server.port, told });
    } finally {
      await server.closeAllConnections();
      await server.shutdown({ deadline: 0 });
    }
  }
  async function ask(port: number, path: string, fields = ""): Promise<Peer> {
    const peer = await Peer.connect(port);
    peer.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    return peer;
  }
  /** Reads to the end of the connection. */
  async function ended(peer: Peer): Promise<string> {
    const rest = await peer.rest();
    peer.destroy();
    return rest;
  }

  test("tells a long poll, by the hook or by the signal, and sends its answer", () =>
    on(async ({ server, port, told }) => {
      const polls = await Promise.all(["/poll", "/signal"].map((path) => ask(port, path)));
      await told.heard("poll");
      await told.heard("signal poll");
      const over = server.shutdown({ deadline: 60 });
      for (const poll of polls) {
        const answer = await poll.answer();
        assert.is(answer.body, "nothing new");
        assert.is(answer.headers["connection"], "close");
        assert.is(await ended(poll), "");
      }
      await over;
      assert.is(told.all.filter((each) => each === "onShutdown").length, 1);
    }));

  test("ends an event stream in good order, also while it is catching up", () =>
    on(async ({ server, port, told }) => {
      const listener = await ask(port, "/events");
      const behind = await ask(port, "/replay", "Last-Event-ID: 1\r\n");
      await told.heard("events", 2);
      await told.heard("replaying");
      const over = server.shutdown({ deadline: 60 });
      for (const peer of [listener, behind]) assert.match(await ended(peer), /\r\n0\r\n\r\n$/);
      await over;
      assert.is(told.all.filter((each) => each === "events closed").length, 2);
    }));

  test("says 1001 to WebSockets and waits for their part of the close", () =>
    on(async ({ server, port, told }) => {
      const plain = await RawWebSocket.open(port, "/socket");
      const polite = await RawWebSocket.open(port, "/polite");
      await told.heard("socket", 2);
      let done = false;
      const over = server.shutdown({ deadline: 60 }).then(() => (done = true));
      const frame = await plain.frame();
      assert.equal(
        [frame?.opcode, frame?.payload.readUInt16BE(), frame?.payload.toString("utf8", 2)],
        [8, 1001, "going away"],
      );
      assert.is(await polite.text(), "bye");
      assert.is(await polite.closeCode(), 1001);
      plain.write(closeFrame(1001));
      await plain.over();
      plain.destroy();
      await told.heard("socket closed 1001");
      await turn();
      assert.not.ok(done, "one has not answered");
      polite.write(closeFrame(1001));
      await polite.over();
      polite.destroy();
      await over;
      assert.is(told.all.filter((each) => each === "socket closed 1001").length, 2);
    }));

  test("closes a WebSocket whose farewell fails", () =>
    on(async ({ server, port, told }) => {
      expectLog(/broken farewell/);
      const broken = await RawWebSocket.open(port, "/broken");
      await told.heard("socket");
      const over = server.shutdown({ deadline: 60 });
      assert.is(await broken.closeCode(), 1011);
      broken.destroy();
      await over;
    }));

  test("is held by nobody longer than its deadline", () =>
    on(async ({ server, port, told }) => {
      const deaf = await ask(port, "/deaf");
      const silent = await RawWebSocket.open(port, "/socket");
      const half = await Peer.connect(port);
      half.write("GET / HTTP/1.1\r\nHost");
      await told.heard("deaf");
      await told.heard("socket");
      await server.shutdown({ deadline: 0.2 });
      assert.is(server.connectionCount, 0);
      assert.ok(told.all.includes("socket closed 1006"));
      for (const peer of [deaf, half]) assert.is(await ended(peer).catch(() => ""), "");
      silent.destroy();
    }));

  test("gives the same promise when it is called again", () =>
    on(async ({ server, port, told }) => {
      const poll = await ask(port, "/poll");
      await told.heard("poll");
      const first = server.shutdown({ deadline: 60 });
      assert.is(server.shutdown({ deadline: 0 }), first);
      await poll.answer();
      poll.destroy();
      await first;
      assert.is(server.shutdown(), first);
    }));

  test("closes a connection whose long answer began before", () =>
    on(async ({ server, port, told }) => {
      const slow = await ask(port, "/slow");
      await told.heard("slow");
      const over = server.shutdown({ deadline: 60 });
      await turn();
      Slow.finish();
      assert.match(await ended(slow), /begun [^]*ended\r\n0\r\n\r\n$/);
      await over;
    }));

  test("serves everything while it drains, each answer the last of its connection", () =>
    on(async ({ server, port, told }) => {
      assert.not.ok(server.closing);
      const kept = await ask(port, "/quick");
      assert.is((await kept.answer()).headers["connection"], undefined);
      const poll = await ask(port, "/poll");
      const socket = await RawWebSocket.open(port, "/socket");
      await told.heard("poll");
      await told.heard("socket");
      const over = server.shutdown({ drain: 0.5, deadline: 60 });
      assert.ok(server.closing);
      // Who stands is sent away at once.
      assert.is((await poll.answer()).body, "nothing new");
      assert.is(await socket.closeCode(), 1001);
      // An idle connection serves once more, and a new one is accepted.
      kept.write(get("/quick"));
      const late = await ask(port, "/quick");
      for (const peer of [kept, late]) {
        const answer = await peer.answer();
        assert.equal([answer.status, answer.headers["connection"]], [200, "close"]);
        assert.is(await ended(peer), "");
      }
      // Who comes now stands until the port is closed.
      const again = await ask(port, "/poll");
      const events = await ask(port, "/events");
      const stays = await RawWebSocket.open(port, "/socket");
      await told.heard("events");
      assert.is((await again.answer()).body, "nothing new");
      assert.match(await ended(events), /\r\n0\r\n\r\n$/);
      assert.is(await stays.closeCode(), 1001);
      for (const one of [poll, again, socket, stays]) one.destroy();
      await over;
      try {
        await Peer.connect(port);
        assert.unreachable();
      } catch (error) {
        assert.is((error as { code?: string }).code, "ECONNREFUSED");
      }
    }));

  test("waits a moment for the request of a connection that was made just before the drain was over", () =>
    on(async ({ server, port, told }) => {
      const fresh = await Peer.connect(port);
      const upgrading = await Peer.connect(port);
      while (server.connectionCount < 2) await turn();
      const over = server.shutdown({ drain: 0.05, deadline: 60 });
      // Nothing is accepted any more.
      for (;;) {
        const refused = await Peer.connect(port).then(
          (peer) => peer.destroy(),
          () => true,
        );
        if (refused === true) break;
      }
      fresh.write(get("/poll"));
      upgrading.write(
        "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      );
      await told.heard("poll");
      assert.is((await fresh.answer()).body, "nothing new");
      let seen = "";
      while (!seen.endsWith("going away")) seen += await upgrading.next(1);
      assert.match(seen, /^HTTP\/1\.1 101 [^]*\r\n\r\n\x88\x0c\x03\xe9going away$/);
      for (const peer of [fresh, upgrading]) peer.destroy();
      await over;
    }));

  test("tells a plain function through its request", async () => {
    let arrived: (request: HTTPServerRequest) => void = () => undefined;
    const came = new Promise<HTTPServerRequest>((resolve) => (arrived = resolve));
    const server = new HTTPServer((request) => arrived(request), setup);
    await server.listen(0, "127.0.0.1");
    const peer = await ask(server.port, "/");
    const request = await came;
    request.connection.setShutdownCallback(() => {
      void request.connection.writeHeaders({ code: 204, reason: "No Content" }, new HTTPHeaders());
      request.connection.finish();
    });
    const { shutdownSignal } = request;
    await Promise.all([server.shutdown(), ended(peer)]);
    assert.ok(shutdownSignal.aborted);
    // It is about this answer.
    assert.not.ok(request.signal.aborted);
  });

  test("refuses times that are none", () =>
    on(async ({ server }) => {
      for (const options of [{ deadline: -1 }, { drain: NaN }, { drain: Infinity }])
        assert.throws(() => server.shutdown(options), /must be a number of seconds/);
      assert.not.ok(server.closing);
    }));

  test("leaves streams alone that a handler has taken for itself", async () => {
    let taken: { write(bytes: string): unknown; close(): void } | undefined;
    class Taker extends RequestHandler {
      override get(): void {
        taken = this.detach();
      }
    }
    const server = new HTTPServer(new Application([["/", Taker]], { accessLog: false }), setup);
    await server.listen(0, "127.0.0.1");
    const peer = await ask(server.port, "/");
    while (taken === undefined) await turn();
    await server.shutdown({ deadline: 60 });
    void taken.write("still here");
    await peer.expect("still here");
    taken.close();
    assert.is(await ended(peer), "");
  });

  test.run();
}
