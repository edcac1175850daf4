/** docs/tornado.md names nothing that is not there: every name in its landspout columns stands in the sources. */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";

const test = suite("docs/tornado.md");
const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/tornado.md", root), "utf8");

const words = new Set<string>();
for (const file of readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".ts") || file.endsWith("binary.ts")) continue;
  for (const [word] of readFileSync(new URL(`src/${file}`, root), "utf8").matchAll(/[A-Za-z_$][\w$]*/g))
    words.add(word);
}
const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { exports: object };

/** The second cells of tables whose head names landspout second. */
function* landspoutCells(): Generator<string> {
  let ours = false;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) ours = false;
    else if (line.startsWith("| Tornado | landspout |")) ours = true;
    else if (ours) yield line.split(" | ")[1] ?? "";
  }
}

test("names what exists", () => {
  let count = 0;
  for (const cell of landspoutCells()) {
    for (const [, code = ""] of cell.matchAll(/`([^`]+)`/g)) {
      if (code.startsWith("landspout/")) {
        assert.ok(`./${code.slice("landspout/".length)}` in exports, `${code} is exported by the package`);
        continue;
      }
      // `setCookie(name, value, options)`: the first word counts, and what stands in braces.
      const [name = ""] = /[A-Za-z_$][\w$]*/.exec(code.replace(/^new /, "")) ?? [];
      const options = /\{ ([\w, ]+) \}/.exec(code)?.[1]?.split(", ") ?? [];
      for (const word of [name, ...options]) {
        count++;
        assert.ok(words.has(word), `${word}, in "${cell}"`);
      }
    }
  }
  assert.ok(count > 250, `${count} names`);
});

test("calls nothing missing that is there", () => {
  for (const line of page.split("\n").filter((row) => row.includes("not there yet"))) {
    for (const [, module = ""] of line.matchAll(/`tornado\.(\w+)`/g)) {
      assert.not.ok(`./${module}` in exports, `landspout/${module} is exported by now: say so in docs/tornado.md`);
    }
  }
});

test("rows have as many cells as their table", () => {
  let width = 0;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) width = 0;
    else if (width === 0) width = line.split("|").length;
    else assert.is(line.split("|").length, width, line);
  }
});

test.run();
