/** Every parser there is, for the tests that hold for all of them. */
import { createTsParser } from "../../src/parser/ts/index.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import { createWasmParser } from "../../src/parser/wasm/index.ts";

export const parsers: readonly HttpParser[] = [createTsParser(), createWasmParser()];
