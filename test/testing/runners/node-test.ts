/** With node:test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inject, withServer } from "../../../src/testing/index.ts";
import { app } from "./app.ts";

test("injects", async () => {
  assert.equal((await inject(app, "/?name=ann")).text(), "hello ann");
});
test("serves", () =>
  withServer(app, async ({ fetch }) => {
    assert.equal(await (await fetch("/")).text(), "hello world");
  }));
