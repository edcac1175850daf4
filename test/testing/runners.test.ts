/** `landspout/testing` under other test runners, each run for real: node:test, vitest, bun:test. (uvu is what runs this.) */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { inject } from "../../src/testing/index.ts";
import { suite } from "../_support/suite.ts";
import { app } from "./runners/app.ts";

const test = suite("test runners", { deadline: 60 });
const root = fileURLToPath(new URL("../../", import.meta.url));
const onBun = "Bun" in globalThis;

/** Runs a command in the project; gives what it said, and fails if it failed. */
function run(command: string, ...args: string[]): string {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", env: { ...env, NO_COLOR: "1" } });
  const said = `${result.stdout}${result.stderr}`;
  assert.is(result.status, 0, said);
  return said;
}

test("uvu", async () => {
  assert.is((await inject(app, "/")).text(), "hello world");
});

if (onBun) {
  test("bun:test", () => {
    assert.match(run(process.execPath, "test", "./test/testing/runners/bun.spec.ts"), /2 pass/);
  });
} else {
  test("node:test", () => {
    const said = run(process.execPath, "--import", "tsx", "--test", "test/testing/runners/node-test.ts");
    assert.match(said, /pass 2/);
  });

  test("vitest", () => {
    const said = run(process.execPath, "node_modules/vitest/vitest.mjs", "run", "test/testing/runners/vitest.spec.ts");
    assert.match(said, /2 passed/);
  });
}

test.run();
