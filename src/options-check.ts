/**
 * The one checker of options. Everything that takes options has a table: which names there are, and what each may be. The table is
 * asked once, when a thing is made, so that nothing is paid per request. A name that is not in the table is refused, with the nearest
 * one in the sentence: an option that is ignored in silence is a setting the program believes to have. Knows no option itself.
 */
import { UsageError } from "./errors.ts";

/**
 * What one option may be. Returns undefined where the value is good, else the words that follow "must be" in the sentence. `owner` is
 * whose option it is, for rules that look into a value.
 */
export type OptionRule = (value: unknown, owner: string) => string | undefined;

/** A rule for every option of `T`: an option without one does not compile. */
export type OptionTable<T> = { readonly [Name in keyof T]-?: OptionRule };

/** The longest wait of the runtimes' timers, in seconds: some 24 days. */
export const LONGEST_TIMER: number = (2 ** 31 - 1) / 1000;

/**
 * Checks options against their table. An option that is `undefined` counts as not given.
 * @param owner Whose options they are; the sentence begins with it.
 * @param code Of the error. Default `ERR_LANDSPOUT_OPTION`.
 * @throws UsageError on a name that is not in the table, on a value it does not allow, and where `options` is no object.
 */
export function checkOptions<T extends object>(
  owner: string,
  options: Partial<T>,
  table: OptionTable<T>,
  code: string = "ERR_LANDSPOUT_OPTION",
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new UsageError(code, `${owner}: the options must be an object, not ${shown(options)}`);
  // Inherited ones too: options may be made with Object.create(defaults).
  for (const name in options) {
    const value: unknown = options[name];
    const rule = Object.hasOwn(table, name) ? table[name] : undefined;
    if (rule === undefined) throw new UsageError(code, unknownOption(owner, name, Object.keys(table)));
    if (value !== undefined) checkOption(owner, name, value, rule, code);
  }
}

/** Checks one option. @throws UsageError where the rule does not allow the value. */
export function checkOption(
  owner: string,
  name: string,
  value: unknown,
  rule: OptionRule,
  code: string = "ERR_LANDSPOUT_OPTION",
): void {
  const must = rule(value, `${owner}, ${name}`);
  if (must !== undefined) throw new UsageError(code, `${owner}: ${name} must be ${must}, not ${shown(value)}`);
}

/** The options of a thing, with the defaults where none, or undefined, is given. */
export function withDefaults<T extends object, D extends T>(options: T, defaults: D): D {
  const result = { ...defaults };
  for (const name in options) if (options[name] !== undefined) Object.assign(result, { [name]: options[name] });
  return result;
}

/** Checks options, and gives them with their defaults. @throws UsageError as `checkOptions` does. */
export function resolveOptions<T extends object, D extends T>(
  owner: string,
  options: T,
  table: OptionTable<T>,
  defaults: D,
): D {
  checkOptions<T>(owner, options, table);
  return withDefaults(options, defaults);
}

// --- rules ---

export const anything: OptionRule = () => undefined;
export const flag: OptionRule = (value) => (typeof value === "boolean" ? undefined : "true or false");
export const text: OptionRule = (value) => (typeof value === "string" ? undefined : "text");
export const callable: OptionRule = (value) => (typeof value === "function" ? undefined : "a function");
export const object: OptionRule = (value) => (typeof value === "object" && value !== null ? undefined : "an object");

/** A whole number: bytes, files, parts. `largest` may be Infinity, then Infinity itself is allowed and means no limit. */
export function whole(smallest: number = 0, largest: number = Infinity): OptionRule {
  const must =
    largest === Infinity ? `a whole number from ${smallest}, or Infinity for no limit` : range(smallest, largest);
  return (value) => {
    const counts = Number.isSafeInteger(value) || (value === Infinity && largest === Infinity);
    return counts && inRange(value, smallest, largest) ? undefined : must;
  };
}
const range = (smallest: number, largest: number): string =>
  largest === Number.MAX_SAFE_INTEGER
    ? `a whole number from ${smallest}`
    : `a whole number from ${smallest} to ${largest}`;

/** A length of time in seconds; fractions are fine. */
export function seconds(smallest: number = 0, largest: number = Number.MAX_SAFE_INTEGER): OptionRule {
  const top = largest === Number.MAX_SAFE_INTEGER ? "" : ` to ${largest}`;
  return (value) =>
    typeof value === "number" && inRange(value, smallest, largest)
      ? undefined
      : `a number of seconds from ${smallest}${top}`;
}

const inRange = (value: unknown, smallest: number, largest: number): boolean =>
  typeof value === "number" && value >= smallest && value <= largest;

/** One of a few values. */
export function oneOf(...values: readonly unknown[]): OptionRule {
  const must = words(values.map(shown), "or");
  return (value) => (values.includes(value) ? undefined : must);
}

/** An array whose members all follow a rule. */
export function listOf(rule: OptionRule, what: string): OptionRule {
  return (value, owner) =>
    Array.isArray(value) && value.every((member) => rule(member, owner) === undefined)
      ? undefined
      : `a list of ${what}`;
}

/** What any of some rules allows. */
export function either(must: string, ...rules: readonly OptionRule[]): OptionRule {
  return (value, owner) => (rules.some((rule) => rule(value, owner) === undefined) ? undefined : must);
}

/** Options within options: an object with a table of its own. */
export function group<T extends object>(table: OptionTable<T>): OptionRule {
  return (value, owner) => {
    checkOptions<T>(owner, value as Partial<T>, table);
    return undefined;
  };
}

// --- names ---

/** The sentence for a name that is none. */
function unknownOption(owner: string, name: string, known: readonly string[]): string {
  const folded = foldName(name);
  // `hostname` where there is `host`, `ssl_options` where there is `ssl`.
  const longer = (candidate: string): boolean => candidate.length > 2 && folded.startsWith(foldName(candidate));
  const nearest = nearestName(name, known, Math.max(2, Math.floor(name.length / 3))) ?? known.find(longer);
  const help = nearest === undefined ? `there are ${words(known, "and")}` : `did you mean ${nearest}?`;
  return `${owner}: there is no option ${JSON.stringify(name)}; ${help}`;
}

/** A name without what spellings differ in: `max_body_size`, `maxbodysize` and `MaxBodySize` are one name. */
export const foldName = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, "");

/** The known name that another was probably meant to be: the same in another spelling, or at most `limit` mistakes away. */
export function nearestName(name: string, known: Iterable<string>, limit: number): string | undefined {
  const folded = foldName(name);
  let nearest: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const mistakes = distance(folded, foldName(candidate));
    if (mistakes >= least) continue;
    least = mistakes;
    nearest = candidate;
  }
  return nearest;
}

/** How many letters were changed, lost, added, or swapped with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity;
      row.push(Math.min(changed, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    before = last;
    last = row;
  }
  return at(last, b.length);
}
const at = (row: readonly number[], j: number): number => row[j] ?? Infinity;

function words(list: readonly string[], last: string): string {
  return list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} ${last} ${list.at(-1)}`;
}

/** A value in a sentence: short, and whatever it is. Secrets stand in options: text is shown where it is short only. */
export function shown(value: unknown): string {
  if (typeof value === "string")
    return value.length <= 40 ? JSON.stringify(value) : `text of ${value.length} characters`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || value === null) return String(value);
  const { constructor } = value;
  return typeof constructor === "function" && constructor !== Object && constructor.name !== ""
    ? `an object of ${constructor.name}`
    : "an object";
}
