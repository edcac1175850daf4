/** The decorators of Tornado's talk in a program with both kinds of decorators: compiled by TypeScript, and by Bun. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { withConsumer } from "../package/_consumer.ts";
import { suite } from "../_support/suite.ts";

const test = suite("gen, decorators", { deadline: 60 });

const PROGRAM = `import { Application, asynchronous, gen, IOLoop, RequestHandler } from "landspout";
import { inject } from "landspout/testing";
function fetch(url: string, callback: (page: string) => void) {
  IOLoop.current().callLater(0.001, callback, "page " + url);
}
class Talk extends RequestHandler {
  @asynchronous
  @gen.engine
  override *get(): Generator {
    const page = (yield gen.Task(fetch, "engine")) as string;
    this.finish(page);
  }
  @gen.coroutine
  override *post(): Generator {
    this.write((yield gen.Task(fetch, "coroutine")) as string);
  }
  @asynchronous
  override put() {
    fetch("callback", (page) => this.finish(page));
  }
}
const app = new Application([["/", Talk]], { accessLog: false });
for (const method of ["GET", "POST", "PUT"]) console.log((await inject(app, { method, url: "/" })).text());
`;
const PAGES = "page engine\npage coroutine\npage callback";

for (const experimentalDecorators of [false, true]) {
  const kind = experimentalDecorators ? "experimentalDecorators" : "standard decorators";
  test(`${kind}, compiled by TypeScript`, () =>
    withConsumer({ "app.ts": PROGRAM }, async ({ folder, compile }) => {
      const options = { module: "nodenext", experimentalDecorators, skipLibCheck: true };
      assert.is(await compile("typescript", options), "");
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "app.js")], { cwd: folder });
      assert.is(stdout.trim(), PAGES);
    }));

  if ("Bun" in globalThis)
    test(`${kind}, run by Bun as it is`, () =>
      withConsumer({ "app.ts": PROGRAM }, async ({ folder }) => {
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { experimentalDecorators } }));
        const { stdout } = await promisify(execFile)(process.execPath, ["app.ts"], { cwd: folder });
        assert.is(stdout.trim(), PAGES);
      }));
}

test.run();
