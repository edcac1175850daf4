"""Prints what Tornado makes of fixed dates, lists, numbers and messages, as JSON; the catalogues are those of test/locale/fixtures.

    apt-get install -y python3-tornado gettext
    (cd test/locale/fixtures/gettext/fr/LC_MESSAGES && msgfmt landspout.po -o landspout.mo)    # likewise the others: see their .po
    /usr/bin/python3 scripts/make-locale-vectors.py > test/locale/tornado-vectors.json

`differs` marks what landspout does not take over: halves rounded to the even number, and dates days in the future taken for now.
"""
import datetime
import json
import math
import os
import random

import tornado
from tornado import locale

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../test/locale/fixtures")
MINUTE, HOUR, DAY = 60, 3600, 86400

# The same on every run.
rng = random.Random(20)


class Clock(datetime.datetime):
    """A `datetime` whose present is fixed."""
    present = 0

    @classmethod
    def utcnow(cls):
        return cls.utcfromtimestamp(cls.present)


def load_csv(folder="csv", encoding=None):
    locale._use_gettext = False
    locale.Locale._cache.clear()
    if encoding is not None:
        locale.load_translations(os.path.join(FIXTURES, folder), encoding)
        return
    # One file at a time: Tornado takes the encoding of the first for all.
    together = {}
    names = os.listdir
    for name in sorted(names(os.path.join(FIXTURES, folder))):
        os.listdir = lambda path: [name]
        try:
            locale.load_translations(os.path.join(FIXTURES, folder))
        finally:
            os.listdir = names
        together.update(locale._translations)
    locale._translations.update(together)
    locale.set_default_locale("en_US")


def load_gettext():
    locale.Locale._cache.clear()
    locale.load_gettext_translations(os.path.join(FIXTURES, "gettext"), "landspout")


def differs(age, relative, full):
    if age < 0:
        return relative and -age >= MINUTE and -age % DAY < MINUTE
    if not relative or full or age >= DAY or age < 50:
        return False
    unit = MINUTE if age < 50 * MINUTE else HOUR
    return round(age / unit) != math.floor(age / unit + 0.5)


def dates():
    ages = [0, 1, 2, 49, 50, 59, 60, 89, 90, 91, 119, 149, 150, 151, 210, 270, 1800, 2969, 2970, 2999, 3000, 3600, 5399, 5400, 5401, 7200, 9000,
            12 * HOUR, DAY - 1, DAY, DAY + 1, 36 * HOUR, 2 * DAY - 1, 2 * DAY, 3 * DAY, 5 * DAY - 1, 5 * DAY, 30 * DAY, 200 * DAY, 334 * DAY - 1, 334 * DAY,
            365 * DAY, 4000 * DAY, 0.25, 59.75, DAY - 0.5, -0.5, -1, -59, -60, -61, -HOUR, -DAY, -DAY - 1, -DAY - 59, -DAY - 60, -2 * DAY - 30, -400 * DAY]
    nows = [1763729999, 1709210096]
    tornado_code = [("en_US", 1), ("fr_FR", 1), ("es", 0), ("zh_CN", 0)]
    for code, thorough in tornado_code:
        for now in nows if thorough else nows[:1]:
            for age in ages:
                for relative, shorter, full in [(True, False, False), (True, True, False), (False, False, False), (True, False, True), (False, True, True)]:
                    offset = rng.choice([0, 0, 480, -330, 1439])
                    yield date_row(code, now, age, offset, relative, shorter, full)


def date_row(code, now, age, offset, relative, shorter, full):
    Clock.present = now
    date = Clock.utcfromtimestamp(now - age)
    made = (locale.CSVLocale("zh_CN", {}) if code == "zh_CN" else locale.get(code)).format_date(date, offset, relative, shorter, full)
    return [code, now, now - age, offset, relative, shorter, full, made, int(differs(age, relative, full))]


def days():
    for code in ("en_US", "fr_FR"):
        for date in (0, 1763729999, 1709210096, 951782400):
            for offset in (0, 480, -720):
                for dow in (True, False):
                    text = locale.get(code).format_day(datetime.datetime.utcfromtimestamp(date), offset, dow)
                    yield {"code": code, "date": date, "gmtOffset": offset, "dow": dow, "text": text}


def lists():
    for code in ("en_US", "fr_FR", "fa_IR", "fa"):
        for parts in ([], ["A"], ["A", "B"], ["A", "B", "C"], ["%(last)s", "%%", "100%"]):
            yield {"code": code, "parts": parts, "text": locale.CSVLocale(code, locale._translations.get(code, {})).list(parts)}


def numbers():
    for code in ("en_US", "en", "fr_FR"):
        for value in (0, 1, 12, 123, 1234, 12345, 123456, 1000000, 1234567890, 2**53):
            yield {"code": code, "value": value, "text": locale.CSVLocale(code, {}).friendly_number(value)}


def csv():
    messages = ["school", "July", "nothing", "padded", "quotes \"in\" quotes", "two\nlines", "plain \"quotes\"", "closedand more", "only one cell", "first", "twice", "missing",
                "%(name)s liked this", "constructor"]
    for code in ("fr_FR", "es", "cs_CZ", "sk", "sl", "en_US"):
        for message in messages:
            yield {"code": code, "message": message, "text": locale.get(code).translate(message)}
    for count in (0, 1, 2, -1, 1.5):
        for message in ("%(name)s liked this", "school"):
            yield {"code": "fr_FR", "message": message, "plural": message, "count": count, "text": locale.get("fr_FR").translate(message, message, count)}


def encoded_csv():
    for folder, encoding, code in (("csv-windows-1250", "windows-1250", "cs_CZ"), ("csv-utf-16", "utf-16", "sl")):
        load_csv(folder, encoding)
        for message in ("school", "July"):
            yield {"folder": folder, "encoding": encoding, "code": code, "message": message, "text": locale.get(code).translate(message)}
    load_csv()


def gettext():
    load_gettext()
    # Not "fr": Python takes that for fr_FR first, even where there is a catalogue of its own.
    codes = ["fr_FR", "pl", "ar", "ja", "ru", "de", "it", "en_US"]
    for code in codes:
        for message in ("school", "not translated", "only in fr", "missing"):
            yield {"code": code, "message": message, "text": locale.get(code).translate(message)}
            for context in ("law", "good"):
                yield {"code": code, "context": context, "message": message, "text": locale.get(code).pgettext(context, message)}
        for context in ("law", "good", "bad"):
            yield {"code": code, "context": context, "message": "right", "text": locale.get(code).pgettext(context, "right")}
        for message, plural in (("%(days)d day", "%(days)d days"), ("%(hours)d hour", "%(hours)d hours"), ("school", "schools"), ("missing", "all missing")):
            for count in [0, 1, 2, 3, 4, 5, 10, 11, 12, 14, 20, 21, 22, 25, 100, 101, 102, 103, 111, 1000000, -1, -3]:
                yield {"code": code, "message": message, "plural": plural, "count": count, "text": locale.get(code).translate(message, plural, count)}
        for context in ("organization", "stick", "none"):
            for message, plural in (("club", "clubs"), ("%(days)d day", "%(days)d days")):
                for count in (0, 1, 2):
                    yield {"code": code, "context": context, "message": message, "plural": plural, "count": count,
                           "text": locale.get(code).pgettext(context, message, plural, count)}
    load_csv()


def closest():
    for codes in (["fr_FR"], ["fr-fr"], ["FR_fr"], ["fr"], ["fr_CA"], ["es"], ["es_GT"], ["ES"], ["es-MX"], ["pt_BR", "es_LA"], ["en_US"], ["en"], ["de", "sk_SK"],
                  ["", "es"], [None, "cs-cz"], [], ["*"], ["_"], ["fr_FR_x", "es"], ["en-US", "es"], ["__proto__"], ["sk_"], ["cs"]):
        yield {"codes": codes, "code": locale.get(*codes).code}


PARTS = {"dates": dates, "days": days, "lists": lists, "numbers": numbers, "csv": csv, "encodedCsv": encoded_csv, "gettext": gettext, "closest": closest}


def main():
    locale.datetime = type("module", (), {"datetime": Clock, "timedelta": datetime.timedelta})
    load_csv()
    parts = []
    for name, make in PARTS.items():
        rows = ",\n    ".join(json.dumps(made, ensure_ascii=True) for made in make())
        parts.append(f'  "{name}": [\n    {rows}\n  ]')
    print("{\n" + f'  "tornado": "{tornado.version}",\n' + ",\n".join(parts) + "\n}")


main()
