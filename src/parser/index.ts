/** `landspout/parser`: the HTTP/1 head parser by itself. What its numbers mean is exported as `abi`. */
export * as abi from "./abi.ts";
export { createParser, sharedParser } from "./choose.ts";
export type { ParserPreference } from "./choose.ts";
export { parseError, parseErrorCodes } from "./errors.ts";
export type { ParseErrorEntry } from "./errors.ts";
export { FIELD_NAMES, METHOD_NAMES } from "./names.ts";
export type { HttpParser, ParserChoice, ParserKind } from "./types.ts";
