/** docs/templates.md: each template in it writes what stands below it, with the values the page gives. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { DictLoader } from "../../src/template/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("docs/templates.md");
const page = readFileSync(new URL("../../docs/templates.md", import.meta.url), "utf8");
const values = JSON.parse(/^```json\n(.*?)^```$/ms.exec(page)?.[1] ?? "") as { [name: string]: unknown };

test("templates write what the page says", () => {
  const files: { [name: string]: string } = {};
  let count = 0;
  for (const [, content = "", result] of page.matchAll(/^```html\n(.*?)\n```$(?:\n^```text\n(.*?)\n```$)?/gms)) {
    const [, name = "example.html", text = ""] = /^(?:<!-- (\S+) -->\n)?(.*)$/s.exec(content) ?? [];
    files[name] = text;
    if (result === undefined) continue;
    count++;
    assert.is(new DictLoader(files).load(name).generate(values), result, content);
  }
  assert.ok(count > 18, `${count} examples`);
});

test("every tag has a place", () => {
  const tags =
    "apply autoescape block break catch comment continue elif else end except extends finally for from if import include module raw set try " +
    "while whitespace";
  for (const tag of tags.split(" ")) assert.ok(page.includes(`{% ${tag} `), tag);
});

test.run();
