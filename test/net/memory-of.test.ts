/** The parser's memory as a Buffer: one for each parser, and whole on a runtime whose Buffer has no methods of its own for strings. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { memoryOf, withSlices } from "../../src/net/parser-memory.ts";
import { parsers } from "../parser/_parsers.ts";
import { suite } from "../_support/suite.ts";

const test = suite("the parser's memory as a Buffer");
const TEXT = Buffer.from("a\xff\u20ac\u{1f600}b", "utf8");
const BROKEN = Buffer.from([0x61, 0xe2, 0x82, 0x62]);

/** What a runtime with the documented methods alone would give: bytes with `toString(encoding, start, end)`. */
function plainBuffer(bytes: Uint8Array): Buffer {
  const plain = Uint8Array.from(bytes);
  const toString = (encoding: BufferEncoding, start: number, end: number): string =>
    Buffer.from(plain).toString(encoding, start, end);
  return Object.assign(plain, { toString }) as unknown as Buffer;
}

for (const parser of parsers) {
  test(`${parser.kind}: it is the parser's memory, and made once`, () => {
    const memory = memoryOf(parser);
    assert.is(memory.buffer, parser.buffer.buffer);
    assert.is(memory.byteOffset, parser.buffer.byteOffset);
    assert.is(memory.length, parser.buffer.length);
    assert.is(memoryOf(parser), memory);
  });
}

test("strings are the same with and without the runtime's own methods", () => {
  for (const bytes of [TEXT, BROKEN]) {
    assert.is((plainBuffer(bytes) as unknown as { latin1Slice?: unknown }).latin1Slice, undefined);
    for (const memory of [withSlices(Buffer.from(bytes)), withSlices(plainBuffer(bytes))]) {
      for (let start = 0; start <= bytes.length; start++) {
        for (let end = start; end <= bytes.length; end++) {
          assert.is(memory.latin1Slice(start, end), bytes.toString("latin1", start, end));
          assert.is(memory.utf8Slice(start, end), bytes.toString("utf8", start, end));
        }
      }
    }
  }
});

test("a runtime's own methods stay", () => {
  const memory = withSlices(Buffer.from("abc"));
  assert.not.ok(Object.hasOwn(memory, "latin1Slice"));
  assert.not.ok(Object.hasOwn(memory, "utf8Slice"));
});

test.run();
