/** websocketConnect against our own server, on every road, and against servers that answer what they should not. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/errors.ts";
import { StreamClosedError } from "../../src/net/errors.ts";
import { TimeoutError } from "../../src/async/timeout-error.ts";
import { Application } from "../../src/web/index.ts";
import {
  WebSocketClosedError,
  websocketConnect,
  WebSocketHandler,
  WebSocketHandshakeError,
} from "../../src/web/websocket.ts";
import type { Message, WebSocketConnectOptions } from "../../src/web/websocket.ts";
import { maskedFrame } from "../../src/websocket/frame.ts";
import { acceptValue } from "../../src/websocket/handshake.ts";
import { certificate } from "../_support/certificates.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, SETUPS } from "../_support/wire.ts";
import { masked, withEcho } from "./_raw.ts";

/** What a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => assert.unreachable(`it did not fail: ${String(value)}`),
    (error: unknown) => error as Error,
  ) as Promise<Error>;
}

/** Serves one answer, made of the key, to each connection, while `use` runs. */
async function answering(answer: (key: string) => string | undefined, use: (url: string) => Promise<void>) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", (head: Buffer) => {
      const key = /\r\nSec-WebSocket-Key: (\S+)\r\n/.exec(head.toString())?.[1] ?? "";
      const text = answer(key);
      if (text === undefined) socket.end();
      else socket.write(text, "latin1");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

for (const [name, setup] of SETUPS) {
  const test = suite(`websocketConnect, ${name}`, { deadline: 30 });
  const options: WebSocketConnectOptions = setup;

  test("echoes text, bytes and objects of every size, in order", () =>
    withEcho(
      async (port, log) => {
        const socket = await websocketConnect(`ws://127.0.0.1:${port}/?a=b`, options);
        assert.ok(socket.isOpen);
        for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
          await socket.writeMessage("ü".repeat(size));
          assert.ok((await socket.readMessage()) === "ü".repeat(size), `${size} characters`);
          const bytes = Buffer.alloc(size, 0xfe);
          await socket.writeMessage(bytes);
          assert.ok(bytes.equals((await socket.readMessage()) as Buffer), `${size} bytes`);
        }
        void socket.writeMessage({ a: ["€"] });
        void socket.writeMessage("bytes", { binary: true });
        assert.is(await socket.readMessage(), '{"a":["€"]}');
        assert.equal(await socket.readMessage(), Buffer.from("bytes"));
        for (let i = 0; i < 3000; i++) void socket.writeMessage(`message ${i}`);
        for (let i = 0; i < 3000; i++) assert.is(await socket.readMessage(), `message ${i}`);
        socket.close(4000, "done");
        assert.instance(await errorOf(Promise.resolve(socket.writeMessage("late"))), WebSocketClosedError);
        await log.closed;
        await socket.closed;
        assert.is(socket.closeCode, 4000);
        assert.is(await socket.readMessage(), undefined);
        assert.equal(log.events, ["open", "close 4000 done"]);
      },
      { server: setup },
    ));

  test("messages go to a callback, one at a time where it returns a promise; pings and the end are told", () =>
    withEcho(
      async (port, log) => {
        const events: string[] = [];
        let running = 0;
        const socket = await websocketConnect(`ws://127.0.0.1:${port}/`, {
          ...options,
          onMessage: async (message) => {
            assert.is(++running, 1);
            await new Promise((resolve) => setImmediate(resolve));
            events.push(String(message));
            running--;
            if (message === "3") socket.close();
          },
          onPong: (data) => void events.push(`pong ${data.toString()}`),
          onClose: (code, reason) => void events.push(`close ${code} ${reason}`),
        });
        assert.throws(() => socket.readMessage(), /onMessage/);
        assert.throws(() => socket.ping("x".repeat(126)), /125/);
        socket.ping("p");
        for (let i = 0; i < 4; i++) void socket.writeMessage(`${i}`);
        await socket.closed;
        assert.equal(events, ["pong p", "0", "1", "2", "3", "close 1005 "]);
        await log.closed;
        assert.equal(log.events, ["open", "ping p", "close 1005 "]);
      },
      { server: setup },
    ));

  test("whoever does not read holds the server back; what has come can be read to the end", async () => {
    const sent: number[] = [];
    let done: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (done = resolve));
    class Source extends WebSocketHandler {
      override open() {
        void this.#send();
      }
      async #send() {
        for (let i = 0; i < 400; i++) {
          await this.writeMessage(Buffer.alloc(100_000, i));
          sent.push(i);
        }
        this.close(4001, "that is all");
      }
      override onMessage() {}
      override onClose() {
        done();
      }
    }
    await serving(new Application([["/", Source]], { accessLog: false }), setup, async (port) => {
      const socket = await websocketConnect(`ws://127.0.0.1:${port}/`, options);
      // It stops: the sockets of both sides are full.
      for (let before = -1; before !== sent.length || before === 0;) {
        before = sent.length;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.ok(sent.length < 400, `${sent.length} messages were sent`);
      let i = 0;
      for await (const message of socket) {
        assert.is((message as Buffer).length, 100_000);
        assert.is((message as Buffer)[99_999], i++ & 255);
      }
      assert.is(i, 400);
      assert.is(socket.closeCode, 4001);
      assert.is(socket.closeReason, "that is all");
      await over;
    });
  });

  test("fields, user, subprotocol: as asked for; refusals are errors with their status", async () => {
    class Picky extends WebSocketHandler {
      override prepare() {
        const { headers } = this.request;
        if (headers.get("Authorization") !== "Basic dXNlcjpww6Rzcw==") {
          this.setStatus(401);
          this.finish("no");
        }
      }
      override selectSubprotocol(offered: readonly string[]) {
        return offered[1];
      }
      override open() {
        this.setNodelay(true);
        void this.writeMessage(`${this.request.headers.get("X-Test")} ${this.request.host}`);
      }
      override onMessage(_message: Message) {}
    }
    const app = new Application(
      [
        ["/", Picky],
        ["/echo", WebSocketHandler as never],
      ],
      { accessLog: false },
    );
    await serving(app, setup, async (port) => {
      const socket = await websocketConnect(`ws://user:p%C3%A4ss@127.0.0.1:${port}/`, {
        ...options,
        headers: { "X-Test": "1", Origin: `http://127.0.0.1:${port}` },
        subprotocols: ["a", "b"],
      });
      assert.is(socket.selectedSubprotocol, "b");
      assert.is(socket.headers.get("sec-websocket-protocol"), "b");
      assert.is(await socket.readMessage(), `1 127.0.0.1:${port}`);
      socket.abort();
      await socket.closed;
      assert.is(socket.closeCode, 1006);

      const refused = (await errorOf(websocketConnect(`ws://127.0.0.1:${port}/`, options))) as WebSocketHandshakeError;
      assert.instance(refused, WebSocketHandshakeError);
      assert.is(refused.code, "ERR_LANDSPOUT_WEBSOCKET_STATUS");
      assert.is(refused.status, 401);
      assert.is(refused.headers?.has("Content-Length"), true);
      const missing = (await errorOf(
        websocketConnect(`ws://127.0.0.1:${port}/none`, options),
      )) as WebSocketHandshakeError;
      assert.is(missing.message, "The server answered 404 Not Found");
    });
  });

  test("checks the answer", async () => {
    const good = (key: string, change: { readonly [name: string]: string | undefined } = {}): string => {
      const fields = {
        Upgrade: "WebSocket",
        Connection: "keep-alive, Upgrade",
        "Sec-WebSocket-Accept": acceptValue(key),
        ...change,
      };
      const lines = Object.entries(fields).filter(([, value]) => value !== undefined);
      return `HTTP/1.1 101 Fine\r\n${lines.map(([field, value]) => `${field}: ${value ?? ""}\r\n`).join("")}\r\n`;
    };
    // Empty members of a list count for nothing (RFC 9110 §5.6.1.2).
    for (const change of [
      { Upgrade: "websocket," },
      { Upgrade: ", ,WebSocket" },
      { Connection: ",Upgrade ,," },
      { "Sec-WebSocket-Extensions": ", permessage-deflate ,," },
    ])
      await answering(
        (key) => `${good(key, change)}\x88\x02\x03\xe8`,
        async (url) => {
          const socket = await websocketConnect(url, { ...options, closeTimeout: 0.1, compression: {} });
          await socket.closed;
          assert.is(socket.closeCode, 1000, JSON.stringify(change));
        },
      );
    for (const [change, message] of [
      [{ Upgrade: undefined }, /Upgrade/],
      [{ Upgrade: "," }, /Upgrade/],
      [{ Upgrade: "websocket, h2c" }, /Upgrade/],
      [{ "Sec-WebSocket-Extensions": "," }, /extension/],
      [{ Upgrade: "h2c" }, /Upgrade/],
      [{ Connection: "close" }, /Connection/],
      [{ "Sec-WebSocket-Accept": undefined }, /Accept/],
      [{ "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }, /Accept/],
      [{ "Sec-WebSocket-Protocol": "c" }, /subprotocol/],
      [{ "Sec-WebSocket-Protocol": "a, b" }, /subprotocol/],
      [{ "Sec-WebSocket-Extensions": "permessage-deflate" }, /extension/],
    ] as const)
      await answering(
        (key) => good(key, change),
        async (url) => {
          const error = await errorOf(websocketConnect(url, { ...options, subprotocols: ["a", "b"] }));
          assert.instance(error, WebSocketHandshakeError, JSON.stringify(change));
          assert.match(error.message, message);
        },
      );
    for (const [answer, message] of [
      [(key: string) => good(key).replace("HTTP/1.1", "HTTP/1.0"), /HTTP\/1\.0/],
      [() => "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n", /302 Found/],
      [() => "SSH-2.0-OpenSSH_9.2\r\n", /./],
      [() => `HTTP/1.1 101 A\r\nX: ${"x".repeat(70_000)}`, /65536 bytes/],
      [() => undefined, /before it answered/],
    ] as const)
      await answering(answer, async (url) => {
        const error = await errorOf(websocketConnect(url, options));
        assert.instance(error, WebSocketHandshakeError);
        assert.match(error.message, message);
      });
    // Interim answers are no answers; frames in one packet with the answer are not lost.
    await answering(
      (key) => `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${good(key)}\x81\x02hi\x89\x01p\x88\x02\x03\xe8`,
      async (url) => {
        const pings: string[] = [];
        const onPing = (data: Buffer): void => void pings.push(data.toString());
        // This server does not close its side.
        const socket = await websocketConnect(url, { ...options, closeTimeout: 0.1, onPing });
        const messages: Message[] = [];
        for await (const message of socket) messages.push(message);
        assert.equal(messages, ["hi"]);
        assert.equal(pings, ["p"]);
        await socket.closed;
        assert.is(socket.closeCode, 1000);
      },
    );
  });

  test("a server that masks its frames breaks the protocol", () =>
    answering(
      (key) =>
        `HTTP/1.1 101 A\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptValue(key)}\r\n\r\n` +
        "\x81\x82\0\0\0\0hi",
      async (url) => {
        const socket = await websocketConnect(url, { ...options, closeTimeout: 0.1 });
        assert.is(await socket.readMessage(), undefined);
        await socket.closed;
        assert.is(socket.closeCode, 1006);
      },
    ));

  test("what a callback throws is logged, and the WebSocket closed", () =>
    withEcho(
      async (port, log) => {
        expectLog(/Exception in a callback of a WebSocket client[\s\S]*gone wrong/);
        const socket = await websocketConnect(`ws://127.0.0.1:${port}/`, {
          ...options,
          onMessage: () => {
            throw new Error("gone wrong");
          },
        });
        void socket.writeMessage("a");
        await socket.closed;
        await log.closed;
        assert.equal(log.events, ["open", "close 1011 "]);
      },
      { server: setup },
    ));
  test.run();
}

const test = suite("websocketConnect", { deadline: 30 });

test("wss: certificates are verified, against the name of the URL", async () => {
  const { key, cert } = certificate("localhost");
  await withEcho(
    async (port) => {
      const socket = await websocketConnect(`wss://localhost:${port}/`, { ssl: { ca: cert } });
      await socket.writeMessage("secret");
      assert.is(await socket.readMessage(), "secret");
      socket.close();
      await socket.closed;
      assert.instance(await errorOf(websocketConnect(`wss://localhost:${port}/`)), StreamClosedError);
    },
    { server: { ssl: { key, cert } } },
  );
});

test("frames are masked, wherever they lie in memory", () => {
  for (let length = 0; length < 600; length++) {
    const payload = Buffer.from(Array.from({ length }, (_none, i) => (i * 7) & 255));
    assert.ok(maskedFrame(0x82, payload, Buffer.from("01a2fe7f", "hex")).equals(masked(0x82, payload)), `${length}`);
  }
});

test("wrong calls are refused before anything is sent", async () => {
  for (const url of [
    "http://localhost/",
    "localhost",
    "ws:///",
    "ws://localhost/#a",
    "ws://us%er@localhost/",
    "ws://u:%ff@localhost/",
    "",
  ])
    assert.is(
      ((await errorOf(websocketConnect(url))) as UsageError).code,
      "ERR_LANDSPOUT_WEBSOCKET_URL",
      JSON.stringify(url),
    );
  for (const options of [
    { headers: { "sec-websocket-key": "a" } },
    { headers: { Connection: "close" } },
    { subprotocols: ["a b"] },
    { subprotocols: ["a", "a"] },
    { subprotocols: [""] },
    { connectTimeout: -1 },
    { maxMessageSize: NaN },
  ])
    assert.instance(await errorOf(websocketConnect("ws://127.0.0.1:1/", options)), UsageError, JSON.stringify(options));
});

test("nobody there, or nobody who answers", async () => {
  const server = net.createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const silent = once(server, "connection") as Promise<[net.Socket]>;
  const error = await errorOf(websocketConnect(`ws://127.0.0.1:${port}/`, { connectTimeout: 0.05 }));
  assert.instance(error, TimeoutError);
  const [socket] = await silent;
  socket.on("error", () => undefined).resume();
  if (!socket.destroyed) await new Promise((resolve) => socket.once("close", resolve));
  server.close();
  await once(server, "close");
  assert.instance(await errorOf(websocketConnect(`ws://127.0.0.1:${port}/`)), StreamClosedError);
});

test.run();
