"""Prints what Tornado's templates write, as JSON: those whose text means the same in Python and in JavaScript.

    apt-get install -y python3-tornado
    /usr/bin/python3 scripts/make-template-vectors.py > test/template/tornado-vectors.json

With `--random SEED COUNT` it prints only templates made at random, more of them than are kept. Debian's Tornado is older than 6.4, which
took `xhtml_escape` from Python's `html`: so does this.
"""
import html
import json
import logging
import random
import re
import sys

import tornado
from tornado import escape, template

logging.disable(logging.CRITICAL)
escape.xhtml_escape = lambda value: html.escape(escape.to_unicode(value))


def fail(message="failed"):
    raise ValueError(message)


# test/template/tornado.test.ts has the same ones.
FUNCTIONS = {
    "upper": lambda text: escape.to_unicode(text).upper(),
    "wrap": lambda text: "[" + escape.to_unicode(text) + "]",
    "twice": lambda text: escape.to_unicode(text) * 2,
    "same": lambda text: text,
    "add": lambda a, b=1: a + b,
    "fail": fail,
}

VALUES = {
    "s": "<a href=\"x\">it's & that</a>", "u": "gr\u00fcn \u20ac \U0001f600", "empty": "", "n": 3, "zero": 0, "x": 1.5, "yes": True, "no": False,
    "nothing": None, "xs": [1, 2, 3], "words": ["a", "<b>", "c & d"], "pairs": [["k", 1], ["<l>", 2]], "rows": [[1, 2], [3, 4]],
    "entries": [{"title": "T<1>", "tags": ["x", "y"]}, {"title": "T2", "tags": []}], "d": {"a": 1, "b": {"c": "<deep>"}},
}

# One template a line.
PLAIN = r"""
# expressions
Hello {{ s }}
{{s}}
{{   s   }}
{{ u }}
{{ n }}{{ zero }}{{ empty }}
{{ x }}
{{ -n }}
{{ n - 1 }}
{{ n * 2 + 1 }}
{{ n % 2 }}
{{ 2 ** 10 }}
{{ s + "<" + 'y' }}
{{ "}" }}
{{ '{' }}
{{ "a\"b" }}
{{ 'it\'s' }}
{{ "\u00e9\t" }}
{{ (n + 1) * 2 }}
{{ xs[0] + xs[2] }}
{{ d["a"] }}
{{ d['b']["c"] }}
{{ entries[0]["title"] }}
{{ add(n) }}
{{ add(n, 4) }}
{{ add(add(1), add(2)) }}
{{ upper(s) }}
{{ n and s }}
{{ zero or "none" }}
{{ zero or empty or n }}
{{ n == 3 and "three" or "other" }}
{{ not n and "a" or "b" }}
{{ n < 4 and n > 2 and 1 or 2 }}
{{ n & 1 }}{{ n | 4 }}{{ n ^ 1 }}{{ n << 2 }}{{ 8 >> 1 }}
{{ 0x1f }}
{{ 1_000 }}
{{ "a" * 0 or 1 }}
{{ [1, 2, 3][1] }}
{{ [n, s][1] }}
{{ url_escape("a b&c=\u00e9/") }}
{{ url_escape("a b", False) }}
{{ json_encode("</script>") }}
{{ json_encode(1) }}
{{ squeeze("a   b\\n c") }}
{{ escape("<") }}
{{ xhtml_escape("<") }}
{% raw escape("<") %}
{% raw s %}
{% raw "<" + s %}
{% raw linkify("see http://example.org/?a=b & <i>") %}
{{ linkify("http://a.example") }}
{% raw json_encode("a<b>&") %}
# braces
{{{ n }}}
{{{{ n }}}}
{ {{ n }} }
{a}
{
}
}}
%}
#}
{ %}
{ { n } }
a{
{{! n }}
{%! if %}
{#! x #}
{{!{{ n }}
{{{! n }}
{!{{ n }}
{%!{%! {#!
{{ "{{" }}
{{ "{%" }}
{{ "{#" }}
{# c #}
a{# {{ n }} {% if %} {% end %} #}b
{#a#}{#b#}
{# } # } #}
{##}
{% comment %}
{% comment a b c %}
{%comment x%}
a{% comment "" %}b
{# a\nb #}c
{% comment a\nb %}c
# if
{% if yes %}1{% end %}
{% if no %}1{% end %}
{% if no %}1{% else %}2{% end %}
{% if no %}1{% elif yes %}2{% else %}3{% end %}
{% if no %}1{% elif no %}2{% elif n == 3 %}3{% end %}
{% if no %}{% elif no %}{% else %}{% end %}.
{% if yes %}{% if no %}a{% else %}b{% end %}{% else %}c{% end %}
{%if n == 3%}x{%end%}
{% if not no %}x{% end %}
{% if not n == 4 %}x{% end %}
{% if not (n == 4) %}x{% end %}
{% if n == 3 and not no %}x{% end %}
{% if no or not yes %}x{% else %}y{% end %}
{% if not no and not zero %}x{% end %}
{% if not not yes %}x{% end %}
{% if n != 3 %}x{% else %}y{% end %}
{% if n >= 3 and n <= 3 %}x{% end %}
{% if empty %}x{% else %}y{% end %}
{% if nothing %}x{% else %}y{% end %}
{% if nothing == None %}x{% end %}
{% if yes == True and no == False %}x{% end %}
{% if None or False %}x{% else %}y{% end %}
{% if (n == 3\nand yes) %}x{% end %}
{% if "}" == '}' %}x{% end %}
{% if words[0] == "a" %}x{% end %}
{% if add(1) == 2 %}x{% end %}
{% if not add(zero, 0) %}x{% end %}
# for
{% for x in xs %}{{ x }},{% end %}
{% for w in words %}{{ w }};{% end %}
{% for k, v in pairs %}{{ k }}={{ v }} {% end %}
{% for [k, v] in pairs %}{{ k }}{{ v }}{% end %}
{% for (k, v) in pairs %}{{ k }}{{ v }}{% end %}
{% for row in rows %}{% for cell in row %}{{ cell }}{% end %};{% end %}
{% for c in "abc" %}{{ c }}-{% end %}
{% for k in d %}{{ k }}{% end %}
{% for x in [] %}{{ x }}{% end %}
{% for x in [] %}a{% else %}b{% end %}
{% for x in xs %}{{ x }}{% else %}done{% end %}
{% for x in xs %}{% if x == 2 %}{% break %}{% end %}{{ x }}{% else %}done{% end %}
{% for x in xs %}{% if x == 2 %}{% continue %}{% end %}{{ x }}{% else %}done{% end %}
{% for x in xs %}{% for y in xs %}{% if y == x %}{% break %}{% end %}{{ y }}{% end %};{% end %}
{% for x in xs %}{% for y in xs %}{% continue %}{% else %}e{% break %}{% end %}{{ x }}{% end %}!
{% for e in entries %}{{ e["title"] }}:{% for t in e["tags"] %}{{ t }}{% else %}none{% end %} {% end %}
{% for x in xs %}{% set y = x * 2 %}{{ y }}{% end %}{{ y }}
{% for x in xs %}{% set x = x * 2 %}{{ x }}{% end %}
{% for a, b in rows %}{{ a + b }} {% end %}
{% for x in [n, n + 1] %}{{ x }}{% end %}
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% end %}
{% for a, [b, c] in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% end %}
{% for x in xs %}{% for x in words %}{{ x }}{% end %}{% end %}
# while
{% set i = 0 %}{% while i < 3 %}{{ i }}{% set i = i + 1 %}{% end %}
{% set i = 3 %}{% while i > 0 %}{% set i = i - 1 %}{% if i == 1 %}{% continue %}{% end %}{{ i }}{% end %}
{% while yes %}a{% break %}{% end %}b
{% while no %}a{% else %}b{% end %}
{% while yes %}{% break %}{% else %}b{% end %}c
{% set i = 0 %}{% while i < 2 %}{% set i += 1 %}{{ i }}{% else %}e{% end %}
{% while no %}{% end %}x
{% set i = 0 %}{% while not i == 2 %}{% set i = i + 1 %}{% end %}{{ i }}
# set
{% set a = 1 %}{{ a }}
{% set a = "<" %}{{ a }}{% raw a %}
{% set a = n + 1 %}{% set b = a * 2 %}{{ b }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set a, b = pairs %}{{ a[1] }}{{ b[1] }}
{% set a, b = [n, s] %}{{ b }}
{% set a = b = 4 %}{{ a }}{{ b }}
{% set (a, b) = (1, 2) %}{{ a }}{{ b }}
{% set [a, b] = [1, 2] %}{{ a }}{{ b }}
{% set a = 1 %}{% set a += 2 %}{% set a *= 5 %}{{ a }}
{% set a = 1; b = 2 %}{{ a }}{{ b }}
{% set a = [1, 2] %}{% set a[0] = 5 %}{{ a[0] }}{{ a[1] }}
{% if yes %}{% set a = 1 %}{% else %}{% set a = 2 %}{% end %}{{ a }}
{% set a = yes and 1 or 2 %}{{ a }}
{% set a = 1, 2 %}{{ a[1] }}
{% set a = (n\n+ 1) %}{{ a }}
{% set a = not n == 3 %}{% if a %}x{% else %}y{% end %}
{% set a = n == 3 %}{% if a %}x{% end %}
{% set a, b = 1, 2 %}{% set a, b = b, a %}{{ a }}{{ b }}
{% set add(1) %}x
{% set a = add(n, 1) %}{{ a }}
{% set a = [n, 2][0] %}{{ a }}
{% set a = upper("x=y") %}{{ a }}
{% set aa = 1 %}{% set aaa = 2 %}{{ aa }}{{ aaa }}
# try
{% try %}a{% except %}b{% end %}
{% try %}a{{ fail() }}c{% except %}b{% end %}
{% try %}a{% except %}b{% else %}c{% end %}
{% try %}{{ fail() }}{% except %}b{% else %}c{% finally %}d{% end %}
{% try %}a{% finally %}b{% end %}
{% try %}a{% except %}{% else %}b{% finally %}c{% end %}
{% try %}{% try %}{{ fail() }}{% finally %}1{% end %}{% except %}2{% end %}
{% try %}{% try %}{{ fail() }}{% except %}1{{ fail() }}{% end %}{% except %}2{% end %}
{% for x in xs %}{% try %}{% if x == 2 %}{% continue %}{% end %}{{ x }}{% finally %}f{% end %}{% end %}
{% for x in xs %}{% try %}{% break %}{% except %}{% else %}e{% finally %}f{% end %}{% else %}g{% end %}
{% try %}{% set a = fail() %}{% except %}{% set a = 2 %}{% end %}{{ a }}
a{% try %}b{% apply upper %}c{{ fail() }}{% end %}d{% except %}e{% end %}f
{% try %}{{ d["a"] }}{% except %}none{% end %}
{% try %}{{ unknown }}{% except %}none{% end %}
{% try %}{{ nothing["a"] }}{% except %}none{% end %}
{% try %}{% for x in xs %}{{ x }}{{ fail() }}{% end %}{% except %}!{% end %}
x{% apply wrap %}y{% try %}z{{ fail() }}{% except %}w{% end %}{% end %}
# apply
{% apply upper %}a{{ s }}{% end %}
{% apply wrap %}{% end %}
{% apply wrap %}{% apply upper %}x{% end %}y{% end %}
{% for w in words %}{% apply wrap %}{{ w }}{% end %}{% end %}
{% apply twice %}{% for x in xs %}{{ x }}{% end %}{% end %}
{% apply xhtml_escape %}<{{ "<" }}{% end %}
{% apply url_escape %}a b{% end %}
{% apply linkify %}http://a.example{% end %}
{% apply same %}{{ u }}{% end %}
a{% apply upper %}b{% end %}c{% apply upper %}d{% end %}e
{% apply upper %}{% for x in words %}{% if x == "a" %}{% continue %}{% end %}{{ x }}{% break %}{% end %}{% end %}
{% apply upper %}{% raw s %}{% end %}
{% apply wrap %}{% set a = 1 %}{{ a }}{% end %}
{% apply upper %}{% block b %}x{% end %}{% end %}
{% apply escape %}{% raw s %}{% end %}
# autoescape
{% autoescape None %}{{ s }}
{{ s }}{% autoescape None %}
{% autoescape xhtml_escape %}{{ s }}
{% autoescape upper %}{{ s }}{% raw s %}
{% autoescape wrap %}{{ n }}{{ empty }}
{% autoescape None %}{{ n }}{{ u }}{% raw s %}
{% autoescape None %}{{ escape(s) }}
{% autoescape url_escape %}{{ "a b" }}
{% autoescape upper %}{% autoescape wrap %}{{ u }}
# whitespace
{% whitespace all %}  a \t b\n\n c  
{% whitespace single %}  a \t b \n\n  c  
{% whitespace oneline %}  a \t b \n\n  c  
{% whitespace single %}\n\n\n{{ n }} \n {{ n }}\t\t
{% whitespace oneline %}\n{{ n }}\n\n{{ s }}
{% whitespace single %}<pre>  a\n\n\nb  </pre>  x
{% whitespace oneline %}<pre>\n\n</pre>{{ n }}   y   
{% whitespace single %}a  b{% whitespace all %}a  b{% whitespace oneline %}a\nb
a  b{% whitespace single %}a  b
{% whitespace single %}a\r\n\r\nb\r\n  c
{% whitespace oneline %}a\r\n\r\nb
{% whitespace single %}a\u00a0\u00a0b\u00a0\nc\u2003 d
{% whitespace oneline %}a\u00a0\u00a0b\u2003c\u200bd\ufeffe\u0085f\u001cg
{% whitespace single %}a\f \f\v b  \r  c
{% whitespace single %}{{ "a   b" }}  {% apply same %}  a   {{ "b  " }}  {% end %}  
{% whitespace single %}{# a #}   {# b #}   
{% if yes %}{% whitespace oneline %}a\n\nb{% end %}a\n\nb
{% whitespace oneline %}a\u2028b\u2029c\u3000d\u180ee
# lines
a\n  b\n
\n
{{\nn\n}}
{{ add(\n1,\n2) }}
{% if yes\n%}x{% end %}
\r\n{{ n }}\r\n
{% for x in [\n1,\n2] %}{{ x }}{% end %}
"""

# Several templates; the first one is asked for.
FILES = [
    {"a": "1{% include b %}2", "b": "[{{ s }}]"},
    {"a": "1{% include \"b\" %}{% include 'b' %}", "b": "x"},
    {"a.html": "a  b{% include c.txt %}", "c.txt": "a  b\n\n"},
    {"a.txt": "a  b{% include c.html %}  d", "c.html": "a  b\n\n"},
    {"a.js": "f( 1,\t 2 )\n\n"},
    {"a": "{% set v = 1 %}{% include b %}{{ v }}", "b": "{{ v }}{% set v = 2 %}"},
    {"a": "{% for x in xs %}{% include b %}{% end %}", "b": "{{ x }}{{ n }};"},
    {"a": "{% for x in xs %}{% include b %}{% end %}", "b": "{% for x in words %}{{ x }}{% end %};"},
    {"a": "{% autoescape None %}{{ s }}{% include b %}{{ s }}", "b": "{{ s }}"},
    {"a": "{{ s }}{% include b %}{{ s }}", "b": "{% autoescape None %}{{ s }}"},
    {"a": "{% include b %}", "b": "{% include c %}{% include c %}", "c": "c{{ n }}"},
    {"d/a": "{% include b %}{% include ../c %}{% include e/f %}", "d/b": "b", "c": "c", "d/e/f": "f{% include ../b %}"},
    {"a": "{% extends b %}", "b": "<{% block x %}default{% end %}>"},
    {"a": "{% extends b %}ignored{% block x %}own {{ s }}{% end %}ignored", "b": "<{% block x %}default{% end %}>"},
    {"a": "{% extends \"b\" %}{% block y %}Y{% end %}", "b": "{% block x %}{% block y %}y{% end %}{% block z %}z{% end %}{% end %}"},
    {"a": "{% extends b %}{% block x %}A{% end %}", "b": "{% extends c %}{% block x %}B{% end %}{% block y %}BY{% end %}", "c": "{% block x %}C{% end %}{% block y %}CY{% end %}{% block z %}CZ{% end %}"},
    {"a": "{% extends b %}{% block x %}A{% block y %}AY{% end %}{% end %}", "b": "{% block x %}X{% end %}{% block y %}Y{% end %}"},
    {"a": "{% extends b %}{% block y %}AY{% end %}", "b": "{% extends c %}{% block x %}B{% block y %}BY{% end %}{% end %}", "c": "<{% block x %}C{% end %}>"},
    {"a": "{% extends b %}{% block x %}{% include c %}{% end %}", "b": "{% block x %}{% end %}", "c": "c{% block q %}Q{% end %}"},
    {"a": "{% extends b %}{% block q %}A{% end %}", "b": "{% include c %}", "c": "c{% block q %}Q{% end %}"},
    {"a": "{% block x %}1{% end %}{% block x %}2{% end %}"},
    {"a": "{% extends b %}{% block x %}{{ s }}{% end %}", "b": "{% autoescape None %}{{ s }}{% block x %}{% end %}{{ s }}"},
    {"a": "{% extends b %}{% autoescape None %}{% block x %}{{ s }}{% end %}", "b": "{{ s }}{% block x %}{% end %}{{ s }}"},
    {"a": "{% extends b %}{% block x %}{{ s }}{% end %}", "b": "{% block x %}{% end %}{% autoescape upper %}{{ n }}"},
    {"a": "{% extends b %}{% block x %}{{ x }}{% end %}", "b": "{% for x in xs %}{% block x %}{% end %},{% end %}"},
    {"a": "{% extends b %}{% block body %}{% for x in xs %}{% block row %}{{ x }}{% end %}{% end %}{% end %}", "b": "{% block body %}{% end %}"},
    {"a": "{% extends b %}{% block x %}{% set v = 5 %}{% end %}", "b": "{% set v = 1 %}{% block x %}{% end %}{{ v }}"},
    {"a": "{% extends b %}{% set v = 5 %}{% block x %}{{ n }}{% end %}", "b": "{% block x %}{% end %}"},
    {"a.html": "{% extends b.txt %}{% block x %}a  b\n\n{% end %}", "b.txt": "a  b{% block x %}{% end %}  c"},
    {"d/a": "{% extends ../b %}{% block x %}{% include c %}{% end %}", "b": "<{% block x %}{% end %}{% include d/c %}>", "d/c": "c"},
    {"a": "{% block a b %}1{% end %}{% block 'q' %}2{% end %}"},
    {"a": "{% extends b %}{% block \"x\" %}2{% end %}", "b": "{% block \"x\" %}1{% end %}"},
    {"a": "{% apply upper %}{% include b %}{% end %}", "b": "b{{ s }}"},
    {"a": "{% try %}{% include b %}{% except %}caught{% end %}", "b": "b{{ fail() }}"},
    {"a": "{% include b %}{% if yes %}{% include b %}{% end %}", "b": "{% block x %}{{ n }}{% end %}"},
]

# What is refused, and with which words.
REFUSED = ["a\n{{ }}", "{{}}", "{{ n", "a\n\n{{ n\n", "{{ n }", "{{ n } }", "{% %}", "\n{%%}", "{% if yes", "{% foo %}", "a\n{% foo bar %}", "{% end %}", "x{% if yes %}{% end %}\n{% end %}",
           "{% if yes %}", "\n{% if yes %}\n\n", "{% for x in xs %}a\n{{ x }}\n", "{% block b %}", "{% apply upper %}\n{% if yes %}{% end %}", "{% try %}", "{% while no %}",
           "{% for x in xs %}{% except %}{% end %}", "{% if yes %}{% finally %}{% end %}", "{% block b %}{% else %}{% end %}", "{% apply upper %}{% else %}{% end %}", "{% for x in xs %}{% elif yes %}{% end %}",
           "{# a", "a\n{#\n", "{% block %}{% end %}", "{% extends %}", "{% include %}", "{% include \"\" %}", "{% set %}", "{% import %}", "{% if yes %}\n{% foo %}{% end %}", "{{! {{ }}", "{% break", "{% End %}"]


def rendered(files, values, **options):
    loader = template.DictLoader(files, **options)
    return loader.load(next(iter(files))).generate(**VALUES, **FUNCTIONS, **values).decode()


def plain():
    for line in PLAIN.strip().split("\n"):
        if not line.startswith("# "):
            # Of Python's own escapes only those that would not survive the text of this file.
            yield re.sub(r"(?<!\\)\\([nrtfv]|u[0-9a-f]{4})", lambda match: json.loads(f'"{match[0]}"')
                         if match[1] != "v" else "\v", line)


class Maker:
    """Templates at random, of what means the same in both languages."""

    def __init__(self, rng):
        self.rng = rng
        self.depth = 0
        self.loops = 0
        self.names = ["n", "zero"]
        self.serial = 0

    def number(self, depth=0):
        one = self.rng.randint(0, 7 if depth < 2 else 2)
        if one == 0:
            return str(self.rng.randint(0, 20))
        if one <= 2:
            return self.rng.choice(self.names)
        if one == 3:
            return f"add({self.number(depth + 1)}, {self.number(depth + 1)})"
        if one == 4:
            return f"xs[{self.rng.randint(0, 2)}]"
        if one == 5:
            return f"({self.number(depth + 1)} * 2)"
        if one == 6:
            return f"(-{self.number(depth + 1)})"
        return f"({self.number(depth + 1)} {self.rng.choice('+-*')} {self.number(depth + 1)})"

    def text(self):
        return self.rng.choice(["s", "u", "empty", '"<q>"', "'it is }'", "words[1]", "upper(s)", "s + u", 'd["b"]["c"]', '"a" + empty'])

    def condition(self, depth=0):
        one = self.rng.randint(0, 6 if depth < 2 else 2)
        if one == 0:
            return f"{self.number(1)} {self.rng.choice(['==', '!=', '<', '>', '<=', '>='])} {self.number(1)}"
        if one == 1:
            return self.rng.choice(["yes", "no", "empty", "zero", "n", "s", "nothing", "True", "False", "None"])
        if one == 2:
            return f"{self.text()} == {self.text()}"
        if one == 3:
            return f"not {self.condition(depth + 1)}"
        if one == 4:
            return f"({self.condition(depth + 1)})"
        return f"{self.condition(depth + 1)} {self.rng.choice(['and', 'or'])} {self.condition(depth + 1)}"

    def body(self):
        self.depth += 1
        names = list(self.names)
        count = self.rng.randint(0, 4 if self.depth < 4 else 2)
        result = "".join(self.piece() for _ in range(count))
        # Names that a branch sets may not be there after it.
        self.names = names
        self.depth -= 1
        return result

    def fresh(self):
        self.serial += 1
        return f"v{self.serial}"

    def piece(self):
        rng = self.rng
        one = rng.randint(0, 17 if self.depth < 4 else 6)
        if one <= 2:
            return rng.choice(["a", " b ", "<i>", "\n", "  \n\n c", "{", "}", "}}", "{{!", "{%!", "\t\t", "<pre>  </pre>", "{# {{ no #}", "\u00fc ", "\\", '"', "'"])
        if one == 3:
            return "{{ " + self.number() + " }}"
        if one == 4:
            return rng.choice(["{{ %s }}", "{%% raw %s %%}", "{{%s}}"]) % self.text()
        if one == 5:
            name = self.fresh()
            code = "{% set " + name + " = " + self.number() + " %}"
            self.names.append(name)
            return code
        if one == 6:
            return rng.choice(["{% whitespace single %}", "{% whitespace oneline %}", "{% whitespace all %}", "{% comment x %}", "{{! "])
        if one == 7:
            return "{% apply " + rng.choice(["upper", "wrap", "twice"]) + " %}" + self.apart() + "{% end %}"
        if one == 8:
            return "{% block " + self.fresh() + " %}" + self.body() + "{% end %}"
        if one == 9:
            return self.attempt()
        if one <= 12:
            return self.loop()
        if one == 13 and self.loops > 0:
            return "{% if " + self.condition() + " %}{% " + rng.choice(["break", "continue"]) + " %}{% end %}"
        return self.choice()

    def apart(self):
        loops, self.loops = self.loops, 0
        body = self.body()
        self.loops = loops
        return body

    def attempt(self):
        code = "{% try %}" + self.body()
        if self.rng.random() < 0.5:
            code += "{{ fail() }}" + self.body()
        code += "{% except %}" + self.body()
        if self.rng.random() < 0.4:
            code += "{% else %}" + self.body()
        if self.rng.random() < 0.4:
            loops, self.loops = self.loops, 0
            code += "{% finally %}" + self.body()
            self.loops = loops
        return code + "{% end %}"

    def loop(self):
        name, other = self.fresh(), self.fresh()
        kind = self.rng.randint(0, 3)
        if kind == 0:
            # A `continue` in it must not skip what ends it.
            head, first = "{% set " + name + " = 0 %}{% while " + name + " < 3 %}", "{% set " + name + " = " + name + " + 1 %}"
        elif kind == 1:
            head, first = "{% for " + name + ", " + other + " in [[1, 2], [3, 4]] %}", "{{ " + other + " }}"
        elif kind == 2:
            head, first = "{% for " + other + " in words %}{% set " + name + " = 1 %}", "{{ " + other + " }}"
        else:
            head, first = "{% for " + name + " in xs %}", ""
        names = list(self.names)
        self.names.append(name)
        self.loops += 1
        code = head + first + self.body()
        self.loops -= 1
        self.names = names
        if self.rng.random() < 0.3:
            code += "{% else %}" + self.body()
        return code + "{% end %}"

    def choice(self):
        code = "{% if " + self.condition() + " %}" + self.body()
        while self.rng.random() < 0.3:
            code += "{% elif " + self.condition() + " %}" + self.body()
        if self.rng.random() < 0.5:
            code += "{% else %}" + self.body()
        return code + "{% end %}"


def random_files(seed):
    """One template, or three that extend and include each other."""
    rng = random.Random(seed)
    maker = Maker(rng)
    page = lambda: "".join(maker.piece() for _ in range(rng.randint(1, 6)))
    suffix = rng.choice([".html", ".txt"])
    if rng.random() < 0.6:
        return {"a" + suffix: page()}
    base = page() + "{% block one %}" + page() + "{% end %}{% include part" + suffix + " %}{% block two %}{% end %}"
    child = "{% extends base" + suffix + " %}{% block two %}" + page() + "{% end %}" + page()
    if rng.random() < 0.5:
        child += "{% block one %}" + page() + "{% include part" + suffix + " %}{% end %}"
    escaping = rng.choice(["", "", "{% autoescape None %}", "{% autoescape wrap %}"])
    maker.names = ["n"]
    return {"a" + suffix: child, "base" + suffix: base + escaping, "part" + suffix: page()}


def at_random(first, count):
    seed = first
    while count > 0:
        seed += 1
        files = random_files(seed)
        try:
            row = {"files": files, "text": rendered(files)}
        except Exception:
            # A name that some branch did not set, or an empty template where none may be.
            continue
        if len(row["text"]) < 1000 and 60 < len(json.dumps(files)) < 1500:
            count -= 1
            yield row


def rendered(files, **options):
    loader = template.DictLoader(files, **options)
    return loader.load(next(iter(files))).generate(**VALUES, **FUNCTIONS).decode()


def rows():
    for source in plain():
        files = {"t.txt": source}
        yield {"files": files, "text": rendered(files)}
    for files in FILES:
        yield {"files": files, "text": rendered(files)}
    yield from at_random(0, 150)


def refused():
    for source in REFUSED:
        try:
            template.Template(source, name="t.txt", loader=template.DictLoader({}))
            raise AssertionError(source)
        except template.ParseError as error:
            yield {"source": source, "message": str(error)}


def whitespace():
    for text in ["  a \t b\n\n c  ", "\n", " ", "a\r\n\r\nb\r\n  c", "a\u00a0\u00a0b\u00a0\nc\u2003 d", "a\f \f\v b  \r  c", "a\u2028b\u2029c\u3000d\u180ee\u200bf\ufeffg\u0085h\u001ci\u001fj",
                 "\x1d\n\x1e", "\ufeff\n\u0085\n"]:
        for mode in ("all", "single", "oneline"):
            yield {"mode": mode, "text": text, "result": template.filter_whitespace(mode, text)}


def main():
    if "--random" in sys.argv:
        seed, count = map(int, sys.argv[2:4])
        parts = {"rows": at_random(seed, count)}
    else:
        parts = {"rows": rows(), "refused": refused(), "whitespace": whitespace()}
    texts = [f'  "tornado": "{tornado.version}"', f'  "values": {json.dumps(VALUES)}']
    for name, made in parts.items():
        texts.append(f'  "{name}": [\n    ' + ",\n    ".join(json.dumps(row) for row in made) + "\n  ]")
    print("{\n" + ",\n".join(texts) + "\n}")


main()
