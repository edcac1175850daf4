/** Reads a command line: which arguments are options, and where the options end. Knows neither files nor the environment. */
import { OptionsError } from "./errors.ts";
import type { Option } from "./option.ts";

/** Finds options by any spelling of their name; `unknown` makes the error for a name that is none. */
export interface OptionTable {
  find(name: string): Option | undefined;
  unknown(name: string): OptionsError;
}

/** An argument with a value of its own may begin with a dash where it is a number. */
const NEGATIVE = /^-\.?\d/;

/**
 * Sets options from arguments, in order, and returns those that follow the options. Options end at the first argument without a dash in
 * front, at `-`, and behind `--`.
 * @throws OptionsError
 */
export function readCommandLine(args: readonly string[], table: OptionTable): string[] {
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (argument === "--") return args.slice(i + 1);
    if (argument === "-" || !argument.startsWith("-")) return args.slice(i);
    const { name, text } = split(argument);
    const option = table.find(name);
    if (option === undefined) {
      const negated = negatedFlag(name, table);
      if (negated === undefined || text !== undefined) throw table.unknown(name);
      negated.change(false);
    } else if (text !== undefined) option.change(option.read(text));
    else if (option.isFlag) option.change(true);
    else option.change(option.read(following(option, name, args[++i])));
  }
  return [];
}

function split(argument: string): { name: string; text: string | undefined } {
  const start = argument.search(/[^-]/);
  const equals = argument.indexOf("=");
  if (start < 0) return { name: "", text: undefined };
  if (equals < 0) return { name: argument.slice(start), text: undefined };
  return { name: argument.slice(start, equals), text: argument.slice(equals + 1) };
}

/** The option that `no-debug` turns off. */
function negatedFlag(name: string, table: OptionTable): Option | undefined {
  const [, positive] = /^no[-_](.+)$/.exec(name) ?? [];
  const option = positive === undefined ? undefined : table.find(positive);
  return option?.isFlag === true ? option : undefined;
}

/** The value in an argument of its own: `--port 8888`. */
function following(option: Option, name: string, next: string | undefined): string {
  const isValue =
    next !== undefined && (next === "-" || !next.startsWith("-") || (option.rule.takesNegative && NEGATIVE.test(next)));
  if (isValue) return next;
  throw new OptionsError(`--${name} needs a value: write --${name}=${option.metavar}`, option.name);
}
