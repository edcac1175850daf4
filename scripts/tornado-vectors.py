"""Prints what Tornado makes of the same inputs: signed values, XSRF tokens, cookies, URLs, ranges.

    apt-get install python3-tornado
    /usr/bin/python3 scripts/tornado-vectors.py > test/web/tornado-vectors.json

With `--check` it reads JSON from standard input, `[{"secret", "name", "value", "text", "clock", "token"?}]`, and fails
unless Tornado reads every signed value (and XSRF token) in it as it was meant.
"""
import base64
import json
import sys

import tornado
from tornado import httputil, web

SECRETS = ["It's a secret to everybody", "sch\u00fcssel \u20ac", "x" * 200]
KEYS = {0: "zeroth", 1: "first", 7: "seventh"}
VALUES = [b"value", b"", b"\x00\xff\xfe", "gr\u00fcn \u20ac".encode(), b"a|b|c", b"1" * 300]
# Not beyond ASCII: Tornado counts characters there where it reads bytes, and cannot read such values itself.
NAMES = ["key", "session-id", "a|b:c"]
CLOCKS = [1300000000, 1763700000]


def b64(data):
    return base64.b64encode(data).decode()


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
        text = web.create_signed_value(KEYS, "key", b"value", version=2, clock=lambda: 1300000000, key_version=key)
        yield {"keyVersion": key, "text": text.decode()}


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
    for text in texts:
        value = web.decode_signed_value(SECRETS[0], "key", text, clock=lambda: 1300000000)
        yield {"text": text, "value": None if value is None else b64(value)}


class FakeHandler(web.RequestHandler):
    def __init__(self):
        pass


def xsrf():
    decode = FakeHandler()._decode_xsrf_token
    token = bytes(range(16))
    for text in ["2|01020304|" + web._websocket_mask(b"\x01\x02\x03\x04", token).hex() + "|1300000000",
                 "2|ffffffff|" + web._websocket_mask(b"\xff" * 4, token).hex() + "|1763700000",
                 token.hex(), "3|00|00|1", "2|zz|00|1", "2|00000000|00", "no hex at all"]:
        version, raw, stamp = decode(text)
        yield {"text": text, "token": None if not raw else b64(raw), "version": version}


def cookies():
    for header in ["a=b; c=d", 'a="b\\073c"', 'keebler="E=mc2; L=\\"Loves\\"; fudge=\\012;"', "a=b; a=c", "=x; y", "a = b ;c",
                   "chips=ahoy; vienna=finger", 'a="\\377"', "a=b;;;c=d", 'a="b', "\u00e9=1", "a=%20b", '"=2', "a==b"]:
        yield {"header": header, "cookies": httputil.parse_cookie(header)}


def urls():
    for url, args in [("http://a/b", [["c", "d"]]), ("http://a/b?c=d", [["e", "f g"]]), ("/b?", [["a", "1"]]),
                      ("/b?x", [["a", "1"]]), ("/b#frag", [["a", "1"], ["a", "2"]]), ("/b?x=1&", [["y", "\u20ac&="]]),
                      ("https://h/p?r=1&t=2#tab", [["y", "y"]]), ("/", [])]:
        yield {"url": url, "args": args, "result": httputil.url_concat(url, [tuple(pair) for pair in args])}


def ranges():
    for text in ["bytes=1-2", "bytes=6-", "bytes=-6", "bytes=-0", "bytes=", "foo=42", "bytes=1-2,6-10", "bytes=0-0", "bytes=5-2"]:
        parsed = httputil._parse_request_range(text)
        yield {"text": text, "range": None if parsed is None else list(parsed)}


def main():
    if "--check" in sys.argv:
        for case in json.load(sys.stdin):
            secret = {int(k): v for k, v in case["secret"].items()} if isinstance(case["secret"], dict) else case["secret"]
            got = web.decode_signed_value(secret, case["name"], case["text"], clock=lambda: case["clock"])
            assert got is not None and b64(got) == case["value"], case
            if "xsrf" in case:
                assert b64(FakeHandler()._decode_xsrf_token(case["xsrf"])[1]) == case["token"], case
        print("ok")
        return
    parts = {"signed": signed, "keyed": keyed, "altered": altered, "xsrf": xsrf, "cookies": cookies, "urls": urls, "ranges": ranges}
    lines = []
    for name, make in parts.items():
        rows = ",\n    ".join(json.dumps(row, ensure_ascii=True) for row in make())
        lines.append(f'  "{name}": [\n    {rows}\n  ]')
    print("{\n" + f'  "tornado": "{tornado.version}",\n' + f'  "keys": {json.dumps(KEYS)},\n' + ",\n".join(lines) + "\n}")


main()
