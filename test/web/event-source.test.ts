/** EventSourceHandler over real sockets: the form of events, what was missed, slow and leaving clients; with both parsers. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { WebSocketClosedError } from "../../src/websocket/errors.ts";
import { Application, EventSourceHandler, HTTPError, prepareEvent } from "../../src/web/index.ts";
import type { EventSourceOptions, Replay, ServerSentEvent, Settings } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";
import { rejection } from "../net/_pair.ts";
import type { Peer } from "../_support/wire.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const HEAD_END = "\r\n\r\n";

/** The handler of one test, and what it has been told. */
class Stage {
  readonly told: string[] = [];
  handler: Feed | undefined = undefined;
  options: EventSourceOptions = {};
  onOpen: (feed: Feed) => void | Promise<void> = () => undefined;
  onReplay: ((id: string) => Replay | undefined | Promise<Replay | undefined>) | undefined = undefined;
  onPrepare: (feed: Feed) => void | Promise<void> = () => undefined;
  #wake: (() => void)[] = [];
  tell(what: string): void {
    this.told.push(what);
    for (const wake of this.#wake.splice(0)) wake();
  }
  /** Waits until the handler has been told it. */
  async heard(what: string): Promise<void> {
    while (!this.told.includes(what)) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
  get feed(): Feed {
    if (this.handler === undefined) throw new Error("no request has come");
    return this.handler;
  }
}

class Feed extends EventSourceHandler {
  stage: Stage = new Stage();
  override initialize(args: { stage: Stage }): void {
    this.stage = args.stage;
    args.stage.handler = this;
  }
  override prepare(): void | Promise<void> {
    return this.stage.onPrepare(this);
  }
  override getEventSourceOptions(): EventSourceOptions {
    return this.stage.options;
  }
  override async open(): Promise<void> {
    await this.stage.onOpen(this);
    this.stage.tell("open");
  }
  override replay(id: string): Replay | undefined | Promise<Replay | undefined> {
    this.stage.tell(`replay ${id}`);
    return this.stage.onReplay?.(id);
  }
  override onClose(): void {
    this.stage.tell("close");
  }
}

/** An event stream as a raw client sees it. */
class Listener {
  readonly peer: Peer;
  head = "";
  constructor(peer: Peer) {
    this.peer = peer;
  }
  ask(fields = "", method = "GET", version = "1.1"): void {
    this.peer.write(`${method} / HTTP/${version}\r\nHost: a\r\n${fields}\r\n`);
  }
  /** The head, byte by byte: what follows stays where it is. */
  async answer(): Promise<string> {
    let head = "";
    while (!head.endsWith(HEAD_END)) head += await this.peer.next(1);
    this.head = head;
    return head;
  }
  /** The next chunk must be exactly this text. */
  async chunk(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.peer.expect(`${bytes.length.toString(16)}\r\n${bytes.toString("latin1")}\r\n`);
  }
}

async function withFeed(
  use: (listener: Listener, stage: Stage, port: number) => Promise<void>,
  { server = {}, settings = {}, stage = new Stage() }: { server?: object; settings?: Settings; stage?: Stage } = {},
): Promise<void> {
  const app = new Application([["/", Feed, { stage }]], { accessLog: false, ...settings });
  await serving(app, server, (port) => withPeer(port, (peer) => use(new Listener(peer), stage, port)));
}

for (const [name, server] of SETUPS) {
  const test = suite(`EventSourceHandler, ${name}`, { deadline: 30 });

  test("answers at once, and says that nobody shall keep, collect or code it", () =>
    withFeed(
      async (listener, stage) => {
        listener.ask("Accept-Encoding: gzip, br\r\n");
        const head = await listener.answer();
        assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
        assert.match(head, /\r\nContent-Type: text\/event-stream\r\n/);
        assert.match(head, /\r\nCache-Control: no-cache, no-transform\r\n/);
        assert.match(head, /\r\nX-Accel-Buffering: no\r\n/);
        assert.not.match(head, /Content-Length|Content-Encoding/);
        await stage.heard("open");
        assert.ok(stage.feed.isOpen);
        void stage.feed.send("hello");
        await listener.chunk("data: hello\n\n");
      },
      { server, settings: { compressResponse: true } },
    ));

  test("sends what belongs to one turn in one piece, in order", () =>
    withFeed(
      async (listener, stage) => {
        listener.ask();
        await listener.answer();
        await stage.heard("open");
        const { feed } = stage;
        void feed.send({ id: "1", event: "joined", retry: 2.5, data: { name: "Zoë" } });
        feed.sendPrepared(prepareEvent("two"));
        void feed.comment("three");
        await listener.chunk('event: joined\nid: 1\nretry: 2500\ndata: {"name":"Zoë"}\n\ndata: two\n\n: three\n\n');
        void feed.send("later");
        await listener.chunk("data: later\n\n");
      },
      { server },
    ));

  test("ends when the client leaves, and when it closes its side only", async () => {
    for (const leave of ["destroy", "finish"] as const)
      await withFeed(
        async (listener, stage) => {
          listener.ask();
          await listener.answer();
          await stage.heard("open");
          const { feed } = stage;
          let told = 0;
          feed.addCloseListener(() => told++);
          feed.addCloseListener(() => (told += 10))();
          listener.peer[leave]();
          await stage.heard("close");
          assert.not.ok(feed.isOpen);
          assert.is(told, 1);
          feed.addCloseListener(() => told++);
          assert.is(told, 2);
          feed.sendPrepared(prepareEvent("late"));
          assert.instance(await rejection(Promise.resolve(feed.send("late"))), WebSocketClosedError);
          assert.instance(await rejection(Promise.resolve(feed.comment())), WebSocketClosedError);
          feed.close();
          await turn();
          assert.equal(stage.told, ["open", "close"]);
        },
        { server },
      );
  });

  test("closes in good order: what was sent arrives, and the connection serves the next request", () =>
    withFeed(
      async (listener, stage) => {
        stage.onOpen = (feed) => {
          void feed.send("last");
          feed.close();
        };
        listener.ask();
        await listener.answer();
        await listener.chunk("data: last\n\n");
        await listener.peer.expect("0\r\n\r\n");
        assert.equal(stage.told, ["close", "open"]);
        listener.ask();
        await listener.answer();
        await listener.chunk("data: last\n\n");
      },
      { server },
    ));

  test("gives a client that comes back what it missed, and then what was sent meanwhile, nothing twice", () =>
    withFeed(
      async (listener, stage) => {
        let more: () => void = () => undefined;
        const gate = new Promise<void>((resolve) => (more = resolve));
        stage.onOpen = (feed) => void feed.send({ id: "9", data: "new" });
        stage.onReplay = async function* () {
          yield { id: "7", data: "missed" };
          await gate;
          yield { id: "8", data: "missed too" };
        };
        listener.ask("Last-Event-ID: 6 \xc3\xa4\r\n");
        await listener.answer();
        await listener.chunk("id: 7\ndata: missed\n\n");
        assert.equal(stage.told, ["open", "replay 6 ä"]);
        // Stored and announced while the store was being read: it must come once.
        void stage.feed.send({ id: "8", data: "missed too" });
        void stage.feed.send({ id: "10", data: "newer" });
        more();
        await listener.chunk("id: 8\ndata: missed too\n\n");
        await listener.chunk("id: 9\ndata: new\n\nid: 10\ndata: newer\n\n");
        void stage.feed.send("newest");
        await listener.chunk("data: newest\n\n");
      },
      { server },
    ));

  test("stops a replay whose client leaves", () =>
    withFeed(
      async (listener, stage) => {
        let given = 0;
        stage.options = { maxUnsentSize: 1e9 };
        stage.onReplay = async function* () {
          try {
            for (;;) {
              given++;
              yield "x".repeat(10_000);
              if (given % 100 === 0) await turn();
            }
          } finally {
            stage.tell("let go");
          }
        };
        listener.ask("Last-Event-ID: 1\r\n");
        await listener.answer();
        listener.peer.destroy();
        await stage.heard("let go");
        assert.ok(stage.told.includes("close"));
      },
      { server },
    ));

  test("holds back who waits for a client that does not read", () =>
    withFeed(
      async (listener, stage) => {
        listener.ask();
        await listener.answer();
        await stage.heard("open");
        listener.peer.socket.pause();
        const { feed } = stage;
        const event = prepareEvent("y".repeat(50_000));
        let sent = 0;
        let pending: Promise<void> | void = undefined;
        while (pending === undefined) {
          pending = feed.sendPrepared(event);
          sent++;
          await turn();
        }
        assert.ok(feed.isOpen);
        listener.peer.socket.resume();
        await pending;
        for (let i = 0; i < sent; i++) await listener.chunk(`data: ${"y".repeat(50_000)}\n\n`);
      },
      { server, stage: Object.assign(new Stage(), { options: { maxUnsentSize: 1e9 } }) },
    ));

  test("cuts a client off that has too much waiting, or drops events", async () => {
    for (const overflow of ["close", "drop"] as const)
      for (const settings of [{}, { compressResponse: true }])
        await withFeed(
          async (listener, stage) => {
            stage.options = { maxUnsentSize: 300_000, overflow };
            listener.ask();
            await listener.answer();
            await stage.heard("open");
            listener.peer.socket.pause();
            const { feed } = stage;
            for (let i = 0; i < 1000 && feed.isOpen; i++) {
              void feed.send({ id: String(i), data: "z".repeat(50_000) });
              if (i % 20 === 0) await turn();
            }
            if (overflow === "close") {
              assert.not.ok(feed.isOpen);
              assert.equal(stage.told, ["open", "close"]);
              return;
            }
            assert.ok(feed.isOpen);
            listener.peer.socket.resume();
            // Room again, sooner or later: the event that says so arrives.
            let ended = false;
            let tail = "";
            listener.peer.socket.on("data", (bytes: Buffer) => {
              tail = tail.slice(-20) + bytes.toString("latin1");
              ended ||= tail.includes("data: over");
            });
            while (!ended) {
              void feed.send("over");
              await turn();
            }
          },
          { server, settings },
        );
  });

  test("bounds what is sent during a replay", () =>
    withFeed(
      async (listener, stage) => {
        stage.options = { maxUnsentSize: 1000 };
        let more: () => void = () => undefined;
        stage.onReplay = async () => {
          await new Promise<void>((resolve) => (more = resolve));
          return ["never"];
        };
        listener.ask("Last-Event-ID: 1\r\n");
        await listener.answer();
        await stage.heard("replay 1");
        for (let i = 0; i < 100; i++) stage.feed.sendPrepared(prepareEvent("0123456789012345"));
        assert.equal(stage.told, ["open", "replay 1", "close"]);
        more();
        await turn();
      },
      { server },
    ));

  test("sends a comment where there is nothing to say, and tells a client how long to wait", () =>
    withFeed(
      async (listener, stage) => {
        stage.options = { keepAlive: 1, retry: 0.5 };
        listener.ask();
        await listener.answer();
        await listener.chunk("retry: 500\n\n");
        await listener.chunk(":\n\n");
        await listener.chunk(":\n\n");
      },
      { server },
    ));

  test("may refuse before it begins, and cuts the answer where opening it fails", async () => {
    await withFeed(
      async (listener, stage) => {
        stage.onPrepare = () => {
          throw new HTTPError(403, "not you");
        };
        expectLog(/not you/);
        listener.ask();
        assert.is((await listener.peer.answer()).status, 403);
        stage.onPrepare = (feed) => {
          feed.setStatus(204);
          void feed.finish();
        };
        listener.ask();
        assert.is((await listener.peer.answer()).status, 204);
        assert.equal(stage.told, []);
      },
      { server },
    );
    for (const where of ["onOpen", "onReplay"] as const)
      await withFeed(
        async (listener, stage) => {
          stage[where] = () => {
            throw new Error("no such room");
          };
          expectLog(/no such room/);
          listener.ask("Last-Event-ID: 1\r\n");
          await listener.answer();
          assert.is(await listener.peer.rest(), "");
          assert.ok(stage.told.includes("close"));
        },
        { server },
      );
  });

  test("does not begin for a client that left before", () =>
    withFeed(
      async (listener, stage) => {
        let go: () => void = () => undefined;
        let waiting: () => void = () => undefined;
        const asked = new Promise<void>((resolve) => (waiting = resolve));
        stage.onPrepare = () => new Promise<void>((resolve) => ((go = resolve), waiting()));
        listener.ask();
        await asked;
        listener.peer.finish();
        while (!stage.feed.request.connection.stream.peerEnded) await turn();
        go();
        await listener.peer.rest();
        assert.equal(stage.told, []);
      },
      { server },
    ));

  test("answers HEAD without beginning, and HTTP/1.0 without chunks", async () => {
    await withFeed(
      async (listener, stage) => {
        listener.ask("", "HEAD");
        const answer = await listener.peer.answer(true);
        assert.is(answer.headers["content-type"], "text/event-stream");
        assert.not.ok("content-length" in answer.headers);
        assert.equal(stage.told, []);
        listener.ask("", "POST");
        assert.is((await listener.peer.answer()).status, 405);
      },
      { server },
    );
    await withFeed(
      async (listener, stage) => {
        listener.ask("", "GET", "1.0");
        assert.match(await listener.answer(), /\r\nConnection: close\r\n/);
        await stage.heard("open");
        void stage.feed.send("one");
        await listener.peer.expect("data: one\n\n");
        stage.feed.close();
        assert.is(await listener.peer.rest(), "");
      },
      { server },
    );
  });

  test.run();
}

/** What a browser makes of a stream: the algorithm of the HTML standard, §9.2.6. */
function parse(text: string): { event: string; data: string; id: string }[] {
  const events: { event: string; data: string; id: string }[] = [];
  let data: string[] = [];
  let event = "message";
  let id = "";
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (data.length > 0) events.push({ event, data: data.join("\n"), id });
      data = [];
      event = "message";
      continue;
    }
    if (line.startsWith(":")) continue;
    const [, field = "", value = ""] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) ?? [];
    if (field === "data") data.push(value);
    else if (field === "event" && value !== "") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  }
  return events;
}

const form = suite("the form of server-sent events");
const text = (event: ServerSentEvent | string): string => Buffer.from(prepareEvent(event).bytes).toString();

form("keeps data in data, whatever lines it has", () => {
  assert.is(text("a\nb"), "data: a\ndata: b\n\n");
  assert.is(text("a\r\nb\rc\n"), "data: a\ndata: b\ndata: c\ndata: \n\n");
  assert.is(text(""), "data: \n\n");
  assert.is(text("\n"), "data: \ndata: \n\n");
  assert.is(text("\r\r\n"), "data: \ndata: \ndata: \n\n");
  for (const data of [
    "x\n\nevent: evil\ndata: y",
    "x\rid: 666\r",
    "\r\n\r\nretry: 0\r\n\r\n",
    ": comment",
    " two",
    "\ufeffBOM",
    "\u2028\u2029\x85\v\f",
    "a\0b",
  ]) {
    assert.equal(
      parse(text(data)),
      [{ event: "message", data: data.replace(/\r\n|\r/g, "\n"), id: "" }],
      JSON.stringify(data),
    );
  }
});

form("lets nothing break out of an id or a name", () => {
  for (const bad of ["a\nb", "a\rb", "\n", "a\0"]) {
    for (const event of [{ id: bad }, { event: bad, data: "x" }])
      assert.throws(
        () => prepareEvent(event),
        (error: { code?: string }) => error.code === "ERR_LANDSPOUT_EVENT",
      );
  }
  for (const retry of [-1, Number.NaN, Infinity, 1e12])
    assert.throws(
      () => prepareEvent({ retry }),
      (error: { code?: string }) => error.code === "ERR_LANDSPOUT_EVENT",
    );
  assert.throws(
    () => prepareEvent({ data: (() => 1) as object }),
    (error: { code?: string }) => error.code === "ERR_LANDSPOUT_EVENT",
  );
});

form("says id, name, wait and data, each where it is given", () => {
  assert.is(text({ id: "" }), "id: \n\n");
  assert.is(text({ event: "", data: "x" }), "data: x\n\n");
  assert.is(text({ retry: 0.0015 }), "retry: 2\n\n");
  assert.is(text({ data: ["a\nb"] }), 'data: ["a\\nb"]\n\n');
  assert.equal(parse(text({ id: " 1:2 ", event: " x: ", data: " y" })), [{ event: " x: ", data: " y", id: " 1:2 " }]);
});

form("refuses options that cannot be meant", async () => {
  for (const options of [{ keepAlive: -1 }, { maxUnsentSize: 0 }, { overflow: "wait" }, { maxUnsentSize: Number.NaN }])
    await withFeed(async (listener, stage) => {
      stage.options = options as EventSourceOptions;
      expectLog(/EventSourceHandler: (?:keepAlive|maxUnsentSize|overflow) must be/);
      listener.ask();
      assert.is((await listener.peer.answer()).status, 500);
    });
});

form.run();
