/**
 * The declarations of the package, compiled by a project that uses it, with all checks of libraries on, under each module resolution, with and
 * without `exactOptionalPropertyTypes`. One file for each TypeScript that is supported runs this.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { withConsumer } from "./_consumer.ts";
import type { Compiler } from "./_consumer.ts";

const manifest = JSON.parse(readFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8")) as {
  exports: { [path: string]: unknown };
};
const modules = Object.keys(manifest.exports)
  .filter((path) => path !== "./package.json")
  .map((path) => path.replace(/^\./, "landspout"));

const FILES = {
  "hello.ts": `import { Application, RequestHandler } from "landspout";
class MainHandler extends RequestHandler { override get() { this.write("Hello, world"); } }
export const app = new Application([["/", MainHandler]]);
`,
  "everything.ts": modules.map((name, i) => `export * as m${i} from ${JSON.stringify(name)};\n`).join(""),
  "typed.ts": `import { Application, RequestHandler, UIModule } from "landspout";
interface User { name: string }
interface Pool { query(text: string): string }
declare module "landspout" {
  interface AppTypes { currentUser: User; settings: { db: Pool; siteTitle?: string } }
}
class MainHandler extends RequestHandler {
  override getCurrentUser(): User | null { return { name: "ann" }; }
  override get() {
    const name: string | undefined = this.currentUser?.name;
    const title: string | undefined = this.settings.siteTitle;
    const rows: string = this.settings.db.query("select 1");
    const debug: boolean | undefined = this.settings.debug;
    const application: Application = this.application;
    application.addHandlers("example.com", []);
    // @ts-expect-error nobody may be there
    const unsafe: string = this.currentUser.name;
    // @ts-expect-error no such setting
    const typo = this.settings.siteTitel;
    this.write({ name, title, rows, debug, unsafe, typo });
  }
}
export class Wrong extends RequestHandler {
  // @ts-expect-error another user than AppTypes says
  override getCurrentUser() { return 5; }
}
class Piece extends UIModule {
  override render() {
    const handler: RequestHandler = this.handler;
    return handler.settings.siteTitle ?? this.currentUser?.name ?? "";
  }
}
const db: Pool = { query: (text) => text };
export const apps = [
  new Application([["/", MainHandler]], { db, debug: true, uiModules: { Piece } }),
  // @ts-expect-error a setting the application needs is missing
  new Application([["/", MainHandler]], { siteTitle: "x" }),
  // @ts-expect-error of another type
  new Application([["/", MainHandler]], { db, siteTitle: 5 }),
  // @ts-expect-error misspelt
  new Application([["/", MainHandler]], { db, siteTitel: "x" }),
];
`,
};

/** One of each; the newest compiler, which is fast, is asked for every pair. */
const KINDS = [
  { moduleResolution: "nodenext", exactOptionalPropertyTypes: false },
  { moduleResolution: "bundler", exactOptionalPropertyTypes: true },
  { moduleResolution: "nodenext", exactOptionalPropertyTypes: true },
  { moduleResolution: "bundler", exactOptionalPropertyTypes: false },
];

/** Runs the suite with one compiler. It runs on Node in any case; on Bun one kind is enough. */
export function checkWith(compiler: Compiler): void {
  const test = suite(`types for a consumer, ${compiler}`, { deadline: 110 });
  const kinds = KINDS.slice(0, "Bun" in globalThis ? 1 : compiler === "typescript" ? 4 : 2);
  for (const kind of kinds)
    test(`${kind.moduleResolution}, exactOptionalPropertyTypes ${kind.exactOptionalPropertyTypes}`, () =>
      withConsumer(FILES, async ({ compile }) => {
        const module = kind.moduleResolution === "bundler" ? "esnext" : "nodenext";
        assert.is(await compile(compiler, { ...kind, module, noEmit: true }), "");
      }));
  test.run();
}
