/**
 * The code in README.md and docs/ is compiled and run, and answers what the pages say. How code and questions are found: `_page.ts`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { readPage } from "./_page.ts";
import { Programs, ROOT, runsHere } from "./_serve.ts";

const test = suite("snippets", { deadline: 60 });

const names = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .map((name) => `docs/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".md") && !name.startsWith("docs/api/"))
    .sort(),
];
const pages = new Map(names.map((name) => [name, readPage(readFileSync(join(ROOT, name), "utf8"))]));
mkdirSync(join(ROOT, ".cache"), { recursive: true });
const folder = mkdtempSync(join(ROOT, ".cache", "snippets-"));
const programs = new Programs(folder);

test.before(async () => {
  await programs.write(pages);
  await programs.start();
});
test.after(async () => {
  await programs.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const [name, page] of pages) {
  if (page.programs.length === 0) continue;
  test(`${name} answers what it says`, async () => {
    assert.is(programs.failure(name), undefined);
    for (const program of page.programs.filter(runsHere)) {
      for (const question of program.questions) {
        const answer = await programs.ask(program, question);
        for (const line of question.expected) {
          const where = `${name}:${question.line} ${question.method} ${question.path}`;
          assert.ok(answer.toLowerCase().includes(line.toLowerCase()), `${where}: no "${line}" in\n${answer}`);
        }
      }
    }
  });
}

// The compiler says the same whoever runs it.
if (!("Bun" in globalThis)) {
  test("all of it compiles", () => {
    const config = {
      extends: "../../tsconfig.test.json",
      compilerOptions: {
        rootDir: "../..",
        noImplicitOverride: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
      },
      include: ["**/*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { stdout } = spawnSync(
      process.execPath,
      [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "--pretty", "false", "-p", folder],
      { encoding: "utf8", cwd: folder },
    );
    // Of the sources themselves the check of types speaks.
    const wrong = stdout.split("\n").filter((line) => /^[^ .]/.test(line));
    assert.is(wrong.join("\n"), "");
  });
}

test("scripts that the pages name exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
  for (const [name, { commands }] of pages) {
    for (const command of commands) {
      const script = /^npm (?:run ([\w:-]+)|(test|start)\b)/.exec(command);
      if (script !== null) assert.ok((script[1] ?? script[2] ?? "") in scripts, `${name}: ${command}`);
    }
  }
});

test.run();
