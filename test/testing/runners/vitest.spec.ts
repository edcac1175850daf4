/** With vitest. */
import { expect, test } from "vitest";
import { inject, withServer } from "../../../src/testing/index.ts";
import { app } from "./app.ts";

test("injects", async () => {
  expect((await inject(app, "/?name=ann")).text()).toBe("hello ann");
});
test("serves", () =>
  withServer(app, async ({ fetch }) => {
    expect(await (await fetch("/")).text()).toBe("hello world");
  }));
