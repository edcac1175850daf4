/** What a test run says where a program is missing, and where none may be. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import * as assert from "uvu/assert";
import { LOADER } from "./loader.ts";
import { suite } from "./suite.ts";

const test = suite("missing programs", { deadline: 30 });
const fixture = fileURLToPath(new URL("fixtures/needing.ts", import.meta.url));

function run(env: NodeJS.ProcessEnv): { status: number | null; output: string } {
  const { LANDSPOUT_REQUIRE_PROGRAMS: _, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...LOADER, fixture], {
    encoding: "utf8",
    env: { ...inherited, ...env },
  });
  return { status, output: stripVTControlCharacters(`${stdout}${stderr}`) };
}

test("what needs a program that is there runs, hooks included", () => {
  const { status, output } = run({ NATS_SERVER: process.execPath });
  assert.is(status, 0, output);
  assert.match(output, /Total: +4\n +Passed: +4\n +Skipped: +0\n/);
  assert.is(output.match(/^.*hook$/gm)?.length, 2);
  assert.not.match(output, "missing program");
});

test("what needs a missing program is skipped, and the program named once", () => {
  const { status, output } = run({ NATS_SERVER: "/nowhere/nats-server" });
  assert.is(status, 0, output);
  assert.match(output, /Total: +1\n +Passed: +1\n +Skipped: +3\n/);
  assert.not.match(output, "hook");
  assert.equal(output.match(/^missing program: .*$/gm), ["missing program: nats-server (nats-server)"]);
});

test("where all programs are required, a missing one is a failure", () => {
  const { status, output } = run({ NATS_SERVER: "/nowhere/nats-server", LANDSPOUT_REQUIRE_PROGRAMS: "1" });
  assert.is(status, 1);
  assert.match(
    output,
    /FAIL +needs it as a whole +"needs nats-server"\n +nats-server is missing: apt-get install nats-server/,
  );
  assert.match(output, /FAIL +needs it in part +"needs nats-server"/);
  assert.match(output, /Total: +3\n +Passed: +1\n/);
});

test.run();
