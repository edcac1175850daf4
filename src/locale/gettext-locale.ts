/**
 * Translations of GNU gettext: a compiled catalogue for each locale, with as many plural forms as its language has, and contexts.
 * A message that `pt_BR` lacks is looked for in `pt`, as gettext does; not the other way round (Python takes `fr` for `fr_FR` first).
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loggers } from "../log.ts";
import { Locale, countOf } from "./locale.ts";
import { Catalogue } from "./mo-file.ts";

/** Stands between a context and its message in a catalogue. */
const CONTEXT_SEPARATOR = "\x04";

export class GettextLocale extends Locale {
  readonly #catalogues: readonly Catalogue[];

  /** The first catalogue that has a message translates it. */
  constructor(code: string, ...catalogues: readonly Catalogue[]) {
    super(code);
    this.#catalogues = catalogues;
  }

  override translate(message: string, pluralMessage?: string, count?: number): string {
    if (pluralMessage === undefined) return this.#find(message) ?? message;
    const given = countOf(count);
    return this.#findPlural(message, given) ?? (given === 1 ? message : pluralMessage);
  }

  /** Without a translation in the context: the message; with a plural message, its translation outside of any context, as in Tornado. */
  override pgettext(context: string, message: string, pluralMessage?: string, count?: number): string {
    const inContext = context + CONTEXT_SEPARATOR + message;
    if (pluralMessage === undefined) return this.#find(inContext) ?? message;
    return this.#findPlural(inContext, countOf(count)) ?? this.translate(message, pluralMessage, count);
  }

  #find(message: string): string | undefined {
    for (const catalogue of this.#catalogues) {
      const translation = catalogue.find(message);
      if (translation !== undefined) return translation;
    }
    return undefined;
  }

  #findPlural(message: string, count: number): string | undefined {
    for (const catalogue of this.#catalogues) {
      const translation = catalogue.findPlural(message, count);
      if (translation !== undefined) return translation;
    }
    return undefined;
  }
}

/** The catalogues `xx/LC_MESSAGES/<domain>.mo` of a directory, by locale; those that cannot be read are skipped with a record in the log. */
export function readCatalogues(directory: string, domain: string): Map<string, Catalogue> {
  const found = new Map<string, Catalogue>();
  for (const code of readdirSync(directory).sort()) {
    const path = join(directory, code, "LC_MESSAGES", `${domain}.mo`);
    if (code.startsWith(".") || !existsSync(path)) continue;
    try {
      found.set(code, new Catalogue(readFileSync(path)));
    } catch (error) {
      loggers.general.error(`Cannot load translation for ${JSON.stringify(code)} (path: ${path}): ${String(error)}`);
    }
  }
  return found;
}

/** The locale of a catalogue, with that of its language alone behind it. */
export function gettextLocale(code: string, catalogues: ReadonlyMap<string, Catalogue>): GettextLocale {
  const language = code.split(/[_@.]/, 1)[0] ?? code;
  const chain = [...new Set([catalogues.get(code), catalogues.get(language)])];
  return new GettextLocale(code, ...chain.filter((catalogue) => catalogue !== undefined));
}
