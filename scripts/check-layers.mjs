/**
 * Imports of src/ point downwards only, type-only ones too; there is no circle of files, but of types within a handler and its parts; every
 * folder has a place. docs/architecture.md draws the same.
 */
import { join } from "node:path";
import { checkLayers } from "./lib/layers.mjs";
import { ROOT } from "./lib/root.mjs";

/** The rooms of src/, lowest first. Those of one floor do not import each other. */
const FLOORS = [
  ["errors.ts", "version.ts"],
  ["options-check.ts", "diagnostics.ts"],
  ["log.ts"],
  ["user-code.ts"],
  ["parser", "async", "escape"],
  ["loop", "process", "template"],
  ["net"],
  ["http/message"],
  ["http", "locale"],
  ["http/http1"],
  ["http/server", "websocket"],
  ["http/memory", "pubsub"],
  ["web/paths", "web/security"],
  ["web/answer"],
  ["web/handler"],
  ["web/routing", "web/live"],
  ["web/static"],
  ["web/application"],
  ["web"],
  ["adapters", "testing", "serve"],
  ["cli", "index.ts"],
];

/** Imports upwards, and in circles, that are still there. The list is to become empty. */
const EXCEPTIONS = [
  "http/delegates.ts -> http/http1/http1exchange.ts",
  "http/failures.ts -> http/http1/http1exchange.ts",
  "http/request.ts -> http/http1/http1exchange.ts",
  "http/request.ts -> http/http1/request-head.ts",
  "web/answer/send-whole.ts -> web/handler/state.ts",
  "web/handler/output.ts -> web/application/application.ts",
  "web/handler/rendering.ts -> web/application/application.ts",
  "web/handler/request-handler.ts -> web/application/settings.ts",
  "web/handler/state.ts -> web/application/application.ts",
  "web/handler/state.ts -> web/application/request-trace.ts",
  "web/handler/target.ts -> web/application/application.ts",
  "web/live/event-source.ts -> web/application/application.ts",
  "web/routing/function-handler.ts -> web/application/application.ts",
  "web/routing/rule.ts -> web/application/application.ts",
  "web/static/static-file-handler.ts -> web/application/settings.ts",
  // Types, in circles within a room.
  "web/static/traits.ts -> web/static/static-file-handler.ts",
  "web/static/versions.ts -> web/static/static-file-handler.ts",
  "web/routing/rule.ts -> web/routing/function-handler.ts",
  "web/application/settings.ts -> web/application/application.ts",
  "web/application/application-router.ts -> web/application/application.ts",
  "web/application/handler-run.ts -> web/application/application.ts",
];

const problems = checkLayers(join(ROOT, "src"), {
  floors: FLOORS,
  // The parser runs wherever there is a byte: not even `node:*`.
  closed: ["parser"],
  typeCircles: ["web/handler"],
  exceptions: EXCEPTIONS,
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
