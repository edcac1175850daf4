/**
 * `npm run bench:parser`: the time of one head, side by side in one run. Each contender has a turn in every round; the best round of
 * each counts, since noise only ever adds. Ours report every fact of src/parser/abi.ts; llhttp's callbacks do nothing.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as inputs from "./inputs.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
execFileSync(process.execPath, [join(root, "scripts/setup.mjs")], { stdio: "inherit" });
if (!existsSync(join(here, "node_modules/undici"))) {
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
}
const require = createRequire(import.meta.url);
const { abi } = await import("../../build/parser/index.js");
const { createWasmParser } = await import("../../build/parser/wasm/index.js");
const { createTsParser } = await import("../../build/parser/ts/index.js");
const { HTTPParser } = require("http-parser-js");

const ROUNDS = 15;
const FIELDS = 128;
const { RECEIVE, NEEDLE, SCRATCH } = abi;

/** llhttp as undici ships it, with callbacks that do nothing. `type`: 1 request, 2 response. */
function llhttp(bytes, type) {
  const compiled = new WebAssembly.Module(require("undici/lib/llhttp/llhttp_simd-wasm.js"));
  const env = Object.fromEntries(WebAssembly.Module.imports(compiled).map(({ name }) => [name, () => 0]));
  const { exports } = new WebAssembly.Instance(compiled, { env });
  exports._initialize?.();
  const parser = exports.llhttp_alloc(type);
  const at = exports.malloc(bytes.length);
  new Uint8Array(exports.memory.buffer).set(bytes, at);
  return () => {
    if (exports.llhttp_execute(parser, at, bytes.length) !== 0) throw new Error("llhttp refuses the input");
  };
}

function httpParserJs(bytes, type) {
  const parser = new HTTPParser(type);
  for (const name of ["kOnMessageBegin", "kOnHeaders", "kOnHeadersComplete", "kOnBody", "kOnMessageComplete"]) {
    parser[HTTPParser[name]] = () => undefined;
  }
  return () => {
    parser.reinitialize(type);
    if (parser.execute(bytes) !== bytes.length) throw new Error("http-parser-js refuses the input");
  };
}

function ours(parser, bytes, method, copy) {
  parser.buffer.set(bytes, RECEIVE);
  const end = RECEIVE + bytes.length;
  const parse = parser.kind === "wasm" ? parser[method] : (...call) => parser[method](...call);
  const once = () => {
    if (parse(RECEIVE, end, 0, FIELDS) !== bytes.length) throw new Error(`${parser.kind} refuses the input`);
  };
  if (!copy) return once;
  return () => {
    parser.buffer.set(bytes, RECEIVE);
    once();
  };
}

const wasm = createWasmParser();
const ts = createTsParser();

function heads(bytes, method, type, name) {
  return [
    ["Wasm, in place", ours(wasm, bytes, method, false)],
    ["Wasm, copied in first", ours(wasm, bytes, method, true)],
    ["TypeScript", ours(ts, bytes, method, false)],
    ["llhttp in Wasm (undici)", llhttp(bytes, type)],
    ["http-parser-js", httpParserJs(bytes, name)],
  ];
}

/** The end of a head: what `readUntil("\r\n\r\n")` looks for. */
function scans(bytes) {
  const delimiter = Buffer.from("\r\n\r\n");
  const scan = (parser) => {
    parser.buffer.set(bytes, SCRATCH);
    parser.buffer.set(delimiter, NEEDLE);
    const find = parser.kind === "wasm" ? parser.indexOf : (...call) => parser.indexOf(...call);
    return () => {
      if (find(SCRATCH, SCRATCH + bytes.length, 4) < 0) throw new Error("not found");
    };
  };
  return [
    ["Wasm", scan(wasm)],
    ["TypeScript", scan(ts)],
    [
      "Buffer.indexOf",
      () => {
        if (bytes.indexOf(delimiter) < 0) throw new Error("not found");
      },
    ],
  ];
}

function measure(contenders, count) {
  const best = contenders.map(() => Infinity);
  for (let round = -3; round < ROUNDS; round++) {
    for (const [i, [, run]] of contenders.entries()) {
      const start = process.hrtime.bigint();
      for (let n = 0; n < count; n++) run();
      const each = Number(process.hrtime.bigint() - start) / count;
      if (round >= 0) best[i] = Math.min(best[i], each);
    }
  }
  return best;
}

const rows = [];
function table(title, contenders, count, target) {
  const best = measure(contenders, count);
  console.log(`\n${title}`);
  for (const [i, [name]] of contenders.entries()) {
    console.log(
      `  ${name.padEnd(26)}${best[i].toFixed(0).padStart(7)} ns   ${(best[i] / best[0]).toFixed(2).padStart(6)} × the first`,
    );
  }
  for (const [mine, other, wanted] of target) {
    const ratio = best[other] / best[mine];
    rows.push(
      `${ratio >= wanted ? "met   " : "MISSED"} ${title}: ${contenders[mine][0]} ${ratio.toFixed(1)} times as fast as ${contenders[other][0]} (wanted ${wanted})`,
    );
  }
}

console.log(`Node ${process.versions.node}, best of ${ROUNDS} rounds`);
const targets = [
  [0, 3, 5],
  [2, 4, 5],
];
table(
  `request of ${inputs.small.length} bytes`,
  heads(inputs.small, "parseRequestHead", 1, HTTPParser.REQUEST),
  40_000,
  targets,
);
table(
  `request of ${inputs.browser.length} bytes`,
  heads(inputs.browser, "parseRequestHead", 1, HTTPParser.REQUEST),
  8_000,
  targets,
);
table(
  `response head of ${inputs.response.length} bytes`,
  heads(inputs.response, "parseResponseHead", 2, HTTPParser.RESPONSE),
  15_000,
  targets,
);
for (const bytes of [inputs.small, inputs.browser]) {
  table(`the scan behind readUntil, ${bytes.length} bytes`, scans(bytes), 40_000, [[0, 2, 1.5]]);
}
console.log(`\n${rows.join("\n")}`);
