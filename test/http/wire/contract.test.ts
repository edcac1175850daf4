/**
 * The contract of the delegate interfaces (src/http/interfaces.ts) on real connections: what is called when, how often, in which
 * pieces, and that a promise holds the connection back, for delegates that answer early, late, twice, or throw.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { isLandspoutError } from "../../../src/errors.ts";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import type { HTTP1Exchange } from "../../../src/http/http1/http1exchange.ts";
import type {
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestStartLine,
} from "../../../src/http/interfaces.ts";
import { expectLog, suite } from "../../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../../_support/wire.ts";
import type { Peer } from "../../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const get = (path: string, fields = ""): string => `GET ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`;
const post = (path: string, body: string, fields = ""): string =>
  `POST ${path} HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n${fields}\r\n${body}`;
const OK = { code: 200, reason: "OK" };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function respond(exchange: HTTP1Exchange, body = "ok"): void {
  exchange.writeHeaders(OK, new HTTPHeaders({ "Content-Length": body.length }), body);
  exchange.finish();
}

/** Notes every call; does besides what the test says. */
class Noting implements HTTPServerConnectionDelegate {
  readonly calls: string[] = [];
  readonly pieces: Uint8Array[] = [];
  exchange: HTTP1Exchange | undefined = undefined;
  closed = 0;
  readonly act: {
    headers?: (exchange: HTTP1Exchange, start: RequestStartLine, headers: HTTPHeaders) => Promise<void> | void;
    data?: (exchange: HTTP1Exchange, piece: Uint8Array) => Promise<void> | void;
    finish?: (exchange: HTTP1Exchange) => void;
    gone?: () => void;
  };

  constructor(act: Noting["act"] = {}) {
    this.act = act;
  }
  startRequest(_serverConnection: object, exchange: HTTP1Exchange): HTTPMessageDelegate {
    this.calls.push("start");
    this.exchange = exchange;
    const { calls, pieces, act } = this;
    return {
      headersReceived(start, headers) {
        calls.push(`headers ${start.path}`);
        return act.headers?.(exchange, start, headers);
      },
      dataReceived(piece) {
        calls.push("data");
        pieces.push(piece);
        return act.data?.(exchange, piece);
      },
      finish() {
        calls.push("finish");
        if (act.finish !== undefined) act.finish(exchange);
        else if (!exchange.finished) respond(exchange);
      },
      onConnectionClose() {
        calls.push("close");
        act.gone?.();
      },
    };
  }
  onClose(): void {
    this.closed++;
  }
  get content(): string {
    return Buffer.concat(this.pieces).toString("latin1");
  }
}

function throws(run: () => unknown, code: string): void {
  try {
    run();
  } catch (error) {
    assert.ok(isLandspoutError(error), String(error));
    assert.is(error.code, code);
    return;
  }
  assert.unreachable(`no ${code}`);
}

for (const [name, setup] of SETUPS) {
  const test = suite(`contract · ${name}`, { deadline: 15 });
  const talk = (
    title: string,
    make: () => Noting,
    conversation: (peer: Peer, noting: Noting) => Promise<void>,
    options: object = {},
  ): void => {
    test(title, async () => {
      const noting = make();
      await serving(noting, { ...setup, ...options }, (port) => withPeer(port, (peer) => conversation(peer, noting)));
      assert.is(noting.closed, 1, "onClose is called once for the connection");
    });
  };

  talk(
    "a request without content has a head and an end",
    () => new Noting(),
    async (peer, { calls }) => {
      peer.write(get("/a?b"));
      await peer.answer();
      assert.equal(calls, ["start", "headers /a?b", "finish"]);
    },
  );
  talk(
    "a Content-Length of 0 is no content",
    () => new Noting(),
    async (peer, { calls }) => {
      peer.write(post("/", "") + `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`);
      await peer.answer();
      await peer.answer();
      assert.equal(calls, ["start", "headers /", "finish", "start", "headers /", "finish"]);
    },
  );
  talk(
    "content comes in pieces of at most chunkSize, never empty",
    () => new Noting(),
    async (peer, noting) => {
      const body = "0123456789".repeat(20);
      peer.write(post("/", body));
      await peer.answer();
      assert.is(noting.content, body);
      assert.ok(noting.pieces.every(({ length }) => length >= 1 && length <= 16));
      assert.ok(noting.pieces.length >= 13);
    },
    { chunkSize: 16 },
  );
  talk(
    "a chunk is a piece where it fits",
    () => new Noting(),
    async (peer, { pieces }) => {
      const sizes = [16, 4, 30];
      const chunks = sizes.map((size) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`).join("");
      peer.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
      await peer.answer();
      assert.equal(
        pieces.map(({ length }) => length),
        [16, 4, 16, 14],
      );
    },
    { chunkSize: 16 },
  );
  talk(
    "pieces are the delegate's to keep",
    () => new Noting(),
    async (peer, noting) => {
      for (const letter of "abc") {
        peer.write(post("/", letter.repeat(5000)));
        await peer.answer();
      }
      assert.is(noting.content, "a".repeat(5000) + "b".repeat(5000) + "c".repeat(5000));
    },
  );

  test("a promise of headersReceived or dataReceived holds the rest back, in order", async () => {
    let running = 0;
    const wait = async (): Promise<void> => {
      assert.is(running++, 0, "called while a promise was pending");
      for (let i = 0; i < 3; i++) await turn();
      running--;
    };
    const noting = new Noting({
      headers: wait,
      data: wait,
      finish: (exchange) => {
        assert.is(running, 0);
        respond(exchange);
      },
    });
    await serving(noting, { ...setup, chunkSize: 10 }, (port) =>
      withPeer(port, async (peer) => {
        const chunks = "4\r\nwxyz\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n";
        peer.write(
          post("/1", "a".repeat(35)) +
            get("/2") +
            `POST /3 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunks}` +
            get("/4"),
        );
        for (let i = 0; i < 4; i++) assert.is((await peer.answer()).status, 200);
        assert.is(noting.content, `${"a".repeat(35)}wxyz!`);
        assert.equal(
          noting.calls.filter((call) => call !== "data" && call !== "start"),
          ["headers /1", "finish", "headers /2", "finish", "headers /3", "finish", "headers /4", "finish"],
        );
      }),
    );
  });
  talk(
    "a delegate that takes its time makes a fast sender wait",
    () => {
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      return new Noting({ headers: () => gate, gone: release, data: () => release() });
    },
    async (peer, { calls }) => {
      // As much as the systems between us take; what is above it waits at the sender.
      const megabyte = Buffer.alloc(1 << 20);
      peer.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${64 << 20}\r\n\r\n`);
      for (let i = 0; i < 64; i++) {
        peer.write(megabyte);
        await turn();
      }
      for (let i = 0; i < 100; i++) await turn();
      assert.ok(peer.socket.writableLength > 16 << 20, `${peer.socket.writableLength} bytes wait`);
      assert.equal(calls, ["start", "headers /"]);
    },
  );

  for (const [when, act] of [
    ["at once", { headers: (exchange: HTTP1Exchange) => respond(exchange) }],
    [
      "before the promise it returns settles",
      {
        headers: async (exchange: HTTP1Exchange): Promise<void> => {
          respond(exchange);
          await turn();
        },
      },
    ],
    [
      "when its promise settles",
      {
        headers: async (exchange: HTTP1Exchange): Promise<void> => {
          await turn();
          respond(exchange);
        },
      },
    ],
  ] as const) {
    talk(
      `a head without content may be answered ${when}, and the connection goes on`,
      () => new Noting(act),
      async (peer, { calls }) => {
        peer.write(get("/1") + get("/2"));
        for (let i = 0; i < 2; i++) assert.is((await peer.answer()).headers["connection"], undefined);
        peer.write(get("/3"));
        assert.is((await peer.answer()).body, "ok");
        assert.not(calls.includes("close"));
      },
    );
    talk(
      `a head whose content is not wanted may be answered ${when}; then the connection closes`,
      () => new Noting(act),
      async (peer, { calls }) => {
        peer.write(post("/", "some content") + get("/smuggled"));
        assert.is((await peer.answer()).headers["connection"], "close");
        assert.is(await peer.rest(), "");
        assert.equal(calls, ["start", "headers /", "close"]);
      },
    );
    talk(
      `an answer ${when} to Expect: 100-continue comes in place of it`,
      () => new Noting(act),
      async (peer, { calls }) => {
        peer.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`);
        const got = await peer.answer();
        assert.is(got.status, 200);
        assert.is(got.headers["connection"], "close");
        assert.is(await peer.rest(), "");
        assert.equal(calls, ["start", "headers /", "close"]);
      },
    );
  }
  for (const [when, data] of [
    ["at once", (exchange: HTTP1Exchange) => respond(exchange)],
    [
      "before its promise settles",
      async (exchange: HTTP1Exchange): Promise<void> => {
        respond(exchange);
        await turn();
      },
    ],
  ] as const) {
    talk(
      `an answer in the middle of the content, ${when}, ends the connection`,
      () => new Noting({ data: (exchange) => (exchange.finished ? assert.unreachable() : data(exchange)) }),
      async (peer, { calls }) => {
        peer.write(post("/", "x".repeat(100)) + get("/smuggled"));
        assert.is((await peer.answer()).headers["connection"], "close");
        assert.is(await peer.rest(), "");
        assert.equal(calls, ["start", "headers /", "data", "close"]);
      },
      { chunkSize: 10 },
    );
  }
  talk(
    "content may be echoed while it comes",
    () =>
      new Noting({
        headers: (exchange) => void exchange.writeHeaders(OK, new HTTPHeaders()),
        data: (exchange, piece) => exchange.write(piece),
        finish: (exchange) => exchange.finish(),
      }),
    async (peer) => {
      peer.write(post("/", "x".repeat(100)) + get("/never"));
      const got = await peer.answer();
      assert.is(got.body, "x".repeat(100));
      assert.is(got.headers["connection"], "close", "decided before the content had come");
      assert.is(await peer.rest(), "");
    },
    { chunkSize: 10 },
  );

  for (const place of ["headers", "data", "finish"] as const) {
    for (const late of place === "finish" ? [false] : [false, true]) {
      const boom = (): Promise<void> | void => {
        if (!late) throw new Error("boom");
        return turn().then(() => {
          throw new Error("boom");
        });
      };
      talk(
        `an error ${late ? "later " : ""}in ${place} is a 500, and the connection closes`,
        () => new Noting({ [place]: boom }),
        async (peer, { calls }) => {
          expectLog(/boom/);
          peer.write(post("/", "abc") + get("/next"));
          const got = await peer.answer();
          assert.is(got.status, 500);
          assert.is(got.headers["connection"], "close");
          assert.not.match(got.body, "boom");
          assert.is(await peer.rest(), "");
          const seen = ["start", "headers /", "data", "finish"].slice(0, { headers: 2, data: 3, finish: 4 }[place]);
          assert.equal(calls, place === "finish" ? seen : [...seen, "close"]);
        },
      );
    }
  }
  talk(
    "an error after the answer is logged and harms nothing",
    () =>
      new Noting({
        headers: async (exchange) => {
          respond(exchange);
          await turn();
          throw new Error("boom too late");
        },
      }),
    async (peer) => {
      const log = expectLog(/boom too late/);
      peer.write(get("/1"));
      assert.is((await peer.answer()).status, 200);
      while (log.records.length === 0) await turn();
      peer.write(get("/2"));
      assert.is((await peer.answer()).status, 200);
      while (log.records.length < 2) await turn();
    },
  );
  test("callbacks that throw while a connection closes are logged, and harm no other", async () => {
    const expected = [expectLog(/gone boom/), expectLog(/callback boom/), expectLog(/onClose boom/)];
    const noting = new Noting({
      headers: (exchange) =>
        exchange.setCloseCallback(() => {
          throw new Error("callback boom");
        }),
      gone: () => {
        throw new Error("gone boom");
      },
    });
    noting.onClose = () => {
      throw new Error("onClose boom");
    };
    await serving(noting, setup, async (port, server) => {
      await withPeer(port, async (peer) => {
        peer.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nabc`);
        while (!noting.calls.includes("data")) await turn();
      });
      while (server.connectionCount > 0) await turn();
      for (const { records } of expected) assert.is(records.length, 1);
    });
  });

  talk(
    "limits set for a request hold for it and not for the next",
    () =>
      new Noting({
        headers: (exchange, { path }) => {
          if (path === "/large") exchange.setMaxBodySize(100);
          if (path === "/none") exchange.setMaxBodySize(0);
        },
      }),
    async (peer) => {
      expectLog(/larger than 10 bytes/);
      peer.write(
        post("/large", "x".repeat(100)) + post("/none", "") + post("/", "x".repeat(10)) + post("/", "x".repeat(11)),
      );
      for (let i = 0; i < 3; i++) assert.is((await peer.answer()).status, 200, `answer ${i}`);
      assert.is((await peer.answer()).status, 413);
      assert.is(await peer.rest(), "");
    },
    { maxBodySize: 10 },
  );
  talk(
    "a limit lowered in the middle holds for the chunks that follow",
    () => new Noting({ data: (exchange) => exchange.setMaxBodySize(5) }),
    async (peer, { calls }) => {
      expectLog(/larger than 5 bytes/);
      peer.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`);
      assert.is((await peer.answer()).status, 413);
      assert.equal(calls, ["start", "headers /", "data", "close"]);
    },
  );

  talk(
    "an answer is what it says: neither two, nor longer, nor shorter",
    () =>
      new Noting({
        finish: (exchange) => {
          throws(() => exchange.finish(), "ERR_LANDSPOUT_HEADERS_MISSING");
          throws(() => exchange.write("x"), "ERR_LANDSPOUT_HEADERS_MISSING");
          for (const length of ["-1", "+1", "0x1", "", "1, 1", "1e3"]) {
            throws(
              () => exchange.writeHeaders(OK, new HTTPHeaders({ "Content-Length": length })),
              "ERR_LANDSPOUT_ANSWER_LENGTH",
            );
          }
          for (const reason of ["a\r\nb", "\0", "\u2028"]) {
            throws(() => exchange.writeHeaders({ code: 200, reason }, new HTTPHeaders()), "ERR_LANDSPOUT_STATUS_LINE");
          }
          for (const code of [99, 1000, 200.5, Number.NaN]) {
            throws(() => exchange.writeHeaders({ code, reason: "" }, new HTTPHeaders()), "ERR_LANDSPOUT_STATUS_LINE");
          }
          exchange.writeHeaders(OK, new HTTPHeaders({ "Content-Length": 4 }));
          throws(() => exchange.writeHeaders(OK, new HTTPHeaders()), "ERR_LANDSPOUT_HEADERS_SENT");
          exchange.write("");
          exchange.write("ab");
          exchange.write(Buffer.from("cd"));
          exchange.finish();
          exchange.finish();
          exchange.write("late");
        },
      }),
    async (peer) => {
      for (let i = 0; i < 2; i++) {
        peer.write(get("/"));
        assert.is((await peer.answer()).body, "abcd");
      }
    },
  );
  for (const [what, code, use] of [
    ["longer", "ERR_LANDSPOUT_CONTENT_TOO_LONG", (exchange: HTTP1Exchange) => exchange.write("cde")],
    ["shorter", "ERR_LANDSPOUT_CONTENT_TOO_SHORT", (exchange: HTTP1Exchange) => exchange.finish()],
  ] as const) {
    talk(
      `an answer that becomes ${what} than its length is cut`,
      () =>
        new Noting({
          finish: (exchange) => {
            exchange.writeHeaders(OK, new HTTPHeaders({ "Content-Length": 4 }), "ab");
            throws(() => use(exchange), code);
          },
        }),
      async (peer) => {
        peer.write(get("/"));
        const got = await peer.rest();
        assert.not.match(got, "cde");
        if (got !== "") assert.match(got, /\r\n\r\nab$/);
      },
    );
  }
  talk(
    "an empty piece is no last chunk",
    () =>
      new Noting({
        finish: (exchange) => {
          exchange.writeHeaders(OK, new HTTPHeaders(), "");
          for (const piece of ["", "a", "", "€", ""]) exchange.write(piece);
          exchange.finish();
        },
      }),
    async (peer) => {
      peer.write(get("/", "Connection: close\r\n"));
      await peer.expect("HTTP/1.1 200 OK\r\n");
      assert.is((await peer.rest()).replace(/^[^]*?\r\n\r\n/, ""), "1\r\na\r\n3\r\n\xe2\x82\xac\r\n0\r\n\r\n");
    },
  );

  talk(
    "detach gives the stream away with the bytes behind the request",
    () =>
      new Noting({
        finish: (exchange) => {
          const stream = exchange.detach();
          let heard = "";
          stream.attach({
            bytesReceived: (start, end) => {
              heard += Buffer.from(stream.parser.buffer.subarray(start, end)).toString("latin1");
              if (heard.endsWith("!")) {
                stream.appendText(`heard ${heard}`, 0);
                stream.end();
              }
              return end;
            },
            streamEnded: () => undefined,
            streamClosed: () => undefined,
            streamDrained: () => undefined,
          });
        },
      }),
    async (peer) => {
      peer.write(`${get("/", "Connection: Upgrade\r\nUpgrade: echo\r\n")}not HTTP`);
      await turn();
      peer.write(" at all!");
      assert.is(await peer.rest(), "heard not HTTP at all!");
    },
  );

  test.run();
}
