"""Prints what Tornado makes of fixed inputs, as JSON: escaped and unescaped text, URLs, JSON, links.

    apt-get install -y python3-tornado
    /usr/bin/python3 scripts/make-escape-vectors.py > test/escape/tornado-vectors.json

With `--entities` the table of HTML's named characters, as Python has it:

    /usr/bin/python3 scripts/make-escape-vectors.py --entities > src/escape/entities.ts

Debian's Tornado is older than 6.4, which took `xhtml_escape` and `xhtml_unescape` from Python's `html`: so does this. Bytes are in
base64.
"""
import base64
import html
import html.entities
import json
import random
import sys

import tornado
from tornado import escape

escape.xhtml_escape = lambda value: html.escape(escape.to_unicode(value))
escape.xhtml_unescape = lambda value: html.unescape(escape.to_unicode(value))

# The same on every run.
rng = random.Random(20)


def b64(data):
    return base64.b64encode(data).decode()


def random_texts(pieces, count, longest):
    for _ in range(count):
        yield "".join(rng.choice(pieces) for _ in range(rng.randint(1, longest)))


def escaped():
    texts = ["", "plain", "<foo>", "<>&\"'", "&amp;", "a<b", "'", "\u00e9<\u20ac>", "<\U0001f600>", "&#39;", "\x00<", "x" * 100 + "<"]
    for text in texts + list(random_texts(["<", ">", "&", '"', "'", "a", "bc", "\u00e9", " "], 40, 12)):
        yield {"text": text, "html": escape.xhtml_escape(text)}


def unescaped():
    texts = ["foo&#32;bar", "foo&#x20;bar", "foo&#X20;bar", "foo&#xabc;bar", "foo&#xyz;bar", "foo&invalid;bar", "foo&#invalid;bar",
             "&lt;&gt;&amp;&quot;&#39;&#x27;&apos;", "&amp;lt;", "&lt", "&ltfoo", "&notit;", "&notin;", "&not", "&no", "&n;", "&", "&;", "&#;", "&#x;",
             "&#0;", "&#x0;", "&#13;", "&#10;", "&#9;", "&#11;", "&#12;", "&#1;", "&#31;", "&#127;", "&#xd800;", "&#xdfff;", "&#x10ffff;", "&#x10fffe;", "&#x110000;",
             "&#xfdd0;", "&#xfdef;", "&#xfdf0;", "&#xffff;", "&#x1fffe;", "&#x1f600;", "&#x1F600", "&#65a", "&#x41g", "&#99999999999999999999;",
             "&#x" + "f" * 400 + ";", "&#" + "0" * 400 + "65;", "&CounterClockwiseContourIntegral;", "&CounterClockwiseContourIntegralx;",
             "&acE;", "&bne;", "&NewLine;|&Tab;", "&\u00e9acute;", "&eacute\u00e9", "&amp&amp", "& amp;", "&am p;", "&amp;amp;", "\u00e9", "&EACUTE;",
             "&aacute", "&aacuteaacute;", "&copycopy", "&ampamp;", "&thetasym;", "&hearts;", "&lang;", "&#xe9;&#233;", "a&b&c;d", "&<&lt;", "&#&#65;",
             "&\U0001f600\U0001f600amp;", "&x" + "\U0001f600" * 40 + "&amp;"]
    texts += [f"&#{code};" for code in range(0x80, 0xa1)]
    texts += list(random_texts(["&", "#", "x", "amp", ";", "lt", "not", "in", "6", "5", "a", "\u00e9", "<", " "], 150, 10))
    for text in texts:
        yield {"text": text, "plain": escape.xhtml_unescape(text)}


def every_name():
    yield {"text": "|".join(f"&{name}" for name in html.entities.html5),
           "plain": escape.xhtml_unescape("|".join(f"&{name}" for name in html.entities.html5))}


def urls():
    texts = ["", "abc", "a b", "a/b", "\u00e9", "\U0001f600", "!*'();:@&=+$,/?#[]%", "-_.~", "".join(map(chr, range(128))), "a+b", "%20", "\u20ac/\u20ac", "\x00\x7f\x80"]
    for text in texts:
        for plus in (True, False):
            yield {"text": text, "plus": plus, "url": escape.url_escape(text, plus=plus)}


def url_bytes():
    for data in [b"", b"\xe9", bytes(range(256)), b"a b/c"]:
        for plus in (True, False):
            yield {"bytes": b64(data), "plus": plus, "url": escape.url_escape(data, plus=plus)}


def from_urls():
    texts = ["", "a+b%20c", "%C3%A9", "%c3%a9", "%E9", "%C3", "%C3x%A9", "%zz", "%", "%4", "%41", "a%2Bb", "%C3\u00e9%A9", "\u20ac%E2%82%AC+",
             "%E2%82", "%E2%82%AC%E2%82", "%F0%9F%98%80", "%ED%A0%80", "%EF%BB%BFa", "%00", "%%41", "%4%31", "%F0%9F%41", "%C0%80", "\ufeff%41",
             "%c3%", "%2525", "+%2B+", "%FF%FE", "%e2%28%a1", "%81%41"]
    texts += list(random_texts(["%", "C", "3", "A", "9", "%E2", "%82", "%AC", "+", "\u00e9", "z", "%41"], 120, 10))
    for text in texts:
        for plus in (True, False):
            yield {"url": text, "plus": plus, "text": escape.url_unescape(text, plus=plus),
                   "bytes": b64(escape.url_unescape(text, encoding=None, plus=plus))}


def encoded_urls():
    for text, encoding in [("%E9%80", "windows-1252"), ("%C1+%E9", "koi8-r"), ("%83A%83%41x", "shift_jis"), ("\u00e9%83\u00e9A", "shift_jis"),
                           ("%A4", "iso-8859-15"), ("%b0%a1", "euc-jp"), ("%81%30%81%30", "gb18030")]:
        yield {"url": text, "encoding": encoding, "text": escape.url_unescape(text, encoding=encoding)}


def squeezed():
    for text in ["", " ", "a", " a  b ", "\ta\r\n\x00b\x1f ", "\xa0a\xa0b\xa0", "\x85a\x85", "\ufeffa ", "\u2003a\u2003 b \u2028", "a\x7fb", "\x1c\x1da\x1e\x1f", "\u3000\u205f\u180ea\u200b"]:
        yield {"text": text, "squeezed": escape.squeeze(text)}


def jsons():
    for value in [None, True, 0, -1.5, 1e21, "", "</script>", "<\\/", "</</", ["</", {"</a>": "</b>"}], "\u00e9\U0001f600", "\u2028\u2029", {"a": [1, 2, {}], "b": None},
                  "<!--<script>", "\x00\x1f\x7f\"\\/", "<SCRIPT", "a < / b"]:
        yield {"value": value, "json": escape.json_encode(value)}


LINKS = [
    "hello http://world.com/!", "hello http://world.com/with?param=true&stuff=yes", "http://url.com/w(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "http://url.com/withmany.......................................", "http://url.com/withmany((((((((((((((((((((((((((((((((((a)",
    "http://foo.com/blah_blah", "http://foo.com/blah_blah/", "(Something like http://foo.com/blah_blah)", "http://foo.com/blah_blah_(wikipedia)",
    "http://foo.com/blah_(blah)_(wikipedia)_blah", "http://foo.com/blah_blah.", "http://foo.com/blah_blah/.", "<http://foo.com/blah_blah>",
    "<http://foo.com/blah_blah/>", "http://foo.com/blah_blah,", "http://www.example.com/wpstyle/?p=364.", "rdar://1234", "rdar:/1234",
    "http://userid:password@example.com:8080", "http://userid@example.com", "message://%3c330e7f8409726r6a4ba78dkf1fd71420c1bf6ff@mail.gmail.com%3e",
    "http://\u27a1.ws/\u4a39", "<tag>http://example.com</tag>", "Just a www.example.com link.", "www.a.de http://b.de x://c",
    "http://reallylong.com/something/that/is/very/long", "http://www.external-link.com", "www.external-link.com", "www.external-link.com and www.internal-link.com/blogs",
    "ftp://foo.com http://bar.com HTTP://baz.com", "http://foo.com/?a=1&b=2&amp;c", "http:///", "http:////x", "http:/", "http:/x", "http://", "http://.", "http://(", "http://()", "http://(a)", "http://(a", "://x", "-://x",
    "-http://a.de", "--a-http://b.de", "x-http://b.de", "\u00e9http://x.de", "\u00e9-\u00fc://x", "_http://x", "\U00010400http://x", "\u0301http://x", "\u0661://x",
    "wwww.a", "xwww.a", "-www.a", "_www.a", "\u00e9www.a", ".www.a", "www.", "www..", "www.(a)", "www.a(b)c(d", "www.a)b", "www.a&b", 'www.a"b', "www.a'b", 'www.a"', 'www.a".', "www.a<b", "www.a&amp;", "www.a&quot", "http://a&lt;b",
    "www.a www.b http://c", "www.a,www.b", "a:/b:/c", "a://b://c", "http://www.a://b", "www.x:/y", "http:/www.a.b", "http:///www.a", "javascript:/alert(1)", "javascript://%0aalert(1)", "http://a\x85b", "http://a\xa0b", "http://a\u2003b", "http://a\x1cb", "http://a\ufeffb", "http://a\x00b",
    "http://x.de/" + "y" * 60, "http://" + "x" * 60, "http://" + "x" * 60 + "/abc", "www." + "x" * 26, "www." + "x" * 27, "www." + "x" * 45, "http://x.de/12345678901234567", "http://x.de/123456789012345678", "http://x.de/1234567890123456789",
    "http://x.de/1234567?abcdefghijklmnopqrstu", "http://x.de/12.4567?abcdefghijklmnopqrstu", "http://x.de/a&b&c&d&e&f&g&h&i&j", "http://xxxxxxxxxxxxxxxxxxxxxxx&yyyyyyyyyyyyyyyyyyyyyyyyyy",
    "http://xxxxxxxxxxxxxxxx&xxxx&yyyyyyyyyyyyyyyyyyyyyyyyyy", "http://xxxxxxxxxxxxxxxx.de/abc&defghijklmnopqrstuvw", "http://x.de/\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600x", "http://" + "\U0001f600" * 40, "http://x.de//abcdefghijklmnopqrstuvwxyz", "https:/abcdefghijklmnopqrstuvwxyz/abcdefghijkl/ab",
]


def links():
    def internal(url):
        return 'class="internal"' if url.startswith("http://www.internal-link.com") else 'rel="nofollow" class="external" '
    options = [{}, {"shorten": True}, {"require_protocol": True}, {"extra_params": ' rel="nofollow" class="link" '},
               {"permitted_protocols": ["ftp", "rdar", "message", "a", "x", "HTTP"]}, {"shorten": True, "extra_params": internal, "require_protocol": False}]
    pieces = ["http://", "www.", "a", "-", ":/", "/", ".", "(", ")", "&", '"', "<", " ", "\u00e9", "ftp:", ",", "b", "x.de", "'", "w"]
    for text in LINKS:
        for chosen in options:
            yield row(text, chosen)
    for text in random_texts(pieces, 600, 14):
        yield row(text, {"shorten": len(text) % 2 == 0, "permitted_protocols": ["http", "a", "b"]})


def row(text, options):
    shown = {name: "function" if callable(value) else value for name, value in options.items()}
    return {"text": text, "options": shown, "html": escape.linkify(text, **options)}


def entities():
    """`name:codes` for a name that needs its semicolon, `name!codes` for one that does without; code points in hexadecimal."""
    table = html.entities.html5
    words = []
    for name in sorted(name for name in table if name.endswith(";")):
        codes = ".".join(f"{ord(character):x}" for character in table[name])
        words.append(f"{name[:-1]}{'!' if name[:-1] in table else ':'}{codes}")
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > 112:
            lines.append("")
        lines[-1] += word + " "
    print('/**\n * The named characters of HTML (its section "Named character references"): `name:codes` where the semicolon is part of the name, '
          '`name!codes`\n * where it may be missing. Made by scripts/make-escape-vectors.py; read by html.ts.\n */\nexport const ENTITIES: string =')
    print(" +\n".join(f'  "{line}"' for line in lines) + ";")


PARTS = {"escaped": escaped, "unescaped": unescaped, "everyName": every_name, "urls": urls, "urlBytes": url_bytes, "fromUrls": from_urls,
         "encodedUrls": encoded_urls, "squeezed": squeezed, "jsons": jsons, "links": links}


def main():
    if "--entities" in sys.argv:
        entities()
        return
    parts = []
    for name, make in PARTS.items():
        rows = ",\n    ".join(json.dumps(made, ensure_ascii=True) for made in make())
        parts.append(f'  "{name}": [\n    {rows}\n  ]')
    print("{\n" + f'  "tornado": "{tornado.version}",\n' + ",\n".join(parts) + "\n}")


main()
