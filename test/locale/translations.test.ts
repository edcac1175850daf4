/** Translations from CSV files and gettext catalogues, with Tornado's results. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  CSVLocale,
  Catalogue,
  GettextLocale,
  get,
  getSupportedLocales,
  loadGettextTranslations,
  loadTranslations,
  setDefaultLocale,
} from "../../src/locale/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { fixture, vectors } from "./_tornado.ts";
import type { Message } from "./_tornado.ts";

const test = suite("locale: translations");

const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

function assertTranslated({ code, context, message, plural, count, text }: Readonly<Message>): void {
  const locale = get(code);
  const made =
    context === undefined ? locale.translate(message, plural, count) : locale.pgettext(context, message, plural, count);
  assert.is(made, text, JSON.stringify({ code, context, message, plural, count }));
}

test("CSV files translate as Tornado's, each in its own encoding", () => {
  loadTranslations(fixture("csv"));
  assert.equal([...getSupportedLocales()].sort(), ["cs_CZ", "en_US", "es", "fr_FR", "sk", "sl"]);
  for (const row of vectors.csv) assertTranslated(row);
  assert.instance(get("es"), CSVLocale);
});

test("CSV files may be in an encoding that is told", () => {
  for (const row of vectors.encodedCsv) {
    loadTranslations(fixture(row.folder), row.encoding);
    assertTranslated(row);
  }
  assert.throws(() => loadTranslations(fixture("csv-windows-1250")), coded("ERR_LANDSPOUT_ENCODING"));
  assert.throws(() => loadTranslations(fixture("csv"), "no-such"), coded("ERR_LANDSPOUT_ENCODING_UNKNOWN"));
});

test("files and rows that cannot be understood are skipped and logged", () => {
  const names = expectLog(/^Unrecognized locale "(?:German|de\.de|de-DE|)" \(path: /, { level: "error" });
  const rows = expectLog(/^Unrecognized plural indicator "(?:plurale|both)" in .*de_DE\.csv line (?:1|3)$/, {
    level: "error",
  });
  loadTranslations(fixture("csv-bad"));
  assert.is(names.records.length, 4);
  assert.is(rows.records.length, 2);
  assert.equal([...getSupportedLocales()].sort(), ["de_DE", "en_US"]);
  assert.is(get("de_DE").translate("school"), "Schule");
});

test("a folder that is not there is an error", () => {
  assert.throws(() => loadTranslations(fixture("nowhere")), coded("ENOENT"));
  assert.throws(() => loadGettextTranslations(fixture("nowhere"), "landspout"), coded("ENOENT"));
});

test("CSV files have no contexts, which is logged once", () => {
  loadTranslations(fixture("csv"));
  const warnings = expectLog("no contexts", { level: "warn" });
  assert.is(get("fr_FR").pgettext("law", "school"), "école");
  assert.is(get("fr_FR").pgettext("law", "1 minute ago", "%(minutes)d minutes ago", 1), "il y a 1 minute");
  assert.is(get("en_US").pgettext("law", "school"), "school");
  assert.is(warnings.records.length, 1);
});

test("catalogues translate as Tornado's: plural forms, contexts, encodings, both byte orders", () => {
  loadGettextTranslations(fixture("gettext"), "landspout");
  assert.equal([...getSupportedLocales()].sort(), ["ar", "de", "en_US", "fr", "fr_FR", "it", "ja", "pl", "ru"]);
  for (const row of vectors.gettext) assertTranslated(row);
  assert.instance(get("fr"), GettextLocale);
});

test("a language has its own catalogue first and only, one of a region that of its language behind it", () => {
  loadGettextTranslations(fixture("gettext"), "landspout");
  assert.is(get("fr").translate("school"), "école (fr)");
  assert.is(get("fr").translate("not translated"), "not translated");
  assert.is(get("fr").pgettext("law", "right"), "right");
  assert.is(get("fr_FR").translate("school"), "école");
  assert.is(get("fr_FR").pgettext("law", "only in fr"), "seulement en fr, droit");
});

test("a message that has plural forms is found without a count too, and the header never", () => {
  loadGettextTranslations(fixture("gettext"), "landspout");
  assert.is(get("de").translate("%(days)d day"), "%(days)d Tag");
  assert.is(get("de").translate(""), "");
});

test("a plural message needs its count", () => {
  loadGettextTranslations(fixture("gettext"), "landspout");
  for (const locale of [get("fr"), new CSVLocale("fr", {})]) {
    assert.throws(() => locale.translate("one", "many"), coded("ERR_LANDSPOUT_PLURAL_COUNT"));
    assert.throws(() => locale.pgettext("there", "one", "many"), coded("ERR_LANDSPOUT_PLURAL_COUNT"));
  }
});

test("another domain has other catalogues", () => {
  loadGettextTranslations(fixture("gettext"), "other");
  assert.equal([...getSupportedLocales()], ["en_US"]);
  assert.is(get("fr").translate("school"), "school");
});

test("loading again replaces what was there", () => {
  loadGettextTranslations(fixture("gettext"), "landspout");
  const before = get("fr_FR");
  assert.is(before, get("fr_FR"));
  loadTranslations(fixture("csv"));
  assert.is.not(before, get("fr_FR"));
  assert.is(get("fr_FR").translate("July"), "juillet");
});

test("the default locale needs no translations", () => {
  loadTranslations(fixture("csv"));
  setDefaultLocale("de_DE");
  assert.ok(getSupportedLocales().has("de_DE"));
  assert.not.ok(getSupportedLocales().has("en_US"));
  assert.is(get("xx").code, "de_DE");
  assert.is(get("de_DE").translate("Schule"), "Schule");
  setDefaultLocale("es");
  assert.is(get("xx").translate("school"), "escuela");
  setDefaultLocale("en_US");
  assert.throws(() => setDefaultLocale(""), coded("ERR_LANDSPOUT_LOCALE"));
});

const catalogueFile = (language: string): Uint8Array =>
  readFileSync(join(fixture("gettext"), language, "LC_MESSAGES", "landspout.mo"));

test("a catalogue that was cut or altered is refused or read, and nothing else happens", () => {
  for (const language of ["fr_FR", "ar"]) {
    const whole = catalogueFile(language);
    for (let length = 0; length < whole.length - 1; length++)
      assert.throws(() => new Catalogue(whole.slice(0, length)), coded("ERR_LANDSPOUT_MO_FILE"));
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 0x7f, 0xff]) {
        const altered = Uint8Array.from(whole);
        altered[at] = value;
        try {
          new Catalogue(altered).findPlural("%(days)d day", 5);
        } catch (error) {
          assert.match(
            String((error as { code?: string }).code),
            /^ERR_LANDSPOUT_(?:MO_FILE|ENCODING|ENCODING_UNKNOWN|PLURAL_FORMS)$/,
          );
        }
      }
    }
  }
});

test.run();
