/** docs/http-support.md keeps its word: its links lead to cases that exist, and no section that a case names is missing. */
import { existsSync, readFileSync } from "node:fs";
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { topics } from "./cases/index.ts";

const test = suite("http-support.md");
const address = new URL("../../docs/http-support.md", import.meta.url);
const page = readFileSync(address, "utf8");
/** Tests are not packed, and the page is: it links them where the repository is. */
const REPOSITORY = "https://github.com/landspout/landspout/blob/main/";
const caseLinks = [
  ...page.matchAll(
    /\]\((https:\/\/github\.com\/landspout\/landspout\/blob\/main\/test\/parser\/cases\/([\w-]+)\.ts) "([^"]*)"\)/g,
  ),
];

const LINK = `](${REPOSITORY}test/`;

test("every link of a case leads to a case", () => {
  assert.ok(caseLinks.length > 40);
  for (const [, , topic, title] of caseLinks) {
    const found = topics.find(({ name }) => name === topic);
    assert.ok(found, `a topic ${topic}`);
    const titles = [...found.cases, ...(found.byteTables ?? [])].map((one) => one.title);
    assert.ok(titles.includes(title as string), `a case "${title}" in ${topic}.ts`);
  }
});

test("every row of a table but the last links a test", () => {
  const [rules = ""] = page.split("## Which section is tested where");
  const lines = rules.split("\n");
  for (const [i, line] of lines.entries()) {
    const isHeading = lines[i + 1]?.startsWith("|--");
    if (line.startsWith("| ") && !isHeading) assert.match(line, LINK);
  }
});

test("every section that a case names is listed", () => {
  const [, table = ""] = page.split("## Which section is tested where");
  const listed = new Set<string>();
  let rfc = "";
  for (const [, number, section] of table.matchAll(/RFC (\d+)|(§[\d.]+\d|§\d)/g)) {
    if (number === undefined) listed.add(`RFC ${rfc} ${section}`);
    else rfc = number;
  }
  for (const { cases, byteTables = [] } of topics) {
    for (const one of [...cases, ...byteTables]) assert.ok(listed.has(one.rfc), `${one.rfc}, of "${one.title}"`);
  }
});

test("every file that is linked exists", () => {
  const root = new URL("../../", import.meta.url);
  let count = 0;
  for (const [, link = ""] of page.matchAll(/\]\(([^\s)#]+)/g)) {
    const file = link.startsWith(REPOSITORY) ? new URL(link.slice(REPOSITORY.length), root) : new URL(link, address);
    if (file.protocol === "file:") assert.ok(existsSync(file), link);
    count++;
  }
  assert.ok(count > 100);
});

test.run();
