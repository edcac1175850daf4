/** The debug page shows source lines of real frames of the program, and no file that a text of the client names. */
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { framesOf } from "../../src/template/stack.ts";
import { RequestHandler } from "../../src/web/index.ts";
import { folderOf, programFolder, sourceBelow } from "../../src/web/handler/source-files.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("debug page", { deadline: 20 });

const repository = fileURLToPath(new URL("../../", import.meta.url));

const throwing = (make: (text: string) => unknown) =>
  class extends RequestHandler {
    override post(): void {
      throw make(String(this.request.body));
    }
  };

/** The page for what is thrown when a client sends `body`. */
async function page(make: (text: string) => unknown, body = "x"): Promise<string> {
  expectLog("Uncaught exception");
  let text = "";
  await talk(
    [["/", throwing(make)]],
    async (peer) => {
      const answer = await ask(peer, "/", { method: "POST", body });
      assert.is(answer.status, 500);
      text = answer.body;
    },
    { serveTraceback: true },
  );
  return text;
}

/** The source lines of a page. */
const shown = (text: string): string => /<p class="place">.*?<\/pre>/s.exec(text)?.[0] ?? "";

test("shows the line that threw, of a file of the program", async () => {
  const text = shown(
    await page(() => {
      throw new Error("a message\nof two lines");
    }),
  );
  assert.match(text, "debug-page.test.ts");
  assert.match(text, "of two lines");
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
};

const OTHERS = ["/etc/passwd", join(repository, "package.json"), join(repository, "src/log.ts")];

for (const file of OTHERS) {
  for (const [title, body] of [
    ["a line of a message", `x\n${file}:1:1`],
    ["a line that looks like a frame", `x\n    at f (${file}:1:1)\n    at ${file}:1:1`],
    ["a URL", `x\n    at file://${file}:1:1`],
  ] as const) {
    test(`does not show ${file}, named by ${title}`, async () => {
      for (const make of [
        parsed,
        (text: string) => new Error(text),
        (text: string) => new Error("outer", { cause: new Error(text) }),
        (text: string) => {
          const error = new Error(text);
          error.message = `in the body: ${text}`;
          return error;
        },
        (text: string) => {
          const error = new Error("short");
          error.stack = text;
          return error;
        },
        (text: string) => {
          const error = new Error(text);
          error.name = text;
          return error;
        },
      ]) {
        const text = shown(await page(make, body));
        assert.not.match(text, `<p class="place">${file}`);
      }
    });
  }
}

test("takes only the lines behind the message for frames", () => {
  const error = new Error("x\n    at f (/a/b.ts:1:2)");
  const files = framesOf(error).map(({ file }) => file);
  assert.not.ok(files.includes("/a/b.ts"));
  assert.match(files[0] ?? "", "debug-page.test.ts");
  const made = new Error("m");
  made.stack = [
    "Error: m",
    "    at f (/a (b)/c.ts:10:2)",
    "    at /d/e.ts:3:4",
    "    at async file:///g%20h.ts:5:6",
    "    at async Object.x (file:///i.ts:7:8)",
    "    at <anonymous>",
    "    at eval (eval at f (/j.ts:1:2), <anonymous>:1:1)",
    "    at native",
    "    at f (/k.ts:x:1)",
  ].join("\n");
  assert.equal(framesOf(made).slice(0, 4), [
    { file: "/a (b)/c.ts", line: 10 },
    { file: "/d/e.ts", line: 3 },
    { file: "/g h.ts", line: 5 },
    { file: "/i.ts", line: 7 },
  ]);
});

test("reads nothing outside the folder of the program, by a link neither", () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    mkdirSync(join(folder, "app/src"), { recursive: true });
    writeFileSync(join(folder, "secret.ts"), "secret");
    writeFileSync(join(folder, "app/package.json"), "{}");
    writeFileSync(join(folder, "app/src/main.ts"), "own");
    symlinkSync(join(folder, "secret.ts"), join(folder, "app/link.ts"));
    const app = folderOf(join(folder, "app/src/main.ts"));
    assert.match(app, /app$/);
    assert.is(sourceBelow(app, join(app, "src/main.ts")), "own");
    for (const file of ["link.ts", "../secret.ts", "src", "missing.ts"])
      assert.is(sourceBelow(app, join(app, file)), undefined);
    assert.is(sourceBelow("", join(app, "src/main.ts")), undefined);
    assert.is(folderOf(undefined), "");
    assert.is(folderOf(join(folder, "nothing")), "");
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.is(join(programFolder(), "/"), repository);
});

test.run();
