/** The version a program can ask for is the one it installed. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { version } from "../../src/version.ts";
import { suite } from "../_support/suite.ts";

const test = suite("version");

test("is that of package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  assert.is(version, manifest.version);
});

test.run();
