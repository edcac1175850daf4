/** Bytes given to `IOStream.write` are those that arrive: one buffer filled again and again, over TCP, unix sockets and TLS, before slow peers. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import { certificate } from "../_support/certificates.ts";
import { Refilled, SIZES } from "../_support/refilled.ts";
import { suite } from "../_support/suite.ts";
import { rejection } from "./_pair.ts";
import { eachKind } from "./_streams.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const MANY = [...SIZES, ...SIZES, ...SIZES];

/** The digest of all that a peer gets up to the end; it rests behind every read. */
async function digestOf(peer: net.Socket): Promise<string> {
  const hash = createHash("sha256");
  peer.on("data", (piece: Buffer) => {
    hash.update(piece);
    peer.pause();
    setTimeout(() => peer.resume(), 1);
  });
  peer.resume();
  await once(peer, "end");
  return hash.digest("hex");
}

/** Writes as `how` says; the peer does not read before that has returned. */
async function check(
  stream: IOStream,
  peer: net.Socket,
  how: (refilled: Refilled) => Promise<void> | void,
): Promise<void> {
  const refilled = new Refilled(1_100_000);
  peer.pause();
  const working = how(refilled);
  refilled.spoil();
  const digest = digestOf(peer);
  await working;
  stream.end();
  assert.is(await digest, refilled.digest());
}

const WAYS: readonly (readonly [string, (stream: IOStream, refilled: Refilled) => Promise<void> | void])[] = [
  [
    "none awaited",
    (stream, refilled) => {
      for (const size of MANY) void stream.write(refilled.next(size));
    },
  ],
  [
    "a turn for each",
    async (stream, refilled) => {
      for (const size of MANY) {
        void stream.write(refilled.next(size));
        refilled.spoil();
        await turn();
      }
    },
  ],
  [
    "each awaited",
    async (stream, refilled) => {
      await turn();
      for (const size of MANY) await stream.write(refilled.next(size));
    },
  ],
  [
    "lent",
    async (stream, refilled) => {
      await turn();
      for (const size of MANY) await stream.write(refilled.next(size), { bytes: "lend" });
    },
  ],
];

eachKind("bytes given to write", { deadline: 30 }, (test, { open }) => {
  for (const [name, way] of WAYS) {
    test(name, () => open((stream, peer) => check(stream, peer, (refilled) => way(stream, refilled))));
  }
});

const test = suite("bytes given to write, further", { deadline: 30 });

/** A peer that has connected to a stream of a server of ours with TLS. */
async function overTls(use: (stream: IOStream, peer: tls.TLSSocket) => Promise<void>): Promise<void> {
  let took: (stream: IOStream) => void = () => undefined;
  const accepted = new Promise<IOStream>((resolve) => (took = resolve));
  class Server extends TCPServer {
    override handleStream(stream: IOStream): void {
      took(stream);
    }
  }
  const server = new Server({ ssl: certificate("localhost") });
  await server.listen(0, "127.0.0.1");
  const to = { port: server.port, host: "127.0.0.1", servername: "localhost", ca: certificate("localhost").cert };
  const peer = tls.connect(to);
  peer.on("error", () => undefined);
  await once(peer, "secureConnect");
  const stream = await accepted;
  try {
    await use(stream, peer);
  } finally {
    stream.destroy();
    peer.destroy();
    await server.stop();
  }
}

for (const [name, way] of WAYS) {
  test(`TLS, ${name}`, () => overTls((stream, peer) => check(stream, peer, (refilled) => way(stream, refilled))));
}

test("a socket of others, before it is connected, and after", async () => {
  const server = net.createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  try {
    for (const made of ["connect", "from"] as const) {
      const accepted = once(server, "connection");
      const stream = made === "connect" ? new IOStream() : IOStream.from(net.connect(port, "127.0.0.1"));
      const refilled = new Refilled(1_100_000);
      const connected = made === "connect" ? stream.connect({ port, host: "127.0.0.1" }) : undefined;
      for (const size of MANY) void stream.write(refilled.next(size));
      refilled.spoil();
      await connected;
      for (const size of MANY) void stream.write(refilled.next(size));
      refilled.spoil();
      stream.end();
      const [peer] = (await accepted) as [net.Socket];
      assert.is(await digestOf(peer), refilled.digest());
      stream.close();
      peer.destroy();
    }
  } finally {
    server.close();
    await once(server, "close");
  }
});

test("a policy that is none is refused", async () => {
  const stream = new IOStream();
  const wrong = { bytes: "borrow" } as unknown as { bytes: "lend" };
  const error = await rejection((async () => stream.write(Buffer.alloc(1), wrong))());
  assert.is(error.code, "ERR_LANDSPOUT_OPTION");
  assert.match(error.message, /"copy", "lend" or "keep"/);
});

test.run();
