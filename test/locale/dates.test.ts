/** Dates, lists and numbers in the words of a locale, with Tornado's results and ours where Tornado's are wrong. */
import * as assert from "uvu/assert";
import { CSVLocale, LOCALE_NAMES, get, interpolate, loadTranslations } from "../../src/locale/index.ts";
import type { Locale } from "../../src/locale/index.ts";
import { suite } from "../_support/suite.ts";
import { fixture, vectors } from "./_tornado.ts";

const test = suite("locale: dates, lists, numbers");

const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;
const english = new CSVLocale("en_US", {});
const localeFor = (code: string): Locale => (get(code).code === code ? get(code) : new CSVLocale(code, {}));

test.before(() => loadTranslations(fixture("csv")));

test("tells dates as Tornado does", () => {
  let differing = 0;
  for (const [code, now, date, gmtOffset, relative, shorter, fullFormat, text, differs] of vectors.dates) {
    const options = { gmtOffset, relative, shorter, fullFormat, now };
    const told = localeFor(code).formatDate(date, options);
    if (differs === 0) assert.is(told, text, JSON.stringify([code, now, date, options]));
    else assert.is.not(told, text, JSON.stringify([code, now, date, options]));
    assert.is(localeFor(code).formatDate(new Date(date * 1000), { ...options, now: new Date(now * 1000) }), told);
    differing += differs;
  }
  assert.ok(differing > 10 && differing < vectors.dates.length / 5);
});

test("halves are rounded up", () => {
  const ago = (age: number): string => english.formatDate(1_000_000_000 - age, { now: 1_000_000_000 });
  assert.equal([90, 150, 210, 270].map(ago), ["2 minutes ago", "3 minutes ago", "4 minutes ago", "5 minutes ago"]);
  assert.equal([5400, 9000].map(ago), ["2 hours ago", "3 hours ago"]);
});

test("a date within a minute is now, one in some days is not", () => {
  const now = Date.UTC(2026, 6, 8, 12) / 1000;
  assert.is(english.formatDate(now + 59, { now }), "0 seconds ago");
  assert.is(english.formatDate(now + 60, { now }), "July 8, 2026 at 12:01 pm");
  assert.is(english.formatDate(now + 2 * 86_400 + 30, { now }), "July 10, 2026 at 12:00 pm");
});

test("the present is that of the clock", () => {
  assert.match(english.formatDate(new Date()), /^\d seconds? ago$/);
  assert.match(english.formatDate(Date.now() / 1000 - 7200), /^2 hours ago$/);
});

test("refuses what is no date", () => {
  for (const date of [new Date(Number.NaN), Number.NaN, Infinity, 1e20, "2026-01-01" as never])
    assert.throws(() => english.formatDate(date), coded("ERR_LANDSPOUT_TIMESTAMP"));
  assert.throws(
    () => english.formatDate(0, { gmtOffset: Number.NaN, relative: false }),
    coded("ERR_LANDSPOUT_TIMESTAMP"),
  );
  assert.throws(() => english.formatDay(new Date(Number.NaN)), coded("ERR_LANDSPOUT_TIMESTAMP"));
});

test("tells days as Tornado does", () => {
  for (const { code, date, gmtOffset, dow, text } of vectors.days) {
    assert.is(localeFor(code).formatDay(date, { gmtOffset, dow }), text);
    assert.is(localeFor(code).formatDay(new Date(date * 1000), { gmtOffset, dow }), text);
  }
  assert.is(english.formatDay(0), "Thursday, January 1");
});

test("lists as Tornado does", () => {
  for (const { code, parts, text } of vectors.lists) assert.is(localeFor(code).list(parts), text);
});

test("writes numbers as Tornado does", () => {
  for (const { code, value, text } of vectors.numbers) {
    assert.is(localeFor(code).friendlyNumber(value), text);
    assert.is(localeFor(code).friendlyNumber(BigInt(value)), text);
  }
});

test("writes the numbers that Tornado cannot", () => {
  assert.is(english.friendlyNumber(-123_456), "-123,456");
  assert.is(english.friendlyNumber(-123), "-123");
  assert.is(english.friendlyNumber(1234.5), "1,234.5");
  assert.is(english.friendlyNumber(-0), "0");
  assert.is(english.friendlyNumber(-(10n ** 21n)), "-1,000,000,000,000,000,000,000");
  assert.is(english.friendlyNumber(1e21), "1,000,000,000,000,000,000,000");
  assert.is(english.friendlyNumber(Number.NaN), "NaN");
  const german = new CSVLocale("de_DE", {});
  assert.equal(
    [-123_456, 1e21, 0.5, -0].map((value) => german.friendlyNumber(value)),
    ["-123456", "1000000000000000000000", "0.5", "0"],
  );
});

test("knows names and directions of languages", () => {
  assert.is(Object.keys(LOCALE_NAMES).length, 62);
  assert.is(english.name, "English (US)");
  assert.is(new CSVLocale("pt_BR", {}).name, "Português (Brasil)");
  for (const code of ["xx", "constructor", "__proto__"]) assert.is(new CSVLocale(code, {}).name, "Unknown");
  const written = ["ar_AR", "fa_IR", "he", "ur_PK", "en", "arn", "hebrew", "fat"].filter(
    (code) => new CSVLocale(code, {}).rtl,
  );
  assert.equal(written, ["ar_AR", "fa_IR", "he", "ur_PK"]);
});

test("placeholders are filled in as Python does", () => {
  assert.is(interpolate("%(a)s and %(b)d, 100%%", { a: "x", b: 3 }), "x and 3, 100%");
  assert.is(interpolate("%(n)d %(n)s %(big)d", { n: -1.9, big: 10n ** 20n }), "-1 -1.9 100000000000000000000");
  assert.is(interpolate("%(n)d", { n: 1e21 }), "1000000000000000000000");
  assert.is(interpolate("%(a)s", { a: "%(b)s $& %%", b: "no" }), "%(b)s $& %%");
  assert.is(interpolate("%(missing)s %(toString)s %s 5% %", {}), "%(missing)s %(toString)s %s 5% %");
});

test.run();
