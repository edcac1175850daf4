/** `DecompressingDelegate` between a connection that is played here and a delegate that notes what it gets. No sockets. */
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { deflateSync, gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { DecompressingDelegate } from "../../src/http/http1/decompress.ts";
import { LimitError, RemoteProtocolError } from "../../src/http/message/errors.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import type { HTTPMessageDelegate } from "../../src/http/interfaces.ts";
import { suite } from "../_support/suite.ts";

const test = suite("decompress");

const START = { method: "POST", path: "/", version: "HTTP/1.1" };

/** Notes what it gets. Every piece is taken one turn of the loop later, and none may come before. */
class Sink implements HTTPMessageDelegate {
  readonly pieces: Uint8Array[] = [];
  headers: HTTPHeaders | undefined;
  taking = false;
  finished = 0;
  closed: (Error | undefined)[] = [];
  refuseAt = -1;
  readonly settled: Promise<void>;
  #settle: () => void = () => undefined;

  constructor() {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }
  headersReceived(_startLine: object, headers: HTTPHeaders): void {
    this.headers = headers;
  }
  async dataReceived(chunk: Uint8Array): Promise<void> {
    assert.not(this.taking, "a piece came before the last was taken");
    assert.is(this.finished + this.closed.length, 0, "a piece came after the end");
    this.taking = true;
    await setImmediate();
    this.taking = false;
    this.pieces.push(chunk);
    if (this.pieces.length === this.refuseAt) throw new Error("no more, please");
  }
  finish(): void {
    assert.not(this.taking, "finished before the last piece was taken");
    this.finished++;
    this.#settle();
  }
  onConnectionClose(error?: Error): void {
    this.closed.push(error);
    this.#settle();
  }
  get content(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

interface Play {
  readonly sink: Sink;
  /** What a `dataReceived` rejected with, or what `fail` was told. */
  readonly error: unknown;
}

interface Setting {
  readonly limit?: number;
  readonly chunkSize?: number;
  readonly coding?: string;
  readonly sink?: Sink;
}

/** What a connection does: head, pieces, each when the last was taken, then `finish`, or `onConnectionClose` on an error. */
async function play(pieces: readonly Uint8Array[], setting: Setting = {}): Promise<Play> {
  const { limit = 1 << 20, chunkSize = 65_536, coding = "gzip", sink = new Sink() } = setting;
  let error: unknown;
  const delegate = new DecompressingDelegate(
    sink,
    () => limit,
    chunkSize,
    (failure) => {
      error = failure;
    },
  );
  delegate.headersReceived(START, new HTTPHeaders({ "Content-Encoding": coding, "Content-Length": 9 }));
  try {
    for (const piece of pieces) await delegate.dataReceived(piece);
    delegate.finish();
  } catch (thrown) {
    error = thrown;
    delegate.onConnectionClose(thrown as Error);
  }
  await sink.settled;
  await setImmediate();
  return { sink, error };
}

const cut = (bytes: Uint8Array, size: number): Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
};

/** Bytes that do not compress well and never repeat. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function refusedWith({ sink, error }: Play, code: string, status: number): void {
  assert.instance(error, RemoteProtocolError, String(error));
  assert.is((error as RemoteProtocolError).code, code);
  assert.is((error as RemoteProtocolError).status, status);
  assert.is(sink.finished, 0);
  assert.equal(sink.closed, [error]);
}

test("gzip content is inflated, whole and byte by byte", async () => {
  const content = noise(3000);
  const coded = gzipSync(content);
  for (const size of [coded.length, 1000, 1]) {
    const { sink, error } = await play(cut(coded, size));
    assert.is(error, undefined);
    assert.is(sink.finished, 1);
    assert.equal(sink.closed, []);
    assert.ok(sink.content.equals(content));
  }
});

test("the delegate sees the content without its coding", async () => {
  for (const coding of ["gzip", "GZip", "x-gzip", "gzip,", ", x-gzip", ", ,gzip ,\t,"]) {
    const { sink } = await play([gzipSync("hello")], { coding });
    assert.is(sink.headers?.get("Content-Encoding"), undefined);
    assert.is(sink.headers?.get("X-Consumed-Content-Encoding"), coding);
    assert.is(sink.headers?.get("Content-Length"), "9", "as it was on the wire");
    assert.is(sink.content.toString(), "hello");
  }
});

test("other codings are passed on as they are", async () => {
  for (const coding of ["deflate", "br", "identity", "gzip, gzip", "gzip,,gzip", "gzipx", "", ","]) {
    const bytes = deflateSync("hello");
    const { sink } = await play([bytes], { coding });
    assert.is(sink.headers?.get("Content-Encoding"), coding);
    assert.not(sink.headers?.has("X-Consumed-Content-Encoding"));
    assert.ok(sink.content.equals(bytes));
    assert.is(sink.finished, 1);
  }
});

test("without a byte of content there is nothing to inflate, and nothing wrong", async () => {
  const { sink, error } = await play([]);
  assert.is(error, undefined);
  assert.is(sink.finished, 1);
  assert.equal(sink.pieces, []);
});

test("a gzip stream of an empty content is an empty content", async () => {
  const { sink, error } = await play([gzipSync("")]);
  assert.is(error, undefined);
  assert.is(sink.finished, 1);
  assert.is(sink.content.length, 0);
});

test("pieces are at most chunkSize bytes, also of content that grows a thousandfold", async () => {
  const content = Buffer.alloc(200_000, "a");
  for (const chunkSize of [1, 100, 65_536]) {
    const part = chunkSize === 1 ? content.subarray(0, 2000) : content;
    const { sink } = await play([gzipSync(part)], { chunkSize });
    assert.ok(sink.pieces.every((piece) => piece.length >= 1 && piece.length <= chunkSize));
    assert.ok(sink.content.equals(part));
  }
});

test("a piece is done with when all that came of it has been taken", async () => {
  const sink = new Sink();
  const delegate = new DecompressingDelegate(
    sink,
    () => 1e9,
    1000,
    () => assert.unreachable(),
  );
  delegate.headersReceived(START, new HTTPHeaders({ "Content-Encoding": "gzip" }));
  await delegate.dataReceived(gzipSync(Buffer.alloc(300_000)));
  assert.is(sink.content.length, 300_000);
  delegate.finish();
  await sink.settled;
  assert.is(sink.finished, 1);
});

test("several members are one content", async () => {
  const members = Buffer.concat([gzipSync("one,"), gzipSync(""), gzipSync("two")]);
  for (const size of [members.length, 1]) {
    const { sink, error } = await play(cut(members, size));
    assert.is(error, undefined);
    assert.is(sink.content.toString(), "one,two");
  }
});

test("the inflated size is limited to the byte", async () => {
  const coded = gzipSync(Buffer.alloc(100_000));
  const whole = await play([coded], { limit: 100_000 });
  assert.is(whole.sink.content.length, 100_000);
  for (const pieces of [[coded], cut(coded, 1)]) {
    const over = await play(pieces, { limit: 99_999 });
    refusedWith(over, "ERR_LANDSPOUT_BODY_SIZE", 413);
    assert.is((over.error as LimitError).limit, 99_999);
  }
});

test("of a bomb hardly more than the limit is inflated", async () => {
  // 64 MiB of zeros in 64 KiB.
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  const { sink, error } = await play([bomb], { limit: 10_000, chunkSize: 4096 });
  assert.is((error as LimitError).status, 413);
  assert.ok(sink.content.length <= 10_000);
});

test("the limit may be changed while content comes", async () => {
  const sink = new Sink();
  let limit = 10;
  const delegate = new DecompressingDelegate(
    sink,
    () => limit,
    100,
    () => assert.unreachable(),
  );
  delegate.headersReceived(START, new HTTPHeaders({ "Content-Encoding": "gzip" }));
  limit = 5000;
  await delegate.dataReceived(gzipSync(Buffer.alloc(5000)));
  delegate.finish();
  await sink.settled;
  assert.is(sink.content.length, 5000);
});

test("a stream that is cut off is refused, wherever it is cut", async () => {
  const coded = gzipSync("hello, hello, hello");
  for (let length = 1; length < coded.length; length++) {
    refusedWith(await play([coded.subarray(0, length)]), "ERR_LANDSPOUT_GZIP", 400);
  }
});

test("bytes that are not gzip are refused", async () => {
  const coded = gzipSync("hello");
  const wrongSum = Buffer.from(coded);
  wrongSum[coded.length - 8] = (wrongSum[coded.length - 8] as number) ^ 1;
  const bad = [
    Buffer.from("hello, this is text"),
    deflateSync("hello"),
    wrongSum,
    Buffer.alloc(30),
    Buffer.from([0x1f, 0x8b, 9, 0]),
  ];
  for (const bytes of bad) {
    for (const size of [bytes.length, 1]) refusedWith(await play(cut(bytes, size)), "ERR_LANDSPOUT_GZIP", 400);
  }
});

test("bytes behind the stream are refused, in the same piece and in a later one", async () => {
  const coded = gzipSync("hello");
  for (const tail of ["x", "garbage", "\0", "\0\0\0\0", "\x1f", "\x1f\x8b"]) {
    const bytes = Buffer.from(tail, "latin1");
    refusedWith(await play([Buffer.concat([coded, bytes])]), "ERR_LANDSPOUT_GZIP", 400);
    refusedWith(await play([coded, bytes]), "ERR_LANDSPOUT_GZIP", 400);
  }
});

test("what the delegate throws reaches the connection", async () => {
  const sink = new Sink();
  sink.refuseAt = 2;
  const { error } = await play([gzipSync(noise(5000))], { sink, chunkSize: 1000 });
  assert.is((error as Error).message, "no more, please");
  assert.is(sink.pieces.length, 2);
  assert.is(sink.finished, 0);
});

test("what the delegate throws in finish reaches the connection", async () => {
  const sink = new Sink();
  sink.finish = () => {
    throw new Error("not today");
  };
  let told: unknown;
  const done = new Promise<void>((resolve) => {
    const delegate = new DecompressingDelegate(
      sink,
      () => 100,
      100,
      (error) => {
        told = error;
        resolve();
      },
    );
    delegate.headersReceived(START, new HTTPHeaders({ "Content-Encoding": "gzip" }));
    void Promise.resolve(delegate.dataReceived(gzipSync("x"))).then(() => delegate.finish());
  });
  await done;
  assert.is((told as Error).message, "not today");
});

test("when the client leaves nothing more is delivered, and the pending piece settles", async () => {
  const sink = new Sink();
  const delegate = new DecompressingDelegate(
    sink,
    () => 1e9,
    100,
    () => assert.unreachable(),
  );
  delegate.headersReceived(START, new HTTPHeaders({ "Content-Encoding": "gzip" }));
  const pending = delegate.dataReceived(gzipSync(noise(5000)));
  while (sink.pieces.length < 2) await setImmediate();
  const gone = new Error("gone");
  delegate.onConnectionClose(gone);
  const { length } = sink.pieces;
  await pending;
  await setImmediate();
  assert.ok(sink.pieces.length <= length + 1, "the piece being taken is the last");
  assert.equal(sink.closed, [gone]);
  assert.is(sink.finished, 0);
});

test.run();
