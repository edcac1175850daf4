/** The JavaScript of .cache/js, in a small copy of the repository: what is made again, and what programs see of it. Node only. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "./suite.ts";

const test = suite("the loader of the tests", { deadline: 60 });
const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "landspout-loader-")));
const onNode = !("Bun" in globalThis);

function write(name: string, ...lines: string[]): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
}

/** Runs `test/program.ts`; gives what it printed. */
function run(...args: string[]): string {
  const { LANDSPOUT_COMPILED: _, ...env } = process.env;
  const program = ["--require", join(folder, "scripts/lib/typescript.cjs"), "test/program.ts", ...args];
  const { stdout, stderr } = spawnSync(process.execPath, program, { cwd: folder, encoding: "utf8", env });
  return `${stdout}${stderr}`;
}

test.before(() => {
  for (const name of ["compiled.mjs", "root.mjs", "typescript.cjs"])
    cpSync(join(root, "scripts/lib", name), join(folder, "scripts/lib", name));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  write(
    "package.json",
    '{ "name": "parcel", "type": "module", "exports": { ".": { "default": "./build/word.js" }, "./more": "./build/gone.js" } }',
  );
  for (const name of ["examples", "deploy"]) mkdirSync(join(folder, name));
});
test.before.each(() => {
  write("src/word.ts", "export const word: string = 'first';");
  write("test/data.mjs", "export const data = 7;");
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

if (onNode) {
  test("a program runs with what its sources are now", () => {
    write("test/program.ts", 'import { word } from "../src/word.ts";', "console.log(word satisfies string);");
    assert.is(run(), "first\n");
    write("src/word.ts", "export const word: string = 'again';");
    assert.is(run(), "again\n");
    write("src/word.ts", "export const word: string = 'first';");
    assert.is(run(), "first\n");
  });

  test("a source that is gone is not found any more", () => {
    write("test/program.ts", 'import { word } from "../src/word.ts";', "console.log(word);");
    assert.is(run(), "first\n");
    rmSync(join(folder, "src/word.ts"));
    assert.match(run(), "ERR_MODULE_NOT_FOUND");
    assert.not.ok(existsSync(join(folder, ".cache/js/src/word.js")));
  });

  test("addresses, other modules, packages and programs of its own are as from the source", () => {
    write(
      "test/program.ts",
      'import { spawnSync } from "node:child_process";',
      'import { suite } from "uvu";',
      'import { data } from "./data.mjs";',
      "const { word }: { word: string } = await import('../src/word.ts');",
      "const [argument = 'none'] = process.argv.slice(2);",
      "console.log(argument, import.meta.url, process.argv[1], data, word, typeof suite, new (class Named {})().constructor.name);",
      "if (argument === 'none') console.log(spawnSync(process.execPath, [...process.execArgv, process.argv[1]!, 'child'], { encoding: 'utf8' }).stdout);",
    );
    const path = join(folder, "test/program.ts");
    const rest = `${pathToFileURL(path).href} ${path} 7 first function Named\n`;
    assert.is(run(), `none ${rest}child ${rest}\n`);
  });

  test("modules of src are one each, however they are imported, and what they export lives", () => {
    write(
      "src/count.ts",
      "import { word } from './word.ts';",
      "export let count = 0;",
      "export const add = (): string => `${word} ${(count += 1)}`;",
      "export default word;",
    );
    write("src/all.ts", "export * from './count.ts';");
    write(
      "test/program.ts",
      'import { add, count } from "../src/all.ts";',
      'import word, { count as same } from "../src/count.ts";',
      'import { word as byName } from "parcel";',
      "console.log(add(), count, same, word, byName, (await import('../src/count.ts')).count);",
    );
    assert.is(run(), "first 1 1 1 first first 1\n");
    for (const name of ["all", "count"]) rmSync(join(folder, `src/${name}.ts`));
  });

  test("an import by the package's name that it does not export is refused by Node", () => {
    write("test/program.ts", 'import "parcel/none";');
    assert.match(run(), "ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test("a stack trace names the lines of the sources", () => {
    write(
      "src/word.ts",
      "",
      "interface Gone {",
      "  readonly word: string;",
      "}",
      "export function fail(gone?: Gone): never {",
      "  throw new Error(gone?.word);",
      "}",
    );
    write("test/program.ts", 'import { fail } from "../src/word.ts";', "type Gone = 1;", "", "fail();");
    const said = run();
    assert.match(said, `${join(folder, "src/word.ts")}:6:9`);
    assert.match(said, `${join(folder, "test/program.ts")}:4:1`);
  });

  test("a source with a mistake is named, and nothing runs", () => {
    write("test/program.ts", "console.log('runs');", "const a: = 1;");
    const said = run();
    assert.match(said, "test/program.ts:2:9");
    assert.not.match(said, /^runs/m);
  });
} else {
  test("Bun reads TypeScript itself", () => assert.ok(import.meta.url.endsWith(".ts")));
}

test.run();
