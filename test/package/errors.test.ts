/** docs/errors.md names every code that the sources can throw or answer with, and no other. */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { parseErrorCodes, parseError } from "../../src/parser/errors.ts";
import { REFUSALS } from "../../src/http/http1/framing.ts";
import { suite } from "../_support/suite.ts";

const test = suite("docs/errors.md");
const root = new URL("../../", import.meta.url);
const documented = new Set(readFileSync(new URL("docs/errors.md", root), "utf8").match(/ERR_LANDSPOUT_[A-Z0-9_]+/g));

function thrown(): Set<string> {
  const codes = new Set(parseErrorCodes().map((code) => parseError(code).code));
  for (const { code } of Object.values(REFUSALS)) codes.add(code);
  for (const file of readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.endsWith("binary.ts")) continue;
    for (const [, code] of readFileSync(new URL(`src/${file}`, root), "utf8").matchAll(/"(ERR_LANDSPOUT_[A-Z0-9_]+)"/g))
      codes.add(code as string);
  }
  return codes;
}

test("names every code, and no other", () => {
  const codes = thrown();
  assert.ok(codes.size > 80);
  assert.equal(
    [...codes].filter((code) => !documented.has(code)),
    [],
    "missing on the page",
  );
  assert.equal(
    [...documented].filter((code) => !codes.has(code)),
    [],
    "thrown nowhere",
  );
});

test.run();
