/** Every parser there is, for the tests that hold for all of them. */
import { createTsParser } from "../../src/parser/ts/index.ts";
import type { HttpParser } from "../../src/parser/types.ts";

const loaded: HttpParser[] = [createTsParser()];
try {
  const { createWasmParser } = (await import("../../src/parser/wasm/index.ts" as string)) as {
    createWasmParser: () => HttpParser;
  };
  loaded.push(createWasmParser());
} catch (error) {
  if ((error as { code?: string }).code !== "ERR_MODULE_NOT_FOUND") throw error;
}

export const parsers: readonly HttpParser[] = loaded;
