/**
 * Imports of src/ point downwards only, type-only ones too: errors.ts, log.ts, diagnostics.ts, options-check.ts and user-code.ts below everything, then parser and async, loop, process and net, http,
 * websocket, web, the rest. `parser` imports nothing from outside, not even `node:*`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { ROOT } from "./lib/root.mjs";

/** Height of each folder of src/; a file at its top not named here is the highest. */
const HEIGHT = {
  "errors.ts": 0,
  "log.ts": 0,
  "diagnostics.ts": 0,
  "options-check.ts": 0,
  "user-code.ts": 0,
  parser: 1,
  async: 1,
  loop: 2,
  process: 2,
  net: 2,
  escape: 2,
  template: 3,
  http: 3,
  websocket: 4,
  locale: 4,
  web: 5,
  pubsub: 6,
};
const TOP = 7;

const heightOf = (path) => HEIGHT[path.split("/")[0]] ?? TOP;
const problems = [];
for (const name of readdirSync(join(ROOT, "src"), { recursive: true })) {
  const path = name.replaceAll("\\", "/");
  if (!path.endsWith(".ts")) continue;
  const text = readFileSync(join(ROOT, "src", path), "utf8");
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (!target.startsWith(".")) {
      if (path.startsWith("parser/"))
        problems.push(`src/${path} imports ${target}: parser/ imports nothing from outside`);
      continue;
    }
    const imported = posix.normalize(posix.join(dirname(path), target));
    // The two parsers are reached over the files of parser/ itself alone, which choose between them or say why they take one.
    if (/^parser\/(?:ts|wasm)\//.test(imported) && !path.startsWith("parser/"))
      problems.push(`src/${path} imports src/${imported}: ask the parser, or a file directly in parser/`);
    if (heightOf(imported) > heightOf(path)) problems.push(`src/${path} imports src/${imported}, which is above it`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
