/** The tables by which both parsers know field names: what is generated is current, and a name more needs nothing by hand. */
import { spawnSync } from "node:child_process";
import { Buffer } from "node:buffer";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import * as assert from "uvu/assert";
import * as abi from "../../src/parser/abi.ts";
import { FIELD_NAMES } from "../../src/parser/names.ts";
import { suite } from "../_support/suite.ts";

const test = suite("parser, field names", { deadline: 60 });
const root = fileURLToPath(new URL("../..", import.meta.url));

interface Tables {
  checkNames(names: readonly string[]): void;
  wasmTables(names: readonly string[]): { factor: bigint; ids: Uint8Array; lengths: Uint8Array; letters: Uint8Array };
  tsFactors(names: readonly string[], before: readonly [number, number]): readonly [number, number];
}
const { checkNames, tsFactors, wasmTables } = (await import(
  new URL("../../scripts/lib/field-tables.mjs", import.meta.url).href
)) as Tables;

const GENERATED = ["src/parser/abi.ts", "src/parser/ts/field-names.ts", "assembly/field-names.ts"];

/** The script in a copy of the files it reads and writes. */
function inCopy(act: (folder: string, run: (...args: string[]) => { status: number | null; stderr: string }) => void) {
  const folder = mkdtempSync(join(tmpdir(), "landspout-names-"));
  try {
    const files = ["package.json", "src/parser/names.ts", "scripts/make-field-names.mjs", "scripts/lib", ...GENERATED];
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(root, file), join(folder, file), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const loader = "Bun" in globalThis ? [] : ["--import", "tsx"];
    act(folder, (...args) =>
      spawnSync(process.execPath, [...loader, "scripts/make-field-names.mjs", ...args], {
        cwd: folder,
        encoding: "utf8",
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("what is generated follows from the list, and is refused where it does not", () => {
  inCopy((folder, run) => {
    assert.equal(run("--check").stderr, "");
    const before = GENERATED.map((file) => readFileSync(join(folder, file), "utf8"));
    assert.is(run().status, 0);
    assert.equal(
      GENERATED.map((file) => readFileSync(join(folder, file), "utf8")),
      before,
    );
    for (const [index, file] of GENERATED.entries()) {
      const text = before[index] as string;
      writeFileSync(join(folder, file), text.replace(/(export const H_HOST = |FACTOR = 0x|: u64 = 0x)\w/, "$17"));
    }
    const { status, stderr } = run("--check");
    assert.is(status, 1);
    for (const file of GENERATED)
      assert.match(stderr, `${file} does not follow from src/parser/names.ts: npm run field-names`);
    assert.is(run().status, 0);
    assert.is(run("--check").status, 0);
  });
});

test("a name more is one line, and both tables know it", () => {
  inCopy((folder, run) => {
    const list = join(folder, "src/parser/names.ts");
    writeFileSync(list, readFileSync(list, "utf8").replace('  "vary",\n', '  "vary",\n  "x-request-id",\n'));
    assert.is(run("--check").status, 1);
    assert.is(run().status, 0);
    assert.is(run("--check").status, 0);
    assert.match(
      readFileSync(join(folder, "src/parser/abi.ts"), "utf8"),
      `export const H_X_REQUEST_ID = ${FIELD_NAMES.length};`,
    );
  });
});

test("the ids of abi.ts are the places of the list", () => {
  const ids = Object.entries(abi).filter(([name]) => name.startsWith("H_"));
  assert.is(ids.length, FIELD_NAMES.length - 1);
  for (const [name, id] of ids) assert.is(FIELD_NAMES[id as number], name.slice(2).toLowerCase().replaceAll("_", "-"));
});

test("for any list every name has a slot of its own, in both tables", () => {
  const word = fc.stringMatching(/^[a-z]{2,8}$/);
  const name = fc
    .array(word, { minLength: 1, maxLength: 3 })
    .map((words) => words.join("-"))
    .filter(({ length }) => length >= 4 && length <= 28);
  const ends = (text: string): string => `${text.slice(0, 4)}${text.slice(-4)}`;
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 30, selector: ends }), (names) => {
      checkNames(names);
      const { factor, ids, lengths, letters } = wasmTables(names);
      const [one, two] = tsFactors(names, [1, 1]);
      const taken = new Set<number>();
      for (const [index, text] of names.entries()) {
        const bytes = Buffer.from(text.padEnd(32, "\0"));
        const key = bytes.readBigUInt64LE(0) ^ bytes.readBigUInt64LE(8);
        const slot = Number(BigInt.asUintN(64, key * factor) >> 57n);
        assert.is(ids[slot], index + 1);
        assert.is(lengths[slot], text.length);
        assert.is(Buffer.from(letters.subarray(slot * 32, slot * 32 + text.length)).toString(), text);
        const first = bytes.readInt32LE(0) | 0x20202020;
        const last = bytes.readInt32LE(text.length - 4) | 0x20202020;
        taken.add(Math.imul(first ^ Math.imul(last, one), two) >>> 24);
      }
      assert.is(taken.size, names.length);
    }),
    { numRuns: 20 },
  );
});

test("a name that no table holds is refused by name", () => {
  for (const [names, sentence] of [
    [["Host"], '"Host": write it in lower case'],
    [["x_y_z"], '"x_y_z": write it in lower case'],
    [["dnt"], '"dnt" is shorter than 4 letters'],
    [["x".repeat(29)], "is longer than 28 letters"],
    [["host", "host"], '"host" is there twice'],
  ] as const)
    assert.throws(
      () => checkNames(names),
      (error: Error) => error.message.includes(sentence),
    );
  assert.throws(() => tsFactors(["x-a-name", "x-a-b-name"], [1, 1]), /begin and end alike/);
});

test.run();
