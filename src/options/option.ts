/** One option: what it was defined as, its value, and how text becomes a value. Knows nothing of where the text was written. */
import { checkOptions, anything, callable, flag, shown, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { isPromiseLike, logFailure, watch } from "../user-code.ts";
import { OptionsError } from "./errors.ts";
import { commandLineName } from "./names.ts";
import { isBare, isType, ruleOf, typeOf } from "./types.ts";
import type { OptionType, TypeRule, ValueOf } from "./types.ts";

/** How an option is defined (the arguments of Tornado's `define`). */
export interface OptionSpec {
  /** The value while nothing sets another. Default: none; with `multiple` an empty list. */
  readonly default?: unknown;
  /** Default: the type of `default`, where a whole number stands for `"int"`; without a default `String`. */
  readonly type?: OptionType;
  /** A sentence for `--help`. */
  readonly help?: string;
  /** Stands for the value in the help. Default: a word for the type. */
  readonly metavar?: string;
  /** The value is a list; its text has commas in between, and of whole numbers ranges such as `1:5`, both ends included. Default false. */
  readonly multiple?: boolean;
  /** A heading of the help, and the name for `groupDict`. Default "". */
  readonly group?: string;
  /** Neither the help nor an error shows a value. Default false. */
  readonly secret?: boolean;
  /** Called with each value that is parsed or set. What it throws goes to the caller of `parseCommandLine` and the like. */
  readonly callback?: (value: never) => void;
}

/** The type of an option's value by its definition. Without a default it may be undefined. */
export type OptionValue<S extends OptionSpec> = S extends { readonly multiple: true }
  ? S extends { readonly type: infer T }
    ? ValueOf<T>[]
    : S extends { readonly default: readonly (infer Item)[] }
      ? Widened<Item>[]
      : string[]
  : S extends { readonly default: infer D extends NonNullable<unknown> }
    ? S extends { readonly type: infer T }
      ? ValueOf<T>
      : Widened<D>
    : S extends { readonly type: infer T }
      ? ValueOf<T> | undefined
      : string | undefined;

/** `8888` as a default speaks for numbers. */
type Widened<T> = T extends number
  ? number
  : T extends string
    ? string
    : T extends boolean
      ? boolean
      : T extends bigint
        ? bigint
        : T;

/** Values a list may have: a range such as `1:1000000000` would fill the memory. */
export const MAX_OPTION_VALUES: number = 100_000;

const typeRule = (value: unknown): string | undefined =>
  isType(value) ? undefined : 'String, Number, Boolean, Date, BigInt, Duration, "int" or a function from text';

const SPEC: OptionTable<OptionSpec> = {
  default: anything,
  type: typeRule,
  help: text,
  metavar: text,
  multiple: flag,
  group: text,
  secret: flag,
  callback: callable,
};

/** An option that is defined. `value` reads and sets it. */
export class Option<V = unknown> {
  /** As it was defined. */
  readonly name: string;
  readonly help: string;
  readonly group: string;
  readonly multiple: boolean;
  readonly secret: boolean;
  readonly default: V;
  /** Stands for the value in the help. */
  readonly metavar: string;
  readonly isFlag: boolean;
  readonly rule: TypeRule;
  readonly #type: OptionType;
  readonly #callback: ((value: never) => unknown) | undefined;
  #value: V;

  /** @throws UsageError on a definition that cannot be meant. */
  constructor(name: string, spec: OptionSpec) {
    checkOptions(`define(${JSON.stringify(name)})`, spec, SPEC);
    this.name = name;
    this.multiple = spec.multiple ?? false;
    const initial = spec.default ?? undefined;
    if (this.multiple && initial !== undefined && !Array.isArray(initial))
      throw new OptionsError(`the default of --${commandLineName(name)} must be a list: it is multiple`, name);
    const example: unknown = this.multiple ? (initial as unknown[] | undefined)?.[0] : initial;
    this.#type = spec.type ?? typeOf(example) ?? String;
    this.rule = ruleOf(this.#type);
    this.isFlag = this.#type === Boolean && !this.multiple;
    this.help = spec.help ?? "";
    this.metavar = spec.metavar ?? this.rule.metavar;
    this.group = spec.group ?? "";
    this.secret = spec.secret ?? false;
    this.#callback = spec.callback;
    if (initial !== undefined) this.check(initial);
    this.default = (initial ?? (this.multiple ? [] : undefined)) as V;
    this.#value = this.default;
  }

  get value(): V {
    return this.#value;
  }
  /** @throws OptionsError on a value that is not of the type: text is not parsed here. */
  set value(value: V) {
    this.check(value);
    this.change(value);
  }

  /** @throws OptionsError on a value that is not of the type. Undefined and null are none. */
  check(value: unknown): void {
    if (value === undefined || value === null) return;
    if (!this.multiple) {
      if (!this.rule.accepts(value)) throw this.#wrong(value, this.rule.must);
    } else if (!Array.isArray(value) || !value.every((item) => this.rule.accepts(item)))
      throw this.#wrong(value, `a list, each item ${this.rule.must}`);
  }

  /** Sets a value that was checked or read, and calls the callback. */
  change(value: V): void {
    this.#value = (value ?? (this.multiple ? [] : undefined)) as V;
    const result: unknown = this.#callback?.(this.#value as never);
    watch(result, (error) => logFailure(`the callback of the option ${this.name}`, error));
  }

  /** The value that a text stands for. @throws OptionsError on a text that is not of the type. */
  read(written: string): V {
    if (!this.multiple) return this.#readOne(written) as V;
    const values: unknown[] = [];
    for (const item of written === "" ? [] : written.split(",")) {
      const range = this.#type === "int" ? /^([^:]+):([^:]+)$/.exec(item) : null;
      if (range === null) values.push(this.#readOne(item));
      else this.#readRange(range[1] as string, range[2] as string, values);
      if (values.length > MAX_OPTION_VALUES) throw this.#wrong(written, `at most ${MAX_OPTION_VALUES} values`);
    }
    return values as V;
  }

  #readRange(from: string, to: string, values: unknown[]): void {
    const first = this.#readOne(from) as number;
    const last = this.#readOne(to) as number;
    if (last < first) throw this.#wrong(`${from}:${to}`, "ranges from a smaller number to a larger one");
    if (last - first >= MAX_OPTION_VALUES) throw this.#wrong(`${from}:${to}`, `at most ${MAX_OPTION_VALUES} values`);
    for (let value = first; value <= last; value++) values.push(value);
  }

  #readOne(written: string): unknown {
    let value: unknown;
    try {
      value = this.rule.read(written);
    } catch (cause) {
      if (isBare(cause)) throw this.#wrong(written, this.rule.must);
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = this.secret ? "its value is not accepted" : `${shown(written)} is not accepted: ${why}`;
      throw new OptionsError(
        `--${commandLineName(this.name)}: ${message}`,
        this.name,
        this.secret ? undefined : { cause },
      );
    }
    if (!isPromiseLike(value)) return value;
    watch(value, () => undefined);
    throw new OptionsError(`--${commandLineName(this.name)}: its type must not return a promise`, this.name);
  }

  #wrong(value: unknown, must: string): OptionsError {
    const not = this.secret ? "" : `, not ${shown(value)}`;
    return new OptionsError(`--${commandLineName(this.name)} must be ${must}${not}`, this.name);
  }
}
