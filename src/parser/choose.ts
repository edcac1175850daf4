/**
 * Which of the two parsers runs: an option, else the environment variable LANDSPOUT_PARSER, else Wasm where it can be compiled,
 * else TypeScript. Decided at the first use, never at import; one parser of a kind per thread, shared by all its connections.
 */
import { UsageError } from "../errors.ts";
import { createTsParser } from "./ts/index.ts";
import type { HttpParser, ParserChoice, ParserKind } from "./types.ts";
import { createWasmParser } from "./wasm/index.ts";

/** What may be asked for; `"auto"` is the same as nothing. */
export type ParserPreference = ParserKind | "auto";

const VARIABLE = "LANDSPOUT_PARSER";

function checked(preference: string | undefined, source: string): ParserPreference {
  if (preference === undefined || preference === "" || preference === "auto") return "auto";
  if (preference === "wasm" || preference === "ts") return preference;
  throw new UsageError(
    "ERR_LANDSPOUT_PARSER_OPTION",
    `${source} must be "wasm", "ts" or "auto", not ${typeof preference === "string" ? JSON.stringify(preference) : typeof preference}`,
  );
}

function environment(): string | undefined {
  const { process } = globalThis as { process?: { env?: { [name: string]: string | undefined } } };
  return process?.env?.[VARIABLE];
}

/** The kind that was asked for, if any, and by whom. */
function wish(preference: ParserPreference | undefined): { kind: ParserPreference; reason: string } {
  const option = checked(preference, "the option parser");
  if (option !== "auto") return { kind: option, reason: "asked for by the option parser" };
  const kind = checked(environment(), VARIABLE);
  return { kind, reason: `asked for by ${VARIABLE}` };
}

const namedError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Makes a Wasm parser, or says why there is none. */
function tryWasm(): HttpParser | string {
  try {
    return createWasmParser();
  } catch (error) {
    // No WebAssembly (node --jitless), no SIMD (CompileError), no address space (RangeError), compiling forbidden (EvalError).
    return namedError(error);
  }
}

/**
 * A parser with a memory of its own, 448 KiB. Programs rarely need one: servers share `sharedParser`.
 * @throws UsageError where an unknown kind is asked for, or Wasm by name where it cannot run.
 */
export function createParser(preference?: ParserPreference): ParserChoice {
  const { kind, reason } = wish(preference);
  if (kind === "ts") return { parser: createTsParser(), reason };
  const wasm = tryWasm();
  if (typeof wasm !== "string")
    return { parser: wasm, reason: kind === "wasm" ? reason : "WebAssembly with SIMD runs here" };
  if (kind === "wasm") {
    throw new UsageError(
      "ERR_LANDSPOUT_PARSER_WASM",
      `the Wasm parser was ${reason} but cannot run here (${wasm}); ask for "ts" or "auto"`,
    );
  }
  return { parser: createTsParser(), reason: `WebAssembly cannot run here (${wasm})` };
}

const shared: Map<ParserKind, HttpParser> = new Map();
let automatic: ParserChoice | undefined;

/**
 * The parser of this thread, made at the first call. Bytes of connections lie in its memory: a program that parses bytes of its own makes a
 * parser with `createParser`.
 */
export function sharedParser(preference?: ParserPreference): ParserChoice {
  const { kind, reason } = wish(preference);
  if (kind === "auto") {
    automatic ??= share(createParser("auto"));
    return automatic;
  }
  const parser = shared.get(kind);
  return parser === undefined ? share(createParser(preference)) : { parser, reason };
}

/** Keeps a parser for later calls; one of the same kind made before is used instead. */
function share({ parser, reason }: ParserChoice): ParserChoice {
  const before = shared.get(parser.kind);
  if (before !== undefined) return { parser: before, reason };
  shared.set(parser.kind, parser);
  return { parser, reason };
}
