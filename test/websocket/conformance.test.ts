/**
 * The conformance suite against the server: every case over a socket of its own, sent at once, byte by byte and in odd pieces, with both
 * parsers. A connection that is still good at the end closes in good order; `onClose` is told once, with what the client said.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { Application } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS } from "../_support/wire.ts";
import { close, GROUPS, told } from "./_conformance.ts";
import type { Case, Sent } from "./_conformance.ts";
import { masked, RawWebSocket } from "./_raw.ts";

/** Connections at a time. */
const TOGETHER = 12;
/** Cases up to so many bytes are sent byte by byte. */
const BYTEWISE = 2000;

function encode({ first, payload, cut }: Sent): Buffer {
  // The last two bits of the key are never zero: a payload that stays masked is not mistaken for one that is not.
  const frame = masked(first, payload, 0x37fa213d);
  return cut === undefined ? frame : frame.subarray(0, frame.length - payload.length + cut);
}

/** One write, and one read where the system plays along, for every piece. */
async function sendPieces(socket: RawWebSocket, data: Buffer, size: number): Promise<void> {
  for (let at = 0; at < data.length && !socket.ended; at += size) {
    await new Promise<void>((resolve) => socket.socket.write(data.subarray(at, at + size), () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What comes back until the server has closed, or the last that is expected has come. */
async function conversation(socket: RawWebSocket, { send, expect }: Case, size: number): Promise<string[]> {
  const good = !expect.at(-1)?.startsWith("close");
  const data = Buffer.concat([...send, ...(good ? [close(3333, "well done")] : [])].map(encode));
  const sent = sendPieces(socket, data, size);
  const heard: string[] = [];
  for (;;) {
    const frame = await socket.frame();
    if (frame === undefined) break;
    assert.ok(frame.fin && frame.rsv === 0, "fragments and reserved bits are none of ours");
    heard.push(told(frame.opcode, frame.payload));
  }
  await sent;
  return heard;
}

/** What `onClose` is told: the code of the first close frame that was right, else that none came. */
function closeTold({ send, expect }: Case): string {
  const last = expect.at(-1);
  if (last === undefined || !last.startsWith("close")) return "3333 well done";
  const frame = send.find(({ first }) => first === 0x88);
  const code = frame === undefined || frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE();
  if (frame === undefined || last !== `close ${code}` || frame.payload.length === 1) return "1006 ";
  return `${code} ${frame.payload.toString("utf8", 2)}`;
}

for (const [name, server] of SETUPS) {
  const test = suite(`WebSocket conformance, ${name}`, { deadline: 60 });
  const closes = new Map<string, string[]>();
  const closed = new Map<string, () => void>();
  class Echo extends WebSocketHandler {
    override onMessage(message: Message) {
      return this.writeMessage(message);
    }
    override onClose(code: number, reason: string) {
      const id = this.request.query;
      closes.set(id, [...(closes.get(id) ?? []), `${code} ${reason}`]);
      closed.get(id)?.();
    }
  }
  const app = new Application([["/", Echo]], { accessLog: false });

  let count = 0;
  async function check(port: number, one: Case, size: number): Promise<void> {
    const id = String(count++);
    const over = new Promise<void>((resolve) => closed.set(id, resolve));
    const socket = await RawWebSocket.open(port, `/?${id}`);
    const heard = await conversation(socket, one, size);
    const good = !one.expect.at(-1)?.startsWith("close");
    assert.equal(heard, [...one.expect, ...(good ? ["close 3333"] : [])], `${one.title}, pieces of ${size}`);
    socket.socket.end();
    await over;
    assert.equal(closes.get(id), [closeTold(one)], `${one.title}, pieces of ${size}`);
    socket.destroy();
  }
  async function checkAll(cases: readonly Case[], sizeOf: (one: Case) => number | undefined): Promise<void> {
    const queue = cases.map((one) => [one, sizeOf(one)] as const);
    await serving(app, server, async (port) => {
      const worker = async (): Promise<void> => {
        for (let job = queue.pop(); job !== undefined; job = queue.pop())
          if (job[1] !== undefined) await check(port, job[0], job[1]);
      };
      await Promise.all(Array.from({ length: TOGETHER }, worker));
    });
  }
  const lengthOf = ({ send }: Case): number => send.reduce((sum, { payload }) => sum + payload.length + 6, 0);

  for (const [group, cases] of GROUPS) {
    test(`${group}: ${cases.length} cases, each at once`, () => checkAll(cases, () => Infinity));
    test(`${group}: byte by byte`, () => checkAll(cases, (one) => (lengthOf(one) < BYTEWISE ? 1 : undefined)));
    test(`${group}: in odd pieces`, () => checkAll(cases, (one) => (lengthOf(one) < BYTEWISE ? 13 : 9973)));
  }

  test("a client that leaves in the middle of a frame is gone at once", () =>
    serving(app, server, async (port) => {
      const frame = masked(0x81, "a message");
      for (let size = 1; size < frame.length; size++) {
        const id = String(count++);
        const over = new Promise<void>((resolve) => closed.set(id, resolve));
        const socket = await RawWebSocket.open(port, `/?${id}`);
        socket.socket.write(frame.subarray(0, size));
        await new Promise((resolve) => setImmediate(resolve));
        socket.socket.end();
        await over;
        await socket.over();
        assert.equal(closes.get(id), ["1006 "]);
        socket.destroy();
      }
    }));

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
  test.run();
}
