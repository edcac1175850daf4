/**
 * The groups 12 and 13 of the Autobahn test suite: compressed messages of many sizes, whole and in fragments, with every combination of
 * parameters, against the server and the client; and what must be refused.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { agreedIn, DeflatePeer, extensionOf, MATRIX } from "./_deflate-peer.ts";
import type { Parameters } from "./_deflate-peer.ts";
import { peerFrame, ROLES, withEndpoints } from "./_endpoints.ts";
import type { Behaviour, Pairing, Role } from "./_endpoints.ts";

const FIN = 0x80;
const RSV1 = 0x40;
const TEXT = 1;
const BINARY = 2;

const noise = Buffer.from(Uint32Array.from({ length: 5000 }, (_none, i) => Math.imul(i ^ 77, 2_654_435_761)).buffer);
const noise4M = Buffer.from(
  Uint32Array.from({ length: 2 ** 20 }, (_none, i) => Math.imul(i ^ 77, 2_654_435_761) ^ (i << 7)).buffer,
);
const words = Array.from({ length: 3000 }, (_none, i) => `${(i * 7919) % 613} Wörter, 😀 `).join("");
const MESSAGES: readonly (readonly [opcode: number, data: Buffer])[] = [
  ...[1, 16, 64, 256, 1024, 4096, 32_768].map((size) => [TEXT, Buffer.from(words.slice(0, size))] as const),
  ...[1, 16, 1024, 8192, 20_000].map((size) => [BINARY, noise.subarray(0, size)] as const),
  [BINARY, Buffer.alloc(131_072, "*")],
];

/** A compressed message, in so many fragments of about the same size. */
function compressed(role: Role, opcode: number, data: Buffer, fragments: number): Buffer[] {
  const frame = peerFrame(role);
  const size = Math.ceil(data.length / fragments);
  return Array.from({ length: fragments }, (_none, i) => {
    const last = i === fragments - 1;
    const first = (i === 0 ? opcode | RSV1 : 0) | (last ? FIN : 0);
    return frame(first, data.subarray(i * size, last ? data.length : (i + 1) * size));
  });
}

/** All messages, whole, in fragments with pings between, and not compressed; each comes back as it should. */
async function conversation(role: Role, { socket, over, ends }: Pairing, agreed: Parameters): Promise<void> {
  const frame = peerFrame(role);
  const peer = new DeflatePeer(role, agreed);
  for (const [i, [opcode, data]] of MESSAGES.entries()) {
    socket.write(...compressed(role, opcode, peer.out.deflate(data), 1));
    const parts = compressed(role, opcode, peer.out.deflate(data), 2 + (i % 3));
    socket.write(...parts.flatMap((part, at) => (at === 0 ? [part] : [frame(FIN | 9, "p"), part])));
    socket.write(frame(FIN | opcode, data));
    for (let left = 3; left > 0;) {
      const answer = await socket.frame();
      if (answer === undefined) throw new Error("it has closed");
      if (answer.opcode === 10) continue;
      assert.equal([answer.fin, answer.rsv, answer.opcode, answer.masked], [true, 4, opcode, role === "client"]);
      assert.ok(peer.in.inflate(answer.payload).equals(data), `${data.length} bytes`);
      left--;
    }
  }
  // §7.2.3.6: a message of nothing.
  socket.write(frame(FIN | RSV1 | TEXT, Buffer.of(0)), frame(FIN | BINARY), frame(FIN | 8, Buffer.of(3, 232)));
  for (const opcode of [TEXT, BINARY]) {
    const answer = await socket.frame();
    assert.equal([answer?.rsv, answer?.opcode, answer?.payload.length], [0, opcode, 0]);
  }
  assert.is(await socket.closeCode(), 1000);
  socket.socket.end();
  await over;
  assert.equal(ends, ["1000 "]);
}

/** The defaults of all parameters. */
const agreedNothing: Parameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

const check = (role: Role, setup: object, behaviour: Behaviour, expected: Parameters): Promise<void> =>
  withEndpoints(role, setup, behaviour, async (connect) => {
    const pairing = await connect();
    if (role === "server") assert.equal(agreedIn(pairing.socket.answer), expected);
    await conversation(role, pairing, expected);
    pairing.socket.destroy();
  });

const about = (given: Parameters): string => extensionOf(given).slice("permessage-deflate; ".length) || "no parameters";

for (const [name, setup] of SETUPS) {
  const server = suite(`permessage-deflate, server: ${name}`);
  const client = suite(`permessage-deflate, client: ${name}`);
  for (const given of MATRIX) {
    server(`the client asks for ${about(given)}`, () =>
      check("server", setup, { compression: { threshold: 0 }, extensions: extensionOf(given) }, given),
    );
    server(`the server wants ${about(given)}`, () =>
      check(
        "server",
        setup,
        { compression: { ...given, threshold: 0 }, extensions: "permessage-deflate; client_max_window_bits" },
        given,
      ),
    );
    client(`the client asks for ${about(given)}, and gets it`, () =>
      check("client", setup, { compression: { ...given, threshold: 0 }, extensions: extensionOf(given) }, given),
    );
    client(`the server answers with ${about(given)}`, () =>
      check("client", setup, { compression: { threshold: 0 }, extensions: extensionOf(given) }, given),
    );
  }
  server.run();
  client.run();

  const hex = (digits: string): Buffer => Buffer.from(digits, "hex");
  const big = new DeflatePeer("server", agreedNothing).out;
  const zeros = big.deflate(Buffer.alloc(1_000_001));
  const REFUSED: readonly (readonly [title: string, code: number, frames: readonly (readonly [number, Buffer])[]])[] = [
    ["a block of a type that is none", 1007, [[FIN | RSV1 | BINARY, hex("07")]]],
    ["a stored block whose length is contradicted", 1007, [[FIN | RSV1 | BINARY, hex("000500faf048656c6c6f00")]]],
    ["a reference beyond the beginning", 1007, [[FIN | RSV1 | BINARY, hex("f200110000")]]],
    ["text that is not UTF-8", 1007, [[FIN | RSV1 | TEXT, hex("000100fefff500")]]],
    ["a byte more than a message may have", 1009, [[FIN | RSV1 | BINARY, zeros]]],
    ["a bomb in fragments", 1009, [[RSV1 | BINARY, zeros.subarray(0, 400)], [FIN, zeros.subarray(400)]]],
    ["the bit on the second fragment alone", 1002, [[BINARY, hex("f248cd")], [FIN | RSV1, hex("c9c90700")]]],
    ["the bit on both fragments", 1002, [[RSV1 | BINARY, hex("f248cd")], [FIN | RSV1, hex("c9c90700")]]],
    ["the bit on a ping", 1002, [[FIN | RSV1 | 9, hex("00")]]],
    ["the bit on a close", 1002, [[FIN | RSV1 | 8, hex("03e8")]]],
    ["the second reserved bit", 1002, [[FIN | 0x20 | BINARY, hex("00")]]],
    ["the third reserved bit beside the first", 1002, [[FIN | RSV1 | 0x10 | BINARY, hex("00")]]],
  ]; // prettier-ignore
  for (const role of ROLES) {
    const refusals = suite(`permessage-deflate, ${role}, refusals: ${name}`);
    const behaviour = {
      compression: { threshold: 0 },
      extensions: "permessage-deflate",
      options: { maxMessageSize: 1_000_000 },
    };
    for (const [title, code, frames] of REFUSED)
      refusals(`refuses ${title}`, () =>
        withEndpoints(role, setup, behaviour, async (connect) => {
          const { socket, over, ends } = await connect();
          const frame = peerFrame(role);
          socket.write(...frames.map(([first, payload]) => frame(first, payload)), frame(FIN | TEXT, "not answered"));
          assert.is(await socket.closeCode(), code);
          socket.socket.end();
          await socket.over();
          await over;
          assert.equal(ends, ["1006 "]);
          socket.destroy();
        }),
      );
    refusals("reads the examples of RFC 7692 §7.2.3", () =>
      withEndpoints(role, setup, behaviour, async (connect) => {
        const { socket } = await connect();
        const frame = peerFrame(role);
        const peer = new DeflatePeer(role, agreedNothing);
        const told = async (about: string): Promise<void> => {
          const answer = await socket.frame();
          assert.is(peer.in.inflate(answer?.payload ?? Buffer.alloc(0)).toString(), "Hello", about);
        };
        // One frame; two; the same with what came before for a dictionary; no compression; a final block; two blocks.
        socket.write(frame(FIN | RSV1 | TEXT, hex("f248cdc9c90700")));
        await told("§7.2.3.1");
        socket.write(frame(RSV1 | TEXT, hex("f248cd")), frame(FIN, hex("c9c90700")));
        await told("§7.2.3.1, in fragments");
        for (const [about, data] of [
          ["§7.2.3.2", "f200110000"],
          ["§7.2.3.3", "000500faff48656c6c6f00"],
          ["§7.2.3.4", "f348cdc9c9070000"],
          ["§7.2.3.5", "f248050000 00ffffcac9c90700"],
        ] as const) {
          socket.write(frame(FIN | RSV1 | TEXT, hex(data.replaceAll(" ", ""))));
          await told(about);
        }
        socket.destroy();
      }),
    );
    for (const [opcode, data] of [
      [TEXT, Buffer.from(noise4M.toString("base64").slice(0, 4_194_304))],
      [BINARY, noise4M],
    ] as const)
      for (const size of [64, 256])
        refusals(`takes four megabytes in fragments of ${size}, with the default limits: opcode ${opcode}`, () =>
          withEndpoints(
            role,
            setup,
            { compression: { threshold: 0, level: 1 }, extensions: "permessage-deflate" },
            async (connect) => {
              const { socket } = await connect();
              const peer = new DeflatePeer(role, agreedNothing);
              const out = peer.out.deflate(data);
              socket.write(...compressed(role, opcode, out, Math.ceil(out.length / size)));
              assert.ok(peer.in.inflate((await socket.frame())?.payload ?? Buffer.alloc(0)).equals(data));
              socket.destroy();
            },
          ),
        );
    refusals("counts empty fragments of a compressed message", () =>
      withEndpoints(role, setup, { ...behaviour, options: { maxEmptyFragments: 3 } }, async (connect) => {
        const { socket } = await connect();
        const frame = peerFrame(role);
        const peer = new DeflatePeer(role, agreedNothing);
        const out = peer.out.deflate(Buffer.from("Hello"));
        const empty = Array.from({ length: 3 }, () => frame(0));
        socket.write(frame(RSV1 | TEXT), ...empty.slice(1), frame(0, out), frame(FIN));
        assert.is(peer.in.inflate((await socket.frame())?.payload ?? Buffer.alloc(0)).toString(), "Hello");
        socket.write(frame(RSV1 | TEXT), ...empty);
        assert.is(await socket.closeCode(), 1008);
        socket.destroy();
      }),
    );
    refusals("takes as many bytes as a message may have", () =>
      withEndpoints(role, setup, behaviour, async (connect) => {
        const { socket } = await connect();
        const peer = new DeflatePeer(role, agreedNothing);
        socket.write(...compressed(role, BINARY, peer.out.deflate(Buffer.alloc(1_000_000)), 1));
        assert.is(peer.in.inflate((await socket.frame())?.payload ?? Buffer.alloc(0)).length, 1_000_000);
        socket.destroy();
      }),
    );
    refusals.run();
  }
}
