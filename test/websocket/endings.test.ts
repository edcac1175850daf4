/** How WebSockets end, in both roles: peers that leave half, or without a word, while something waits for them. Told once, always. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import type { Message } from "../../src/web/websocket.ts";
import { certificate } from "../_support/certificates.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import type { Setup } from "../_support/wire.ts";
import { peerFrame, ROLES, withEndpoints } from "./_endpoints.ts";
import type { Behaviour, Endpoint } from "./_endpoints.ts";

/** Longer than any test may take: who waits for it has failed. */
const NEVER = 1000;

/** Tests that wait for the clock, which ticks once a second, do so all at once. */
function together(test: ReturnType<typeof suite>): (title: string, run: () => Promise<void>) => void {
  const runs: (() => void)[] = [];
  test.before(() => {
    for (const run of runs) run();
  });
  return (title, run) => {
    let over: Promise<void> | undefined;
    runs.push(() => {
      over = run();
      over.catch(() => undefined);
    });
    test(title, () => over);
  };
}

/** The parser makes no difference here; what lies below the stream does. */
const KINDS: readonly (readonly [name: string, setup: Setup, more: Behaviour])[] = [
  ...SETUPS.filter(([, { parser }]) => parser === "wasm").map(([name, setup]) => [name, setup, {}] as const),
  ["TLS", {}, { secure: certificate("localhost") }],
];

for (const role of ROLES)
  for (const [name, setup, more] of KINDS) {
    const withThem = (behaviour: Behaviour, use: Parameters<typeof withEndpoints>[3]): Promise<void> =>
      withEndpoints(role, setup, { ...behaviour, ...more }, use);
    const test = suite(`WebSocket ${role}: endings, ${name}`, { deadline: 20 });
    const slow = together(test);
    const frame = peerFrame(role);
    const closing = (code: number, reason: string): Buffer =>
      frame(0x88, Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]));

    test("a handler that throws after the peer has left ends it at once", async () => {
      let go: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => (go = resolve));
      const onMessage = async (): Promise<void> => {
        await gone;
        throw new Error("meant");
      };
      await withThem({ onMessage, options: { closeTimeout: NEVER } }, async (connect) => {
        expectLog(/meant/);
        const { socket, over, ends } = await connect();
        socket.write(frame(0x81, "a"));
        socket.socket.end();
        setTimeout(go, 50);
        await over;
        assert.equal(ends, ["1006 "]);
        socket.destroy();
      });
    });

    slow("a peer that leaves while a handler waits for ever is noticed, and what it said last", async () => {
      for (const [farewell, end] of [
        [[], "1006 "],
        [[frame(0x81, "b"), closing(4001, "bye")], "4001 bye"],
      ] as const) {
        const seen: string[] = [];
        const onMessage = (_endpoint: unknown, message: unknown): Promise<void> => {
          seen.push(String(message));
          return new Promise(() => undefined);
        };
        await withThem({ onMessage, options: { closeTimeout: 0.1 } }, async (connect) => {
          const { socket, over, ends } = await connect();
          socket.write(frame(0x81, "a"), ...farewell);
          socket.socket.end();
          await over;
          assert.equal(ends, [end]);
          assert.equal(seen, ["a"]);
          socket.destroy();
        });
      }
    });

    slow("what came before the peer left is handled, however slowly, as long as it goes on", async () => {
      const seen: string[] = [];
      const onMessage = async (_endpoint: unknown, message: unknown): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        seen.push(String(message));
      };
      await withThem({ onMessage, options: { closeTimeout: 0.5 } }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.write(...["a", "b", "c", "d"].map((text) => frame(0x81, text)));
        socket.socket.end();
        await over;
        assert.equal(ends, ["1006 "]);
        assert.equal(seen, ["a", "b", "c", "d"]);
        socket.destroy();
      });
    });

    slow("a peer that says nothing more while a handler waits is asked, and let go", async () => {
      const onMessage = (): Promise<void> => new Promise(() => undefined);
      const options = { pingInterval: 0.1, pingTimeout: 0.1, closeTimeout: 0.1 };
      await withThem({ onMessage, options }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.write(frame(0x81, "a"));
        assert.is((await socket.frame())?.opcode, 9);
        assert.is(await socket.closeCode(), 1011);
        await over;
        assert.equal(ends, ["1006 "]);
        socket.destroy();
      });
    });

    slow("a peer that leaves while more of it is unread than is kept is heard of", async () => {
      const onMessage = (): Promise<void> => new Promise(() => undefined);
      const options = { pingInterval: 0.1, pingTimeout: 0.1, closeTimeout: 0.1 };
      await withThem({ onMessage, options }, async (connect) => {
        const { socket, over, ends } = await connect();
        const text = Buffer.alloc(50_000, "a");
        for (let i = 0; i < 8; i++) socket.write(frame(0x82, text));
        await new Promise((resolve) => setTimeout(resolve, 50));
        socket.destroy();
        await over;
        assert.equal(ends, ["1006 "]);
      });
    });

    slow("a peer that answers pings while a handler waits is kept", async () => {
      let go: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => (go = resolve));
      const options = { pingInterval: 0.1, pingTimeout: 0.1 };
      const onMessage = async (endpoint: Endpoint, message: Message): Promise<void> => {
        if (message === "a") await answered;
        await endpoint.writeMessage(message);
      };
      await withThem({ onMessage, options }, async (connect) => {
        const { socket } = await connect();
        socket.write(frame(0x81, "a"), frame(0x81, "b"));
        for (let i = 0; i < 3; i++) {
          assert.is((await socket.frame())?.opcode, 9);
          socket.write(frame(0x8a));
        }
        go();
        const heard: string[] = [];
        while (heard.length < 2) {
          const answer = await socket.frame();
          if (answer?.opcode === 1) heard.push(answer.payload.toString());
          else assert.is(answer?.opcode, 9);
        }
        assert.equal(heard, ["a", "b"]);
        socket.destroy();
      });
    });

    slow("a handler that closes and goes on waiting hears of the peer's answer", async () => {
      const onMessage = (endpoint: Endpoint): Promise<void> => {
        endpoint.close(4000, "enough");
        return new Promise(() => undefined);
      };
      await withThem({ onMessage, options: { closeTimeout: NEVER } }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.write(frame(0x81, "a"), frame(0x81, "b"));
        assert.is(await socket.closeCode(), 4000);
        socket.write(frame(0x81, "too late"), closing(4000, "as you like"));
        socket.socket.end();
        await over;
        assert.equal(ends, ["4000 as you like"]);
        socket.destroy();
      });
    });

    slow("both close at once: each sends one close frame, and hears the other's", async () => {
      const onMessage = (endpoint: Endpoint): void => endpoint.close(4000, "mine");
      await withThem({ onMessage, options: { closeTimeout: NEVER } }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.write(frame(0x81, "a"), closing(4001, "yours"));
        assert.is(await socket.closeCode(), 4000);
        socket.socket.end();
        await socket.over();
        await over;
        assert.equal(ends, ["4001 yours"]);
        socket.destroy();
      });
    });

    slow("a peer that answers the close, and never closes the connection, is cut off", () =>
      withThem({ options: { closeTimeout: 0.1 } }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.write(closing(1000, "bye"));
        assert.is(await socket.closeCode(), 1000);
        await over;
        assert.equal(ends, ["1000 bye"]);
        socket.destroy();
      }),
    );

    // Of a write over TLS one hears nothing before all of it has been taken.
    if (name !== "TLS")
      slow("a peer that takes slowly what was sent before the close gets all of it", async () => {
        // More than the system keeps of a socket, on both sides together.
        const size = 40_000_000;
        const onMessage = (endpoint: Endpoint): void => {
          void endpoint.writeMessage(Buffer.alloc(size));
          endpoint.close(4000);
        };
        const options = { closeTimeout: 1.5, maxUnsentSize: size * 2 };
        await withThem({ onMessage, options }, async (connect) => {
          const { socket, over, ends } = await connect();
          const raw = socket.socket;
          let got = 0;
          raw.removeAllListeners("data").on("data", (chunk: Buffer) => {
            got += chunk.length;
            raw.pause();
            setTimeout(() => raw.resume(), (chunk.length / size) * 5000);
          });
          const ended = new Promise<void>((resolve) => raw.once("close", () => resolve()).once("end", resolve));
          socket.write(frame(0x81));
          if (role === "server") await ended;
          else {
            while (got < size) await new Promise((resolve) => setTimeout(resolve, 20));
            raw.end();
          }
          await over;
          assert.ok(got > size, `${got} bytes came`);
          assert.equal(ends, ["1006 "]);
          socket.destroy();
        });
      });

    slow("a peer that does not answer the close is cut off", async () => {
      const onMessage = (endpoint: Endpoint): void => endpoint.close(1001);
      await withThem({ onMessage, options: { closeTimeout: 0.1 } }, async (connect) => {
        const { socket, over, ends } = await connect();
        socket.write(frame(0x81, "a"));
        assert.is(await socket.closeCode(), 1001);
        await over;
        assert.equal(ends, ["1006 "]);
        socket.destroy();
      });
    });

    if (role === "server")
      slow("a peer that leaves while open() waits for ever is noticed", async () => {
        const onOpen = (): Promise<void> => new Promise(() => undefined);
        await withThem({ onOpen, options: { closeTimeout: 0.1 } }, async (connect) => {
          const { socket, over, ends } = await connect();
          socket.socket.end();
          await over;
          assert.equal(ends, ["1006 "]);
          socket.destroy();
        });
      });
    test.run();
  }
