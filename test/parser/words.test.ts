/** The two parsers name their parts alike: what one calls a file, a place of the hint or an export of the same file, the other does too. */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";

const test = suite("the words of both parsers");
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const filesOf = (folder: string): string[] =>
  readdirSync(new URL(`../../${folder}`, import.meta.url))
    .filter((name) => name.endsWith(".ts"))
    .sort();

test("their files have the same names", () => {
  assert.equal(filesOf("assembly"), filesOf("src/parser/ts"));
});

test("the places where a head can end have the same names and numbers", () => {
  const placesOf = (text: string): [string, string][] =>
    [...text.matchAll(/^export const ((?:IN|AT|AFTER)_\w+)[^=]*= (\d+);/gm)].map(([, name, value]) => [
      name as string,
      value as string,
    ]);
  const places = placesOf(read("assembly/outcome.ts"));
  assert.is(places.length, 8);
  assert.equal(placesOf(read("src/parser/ts/outcome.ts")), places);
});

test("the parts that a parse is made of have the same names", () => {
  const exportsOf = (path: string): string[] =>
    [...read(path).matchAll(/^export function (\w+)/gm)].map(([, name]) => name as string).sort();
  for (const name of [
    "authority",
    "chunk",
    "fields",
    "field-names",
    "hash",
    "index-of",
    "mask",
    "methods",
    "request-line",
    "resume",
    "status-line",
    "utf8",
    "version",
  ])
    assert.equal(exportsOf(`assembly/${name}.ts`), exportsOf(`src/parser/ts/${name}.ts`), name);
});

test.run();
