/**
 * The locales of the process: their translations, read at its start, and which of them a code or a browser gets. Loading again
 * replaces all of it (in Tornado locales that were in use keep their old translations).
 */
import { UsageError } from "../errors.ts";
import { parsePreferences } from "../http/message/accept.ts";
import { loggers } from "../log.ts";
import { closestOf, tagsOf } from "./closest.ts";
import { CSVLocale, readCsvTranslations } from "./csv-locale.ts";
import { gettextLocale, readCatalogues } from "./gettext-locale.ts";
import type { Locale } from "./locale.ts";

let defaultCode = "en_US";
/** The translated locales; the default locale need not be one of them. */
let translated: ReadonlySet<string> = new Set();
let createLocale: (code: string) => Locale = (code) => new CSVLocale(code, {});
/** The supported locales as `closestOf` needs them; made when first needed. */
let supportedTags: ReadonlyMap<string, string> | undefined;
/** Made when first asked for. */
const locales = new Map<string, Locale>();

function replaceTranslations(codes: Iterable<string>, create: (code: string) => Locale): void {
  translated = new Set(codes);
  createLocale = create;
  supportedTags = undefined;
  locales.clear();
  loggers.general.debug(`Supported locales: ${[...getSupportedLocales()].sort().join(", ")}`);
}

/** Sets the locale whose language the source is written in, which needs no translations; `en_US` unless set. */
export function setDefaultLocale(code: string): void {
  if (code === "") throw new UsageError("ERR_LANDSPOUT_LOCALE", "The default locale has no code");
  defaultCode = code;
  supportedTags = undefined;
}

/** The codes of all locales that have translations, and of the default locale. */
export function getSupportedLocales(): ReadonlySet<string> {
  return new Set([...translated, defaultCode]);
}

/**
 * Loads the translations of a directory: files `es.csv` or `es_GT.csv` of rows `message,translation[,plural|singular|unknown]`. The
 * encoding is that of `TextDecoder`; without one a byte order mark tells each file's, else it is UTF-8 (Tornado takes that of the
 * first file for all). Reads synchronously: to be called at the start.
 *
 * @throws LandspoutError on a file that is not in its encoding
 * @example
 * "I love you","Te amo"
 * "%(name)s liked this","A %(name)s les gustó esto","plural"
 * "%(name)s liked this","A %(name)s le gustó esto","singular"
 */
export function loadTranslations(directory: string, encoding?: string): void {
  const translations = readCsvTranslations(directory, encoding);
  replaceTranslations(translations.keys(), (code) => new CSVLocale(code, translations.get(code) ?? {}));
}

/**
 * Loads the translations of a tree as gettext has it: `<directory>/<locale>/LC_MESSAGES/<domain>.mo`. A catalogue that cannot be read
 * is told of in the log and left out. Reads synchronously: to be called at the start.
 *
 * @example
 * // xgettext --language=JavaScript --keyword=translate --keyword=translate:1,2 --keyword=pgettext:1c,2,3 -o shop.pot *.js
 * // msgfmt --check es/shop.po -o locale/es/LC_MESSAGES/shop.mo
 * loadGettextTranslations("locale", "shop");
 */
export function loadGettextTranslations(directory: string, domain: string): void {
  const catalogues = readCatalogues(directory, domain);
  replaceTranslations(catalogues.keys(), (code) =>
    catalogues.has(code) ? gettextLocale(code, catalogues) : new CSVLocale(code, {}),
  );
}

/**
 * The locale that comes closest to the first of the codes that any comes close to, else the default one: `es_LA` finds itself or `es`.
 * Case does not matter, nor whether it is `-` or `_`.
 */
export function get(...codes: readonly (string | null | undefined)[]): Locale {
  supportedTags ??= tagsOf(getSupportedLocales());
  const code = closestOf(codes, supportedTags) ?? defaultCode;
  let locale = locales.get(code);
  if (locale === undefined) locales.set(code, (locale = createLocale(code)));
  return locale;
}

/**
 * The locale for a browser, by the languages in its `Accept-Language` field (RFC 9110 §12.5.4) in the order of their weights. Without any,
 * the one closest to `fallback`; if none is close to what it asks for, the default one.
 */
export function closestLocale(acceptLanguage: string | undefined, fallback?: string): Locale {
  const wanted = parsePreferences(acceptLanguage ?? "").filter(({ weight }) => weight > 0);
  if (wanted.length === 0) return get(fallback);
  return get(...wanted.sort((one, other) => other.weight - one.weight).map(({ name }) => name));
}
