/** `ContentBuffer`: whatever the pieces, their bytes in order. Pure. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { ContentBuffer } from "../../src/http/message/content-buffer.ts";
import { sameBytes } from "../_support/bytes.ts";
import { suite } from "../_support/suite.ts";

const test = suite("content buffer");

test("nothing is an empty content", () => {
  assert.is(new ContentBuffer().take().length, 0);
});

test("the only piece is the content itself", () => {
  for (const size of [1, 10_000]) {
    const content = new ContentBuffer();
    const piece = Buffer.alloc(size, "x");
    content.add(piece);
    assert.is(content.take(), piece);
  }
});

test("small and large pieces keep their order", () => {
  const sizes = [1, 1, 4095, 4096, 3, 16_384, 16_383, 2, 4000, 4000, 4000, 4000, 4000, 70_000, 1];
  const pieces = sizes.map((size, i) => Buffer.alloc(size, i + 1));
  const content = new ContentBuffer();
  for (const piece of pieces) content.add(piece);
  sameBytes(content.take(), Buffer.concat(pieces));
});

test("small pieces are copied: theirs may be used again", () => {
  const content = new ContentBuffer();
  content.add(Buffer.from("first"));
  const reused = Buffer.from("a");
  for (const letter of "bcdef") {
    content.add(reused);
    reused.write(letter);
  }
  assert.is(content.take().toString(), "firstabcde");
});

test.run();
