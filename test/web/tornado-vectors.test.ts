/** Tornado's own results for the same inputs (see scripts/tornado-vectors.py), and ours read by Tornado where it is installed. */
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { parseCookies, parseRequestRange, urlConcat } from "../../src/http/httputil.ts";
import { createSignedValue, decodeSignedValue, getSignatureKeyVersion } from "../../src/web/signed-value.ts";
import { decodeXsrfToken, encodeXsrfToken, newXsrfToken } from "../../src/web/xsrf.ts";
import { suite } from "../_support/suite.ts";

interface Vectors {
  readonly keys: { readonly [version: string]: string };
  readonly signed: readonly {
    readonly secret: string;
    readonly name: string;
    readonly value: string;
    readonly clock: number;
    readonly version: number;
    readonly text: string;
  }[];
  readonly keyed: readonly { readonly keyVersion: number; readonly text: string }[];
  readonly altered: readonly { readonly text: string; readonly value: string | null }[];
  readonly xsrf: readonly { readonly text: string; readonly token: string | null }[];
  readonly cookies: readonly { readonly header: string; readonly cookies: { readonly [name: string]: string } }[];
  readonly urls: readonly { readonly url: string; readonly args: [string, string][]; readonly result: string }[];
  readonly ranges: readonly { readonly text: string; readonly range: readonly (number | null)[] | null }[];
}
const vectors = JSON.parse(readFileSync(new URL("tornado-vectors.json", import.meta.url), "utf8")) as Vectors;

const test = suite("Tornado's values", { deadline: 30 });

test("signs as Tornado does, and reads what it signed", () => {
  for (const { secret, name, value, clock, version, text } of vectors.signed) {
    const bytes = Buffer.from(value, "base64");
    assert.is(createSignedValue(secret, name, bytes, { version, clock: () => clock }), text);
    assert.equal(decodeSignedValue(secret, name, text, { clock: () => clock }), bytes);
    assert.is(decodeSignedValue(`${secret}!`, name, text, { clock: () => clock }), undefined);
    assert.is(decodeSignedValue(secret, `${name}!`, text, { clock: () => clock }), undefined);
    assert.is(decodeSignedValue(secret, name, text, { clock: () => clock + 32 * 86_400 }), undefined);
    assert.equal(decodeSignedValue(secret, name, text, { clock: () => clock + 32 * 86_400, maxAgeDays: 33 }), bytes);
    if (version === 1)
      assert.is(decodeSignedValue(secret, name, text, { clock: () => clock, minVersion: 2 }), undefined);
  }
});

test("knows key versions", () => {
  for (const { keyVersion, text } of vectors.keyed) {
    const clock = (): number => 1_300_000_000;
    assert.is(createSignedValue(vectors.keys, "key", "value", { keyVersion, clock }), text);
    assert.is(decodeSignedValue(vectors.keys, "key", text, { clock })?.toString(), "value");
    assert.is(getSignatureKeyVersion(text), keyVersion);
    const { [String(keyVersion)]: _gone, ...rest } = vectors.keys;
    assert.is(decodeSignedValue(rest, "key", text, { clock }), undefined);
  }
  assert.throws(() => createSignedValue(vectors.keys, "key", "value"), /keyVersion/);
  assert.throws(() => createSignedValue("secret", "key", "value", { version: 3 }), /versions 1 and 2/);
});

test("refuses what was altered, as Tornado does", () => {
  for (const { text, value } of vectors.altered) {
    const read = decodeSignedValue("It's a secret to everybody", "key", text, { clock: () => 1_300_000_000 });
    assert.is(read?.toString("base64"), value ?? undefined, text);
  }
});

test("refuses digits moved from the value to the time", () => {
  const clock = (): number => 1_300_000_000;
  const text = createSignedValue("secret", "key", "dmFsdWU", { version: 1, clock });
  const [encoded = "", time = "", signature = ""] = text.split("|");
  const moved = `${encoded.slice(0, -4)}|${encoded.slice(-4)}${time}|${signature}`;
  assert.is(decodeSignedValue("secret", "key", moved, { clock }), undefined);
  const digits = createSignedValue("secret", "key", Buffer.from("1234", "base64"), { version: 1, clock });
  const [, , sealed = ""] = digits.split("|");
  assert.is(decodeSignedValue("secret", "key", `|1234${time}|${sealed}`, { clock }), undefined);
});

test("reads XSRF tokens of both versions", () => {
  for (const { text, token } of vectors.xsrf)
    assert.is(decodeXsrfToken(text)?.token.toString("base64"), token ?? undefined, text);
  const fresh = newXsrfToken();
  const texts = new Set(Array.from({ length: 20 }, () => encodeXsrfToken(fresh, 2)));
  assert.is(texts.size, 20, "~> a mask of its own each time");
  for (const text of texts) assert.equal(decodeXsrfToken(text)?.token, fresh.token);
  assert.equal(decodeXsrfToken(encodeXsrfToken(fresh, 1))?.token, fresh.token);
});

test("reads cookies, URLs and ranges as Tornado does", () => {
  for (const { header, cookies } of vectors.cookies) assert.equal({ ...parseCookies(header) }, cookies, header);
  for (const { url, args, result } of vectors.urls) assert.is(urlConcat(url, args), result);
  for (const { text, range } of vectors.ranges) {
    const ours = parseRequestRange(text);
    // Intended differences: what is no range is ignored; `-0` asks for nothing.
    const ignored = text === "bytes=" || text === "bytes=5-2";
    if (range === null || ignored) assert.is(ours, undefined, text);
    else if (text !== "bytes=-0") assert.equal([ours?.start, ours?.end ?? null], range, text);
  }
});

test("Tornado reads what is signed here", () => {
  const script = fileURLToPath(new URL("../../scripts/tornado-vectors.py", import.meta.url));
  const cases = ["plain", "grün €", "a|b"].flatMap((value) =>
    [1, 2].map((version) => {
      const clock = 1_763_700_000;
      const secret = "schlüssel";
      const text = createSignedValue(secret, "key", value, { version, clock: () => clock });
      const token = newXsrfToken();
      const xsrf = encodeXsrfToken(token, version === 1 ? 1 : 2);
      return {
        secret,
        name: "key",
        value: Buffer.from(value).toString("base64"),
        clock,
        text,
        xsrf,
        token: token.token.toString("base64"),
      };
    }),
  );
  const python = spawnSync("/usr/bin/python3", [script, "--check"], { input: JSON.stringify(cases), encoding: "utf8" });
  // Where there is no Tornado the checked-in values must do.
  if (python.error !== undefined || python.stderr.includes("No module named 'tornado'")) return;
  assert.is(python.stdout, "ok\n", python.stderr);
});

test.run();
