/** permessage-deflate (RFC 7692): what is agreed on, the examples of the RFC, order, limits, and every parameter in both roles. */
import { Buffer } from "node:buffer";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import * as assert from "uvu/assert";
import { WebSocket as WsClient, WebSocketServer } from "ws";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { prepareMessage, websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { CompressionOptions, Message, WebSocketClient } from "../../src/web/websocket.ts";
import { MAX_DEFLATES, runningDeflates } from "../../src/websocket/deflate.ts";
import { acceptOffer, checkAccepted, offerOf, parseExtensions } from "../../src/websocket/extensions.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import type { Setup } from "../_support/wire.ts";
import { closeFrame, masked, RawWebSocket, withEcho } from "./_raw.ts";
import type { Log } from "./_raw.ts";

const OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const flushed = (data: string | Buffer): Buffer =>
  deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
const inflated = (data: Buffer, windowBits = 15): Buffer =>
  inflateRawSync(Buffer.concat([data, Buffer.of(0, 0, 255, 255)]), {
    finishFlush: constants.Z_SYNC_FLUSH,
    windowBits,
  });
function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing there");
  return value;
}
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** An echo that compresses; `/` by default from the first byte on. */
function withDeflate(
  use: (port: number, log: Log) => Promise<void>,
  compression: CompressionOptions = { threshold: 0 },
  server: Setup = {},
  options: object = {},
): Promise<void> {
  let told: Log | undefined;
  class Echo extends WebSocketHandler {
    override getCompressionOptions() {
      return compression;
    }
    override onMessage(message: Message) {
      if (message === "three in order") {
        void this.writeMessage("a".repeat(300_000));
        this.writePrepared(prepareMessage("b"));
        this.ping("p");
        void this.writeMessage("c");
        this.close(4000, "d");
        return;
      }
      void this.writeMessage(message);
    }
    override onClose(code: number) {
      told?.add(`close ${code}`);
    }
  }
  return withEcho(
    (port, log) => {
      told = log;
      return use(port, log);
    },
    { echo: Echo as typeof WebSocketHandler, server, options },
  );
}

const units = suite("permessage-deflate, agreeing on it");
const accept = (field: string, options: CompressionOptions = {}): string | undefined =>
  acceptOffer(must(parseExtensions(field)), options)?.answer;

units("a server takes the first offer it understands", () => {
  for (const [offer, answer] of [
    ["permessage-deflate", ""],
    ["permessage-deflate; client_max_window_bits", ""],
    ['permessage-deflate; client_max_window_bits="10"', "; client_max_window_bits=10"],
    ["permessage-deflate;server_max_window_bits=8", "; server_max_window_bits=8"],
    ["permessage-deflate; server_max_window_bits=15", "; server_max_window_bits=15"],
    ["permessage-deflate; server_no_context_takeover", "; server_no_context_takeover"],
    ["permessage-deflate; client_no_context_takeover", "; client_no_context_takeover"],
    ["x-other; a=b, permessage-deflate", ""],
    // RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements"
    [", permessage-deflate", ""],
    ["permessage-deflate,", ""],
    ["permessage-deflate , ,", ""],
    [",\t, x-other ,, permessage-deflate; client_no_context_takeover ,,", "; client_no_context_takeover"],
    [`${", ".repeat(10_000)}permessage-deflate`, ""],
    ["permessage-deflate; unknown, permessage-deflate; client_no_context_takeover", "; client_no_context_takeover"],
  ] as const)
    assert.is(accept(offer), `permessage-deflate${answer}`, offer);
  for (const offer of [
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=08",
    "permessage-deflate; client_max_window_bits=99",
    "permessage-deflate; client_max_window_bits=a",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover=true",
    "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; toString",
    "Permessage-Deflate",
    "x-webkit-deflate-frame",
  ])
    assert.is(accept(offer), undefined, offer);
  // "the following values would be invalid, since at least one non-empty element is required"
  for (const field of [
    "",
    ",",
    " ",
    ",   ,",
    "a;",
    "a;,b",
    ", ;a",
    "a; , b",
    "a; =b",
    "a; b=",
    'a; b="',
    "a b",
    "permessage-deflate=1",
  ])
    assert.is(parseExtensions(field), undefined, field);
});

units("options of the server narrow what is agreed on", () => {
  const all: CompressionOptions = {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 9,
    clientMaxWindowBits: 10,
  };
  const flags = "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9";
  // A client that has not said that it knows the parameter is not sent it.
  assert.is(accept("permessage-deflate", all), flags);
  assert.is(accept("permessage-deflate; client_max_window_bits", all), `${flags}; client_max_window_bits=10`);
  assert.is(accept("permessage-deflate; client_max_window_bits=9", all), `${flags}; client_max_window_bits=9`);
  assert.is(offerOf({}), "permessage-deflate; client_max_window_bits");
  assert.is(offerOf(all), `${flags}; client_max_window_bits=10`);
});

units("a client refuses an answer that is none to its offer", () => {
  const good: CompressionOptions = { serverMaxWindowBits: 10, clientMaxWindowBits: 11 };
  assert.equal(checkAccepted("permessage-deflate; server_max_window_bits=9; client_max_window_bits=15", good), {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: 9,
    clientMaxWindowBits: 11,
  });
  for (const answer of [", permessage-deflate", "permessage-deflate,", ",\t, permessage-deflate ,, "])
    assert.equal(checkAccepted(answer, {}), checkAccepted("permessage-deflate", {}), answer);
  for (const answer of [
    "",
    ", ,",
    ", permessage-deflate; server_max_window_bits=9, x,",
    "permessage-deflate",
    "permessage-deflate; server_max_window_bits=11",
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits",
    "permessage-deflate; server_max_window_bits=9; other",
    "permessage-deflate; server_max_window_bits=9, permessage-deflate; server_max_window_bits=9",
    "x; server_max_window_bits=9",
    "permessage-deflate;",
  ])
    assert.is(checkAccepted(answer, good), undefined, answer);
  assert.is(checkAccepted("permessage-deflate", { serverNoContextTakeover: true }), undefined);
});
units.run();

for (const [name, server] of SETUPS) {
  const test = suite(`permessage-deflate, ${name}`, { deadline: 30 });
  const raw = (
    use: (socket: RawWebSocket, log: Log) => Promise<void>,
    {
      compression,
      options,
      offer = OFFER,
    }: { compression?: CompressionOptions; options?: object; offer?: string } = {},
  ) =>
    withDeflate(
      async (port, log) => {
        const socket = await RawWebSocket.open(port, "/", offer);
        try {
          await use(socket, log);
        } finally {
          socket.destroy();
        }
      },
      compression,
      server,
      options,
    );

  test("reads the examples of RFC 7692 §7.2.3", () =>
    raw(
      async (socket) => {
        assert.match(
          socket.answer,
          /\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover(?:\r\n|$)/,
        );
        const told = async (about: string): Promise<void> => {
          const frame = must(await socket.frame());
          assert.is(frame.opcode, 1);
          assert.is(frame.rsv, 4);
          assert.is(inflated(frame.payload).toString(), "Hello", about);
        };
        // One frame, then two with a ping between them; the third message refers to the second.
        socket.write(masked(0xc1, hex("f2 48 cd c9 c9 07 00")));
        await told("one frame");
        socket.write(masked(0x41, hex("f2 48 cd")), masked(0x89, "p"), masked(0x80, hex("c9 c9 07 00")));
        assert.is((await socket.frame())?.opcode, 10);
        await told("two frames");
        for (const data of [
          "f2 00 11 00 00",
          "00 05 00 fa ff 48 65 6c 6c 6f 00",
          "f3 48 cd c9 c9 07 00 00",
          "f2 00 11 00 00",
          "f2 48 05 00 00 00 ff ff ca c9 c9 07 00",
        ]) {
          socket.write(masked(0xc1, hex(data)));
          await told(data);
        }
        // §7.2.3.6: nothing, compressed; it comes back as it is.
        socket.write(masked(0xc1, hex("00")));
        assert.equal(await socket.frame(), { fin: true, rsv: 0, opcode: 1, masked: false, payload: Buffer.alloc(0) });
        socket.write(masked(0x81, "plain"), closeFrame(1000));
      },
      { compression: { threshold: 0, serverNoContextTakeover: true } },
    ));

  test("with context takeover a message refers to those before it", () =>
    raw(async (socket) => {
      for (const data of ["f248cdc9c90700", "f200110000"]) {
        socket.write(masked(0x81, "Hello"));
        assert.is(must(await socket.frame()).payload.toString("hex"), data);
      }
    }));

  test("without context takeover each message stands by itself", () =>
    raw(
      async (socket) => {
        for (let i = 0; i < 3; i++) {
          socket.write(masked(0xc1, hex("f2 48 cd c9 c9 07 00")));
          assert.is((await socket.frame())?.payload.toString("hex"), "f248cdc9c90700");
        }
        // Nothing before it to refer to.
        socket.write(masked(0xc1, hex("f2 00 11 00 00")));
        assert.is(await socket.closeCode(), 1007);
      },
      { compression: { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true } },
    ));

  test("off by default, and small messages stay as they are", async () => {
    await withEcho(
      async (port) => {
        const socket = await RawWebSocket.open(port, "/", OFFER);
        assert.not.match(socket.answer, /Extensions/);
        socket.write(masked(0xc1, hex("f2 48 cd c9 c9 07 00")));
        assert.is(await socket.closeCode(), 1002);
        socket.destroy();
      },
      { server },
    );
    await raw(
      async (socket) => {
        socket.write(masked(0x81, "x".repeat(1023)), masked(0x81, "x".repeat(1024)));
        assert.is((await socket.frame())?.rsv, 0);
        const frame = await socket.frame();
        assert.is(frame?.rsv, 4);
        assert.ok((frame?.payload.length ?? 99) < 20);
      },
      { compression: {} },
    );
  });

  for (const [title, code, frames, options] of [
    ["data that is none", 1007, [masked(0xc1, hex("ff ff ff"))]],
    ["data behind the final block", 1007, [masked(0xc1, hex("f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00"))]],
    ["text that is not UTF-8", 1007, [masked(0xc1, flushed(hex("e2 82")))]],
    ["a bomb", 1009, [masked(0xc2, flushed(Buffer.alloc(3_000_000)))], { maxMessageSize: 100_000 }],
    ["one byte too many", 1009, [masked(0xc2, flushed(Buffer.alloc(1001)))], { maxMessageSize: 1000 }],
    ["the bit on a continuation", 1002, [masked(0x41, "a"), masked(0xc0, "a")]],
    ["the bit on a ping", 1002, [masked(0xc9, "a")]],
    ["another bit", 1002, [masked(0xa1, "a")]],
  ] as const)
    test(`refuses ${title}`, () =>
      raw(
        async (socket, log) => {
          socket.write(...frames, masked(0x81, "not to be answered"));
          assert.is(await socket.closeCode(), code);
          await socket.over();
          socket.socket.end();
          await log.closed;
          assert.equal(log.events, ["close 1006"]);
        },
        options === undefined ? {} : { options },
      ));

  test("messages keep their order, whatever is compressed, and the close comes last", () =>
    raw(
      async (socket, log) => {
        socket.write(masked(0x81, "three in order"));
        // A ping may overtake what is being compressed.
        assert.is((await socket.frame())?.opcode, 9);
        const frame = await socket.frame();
        assert.is(inflated(must(frame).payload).length, 300_000);
        assert.is(await socket.text(), "b");
        assert.is(await socket.text(), "c");
        assert.is(await socket.closeCode(), 4000);
        socket.write(closeFrame(4000));
        await socket.over();
        socket.socket.end();
        await log.closed;
      },
      { compression: {} },
    ));

  test("answers to what came before the client's close are sent", () =>
    raw(
      async (socket, log) => {
        for (let i = 0; i < 50; i++) socket.write(masked(0x81, `answer ${i}`));
        socket.write(closeFrame(4001));
        let seen = "";
        for (let i = 0; i < 50; i++) seen += inflated(must(await socket.frame()).payload).toString();
        assert.match(seen, /^answer 0.*answer 49$/);
        assert.is(await socket.closeCode(), 4001);
        await socket.over();
        socket.socket.end();
        await log.closed;
        assert.equal(log.events, ["close 4001"]);
      },
      { compression: { threshold: 0, serverNoContextTakeover: true } },
    ));

  test("a window of 2^8 bytes is kept to", () =>
    raw(
      async (socket) => {
        assert.match(socket.answer, /permessage-deflate; server_max_window_bits=8; client_max_window_bits=8/);
        const text = Array.from({ length: 400 }, (_none, i) => `${i * 7919}`.repeat(3)).join("") + "abc".repeat(500);
        socket.write(masked(0x81, text));
        const frame = must(await socket.frame());
        assert.is(inflated(frame.payload, 8).toString(), text);
      },
      {
        compression: { clientMaxWindowBits: 8 },
        offer: OFFER.replace("deflate;", "deflate; server_max_window_bits=8;"),
      },
    ));

  test("a malformed offer is no handshake", () =>
    withDeflate(
      async (port) => {
        expectLog(/malformed Sec-WebSocket-Extensions/);
        const fields = "Sec-WebSocket-Extensions: permessage-deflate; =\r\n";
        await RawWebSocket.open(port, "/", fields).then(
          () => assert.unreachable(),
          (error: Error) => assert.match(error.message, /^HTTP\/1\.1 400 /),
        );
      },
      {},
      server,
    ));

  test("connections that are cut while they compress make room for others", () =>
    withDeflate(
      async (port) => {
        const text = JSON.stringify(Array.from({ length: 20_000 }, (_none, i) => i * 7919));
        for (let round = 0; round < 3; round++) {
          const sockets = await Promise.all(Array.from({ length: 20 }, () => RawWebSocket.open(port, "/", OFFER)));
          for (const socket of sockets) socket.write(masked(0xc1, flushed(text)), masked(0x81, text));
          await sockets[round]?.frame();
          for (const socket of sockets) socket.destroy();
        }
        const client = await websocketConnect(`ws://127.0.0.1:${port}/`, { ...server, compression: {} });
        await client.writeMessage(text);
        assert.ok((await client.readMessage()) === text);
        client.close();
        await client.closed;
        assert.is(runningDeflates(), 0);
      },
      {},
      server,
    ));

  test("so many at once, and no more; all get their turn", () =>
    withDeflate(
      async (port) => {
        const text = JSON.stringify(Array.from({ length: 5000 }, (_none, i) => i * 7919));
        const url = `ws://127.0.0.1:${port}/`;
        const clients = await Promise.all(
          Array.from({ length: 12 }, () => websocketConnect(url, { ...server, compression: {} })),
        );
        for (const client of clients) for (let i = 0; i < 3; i++) void client.writeMessage(`${i}${text}`);
        assert.is(runningDeflates(), MAX_DEFLATES);
        for (const client of clients)
          for (let i = 0; i < 3; i++) {
            assert.ok((await client.readMessage()) === `${i}${text}`);
            assert.ok(runningDeflates() <= MAX_DEFLATES);
          }
        assert.is(runningDeflates(), 0);
        for (const client of clients) client.abort();
        await Promise.all(clients.map((client) => client.closed));
      },
      {},
      server,
    ));
  test.run();
}

/** Every combination that says something different. */
const MATRIX: CompressionOptions[] = [];
for (const serverNoContextTakeover of [false, true])
  for (const clientNoContextTakeover of [false, true])
    for (const serverMaxWindowBits of [8, 9, 15])
      for (const clientMaxWindowBits of [8, 12, 15])
        MATRIX.push({
          serverNoContextTakeover,
          clientNoContextTakeover,
          serverMaxWindowBits,
          clientMaxWindowBits,
          threshold: MATRIX.length % 2 === 0 ? 0 : 100,
        });

const TEXTS = ["", "a", "Hello", "€".repeat(2000), JSON.stringify(MATRIX), JSON.stringify(MATRIX).repeat(20)];

async function converse(client: WebSocketClient, about: string): Promise<void> {
  for (const text of [...TEXTS, ...TEXTS]) void client.writeMessage(text);
  for (const text of [...TEXTS, ...TEXTS]) assert.ok((await client.readMessage()) === text, about);
  const bytes = Buffer.from(TEXTS.join(""));
  void client.writeMessage(bytes);
  assert.ok(bytes.equals((await client.readMessage()) as Buffer), about);
  client.close(1000);
  await client.closed;
  assert.is(client.closeCode, 1000, about);
}

const test = suite("permessage-deflate, every parameter in both roles", { deadline: 60 });

test("our client and our server", async () => {
  for (const compression of MATRIX) {
    const about = JSON.stringify(compression);
    await withDeflate(async (port) => {
      const url = `ws://127.0.0.1:${port}/`;
      await converse(await websocketConnect(url, { compression: {} }), about);
      await converse(await websocketConnect(url, { compression }), about);
    }, compression);
  }
});

test("our client and the server of ws", async () => {
  for (const compression of MATRIX) {
    const { threshold: _none, ...perMessageDeflate } = compression;
    const server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      perMessageDeflate: { ...perMessageDeflate, threshold: 0 },
    });
    server.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
    if (server.address() === null) await once(server, "listening");
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const client = await websocketConnect(url, { compression });
    assert.match(client.headers.get("Sec-WebSocket-Extensions") ?? "", /permessage-deflate/);
    await converse(client, JSON.stringify(compression));
    server.close();
  }
});

test("our server and the client of ws", async () => {
  for (const compression of MATRIX)
    await withDeflate(async (port) => {
      const { threshold: _none, ...perMessageDeflate } = compression;
      const client = new WsClient(`ws://127.0.0.1:${port}/`, {
        perMessageDeflate: { ...perMessageDeflate, threshold: 0 },
      });
      const got: string[] = [];
      let wake: () => void = () => undefined;
      client.on("message", (data: Buffer) => {
        got.push(data.toString());
        wake();
      });
      await once(client, "open");
      assert.is(client.extensions, "permessage-deflate");
      for (const text of [...TEXTS, ...TEXTS]) client.send(text);
      while (got.length < 2 * TEXTS.length) await new Promise<void>((resolve) => (wake = resolve));
      assert.equal(got, [...TEXTS, ...TEXTS]);
      const closed = once(client, "close");
      client.close(1000);
      await closed;
    }, compression);
});

test.run();
