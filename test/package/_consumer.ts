/** A project that has this package installed, and a compiler run over it: what a user's TypeScript makes of our declarations. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export type Compiler = "typescript-5.4" | "typescript-5.9" | "typescript";

export interface Consumer {
  readonly folder: string;
  /** Compiles the files that were given; the compiler's complaints, or "". */
  compile(compiler: Compiler, options: object): Promise<string>;
}

/** Runs `use` in a project of these files. */
export async function withConsumer(
  files: { readonly [name: string]: string },
  use: (consumer: Consumer) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "landspout-consumer-"));
  try {
    for (const [name, target] of [
      ["landspout", "."],
      ["@types/node", "node_modules/@types/node"],
      ["undici-types", "node_modules/undici-types"],
    ] as const) {
      mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
      symlinkSync(join(root, target), join(folder, "node_modules", name), "junction");
    }
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await use({
      folder,
      compile: (compiler, options) => {
        const compilerOptions = { strict: true, skipLibCheck: false, target: "es2022", types: ["node"], ...options };
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
        const tsc = join(root, "node_modules", compiler, "bin/tsc");
        const node = process.versions["bun"] === undefined ? process.execPath : "node";
        return new Promise((resolve) => {
          execFile(node, [tsc, "-p", "."], { cwd: folder }, (error, stdout, stderr) =>
            resolve(error === null ? "" : `${stdout}${stderr}` || error.message),
          );
        });
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
