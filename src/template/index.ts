/** `landspout/template`: Tornado's templates, with expressions in JavaScript. */
export { describePosition, ParseError, positionOf } from "./errors.ts";
export type { TemplatePosition } from "./errors.ts";
export { BaseLoader, DictLoader, Loader, PrecompiledLoader } from "./loader.ts";
export type { LoaderOptions } from "./loader.ts";
export { precompile } from "./precompile.ts";
export type { PrecompileOptions } from "./precompile.ts";
export type { Namespace, TemplateFunction } from "./runtime.ts";
export { Template } from "./template.ts";
export type { Precompiled, TemplateOptions } from "./template.ts";
export { filterWhitespace } from "./whitespace.ts";
export type { WhitespaceMode } from "./whitespace.ts";
