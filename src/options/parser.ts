/**
 * `OptionParser` (Tornado's `tornado.options.OptionParser`): options that are defined at one place and set from the command line, a file,
 * the environment, or by the program. The last one to set a value wins.
 */
import { checkOptions, flag, anything } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { isPromiseLike } from "../user-code.ts";
import { readCommandLine } from "./command-line.ts";
import { readConfigFile } from "./config-file.ts";
import { OptionsError } from "./errors.ts";
import { helpText } from "./help.ts";
import { checkName, commandLineName, environmentName, unknownName } from "./names.ts";
import { Option } from "./option.ts";
import type { OptionSpec, OptionValue } from "./option.ts";

export interface ParseOptions {
  /** False: more will be parsed, and the parse callbacks are not run yet. Default true. */
  readonly final?: boolean;
}
const PARSE: OptionTable<ParseOptions> = { final: flag };

export interface EnvironmentOptions extends ParseOptions {
  /** Default `process.env`. */
  readonly env?: { readonly [name: string]: string | undefined };
}
const ENVIRONMENT: OptionTable<EnvironmentOptions> = { final: flag, env: anything };

/** The values of `defineAll`: read and set as properties, with their types. */
export type OptionValues<S extends { readonly [name: string]: OptionSpec }> = {
  -readonly [Name in keyof S]: OptionValue<S[Name]>;
};

const toStderr = (text: string): void => void process.stderr.write(text);

export class OptionParser implements Iterable<string> {
  /** By the spelling of the command line. */
  readonly #options: Map<string, Option> = new Map();
  readonly #parseCallbacks: (() => void)[] = [];

  /** Has the option `help` from the beginning: it prints the help to standard error and ends the process with 0. */
  constructor() {
    this.define("help", {
      type: Boolean,
      help: "show this help information",
      callback: (wanted: boolean): void => {
        if (!wanted) return;
        this.printHelp();
        process.exit(0);
      },
    });
  }

  /**
   * Defines an option. `fooBar`, `foo_bar` and `foo-bar` are one name.
   * @returns The option, whose `value` has a type.
   * @throws OptionsError on a name that is taken or cannot be one, and on a default that is not of the type; UsageError on an unknown
   *   member of `spec`.
   */
  define<const S extends OptionSpec = OptionSpec>(name: string, spec: S = {} as S): Option<OptionValue<S>> {
    checkName(name, Object.getOwnPropertyNames(OptionParser.prototype));
    const key = commandLineName(name);
    const before = this.#options.get(key);
    if (before !== undefined) throw new OptionsError(`option --${key} is already defined, as ${before.name}`, name);
    const option = new Option<OptionValue<S>>(name, spec);
    this.#options.set(key, option as Option);
    return option;
  }

  /**
   * Defines several options at once. The result has a property for each, with its type, that reads and sets the value.
   * @throws OptionsError, UsageError as `define`.
   */
  defineAll<const S extends { readonly [name: string]: OptionSpec }>(specs: S): OptionValues<S> {
    const values = {};
    for (const [name, spec] of Object.entries(specs)) {
      const option = this.define<OptionSpec>(name, spec) as Option;
      const get = (): unknown => option.value;
      const set = (value: unknown): void => void (option.value = value);
      Object.defineProperty(values, name, { get, set, enumerable: true });
    }
    return values as OptionValues<S>;
  }

  /**
   * Sets options from arguments: `--name=value`, `--name value`, `--flag`, `--no-flag`, with any number of dashes. Options end at the first
   * argument without a dash, and behind `--`.
   * @param args Without the name of the program. Default: those of this process.
   * @returns The arguments behind the options.
   * @throws OptionsError on an unknown name or a wrong value; options in front of it are set.
   */
  parseCommandLine(args: readonly string[] = process.argv.slice(2), options: ParseOptions = {}): string[] {
    checkOptions("parseCommandLine", options, PARSE);
    const rest = readCommandLine(args, {
      find: (name) => this.#options.get(commandLineName(name)),
      unknown: (name) => unknownName(name, [...this.#options.keys()]),
    });
    if (options.final !== false) this.runParseCallbacks();
    return rest;
  }

  /**
   * Sets options from a file: `.json`, or a module (`.js`, `.mjs`, `.ts` where the runtime reads it) with named exports or an object as its
   * default export. Text is parsed as on the command line. Named exports that are no options are ignored, as in Tornado; elsewhere an
   * unknown name is refused. The module runs with the rights of the program.
   * @throws OptionsError (by the promise) on a file that cannot be read, an unknown name, a wrong value.
   */
  async parseConfigFile(path: string | URL, options: ParseOptions = {}): Promise<void> {
    checkOptions("parseConfigFile", options, PARSE);
    const file = await readConfigFile(path);
    for (const [name, value] of file.entries) {
      const option = this.#options.get(commandLineName(name));
      if (option !== undefined) setFromFile(option, value, file.path);
      else if (file.isStrict) throw unknownName(name, [...this], `${file.path}: `);
    }
    if (options.final !== false) this.runParseCallbacks();
  }

  /**
   * Sets options from environment variables: with the prefix `APP`, `log-level` is `APP_LOG_LEVEL`. An empty variable counts as not set,
   * except for text.
   * @throws OptionsError on a wrong value.
   */
  parseEnvironment(prefix: string, options: EnvironmentOptions = {}): void {
    checkOptions("parseEnvironment", options, ENVIRONMENT);
    const { env = process.env } = options;
    const front = prefix === "" || prefix.endsWith("_") ? prefix : `${prefix}_`;
    for (const option of this.#options.values()) {
      const variable = front + environmentName(option.name);
      const text = Object.hasOwn(env, variable) ? env[variable] : undefined;
      if (option.name === "help" || text === undefined || (text === "" && !option.rule.accepts(""))) continue;
      inFile(variable, () => option.change(option.read(text)));
    }
    if (options.final !== false) this.runParseCallbacks();
  }

  /** Writes the help. Default: to standard error. */
  printHelp(write: (text: string) => void = toStderr): void {
    write(helpText(this.#options.values()));
  }

  /** Adds a function that `runParseCallbacks` calls: after each parse, unless that has `final: false`. */
  addParseCallback(callback: () => void): void {
    this.#parseCallbacks.push(callback);
  }
  runParseCallbacks(): void {
    for (const callback of this.#parseCallbacks) callback();
  }

  has(name: string): boolean {
    return this.#options.has(commandLineName(name));
  }
  /** @throws OptionsError on a name that is not defined. */
  get(name: string): unknown {
    return this.#find(name).value;
  }
  /** Sets a value, which must be of the type: text is not parsed. @throws OptionsError */
  set(name: string, value: unknown): void {
    this.#find(name).value = value;
  }

  #find(name: string): Option {
    const option = this.#options.get(commandLineName(name));
    if (option === undefined) throw unknownName(name, [...this], "options: ");
    return option;
  }

  /** The names, as they were defined. */
  *[Symbol.iterator](): IterableIterator<string> {
    for (const { name } of this.#options.values()) yield name;
  }
  *items(): IterableIterator<[name: string, value: unknown]> {
    for (const { name, value } of this.#options.values()) yield [name, value];
  }
  asDict(): Record<string, unknown> {
    return Object.fromEntries(this.items());
  }
  groups(): Set<string> {
    return new Set([...this.#options.values()].map(({ group }) => group));
  }
  /** Names and values of one group; empty for a group that is not there. */
  groupDict(group: string): Record<string, unknown> {
    const members = [...this.#options.values()].filter((option) => option.group === group);
    return Object.fromEntries(members.map(({ name, value }) => [name, value]));
  }

  /**
   * Sets values for a test: until the result is disposed (`using`), or while a function runs, up to the end of its promise. What was there
   * before is put back, whatever was set meanwhile.
   * @throws OptionsError on an unknown name or a wrong value; nothing is set then.
   */
  mock(values: object): Disposable;
  mock<T>(values: object, call: () => T): T;
  mock<T>(values: object, call?: () => T): Disposable | T {
    const changes = Object.entries(values).map(([name, value]) => ({
      option: this.#find(name),
      value: value as unknown,
    }));
    for (const { option, value } of changes) option.check(value);
    const before = changes.map(({ option }) => ({ option, value: option.value }));
    const restore = (): void => {
      for (const { option, value } of before.splice(0).reverse()) option.change(value);
    };
    for (const { option, value } of changes) option.change(value);
    return call === undefined ? { [Symbol.dispose]: restore } : callThen(call, restore);
  }
}

function callThen<T>(call: () => T, restore: () => void): T {
  let result: T;
  try {
    result = call();
  } catch (error) {
    restore();
    throw error;
  }
  if (isPromiseLike(result)) return Promise.resolve(result).finally(restore) as T;
  restore();
  return result;
}

/** Text is parsed, unless the option is text; other values must be of the type. */
function setFromFile(option: Option, value: unknown, path: string): void {
  inFile(path, () => {
    if (typeof value === "string") option.change(option.read(value));
    else option.value = value;
  });
}

/** Says in the error where the value was written. */
function inFile(where: string, set: () => void): void {
  try {
    set();
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw new OptionsError(`${where}: ${error.message}`, error.option, { cause: error.cause });
  }
}
