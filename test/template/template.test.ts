/** The language of templates: what each piece of it writes, and what is refused with which line. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  DictLoader,
  Loader,
  ParseError,
  positionOf,
  precompile,
  PrecompiledLoader,
  Template,
} from "../../src/template/index.ts";
import type { Precompiled, TemplateOptions } from "../../src/template/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("templates", { deadline: 20 });

const render = (source: string, values: object = {}, options: TemplateOptions = {}): string =>
  new Template(source, options).generate(values as { [name: string]: unknown });

/** A test of its own for a table of sources, values and results. */
function table(title: string, rows: readonly (readonly [source: string, values: object, result: string])[]): void {
  test(title, () => {
    for (const [source, values, result] of rows) assert.is(render(source, values), result, source);
  });
}

table("expressions are written, escaped", [
  ["Hello {{ name }}!", { name: "<you>" }, "Hello &lt;you&gt;!"],
  ["{{ x }}", { x: `&<>"'` }, "&amp;&lt;&gt;&quot;&#x27;"],
  ["{{ a }}{{ b }}{{ c }}", { a: null, b: undefined, c: 0 }, "0"],
  ["{{ bytes }}", { bytes: Buffer.from("ü<") }, "ü&lt;"],
  ["{% raw x %}", { x: "<b>" }, "<b>"],
  ["{{ 1 + 2 }} {{ [1, 2].join('-') }}", {}, "3 1-2"],
  ["{{ {a: {b: 1}}.a.b }}", {}, "1"],
  ["{{ '}}' }}{{ \"%}\" }}", {}, "}}%}"],
  ["{{ `a${x}b${[x].map((y) => y + 1)}` }}", { x: 1 }, "a1b2"],
  ["{{{ x }}}", { x: 1 }, "{1}"],
  ["{{ xs.filter((x, i) => x > low && i < 2).map(x => x * 2) }}", { xs: [1, 2, 3], low: 1 }, "4"],
  [
    "{{ JSON.stringify({a, 'b': a, c: {a: 2}}) }}",
    { a: 1 },
    "{&quot;a&quot;:1,&quot;b&quot;:1,&quot;c&quot;:{&quot;a&quot;:2}}",
  ],
  ["{{ x + xs.map(x => x * y).length + x }}", { x: 1, y: 2, xs: [1, 2] }, "4"],
  ["{{ xs.map(x => [x].map(({ y, z: [w = x] }) => y + w)) + (x) }}", { x: 1, xs: [{ y: 2, z: [3] }] }, "51"],
  ["{{ [(x) => ({ x }), x][0](2).x }}{{ `${xs.map((x) => `${x}${y}`)}${x}` }}", { x: 1, y: 2, xs: [3] }, "2321"],
  ["{{ f(x => x ? x : y, x) }}", { f: (g: (x: number) => number, x: number) => g(0) + x, x: 1, y: 2 }, "3"],
  [
    "{{ xs.map(x => y ? x : x ? -x : x).join() }}{{ (y ? x => x : z)(7) }}",
    { y: 0, z: (n: number) => n, xs: [1, 0] },
    "-1,07",
  ],
  ["{{ of }}{{ async }}{{ static }}", { of: 1, async: 2, static: 3 }, "123"],
  ["{{ a.constructor === Number }}", { a: 1 }, "true"],
  ["{{ x?.y ?? 'none' }}", { x: null }, "none"],
  ["{{ /a}b/.test('a}b') }}", {}, "true"],
  ["{{ o.and }} {{ o.not }}", { o: { and: 1, not: 2 } }, "1 2"],
]);

table("Python's spellings are understood", [
  ["{{ None }}{{ True }}{{ False }}", {}, "truefalse"],
  ["{{ a and b or c }}", { a: 1, b: 0, c: 3 }, "3"],
  ["{{ not a == b }}", { a: 1, b: 2 }, "true"],
  ["{{ not a and b }}", { a: false, b: "b" }, "b"],
  ["{{ [not a, not b] }}", { a: 1, b: 0 }, "false,true"],
  [
    "{{ f(not a, not not b) }}",
    { f: (x: unknown, y: unknown) => `${String(x)} ${String(y)}`, a: 1, b: 1 },
    "false true",
  ],
  ["{% if not a %}1{% elif a == 2 and not b %}2{% else %}3{% end %}", { a: 2, b: 0 }, "2"],
  ["{% for x in xs %}{{ x }}{% end %}", { xs: [1, 2] }, "12"],
  ["{% for k, v in Object.entries(d) %}{{ k }}{{ v }}{% end %}", { d: { a: 1, b: 2 } }, "a1b2"],
  ["{% for k in d %}{{ k }}{% end %}", { d: { a: 1, b: 2 } }, "ab"],
  ["{% set a, b = [1, 2] %}{{ a + b }}", {}, "3"],
  ["{% set a, b = 1, 2 %}{% set a, (b, c) = b, [a, 3] %}{{ a }}{{ b }}{{ c }}", {}, "213"],
  ["{% set a = b = 2; c = a %}{{ a }}{{ b }}{{ c }}", {}, "222"],
  ["{% for k, (a, b) in [['k', [1, 2]]] %}{{ k }}{{ a }}{{ b }}{% end %}", {}, "k12"],
  ["{% for x in 1, 2 %}{% set x = x * 2 %}{{ x }}{% end %}", {}, "24"],
]);

table("statements", [
  ["{% if a %}1{% elif b %}2{% else %}3{% end %}", { a: 0, b: 0 }, "3"],
  ["{% if a %}1{% else if b %}2{% end %}", { a: 0, b: 1 }, "2"],
  ["{% for x of new Set([1, 1, 2]) %}{{ x }}{% end %}", {}, "12"],
  ["{% for [a, {b}] in xs %}{{ a }}{{ b }}{% end %}", { xs: [[1, { b: 2 }]] }, "12"],
  ["{% for (let i = 0; i < n; i++) %}{{ i }}{% end %}", { n: 3 }, "012"],
  ["{% for x in [] %}{% else %}none{% end %}", {}, "none"],
  ["{% for x in [1, 2] %}{% if x == 2 %}{% break %}{% end %}{{ x }}{% else %}all{% end %}", {}, "1"],
  ["{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% end %}{{ x }}{% end %}", {}, "13"],
  ["{% for x in [1, 2] %}{% for y in [x] %}{% break %}{% end %}{{ x }}{% else %}!{% end %}", {}, "12!"],
  ["{% while n > 0 %}{{ n }}{% set n = n - 1 %}{% end %}{{ n }}", { n: 2 }, "210"],
  ["{% for x in [1] %}{% set y = x %}{% end %}{{ y }}", {}, "1"],
  ["{% set o.a = 2 %}{{ o.a }}", { o: { a: 1 } }, "2"],
  ["{% set n += 2 %}{{ n }}", { n: 1 }, "3"],
  ["{% set n ??= 2 %}{% set n **= 2 %}{{ n }}", { n: null }, "4"],
  ["{% set {a, b: [c, d = 4], ...rest} = o %}{{ a }}{{ c }}{{ d }}{{ rest.e }}", { o: { a: 1, b: [3], e: 5 } }, "1345"],
  ["{% set o.a, o['b'] = 1, 2 %}{{ o.a }}{{ o.b }}", { o: {} }, "12"],
  ["{% set f = (a, b = 1) => a + b; g = f(1) == 2 ? 'x=y' : 0 %}{{ f(2) }}{{ g }}", {}, "3x=y"],
  ["{% set f(1) %}{% set [first, ...others] = [1, 2, 3] %}{{ others.length }}", { f: () => 0 }, "2"],
  ["{{ n // 1 }}{{ n /* 2 */ + 1 }}{% if n // ? %}x{% end %}{% set n = 3 // 4 %}{{ n }}", { n: 1 }, "12x3"],
  ["{% apply up %}a{{ b }}{% end %}c", { up: (text: string) => text.toUpperCase(), b: "<" }, "A&LT;c"],
  ["{% apply (text) => text + '!' %}{% apply f %}x{% end %}{% end %}", { f: (text: string) => `[${text}]` }, "[x]!"],
  ["a{% try %}b{% apply f %}c{{ missing }}{% end %}d{% except %}e{% end %}f", { f: (text: string) => text }, "abef"],
  ["{% comment don't %}a{{ 'b' }}{% comment it's {{ %}c", {}, "abc"],
  ["{{ x.replace(/['\"}]}/g, '') }}{{ 'b' }}{{ n / 2 }} / {{ '/' }}", { x: "1'}", n: 4 }, "1b2 / /"],
  ["{{ 6 / 2 }}'{{ [6][0] / n }}'{{ n /* ' }} */ + 1 // it's }}'", { n: 2 }, "3'3'3'"],
  ["{% comment anything %}{# {{ not code #}{% if 1 %}{% end %}", {}, ""],
  ["{{! {%! {#!", {}, "{{ {% {#"],
  ["{ { } %} }} {", {}, "{ { } %} }} {"],
  ["{%if 1%}x{%end%}", {}, "x"],
]);

table("differences from Tornado's that docs/templates.md lists", [
  ["{% if xs %}true{% end %}{% if xs.length %}!{% end %}", { xs: [] }, "true"],
  ["{{ None }}{{ undefined }}[{{ o.missing }}{{ xs[-1] }}{{ xs.at(-1) }}]", { o: {}, xs: [1, 2] }, "[2]"],
  ["{{ True }} {{ 1.0 }} {{ [1, 2] }}", {}, "true 1 1,2"],
  ["{% for x in [1] %}{% end %}{{ x }}", { x: "outer" }, "outer"],
  ["{% try %}{{ None.x }}{% except TypeError as e %}{% end %}{{ e }}", { e: "outer" }, "outer"],
  ["{% apply f %}{% set x = 1 %}{% end %}{{ x }}", { f: (text: string) => text }, "1"],
  ["{% if 0 %}{% set x = 1 %}{% end %}[{{ x }}]", {}, "[]"],
  ["{% if 0 %}{% set x = 1 %}{% end %}[{{ x }}]", { x: "given" }, "[given]"],
  ["{%\nif 1\n%}x{%\tend\t%}", {}, "x"],
  ["{{ typeof f('') }}", { f: (text: string) => text }, "string"],
]);

test("names that begin with a dollar sign are taken, and modules are those of handlers", () => {
  assert.throws(() => render("{{ $x }}", { $x: 1 }), /\$x is not defined/);
  assert.throws(() => render("{% module Entry() %}"), /_tt_modules is not defined/);
});

test("try: except by class, else, finally", () => {
  const source =
    "{% try %}{{ f() }}{% except TypeError as e %}type {{ e.message }}{% except (RangeError, SyntaxError) %}two{% except %}other{% else %}fine{% finally %}!{% end %}";
  const failing = (error: Error) => ({
    f: () => {
      throw error;
    },
  });
  assert.is(render(source, { f: () => "ok " }), "ok fine!");
  assert.is(render(source, failing(new TypeError("<t>"))), "type &lt;t&gt;!");
  assert.is(render(source, failing(new RangeError("r"))), "two!");
  assert.is(render(source, failing(new Error("e"))), "other!");
  const only = "{% try %}{{ f() }}{% except TypeError %}t{% end %}";
  assert.throws(() => render(only, failing(new Error("goes on"))), /goes on/);
  assert.is(render("{% try %}{{ f() }}{% catch e %}{{ e.message }}{% end %}", failing(new Error("caught"))), "caught");
});

test("escaping: by name, none, for the whole file", () => {
  assert.is(render("{{ '<' }}", {}, { autoescape: null }), "<");
  assert.is(render("{{ '<' }}{% autoescape None %}{{ '<' }}", {}), "<<");
  const shout = (text: string) => `${text}!`;
  assert.is(render("{% autoescape shout %}{{ x }}", { x: "a", shout }), "a!");
  assert.is(render("{% autoescape my.shout %}{{ x }}", { x: "a", my: { shout } }), "a!");
  assert.is(render("{% set f = (text) => text + '?' %}{% autoescape f %}{{ x }}", { x: "a" }), "a?");
  const loader = new DictLoader({
    "none.html": "{% autoescape None %}{{ x }}{% include 'escaped.html' %}{% block b %}{{ x }}{% end %}",
    "escaped.html": "{{ x }}",
    "child.html": "{% extends none.html %}{% block b %}{{ x }}{% end %}",
  });
  assert.is(loader.load("none.html").generate({ x: "<" }), "<&lt;<");
  assert.is(loader.load("child.html").generate({ x: "<" }), "<&lt;&lt;", "~> a block is escaped as its own file says");
});

test("white space: by mode, by the file's name, kept where it is preformatted", () => {
  const text = "a  b\n\n  c\td";
  assert.is(render(text), text);
  assert.is(render(text, {}, { name: "x.html" }), "a b\nc d");
  assert.is(render(text, {}, { whitespace: "oneline" }), "a b c d");
  assert.is(render(`{% whitespace oneline %}${text}{% whitespace all %}${text}`), `a b c d${text}`);
  assert.is(render(`<pre>${text}</pre>`, {}, { name: "x.html" }), `<pre>${text}</pre>`);
  assert.throws(() => render("{% whitespace some %}"), /all, single or oneline/);
});

test("inheritance, includes and modules of names", () => {
  const loader = new DictLoader(
    {
      "base.html": "<{% block title %}Default{% end %}|{% block body %}{% end %}>",
      "middle.html": "{% extends 'base.html' %}{% block title %}Middle {% block inner %}i{% end %}{% end %}",
      "leaf.html":
        "{% extends middle.html %}ignored{% block inner %}leaf {{ x }}{% end %}{% block body %}{% set y = 2 %}{% include inc.html %}{% end %}",
      "inc.html": "[{{ x }}{{ y }}]",
      "sub/a.html": "{% include b.html %}{% include ../inc.html %}{% include /inc.html %}",
      "sub/b.html": "b",
      "import.html":
        "{% import text %}{% from text import up as shout, low %}{{ text.up('a') }}{{ shout('b') }}{{ low('C') }}",
    },
    {
      namespace: { y: 1 },
      imports: { text: { up: (s: string) => s.toUpperCase(), low: (s: string) => s.toLowerCase() } },
    },
  );
  assert.is(loader.load("base.html").generate(), "<Default|>");
  assert.is(loader.load("leaf.html").generate({ x: "&" }), "<Middle leaf &amp;|[&amp;2]>");
  assert.is(loader.load("sub/a.html").generate({ x: 0 }), "b[01][01]");
  assert.is(loader.load("import.html").generate(), "ABc");
  assert.throws(() => loader.load("none.html"), /no template "none.html"/);
  assert.throws(() => render("{% extends 'a' %}"), /need a template loader/);
  assert.throws(() => render("{% import fs %}"), /fs is not among it/);
});

test("a template that includes or extends itself is refused", () => {
  const loader = new DictLoader({
    a: "{% include b %}",
    b: "{% include a %}",
    c: "{% extends d %}",
    d: "{% extends c %}",
    twice: "{% include leaf %}{% include leaf %}",
    leaf: "x",
  });
  assert.throws(() => loader.load("a"), /includes itself at b:1/);
  assert.throws(() => loader.load("c"), /extends itself/);
  assert.is(loader.load("twice").generate(), "xx");
});

test("what cannot be understood is refused with its line", () => {
  for (const [source, message] of [
    ["a\n{{ }}", "Empty expression at <string>:2"],
    ["{{ x", "Missing end expression }} at <string>:1"],
    ["\n{% %}", "Empty block tag ({% %}) at <string>:2"],
    ["{% foo %}", "unknown operator: 'foo' at <string>:1"],
    ["{% end %}", "Extra {% end %} block at <string>:1"],
    ["{% if x %}\n\n", "Missing {% end %} block for if at <string>:1"],
    ["{% else %}", "else outside if or for or while or try block"],
    ["{% for x in y %}{% except %}{% end %}", "except block cannot be attached to for block"],
    ["{% break %}", "break outside for or while block"],
    ["{% for x in y %}{% apply f %}{% break %}{% end %}{% end %}", "break outside for or while block"],
    ["{# x", "Missing end comment #}"],
    ["{% if %}{% end %}", "if missing expression"],
    ["{% block %}{% end %}", "block missing name"],
    ["a\n\n{{ 1 + }}", "at <string>:3"],
    ["{% for x %}{% end %}", "cannot understand for x"],
    ["{% if x y %}{% end %}", "at <string>:1"],
    ["{% try %}x{% end %}", "try without except or finally"],
    ["{% from a import b-c %}", "cannot understand from"],
    ["\n{% for a, b.c() in [] %}{% end %}", "at <string>:2"],
    ["\n{% set 1 = 2 %}", "at <string>:2"],
  ] as const) {
    try {
      render(source);
      assert.unreachable(source);
    } catch (error) {
      assert.instance(error, ParseError, source);
      assert.match((error as Error).message, message, source);
    }
  }
});

test("Python that is no JavaScript is refused with the JavaScript to write", () => {
  for (const [source, sentence] of [
    ["{{ f(x, y=1) }}", '"y=1" is an argument by name, which JavaScript has not: write an object, { y: 1 }'],
    ["{% module Entry(entry, show_comments=True) %}", "write an object, { show_comments: True }"],
    ["{% set a = f(y = g(1, 2), z=3) %}", "write an object, { y: g(1, 2) }"],
    ["{{ a if c else b }}", '"a if c else b" is Python: write c ? a : b'],
    ["{{ f(1, 'x' if a and (b) else g(2, 3)) }}", "write a and (b) ? 'x' : g(2, 3)"],
    ["{% set cls = 'on' if x.a else '' %}", "write x.a ? 'on' : ''"],
    ["{{ ', '.join(x.name for x in xs) }}", '"x.name for x in xs" is Python: write xs.map((x) => x.name)'],
    ["{{ [f(x) for x in xs if x > 1] }}", "write xs.filter((x) => x > 1).map((x) => f(x))"],
    ["{% for a in [k for k, v in d] %}{% end %}", "write d.map(([k, v]) => k)"],
    ["{{ {k: v for k, v in d} }}", "Object.fromEntries"],
    ["{{ [x for xs in ys for x in xs] }}", "as {% for %}"],
    ['{{ "Hello %(name)s" % {"name": x} }}', "a remainder in JavaScript: write a template literal, `Hello ${name}`"],
    ["{{ '%d of %.2f %%' % (a, b) }}", "`${value} of ${value.toFixed(2)} %`"],
    ['{{ _("%(n)s friends") % {"n": 2} }}', "is formatting in Python"],
    ['{{ _("%s friends") % n }}', '"%" behind "%s friends" is formatting in Python'],
    ["{{ x is None }}", 'a == null for "a is None"'],
    ["{% if x not in xs %}{% end %}", "write !list.includes(value)"],
    ["{{ sorted(xs, lambda x: x.n) }}", '"lambda" is Python: write (x) => x + 1'],
    ["{{ xs[1:] }}", "write .slice(1)"],
    ["{{ xs[:n + 1] }}", "write .slice(0, n + 1)"],
    ["{{ f'{name}!' }}", "write `${name}!`"],
    ["{{ u'text' }}", "write 'text'"],
    ["{{ f(*xs) }}", '"*xs" is Python: write ...xs'],
    ["{{ f(1, **d) }}", '"**d" is Python: write { ...d }'],
    ["{% if 1 < x and 1 <= x < 3 %}{% end %}", "write 1 <= x && x < 3"],
  ] as const) {
    try {
      render(`a\n${source}`);
      assert.unreachable(source);
    } catch (error) {
      assert.instance(error, ParseError, source);
      assert.ok((error as Error).message.includes(sentence), `${source}: ${(error as Error).message}`);
      assert.match((error as Error).message, /at <string>:2$/);
    }
  }
});

table("JavaScript that looks like it is taken", [
  ["{{ ((a, b = 2) => a * b)(3) }}{{ f((a, b = 3) => b)(1) }}", { f: (f: unknown) => f }, "63"],
  ["{{ xs.map((x) => { if (x > 1) return 'a'; else return 'b'; }) }}", { xs: [1, 2] }, "b,a"],
  ["{{ a % b }}{{ f(7) % 4 }}{{ 'x'.length % 2 }}{{ 7 % (2 + 1) }}", { a: 5, b: 3, f: (x: number) => x }, "2311"],
  [
    "{{ xs[a ? 0 : 1] }}{{ ({ a: xs[0] }).a }}{{ o.is }}{{ o.if }}",
    { xs: [1, 2], a: false, o: { is: 3, if: 4 } },
    "2134",
  ],
  [
    "{{ 1 < 2 && 2 < 3 }}{{ 1 < 2 ? 3 > 4 : 0 }}{{ f(1 < 2, 3 > 2) }}{{ 2 * 3 ** 2 }}",
    { f: (a: unknown) => a },
    "truefalsetrue18",
  ],
  ["{{ f(2 * 3) }}{{ lambda }}", { f: (x: unknown) => x, lambda: 2 }, "62"],
]);

test("words of strict code name values, as all others do; those of all code are refused", async () => {
  const names = "implements interface package private protected public static eval".split(" ");
  const root = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    for (const name of names) {
      const source =
        `{{ ${name} }}{% set ${name} = ${name} + 1 %}{{ ${name} }}{{ ({ ${name} }).${name} }}` +
        `{% for ${name}, { ${name}: other } in [[3, { ${name}: 4 }]] %}{{ ${name} }}{{ other }}{% end %}` +
        `{% for { ${name} } in [{ ${name}: 5 }] %}{{ ${name} }}{% end %}{{ ((${name}) => ${name} * 2)(3) }}` +
        `{% try %}{{ nothing.x }}{% except TypeError as ${name} %}e{% end %}{{ ${name} }}`;
      assert.is(render(source, { [name]: 1, nothing: null }), "1223456e2", name);
      writeFileSync(join(root, `${name}.html`), source);
    }
    writeFileSync(join(root, "all.mjs"), precompile(root));
    const module = (await import(join(root, "all.mjs"))) as { default: Precompiled[] };
    const loader = new PrecompiledLoader(module.default);
    for (const name of names)
      assert.is(loader.load(`${name}.html`).generate({ [name]: 1, nothing: null }), "1223456e2", name);
  } finally {
    rmSync(root, { recursive: true });
  }
  for (const source of [
    "{% set await = 1 %}",
    "{% set class = 1 %}",
    "{% for yield in [] %}{% end %}",
    "{% import let %}",
  ])
    assert.throws(() => render(`\n${source}`), /is a word of JavaScript and cannot name a value at <string>:2/, source);
});

table("names of values that are not there, and loops over what their name was", [
  ["{{ typeof missing }}{{ typeof name }}{{ typeof f() }}", { name: "x", f: () => 1 }, "undefinedstringnumber"],
  ["{% if typeof user === 'undefined' %}nobody{% end %}", {}, "nobody"],
  ["{{ typeof Array }}{{ typeof globalThis.nothing }}", {}, "functionundefined"],
  [
    "{% for x in x.children %}{{ x.n }}{% for x in x.children %}({{ x.n }}){% end %}{% end %}{{ x.n }}",
    {
      x: {
        n: 0,
        children: [
          { n: 1, children: [{ n: 2 }] },
          { n: 3, children: [] },
        ],
      },
    },
    "1(2)30",
  ],
  ["{% for a, b in [[a, b]] %}{{ a }}{{ b }}{% end %}", { a: 1, b: 2 }, "12"],
]);

test("errors quote the template, and say where a template was looked for", () => {
  const message = (work: () => unknown): string => {
    try {
      work();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.match(
    message(() => render("{{ a b }}")),
    /^cannot understand "a b"(?:: Unexpected identifier 'b'.*)? at <string>:1$/,
  );
  for (const source of ["{{ a + }}", "{% if x y %}{% end %}", "{% set a = (b %}", "{% for x in a b %}{% end %}"]) {
    const said = message(() => render(source));
    assert.ok(said.startsWith("cannot understand "), said);
    assert.not.match(said, /\$|" in /);
  }
  const root = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    writeFileSync(join(root, "page.html"), "a\n{% include part.html %}");
    const loader = new Loader(root);
    assert.is(
      message(() => loader.load("none.html")),
      `there is no template "none.html" in ${root}`,
    );
    assert.is(
      message(() => loader.load("page.html")),
      `there is no template "part.html" in ${root}; it is named at page.html:2`,
    );
  } finally {
    rmSync(root, { recursive: true });
  }
  const dictionary = new DictLoader({ "a.html": "", "b.html": "" });
  assert.is(
    message(() => dictionary.load("c.html")),
    'there is no template "c.html" among a.html, b.html',
  );
  assert.is(
    message(() => new PrecompiledLoader([]).load("c.html")),
    'there is no template "c.html" among none',
  );
});

test("an exception carries the template's own line, and those on its way", () => {
  const loader = new DictLoader({
    "base.html": "\n{% block body %}{% end %}",
    "child.html": "{% extends base.html %}\n{% block body %}\n{% include bad.html %}{% end %}",
    "bad.html": "a\n{{ ok }}\n{{ missing }}",
  });
  try {
    loader.load("child.html").generate({ ok: 1 });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ReferenceError);
    assert.match((error as Error).message, "missing is not defined");
    assert.equal([positionOf(error)?.name, positionOf(error)?.line], ["bad.html", 3]);
    assert.match((error as Error).stack ?? "", /at bad\.html:3:1\n\s+at child\.html:3:1\n\s+at base\.html:2:1/);
  }
});

test("names of Object.prototype are not in the namespace", () => {
  assert.throws(() => render("{{ hasOwnProperty('x') }}{{ valueOf }}", {}), /undefined|not/);
  assert.is(render("{{ toString }}", { toString: "own" }), "own");
});

test("a directory: relative names, no way out, read once until reset", () => {
  const root = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    mkdirSync(join(root, "t/sub"), { recursive: true });
    writeFileSync(join(root, "secret.html"), "secret");
    writeFileSync(join(root, "t/a.html"), "{% include sub/b.html %}");
    writeFileSync(join(root, "t/sub/b.html"), "b1");
    const loader = new Loader(join(root, "t"));
    assert.is(loader.load("a.html").generate(), "b1");
    writeFileSync(join(root, "t/sub/b.html"), "b2");
    assert.is(loader.load("a.html").generate(), "b1");
    loader.reset();
    assert.is(loader.load("a.html").generate(), "b2");
    for (const name of ["../secret.html", "/../secret.html", "sub/../../secret.html", "a.html\0"])
      assert.throws(() => loader.load(name), /no template|leads out/, name);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("templates compiled ahead of time write the same, without making code", async () => {
  const root = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    mkdirSync(join(root, "sub"));
    writeFileSync(join(root, "base.html"), "<{% block b %}{% end %}>");
    writeFileSync(
      join(root, "page.html"),
      "{% extends base.html %}{% block b %}{% for x in xs %}{{ x }}{% end %}{% include sub/i.html %}{% end %}",
    );
    writeFileSync(join(root, "sub/i.html"), "{{ missing }}");
    writeFileSync(join(root, "templates.mjs"), precompile(root));
    const module = (await import(join(root, "templates.mjs"))) as { default: Precompiled[] };
    assert.equal(
      module.default.map(({ name }) => name),
      ["base.html", "page.html", "sub/i.html"],
    );
    const loader = new PrecompiledLoader(module.default);
    const values = { xs: ["<", 1], missing: "m" };
    assert.is(loader.load("page.html").generate(values), new Loader(root).load("page.html").generate(values));
    try {
      loader.load("page.html").generate({ xs: [] });
      assert.unreachable();
    } catch (error) {
      assert.is(positionOf(error)?.name, "sub/i.html");
    }
    assert.throws(() => loader.load("none.html"), /no template/);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a thousand nested blocks and a hundred thousand rows are no trouble", () => {
  const deep = `${"{% if 1 %}".repeat(1000)}x${"{% end %}".repeat(1000)}`;
  assert.is(render(deep), "x");
  assert.is(
    render("{% for x in xs %}{{ x }}{% end %}", { xs: Array.from({ length: 100_000 }, () => "a") }).length,
    100_000,
  );
});

test.run();
