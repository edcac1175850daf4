/** WebSocketHandler over real sockets: handshake, messages, fragments, control frames, closing, limits; with both parsers. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { WebSocket as WsClient } from "ws";
import { Application, HTTPError } from "../../src/web/index.ts";
import { prepareMessage, WebSocketClosedError, WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";
import { rejection } from "../net/_pair.ts";
import { closeFrame, masked, RawWebSocket, withEcho } from "./_raw.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (const [name, server] of SETUPS) {
  const test = suite(`WebSocket, ${name}`, { deadline: 30 });
  const raw = (
    use: (socket: RawWebSocket, log: Parameters<Parameters<typeof withEcho>[0]>[1]) => Promise<void>,
    more: object = {},
  ) =>
    withEcho(
      async (port, log) => {
        const socket = await RawWebSocket.open(port);
        try {
          await use(socket, log);
        } finally {
          socket.destroy();
        }
      },
      { server, ...more },
    );

  test("accepts the handshake of RFC 6455 §1.3", () =>
    withEcho(
      async (port) => {
        const fields = "Origin: http://LocalHost:80\r\nConnection: keep-alive\r\n";
        const socket = await RawWebSocket.open(port, "/?a=b", fields);
        assert.match(socket.answer, /\r\nUpgrade: websocket\r\n/);
        assert.match(socket.answer, /\r\nConnection: Upgrade\r\n/);
        assert.match(socket.answer, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
        assert.not.match(socket.answer, /Content-Type|Content-Length|Transfer-Encoding/);
        socket.destroy();
      },
      { server },
    ));

  test("refuses what is none, each with its status", () =>
    withEcho(
      async (port) => {
        const good = {
          Host: "localhost",
          Upgrade: "websocket",
          Connection: "Upgrade",
          "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
          "Sec-WebSocket-Version": "13",
        };
        for (const [change, status, log] of [
          [{ Upgrade: undefined }, 400, /Upgrade/],
          [{ Upgrade: "h2c" }, 400, /Upgrade/],
          [{ Connection: "keep-alive" }, 400, /Connection/],
          [{ "Sec-WebSocket-Version": "12" }, 426, /version/],
          [{ "Sec-WebSocket-Key": undefined }, 400, /Key/],
          [{ "Sec-WebSocket-Key": "c2hvcnQ=" }, 400, /Key/],
          [{ Origin: "http://evil.example" }, 403, /cross-origin/],
          [{ Origin: "null" }, 403, /cross-origin/],
          [{ Origin: "http://localhost:81" }, 403, /cross-origin/],
        ] as const)
          await withPeer(port, async (peer) => {
            expectLog(log);
            const fields = Object.entries({ ...good, ...change })
              .filter(([, value]) => value !== undefined)
              .map(([field, value]) => `${field}: ${String(value)}\r\n`);
            peer.write(`GET / HTTP/1.1\r\n${fields.join("")}\r\n`);
            const answer = await peer.answer();
            assert.is(answer.status, status, JSON.stringify(change));
            if (status === 426) assert.is(answer.headers["sec-websocket-version"], "13");
          });
        await withPeer(port, async (peer) => {
          peer.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
          assert.is((await peer.answer()).status, 405);
          assert.is((await peer.answer(true)).status, 405);
        });
      },
      { server },
    ));

  test("echoes text and bytes of every length of length, at once and byte by byte", () =>
    raw(async (socket) => {
      for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 300_000]) {
        const text = "ü".repeat(length >> 1) + "x".repeat(length & 1);
        socket.write(masked(0x81, text));
        assert.is(await socket.text(), text);
        const bytes = Buffer.alloc(length, 0xfe);
        socket.write(masked(0x82, bytes));
        assert.is(await socket.text(), bytes.toString("hex"));
      }
      for (const byte of Buffer.concat([masked(0x01, "sl"), masked(0x89, "p"), masked(0x80, "ow €")])) {
        socket.socket.write(Buffer.of(byte));
        await turn();
      }
      assert.is((await socket.frame())?.opcode, 10);
      assert.is(await socket.text(), "slow €");
    }));

  test("many messages of one read are answered in order, in one write", () =>
    raw(async (socket) => {
      let writes = 0;
      socket.socket.on("data", () => writes++);
      socket.write(...Array.from({ length: 100 }, (_none, i) => masked(0x81, `message ${i}`)));
      for (let i = 0; i < 100; i++) assert.is(await socket.text(), `message ${i}`);
      assert.ok(writes < 5, `~> ${writes} pieces`);
      socket.write(...Array.from({ length: 2000 }, (_none, i) => masked(0x81, `${i}`)));
      for (let i = 0; i < 2000; i++) assert.is(await socket.text(), `${i}`);
    }));

  test("a character may be cut anywhere, also between fragments", () =>
    raw(async (socket) => {
      const bytes = Buffer.from("κόσμε 😀");
      for (let cut = 0; cut <= bytes.length; cut++) {
        socket.write(masked(0x01, bytes.subarray(0, cut)), masked(0x80, bytes.subarray(cut)));
        assert.is(await socket.text(), "κόσμε 😀");
      }
    }));

  const BROKEN: readonly (readonly [title: string, code: number, frames: readonly (Buffer | string)[]])[] = [
    ["an unmasked frame", 1002, ["810161"]],
    ["a reserved bit", 1002, [masked(0xc1, "a")]],
    ["two reserved bits", 1002, [masked(0xb1, "a")]],
    ["a reserved data opcode", 1002, [masked(0x83, "a")]],
    ["a reserved control opcode", 1002, [masked(0x8b, "a")]],
    ["a long ping", 1002, [masked(0x89, "x".repeat(126))]],
    ["a fragmented ping", 1002, [masked(0x09, "a")]],
    ["a continuation of nothing", 1002, [masked(0x80, "a")]],
    ["a message within a message", 1002, [masked(0x01, "a"), masked(0x81, "b")]],
    ["a length that is not the shortest", 1002, ["81fe0001000000000061"]],
    ["a long length that is not the shortest", 1002, ["81ff000000000000000100000000"]],
    ["a length with its first bit set", 1002, ["82ff8000000000000000"]],
    ["a length beyond counting", 1009, ["82ff002000000000000000000000"]],
    ["the longest length", 1009, ["82ff7fffffffffffffff00000000"]],
    ["a close frame of one byte", 1002, [masked(0x88, "a")]],
    ["a close code that may not be sent", 1002, [closeFrame(1005)]],
    ["a close code out of range", 1002, [closeFrame(999)]],
    ["a close code nobody has", 1002, [closeFrame(1016)]],
    ["a reason that is not UTF-8", 1007, [masked(0x88, Buffer.from("03e8ff", "hex"))]],
    ["text that is not UTF-8", 1007, [masked(0x81, Buffer.from("cebae1bdb9cf83cebcceb5eda080656469746564", "hex"))]],
    ["text that ends in the middle of a character", 1007, [masked(0x81, Buffer.from("e282", "hex"))]],
    ["a fragment that cannot become UTF-8", 1007, [masked(0x01, Buffer.from("f4908080", "hex"))]],
  ];
  for (const [title, code, frames] of BROKEN)
    test(`refuses ${title}`, () =>
      raw(async (socket, log) => {
        socket.write(...frames, masked(0x81, "not to be answered"));
        assert.is(await socket.closeCode(), code);
        await socket.over();
        socket.socket.end();
        await log.closed;
        assert.equal(log.events, ["open", "close 1006 "]);
      }));

  test("a half text message is refused as soon as it is certain, not when it ends", () =>
    raw(async (socket) => {
      const frame = masked(0x81, Buffer.concat([Buffer.from("fine "), Buffer.from([0xff]), Buffer.alloc(1000)]));
      socket.socket.write(frame.subarray(0, 40));
      assert.is(await socket.closeCode(), 1007);
    }));

  test("answers pings, tells pongs, between fragments too", () =>
    raw(async (socket, log) => {
      socket.write(masked(0x89, "one"), masked(0x01, "a"), masked(0x89, "two"), masked(0x8a, "p"), masked(0x80, "b"));
      for (const data of ["one", "two"]) {
        const pong = await socket.frame();
        assert.equal([pong?.opcode, pong?.payload.toString()], [10, data]);
      }
      assert.is(await socket.text(), "ab");
      assert.equal(log.events, ["open", "ping one", "ping two", "pong p"]);
    }));

  test("closes as the client asks, with its code and reason", async () => {
    for (const [frame, code, event] of [
      [closeFrame(1000, "bye ü"), 1000, "close 1000 bye ü"],
      [closeFrame(4999), 4999, "close 4999 "],
      [masked(0x88), 1005, "close 1005 "],
    ] as const)
      await raw(async (socket, log) => {
        socket.write(frame, masked(0x81, "too late"));
        assert.is(await socket.closeCode(), code);
        await socket.over();
        socket.socket.end();
        await log.closed;
        assert.equal(log.events, ["open", event]);
      });
  });

  test("a client that leaves without a word is told as 1006, once", async () => {
    for (const how of ["end", "destroy", "resetAndDestroy"] as const)
      await raw(async (socket, log) => {
        socket.write(masked(0x01, "half a mess"));
        await turn();
        socket.socket[how]();
        await log.closed;
        await turn();
        assert.equal(log.events, ["open", "close 1006 "]);
      });
  });

  test("limits: a message too big, whole or in fragments; too many fragments", async () => {
    const limits = { options: { maxMessageSize: 100, maxFragments: 10 } };
    for (const frames of [
      [masked(0x82, Buffer.alloc(101)).subarray(0, 8)],
      [masked(0x02, Buffer.alloc(60)), masked(0x80, Buffer.alloc(41))],
    ])
      await raw(async (socket) => {
        socket.write(...frames);
        assert.is(await socket.closeCode(), 1009);
      }, limits);
    await raw(async (socket) => {
      socket.write(masked(0x82, Buffer.alloc(100)));
      assert.is((await socket.text()).length, 200);
      socket.write(masked(0x01), ...Array.from({ length: 10 }, () => masked(0x00)));
      assert.is(await socket.closeCode(), 1008);
    }, limits);
  });

  test("a promise of onMessage holds the next message back, one of open all of them", async () => {
    const seen: string[] = [];
    let open: (() => void) | undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    class Slow extends WebSocketHandler {
      override async open() {
        seen.push("opening");
        await opened;
        seen.push("open");
      }
      override async onMessage(message: Message) {
        seen.push(`begin ${String(message)}`);
        await turn();
        await turn();
        seen.push(`end ${String(message)}`);
        if (message === "c") this.close(4000, "enough");
      }
    }
    await raw(
      async (socket) => {
        socket.write(masked(0x81, "a"), masked(0x81, "b"), masked(0x81, "c"), masked(0x81, "d"));
        await turn();
        open?.();
        assert.is(await socket.closeCode(), 4000);
        assert.equal(seen, ["opening", "open", "begin a", "end a", "begin b", "end b", "begin c", "end c"]);
      },
      { echo: Slow },
    );
  });

  test("an exception closes with 1011 and is logged", async () => {
    for (const where of ["open", "message", "later"]) {
      class Failing extends WebSocketHandler {
        override open() {
          if (where === "open") throw new Error("meant");
        }
        override onMessage(): void | Promise<void> {
          if (where === "later") return Promise.reject(new Error("meant"));
          throw new Error("meant");
        }
      }
      await raw(
        async (socket) => {
          expectLog(/meant/);
          socket.write(masked(0x81, "a"));
          assert.is(await socket.closeCode(), 1011);
        },
        { echo: Failing },
      );
    }
  });

  test("prepare may refuse, subprotocols are chosen, messages prepared once, writes after the close refused", async () => {
    class Choosing extends WebSocketHandler {
      override prepare() {
        if (this.getCookie("user") === undefined) throw new HTTPError(401);
        this.setCookie("seen", "1");
      }
      override selectSubprotocol(offered: readonly string[]) {
        return offered.find((one) => one.startsWith("v2"));
      }
      override async onMessage() {
        this.writePrepared(prepareMessage(`${this.selectedSubprotocol ?? "none"} ü`));
        void this.writeMessage({ a: 1 });
        this.close();
        this.writePrepared(prepareMessage("late"));
        assert.instance(await rejection(Promise.resolve(this.writeMessage("late"))), WebSocketClosedError);
        assert.instance(await rejection(Promise.resolve(this.ping("late"))), WebSocketClosedError);
      }
    }
    await withEcho(
      async (port) => {
        await withPeer(port, async (peer) => {
          peer.write("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
          assert.is((await peer.answer()).status, 401);
        });
        const socket = await RawWebSocket.open(port, "/", "Cookie: user=a\r\nSec-WebSocket-Protocol: v1, v2.chat\r\n");
        socket.write(masked(0x81, "go"));
        assert.is(await socket.text(), "v2.chat ü");
        assert.is(await socket.text(), '{"a":1}');
        assert.is(await socket.closeCode(), 1005);
        socket.destroy();
      },
      { server, echo: Choosing },
    );
  });

  test("a client that does not answer pings, or a close, is let go", async () => {
    const quick = { options: { pingInterval: 0.1, pingTimeout: 0.1, closeTimeout: 0.1 } };
    await raw(async (socket, log) => {
      assert.is((await socket.frame())?.opcode, 9);
      const close = await socket.frame();
      assert.is(close?.payload.toString("utf8", 2), "ping timed out");
      await log.closed;
      assert.equal(log.events, ["open", "close 1006 "]);
    }, quick);
    await raw(async (socket) => {
      for (let i = 0; i < 2; i++) {
        const ping = await socket.frame();
        assert.is(ping?.opcode, 9);
        socket.write(masked(0x8a, ping?.payload ?? ""));
      }
    }, quick);
  });

  test("a pong that came while the thread was held up counts", async () => {
    const options = { pingInterval: 1, pingTimeout: 1 };
    await raw(
      async (socket) => {
        assert.is((await socket.frame())?.opcode, 9);
        socket.write(masked(0x8a));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
        socket.write(masked(0x81, "still here"));
        let frame = await socket.frame();
        while (frame?.opcode === 9) frame = await socket.frame();
        assert.is(frame?.payload.toString(), "still here");
      },
      { options },
    );
  });

  test("a client that does not read is closed when too much waits for it", async () => {
    class Flood extends WebSocketHandler {
      override onMessage() {
        const chunk = Buffer.alloc(100_000);
        for (let i = 0; i < 1000 && this.isOpen; i++) void this.writeMessage(chunk);
      }
    }
    await raw(
      async (socket) => {
        socket.socket.pause();
        socket.write(masked(0x81, "go"));
        await new Promise((resolve) => setTimeout(resolve, 50));
        socket.socket.resume();
        while ((await socket.frame()) !== undefined);
      },
      { echo: Flood, options: { maxUnsentSize: 1_000_000 } },
    );
  });

  test("a client that never reads what a handler waits to send is let go, as one that does not answer pings", async () => {
    let over: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => (over = resolve));
    class Waiting extends WebSocketHandler {
      override async onMessage() {
        await this.writeMessage(Buffer.alloc(12_000_000));
      }
      override onClose() {
        over?.();
      }
    }
    const websocket = { pingInterval: 0.1, pingTimeout: 0.1 };
    await serving(new Application([["/", Waiting]], { accessLog: false, websocket }), server, async (port) => {
      const socket = await RawWebSocket.open(port);
      socket.socket.pause();
      socket.write(masked(0x81, "go"));
      await gone;
      socket.destroy();
    });
  });
  test("speaks with the ws client", () =>
    withEcho(
      async (port, log) => {
        const client = new WsClient(`ws://127.0.0.1:${port}/`);
        await new Promise((resolve) => client.once("open", resolve));
        for (const message of ["text", "ü".repeat(70_000), "x".repeat(1_000_000)]) {
          const answer = new Promise((resolve) => client.once("message", (data: Buffer) => resolve(data.toString())));
          client.send(message);
          assert.is(await answer, message);
        }
        client.close(4001, "done");
        await new Promise((resolve) => client.once("close", resolve));
        await log.closed;
        assert.equal(log.events, ["open", "close 4001 done"]);
      },
      { server },
    ));

  test.run();
}
