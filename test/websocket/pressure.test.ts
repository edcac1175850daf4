/** What peers in both roles can make an endpoint keep: nothing without a bound. Those that do not read, those that flood. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import type { Message } from "../../src/web/websocket.ts";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { peerFrame, ROLES, withEndpoints } from "./_endpoints.ts";
import type { Endpoint } from "./_endpoints.ts";
import type { RawWebSocket } from "./_raw.ts";

/** Writes one after the other; `sent` counts those the system has taken, `done` settles after the last. */
function writing(socket: RawWebSocket, frame: Buffer, count: number): { sent: number; done: Promise<void> } {
  const progress = { sent: 0, done: Promise.resolve() };
  const next = (resolve: () => void): void => {
    if (progress.sent === count) resolve();
    else
      socket.socket.write(frame, () => {
        progress.sent++;
        next(resolve);
      });
  };
  progress.done = new Promise(next);
  return progress;
}

/** Settles when it goes no further. */
async function stuck(progress: { readonly sent: number }): Promise<void> {
  for (let before = -1; before !== progress.sent;) {
    before = progress.sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

for (const role of ROLES)
  for (const [name, setup] of SETUPS) {
    const test = suite(`WebSocket ${role}: pressure, ${name}`, { deadline: 30 });
    const frame = peerFrame(role);

    test("while a handler waits the peer is held back; nothing is lost", async () => {
      let go: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => (go = resolve));
      let handled = 0;
      const onMessage = (endpoint: Endpoint): Promise<void> | void => {
        handled++;
        if (handled === 1) return gone;
        if (handled === 400) return endpoint.writeMessage("all of them");
      };
      await withEndpoints(role, setup, { onMessage }, async (connect) => {
        const { socket } = await connect();
        const progress = writing(socket, frame(0x82, Buffer.alloc(100_000)), 400);
        await stuck(progress);
        assert.ok(progress.sent < 200, `${progress.sent} of 400 messages were taken`);
        assert.is(handled, 1);
        go();
        assert.is(await socket.text(), "all of them");
        assert.is(handled, 400);
        socket.destroy();
      });
    });

    test("a peer that pings without end and reads no pongs has few of them kept, and the last one answered", async () => {
      let go: () => void = () => undefined;
      const heard = new Promise<void>((resolve) => (go = resolve));
      const onPing = (data: string): void => (data === "the last" ? go() : undefined);
      await withEndpoints(role, setup, { onPing }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.socket.pause();
        const flood = Buffer.concat(Array.from({ length: 500 }, () => frame(0x89, Buffer.alloc(125))));
        const count = 600;
        // They are read all the same.
        await writing(socket, flood, count).done;
        socket.write(frame(0x89, "the last"));
        await heard;
        socket.socket.resume();
        let kept = 0;
        for (;;) {
          const pong = await socket.frame();
          assert.is(pong?.opcode, 10);
          if (pong?.payload.toString() === "the last") break;
          kept += 127;
        }
        // What the system keeps of a socket is its own affair: some megabytes.
        assert.ok(kept < (count * flood.length) / 2, `${kept} bytes of pongs`);
        socket.write(frame(0x88));
        assert.is(await socket.closeCode(), 1005);
        socket.socket.end();
        await over;
        assert.equal(ends, ["1005 "]);
        socket.destroy();
      });
    });

    test("a peer that sends many frames at once lets others have their turn", async () => {
      const order: string[] = [];
      let go: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => (go = resolve));
      const onMessage = (endpoint: Endpoint, _message: unknown, name: string): Promise<void> | void => {
        order.push(name);
        if (order.length === 1) go();
        if (name === "other" || order.length === COUNT + 1) return endpoint.writeMessage(name);
      };
      const COUNT = 10_000;
      await withEndpoints(role, setup, { onMessage }, async (connect) => {
        const many = await connect("many");
        const other = await connect("other");
        many.socket.socket.write(Buffer.concat(Array.from({ length: COUNT }, () => frame(0x81))));
        await begun;
        other.socket.write(frame(0x81));
        assert.is(await other.socket.text(), "other");
        assert.is(await many.socket.text(), "many");
        const turn = order.indexOf("other");
        assert.ok(turn > 0 && turn < COUNT - 1000, `the other one came after ${turn} of ${COUNT}`);
        for (const { socket } of [many, other]) socket.destroy();
      });
    });

    test("floods of pongs, of empty messages and of empty fragments do no harm", async () => {
      let count = 0;
      const onMessage = (endpoint: Endpoint, message: Message): void => {
        count++;
        if (message === "the last") void endpoint.writeMessage(`${count}`);
      };
      const options = { maxEmptyFragments: 1_000_000 };
      await withEndpoints(role, setup, { onMessage, options }, async (connect) => {
        const { socket } = await connect();
        const each = 100_000;
        const many = (one: Buffer, length = each): Buffer => Buffer.concat(Array.from({ length }, () => one));
        socket.write(
          many(frame(0x8a, "unasked")),
          many(frame(0x82)),
          frame(0x01),
          many(frame(0x00)),
          frame(0x80, "the last"),
        );
        assert.is(await socket.text(), `${each + 1}`);
        socket.destroy();
      });
    });
    test("the empty fragments of a message are counted by default, those of one byte are not", () =>
      withEndpoints(role, setup, {}, async (connect) => {
        const { socket, ends, over } = await connect();
        const many = (one: Buffer, length: number): Buffer => Buffer.concat(Array.from({ length }, () => one));
        socket.write(frame(0x01), many(frame(0x00), 4095), many(frame(0x00, "a"), 10_000), frame(0x80));
        assert.is(await socket.text(), "a".repeat(10_000));
        socket.write(frame(0x01), many(frame(0x00), 4096));
        assert.is(await socket.closeCode(), 1008);
        socket.socket.end();
        await over;
        assert.equal(ends, ["1006 "]);
        socket.destroy();
      }));
    test.run();
  }
