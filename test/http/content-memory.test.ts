/** `ContentMemory`: pieces of content lie side by side, in memory that grows with what has arrived. Pure. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { ContentMemory } from "../../src/http/http1/content-memory.ts";
import { ContentBuffer } from "../../src/http/message/content-buffer.ts";
import { suite } from "../_support/suite.ts";

const test = suite("content memory");

const source = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 31) & 255));

test("pieces of an announced length become one Buffer without another copy", () => {
  const memory = new ContentMemory();
  const content = new ContentBuffer();
  const first = memory.copy(source, 0, 65_475, 61);
  const second = memory.copy(source, 65_475, 65_536, 0);
  content.add(first);
  content.add(second);
  const whole = content.take();
  assert.is(whole.buffer, first.buffer);
  assert.is(whole.compare(source.subarray(0, 65_536)), 0);
});

test("many small pieces are all there, in order", () => {
  const memory = new ContentMemory();
  const content = new ContentBuffer();
  let at = 0;
  for (let size = 1; at < source.length; size = (size * 7) % 997) {
    const end = Math.min(source.length, at + size);
    content.add(memory.copy(source, at, end, source.length - end));
    at = end;
  }
  assert.is(content.take().compare(source), 0);
});

test("a client that announces much and sends little gets little memory", () => {
  const memory = new ContentMemory();
  const piece = memory.copy(source, 0, 1, 1_000_000_000);
  assert.is(piece.buffer.byteLength, 16_384);
});

test("pieces of the same memory that do not follow each other stay apart", () => {
  const content = new ContentBuffer();
  content.add(source.subarray(0, 5000));
  content.add(source.subarray(6000, 11_000));
  content.add(source.subarray(11_000, 16_000));
  const expected = Buffer.concat([source.subarray(0, 5000), source.subarray(6000, 16_000)]);
  assert.is(content.take().compare(expected), 0);
});

test.run();
