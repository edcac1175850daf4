/**
 * Which parser runs, in real processes: by itself, by option, by environment, and where Wasm cannot run — engines started without
 * WebAssembly, without SIMD, without room for its memory, and with a compiler that throws. Each process serves a request with
 * what it took and says so by `server.parser` and `server.parserReason`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { createParser, sharedParser } from "../../src/parser/choose.ts";
import { suite } from "../_support/suite.ts";

interface Said {
  readonly parser?: string;
  readonly reason?: string;
  readonly content?: string;
  readonly code?: string;
  readonly message?: string;
}

interface Surroundings {
  /** Arguments of the runtime, before the program. */
  readonly flags?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly option?: string;
}

const test = suite("the choice of the parser", { deadline: 30 });
const onBun = "Bun" in globalThis;
const here = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

async function ask({ flags = [], env = {}, option }: Surroundings = {}): Promise<Said> {
  const { LANDSPOUT_PARSER: _unset, ...inherited } = process.env;
  const program = [...flags, ...process.execArgv, here("which-parser.ts"), ...(option === undefined ? [] : [option])];
  const child = spawn(process.execPath, program, { env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (errors += chunk.toString()));
  const [code] = await once(child, "close");
  assert.is(code, 0, `${output}${errors}`);
  return JSON.parse(output) as Said;
}

function runs(said: Said, parser: string, reason: RegExp): void {
  assert.is(said.parser, parser);
  assert.match(said.reason ?? "", reason);
  assert.is(said.content, "well /seen");
}

/** Surroundings in which Wasm is really impossible, by what the runtime offers to bring them about. */
const wasmMissing: Surroundings = onBun ? { env: { BUN_JSC_useWasm: "0" } } : { flags: ["--jitless"] };
const simdMissing: Surroundings = onBun ? { env: { BUN_JSC_useWasmSIMD: "0" } } : { flags: ["--no-enable-ssse3"] };
const broken = (error: string): Surroundings => ({
  flags: [
    onBun ? "--preload" : "--import",
    onBun ? here("break-wasm.mjs") : new URL("fixtures/break-wasm.mjs", import.meta.url).href,
  ],
  env: { BREAK_WASM: error },
});

test("takes Wasm by itself", async () => {
  runs(await ask(), "wasm", /^WebAssembly with SIMD runs here$/);
});

test("takes what LANDSPOUT_PARSER names", async () => {
  runs(await ask({ env: { LANDSPOUT_PARSER: "ts" } }), "ts", /^asked for by LANDSPOUT_PARSER$/);
  runs(await ask({ env: { LANDSPOUT_PARSER: "wasm" } }), "wasm", /^asked for by LANDSPOUT_PARSER$/);
});

test("takes LANDSPOUT_PARSER empty or auto for nothing said", async () => {
  runs(await ask({ env: { LANDSPOUT_PARSER: "" } }), "wasm", /^WebAssembly with SIMD/);
  runs(await ask({ env: { LANDSPOUT_PARSER: "auto" } }), "wasm", /^WebAssembly with SIMD/);
});

test("refuses another value of LANDSPOUT_PARSER, naming the variable", async () => {
  const said = await ask({ env: { LANDSPOUT_PARSER: "fast" } });
  assert.is(said.code, "ERR_LANDSPOUT_PARSER_OPTION");
  assert.match(said.message ?? "", 'LANDSPOUT_PARSER must be "wasm", "ts" or "auto", not "fast"');
});

test("takes the option before the environment", async () => {
  runs(await ask({ option: "ts" }), "ts", /^asked for by the option parser$/);
  runs(await ask({ option: "ts", env: { LANDSPOUT_PARSER: "wasm" } }), "ts", /^asked for by the option parser$/);
  runs(await ask({ option: "wasm", env: { LANDSPOUT_PARSER: "ts" } }), "wasm", /^asked for by the option parser$/);
});

test("refuses another value of the option, naming it", async () => {
  const said = await ask({ option: "asm" });
  assert.is(said.code, "ERR_LANDSPOUT_PARSER_OPTION");
  assert.match(said.message ?? "", "the option parser must be");
});

test("falls back where there is no WebAssembly", async () => {
  runs(await ask(wasmMissing), "ts", /^WebAssembly cannot run here \(TypeError: WebAssembly is missing\)$/);
});

// An ARM processor always has SIMD; V8 has no way to pretend that it has not.
const withoutSimd = onBun || process.arch === "x64" ? test : test.skip;
withoutSimd("falls back where WebAssembly has no SIMD", async () => {
  runs(await ask(simdMissing), "ts", /^WebAssembly cannot run here \(CompileError: /);
});

// Bun has no limit to set below what the module asks for.
const withLimit = onBun ? test.skip : test;
withLimit("falls back where there is no room for its memory", async () => {
  runs(await ask({ flags: ["--wasm-max-mem-pages=3"] }), "ts", /^WebAssembly cannot run here \(RangeError: .*memory/);
});

test("falls back on whatever compiling throws", async () => {
  runs(await ask(broken("RangeError")), "ts", /^WebAssembly cannot run here \(RangeError: broken for a test\)$/);
  runs(await ask(broken("CompileError")), "ts", /^WebAssembly cannot run here \(CompileError: broken for a test\)$/);
  runs(await ask(broken("EvalError")), "ts", /^WebAssembly cannot run here \(EvalError: broken for a test\)$/);
});

test("refuses Wasm asked for by name where it cannot run, with the reason", async () => {
  const byOption = await ask({ ...wasmMissing, option: "wasm" });
  assert.is(byOption.code, "ERR_LANDSPOUT_PARSER_WASM");
  assert.match(
    byOption.message ?? "",
    "asked for by the option parser but cannot run here (TypeError: WebAssembly is missing)",
  );
  const byVariable = await ask({ ...wasmMissing, env: { ...wasmMissing.env, LANDSPOUT_PARSER: "wasm" } });
  assert.is(byVariable.code, "ERR_LANDSPOUT_PARSER_WASM");
  assert.match(byVariable.message ?? "", "asked for by LANDSPOUT_PARSER");
});

test("makes one parser of a kind for a thread and shares it", () => {
  assert.is(sharedParser("ts").parser, sharedParser("ts").parser);
  assert.is(new HTTPServer(() => undefined, { parser: "ts" }).parserInstance, sharedParser("ts").parser);
  assert.is.not(createParser("ts").parser, createParser("ts").parser);
});

test.run();
