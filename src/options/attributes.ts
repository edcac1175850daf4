/** Options as properties, as Tornado's `options.port`. */
import { unknownName } from "./names.ts";
import type { OptionParser } from "./parser.ts";

/** A parser whose options are properties, too. */
// oxlint-disable-next-line typescript/no-explicit-any -- The type of an option is not known here: `defineAll` has it.
export type Options = OptionParser & { [name: string]: any };

/** What promises, JSON and test runners look for on every object. */
const PROBED = /^(?:then|toJSON|asymmetricMatch|nodeType|tagName|\$\$.*|@@.*|_.*)$/;

/**
 * Gives a parser its options as properties, in any spelling.
 *
 * Reading or setting a property that is neither an option nor a method throws an OptionsError.
 */
export function withAttributes(parser: OptionParser): Options {
  const methods = new Map<string | symbol, unknown>();
  /** Methods have private members: they run on the parser itself. */
  const member = (name: string | symbol): unknown => {
    const value: unknown = Reflect.get(parser, name);
    if (typeof value !== "function" || name === "constructor") return value;
    if (!methods.has(name)) methods.set(name, value.bind(parser));
    return methods.get(name);
  };
  return new Proxy(parser, {
    get(_parser, name) {
      if (typeof name === "symbol" || name in parser) return member(name);
      if (parser.has(name)) return parser.get(name);
      if (PROBED.test(name)) return undefined;
      throw unknownName(name, [...parser], "options: ");
    },
    set(_parser, name, value: unknown) {
      if (typeof name === "symbol" || name in parser) return false;
      parser.set(name, value);
      return true;
    },
    has: (_parser, name) => name in parser || (typeof name === "string" && parser.has(name)),
    deleteProperty: () => false,
    defineProperty: () => false,
  }) as Options;
}
