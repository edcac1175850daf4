/** What an option's text can become: the types, how each is read, and how a value that a program sets is checked. */
import type { Duration as DurationParts } from "../async/duration.ts";
import { durationSeconds } from "../async/duration.ts";
import { parseDate } from "./dates.ts";

/** A length of time; see `landspout/ioloop`. */
export type Duration = DurationParts;
/** The type of options such as `1h 30m`, which becomes `{ seconds: 5400 }`: Tornado's `timedelta`. */
export const Duration = "duration" as const;

/** A function from text, or a class that is made from text, such as `URL`. What it throws is what is wrong with the text. */
export type CustomType = ((text: string) => unknown) | (new (text: string) => unknown);

/** `String`, `Number`, `Boolean`, `Date`, `BigInt`, whole numbers, lengths of time, or a type of the program's own. */
export type OptionType =
  | StringConstructor
  | NumberConstructor
  | BooleanConstructor
  | DateConstructor
  | BigIntConstructor
  | "int"
  | "duration"
  | CustomType;

/** The type of the values of an option. */
export type ValueOf<T> = T extends "int"
  ? number
  : T extends "duration"
    ? DurationParts
    : T extends StringConstructor
      ? string
      : T extends NumberConstructor
        ? number
        : T extends BooleanConstructor
          ? boolean
          : T extends DateConstructor
            ? Date
            : T extends BigIntConstructor
              ? bigint
              : T extends new (text: string) => infer Made
                ? Made
                : T extends (text: string) => infer Result
                  ? Result
                  : never;

/** How values of one type are read and checked. `read` throws an Error whose message follows "must be". */
export interface TypeRule {
  /** Stands in the help for the value. */
  readonly metavar: string;
  /** Begins the values that follow a name as an argument of their own, although they begin with a dash. */
  readonly takesNegative: boolean;
  read(text: string): unknown;
  /** Whether a value that a program sets is of the type. */
  accepts(value: unknown): boolean;
  /** Follows "must be". */
  readonly must: string;
}

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;
const INFINITE = /^([-+]?)inf(?:inity)?$/i;
const WHOLE = /^[-+]?\d+$/;

class Wrong extends Error {}

const INT: TypeRule = {
  metavar: "INT",
  takesNegative: true,
  must: "a whole number",
  accepts: (value) => Number.isSafeInteger(value),
  read(text) {
    const value = Number(text);
    if (!WHOLE.test(text.trim()) || !Number.isSafeInteger(value)) throw new Wrong();
    return value;
  },
};

const FLOAT: TypeRule = {
  metavar: "NUMBER",
  takesNegative: true,
  must: "a number",
  accepts: (value) => typeof value === "number" && !Number.isNaN(value),
  read(text) {
    const infinite = INFINITE.exec(text.trim());
    if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
    const value = Number(text);
    if (!NUMBER.test(text.trim()) || !Number.isFinite(value)) throw new Wrong();
    return value;
  },
};

const BIG: TypeRule = {
  metavar: "INT",
  takesNegative: true,
  must: "a whole number",
  accepts: (value) => typeof value === "bigint",
  read(text) {
    if (!WHOLE.test(text.trim())) throw new Wrong();
    return BigInt(text.trim().replace(/^\+/, ""));
  },
};

const TRUE = new Set(["true", "t", "1", "yes", "y", "on"]);
/** Tornado has the first three, and takes the others for true. */
const FALSE = new Set(["false", "f", "0", "no", "n", "off"]);

const FLAG: TypeRule = {
  metavar: "true|false",
  takesNegative: false,
  must: "true or false",
  accepts: (value) => typeof value === "boolean",
  read(text) {
    const word = text.trim().toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
    throw new Wrong();
  },
};

const TEXT: TypeRule = {
  metavar: "TEXT",
  takesNegative: false,
  must: "text",
  accepts: (value) => typeof value === "string",
  read: (text) => text,
};

const DATE: TypeRule = {
  metavar: "DATE",
  takesNegative: false,
  must: "a date and time such as 2026-12-31 or 2026-12-31 23:59:59",
  accepts: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  read(text) {
    const date = parseDate(text);
    if (date === undefined) throw new Wrong();
    return date;
  },
};

const LENGTH: TypeRule = {
  metavar: "DURATION",
  takesNegative: true,
  must: "a length of time such as 90s or 1h 30m",
  accepts(value) {
    try {
      return typeof value === "object" && value !== null && durationSeconds(value) === durationSeconds(value);
    } catch {
      return false;
    }
  },
  read: (text) => ({ seconds: readSeconds(text) }),
};

/** Microseconds in a unit, so that milliseconds add up without fractions. */
const UNITS: { readonly [name: string]: number } = {
  us: 1,
  microseconds: 1,
  ms: 1_000,
  milliseconds: 1_000,
  s: 1_000_000,
  sec: 1_000_000,
  seconds: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  minutes: 60_000_000,
  h: 3_600_000_000,
  hours: 3_600_000_000,
  d: 86_400_000_000,
  days: 86_400_000_000,
  w: 604_800_000_000,
  weeks: 604_800_000_000,
};

/** Numbers with units, as Tornado's: without a unit it is seconds. */
function readSeconds(text: string): number {
  const part = /\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+))\s*([a-z]*)\s*/giy;
  let microseconds = 0;
  if (text.trim() === "") throw new Wrong();
  while (part.lastIndex < text.length) {
    const [, number = "", name = ""] = part.exec(text) ?? [];
    const unit = name === "" ? UNITS["s"] : Object.hasOwn(UNITS, name.toLowerCase()) && UNITS[name.toLowerCase()];
    if (number === "" || typeof unit !== "number") throw new Wrong();
    microseconds += Number(number) * unit;
  }
  if (!Number.isFinite(microseconds)) throw new Wrong();
  return microseconds / 1_000_000;
}

/** The rules of a type. `type` was checked by `isType`. */
export function ruleOf(type: OptionType): TypeRule {
  switch (type) {
    case String:
      return TEXT;
    case Number:
      return FLOAT;
    case "int":
      return INT;
    case Boolean:
      return FLAG;
    case Date:
      return DATE;
    case BigInt:
      return BIG;
    case "duration":
      return LENGTH;
    default:
      return customRule(type as CustomType);
  }
}

/** Whether a value is a type. */
export const isType = (type: unknown): type is OptionType =>
  typeof type === "function" || type === "int" || type === "duration";

/** The type that a default speaks for, as in Tornado: a whole number for "int". */
export function typeOf(value: unknown): OptionType | undefined {
  if (typeof value === "string") return String;
  if (typeof value === "number") return Number.isSafeInteger(value) ? "int" : Number;
  if (typeof value === "boolean") return Boolean;
  if (typeof value === "bigint") return BigInt;
  if (value instanceof Date) return Date;
  return LENGTH.accepts(value) ? "duration" : undefined;
}

/** A class has members on its prototype, or says so; the runtime's own classes say they are functions. */
function isClass(type: CustomType): type is new (text: string) => unknown {
  const prototype: unknown = type.prototype;
  if (typeof prototype !== "object" || prototype === null) return false;
  return Reflect.ownKeys(prototype).length > 1 || /^class\b/.test(Function.prototype.toString.call(type));
}

function customRule(type: CustomType): TypeRule {
  const made = isClass(type) ? type : undefined;
  return {
    metavar: "VALUE",
    takesNegative: false,
    must: type.name === "" ? "a value of its type" : `a value of the type ${type.name}`,
    read: made === undefined ? (type as (text: string) => unknown) : (text) => new made(text),
    accepts: (value) => made === undefined || value instanceof made,
  };
}

/** Whether an error says no more than that the value is wrong: the rule's `must` says the rest. */
export const isBare = (error: unknown): boolean => error instanceof Wrong;
