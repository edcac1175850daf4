/** Which locale a code or a browser gets. */
import * as assert from "uvu/assert";
import { closestOf, tagsOf } from "../../src/locale/closest.ts";
import { closestLocale, get, loadTranslations, setDefaultLocale } from "../../src/locale/index.ts";
import { suite } from "../_support/suite.ts";
import { fixture, vectors } from "./_tornado.ts";

const test = suite("locale: closest match");

test.before(() => loadTranslations(fixture("csv")));

test("codes find what they find in Tornado", () => {
  for (const { codes, code } of vectors.closest) {
    // Of three parts, which Tornado passes over, the first two are heeded.
    assert.is(get(...codes).code, codes[0] === "fr_FR_x" ? "fr_FR" : code, JSON.stringify(codes));
  }
});

test("codes with a script find language and region", () => {
  const closest = (code: string, ...supported: string[]): string | undefined => closestOf([code], tagsOf(supported));
  assert.is(closest("zh-Hans-CN", "zh_TW", "zh_CN"), "zh_CN");
  assert.is(closest("zh-Hant", "zh_TW", "zh_CN"), "zh_TW");
  assert.is(closest("zh-Hans", "zh_TW", "zh_CN"), "zh_CN");
  assert.is(closest("zh-Hant-HK", "zh_Hant", "zh"), "zh_Hant");
  assert.is(closest("sr-Latn-RS", "sr"), "sr");
  assert.is(closest("sr-Latn", "sr_Latn", "sr_RS"), "sr_Latn");
  assert.is(closest("sr-Latn", "sr_RS"), "sr_RS");
  assert.is(closest("zz-Zzzz", "zh"), undefined);
  assert.is(closest("de-DE-1996", "de_DE", "de"), "de_DE");
  assert.is(closest("de-AT-1996", "de_DE", "de"), "de");
});

test("browsers get the language they weigh most", () => {
  const cases: [string | undefined, string][] = [
    ["es", "es"],
    ["es-MX,es;q=0.9,en;q=0.8", "es"],
    ["en-US,en;q=0.5,es;q=0.3", "en_US"],
    ["es;q=0.5,fr-FR;q=0.8", "fr_FR"],
    ["es;q=0.8, fr-FR;q=0.8", "es"],
    ["es;q=0, sk;q=0.1", "sk"],
    ["es;q=0", "en_US"],
    ["es;q=two, sk;q=0.1", "sk"],
    ["xx, yy;q=0.9", "en_US"],
    ["*", "en_US"],
    ["", "en_US"],
    [undefined, "en_US"],
    [", ;q=1,,", "en_US"],
    ["FR-fr", "fr_FR"],
    [`${"x,".repeat(10_000)}es`, "en_US"],
  ];
  for (const [field, code] of cases) assert.is(closestLocale(field).code, code, String(field).slice(0, 50));
});

test("the fallback is for browsers that ask for nothing", () => {
  assert.is(closestLocale(undefined, "es").code, "es");
  assert.is(closestLocale("", "fr_FR").code, "fr_FR");
  assert.is(closestLocale("es;q=0", "fr_FR").code, "fr_FR");
  setDefaultLocale("sk");
  assert.is(closestLocale("xx", "es").code, "sk");
  assert.is(closestLocale(undefined).code, "sk");
  setDefaultLocale("en_US");
});

test.run();
