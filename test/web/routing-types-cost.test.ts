/**
 * What 300 typed routes cost the compiler, counted in the instantiations of types it makes: a number that does not depend on the machine.
 * Measured when this was written: 126 for a function of three captured parts, or a path made of three values. 300 of both add a quarter of
 * a second to a check on a machine where a program without them takes half a second, 300 classes in a list of routes a twelfth.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";

const test = suite("cost of typed routes", { deadline: 60 });
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const ROUTES = 300;

/** Type instantiations in a check of a program with these lines. */
async function instantiations(folder: string, name: string, line: (place: number) => string): Promise<number> {
  const from = JSON.stringify(join(root, "src/web/routing/index.ts"));
  const lines = Array.from({ length: ROUTES }, (_, place) => line(place));
  writeFileSync(
    join(folder, `${name}.ts`),
    `import { reverse, route } from ${from};\nimport type { Route } from ${from};\nexport type Used = Route;\nexport { reverse, route };\n${lines.join("\n")}\n`,
  );
  const compilerOptions = {
    noEmit: true,
    rootDir: "/",
    typeRoots: [join(root, "node_modules/@types")],
    rewriteRelativeImportExtensions: false,
    isolatedDeclarations: false,
    declaration: false,
  };
  const config = join(folder, `${name}.json`);
  writeFileSync(
    config,
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: [`${name}.ts`] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await run("node", [tsc, "-p", config, "--extendedDiagnostics"]);
  return Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1]);
}

// The compiler is the same under Bun, and Node runs it in any case.
if (!("Bun" in globalThis)) {
  test("300 typed routes and 300 typed paths take little of the compiler", async () => {
    const folder = mkdtempSync(join(tmpdir(), "landspout-types-"));
    try {
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      const none = await instantiations(folder, "none", () => "");
      const typed = await instantiations(
        folder,
        "typed",
        (place) =>
          `route("/area${place}/:id/sub/:other/*rest", (request, id) => ({ id, rest: request.params.rest }));` +
          `reverse("/area${place}/:id/sub/:other/*rest", { id: ${place}, other: "x", rest: "" });`,
      );
      const each = (typed - none) / (2 * ROUTES);
      assert.ok(none > 0 && each > 10 && each < 250, `${each} instantiations for a route or path`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
} else test("the compiler is asked on Node", () => undefined);

test.run();
