/** Messages on the wire are the bytes that were given: one buffer filled again and again, beside clients that read late or slowly. */
import { Buffer } from "node:buffer";
import { createInflateRaw } from "node:zlib";
import * as assert from "uvu/assert";
import { PubSub } from "../../src/pubsub/index.ts";
import { Application } from "../../src/web/index.ts";
import { prepareMessage, websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { PreparedFrame } from "../../src/web/websocket.ts";
import { certificate } from "../_support/certificates.ts";
import { connectLate, digestOf, fill, Refilled, SECURITIES, SIZES, sslOf } from "../_support/refilled.ts";
import type { Security } from "../_support/refilled.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS } from "../_support/wire.ts";
import type { Setup } from "../_support/wire.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Ends what a server sends. Too short to be compressed. */
const LAST = "the last message";
const HANDSHAKE =
  "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

/** Payloads of all messages and pings of a server, joined; those that are compressed inflated. */
async function payloadsOf(answer: Buffer): Promise<Buffer> {
  const found: Buffer[] = [];
  const inflate = createInflateRaw();
  inflate.on("data", (piece: Buffer) => found.push(piece));
  for (let at = answer.indexOf("\r\n\r\n") + 4; at < answer.length;) {
    const first = answer[at] as number;
    const short = (answer[at + 1] as number) & 127;
    const size = short < 126 ? 0 : short === 126 ? 2 : 8;
    const length =
      size === 0 ? short : size === 2 ? answer.readUInt16BE(at + 2) : Number(answer.readBigUInt64BE(at + 2));
    at += 2 + size;
    const payload = answer.subarray(at, at + length);
    if ((first & 0x40) !== 0) {
      inflate.write(payload);
      inflate.write(Buffer.of(0, 0, 255, 255));
      await new Promise<void>((resolve) => inflate.flush(() => resolve()));
    } else if ((first & 15) !== 8) found.push(payload);
    at += length;
  }
  return Buffer.concat(found);
}

type Work = (handler: WebSocketHandler, refilled: Refilled) => Promise<void> | void;

/** A server sends what `work` says; a client begins to read when `work` has returned, and must get all that was given. */
async function check(
  setup: Setup,
  security: Security,
  work: Work,
  { compressed = false, slowly = false }: { compressed?: boolean; slowly?: boolean } = {},
): Promise<void> {
  const refilled = new Refilled(1_100_000);
  let begin: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (begin = resolve));
  class Sender extends WebSocketHandler {
    override onMessage(): void {}
    override getCompressionOptions(): { level: number } | undefined {
      return compressed ? { level: 1 } : undefined;
    }
    override async open(): Promise<void> {
      const working = work(this, refilled);
      refilled.spoil();
      begin();
      await working;
      void this.writeMessage(LAST);
    }
  }
  const websocket = { maxUnsentSize: Infinity };
  const app = new Application([["/", Sender]], { accessLog: false, websocket });
  await serving(app, { ...setup, ...sslOf(security) }, async (port) => {
    const client = await connectLate(port, security);
    client.socket.write(`${HANDSHAKE}${compressed ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : ""}\r\n`);
    await ready;
    const all = await client.read(slowly, LAST, Buffer.from("888000000000", "hex"));
    assert.is(all.includes("permessage-deflate"), compressed);
    const payloads = await payloadsOf(all);
    assert.is(payloads.toString("latin1", payloads.length - LAST.length), LAST);
    assert.is(digestOf(payloads.subarray(0, -LAST.length)), refilled.digest());
  });
}

for (const [name, setup] of SETUPS) {
  for (const security of SECURITIES) {
    // TLS has one road only, whatever was asked for.
    if (security === "TLS" && name !== SETUPS.at(-1)?.[0]) continue;
    const test = suite(`bytes given to a WebSocket, ${name}, ${security}`, { deadline: 60 });

    for (const compressed of [false, true]) {
      const how = compressed ? ", compressed" : "";

      test(`3,000 messages through one buffer, each awaited${how}`, () =>
        check(
          setup,
          security,
          async (handler, refilled) => {
            for (let i = 0; i < 3000; i++) await handler.writeMessage(refilled.next(i % 100 === 0 ? 90_000 : 9000));
          },
          { compressed, slowly: true },
        ));

      test(`messages of all sizes, none awaited${how}`, () =>
        check(
          setup,
          security,
          (handler, refilled) => {
            for (const size of [...SIZES, ...SIZES]) void handler.writeMessage(refilled.next(size));
          },
          { compressed },
        ));

      test(`lent: changed only once the promise has settled${how}`, () =>
        check(
          setup,
          security,
          async (handler, refilled) => {
            await turn();
            for (const size of [...SIZES, ...SIZES]) await handler.writeMessage(refilled.next(size), { bytes: "lend" });
          },
          { compressed, slowly: true },
        ));

      test(`a turn for each, with pings between${how}`, () =>
        check(
          setup,
          security,
          async (handler, refilled) => {
            for (const size of SIZES) {
              void handler.writeMessage(refilled.next(size));
              if (!compressed) void handler.ping(refilled.next(125));
              refilled.spoil();
              await turn();
            }
          },
          { compressed },
        ));

      test(`prepared, and published, then changed${how}`, () =>
        check(
          setup,
          security,
          async (handler, refilled) => {
            const hub = new PubSub();
            // A callback may do to its bytes what it likes.
            hub.subscribe("topic", (message) => void (message as Buffer).fill(0));
            hub.subscribe("topic", handler);
            const frames: PreparedFrame[] = [];
            for (const size of SIZES) {
              handler.writePrepared(prepareMessage(refilled.next(size)));
              hub.publish("topic", refilled.next(size));
            }
            for (const size of SIZES) frames.push(prepareMessage(refilled.next(size)));
            refilled.spoil();
            for (const frame of frames) handler.writePrepared(frame);
            await hub.close();
          },
          { compressed },
        ));
    }

    test("a client's messages", async () => {
      const refilled = new Refilled(1_100_000);
      const got: Buffer[] = [];
      let over: () => void = () => undefined;
      const closed = new Promise<void>((resolve) => (over = resolve));
      class Taker extends WebSocketHandler {
        override getCompressionOptions(): object {
          return {};
        }
        override async onMessage(message: string | Buffer): Promise<void> {
          got.push(message as Buffer);
          await turn();
        }
        override onClose(): void {
          over();
        }
      }
      const app = new Application([["/", Taker]], { accessLog: false });
      await serving(app, { ...setup, ...sslOf(security) }, async (port) => {
        const address = security === "TLS" ? `wss://localhost:${port}/` : `ws://127.0.0.1:${port}/`;
        const ssl = security === "TLS" ? { ssl: { ca: certificate("localhost").cert } } : {};
        for (const compression of [undefined, { level: 1 }]) {
          const options = { ...ssl, ...(compression === undefined ? {} : { compression }), maxUnsentSize: Infinity };
          const socket = await websocketConnect(address, options);
          for (const size of SIZES) void socket.writeMessage(refilled.next(size));
          refilled.spoil();
          for (const size of SIZES) await socket.writeMessage(refilled.next(size), { bytes: "lend" });
          refilled.spoil();
          socket.close();
          await socket.closed;
        }
        await closed;
        assert.is(got.length, 4 * SIZES.length);
        assert.is(digestOf(Buffer.concat(got)), refilled.digest());
      });
    });

    test("an echo of borrowed messages", async () => {
      class Echo extends WebSocketHandler {
        override onMessage(message: string | Buffer): void {
          void this.writeMessage(message);
          (message as Buffer).fill(0);
        }
      }
      const websocket = { borrowMessages: true, maxUnsentSize: Infinity };
      const app = new Application([["/", Echo]], { accessLog: false, websocket });
      await serving(app, { ...setup, ...sslOf(security) }, async (port) => {
        const address = security === "TLS" ? `wss://localhost:${port}/` : `ws://127.0.0.1:${port}/`;
        const ssl = security === "TLS" ? { ssl: { ca: certificate("localhost").cert } } : {};
        const socket = await websocketConnect(address, { ...ssl, maxUnsentSize: Infinity });
        const messages = [...SIZES, ...SIZES].map((size, i) => {
          const message = Buffer.alloc(size);
          fill(message, i);
          void socket.writeMessage(message);
          return message;
        });
        for (const message of messages) assert.ok(message.equals((await socket.readMessage()) as Buffer));
        socket.close();
        await socket.closed;
      });
    });

    test.run();
  }
}
