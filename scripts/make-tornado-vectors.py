"""Prints what Tornado makes of fixed inputs, as JSON: signed values, XSRF tokens, cookies, URLs, ranges, dates.

    apt-get install -y python3-tornado
    /usr/bin/python3 scripts/make-tornado-vectors.py > test/web/tornado-vectors.json

With `--check` it reads what landspout made, an object of lists on standard input, and prints `ok` if Tornado reads all of it as it was
meant: "signed" [{secret, name, value, text, clock}], "xsrf" [{text, token}], "cookies" [{name, value, line}],
"dates" [{time, text}], "urls" [{url, pairs}]. Bytes are in base64.
"""
import base64
import email.utils
import http.cookies
import json
import logging
import os
import sys
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import tornado
from tornado import httputil, web

logging.disable(logging.WARNING)

DAY = 86400
SECRETS = ["It's a secret to everybody", "sch\u00fcssel \u20ac", "x" * 200]
KEYS = {0: "zeroth", 1: "first", 7: "seventh", 12345: "sch\u00fcssel"}
VALUES = [b"value", b"", b"\x00\xff\xfe", "gr\u00fcn \u20ac".encode(), b"a|b|c", b"1" * 300]
# Not beyond ASCII: Tornado counts characters there where it reads bytes, and cannot read such values itself.
NAMES = ["key", "session-id", "a|b:c"]
CLOCKS = [1300000000, 1763700000.75]
TOKEN = bytes(range(100, 116))


def b64(data):
    return None if data is None else base64.b64encode(data).decode()


def signed():
    for secret in SECRETS:
        for name in NAMES:
            for value in VALUES:
                for clock in CLOCKS:
                    for version in (1, 2):
                        text = web.create_signed_value(secret, name, value, version=version, clock=lambda: clock)
                        yield {"secret": secret, "name": name, "value": b64(value), "clock": clock,
                               "version": version, "text": text.decode()}


def keyed():
    for key in KEYS:
        for clock in CLOCKS:
            text = web.create_signed_value(KEYS, "key", b"value", version=2, clock=lambda: clock, key_version=key)
            yield {"keyVersion": key, "clock": clock, "text": text.decode(),
                   "readVersion": web.get_signature_key_version(text)}


def aged():
    """The same values read at other times, with other limits of age and version."""
    start = 1700000000
    for version in (1, 2):
        text = web.create_signed_value(SECRETS[0], "key", b"value", version=version, clock=lambda: start)
        for days in (-32, -30, 0, 1, 30.99, 31, 31.01, 32, 100):
            for limit in (0, 1, 31, 99.5, 1000):
                for oldest in (1, 2):
                    value = web.decode_signed_value(SECRETS[0], "key", text, max_age_days=limit, min_version=oldest,
                                                    clock=lambda: start + days * DAY)
                    yield {"text": text.decode(), "clock": start + days * DAY, "maxAgeDays": limit,
                           "minVersion": oldest, "value": b64(value)}


def altered():
    """Texts that were tampered with, and whether Tornado still reads them."""
    good = [web.create_signed_value(SECRETS[0], "key", b"value", version=v, clock=lambda: 1300000000).decode()
            for v in (1, 2)]
    texts = [""]
    for text in good:
        for place in range(0, len(text), 3):
            texts.append(text[:place] + "0" + text[place + 1:])
            texts.append(text[:place])
            texts.append(text[:place] + "|" + text[place:])
        texts.append(text + "0")
        texts.append("3|" + text[2:])
        texts.append("02|" + text[2:])
        texts.append(text.upper())
    for text in texts:
        value = web.decode_signed_value(SECRETS[0], "key", text, clock=lambda: 1300000000)
        yield {"text": text, "value": b64(value)}


class FakeHandler(web.RequestHandler):
    current_user = None

    def __init__(self, **settings):
        self.application = SimpleNamespace(settings=settings)
        self.request = SimpleNamespace(cookies={})


def mask_with(mask, token):
    return web._websocket_mask(mask, token)


def xsrf():
    decode = FakeHandler()._decode_xsrf_token
    for text in ["2|01020304|" + mask_with(b"\x01\x02\x03\x04", TOKEN).hex() + "|1300000000",
                 "2|ffffffff|" + mask_with(b"\xff" * 4, TOKEN).hex() + "|1763700000",
                 TOKEN.hex(), TOKEN.hex().upper(), "3|00|00|1", "2|zz|00|1", "2|00000000|00", "2|00000000|00|x", "2|",
                 "2|00000000|0|1", "no hex at all", "abc", "\u00fcber", "|", "02|00000000|00|1", ""]:
        version, raw, stamp = decode(text)
        yield {"text": text, "token": b64(raw or None), "version": version}


def xsrf_made():
    """What `xsrf_token` gives for a known token, mask and time."""
    random = os.urandom
    for mask in (b"\x00\x00\x00\x00", b"\x01\x02\x03\x04", b"\xde\xad\xbe\xef"):
        for version in (1, 2):
            handler = FakeHandler(xsrf_cookie_version=version)
            handler._raw_xsrf_token = (version, TOKEN, 1763700000.75)
            os.urandom = lambda size: mask[:size]
            try:
                text = handler.xsrf_token.decode()
            finally:
                os.urandom = random
            yield {"mask": mask.hex(), "version": version, "token": b64(TOKEN), "time": 1763700000.75, "text": text}


def cookies():
    for header in ["a=b; c=d", 'a="b\\073c"', 'keebler="E=mc2; L=\\"Loves\\"; fudge=\\012;"', "a=b; a=c", "=x; y", "a = b ;c",
                   "chips=ahoy; vienna=finger", 'a="\\377"', "a=b;;;c=d", 'a="b', "\u00e9=1", "a=%20b", '"=2', "a==b",
                   'a="x\\"y\\\\z"', "a=\"\"", 'a="\\400"', 'a="\\1"', "a=\\073", "a,b=c", "a=b c; d=e"]:
        yield {"header": header, "cookies": httputil.parse_cookie(header)}


def set_cookies():
    values = ["b", "a-b_c.d~e", "x=y", 'x"y\\z', "a,b;c", "(a)/<b>@[c]{d}?", "gr\u00fcn", "\u0080\u00ff", "\u007f", "2|1:0|8:dmFsdWU=|ab"]
    for value in values:
        yield made_cookie("a", value)
    yield made_cookie("!#$%&'*+-.^_`|~9Az", "b")
    yield made_cookie("a", "b", domain="example.org", path="/p/q")
    yield made_cookie("a", "b", expires=1300000000)
    yield made_cookie("a", "b", httponly=True, secure=True, samesite="Strict", max_age=3600)


def made_cookie(name, value, **options):
    handler = FakeHandler()
    handler.set_cookie(name, value, **options)
    return {"name": name, "value": value, "options": options, "line": handler._new_cookie[name].OutputString(),
            "read": httputil.parse_cookie(handler._new_cookie[name].OutputString().split(";")[0])[name]}


def refused_cookies():
    """Tornado 6.2 looks at name and value; what stands in attributes, 6.5.5 refuses."""
    for code in list(range(0x21)) + [0x3b]:
        try:
            made_cookie("a" + chr(code), "b")
        except (ValueError, http.cookies.CookieError):
            yield {"name": "a" + chr(code), "value": "b"}
        try:
            made_cookie("a", "b" + chr(code))
        except (ValueError, http.cookies.CookieError):
            yield {"name": "a", "value": "b" + chr(code)}


def urls():
    for url, args in [("http://a/b", [["c", "d"]]), ("http://a/b?c=d", [["e", "f g"]]), ("/b?", [["a", "1"]]),
                      ("/b?x", [["a", "1"]]), ("/b#frag", [["a", "1"], ["a", "2"]]), ("/b?x=1&", [["y", "\u20ac&="]]),
                      ("https://h/p?r=1&t=2#tab", [["y", "y"]]), ("/", []), ("/?x", []), ("/a??x=1", [["y", "2"]]),
                      ("/a?x=a%20b+c&%C3%BC=%c3%bc", [["y", "a b+c"]]), ("/a?*=!'()&~=-._", [["*", "!'()~-._"]]),
                      ("/a?&&x=1&&", [["y", ""]]), ("/a?x=y=z", [["=", "="]]), ("/a;p=1?x=1", [["y", "2"]]),
                      ("https://localhost/path?a=1&b=%", [["c", "/?:@"]]), ("/a?x=\u00fc", [["\u00fc", "\u20ac"]])]:
        yield {"url": url, "args": args, "result": httputil.url_concat(url, [tuple(pair) for pair in args])}


def ranges():
    for text in ["bytes=1-2", "bytes=6-", "bytes=-6", "bytes=-0", "bytes=", "foo=42", "bytes=1-2,6-10", "bytes=0-0", "bytes=5-2",
                 "bytes= 0-4 ", "bytes=0-99999999999999999999", "bytes=x-1", "bytes"]:
        parsed = httputil._parse_request_range(text)
        yield {"text": text, "range": None if parsed is None else list(parsed)}


def content_ranges():
    for start, end, total in [(0, 10, 26), (25, 26, 26), (0, 26, 26), (5, 6, 10)]:
        yield {"start": start, "end": end, "total": total, "text": httputil._get_content_range(start, end, total)}


def dates():
    for time in [0, 1, 784111777, 1359312200, 1300000000.999, 951782400, 1709210096, 4102444799, 253402300799, -1, -86400 * 365 * 300]:
        text = httputil.format_timestamp(time)
        yield {"time": time, "text": text, "read": email.utils.parsedate_to_datetime(text).timestamp()}


def hosts():
    for text in ["example.com:80", "example.com", "[::1]:80", "[::1]", "127.0.0.1:65535", "a:b", "a:", ""]:
        yield {"text": text, "split": list(httputil.split_host_and_port(text))}


def lines():
    for text in ["GET /foo HTTP/1.1", "POST /a?b=c HTTP/1.0", "OPTIONS * HTTP/1.1"]:
        yield {"text": text, "parsed": httputil.parse_request_start_line(text)}
    for text in ["HTTP/1.1 200 OK", "HTTP/1.0 404 Not Found", "HTTP/1.1 304 "]:
        yield {"text": text, "parsed": httputil.parse_response_start_line(text)}


def passwords():
    for user, password in [("open", "sesame"), ("josu\u00e9", "\u20ac"), ("josue\u0301", "u\u0308:\u00fc")]:
        yield {"user": user, "password": password, "encoded": b64(httputil.encode_username_password(user, password))}


def check(made):
    for case in made["signed"]:
        secret = case["secret"]
        if isinstance(secret, dict):
            secret = {int(version): text for version, text in secret.items()}
        got = web.decode_signed_value(secret, case["name"], case["text"], clock=lambda: case["clock"])
        assert got is not None and b64(got) == case["value"], case
        assert web.decode_signed_value(secret, case["name"], case["text"], clock=lambda: case["clock"] + 32 * DAY) is None
    for case in made["xsrf"]:
        assert b64(FakeHandler()._decode_xsrf_token(case["text"])[1]) == case["token"], case
    for case in made["cookies"]:
        assert httputil.parse_cookie(case["line"].split(";")[0]) == {case["name"]: case["value"]}, case
        assert http.cookies.SimpleCookie(case["line"])[case["name"]].value == case["value"], case
    for case in made["dates"]:
        assert email.utils.parsedate_to_datetime(case["text"]).timestamp() == case["time"], case
    for case in made["urls"]:
        assert [list(pair) for pair in parse_qsl(urlsplit(case["url"]).query, True, True)] == case["pairs"], case
    print("ok")


PARTS = {"signed": signed, "keyed": keyed, "aged": aged, "altered": altered, "xsrf": xsrf, "xsrfMade": xsrf_made, "cookies": cookies,
         "setCookies": set_cookies, "refusedCookies": refused_cookies, "urls": urls, "ranges": ranges,
         "contentRanges": content_ranges, "dates": dates, "hosts": hosts, "lines": lines, "passwords": passwords}


def main():
    if "--check" in sys.argv:
        check(json.load(sys.stdin))
        return
    parts = []
    for name, make in PARTS.items():
        rows = ",\n    ".join(json.dumps(row, ensure_ascii=True) for row in make())
        parts.append(f'  "{name}": [\n    {rows}\n  ]')
    print("{\n" + f'  "tornado": "{tornado.version}",\n' + f'  "keys": {json.dumps(KEYS)},\n' + ",\n".join(parts) + "\n}")


main()
