/**
 * Messages published to WebSockets that compress (RFC 7692): once for all with equal parameters, among messages of their own in every order,
 * understood by peers of every kind; the raw one checks each message against the window that was agreed on.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { WebSocket as WsClient } from "ws";
import { PubSub } from "../../src/pubsub/index.ts";
import { prepareMessage, websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { CompressionOptions, Message } from "../../src/web/websocket.ts";
import type { WebSocketOptions } from "../../src/websocket/options.ts";
import { MessageDeflate } from "../../src/websocket/deflate.ts";
import { Chance } from "../memory/_canaries.ts";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import type { Setup } from "../_support/wire.ts";
import { agreedIn, DeflatePeer, extensionOf, MATRIX } from "./_deflate-peer.ts";
import { RawWebSocket, withEcho } from "./_raw.ts";

/** Text of which half repeats what other messages hold: a reference to a wrong place in the window shows. */
const words = (chance: Chance, length: number): string => {
  let text = "";
  while (text.length < length) {
    const word = chance.below(40);
    text += chance.below(3) === 0 ? `${chance.below(1e9).toString(36)} ` : `word ${word} of those all messages share, `;
  }
  return text.slice(0, length);
};

/** What every client gets, in this order; `own` says to which it is sent by itself, and not published. */
type Step = { readonly own: boolean; readonly message: string | Buffer };
const SIZES = [0, 1, 40, 99, 100, 300, 2000, 9000, 40_000, 70_000];
function conversation(seed: number, length: number): Step[] {
  const chance = new Chance(seed);
  return Array.from({ length }, () => {
    const text = words(chance, SIZES[chance.below(SIZES.length)] ?? 0);
    return { own: chance.below(2) === 0, message: chance.below(4) === 0 ? Buffer.from(text) : text };
  });
}

class Room {
  readonly pubsub = new PubSub();
  readonly members: WebSocketHandler[] = [];
  /** Says everything to all that are there; now and then in turns of their own. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const [i, { own, message }] of steps.entries()) {
      if (!own) this.pubsub.publish("all", message);
      else for (const member of this.members) void member.writeMessage(message);
      if (i % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (i % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

function withRoom(
  use: (port: number, room: Room) => Promise<void>,
  compression: CompressionOptions = { threshold: 100 },
  server: Setup = {},
  options: WebSocketOptions = { maxUnsentSize: Infinity },
): Promise<void> {
  const room = new Room();
  class Member extends WebSocketHandler {
    override getCompressionOptions() {
      return compression;
    }
    override open(): void {
      room.members.push(this);
      room.pubsub.subscribe("all", this);
    }
    override onMessage(message: Message): void {
      void this.writeMessage(message);
    }
  }
  return withEcho((port) => use(port, room), { echo: Member as typeof WebSocketHandler, server, options });
}

async function arrive(room: Room, count: number): Promise<void> {
  while (room.members.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
}
const same = (got: unknown, { message }: Step, i: number): void => {
  const bytes = Buffer.isBuffer(got) ? got : Buffer.from(got as string);
  assert.is(typeof got === "string", typeof message === "string", `the kind of message ${i}`);
  assert.ok(
    bytes.equals(Buffer.from(message as string)),
    `message ${i} of ${message.length} bytes, got ${bytes.length}`,
  );
};

const units = suite("a message compressed for many");

units("is compressed once for each set of parameters", async () => {
  const agreed = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
  };
  let runs = 0;
  class Counting extends MessageDeflate {
    override compressAlone(...args: Parameters<MessageDeflate["compressAlone"]>): void {
      runs++;
      super.compressAlone(...args);
    }
  }
  const codecs = [
    new Counting(agreed, {}, false),
    // What is shared is compressed with an empty window: whether others are makes no difference.
    new Counting({ ...agreed, serverNoContextTakeover: true }, {}, false),
    new Counting({ ...agreed, clientMaxWindowBits: 9 }, { threshold: 5 }, false),
    new Counting({ ...agreed, serverMaxWindowBits: 10 }, {}, false),
    new Counting(agreed, { level: 1 }, false),
    new Counting(agreed, { memLevel: 1 }, false),
  ];
  const prepared = prepareMessage("many times the same ".repeat(2000));
  const frames = await Promise.all(
    codecs.map(
      (codec) =>
        new Promise<unknown>((resolve) => {
          const again = (): void => resolve(prepared.compressedBy(codec, () => undefined));
          assert.is(prepared.compressedBy(codec, again), undefined);
        }),
    ),
  );
  assert.is(runs, 4);
  assert.is(new Set(frames).size, 4);
  assert.ok(frames[0] === frames[1] && frames[0] === frames[2]);
  for (const codec of codecs) codec.close();
});

units("goes on when the connection that began it closes", async () => {
  await withRoom(async (port, room) => {
    const raws = [];
    for (let i = 0; i < 3; i++)
      raws.push(await RawWebSocket.open(port, "/", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    await arrive(room, 3);
    const message = words(new Chance(3), 200_000);
    room.pubsub.publish("all", message);
    room.members[0]?.abort();
    for (const raw of raws.slice(1)) {
      const peer = new DeflatePeer("server", { ...MATRIX[0], ...agreedIn(raw.answer) } as (typeof MATRIX)[0]);
      const frame = await raw.frame();
      assert.is(frame?.rsv, 4);
      assert.is(peer.in.inflate(frame?.payload as Buffer).toString(), message);
      raw.destroy();
    }
  });
});
units.run();

for (const [name, server] of SETUPS) {
  const test = suite(`a broadcast among messages of their own, compressed, ${name}`, { deadline: 60 });

  test("with every combination of parameters", () =>
    withRoom(
      async (port, room) => {
        const peers = [];
        for (const parameters of MATRIX) {
          const raw = await RawWebSocket.open(port, "/", `Sec-WebSocket-Extensions: ${extensionOf(parameters)}\r\n`);
          const agreed = agreedIn(raw.answer);
          if (agreed === undefined) throw new Error(`not agreed on: ${raw.answer}`);
          peers.push({ raw, agreed, codec: new DeflatePeer("server", agreed) });
        }
        await arrive(room, MATRIX.length);
        const steps = conversation(11, 40);
        const run = room.run(steps);
        const shared = new Map<string, Buffer>();
        for (const { raw, agreed, codec } of peers) {
          for (const [i, step] of steps.entries()) {
            const frame = await raw.frame();
            if (frame === undefined) throw new Error(`no message ${i}`);
            const compressed = Buffer.byteLength(step.message as string) >= 100;
            assert.is(frame.rsv, compressed ? 4 : 0, `message ${i}`);
            const bytes = compressed ? codec.in.inflate(frame.payload) : frame.payload;
            same(frame.opcode === 1 ? bytes.toString() : bytes, step, i);
            if (step.own) continue;
            const key = `${i} ${Math.max(9, agreed.serverMaxWindowBits)}`;
            assert.ok((shared.get(key) ?? frame.payload).equals(frame.payload), "the same bytes for all");
            shared.set(key, frame.payload);
          }
          raw.destroy();
        }
        await run;
      },
      undefined,
      server,
    ));

  test("to clients of `ws`, to ours, and to the runtime's own", () =>
    withRoom(
      async (port, room) => {
        const url = `ws://127.0.0.1:${port}/`;
        const steps = conversation(5, 150);
        const readers: Promise<void>[] = [];
        for (const perMessageDeflate of [
          true,
          false,
          { serverNoContextTakeover: true },
          { serverMaxWindowBits: 9 },
          { clientNoContextTakeover: true, serverMaxWindowBits: 12 },
        ]) {
          const client = new WsClient(url, { perMessageDeflate });
          readers.push(
            new Promise((resolve, reject) => {
              let i = 0;
              client.on("error", reject);
              client.on("close", (code) => reject(new Error(`closed with ${code} before message ${i}`)));
              client.on("message", (data: Buffer, isBinary) => {
                try {
                  same(isBinary ? data : data.toString(), steps[i] as Step, i);
                } catch (error) {
                  reject(error as Error);
                }
                if (++i < steps.length) return;
                resolve();
                client.close();
              });
            }),
          );
          await once(client, "open");
        }
        for (const compression of [{}, undefined]) {
          const client = await websocketConnect(url, compression === undefined ? {} : { compression });
          readers.push(
            (async () => {
              for (const [i, step] of steps.entries()) same(await client.readMessage(), step, i);
              client.close();
            })(),
          );
        }
        if (typeof WebSocket === "function") {
          const client = new WebSocket(url);
          client.binaryType = "arraybuffer";
          readers.push(
            new Promise((resolve, reject) => {
              let i = 0;
              client.addEventListener("close", () => reject(new Error(`closed before message ${i}`)));
              client.addEventListener("message", ({ data }: { data: unknown }) => {
                try {
                  same(data instanceof ArrayBuffer ? Buffer.from(data) : data, steps[i] as Step, i);
                } catch (error) {
                  reject(error as Error);
                }
                if (++i < steps.length) return;
                resolve();
                client.close();
              });
            }),
          );
        }
        await arrive(room, readers.length);
        await Promise.all([room.run(steps), ...readers]);
      },
      undefined,
      server,
    ));

  test("counts what waits to be compressed as unsent", () =>
    withRoom(
      async (port, room) => {
        const raw = await RawWebSocket.open(port, "/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        await arrive(room, 1);
        const message = "z".repeat(100_000);
        // All in one turn: none of them can have been compressed yet.
        for (let i = 0; i < 100; i++) room.pubsub.publish("all", message);
        room.pubsub.publish("all", message);
        let frames = 0;
        const codec = new DeflatePeer("server", agreedIn(raw.answer) as (typeof MATRIX)[0]);
        for (; frames < 5; frames++)
          assert.is(codec.in.inflate((await raw.frame())?.payload as Buffer).toString(), message);
        await new Promise((resolve) => setTimeout(resolve, 20));
        room.members[0]?.close();
        for (let frame = await raw.frame(); frame?.opcode === 1; frame = await raw.frame()) frames++;
        assert.is(frames, 5, "with their headers four fit into 500,000 bytes, and one crosses that");
        raw.destroy();
      },
      undefined,
      server,
      { maxUnsentSize: 500_000, overflow: "drop" },
    ));

  test.run();
}
