/** With bun:test. */
// @ts-expect-error Its types come with Bun.
import { expect, test } from "bun:test";
import { inject, withServer } from "../../../src/testing/index.ts";
import { app } from "./app.ts";

test("injects", async () => {
  expect((await inject(app, "/?name=ann")).text()).toBe("hello ann");
});
test("serves", () =>
  withServer(app, async ({ fetch }: { fetch: (path: string) => Promise<Response> }) => {
    expect(await (await fetch("/")).text()).toBe("hello world");
  }));
