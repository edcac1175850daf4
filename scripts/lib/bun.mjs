/**
 * Where Bun's binary is. npm's package of Bun links it in an install script; where install scripts are not allowed the binary
 * lies in the package of the platform, and `node_modules/.bin/bun` is only a message.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.mjs";

function candidates() {
  const scope = join(ROOT, "node_modules/@oven");
  const packages = existsSync(scope) ? readdirSync(scope).map((name) => join(scope, name)) : [];
  return [...packages, join(ROOT, "node_modules/bun")].flatMap((folder) => [
    join(folder, "bin/bun"),
    join(folder, "bin/bun.exe"),
  ]);
}

/** The path of a Bun that runs here, or undefined. */
export function findBun() {
  return candidates().find((path) => existsSync(path) && spawnSync(path, ["--version"]).status === 0);
}
