/**
 * `landspout/locale`: translations from CSV files or gettext catalogues, and dates, lists and numbers in the words of a language, after
 * `tornado.locale`.
 */
export { CSVLocale } from "./csv-locale.ts";
export type { CsvTranslations, PluralIndicator } from "./csv-locale.ts";
export { GettextLocale } from "./gettext-locale.ts";
export { Locale } from "./locale.ts";
export type { FormatDateOptions, FormatDayOptions } from "./locale.ts";
export { Catalogue } from "./mo-file.ts";
export { LOCALE_NAMES } from "./names.ts";
export type { LocaleName } from "./names.ts";
export { interpolate } from "./placeholders.ts";
export type { PlaceholderValues } from "./placeholders.ts";
export {
  closestLocale,
  get,
  getSupportedLocales,
  loadGettextTranslations,
  loadTranslations,
  setDefaultLocale,
} from "./registry.ts";
