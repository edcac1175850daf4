/**
 * Translations in Tornado's own format: one CSV file for each locale, in each row a message, its translation and perhaps `plural` or
 * `singular`. The message of a plural row is the plural message. No contexts, and no more than two forms.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loggers } from "../log.ts";
import { strip } from "../escape/text.ts";
import { decodeWithMark, parseCsv } from "./csv.ts";
import { Locale, countOf } from "./locale.ts";

/** Which count a translation is for; `unknown` where none is given. */
export type PluralIndicator = "plural" | "singular" | "unknown";

/** Translations by message, for each indicator. */
export type CsvTranslations = { readonly [indicator in PluralIndicator]?: ReadonlyMap<string, string> };

export class CSVLocale extends Locale {
  readonly translations: CsvTranslations;
  #hasWarned = false;

  constructor(code: string, translations: CsvTranslations) {
    super(code);
    this.translations = translations;
  }

  override translate(message: string, pluralMessage?: string, count?: number): string {
    if (pluralMessage === undefined) return this.translations.unknown?.get(message) ?? message;
    if (countOf(count) === 1) return this.translations.singular?.get(message) ?? message;
    return this.translations.plural?.get(pluralMessage) ?? pluralMessage;
  }

  /** As `translate`: there are no contexts in CSV files, of which the log tells once (in Tornado each time). */
  override pgettext(_context: string, message: string, pluralMessage?: string, count?: number): string {
    if (!this.#hasWarned && Object.keys(this.translations).length > 0) {
      this.#hasWarned = true;
      loggers.general.warn(`Translations of ${this.code} are in CSV files, which have no contexts for pgettext`);
    }
    return this.translate(message, pluralMessage, count);
  }
}

/** The translations of all files `xx.csv` and `xx_YY.csv` of a directory, by locale; other `.csv` files are skipped with a record in the log. */
export function readCsvTranslations(directory: string, encoding?: string): Map<string, CsvTranslations> {
  const found = new Map<string, CsvTranslations>();
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith(".csv")) continue;
    const code = file.slice(0, -".csv".length);
    const path = join(directory, file);
    if (/^[a-z]+(?:_[A-Z]+)?$/.test(code)) {
      found.set(code, translationsOf(decodeWithMark(readFileSync(path), encoding), path));
    } else {
      loggers.general.error(`Unrecognized locale ${JSON.stringify(code)} (path: ${path})`);
    }
  }
  return found;
}

function translationsOf(text: string, path: string): CsvTranslations {
  const translations: { [indicator in PluralIndicator]?: Map<string, string> } = {};
  for (const { cells, line } of parseCsv(text)) {
    const [message, translation, given = ""] = cells.map(strip);
    if (message === undefined || translation === undefined) continue;
    const indicator = given === "" ? "unknown" : given;
    if (indicator === "plural" || indicator === "singular" || indicator === "unknown") {
      (translations[indicator] ??= new Map()).set(message, translation);
    } else {
      loggers.general.error(`Unrecognized plural indicator ${JSON.stringify(indicator)} in ${path} line ${line}`);
    }
  }
  return translations;
}
