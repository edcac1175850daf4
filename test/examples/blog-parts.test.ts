/** The parts of the blog that know no HTTP: its Markdown, slugs, passwords, the places `next` may lead to, the pause after wrong guesses. */
import * as assert from "uvu/assert";
import { Attempts } from "../../examples/blog/attempts.ts";
import { markdownBeginning, markdownToHTML } from "../../examples/blog/markdown.ts";
import { hashPassword, isPassword } from "../../examples/blog/passwords.ts";
import { safePath } from "../../examples/blog/safe-path.ts";
import { freeSlug, slugOf } from "../../examples/blog/slug.ts";
import { BusyError, Turns } from "../../examples/blog/turns.ts";
import { suite } from "../_support/suite.ts";

const test = suite("parts of examples/blog", { deadline: 60 });

test("Markdown makes blocks", () => {
  for (const [text, html] of [
    ["one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>"],
    ["one  \ntwo\\\nthree", "<p>one<br>\ntwo<br>\nthree</p>"],
    ["# One\n## Two\n### Three\n#### four", "<h2>One</h2>\n<h3>Two</h3>\n<h4>Three</h4>\n<p>#### four</p>"],
    ["- a\n  b\n\n- c\nd", "<ul><li>a\nb</li><li>c</li></ul>\n<p>d</p>"],
    ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
    ["born in\n1984. Well", "<p>born in\n1984. Well</p>"],
    ["> a\n> > b\nc", "<blockquote><p>a</p>\n<blockquote><p>b</p></blockquote></blockquote>\n<p>c</p>"],
    ["```js\n<b> *x*\n\n```\ny", "<pre><code>&lt;b&gt; *x*\n\n</code></pre>\n<p>y</p>"],
    ["```\nnever closed", "<pre><code>never closed\n</code></pre>"],
    ["a\n\n---\n\n* * *", "<p>a</p>\n<hr>\n<hr>"],
    ["a\r\n\r\nb", "<p>a</p>\n<p>b</p>"],
    ["", ""],
  ] as const)
    assert.is(markdownToHTML(text), html, text);
});

test("Markdown makes emphasis, code and links, and leaves the rest as it is", () => {
  for (const [text, html] of [
    ["*a* **b** _c_ ***d***", "<em>a</em> <strong>b</strong> <em>c</em> <strong><em>d</em></strong>"],
    ["*a **b** c*", "<em>a <strong>b</strong> c</em>"],
    ["2 * 3 * 4, snake_case_name, **open", "2 * 3 * 4, snake_case_name, **open"],
    ["*a **b* c**", "<em>a **b</em> c**"],
    ["`<a> *b*` \\*c\\*", "<code>&lt;a&gt; *b*</code> *c*"],
    ["[a *b*](https://x.example/?c=1&d)", '<a href="https://x.example/?c=1&amp;d">a <em>b</em></a>'],
    [
      "[home](/) [top](#top) [m](mailto:a@b.example)",
      '<a href="/">home</a> <a href="#top">top</a> <a href="mailto:a@b.example">m</a>',
    ],
    ["see https://x.example/a_b_c.", 'see <a href="https://x.example/a_b_c">https://x.example/a_b_c</a>.'],
  ] as const)
    assert.is(markdownToHTML(text), `<p>${html}</p>`, text);
});

test("Markdown lets no HTML and no code through", () => {
  for (const text of [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScript:alert(1))",
    "[x](data:text/html,<script>)",
    "[x](vbscript:x)",
    '[x](https://a"onmouseover="alert(1))',
    'https://a"onmouseover=alert(1)',
    "[<script>](/x)",
    "`<script>`",
    "```\n</code></pre><script>\n```",
    "# <script>",
    "- <script>",
    "> <script>",
    "&lt;script&gt;",
  ]) {
    const html = markdownToHTML(text);
    const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
    for (const tag of tags)
      assert.match(
        tag,
        /^<\/?(?:p|a|h2|ul|li|blockquote|code|pre|em|strong)(?: href="(?:https:\/\/|\/)[^"]*")?>$/,
        text,
      );
  }
});

test("Markdown takes time in proportion to the text", () => {
  for (const piece of [
    "**a ",
    "*a ",
    "_ ",
    "[",
    "[a](",
    "`",
    "\\",
    "> ",
    "https://",
    "***",
    "- ",
    "1. ",
    "# ",
    "  ",
    "\n",
    "<",
  ]) {
    for (const text of [piece.repeat(100_000 / piece.length), `# a${piece.repeat(100_000 / piece.length)}x`])
      assert.type(markdownToHTML(text), "string");
  }
});

test("the beginning of an entry is its first paragraph", () => {
  assert.equal(markdownBeginning("# Title\n\nFirst.\n\nSecond."), { html: "<p>First.</p>", more: true });
  assert.equal(markdownBeginning("Only."), { html: "<p>Only.</p>", more: false });
  assert.equal(markdownBeginning("- a"), { html: "<ul><li>a</li></ul>", more: false });
});

test("slugs are made of the words of a title", () => {
  for (const [title, slug] of [
    ["Hello, World!", "hello-world"],
    ["Grüße aus Łódź", "grusse-aus-lodz"],
    ["Don’t  Ångström", "dont-angstrom"],
    ["你好 世界", "你好-世界"],
    ["नमस्ते", "नमस्ते"],
    ["../a/b?c#d%20", "a-b-c-d-20"],
    ["!!!", "entry"],
    ["x".repeat(200), "x".repeat(80)],
  ] as const)
    assert.is(slugOf(title), slug);
  const taken = new Set(["a", "a-2"]);
  assert.is(
    freeSlug("a", (slug) => taken.has(slug)),
    "a-3",
  );
  assert.is(
    freeSlug("b", (slug) => taken.has(slug)),
    "b",
  );
});

test("next leads to places of this blog only", () => {
  for (const [next, place] of [
    ["/", "/"],
    ["/entry/x?a=1#b", "/entry/x?a=1#b"],
    ["/a/../b", "/b"],
    ["", undefined],
    ["entry", undefined],
    ["https://evil.example", undefined],
    ["//evil.example", undefined],
    ["/\\evil.example", undefined],
    ["\\\\evil.example", undefined],
    ["/\t/evil.example", undefined],
    ["/.//evil.example", undefined],
    ["/a/..//evil.example", undefined],
    ["/%2F/evil.example", "/%2F/evil.example"],
    ["javascript:alert(1)", undefined],
    [`/${"x".repeat(2000)}`, undefined],
  ] as const)
    assert.is(safePath(next), place, next);
});

test("passwords are compared by hashes that differ each time", async () => {
  const [one, other] = await Promise.all([hashPassword("pässword"), hashPassword("pässword")]);
  assert.match(one, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  assert.is.not(one, other);
  assert.ok(await isPassword("pässword", one));
  assert.ok(await isPassword("pa\u0308ssword", one), "typed another way");
  assert.not.ok(await isPassword("Pässword", one));
  assert.not.ok(await isPassword("pässword", undefined), "nobody");
});

test("few passwords are looked at at a time, and only so many wait", async () => {
  const turns = new Turns(2, 3);
  const begun: (() => void)[] = [];
  const works = Array.from({ length: 7 }, () => turns.take(() => new Promise<void>((resolve) => begun.push(resolve))));
  const settled = Promise.allSettled(works);
  for (const expected of [2, 3, 4, 5, 5]) {
    await new Promise((resolve) => setImmediate(resolve));
    assert.is(begun.length, expected);
    if (expected < 5) begun[expected - 2]?.();
  }
  for (const end of begun) end();
  const refused = (await settled).map((one) => one.status === "rejected" && one.reason instanceof BusyError);
  assert.equal(refused, [false, false, false, false, false, true, true]);
  assert.is(await turns.take(() => Promise.resolve("free again")), "free again");
  await turns.take(() => Promise.reject(new Error("failed"))).catch(() => undefined);
  assert.is(await turns.take(() => Promise.resolve("still")), "still");
});

test("ten wrong guesses make a pause of a quarter of an hour", () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  for (let guess = 0; guess < 10; guess++) {
    assert.is(attempts.pause("a"), 0);
    attempts.failed("a");
  }
  assert.is(attempts.pause("a"), 900);
  assert.is(attempts.pause("b"), 0);
  now = 899.5;
  assert.is(attempts.pause("a"), 1);
  now = 900;
  assert.is(attempts.pause("a"), 0);
  for (let guess = 0; guess < 9; guess++) attempts.failed("a");
  attempts.succeeded("a");
  attempts.failed("a");
  assert.is(attempts.pause("a"), 0);
  for (let who = 0; who < 10_000; who++) attempts.failed(String(who));
  for (let guess = 0; guess < 9; guess++) attempts.failed("a");
  assert.is(attempts.pause("a"), 0, "the oldest is forgotten");
});

test.run();
