/** The one percent codec: every byte in each spelling, and decoding beside a plain way to say the same. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import * as assert from "uvu/assert";
import {
  COMPONENT,
  FORM,
  PATH,
  PERCENT_ENCODED,
  percentDecode,
  percentDecoded,
  percentEncode,
  percentEncoded,
} from "../../src/escape/percent.ts";
import { suite } from "../_support/suite.ts";

const test = suite("percent-encoding");
const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);

test("each spelling keeps its own characters, and encodes all others with digits in upper case", () => {
  const unreserved = "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
  for (const [spelling, kept, space] of [
    [COMPONENT, unreserved, "%20"],
    [PATH, `${unreserved}/`, "%20"],
    [FORM, unreserved, "+"],
    [PERCENT_ENCODED, "", "%20"],
  ] as const)
    for (const byte of ALL) {
      const character = String.fromCharCode(byte);
      const encoded = `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
      const expected = kept.includes(character) ? character : byte === 0x20 ? space : encoded;
      assert.is(percentEncode(Uint8Array.of(byte), spelling), expected);
    }
  assert.is(percentEncode(Buffer.from("é /"), PATH), "%C3%A9%20/");
  assert.is(percentEncode(Buffer.from("ab")), "%61%62");
  assert.is("a b".replace(/ /g, percentEncoded), "a%20b");
});

test("every spelling of every byte decodes to it", () => {
  for (const spelling of [COMPONENT, PATH, FORM, PERCENT_ENCODED])
    assert.equal(percentDecoded(Buffer.from(percentEncode(ALL, spelling)), spelling === FORM), Buffer.from(ALL));
});

test("a % without two hexadecimal digits stays, also at the end", () => {
  for (const text of ["%", "a%", "%4", "%zz", "%4g", "%g4", "%%", "%/0", "%:0", "%@1", "%`1", "%G1", "%\u00e91"])
    assert.is(percentDecoded(Buffer.from(text, "latin1"), false).toString("latin1"), text);
  assert.is(percentDecoded(Buffer.from("%%41%4"), false).toString(), "%A%4");
  assert.is(percentDecoded(Buffer.from("%4a%4A%aF"), false).toString("latin1"), "JJ\xaf");
});

test("+ is a space where it is asked for, and an encoded + never is", () => {
  assert.is(percentDecoded(Buffer.from("a+b%2B"), true).toString(), "a b+");
  assert.is(percentDecoded(Buffer.from("a+b%2B"), false).toString(), "a+b+");
});

test("of a range only that is read: digits behind its end do not count", () => {
  const target = Buffer.alloc(8);
  assert.is(percentDecode(target, Buffer.from("xx%41%41"), 2, 7, false), 3);
  assert.is(target.toString("latin1", 0, 3), "A%4");
});

test("decoding agrees with a regular expression over the same characters", () => {
  const piece = fc.oneof(fc.constantFrom("%", "%4", "%41", "%e9", "%zZ", "+", "%2B"), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, plus) => {
      const text = Buffer.from(pieces.join("")).toString("latin1");
      const expected = (plus ? text.replaceAll("+", " ") : text).replace(
        /%([0-9a-fA-F]{2})/g,
        (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)),
      );
      assert.is(percentDecoded(Buffer.from(text, "latin1"), plus).toString("latin1"), expected);
    }),
  );
});

test.run();
