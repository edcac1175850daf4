/**
 * The built module itself, read back by wabt and built anew: what it asks for (nothing), what it gives, that its memory cannot
 * grow, how large it is, that the same sources give the same bytes, and its text form, kept beside this file so that a reviewer
 * sees what a change did to the loops.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import wabt from "wabt";
import { ABI_VERSION, MEMORY_SIZE } from "../../src/parser/abi.ts";
import { BINARY } from "../../src/parser/wasm/binary.ts";
import { sameBytes } from "../_support/bytes.ts";
import { suite } from "../_support/suite.ts";

/** Bytes the module may have; it travels as base64 with every program. */
const SIZE_BUDGET = 16_384;
const PAGE = 65_536;
const RENEW = "npm run build && cp build/landspout.wat test/parser/landspout.wat";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(root, path)));
const test = suite("the Wasm module", { deadline: 60 });

/** The fields of the module at its top level, one line each. */
async function moduleFields(): Promise<string[]> {
  const module = (await wabt()).readWasm(read("build/landspout.wasm"), { simd: true, bulk_memory: true });
  try {
    module.validate();
    return module
      .toText({ foldExprs: false, inlineExport: false })
      .split("\n")
      .filter((line) => /^ {2}\(/.test(line))
      .map((line) => line.trim());
  } finally {
    module.destroy();
  }
}

const ofKind = (fields: readonly string[], kind: string): string[] =>
  fields.filter((line) => line.startsWith(`(${kind} `));

/** Compiles assembly/ as the build does, elsewhere. */
async function build(folder: string, name: string): Promise<{ wasm: Uint8Array; text: string }> {
  const [wasm, text] = [join(folder, `${name}.wasm`), join(folder, `${name}.wat`)];
  const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
  const options = ["--config", "asconfig.json", "--target", "release", "--disableWarning", "112"];
  const child = spawn(process.execPath, [asc, ...options, "--outFile", wasm, "--textFile", text], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  assert.is(code, 0, "asc failed");
  return { wasm: new Uint8Array(readFileSync(wasm)), text: readFileSync(text, "utf8") };
}

function sameText(actual: string, expected: string): void {
  if (actual === expected) return;
  const [mine, golden] = [actual.split("\n"), expected.split("\n")];
  const at = mine.findIndex((line, i) => line !== golden[i]);
  assert.unreachable(
    `test/parser/landspout.wat differs from the build at line ${at + 1} (${mine.length} lines, ${golden.length} kept):\n` +
      `      build ${mine[at]}\n      kept  ${golden[at]}\n` +
      `    If the change is meant, renew it and look at the difference: ${RENEW}`,
  );
}

test("imports nothing and starts nothing by itself", async () => {
  const fields = await moduleFields();
  assert.equal(ofKind(fields, "import"), []);
  assert.equal(ofKind(fields, "start"), []);
  assert.equal(ofKind(fields, "table"), []);
});

test("exports the functions of the seam, its version and its memory, and nothing else", async () => {
  const names = ofKind(await moduleFields(), "export").map((line) => /"(.*)"/.exec(line)?.[1] ?? line);
  assert.equal(new Set(names).size, names.length);
  assert.equal(
    new Set(names),
    new Set([
      "abiVersion",
      "hashBlocks",
      "hashFinish",
      "indexOf",
      "mask",
      "memory",
      "parseChunkSize",
      "parseRequestHead",
      "parseResponseHead",
      "parseTrailers",
      "utf8",
    ]),
  );
});

test("carries the version the other side is built with", async () => {
  const fields = await moduleFields();
  const index = /\(export "abiVersion" \(global (\d+)\)\)/.exec(fields.join("\n"))?.[1];
  const global = ofKind(fields, "global").find((line) => line.includes(`(;${index};)`));
  assert.match(global ?? "none", `(i32.const ${ABI_VERSION})`);
});

test("has a memory that cannot grow", async () => {
  assert.is(MEMORY_SIZE % PAGE, 0);
  const pages = MEMORY_SIZE / PAGE;
  assert.is(pages, 7);
  const memories = ofKind(await moduleFields(), "memory");
  assert.is(memories.length, 1);
  assert.match(memories[0] ?? "", new RegExp(`^\\(memory \\(;0;\\) ${pages} ${pages}\\)$`));
});

test(`has at most ${SIZE_BUDGET} bytes`, () => {
  const { length } = read("build/landspout.wasm");
  assert.ok(length <= SIZE_BUDGET, `${length} bytes`);
});

test("is what the program carries as base64", () => {
  sameBytes(new Uint8Array(Buffer.from(BINARY, "base64")), read("build/landspout.wasm"));
});

// The compiler is a tool of Node's; what it gives does not depend on the runtime of the tests.
const onNode = "Bun" in globalThis ? test.skip : test;

onNode("is the same bytes each time it is built, and the text form kept beside this file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-wasm-"));
  try {
    const [one, two] = await Promise.all([build(folder, "one"), build(folder, "two")]);
    sameBytes(one.wasm, two.wasm, "built twice");
    sameBytes(read("build/landspout.wasm"), one.wasm, "build/landspout.wasm is not what the sources give");
    sameText(one.text, readFileSync(join(root, "test/parser/landspout.wat"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
