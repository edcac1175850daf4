/**
 * The built module, read back with wabt: what it asks for (nothing), what it offers, its memory, its size; that it builds to the same
 * bytes twice; and its text form against the committed one, so that a reviewer sees what a change did to the hot loop. Renew it with
 * `cp build/landspout.wat test/parser/landspout.wat`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import loadWabt from "wabt";
import * as abi from "../../src/parser/abi.ts";
import { BINARY } from "../../src/parser/wasm/binary.ts";
import { sameBytes } from "../_support/bytes.ts";
import { suite } from "../_support/suite.ts";

const test = suite("landspout.wasm", { deadline: 60 });
const root = fileURLToPath(new URL("../../", import.meta.url));
const binary = readFileSync(join(root, "build/landspout.wasm"));
const text = readFileSync(join(root, "build/landspout.wat"), "utf8");

/** More would have to say what it is for. */
const SIZE_BUDGET = 16 * 1024;

test("is what wabt reads back: no imports, these exports, a memory that cannot grow", async () => {
  const wabt = await loadWabt();
  const module = wabt.readWasm(binary, { simd: true, bulk_memory: true });
  module.validate();
  const read = module.toText({});
  module.destroy();
  assert.equal(read.match(/\(import/g), null);
  assert.equal(
    [...read.matchAll(/\(export "(\w+)" \((\w+)/g)].map(([, name, kind]) => `${kind} ${name}`).sort(),
    [
      "func hashBlocks",
      "func hashFinish",
      "func indexOf",
      "func parseChunkSize",
      "func parseRequestHead",
      "func parseResponseHead",
      "func parseTrailers",
      "global abiVersion",
      "memory memory",
    ],
  );
  const pages = /\(memory \(;0;\) (\d+) (\d+)\)/.exec(read);
  assert.equal(pages?.slice(1).map(Number), [abi.MEMORY_PAGES, abi.MEMORY_PAGES]);
  assert.is(abi.MEMORY_PAGES * 65_536, abi.MEMORY_SIZE);
});

test("keeps its data below the result table", () => {
  const ends = [...text.matchAll(/\(data \$\S+ \(i32\.const (\d+)\) "((?:[^"\\]|\\.)*)"\)/g)].map(
    ([, at, bytes = ""]) => Number(at) + bytes.replace(/\\[0-9a-f]{2}|\\./g, "x").length,
  );
  assert.ok(ends.length > 0);
  assert.ok(Math.max(...ends) <= abi.TABLE);
});

test("stays within its size", () => {
  assert.ok(binary.length <= SIZE_BUDGET, `${binary.length} bytes`);
});

test("travels in its module as it was built", () => {
  sameBytes(Buffer.from(BINARY, "base64"), binary);
});

test("builds to the same bytes twice", () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    const out = join(folder, "again.wasm");
    const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
    const options = ["--config", "asconfig.json", "--target", "release", "--disableWarning", "112"];
    const outputs = ["--outFile", out, "--textFile", join(folder, "again.wat")];
    execFileSync(process.env["NODE"] ?? "node", [asc, ...options, ...outputs], { cwd: root, stdio: "ignore" });
    sameBytes(readFileSync(out), binary);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("has the text form that was reviewed", () => {
  const reviewed = readFileSync(join(root, "test/parser/landspout.wat"), "utf8");
  assert.ok(reviewed === text, "look at the difference, then: cp build/landspout.wat test/parser/landspout.wat");
});

test.run();
