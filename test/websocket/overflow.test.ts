/** What becomes of messages for a peer that reads slowly or not at all: `overflow`, in both roles, compressed and not; and those who wait. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { prepareMessage, WebSocketHandler } from "../../src/web/websocket.ts";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { DeflatePeer } from "./_deflate-peer.ts";
import { peerFrame, ROLES, withEndpoints } from "./_endpoints.ts";
import type { Behaviour, Endpoint } from "./_endpoints.ts";
import { masked, RawWebSocket, withEcho } from "./_raw.ts";

const SIZE = 20_000;
/** More than the system keeps of a socket, on both sides together. */
const COUNT = 2000;
const numbered = (i: number): Buffer => {
  const data = Buffer.alloc(SIZE, i);
  data.writeUInt32BE(i);
  return data;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Sends everything at once, and does not wait. */
function flood(endpoint: Endpoint): void {
  for (let i = 0; i < COUNT && endpoint.isOpen; i++) void endpoint.writeMessage(numbered(i));
}

/** Numbers of the messages that come until a pong, or the end. */
async function numbers(socket: RawWebSocket): Promise<number[]> {
  const got: number[] = [];
  for (;;) {
    const frame = await socket.frame();
    if (frame === undefined || frame.opcode !== 2) return got;
    assert.is(frame.payload.length, SIZE);
    got.push(frame.payload.readUInt32BE());
  }
}

for (const role of ROLES)
  for (const [name, setup] of SETUPS) {
    const test = suite(`WebSocket ${role}: overflow, ${name}`, { deadline: 30 });
    const frame = peerFrame(role);

    test("close: the connection is cut; what was sent before is in order", async () => {
      const options = { maxUnsentSize: 500_000 };
      await withEndpoints(role, setup, { onMessage: flood, options }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.socket.pause();
        socket.write(frame(0x81));
        await over;
        assert.equal(ends, ["1006 "]);
        socket.socket.resume();
        const got = await numbers(socket);
        assert.ok(got.length < COUNT);
        assert.equal(got, [...got.keys()]);
        socket.destroy();
      });
    });

    test("drop: some are missing, those that come are whole and in order, and it goes on", async () => {
      const options = { maxUnsentSize: 500_000, overflow: "drop" } as const;
      let flooded: () => void = () => undefined;
      const over = new Promise<void>((resolve) => (flooded = resolve));
      let first = true;
      const onMessage = (endpoint: Endpoint): void => {
        if (first) flood(endpoint);
        else void endpoint.writeMessage(numbered(COUNT));
        first = false;
        flooded();
      };
      await withEndpoints(role, setup, { onMessage, options }, async (connect) => {
        const { socket } = await connect();
        socket.socket.pause();
        socket.write(frame(0x81));
        await over;
        socket.write(frame(0x89));
        await turn();
        socket.socket.resume();
        const got = await numbers(socket);
        assert.ok(got.length > 0 && got.length < COUNT, `${got.length}`);
        assert.equal(
          got,
          got.toSorted((a, b) => a - b),
        );
        socket.write(frame(0x81), frame(0x89));
        assert.equal(await numbers(socket), [COUNT]);
        socket.destroy();
      });
    });

    /** Sends messages to an echo that waits for nothing, and reads nothing until that stops. */
    const holdsBack = (
      behaviour: Behaviour,
      encode: (data: Buffer) => Buffer,
      check: (answer: Buffer, i: number) => void,
    ) => {
      let given = 0;
      const counted = (endpoint: Endpoint, message: string | Buffer): void => {
        given++;
        void endpoint.writeMessage(message);
      };
      return withEndpoints(role, setup, { ...behaviour, onMessage: counted }, async (connect) => {
        const { socket } = await connect();
        socket.socket.pause();
        const sending = (async () => {
          for (let i = 0; i < COUNT; i++) {
            const data = encode(numbered(i));
            await new Promise<void>((resolve) => socket.socket.write(data, () => resolve()));
          }
        })();
        // What the echo was given, not what was sent: a peer's own runtime may keep much of that.
        for (let before = -1; given === 0 || before !== given;) {
          before = given;
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        assert.ok(given < COUNT - 100, `${given} of ${COUNT} were given`);
        socket.socket.resume();
        for (let i = 0; i < COUNT; i++) {
          const answer = await socket.frame();
          assert.is(answer?.opcode, 2);
          check(answer?.payload ?? Buffer.alloc(0), i);
        }
        await sending;
        socket.destroy();
      });
    };
    const onMessage = (endpoint: Endpoint, message: string | Buffer): void => void endpoint.writeMessage(message);

    test("wait: a peer that does not read is not read; nothing is lost", () =>
      holdsBack(
        { options: { maxUnsentSize: 500_000, overflow: "wait" } },
        (data) => frame(0x82, data),
        (answer, i) => assert.is(answer.readUInt32BE(), i),
      ));

    test("wait: likewise where messages are compressed", () => {
      const none = { serverNoContextTakeover: true, clientNoContextTakeover: true };
      const peer = new DeflatePeer(role, { ...none, serverMaxWindowBits: 15, clientMaxWindowBits: 15 });
      // What goes out must not become small.
      const compression = { ...none, level: 0, threshold: 0 };
      const extensions = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
      return holdsBack(
        { options: { maxUnsentSize: 500_000, overflow: "wait" }, compression, extensions },
        (data) => frame(0x82, data),
        (answer, i) => assert.is(peer.in.inflate(answer).readUInt32BE(), i),
      );
    });

    test("wait: a bound smaller than what the stream calls much does not stop it", () =>
      withEndpoints(
        role,
        setup,
        {
          onMessage,
          options: { maxUnsentSize: 0, overflow: "wait" },
          compression: { threshold: 0 },
          extensions: "permessage-deflate",
        },
        async (connect) => {
          const { socket } = await connect();
          for (let i = 0; i < 300; i++) socket.write(frame(0x82, numbered(i).subarray(0, 1000)));
          for (let i = 0; i < 300; i++) assert.is((await socket.frame())?.opcode, 2);
          socket.destroy();
        },
      ));

    test("who awaits writeMessage waits for the peer, whatever the policy", async () => {
      let written = 0;
      const awaits = async (endpoint: Endpoint): Promise<void> => {
        for (; written < COUNT; written++) await endpoint.writeMessage(numbered(written));
        endpoint.close(4000);
      };
      await withEndpoints(role, setup, { onMessage: awaits, options: { maxUnsentSize: 500_000 } }, async (connect) => {
        const { socket } = await connect();
        socket.socket.pause();
        socket.write(frame(0x81));
        for (let before = -1; before !== written;) {
          before = written;
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        assert.ok(written < COUNT, `${written}`);
        socket.socket.resume();
        const got = await numbers(socket);
        assert.equal(got, [...Array(COUNT).keys()]);
        socket.destroy();
      });
    });

    if (role === "server")
      test("drop: prepared messages likewise", async () => {
        let flooded: () => void = () => undefined;
        const over = new Promise<void>((resolve) => (flooded = resolve));
        class Broadcasting extends WebSocketHandler {
          override onMessage() {
            for (let i = 0; i < COUNT; i++) this.writePrepared(prepareMessage(numbered(i)));
            flooded();
          }
        }
        const options = { maxUnsentSize: 500_000, overflow: "drop" } as const;
        const echo = Broadcasting as unknown as typeof WebSocketHandler;
        await withEcho(
          async (port) => {
            const socket = await RawWebSocket.open(port);
            socket.socket.pause();
            socket.write(masked(0x81));
            await over;
            socket.write(masked(0x89));
            await turn();
            socket.socket.resume();
            const got = await numbers(socket);
            assert.ok(got.length > 0 && got.length < COUNT, `${got.length}`);
            assert.ok(got.every((one, i) => i === 0 || one > (got[i - 1] ?? 0)));
            socket.destroy();
          },
          { echo, options, server: setup },
        );
      });
    test.run();
  }
