/** Messages that lie in memory others use next: borrowed as they come in, copied into one arena as they go out. None may be mixed up. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { prepareMessage, websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message, PreparedFrame } from "../../src/web/websocket.ts";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { masked, RawWebSocket, withEcho } from "./_raw.ts";

/** Bytes unlike those of any other message. */
function content(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i + 4 <= size; i += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes.writeInt32LE(state, i);
  }
  return bytes;
}

/** Payloads of the frames of a server, of which there must be nothing else. */
function payloads(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const short = (bytes[at + 1] as number) & 127;
    const size = short < 126 ? 0 : short === 126 ? 2 : 8;
    const length = size === 0 ? short : size === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    at += 2 + size;
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}

/** Sends messages and compares what comes back; reads only from `begin` on. */
async function compare(port: number, messages: readonly Buffer[], begin: Promise<void>): Promise<void> {
  const raw = await RawWebSocket.open(port);
  const socket: net.Socket = raw.socket;
  socket.removeAllListeners("data");
  socket.pause();
  const total = messages.reduce((sum, { length }) => sum + length + (length < 126 ? 2 : length < 65_536 ? 4 : 10), 0);
  for (const message of messages) socket.write(masked(0x82, message));
  await begin;
  const chunks: Buffer[] = [];
  let size = 0;
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= total) socket.emit("all");
  });
  socket.resume();
  await once(socket, "all");
  socket.destroy();
  const answers = payloads(Buffer.concat(chunks));
  assert.is(answers.length, messages.length);
  for (const [i, message] of messages.entries()) assert.ok(message.equals(answers[i] as Buffer), `message ${i}`);
}

for (const [name, server] of SETUPS) {
  const test = suite(`WebSocket, memory that is shared, ${name}`, { deadline: 60 });

  for (const borrowMessages of [false, true]) {
    const lent = borrowMessages ? "borrowed" : "owned";
    test(`echoes to many, some of whom read late, what each has sent (${lent})`, () =>
      withEcho(
        async (port) => {
          let wake: () => void = () => undefined;
          const others = new Promise<void>((resolve) => (wake = resolve));
          const sizes = [8200, 20_000, 40_000, 65_000, 9000, 30, 70_000, 12_345, 65_536];
          const messages = (client: number, count: number) =>
            Array.from({ length: count }, (_, i) =>
              content(client * 1000 + i, sizes[(i * 7 + client) % sizes.length] as number),
            );
          const late = [1, 2, 3].map((client) => compare(port, messages(client, 150), others));
          const prompt = [4, 5, 6].map((client) => compare(port, messages(client, 60), Promise.resolve()));
          await Promise.all(prompt);
          wake();
          await Promise.all(late);
        },
        { server, options: { borrowMessages, maxUnsentSize: Infinity } },
      ));
  }

  test("lends what came in one read, where that is asked for, and nothing else", async () => {
    const seen: Buffer[] = [];
    const kept: PreparedFrame[] = [];
    class Keeper extends WebSocketHandler {
      override onMessage(message: Message) {
        if (typeof message === "string") for (const frame of kept) this.writePrepared(frame);
        else {
          seen.push(message);
          kept.push(prepareMessage(message));
          void this.writeMessage("more");
        }
      }
    }
    const messages = [content(1, 10_000), content(2, 20_000), content(3, 150_000)];
    await withEcho(
      async (port) => {
        const socket = await RawWebSocket.open(port);
        for (const message of messages) {
          socket.write(masked(0x82, message));
          assert.is(await socket.text(), "more");
        }
        const [first, second, third] = seen as [Buffer, Buffer, Buffer];
        if (server.transport === "zero-copy") assert.is(first.buffer, second.buffer);
        assert.is.not(second.buffer, third.buffer, "it came in several reads");
        assert.ok(third.equals(messages[2] as Buffer));
        socket.write(masked(0x81, "all"));
        for (const message of messages) assert.ok((await socket.frame())?.payload.equals(message));
        socket.destroy();
      },
      { server, echo: Keeper as never, options: { borrowMessages: true } },
    );
  });

  test("compresses and inflates what was borrowed as it was", async () => {
    class Squeezed extends WebSocketHandler {
      override getCompressionOptions() {
        return { threshold: 100 };
      }
      override onMessage(message: Message) {
        void this.writeMessage(message);
      }
    }
    await withEcho(
      async (port) => {
        const client = await websocketConnect(`ws://127.0.0.1:${port}/`, {
          compression: { threshold: 1_000_000 },
          borrowMessages: true,
        });
        const messages = [50, 9000, 30_000, 60_000].map((size, i) => content(i, size));
        for (const message of messages) void client.writeMessage(message);
        // Waiting to be read, they are not lent either.
        for (const message of messages) assert.ok(message.equals((await client.readMessage()) as Buffer));
        client.close();
        await client.closed;
      },
      { server, echo: Squeezed as never, options: { borrowMessages: true } },
    );
  });

  test.run();
}
