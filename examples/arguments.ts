/** What all examples do with their command line: what is wrong with it is said in one sentence, and ends the program with status 2. */
import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ParseArgsConfig } from "node:util";
import { OptionsError } from "landspout/options";
import type { OptionParser } from "landspout/options";

/** Exit status of a program that was called wrongly. */
const WRONG_CALL = 2;

/** Ends the program with a sentence and no stack: nothing is wrong with its code. */
export function fail(message: string, status: number = WRONG_CALL): never {
  console.error(message);
  process.exit(status);
}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<Wanted extends Options> = ReturnType<typeof parseArgs<{ options: Wanted }>>["values"];

/** The options of the command line, as `parseArgs` gives them. */
export function readArguments<const Wanted extends Options>(options: Wanted): Values<Wanted> {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    // parseArgs knows what it does not know, and says more than a sentence of it.
    const [sentence = ""] = (error as Error).message.split(". ");
    const known = Object.keys(options).map((name) => `--${name}`);
    return fail(`${sentence.replace(/\.$/, "")}. There is ${known.join(", ")}.`);
  }
}

/** The arguments as options of `landspout/options`; there must be nothing else. */
export function readOptions(options: OptionParser): void {
  try {
    const [rest] = options.parseCommandLine();
    if (rest !== undefined) fail(`Unexpected argument '${rest}'. --help lists the options.`);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    fail(error.message);
  }
}

export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  return port <= 65_535 ? port : fail(`--port is a number from 0 (any free port) to 65535, not ${text}`);
}

/** A folder that is there. */
export function readFolder(option: string, path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    fail(`--${option} is a folder that is there, not ${path}`);
  return path;
}

/** Ends a program that cannot have its address. */
export function failToServe(address: string, port: number, error: unknown): never {
  const { message } = error as Error;
  return fail(`Cannot serve at ${address} port ${port}: ${message}. Choose another with --port.`, 1);
}
