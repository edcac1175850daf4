/** The guards of suite.ts, in a process of their own, since each must fail a test: what they say decides what all other tests are worth. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import * as assert from "uvu/assert";
import { suite } from "./suite.ts";

const test = suite("the guarded suite", { deadline: 30 });
const fixture = fileURLToPath(new URL("fixtures/guarded.ts", import.meta.url));

async function run(...args: string[]): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [...process.execArgv, fixture, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const [code] = await once(child, "close");
  return { code, output: stripVTControlCharacters(output) };
}

test("fails what runs into a guard, by its title, and nothing else", async () => {
  const { code, output } = await run();
  assert.is(code, 1);
  const failed = [...output.matchAll(/FAIL +\w+ +"(\w+): (.*)"/g)];
  assert.equal(
    failed.map(([, kind]) => kind),
    failed.map(() => "fails"),
    output,
  );
  assert.is(failed.length, 9, output);
  assert.match(output, /Total: +12\n +Passed: +3\n/);
});

test("says what was wrong", async () => {
  const { output } = await run();
  for (const sentence of [
    "not done after 0.2 s: fails: never ends",
    "unexpected log record: [warn general] surprise",
    "no log record matched /never/",
    "unexpected log record: [info application] told",
    "thrown, but no error: 'text'",
    "bytes differ at 2 (lengths 3 and 3 expected)",
    "before failed",
  ])
    assert.ok(output.includes(sentence), `${sentence} is not in\n${output}`);
});

test("fails a process that something keeps alive", async () => {
  const { code, output } = await run("open");
  assert.is(code, 1);
  assert.match(output, "Still running 5 s after the last test; something was left open");
});

test.run();
