/**
 * Event streams at their edges: clients that leave behind proxies of their own making (bytes behind the request, TLS, other servers'
 * sockets), that close their side and listen on, that miss more than may wait.
 */
import * as http from "node:http";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { toNodeListener } from "../../src/adapters/index.ts";
import { Application, EventSourceHandler } from "../../src/web/index.ts";
import type { EventSourceOptions, Replay } from "../../src/web/index.ts";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** Handlers that are open, those that have been, and what they are to do. */
class Stage {
  readonly open = new Set<Feed>();
  closed = 0;
  options: EventSourceOptions = { keepAlive: 1 };
  replay: () => Replay = () => [];
  async opened(): Promise<Feed> {
    for (;;) {
      const [feed] = this.open;
      if (feed !== undefined) return feed;
      await turn();
    }
  }
  async over(): Promise<void> {
    while (this.closed === 0 || this.open.size > 0) await turn();
    assert.is(this.closed, 1);
  }
}
class Feed extends EventSourceHandler {
  #stage = new Stage();
  override initialize({ stage }: { stage: Stage }): void {
    this.#stage = stage;
  }
  override getEventSourceOptions(): EventSourceOptions {
    return this.#stage.options;
  }
  override open(): void {
    this.#stage.open.add(this);
  }
  override replay(): Replay {
    return this.#stage.replay();
  }
  override onClose(): void {
    this.#stage.open.delete(this);
    this.#stage.closed++;
  }
}
const appOf = (stage: Stage): Application => new Application([["/", Feed, { stage }]], { accessLog: false });

for (const [name, server] of SETUPS) {
  const test = suite(`the end of event streams, ${name}`, { deadline: 30 });

  // What follows the request is not read before its answer is complete, so its end is not seen: a comment finds that nobody is there.
  test("a client that has sent more than its request is missed all the same", async () => {
    for (const more of [REQUEST, REQUEST.repeat(5000)]) {
      const stage = new Stage();
      await serving(appOf(stage), server, async (port) => {
        const socket = net.connect(port, "127.0.0.1");
        socket.on("error", () => undefined);
        await once(socket, "connect");
        socket.write(REQUEST + more);
        await stage.opened();
        socket.destroy();
        await stage.over();
      });
    }
  });

  test("a client that closes its side listens on where that is allowed", async () => {
    const stage = new Stage();
    await serving(appOf(stage), { ...server, halfClose: "answer" }, (port) =>
      withPeer(port, async (peer) => {
        peer.write(REQUEST);
        peer.finish();
        const feed = await stage.opened();
        while (!feed.request.connection.stream.peerEnded) await turn();
        await feed.send("still there");
        let seen = "";
        while (!seen.endsWith("data: still there\n\n")) seen += await peer.next(1);
        feed.close();
        assert.is(await peer.rest(), "\r\n0\r\n\r\n");
        await stage.over();
      }),
    );
  });

  test("what was missed is never dropped for what is new", async () => {
    const stage = new Stage();
    stage.options = { maxUnsentSize: 10_000, overflow: "drop" };
    let more: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (more = resolve));
    let over: () => void = () => undefined;
    const given = new Promise<void>((resolve) => (over = resolve));
    stage.replay = async function* () {
      await gate;
      for (let id = 1; id <= 100; id++) yield { id: String(id), data: "x".repeat(1000) };
      over();
    };
    await serving(appOf(stage), server, (port) =>
      withPeer(port, async (peer) => {
        peer.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nLast-Event-ID: 0\r\n\r\n");
        const feed = await stage.opened();
        await turn();
        // As much as may wait, and one that is too much.
        for (let id = 101; id <= 112; id++) void feed.send({ id: String(id), data: "y".repeat(1000) });
        more();
        await given;
        await turn();
        assert.ok(feed.isOpen);
        feed.close();
        const seen = await peer.rest();
        const ids = [...seen.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
        assert.equal(
          ids,
          Array.from({ length: 110 }, (_, index) => index + 1),
        );
      }),
    );
  });

  test("a client that leaves is missed over TLS", async () => {
    const stage = new Stage();
    const ssl = certificate("localhost");
    await serving(appOf(stage), { ...server, ssl }, async (port) => {
      const socket = tls.connect({ port, host: "127.0.0.1", ca: ssl.cert, servername: "localhost" });
      await once(socket, "secureConnect");
      socket.write(REQUEST);
      const feed = await stage.opened();
      const came = once(socket, "data");
      void feed.send("hello");
      await came;
      socket.end();
      await stage.over();
      socket.destroy();
    });
  });

  test.run();
}

const guest = suite("event streams in other servers", { deadline: 30 });

guest("end when the reader of a Response gives up", async () => {
  for (const how of ["cancel", "signal"] as const) {
    const stage = new Stage();
    const leave = new AbortController();
    const answer = await appOf(stage).fetch(new Request("http://a/", { signal: leave.signal }));
    assert.is(answer.headers.get("Content-Type"), "text/event-stream");
    const reader = answer.body?.getReader();
    const feed = await stage.opened();
    void feed.send("hello");
    const piece = await reader?.read();
    assert.is(new TextDecoder().decode(piece?.value), "data: hello\n\n");
    if (how === "cancel") await reader?.cancel();
    else leave.abort();
    await stage.over();
    if (how === "signal") await reader?.read().catch(() => undefined);
  }
});

guest("begin at once in node:http, and end when its client leaves", async () => {
  const stage = new Stage();
  const server = http.createServer(toNodeListener(appOf(stage))).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const request = http.get({ host: "127.0.0.1", port, agent: false });
  const [answer] = (await once(request, "response")) as [http.IncomingMessage];
  const feed = await stage.opened();
  const came = once(answer, "data");
  void feed.send("hello");
  assert.is(String((await came)[0]), "data: hello\n\n");
  request.on("error", () => undefined);
  request.destroy();
  await stage.over();
  server.close();
  server.closeAllConnections();
});

guest.run();
