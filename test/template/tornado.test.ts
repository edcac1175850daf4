/**
 * Templates write what Tornado's write, and refuse what it refuses, in the same words: Tornado's own results for templates that mean the
 * same in Python and in JavaScript (scripts/make-template-vectors.py). Intended differences are listed in docs/templates.md.
 */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { DictLoader, filterWhitespace, ParseError, Template } from "../../src/template/index.ts";
import type { WhitespaceMode } from "../../src/template/index.ts";
import { suite } from "../_support/suite.ts";

interface Vectors {
  readonly values: { readonly [name: string]: unknown };
  readonly rows: readonly { readonly files: { readonly [name: string]: string }; readonly text: string }[];
  readonly refused: readonly { readonly source: string; readonly message: string }[];
  readonly whitespace: readonly { readonly mode: WhitespaceMode; readonly text: string; readonly result: string }[];
}
const file = process.env["TEMPLATE_VECTORS"] ?? new URL("tornado-vectors.json", import.meta.url);
const { values, rows, refused, whitespace } = JSON.parse(readFileSync(file, "utf8")) as Vectors;

/** Those of the script. */
const functions = {
  upper: (text: string) => text.toUpperCase(),
  wrap: (text: string) => `[${text}]`,
  twice: (text: string) => text + text,
  same: (text: string) => text,
  add: (a: number, b = 1) => a + b,
  fail: (message = "failed") => {
    throw new Error(message);
  },
};

const test = suite("templates beside Tornado's", { deadline: 20 });

test("what is written", () => {
  assert.ok(rows.length > 350, `${rows.length} templates`);
  for (const { files, text } of rows) {
    const loader = new DictLoader(files);
    const [name = ""] = Object.keys(files);
    assert.is(loader.load(name).generate({ ...structuredClone(values), ...functions }), text, JSON.stringify(files));
  }
});

test("what is refused", () => {
  for (const { source, message } of refused) {
    try {
      new Template(source, { name: "t.txt", source: new DictLoader({}) as never });
      assert.unreachable(source);
    } catch (error) {
      assert.instance(error, ParseError, source);
      assert.is((error as Error).message, message);
    }
  }
});

test("white space", () => {
  for (const { mode, text, result } of whitespace)
    assert.is(filterWhitespace(mode, text), result, `${mode} ${JSON.stringify(text)}`);
});

test.run();
