/**
 * Imports of src/ point downwards only, type-only ones too; there is no circle of files; every folder has a place.
 * docs/architecture.md draws the same.
 */
import { join } from "node:path";
import { checkLayers } from "./lib/layers.mjs";
import { ROOT } from "./lib/root.mjs";

/** The rooms of src/, lowest first. Those of one floor do not import each other. */
const FLOORS = [
  ["errors.ts", "version.ts"],
  ["options-check.ts", "diagnostics.ts"],
  ["log-formatter.ts"],
  ["log.ts"],
  ["user-code.ts"],
  ["parser", "async", "escape", "util"],
  ["loop", "process", "template"],
  ["net"],
  ["http/message"],
  ["http", "locale"],
  ["http/http1"],
  ["http/server", "http/client", "websocket"],
  ["http/memory", "pubsub"],
  ["web/paths", "web/security"],
  ["web/answer"],
  ["web/handler"],
  ["web/routing", "web/live"],
  ["web/static"],
  ["web/application"],
  ["web"],
  ["adapters", "testing", "serve", "options", "subprocess"],
  ["cli", "index.ts"],
];

const problems = checkLayers(join(ROOT, "src"), {
  floors: FLOORS,
  // The parser runs wherever there is a byte: not even `node:*`.
  closed: ["parser"],
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
