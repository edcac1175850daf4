/**
 * The conformance suite against an endpoint of either role: every case over a socket of its own, sent at once, byte by byte and in odd
 * pieces, with both parsers. A connection that is still good at the end closes in good order; `onClose` is told once, with what the peer
 * said.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { close, GROUPS, HUGE, LIMITED, LIMITS, told } from "./_conformance.ts";
import type { Case, Sent } from "./_conformance.ts";
import { peerFrame, sendPieces, withEndpoints } from "./_endpoints.ts";
import type { Behaviour, Pairing, Role } from "./_endpoints.ts";

/** Connections at a time. */
const TOGETHER = 12;
/** Cases up to so many bytes are sent byte by byte. */
const BYTEWISE = 2000;

/** A frame as a peer of an endpoint of this role sends it, with whatever is wrong about it. */
function encode(role: Role, { first, payload, cut, wrongMask, lengthSize, claims }: Sent): Buffer {
  const other = role === "server" ? "client" : "server";
  // No two bytes of the key are zero: a payload that stays masked is not mistaken for one that is not.
  let frame = peerFrame(wrongMask === true ? other : role)(first, payload, 0x37fa213d);
  if (lengthSize !== undefined) {
    const isMasked = (frame[1] as number) & 128;
    const old = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(claims ?? BigInt(payload.length));
    const form = isMasked | (lengthSize === 2 ? 126 : 127);
    frame = Buffer.concat([Buffer.of(first, form), length.subarray(8 - lengthSize), frame.subarray(2 + old)]);
  }
  return cut === undefined ? frame : frame.subarray(0, frame.length - payload.length + cut);
}

/** What comes back until the endpoint has closed, or the last that is expected has come. */
async function conversation(role: Role, { socket }: Pairing, { send, expect }: Case, size: number): Promise<string[]> {
  const good = !expect.at(-1)?.startsWith("close");
  const frames = [...send, ...(good ? [close(3333, "well done")] : [])];
  const sent = sendPieces(socket, Buffer.concat(frames.map((one) => encode(role, one))), size);
  const heard: string[] = [];
  for (;;) {
    const frame = await socket.frame();
    if (frame === undefined) break;
    assert.ok(frame.fin && frame.rsv === 0, "fragments and reserved bits are none of ours");
    assert.is(frame.masked, role === "client");
    heard.push(told(frame.opcode, frame.payload));
    // A client waits for the server to close the connection first.
    if (role === "client" && frame.opcode === 8) void sent.then(() => socket.socket.end());
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

const lengthOf = ({ send }: Case): number => send.reduce((sum, { payload }) => sum + payload.length + 6, 0);

/** Registers and runs the suites. */
export function runConformance(role: Role): void {
  for (const [name, setup] of SETUPS) {
    const test = suite(`WebSocket ${role}: conformance, ${name}`, { deadline: 60 });

    async function check(pairing: Pairing, one: Case, size: number): Promise<void> {
      const about = `${one.title}, pieces of ${size}`;
      const heard = await conversation(role, pairing, one, size);
      const good = !one.expect.at(-1)?.startsWith("close");
      assert.equal(heard, [...one.expect, ...(good ? ["close 3333"] : [])], about);
      pairing.socket.socket.end();
      await pairing.over;
      assert.equal(pairing.ends, [closeTold(one)], about);
      pairing.socket.destroy();
    }
    function checkAll(
      cases: readonly Case[],
      sizeOf: (one: Case) => number | undefined,
      behaviour: Behaviour = {},
    ): Promise<void> {
      const queue = cases.map((one) => [one, sizeOf(one)] as const);
      return withEndpoints(role, setup, behaviour, async (connect) => {
        const worker = async (): Promise<void> => {
          for (let job = queue.pop(); job !== undefined; job = queue.pop())
            if (job[1] !== undefined) await check(await connect(), job[0], job[1]);
        };
        await Promise.all(Array.from({ length: TOGETHER }, worker));
      });
    }
    const bytewise = (one: Case): number | undefined => (lengthOf(one) < BYTEWISE ? 1 : undefined);
    const odd = (one: Case): number => (lengthOf(one) < BYTEWISE ? 13 : 9973);

    for (const [group, cases] of GROUPS) {
      test(`${group}: ${cases.length} cases, each at once`, () => checkAll(cases, () => Infinity));
      test(`${group}: byte by byte`, () => checkAll(cases, bytewise));
      test(`${group}: in odd pieces`, () => checkAll(cases, odd));
    }
    test(`9 limits: ${LIMITED.length} cases, in every way`, async () => {
      for (const sizeOf of [() => Infinity, bytewise, odd]) await checkAll(LIMITED, sizeOf, { options: LIMITS });
    });

    test(`9 four megabytes: ${HUGE.length} cases, with the default limits`, () => checkAll(HUGE, () => Infinity));

    test("over TLS too", async () => {
      const secure = certificate("localhost");
      for (const [, cases] of GROUPS) await checkAll(cases.slice(0, 25), () => Infinity, { secure });
    });

    test("messages that are borrowed come back whole all the same", async () => {
      for (const [, cases] of GROUPS) await checkAll(cases, () => Infinity, { options: { borrowMessages: true } });
    });

    test("a peer that leaves in the middle of a frame is gone at once", () =>
      withEndpoints(role, setup, {}, async (connect) => {
        const frame = peerFrame(role)(0x81, "a message");
        for (let size = 1; size < frame.length; size++) {
          const { socket, over, ends } = await connect();
          socket.socket.write(frame.subarray(0, size));
          await new Promise((resolve) => setImmediate(resolve));
          socket.socket.end();
          await over;
          await socket.over();
          assert.equal(ends, ["1006 "]);
          socket.destroy();
        }
      }));

    test.run();
  }
}
