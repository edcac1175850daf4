/** `landspout/options` (Tornado's `tornado.options`): settings of a program, from its command line, a file, the environment. */
import { withAttributes } from "./attributes.ts";
import type { Options } from "./attributes.ts";
import { defineLoggingOptions } from "./log-options.ts";
import type { Option, OptionSpec, OptionValue } from "./option.ts";
import { OptionParser } from "./parser.ts";
import type { EnvironmentOptions, ParseOptions } from "./parser.ts";

export { withAttributes } from "./attributes.ts";
export type { Options } from "./attributes.ts";
export { OptionsError } from "./errors.ts";
export { defineLoggingOptions } from "./log-options.ts";
export { MAX_OPTION_VALUES } from "./option.ts";
export type { Option, OptionSpec, OptionValue } from "./option.ts";
export { OptionParser } from "./parser.ts";
export type { EnvironmentOptions, OptionValues, ParseOptions } from "./parser.ts";
export { Duration } from "./types.ts";
export type { CustomType, OptionType, ValueOf } from "./types.ts";

const parser = new OptionParser();
defineLoggingOptions(parser);

/** The options of the program: what all its modules define and read. Has `help`, `logging` and `logToStderr`. */
export const options: Options = withAttributes(parser);

/** Defines an option of the program: `options.define`. */
export const define = <const S extends OptionSpec = OptionSpec>(name: string, spec?: S): Option<OptionValue<S>> =>
  parser.define(name, spec);
/** `options.parseCommandLine`. */
export const parseCommandLine = (args?: readonly string[], settings?: ParseOptions): string[] =>
  parser.parseCommandLine(args, settings);
/** `options.parseConfigFile`. */
export const parseConfigFile = (path: string | URL, settings?: ParseOptions): Promise<void> =>
  parser.parseConfigFile(path, settings);
/** `options.parseEnvironment`. */
export const parseEnvironment = (prefix: string, settings?: EnvironmentOptions): void =>
  parser.parseEnvironment(prefix, settings);
/** `options.printHelp`. */
export const printHelp = (write?: (text: string) => void): void => parser.printHelp(write);
/** `options.addParseCallback`. */
export const addParseCallback = (callback: () => void): void => parser.addParseCallback(callback);
