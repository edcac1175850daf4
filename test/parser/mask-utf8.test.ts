/** The masking of frames and the check of UTF-8, in both implementations: vectors, every place and length, every cut, and each other. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { MEMORY_SIZE, RECEIVE, UTF8_INVALID } from "../../src/parser/abi.ts";
import { suite } from "../_support/suite.ts";
import { parsers } from "./_parsers.ts";

for (const parser of parsers) {
  const test = suite(`mask and utf8, ${parser.kind}`, { deadline: 60 });
  const { buffer } = parser;

  /** The state behind `bytes`, given whole. */
  const check = (bytes: Uint8Array, at = RECEIVE): number => {
    buffer.set(bytes, at);
    return parser.utf8(at, at + bytes.length, 0);
  };

  test("masks as RFC 6455 §5.7 shows", () => {
    const masked = Buffer.from("7f9f4d5158", "hex");
    buffer.set(masked, RECEIVE);
    parser.mask(RECEIVE, RECEIVE + 5, Buffer.from("37fa213d", "hex").readInt32LE());
    assert.is(Buffer.from(buffer.subarray(RECEIVE, RECEIVE + 5)).toString(), "Hello");
  });

  test("masks every byte from every place, and none beside them", () => {
    const key = Buffer.from("01a2fe7f", "hex");
    for (let from = 0; from < 20; from++) {
      for (const length of [0, 1, 2, 3, 4, 5, 7, 15, 16, 17, 31, 63, 64, 65, 127, 130, 200]) {
        const start = RECEIVE + from;
        buffer.fill(0x55, RECEIVE, RECEIVE + 300);
        parser.mask(start, start + length, key.readInt32LE());
        for (let i = RECEIVE; i < RECEIVE + 300; i++) {
          const inside = i >= start && i < start + length;
          assert.is(buffer[i], inside ? 0x55 ^ (key[(i - start) % 4] as number) : 0x55);
        }
      }
    }
    buffer.set([1, 2, 3], MEMORY_SIZE - 3);
    parser.mask(MEMORY_SIZE - 3, MEMORY_SIZE, -1);
    assert.equal([...buffer.subarray(MEMORY_SIZE - 3)], [254, 253, 252]);
  });

  test("takes every character, and knows where one is cut", () => {
    for (const text of [
      "",
      "a",
      "ü",
      "€",
      "😀",
      "\u{10ffff}",
      "\ud7ff",
      "\ue000",
      "\0",
      "κόσμε",
      "a".repeat(40),
      `${"a".repeat(15)}ü${"b".repeat(33)}€`,
    ]) {
      const bytes = Buffer.from(text);
      assert.is(check(bytes), 0, text);
      assert.is(check(bytes, MEMORY_SIZE - bytes.length), 0);
      for (let cut = 0; cut <= bytes.length; cut++) {
        buffer.set(bytes, RECEIVE);
        const state = parser.utf8(RECEIVE, RECEIVE + cut, 0);
        assert.is(state === 0, Buffer.from(bytes.subarray(0, cut).toString()).equals(bytes.subarray(0, cut)));
        assert.is(parser.utf8(RECEIVE + cut, RECEIVE + bytes.length, state), 0);
      }
    }
  });

  test("refuses with the first byte that makes it certain", () => {
    for (const [hex, first] of [
      ["80", 0],
      ["c080", 0],
      ["c1bf", 0],
      ["c320", 1],
      ["e08080", 1],
      ["e09fbf", 1],
      ["e282", 9],
      ["e28228", 2],
      ["eda080", 1],
      ["edbfbf", 1],
      ["f0808080", 1],
      ["f08fbfbf", 1],
      ["f4908080", 1],
      ["f5", 0],
      ["f8888080", 0],
      ["ff", 0],
      ["fe", 0],
      ["cebae1bdb9cf83cebcceb5eda080656469746564", 12],
      [`${"61".repeat(40)}ff`, 40],
    ] as const) {
      const bytes = Buffer.from(hex, "hex");
      let state = 0;
      let refused = 9;
      for (let i = 0; i < bytes.length && refused === 9; i++) {
        buffer[RECEIVE] = bytes[i] as number;
        state = parser.utf8(RECEIVE, RECEIVE + 1, state);
        if (state === UTF8_INVALID) refused = i;
      }
      assert.is(refused, first, hex);
      if (first !== 9) assert.is(check(bytes), UTF8_INVALID, hex);
    }
  });

  test("agrees with the runtime on all pairs of bytes, and on random ones", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const valid = (bytes: Uint8Array): boolean => {
      try {
        decoder.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    for (let pair = 0; pair < 65_536; pair++) {
      const bytes = Uint8Array.of(pair >> 8, pair & 255);
      assert.is(check(bytes) === 0, valid(bytes));
    }
    let seed = 12_345;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: random(40) }, () =>
        String.fromCodePoint(random(8) === 0 ? 0x1f600 + random(50) : random(0x800)),
      );
      const bytes = Buffer.from(text.join(""));
      if (random(2) === 0 && bytes.length > 0) bytes[random(bytes.length)] = random(256);
      assert.is(check(bytes) === 0, valid(bytes));
    }
  });

  test.run();
}
