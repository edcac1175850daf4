/**
 * `node --require ./scripts/lib/typescript.cjs program.ts` starts a TypeScript program of the repository from its JavaScript in .cache/js
 * (compiled.mjs). Nothing is transformed and no module is asked for twice, so a process starts as fast as one of plain JavaScript.
 * Programs that such a process starts with its own `process.execArgv` start the same way.
 */
"use strict";
const { spawnSync } = require("node:child_process");
const { Module } = require("node:module");
const path = require("node:path");
const { isMainThread } = require("node:worker_threads");

const ROOT = path.dirname(path.dirname(__dirname));
const CACHE = path.join(ROOT, ".cache/js");
/** Set by who has just made all of .cache/js, the test runner. */
const CURRENT = "LANDSPOUT_COMPILED";

process.setSourceMapsEnabled(true);

if (isMainThread && process.env[CURRENT] !== ROOT) {
  const { status } = spawnSync(process.execPath, [path.join(__dirname, "compiled.mjs")], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
  process.env[CURRENT] = ROOT;
}

// The one place where Node looks for the file of the program; it says itself that this function may be replaced.
const findPath = Module._findPath;
Module._findPath = function (request, paths, isMain) {
  if (isMain && request.startsWith(ROOT + path.sep) && request.endsWith(".ts"))
    return path.join(CACHE, path.relative(ROOT, request).replace(/\.ts$/, ".js"));
  return findPath.call(this, request, paths, isMain);
};
