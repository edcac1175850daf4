/** The parser's error table and docs/errors.md say the same; neither lacks an entry. */
import { readFileSync } from "node:fs";
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import * as abi from "../../src/parser/abi.ts";
import { parseError, parseErrorCodes } from "../../src/parser/errors.ts";

const test = suite("parser errors");
const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const [, section = ""] = page.split("## Malformed bytes from the peer");
const rows = [...(section.split("\n## ")[0] ?? "").matchAll(/^\| `(ERR_\w+)` \| (\d+) \| (.+) \|$/gm)];

test("every E_ code of the ABI has an entry, and every entry a code", () => {
  const codes = Object.entries(abi)
    .filter(([name]) => name.startsWith("E_"))
    .map(([, code]) => code);
  assert.equal(
    parseErrorCodes(),
    codes.toSorted((a, b) => a - b),
  );
});

test("every entry is named after its E_ code", () => {
  for (const [name, code] of Object.entries(abi)) {
    if (name.startsWith("E_")) assert.is(parseError(code).code, `ERR_LANDSPOUT_${name.slice(2)}`);
  }
});

test("no two entries share a code or a sentence", () => {
  const entries = parseErrorCodes().map(parseError);
  assert.is(new Set(entries.map((entry) => entry.code)).size, entries.length);
  assert.is(new Set(entries.map((entry) => entry.message)).size, entries.length);
});

test("the page lists every entry with its status and sentence, and nothing else", () => {
  assert.equal(
    rows.map(([, code, status, message]) => `${code} ${status} ${message}`),
    parseErrorCodes()
      .map(parseError)
      .map(({ code, status, message }) => `${code} ${status} ${message}`),
  );
});

test("an unknown code is a mistake of the caller", () => {
  assert.throws(() => parseError(0), RangeError);
  assert.throws(() => parseError(999), RangeError);
});

test.run();
