/** The check of layers, on trees of a few files: an import upwards, circles of values and of types, folders it does not know or that are gone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";

interface Table {
  readonly floors: readonly (readonly string[])[];
  readonly closed?: readonly string[];
  readonly typeCircles?: readonly string[];
}
const { checkLayers } = (await import(new URL("../../scripts/lib/layers.mjs", import.meta.url).href)) as {
  checkLayers(src: string, table: Table): string[];
};

const test = suite("check of layers");

const FLOORS = [["errors.ts"], ["low", "beside"], ["high/part"], ["high"]];
const CLEAN = {
  "errors.ts": "export const a = 1;\n",
  "low/a.ts": 'import { a } from "../errors.ts";\nexport { a };\n',
  "low/inner/b.ts": 'import { a } from "../a.ts";\nexport { a };\n',
  "beside/a.ts": "export type A = 1;\n",
  "high/part/a.ts": 'import type { A } from "../../beside/a.ts";\nexport type B = A;\n',
  "high/index.ts": 'export { a } from "../low/inner/b.ts";\nexport type { B } from "./part/a.ts";\n',
};

/** What is wrong with the clean tree and some files more, or instead; undefined: without that one. */
function problemsWith(changed: { readonly [path: string]: string | undefined }, table: Partial<Table> = {}): string[] {
  const src = mkdtempSync(join(tmpdir(), "landspout-layers-"));
  try {
    for (const [path, text] of Object.entries({ ...CLEAN, ...changed })) {
      if (text === undefined) continue;
      mkdirSync(join(src, dirname(path)), { recursive: true });
      writeFileSync(join(src, path), text);
    }
    return checkLayers(src, { floors: FLOORS, ...table });
  } finally {
    rmSync(src, { recursive: true });
  }
}

test("a tree without fault", () => {
  assert.equal(problemsWith({}), []);
});

/** Files, and what is said of them. */
const FAULTS: readonly [string, { readonly [path: string]: string | undefined }, readonly string[]][] = [
  [
    "an import upwards",
    { "low/c.ts": 'import { a } from "../high/index.ts";\nexport { a };\n' },
    ["low/c.ts imports high/index.ts: low does not stand above high"],
  ],
  [
    "one of a type alone",
    { "low/c.ts": 'import type { B } from "../high/part/a.ts";\nexport type C = B;\n' },
    ["low/c.ts imports high/part/a.ts: low does not stand above high/part"],
  ],
  [
    "one that is written over several lines",
    { "errors.ts": 'import {\n  a,\n  b,\n} from "./low/a.ts";\nexport { a, b };\n' },
    ["errors.ts imports low/a.ts: errors.ts does not stand above low", "a circle of imports: errors.ts, low/a.ts"],
  ],
  [
    "one that is made when it is needed",
    { "low/c.ts": 'export const c = () => import("../high/index.ts");\n' },
    ["low/c.ts imports high/index.ts: low does not stand above high"],
  ],
  [
    "one between two rooms of one floor",
    { "low/c.ts": 'import type { A } from "../beside/a.ts";\nexport type C = A;\n' },
    ["low/c.ts imports beside/a.ts: low does not stand above beside"],
  ],
  [
    "a folder with rooms is not the room of its other folders",
    { "high/other/a.ts": "export {};\n" },
    ["high/other/a.ts is in no known room: name its folder in the table"],
  ],
  ["an unknown folder", { "new/a.ts": "export {};\n" }, ["new/a.ts is in no known room: name its folder in the table"]],
  ["an unknown file", { "new.ts": "export {};\n" }, ["new.ts is in no known room: name its folder in the table"]],
  [
    "a folder that is gone",
    { "beside/a.ts": undefined, "high/part/a.ts": "export type B = 1;\n" },
    ["the room beside does not exist: take it out of the table"],
  ],
  [
    "a circle of values",
    {
      "low/c.ts": 'import { d } from "./d.ts";\nexport const c = () => d;\n',
      "low/d.ts": 'import { e } from "./e.ts";\nexport const d = () => e;\n',
      "low/e.ts": 'export * from "./c.ts";\nexport const e = 1;\n',
    },
    ["a circle of imports: low/c.ts, low/d.ts, low/e.ts"],
  ],
  [
    "a circle of types",
    {
      "low/c.ts": 'import { type D } from "./d.ts";\nexport type C = D;\n',
      "low/d.ts": 'import type { C } from "./c.ts";\nexport type D = C | 1;\n',
    },
    ["a circle of imports, types counted: low/c.ts, low/d.ts"],
  ],
];

for (const [title, files, expected] of FAULTS)
  test(title, () => {
    const problems = problemsWith(files);
    assert.is(problems.length, expected.length, problems.join("\n"));
    for (const [i, sentence] of expected.entries()) assert.ok(problems[i]?.includes(sentence), problems[i]);
  });

test("a circle of types is taken where a room may have one, one of values never", () => {
  const types = { "low/c.ts": 'import type { D } from "./d.ts";\nexport type C = D;\n' };
  const back = { "low/d.ts": 'import type { C } from "./c.ts";\nexport type D = C | 1;\n' };
  assert.equal(problemsWith({ ...types, ...back }, { typeCircles: ["low"] }), []);
  const values = { "low/c.ts": 'import { d } from "./d.ts";\nexport const c = d;\n' };
  const valuesBack = { "low/d.ts": 'import { c } from "./c.ts";\nexport const d = c;\n' };
  assert.equal(problemsWith({ ...values, ...valuesBack }, { typeCircles: ["low"] }), [
    "a circle of imports: low/c.ts, low/d.ts",
  ]);
});

test("a room that imports nothing from outside", () => {
  const files = { "low/c.ts": 'import { Buffer } from "node:buffer";\nexport { Buffer };\n' };
  assert.equal(problemsWith(files), []);
  assert.equal(problemsWith(files, { closed: ["low"] }), [
    "low/c.ts imports node:buffer: low imports nothing from outside",
  ]);
});

test("an example in a comment imports nothing", () => {
  const text = '/**\n * @example\n * import { a } from "../high/index.ts";\n */\nexport const c = 1;\n';
  assert.equal(problemsWith({ "low/c.ts": text }), []);
});

test.run();
