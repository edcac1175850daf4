/** `Template`: one template, compiled once to a function (Tornado's `template.Template`). */
import { ParseError } from "./errors.ts";
import { jsonEncode, linkify, squeeze, urlEscape, xhtmlEscape } from "../escape/index.ts";
import { anything, checkOptions, either, object, oneOf, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import type { TemplatePosition } from "./errors.ts";
import { generate } from "./generator.ts";
import type { Generated, TemplateSource } from "./generator.ts";
import type { TemplateFile } from "./nodes.ts";
import { parseTemplate } from "./parser.ts";
import { makeRuntime } from "./runtime.ts";
import type { Namespace, Runtime, TemplateFunction } from "./runtime.ts";
import { checkWhitespaceMode, defaultWhitespace } from "./whitespace.ts";
import type { WhitespaceMode } from "./whitespace.ts";

export interface TemplateOptions {
  /** Shown in errors, and decides on white space by its ending. Default `<string>`. */
  name?: string;
  /** Name of the function that escapes what `{{ }}` writes, null for none. Default `xhtml_escape`. */
  autoescape?: string | null;
  whitespace?: WhitespaceMode;
  /** Names every use finds besides those it is given. */
  namespace?: Namespace;
  /** What `{% import %}` finds, by name. */
  imports?: Namespace;
  /** Finds templates that this one extends or includes. */
  source?: TemplateSource;
}

export const TEMPLATE_OPTIONS: OptionTable<TemplateOptions> = {
  name: text,
  autoescape: either("the name of a function, or null", text, oneOf(null)),
  // Its own check names the modes.
  whitespace: anything,
  namespace: object,
  imports: object,
  source: object,
};

/** A template compiled ahead of time; see precompile.ts. */
export interface Precompiled {
  readonly name: string;
  readonly run: TemplateFunction;
  readonly positions: readonly TemplatePosition[];
}

/**
 * @example
 * new Template("Hello {{ name }}").generate({ name: "<you>" })   // "Hello &lt;you&gt;"
 * @throws ParseError on what cannot be understood.
 */
export class Template {
  readonly name: string;
  readonly #run: TemplateFunction;
  readonly #runtime: Runtime;
  readonly #namespace: Namespace;

  /** @param source Its text; or what it was compiled to ahead of time. */
  constructor(source: string | TemplateFile | Precompiled, options: TemplateOptions = {}) {
    checkOptions("Template", options, TEMPLATE_OPTIONS);
    this.#namespace = options.namespace ?? {};
    const { imports = {} } = options;
    if (typeof source === "object" && "run" in source) {
      this.name = source.name;
      this.#run = source.run;
      this.#runtime = makeRuntime(source.positions, imports);
      return;
    }
    const { name = "<string>", autoescape = "xhtml_escape" } = options;
    const file = typeof source === "string" ? readTemplate(source, name, options.whitespace) : source;
    this.name = file.name;
    const generated = generate(file, options.source, autoescape);
    this.#run = compile(generated);
    this.#runtime = makeRuntime(generated.positions, imports);
  }

  /** The text it makes of some values. Exceptions carry the template's own line on top of their stack. */
  generate(values: Namespace = {}): string {
    return this.#run(withNames(this.#namespace, values), this.#runtime);
  }
}

/** What every template finds, in Tornado's spelling and in ours. */
const USUAL_NAMES: Namespace = {
  escape: xhtmlEscape,
  xhtml_escape: xhtmlEscape,
  xhtmlEscape,
  url_escape: urlEscape,
  urlEscape,
  json_encode: jsonEncode,
  jsonEncode,
  squeeze,
  linkify,
};

/** The names a template finds: those given, then those every template has. No name of `Object.prototype` is among them. */
function withNames(usual: Namespace, values: Namespace): Namespace {
  const names = Object.create(null) as { [name: string]: unknown };
  return Object.assign(names, USUAL_NAMES, usual, values);
}

/** A template read and not yet put together with others. */
export function readTemplate(source: string, name: string, whitespace: WhitespaceMode | undefined): TemplateFile {
  return parseTemplate(
    source,
    name,
    whitespace === undefined ? defaultWhitespace(name) : checkWhitespaceMode(whitespace),
  );
}

function compile(generated: Generated): TemplateFunction {
  try {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval
    return new Function("$n", "$r", generated.code) as TemplateFunction;
  } catch (error) {
    if (error instanceof SyntaxError) throw blame(generated, error);
    throw error;
  }
}

/** Why the engine does not take a piece of code, or "". */
function refusal(code: string): string {
  try {
    // oxlint-disable-next-line no-new, no-new-func, typescript/no-implied-eval
    new Function(`"use strict"; ${code}`);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Which piece of code it is that the engine does not take. */
function blame({ fragments, positions }: Generated, error: SyntaxError): Error {
  for (const { code, source, position } of fragments) {
    const reason = refusal(`return (${code}\n);`);
    if (reason === "" || refusal(`for (${code}) {}`) === "") continue;
    // The engine has read what was made of the template: what it quotes may be none of the template's words.
    const quoted = [...reason.matchAll(/'([^']*)'/g)].map(([, text = ""]) => text);
    const why = quoted.length > 0 && quoted.every((text) => source.includes(text)) ? `: ${reason}` : "";
    return new ParseError(`cannot understand ${JSON.stringify(source)}${why}`, position.name, position.line, error);
  }
  const { name, line } = positions[0] ?? { name: "<string>", line: 1 };
  return new ParseError(error.message, name, line, error);
}
