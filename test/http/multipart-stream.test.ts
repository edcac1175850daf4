/** `MultipartStream`: parts while they come, the pusher held back, errors where they belong. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { LandspoutError } from "../../src/errors.ts";
import { MultipartPart } from "../../src/http/message/multipart/part.ts";
import type { MultipartOptions } from "../../src/http/message/multipart/options.ts";
import { MultipartStream } from "../../src/http/message/multipart/stream.ts";
import { suite } from "../_support/suite.ts";
import { parsers } from "../parser/_parsers.ts";
import { cuts } from "./_multipart.ts";

const test = suite("multipart streams", { deadline: 60 });

const TYPE = "multipart/form-data; boundary=B";
const CD = "Content-Disposition: form-data";
const field = (name: string, body: string): string => `--B\r\n${CD}; name="${name}"\r\n\r\n${body}\r\n`;
const file = (name: string, body: string): string =>
  `--B\r\n${CD}; name="${name}"; filename="${name}.bin"\r\nContent-Type: a/b\r\n\r\n${body}\r\n`;
const FORM = `${field("a", "1")}${file("f", "hallo")}${field("b", "")}${file("g", "\r\n--")}--B--\r\n`;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const open = (options?: MultipartOptions): MultipartStream => new MultipartStream(TYPE, options);
const isWaiting = async (pushed: Promise<void> | void): Promise<boolean> => {
  if (pushed === undefined) return false;
  let waiting = true;
  void pushed.then(() => (waiting = false));
  await turn();
  return waiting;
};

async function pushAll(stream: MultipartStream, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces) await stream.push(piece);
  stream.end();
}

/** The code of what a promise rejects with. */
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    return error instanceof LandspoutError ? error.code.replace("ERR_LANDSPOUT_", "") : String(error);
  }
  return "none";
};

/** The first part of a stream, which the test takes by hand. */
async function firstPart(stream: MultipartStream): Promise<MultipartPart> {
  const { value } = await stream[Symbol.asyncIterator]().next();
  assert.instance(value, MultipartPart);
  return value as MultipartPart;
}

async function readAll(stream: MultipartStream): Promise<string[]> {
  const seen: string[] = [];
  for await (const part of stream) {
    const pieces: Buffer[] = [];
    for await (const piece of part.body) pieces.push(piece);
    seen.push(`${part.name} ${part.filename ?? "-"} ${part.contentType} ${Buffer.concat(pieces).toString()}`);
  }
  return seen;
}

for (const parser of parsers) {
  test(`gives the same parts however the content is cut, with the ${parser.kind} parser`, async () => {
    for (const [how, pieces] of cuts(Buffer.from(FORM))) {
      const stream = open({ parser });
      const [seen] = await Promise.all([readAll(stream), pushAll(stream, pieces)]);
      assert.equal(seen, ["a - text/plain 1", "f f.bin a/b hallo", "b - text/plain ", "g g.bin a/b \r\n--"], how);
    }
  });

  test(`gives text, bytes and nothing of what is skipped, with the ${parser.kind} parser`, async () => {
    for (const [how, pieces] of cuts(Buffer.from(FORM))) {
      const stream = open({ parser });
      const seen: string[] = [];
      const read = async (): Promise<void> => {
        for await (const part of stream) {
          if (part.name === "a") seen.push(await part.text());
          else if (part.name === "f") continue;
          else if (part.name === "b") part.skip();
          else seen.push(String(await part.bytes()));
        }
      };
      await Promise.all([read(), pushAll(stream, pieces)]);
      assert.equal(seen, ["1", "\r\n--"], how);
    }
  });
}

test("a part may be left in the middle", async () => {
  for (const [how, pieces] of cuts(Buffer.from(file("f", "0123456789") + field("a", "1") + "--B--"))) {
    const stream = open();
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const part of stream) {
        for await (const piece of part.body) {
          seen.push(`${part.name}${piece.toString()[0]}`);
          break;
        }
      }
    };
    await Promise.all([read(), pushAll(stream, pieces)]);
    assert.equal(seen, ["f0", "a1"], how);
  }
});

test("says what the header of a part says", async () => {
  const stream = open();
  void pushAll(stream, [Buffer.from(`--B\r\nX-A: ü\r\n${CD}; name=n; filename=""\r\n\r\n\r\n--B--`)]);
  const part = await firstPart(stream);
  assert.equal([part.name, part.filename, part.contentType, part.isFile], ["n", "", "text/plain", false]);
  assert.is(part.headers.get("x-a"), "ü");
});

test("push waits while the program has not taken what came", async () => {
  const stream = open();
  // Nobody reads at all.
  const pushed = stream.push(Buffer.from(`${file("f", "0").slice(0, -2)}`));
  assert.ok(await isWaiting(pushed));
  const parts = stream[Symbol.asyncIterator]();
  const { value: part } = await parts.next();
  assert.instance(part, MultipartPart);
  assert.ok(await isWaiting(pushed), "the first piece is not taken");
  const body = (part as MultipartPart).body;
  assert.is(String((await body.next()).value), "0");
  assert.not(await isWaiting(pushed));
  // Taken and worked on: one more may come, and waits.
  const second = stream.push(Buffer.from("11"));
  assert.ok(await isWaiting(second));
  assert.is(String((await body.next()).value), "11");
  await second;
  // Whoever waits for the next piece gets it at once.
  const third = body.next();
  assert.is(stream.push(Buffer.from("22")), undefined);
  assert.is(String((await third).value), "22");
  // What nobody wants does not wait.
  (part as MultipartPart).skip();
  assert.is(stream.push(Buffer.from("33")), undefined);
  const next = parts.next();
  assert.is(stream.push(Buffer.from("\r\n--B--")), undefined);
  stream.end();
  assert.equal(await next, { done: true, value: undefined });
  assert.equal(await parts.next(), { done: true, value: undefined });
});

test("pieces are views of what was pushed", async () => {
  const stream = open();
  const chunk = Buffer.from(file("f", "0123"));
  void stream.push(chunk);
  const part = await firstPart(stream);
  const { value } = await part.body.next();
  assert.is(value?.buffer, chunk.buffer);
});

test("a short text does not keep what came with it", async () => {
  const stream = open();
  // Not from a pool, whose memory the copy could come from as well.
  const text = `${field("a", "1")}${field("b", " ".repeat(20_000))}--B--`;
  const chunk = Buffer.alloc(text.length, text);
  void pushAll(stream, [chunk]);
  const bytes = await (await firstPart(stream)).bytes();
  assert.is(String(bytes), "1");
  assert.is.not(bytes.buffer, chunk.buffer);
});

test("the program is told of malformed content, after what was well-formed", async () => {
  const bytes = Buffer.from(`${field("a", "1")}--Bx`);
  for (const [how, pieces] of cuts(bytes)) {
    const stream = open();
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const part of stream) seen.push(await part.text());
    };
    const [code] = await Promise.all([codeOf(read()), pushAll(stream, pieces)]);
    assert.is(code, "MULTIPART_BOUNDARY", how);
    assert.equal(seen, ["1"], how);
  }
});

test("in the middle of a part too, and whatever it asks for from then on", async () => {
  const stream = open({ maxFileSize: 3 });
  const parts = stream[Symbol.asyncIterator]();
  assert.not(stream.push(Buffer.from(file("f", "0").slice(0, -2))) === undefined);
  const { value: part } = await parts.next();
  const body = (part as MultipartPart).body;
  await body.next();
  const waiting = body.next();
  assert.is(stream.push(Buffer.from("123")), undefined);
  assert.is(await codeOf(waiting), "MULTIPART_FILE_SIZE");
  assert.is(await codeOf(parts.next()), "MULTIPART_FILE_SIZE");
  assert.is(await codeOf(parts.next()), "MULTIPART_FILE_SIZE");
  assert.is(await codeOf((part as MultipartPart).bytes()), "PART_USED");
  // What follows is dropped.
  assert.is(stream.push(Buffer.alloc(10)), undefined);
  stream.end();
  assert.is(await codeOf(parts.next()), "MULTIPART_FILE_SIZE");
});

test("an error nobody asks for escapes nowhere", async () => {
  const stream = open();
  void stream.push(Buffer.from("--Bx"));
  stream.end();
  stream.abort();
  await turn();
});

test("a form that ends too early is one the program is told of", async () => {
  for (const ending of ["", "--B", field("a", "1"), field("a", "1").slice(0, -2), `--B\r\n${CD}`]) {
    const stream = open();
    const [code] = await Promise.all([codeOf(readAll(stream)), pushAll(stream, [Buffer.from(ending)])]);
    assert.is(code, "MULTIPART_BOUNDARY", ending);
  }
});

test("abort is an error for the program at once, and lets a push go", async () => {
  const reason = new Error("gone");
  const stream = open();
  const pushed = stream.push(Buffer.from(file("f", "0").slice(0, -2)));
  stream.abort(reason);
  await pushed;
  assert.is(await codeOf(readAll(stream)), "Error: gone");

  const other = open();
  void other.push(Buffer.from(file("f", "0").slice(0, -2)));
  const part = await firstPart(other);
  const body = part.body;
  await body.next();
  const waiting = body.next();
  other.abort();
  other.abort(reason);
  assert.is(await codeOf(waiting), "MULTIPART_ENDED");
});

test("whoever leaves the loop holds nobody back", async () => {
  const stream = open();
  const read = async (): Promise<void> => {
    for await (const part of stream) {
      assert.is(part.name, "f");
      break;
    }
  };
  const reading = read();
  const pushed = stream.push(Buffer.from(file("f", "0") + field("a", "1")));
  await reading;
  await pushed;
  assert.is(stream.push(Buffer.from("what ever")), undefined);
  stream.end();
  stream.abort();
});

test("cancel ends a loop that waits", async () => {
  const stream = open();
  const reading = readAll(stream);
  await turn();
  stream.cancel();
  assert.equal(await reading, []);
});

test("bytes and text have a limit", async () => {
  const form = Buffer.from(file("f", "0123456789") + file("g", "0123") + "--B--");
  const stream = open({ maxFieldSize: 9 });
  const codes: string[] = [];
  const read = async (): Promise<void> => {
    for await (const part of stream) {
      codes.push(await codeOf(part.bytes()));
      if (part.name === "g") codes.push(await codeOf(part.text()));
    }
  };
  await Promise.all([read(), pushAll(stream, [form])]);
  assert.equal(codes, ["MULTIPART_FIELD_SIZE", "none", "PART_USED"]);

  const second = open({ maxFieldSize: 9 });
  void pushAll(second, [form]);
  assert.is((await (await firstPart(second)).text(10)).length, 10);
});

test("text is UTF-8", async () => {
  const stream = open();
  void pushAll(stream, [Buffer.from(`${field("a", "\xff")}--B--`, "latin1")]);
  assert.is(await codeOf((await firstPart(stream)).text()), "ARGUMENT_UNICODE");
});

test("contents are read once, in order, and so are parts", async () => {
  const stream = open();
  void pushAll(stream, [Buffer.from(FORM)]);
  const parts = stream[Symbol.asyncIterator]();
  assert.throws(() => stream[Symbol.asyncIterator](), /iterated once/);
  const first = (await parts.next()).value as MultipartPart;
  const second = (await parts.next()).value as MultipartPart;
  assert.is(await codeOf(first.text()), "PART_USED");
  assert.is(await second.text(), "hallo");
  assert.is(await codeOf(second.text()), "PART_USED");
  second.skip();
  assert.is(((await parts.next()).value as MultipartPart).name, "b");
  parts.return?.(undefined);
});

test("asking for two things at once is refused", async () => {
  const stream = open();
  const parts = stream[Symbol.asyncIterator]();
  const one = parts.next();
  assert.is(await codeOf(parts.next()), "PART_USED");
  stream.cancel();
  assert.is((await one).done, true);
});

test("a content of another type is none, a boundary is needed", () => {
  const code = (type: string): string => {
    try {
      void new MultipartStream(type);
      return "none";
    } catch (error) {
      return (error as LandspoutError).code;
    }
  };
  assert.is(code("text/plain"), "ERR_LANDSPOUT_MULTIPART_TYPE");
  assert.is(code(""), "ERR_LANDSPOUT_MULTIPART_TYPE");
  assert.is(code("multipart/form-data"), "ERR_LANDSPOUT_MULTIPART_BOUNDARY");
});

test("1 GiB passes in bounded memory", async () => {
  const size = 64 * 1024;
  const count = 16_384;
  const stream = open();
  let received = 0;
  const read = async (): Promise<void> => {
    for await (const part of stream) for await (const piece of part.body) received += piece.length;
  };
  const reading = read();
  await stream.push(Buffer.from(file("f", "").slice(0, -2)));
  const before = process.memoryUsage.rss();
  let highest = before;
  for (let i = 0; i < count; i++) {
    await stream.push(Buffer.allocUnsafeSlow(size).fill(i & 0xff));
    if (i % 64 === 0) {
      highest = Math.max(highest, process.memoryUsage.rss());
      await turn();
    }
  }
  await stream.push(Buffer.from("\r\n--B--"));
  stream.end();
  await reading;
  assert.is(received, size * count);
  // What the collector has not got round to: a small part of the content.
  assert.ok(highest - before < 256 * 1024 * 1024, `${(highest - before) >> 20} MiB more`);
});

test.run();
