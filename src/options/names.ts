/** Names of options: which spellings are one name, and which names cannot be taken. */
import { nearestName, shown } from "../options-check.ts";
import { OptionsError } from "./errors.ts";

/** The spelling of the command line: `log_to_stderr` and `logToStderr` are `log-to-stderr`. */
export function commandLineName(name: string): string {
  return name
    .replaceAll("_", "-")
    .replace(/([a-z0-9])([A-Z])/g, (_both, before: string, after: string) => `${before}-${after.toLowerCase()}`);
}

/** The spelling of the environment: `LOG_TO_STDERR`. */
export const environmentName = (name: string): string => commandLineName(name).replaceAll("-", "_").toUpperCase();

const PATTERN = /^[a-zA-Z][\w-]*$/;

/** What every object has, and what promises and JSON look for. */
const RESERVED: readonly string[] = ["then", "toJSON", ...Object.getOwnPropertyNames(Object.prototype)];

/**
 * @param taken Names of the parser's own methods.
 * @throws OptionsError on a name that cannot be an option.
 */
export function checkName(name: unknown, taken: readonly string[]): asserts name is string {
  if (typeof name !== "string") throw new OptionsError(`the name of an option must be text, not ${typeof name}`);
  const isReserved = [...RESERVED, ...taken].some((reserved) => commandLineName(reserved) === commandLineName(name));
  if (isReserved || !PATTERN.test(name)) {
    const why = isReserved
      ? "every object, or OptionParser, has a member of that name"
      : "a letter, then letters, digits, - and _";
    throw new OptionsError(`${JSON.stringify(name)} cannot be the name of an option: ${why}`, name);
  }
}

/** Longer names are not compared with the known ones, nor shown. */
const LONGEST_SHOWN = 64;

/** The error for a name that is not defined. `where` is where it was written. */
export function unknownName(name: string, known: readonly string[], where: string = ""): OptionsError {
  if (name.length > LONGEST_SHOWN) return new OptionsError(`${where}unknown option: ${shown(name)}`, name);
  const spelled = where === "" ? `--${name}` : name;
  const nearest = nearestName(name, known, Math.max(2, Math.floor(name.length / 3)));
  const nearestSpelled = nearest === undefined || where !== "" ? nearest : `--${commandLineName(nearest)}`;
  const help = nearestSpelled === undefined ? "--help lists the options" : `did you mean ${nearestSpelled}?`;
  return new OptionsError(`${where}unknown option ${spelled}; ${help}`, name);
}
