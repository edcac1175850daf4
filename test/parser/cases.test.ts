/** Every case in `cases/`, against every parser, in every way of `_run.ts`; and that the cases themselves are in order. */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import { runCases } from "./_run.ts";
import { topics } from "./cases/index.ts";

for (const topic of topics) runCases(topic.name, topic.cases, topic.byteTables);

const test = suite("cases");

test("titles begin with a section and are used once", () => {
  const seen = new Set<string>();
  for (const { name, cases, byteTables = [] } of topics) {
    for (const { title } of [...cases, ...byteTables]) {
      assert.match(title, /^§\d/);
      assert.not(seen.has(`${name} ${title}`), `${title} occurs once in ${name}`);
      seen.add(`${name} ${title}`);
    }
  }
});

test("input is made of bytes", () => {
  for (const { cases } of topics) {
    for (const { input, title } of cases)
      assert.ok(
        [...input].every((one) => one.charCodeAt(0) < 256),
        title,
      );
  }
});

test.run();
