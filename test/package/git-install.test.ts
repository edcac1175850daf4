/** What npm does where the package is installed from git: its `prepare` builds it. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";

const test = suite("the package from git", { deadline: 100 });
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

// npm does it, which is the same program for both runtimes.
if ("Bun" in globalThis) test.skip("needs Node");
else
  test("an install from git builds what is packed", async () => {
    const clone = mkdtempSync(join(tmpdir(), "landspout-clone-"));
    const apart = new Set(["node_modules", "build", ".git", ".cache", ".runtimes", "bench", "test", "examples"]);
    for (const name of readdirSync(root)) {
      if (!apart.has(name)) cpSync(join(root, name), join(clone, name), { recursive: true });
    }
    mkdirSync(join(clone, "build"));
    cpSync(join(root, "build/.gitignore"), join(clone, "build/.gitignore"));
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"), "dir");
    // What npm does with a clone, once its packages are there.
    const { stdout } = await run("npm", ["pack", "--json", "--dry-run"], {
      cwd: clone,
      env: { ...process.env, npm_config_loglevel: "error" },
      maxBuffer: 10_000_000,
    });
    try {
      for (const file of ["build/index.js", "build/index.d.ts", "build/cli/main.js", "build/landspout.wasm"]) {
        assert.ok(existsSync(join(clone, file)), file);
        assert.ok(stdout.includes(`"${file}"`), file);
      }
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });

test.run();
