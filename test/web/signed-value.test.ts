/** Signed values: Tornado's are read and made to the byte, anything else is refused. Pure. */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import * as assert from "uvu/assert";
import {
  createSignedValue,
  decodeSignedValue,
  getSignatureKeyVersion,
  MAX_SIGNED_VALUE_SIZE,
} from "../../src/web/security/signed-value.ts";
import { suite } from "../_support/suite.ts";
import { complaintsOfTornado, vectors } from "./_tornado.ts";

const test = suite("signed values", { deadline: 30 });

const SECRET = "It's a secret to everybody";
const PRESENT = 1_300_000_000;
const clock = (): number => PRESENT;
const sign1 = (secret: string, text: string): string => createHmac("sha1", secret).update(text).digest("hex");
const sign2 = (secret: string, text: string): string => text + createHmac("sha256", secret).update(text).digest("hex");

test("known answers", () => {
  assert.is(
    createSignedValue(SECRET, "key", "value", { version: 2, clock }),
    "2|1:0|10:1300000000|3:key|8:dmFsdWU=|3d4e60b996ff9c5d5788e333a0cba6f238a22c6c0f94788870e1a9ecd482e152",
  );
  assert.is(
    createSignedValue(SECRET, "key", "value", { version: 1, clock }),
    "dmFsdWU=|1300000000|31c934969f53e48164c50768b40cbd7e2daaaa4f",
  );
});

test("signs as Tornado does, and reads what it signed", () => {
  for (const { secret, name, value, clock: time, version, text } of vectors.signed) {
    const bytes = Buffer.from(value, "base64");
    const at = (days: number) => ({ clock: () => time + days * 86_400 });
    assert.is(createSignedValue(secret, name, bytes, { version, ...at(0) }), text);
    assert.is(createSignedValue(Buffer.from(secret), name, bytes, { version, ...at(0) }), text, "~> bytes as secret");
    assert.equal(decodeSignedValue(secret, name, text, at(0)), bytes);
    assert.is(decodeSignedValue(`${secret}!`, name, text, at(0)), undefined);
    assert.is(decodeSignedValue(secret, `${name}!`, text, at(0)), undefined);
    assert.is(decodeSignedValue(secret, name, text, at(32)), undefined);
    assert.equal(decodeSignedValue(secret, name, text, { ...at(32), maxAgeDays: 33 }), bytes);
    assert.is(getSignatureKeyVersion(text), version === 1 ? undefined : 0);
  }
});

test("knows key versions", () => {
  for (const { keyVersion, clock: time, text, readVersion } of vectors.keyed) {
    const at = { clock: () => time };
    assert.is(createSignedValue(vectors.keys, "key", "value", { keyVersion, ...at }), text);
    assert.is(decodeSignedValue(vectors.keys, "key", text, at)?.toString(), "value");
    assert.is(getSignatureKeyVersion(text), readVersion);
    assert.is(readVersion, keyVersion);
    const { [String(keyVersion)]: own, ...rest } = vectors.keys;
    assert.is(decodeSignedValue(rest, "key", text, at), undefined, "~> the key was taken away");
    assert.is(decodeSignedValue({ ...rest, [keyVersion]: "other" }, "key", text, at), undefined);
    assert.is(
      decodeSignedValue(own as string, "key", text, at)?.toString(),
      "value",
      "~> one secret reads any version",
    );
  }
  const text = createSignedValue(SECRET, "key", "value", { clock });
  assert.is(decodeSignedValue(vectors.keys, "key", text, { clock }), undefined);
  assert.is(decodeSignedValue({}, "key", text, { clock }), undefined);
});

test("age and format are limited as in Tornado", () => {
  for (const { text, clock: time, maxAgeDays, minVersion, value } of vectors.aged) {
    const read = decodeSignedValue(SECRET, "key", text, { clock: () => time, maxAgeDays, minVersion });
    assert.is(read?.toString("base64"), value ?? undefined, `${text} at ${time}, ${maxAgeDays} days, ${minVersion}`);
  }
});

test("without options: 31 days, both formats, now", () => {
  const ago = (days: number) => ({ clock: () => Date.now() / 1000 - days * 86_400 });
  for (const version of [1, 2]) {
    assert.is(decodeSignedValue(SECRET, "k", createSignedValue(SECRET, "k", "v", { version }))?.toString(), "v");
    const young = createSignedValue(SECRET, "k", "v", { version, ...ago(30.9) });
    assert.is(decodeSignedValue(SECRET, "k", young)?.toString(), "v");
    const old = createSignedValue(SECRET, "k", "v", { version, ...ago(31.1) });
    assert.is(decodeSignedValue(SECRET, "k", old), undefined);
  }
  assert.is(decodeSignedValue(SECRET, "k", undefined), undefined);
  assert.is(decodeSignedValue(SECRET, "k", ""), undefined);
});

test("refuses what was altered, as Tornado does", () => {
  for (const { text, value } of vectors.altered) {
    const read = decodeSignedValue(SECRET, "key", text, { clock });
    assert.is(read?.toString("base64"), value ?? undefined, text);
  }
});

test("refuses every change of a single character", () => {
  for (const version of [1, 2]) {
    const text = createSignedValue(SECRET, "key", "value", { version, clock });
    for (let place = 0; place < text.length; place++) {
      for (const character of ["0", "|", ":", "é", "\0", text[place] === "a" ? "b" : "a"]) {
        const other = text.slice(0, place) + character + text.slice(place + 1);
        if (other !== text) assert.is(decodeSignedValue(SECRET, "key", other, { clock }), undefined, other);
      }
      assert.is(decodeSignedValue(SECRET, "key", text.slice(0, place), { clock }), undefined);
      assert.is(decodeSignedValue(SECRET, "key", text.slice(0, place) + text.slice(place + 1), { clock }), undefined);
    }
  }
});

test("refuses digits moved from the value to the time", () => {
  const text = createSignedValue("secret", "key", Buffer.from("1234", "base64"), { version: 1, clock });
  const [, time = "", signature = ""] = text.split("|");
  assert.is(decodeSignedValue("secret", "key", `|1234${time}|${signature}`, { clock }), undefined, "~> far ahead");
  const zeros = createSignedValue("secret", "key", Buffer.from("0000", "base64"), { version: 1, clock });
  const [, , sealed = ""] = zeros.split("|");
  assert.is(decodeSignedValue("secret", "key", `|0000${time}|${sealed}`, { clock }), undefined, "~> begins with 0");
});

test("a good signature does not make a malformed text good", () => {
  // A key may be shared with programs that sign other things.
  const read = (text: string): Buffer | undefined => decodeSignedValue(SECRET, "key", text, { clock });
  assert.is(read(sign2(SECRET, "2|1:0|10:1300000000|3:key|8:dmFsdWU=|"))?.toString(), "value");
  for (const fields of [
    "2|1:0|10:1300000000|3:key|7:dmFsdWU|",
    "2|1:0|10:1300000000|3:key|8:dmFsdW*=|",
    "2|1:0|10:1300000000|3:key|9:dmFsd WU=|",
    "2|2:-1|10:1300000000|3:key|8:dmFsdWU=|",
    "2|0:|10:1300000000|3:key|8:dmFsdWU=|",
    "2|1:x|10:1300000000|3:key|8:dmFsdWU=|",
    "2|1:0|11:+1300000000|3:key|8:dmFsdWU=|",
    "2|1:0|12:1300000000.5|3:key|8:dmFsdWU=|",
    "2|1:0|16:9999999999999999|3:key|8:dmFsdWU=|",
    "2|01:0|10:1300000000|3:key|8:dmFsdWU=|",
    "2|+1:0|10:1300000000|3:key|8:dmFsdWU=|",
    "2| 1:0|10:1300000000|3:key|8:dmFsdWU=|",
    "2|1:0|10:1300000000|3:key|9999999:dmFsdWU=|",
    "2|1:0|10:1300000000|3:key|",
    "2|1:0|10:1300000000|3:key|8:dmFsdWU=|1:x|",
  ])
    assert.is(read(sign2(SECRET, fields)), undefined, fields);
  for (const [value, time] of [
    ["dmFsdWU=", "13e8"],
    ["dmFsdWU=", "+1300000000"],
    ["dmFsdWU=", ""],
    ["dmFsdW*=", "1300000000"],
  ] as const)
    assert.is(read(`${value}|${time}|${sign1(SECRET, `key${value}${time}`)}`), undefined, time);
});

test("names and secrets beyond ASCII are counted in bytes", () => {
  const text = createSignedValue("schlüssel", "größe", "€", { clock });
  assert.match(text, "|7:größe|");
  assert.is(decodeSignedValue("schlüssel", "größe", text, { clock })?.toString(), "€");
});

test("what was signed for one name is not good for another", () => {
  const two = createSignedValue(SECRET, "ab", "value", { clock });
  assert.is(decodeSignedValue(SECRET, "a", two, { clock }), undefined);
  // Version 1 cannot tell: this is why `minVersion` is there.
  const one = createSignedValue(SECRET, "a", "value", { version: 1, clock });
  const [encoded = "", time = "", signature = ""] = one.split("|");
  const shifted = `${encoded.slice(4)}|${time}|${signature}`;
  assert.is(decodeSignedValue(SECRET, `a${encoded.slice(0, 4)}`, shifted, { clock })?.toString(), "ue");
  assert.is(decodeSignedValue(SECRET, `a${encoded.slice(0, 4)}`, shifted, { clock, minVersion: 2 }), undefined);
});

test("MAX_SIGNED_VALUE_SIZE: what is longer is neither made nor read", () => {
  const fits = createSignedValue(SECRET, "k", "x".repeat(49_000), { clock });
  assert.is(decodeSignedValue(SECRET, "k", fits, { clock })?.length, 49_000);
  assert.throws(() => createSignedValue(SECRET, "k", "x".repeat(49_152)), /at most 65536 bytes/);
  const long = sign2(SECRET, `2|1:0|10:1300000000|1:k|65536:${"A".repeat(MAX_SIGNED_VALUE_SIZE)}|`);
  assert.is(decodeSignedValue(SECRET, "k", long, { clock }), undefined);
  assert.is(getSignatureKeyVersion(long), undefined);
});

test("key versions are only read from version 2", () => {
  for (const text of [
    "",
    "3|1:5|10:1300000000|3:key|8:dmFsdWU=|00",
    "2|",
    "2|1:x|1:1|1:a|0:|",
    "dmFsdWU=|1300000000|00",
  ])
    assert.is(getSignatureKeyVersion(text), undefined, text);
  assert.is(getSignatureKeyVersion("2|2:42|10:1300000000|3:key|8:dmFsdWU=|forged"), 42);
});

test("wrong calls are refused, also where they would let everything through", () => {
  const text = createSignedValue(SECRET, "key", "value", { clock });
  const bad: readonly [() => unknown, RegExp][] = [
    [() => createSignedValue(vectors.keys, "key", "value"), /keyVersion must name one/],
    [() => createSignedValue(vectors.keys, "key", "value", { keyVersion: 99 }), /keyVersion must name one/],
    [() => createSignedValue(vectors.keys, "key", "value", { version: 1 }), /knows no key versions/],
    [() => createSignedValue(SECRET, "key", "value", { version: 3 }), /versions 1 and 2/],
    [() => createSignedValue(SECRET, "key", "value", { keyVersion: 1.5 }), /whole number/],
    [() => createSignedValue(SECRET, "key", "value", { keyVersion: -1 }), /whole number/],
    [() => createSignedValue(SECRET, "key", "value", { clock: () => Number.NaN }), /clock/],
    [() => createSignedValue("", "key", "value"), /secret is empty/],
    [() => createSignedValue({ 1: new Uint8Array() }, "key", "value", { keyVersion: 1 }), /secret is empty/],
    [() => decodeSignedValue("", "key", text, { clock }), /secret is empty/],
    [() => decodeSignedValue(SECRET, "key", text, { minVersion: 3 }), /minVersion/],
    [() => decodeSignedValue(SECRET, "key", text, { minVersion: Number.NaN }), /minVersion/],
    [() => decodeSignedValue(SECRET, "key", text, { maxAgeDays: Number.NaN }), /maxAgeDays/],
    [() => decodeSignedValue(SECRET, "key", undefined, { maxAgeDays: "31 days" as unknown as number }), /maxAgeDays/],
    [() => decodeSignedValue(SECRET, "key", text, { clock: () => Number.NaN }), /clock/],
  ];
  for (const [call, message] of bad)
    assert.throws(call, (error: Error & { code: string }) => {
      assert.is(error.code, "ERR_LANDSPOUT_SIGNED_VALUE");
      assert.match(error.message, message);
      return true;
    });
  const forever = { clock: () => PRESENT * 2, maxAgeDays: Number.POSITIVE_INFINITY };
  assert.is(decodeSignedValue(SECRET, "key", text, forever)?.toString(), "value");
});

test("Tornado reads what is signed here", () => {
  const signed = ["plain", "", "grün €", "a|b", "\0\x7f"].flatMap((value) =>
    [
      { secret: "schlüssel", version: 1 },
      { secret: "schlüssel", version: 2 },
      { secret: vectors.keys, version: 2, keyVersion: 7 },
      { secret: vectors.keys, version: 2, keyVersion: 12_345 },
    ].map(({ secret, ...options }) => {
      const time = 1_763_700_000.25;
      const text = createSignedValue(secret, "key", value, { ...options, clock: () => time });
      return { secret, name: "key", value: Buffer.from(value).toString("base64"), clock: time, text };
    }),
  );
  assert.is(complaintsOfTornado({ signed }), "");
});

test.run();
