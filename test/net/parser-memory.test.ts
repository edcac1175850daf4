/** The memory all connections share: who may write into it, where, and when. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isLandspoutError } from "../../src/errors.ts";
import { BaseIOStream } from "../../src/net/base-iostream.ts";
import { MAX_KEPT } from "../../src/net/input-stream.ts";
import type { StreamConsumer } from "../../src/net/base-iostream.ts";
import { IOStream } from "../../src/net/iostream.ts";
import { MemoryTransport } from "../../src/net/memory-transport.ts";
import { BACKLOG_LIMIT, ReceivingTransport } from "../../src/net/receiving-transport.ts";
import {
  CARRY,
  CARRY_SIZE,
  MEMORY_SIZE,
  NEEDLE_SIZE,
  RECEIVE,
  RECEIVE_SIZE,
  SCRATCH_SIZE,
} from "../../src/parser/abi.ts";
import { createParser } from "../../src/parser/choose.ts";
import {
  beginRead,
  endRead,
  LARGEST_CARRIED,
  putAsciiScratch,
  putCarried,
  putNeedle,
  putReceived,
  putScratch,
} from "../../src/parser/memory.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("memory of the parser", { deadline: 20 });
const CODE = "ERR_LANDSPOUT_PARSER_MEMORY";

/** What must refuse leaves every byte as it was. */
function refuses(parser: HttpParser, write: () => void): void {
  const before = Buffer.from(parser.buffer);
  assert.throws(write, (error: unknown) => isLandspoutError(error) && error.code === CODE);
  assert.ok(before.equals(parser.buffer), "nothing was written");
}

for (const kind of ["wasm", "ts"] as const) {
  test(`nothing is written outside its region, ${kind}`, () => {
    const { parser } = createParser(kind);
    const bytes = Buffer.alloc(MEMORY_SIZE, 7);
    assert.is(putReceived(parser, bytes.subarray(0, RECEIVE_SIZE)), MEMORY_SIZE);
    refuses(parser, () => putReceived(parser, bytes.subarray(0, RECEIVE_SIZE + 1)));
    assert.is(putCarried(parser, bytes, CARRY_SIZE, RECEIVE), CARRY);
    refuses(parser, () => putCarried(parser, bytes, CARRY_SIZE + 1, RECEIVE));
    assert.is(putCarried(parser, bytes, LARGEST_CARRIED, MEMORY_SIZE), CARRY);
    refuses(parser, () => putCarried(parser, bytes, LARGEST_CARRIED + 1, MEMORY_SIZE));
    refuses(parser, () => putCarried(parser, bytes, 10, MEMORY_SIZE + 1));
    refuses(parser, () => putCarried(parser, bytes, -1, RECEIVE));
    refuses(parser, () => putCarried(parser, bytes, Number.NaN, RECEIVE));
    refuses(parser, () => putCarried(parser, bytes.subarray(0, 5), 6, RECEIVE));
    putScratch(parser, 0, bytes, 0, SCRATCH_SIZE);
    putScratch(parser, SCRATCH_SIZE - 1, bytes, 3, 4);
    refuses(parser, () => putScratch(parser, 0, bytes, 0, SCRATCH_SIZE + 1));
    refuses(parser, () => putScratch(parser, SCRATCH_SIZE - 1, bytes, 3, 5));
    refuses(parser, () => putScratch(parser, -1, bytes, 0, 1));
    refuses(parser, () => putScratch(parser, 0, bytes, 4, 3));
    assert.ok(putAsciiScratch(parser, "a".repeat(SCRATCH_SIZE)));
    refuses(parser, () => putAsciiScratch(parser, "a".repeat(SCRATCH_SIZE + 1)));
    putNeedle(parser, bytes.subarray(0, NEEDLE_SIZE));
    refuses(parser, () => putNeedle(parser, bytes.subarray(0, NEEDLE_SIZE + 1)));
  });

  test(`a read owns the memory until it ends, ${kind}`, () => {
    const { parser } = createParser(kind);
    beginRead(parser);
    refuses(parser, () => putReceived(parser, Buffer.from("x")));
    refuses(parser, () => putCarried(parser, Buffer.from("x"), 1, RECEIVE));
    assert.throws(
      () => beginRead(parser),
      (error: unknown) => isLandspoutError(error) && error.code === CODE,
    );
    endRead(parser);
    assert.is(putReceived(parser, Buffer.from("x")), RECEIVE + 1);
  });
}

test("no other file writes into it", () => {
  const source = new URL("../../src/", import.meta.url).pathname;
  const writes =
    /(?:\bbuffer|\bmemory|parser\.buffer)\.(?:set|fill|copyWithin|write\w*)\(|\.copy\((?:this\.)?(?:parser\.buffer|memory)\b|\bparser\.buffer\[[^\]]+\] =|encodeInto\([^)]*(?:memory|parser\.buffer)/;
  const found: string[] = [];
  for (const name of readdirSync(source, { recursive: true }) as string[]) {
    const path = name.replaceAll("\\", "/");
    // The parsers themselves write where the seam says.
    if (!path.endsWith(".ts") || path.startsWith("parser/ts/") || path.startsWith("parser/wasm/")) continue;
    const text = readFileSync(join(source, path), "utf8");
    if (text.includes("parser") && writes.test(text)) found.push(path);
  }
  assert.equal(found, ["parser/memory.ts"]);
});

// --- transports ---

/** A runtime whose socket is a script: it can report at any time, from inside our calls too. */
class Scripted extends ReceivingTransport {
  readonly road = "copy";
  readonly encrypted = false;
  readonly bufferedAmount = 0;
  readonly remoteAddress = undefined;
  readonly remotePort = undefined;
  readonly localAddress = undefined;
  readonly localPort = undefined;
  readonly told: string[] = [];
  /** What it does from inside our call. */
  during: (what: string) => void = () => undefined;

  data(bytes: Uint8Array): void {
    this.receive(bytes, false);
  }
  ended(): void {
    this.receiveEnd();
  }
  drained(): void {
    this.receiveDrain();
  }
  closed(error?: Error): void {
    this.error ??= error;
    this.receiveClose();
  }
  #call(what: string): void {
    ReceivingTransport.calls++;
    this.told.push(what);
    this.during(what);
    ReceivingTransport.calls--;
  }
  protected pauseSource(): void {
    this.#call("pause");
  }
  protected resumeSource(): void {
    this.#call("resume");
  }
  protected destroySource(): void {
    this.#call("destroy");
  }
  write(): boolean {
    this.#call("write");
    return true;
  }
  writeNow(): number {
    return 0;
  }
  cork(): void {}
  uncork(): void {}
  end(): void {
    this.#call("end");
  }
  setNoDelay(): void {}
  setKeepAlive(): void {}
}

/** Notes what it is told, and takes what it is told to take. */
class Noting implements StreamConsumer {
  readonly stream: BaseIOStream;
  heard = "";
  onBytes: () => void = () => undefined;
  constructor(stream: BaseIOStream) {
    this.stream = stream;
    stream.attach(this);
  }
  bytesReceived(start: number, end: number): number {
    this.heard += Buffer.from(this.stream.parser.buffer.subarray(start, end)).toString("latin1");
    this.onBytes();
    return end;
  }
  streamEnded(): void {
    this.heard += "|ended";
  }
  streamClosed(): void {
    this.heard += "|closed";
  }
  streamDrained(): void {
    this.heard += "|drained";
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function scripted(parser = createParser().parser): { transport: Scripted; stream: BaseIOStream; consumer: Noting } {
  const transport = new Scripted(parser);
  const stream = new BaseIOStream(parser, transport);
  return { transport, stream, consumer: new Noting(stream) };
}

test("a pause holds inside a chunk, and the end waits behind it", async () => {
  const { transport, stream, consumer } = scripted();
  const chunk = Buffer.alloc(512 * 1024, "x");
  consumer.onBytes = () => stream.hold();
  transport.data(chunk);
  transport.ended();
  await turn();
  assert.is(consumer.heard.length, RECEIVE_SIZE);
  assert.ok(stream.unreadLength <= 2 * RECEIVE_SIZE, `${stream.unreadLength} bytes kept`);
  assert.equal(transport.told, ["pause"]);
  consumer.onBytes = () => undefined;
  stream.release();
  await turn();
  assert.is(consumer.heard, `${chunk.toString()}|ended`);
  assert.equal(transport.told, ["pause", "resume"]);
});

test("bytes that come although reading is paused wait in order, up to a limit", async () => {
  const { transport, stream, consumer } = scripted();
  stream.hold();
  const pieces = Array.from({ length: 6 }, (_, i) => Buffer.alloc(100_000, 97 + i));
  for (const piece of pieces) transport.data(piece);
  stream.release();
  await turn();
  assert.ok(consumer.heard === Buffer.concat(pieces).toString());
  stream.hold();
  for (let i = 0; i * RECEIVE_SIZE <= BACKLOG_LIMIT + 3 * RECEIVE_SIZE; i++) transport.data(Buffer.alloc(RECEIVE_SIZE));
  assert.is(transport.told.at(-1), "destroy");
  transport.closed();
  await turn();
  assert.is(transport.error instanceof Error && (transport.error as { code?: string }).code, "ERR_LANDSPOUT_BACKLOG");
});

test("what a runtime reports from inside a call is delivered in a later turn", async () => {
  const { parser } = createParser();
  const a = scripted(parser);
  const b = scripted(parser);
  // B holds with bytes waiting; A's handler cuts it, and the runtime reports the close, and more, at once.
  b.stream.hold();
  b.transport.data(Buffer.alloc(RECEIVE_SIZE, "b"));
  b.transport.data(Buffer.alloc(RECEIVE_SIZE, "b"));
  b.transport.during = (what) => {
    if (what !== "destroy") return;
    b.transport.data(Buffer.from("more"));
    b.transport.ended();
    b.transport.drained();
    b.transport.closed();
    assert.is(b.consumer.heard, "");
  };
  let memory = Buffer.alloc(0);
  a.consumer.onBytes = () => {
    const before = Buffer.from(parser.buffer.subarray(RECEIVE, MEMORY_SIZE));
    b.stream.destroy();
    memory = Buffer.from(parser.buffer.subarray(RECEIVE, MEMORY_SIZE));
    assert.ok(before.equals(memory), "the bytes under A's eyes are still A's");
  };
  a.transport.data(Buffer.alloc(1000, "a"));
  assert.is(memory.toString("latin1", 0, 1000), "a".repeat(1000));
  assert.is(b.consumer.heard, "");
  await turn();
  assert.is(a.consumer.heard, "a".repeat(1000));
  assert.is(b.consumer.heard, "|closed");
});

test("the other connection's data in the middle of a read waits", async () => {
  const { parser } = createParser();
  const a = scripted(parser);
  const b = scripted(parser);
  a.consumer.onBytes = () => {
    a.consumer.onBytes = () => undefined;
    b.transport.data(Buffer.from("from b"));
    b.transport.ended();
    a.transport.data(Buffer.from(" second"));
  };
  a.transport.data(Buffer.from("first"));
  assert.is(b.consumer.heard, "");
  await turn();
  assert.is(a.consumer.heard, "first second");
  assert.is(b.consumer.heard, "from b|ended");
});

test("what a runtime reports while a chunk is being delivered comes behind the chunk", async () => {
  const { transport, stream, consumer } = scripted();
  const chunk = Buffer.alloc(3 * RECEIVE_SIZE, "1");
  consumer.onBytes = () => {
    consumer.onBytes = () => undefined;
    transport.data(Buffer.from("2"));
    stream.hold();
  };
  transport.data(chunk);
  stream.release();
  await turn();
  assert.ok(consumer.heard === `${chunk.toString()}2`);
});

test("a transport that ignores a pause is cut before the memory is harmed", async () => {
  const { parser } = createParser();
  const before = Buffer.from(parser.buffer.subarray(0, CARRY));
  const transport = new MemoryTransport(parser, { bytes: () => 0, ended: () => undefined, closed: () => undefined });
  const stream = new BaseIOStream(parser, transport);
  const consumer = new Noting(stream);
  stream.hold();
  const log = expectLog(/More than \d+ bytes came for a stream that takes none/);
  for (let kept = 0; kept <= MAX_KEPT; kept += RECEIVE_SIZE) stream.transportData(RECEIVE, MEMORY_SIZE);
  await turn();
  assert.is(consumer.heard, "|closed");
  assert.ok(before.equals(parser.buffer.subarray(0, CARRY)));
  assert.ok(log !== undefined);
});

test("a socket that was given 420 kB back becomes a stream", async () => {
  for (const size of [65_536, 262_144, 262_145, 420_000, 1_048_576]) {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
    const [socket] = (await once(server, "connection")) as [net.Socket];
    const given = Buffer.from(Array.from({ length: size }, (_, i) => 97 + (i % 25)));
    socket.unshift(given);
    const stream = IOStream.from(socket);
    const before = Buffer.from(stream.parser.buffer.subarray(0, 0x4000));
    await turn();
    client.write("the end");
    const got = await stream.readBytes(size + 7);
    assert.ok(got.equals(Buffer.concat([given, Buffer.from("the end")])), `${size} bytes`);
    assert.ok(before.equals(stream.parser.buffer.subarray(0, 0x4000)));
    stream.close();
    client.destroy();
    server.close();
    await once(server, "close");
  }
});

test.run();
