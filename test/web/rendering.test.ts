/** Pages: templates in handlers, UI modules and what they bring, static URLs in them, and errors on the template's own line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { get as locales, loadTranslations } from "../../src/locale/index.ts";
import { DictLoader } from "../../src/template/index.ts";
import { inject } from "../../src/testing/index.ts";
import { Application, RequestHandler, UIModule } from "../../src/web/index.ts";
import type { Settings } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("rendering", { deadline: 20 });

class Page extends RequestHandler {
  override getCurrentUser() {
    return { name: "<ann>" };
  }
  override get(name?: string) {
    void this.render(name ?? "page.html", { title: "a & b", xs: [1, 2] });
  }
}

class Entry extends UIModule {
  override render(text: string): string {
    return this.renderString("entry.html", { text });
  }
  override embeddedJavascript() {
    return "entry();";
  }
  override embeddedCss() {
    return ".entry {}";
  }
  override javascriptFiles() {
    return ["/entry.js", "https://cdn.example/lib.js"];
  }
  override cssFiles() {
    return "/entry.css";
  }
  override htmlHead() {
    return "<meta name=entry>";
  }
  override htmlBody() {
    return "<i>entry</i>";
  }
}
class Other extends UIModule {
  override render(): string {
    return "other";
  }
  override javascriptFiles() {
    return "/entry.js";
  }
}

const PAGES: { readonly [name: string]: string } = {
  "page.html":
    "<h1>{{ title }}</h1>{{ current_user.name }} {{ request.path }} {{ handler.getStatus() }}{% raw xsrf_form_html() %}",
  "modules.html":
    "<html><head></head><body>{% module Entry('<x>') %}{% module Other() %}{% for x in xs %}{{ modules.Entry('y' + x) }}{% end %}</body></html>",
  "entry.html": "[{{ text }}]",
  "bare.html": "{% module Entry('x') %}",
  "unknown.html": "{% module Nothing() %}",
  "methods.html": "{{ shout(title) }} {{ reverse_url('page', 'x y') }} {% raw linkify('http://a.example') %}",
  "nested.html":
    "<head></head>{% module Template('brings.html', { inner: 1 }) %}{% module Template('brings.html', { inner: 2 }) %}<body></body>",
  "brings.html": "{{ inner }}{{ setResources({ embeddedCss: 'b {}', cssFiles: ['/b.css'] }) }}",
  "bad.html": "fine\n\n{{ missing }}",
};

function app(settings: Settings = {}): Application {
  return new Application(
    [
      ["/", Page],
      ["/:page", Page, undefined, "page"],
    ],
    {
      accessLog: false,
      cookieSecret: "secret",
      templateLoader: new DictLoader(PAGES),
      uiModules: [{ Entry }, { Other }],
      uiMethods: { shout: (_handler: RequestHandler, text: string) => `${text}!` },
      ...settings,
    },
  );
}
const text = async (url: string, settings?: Settings): Promise<string> => (await inject(app(settings), url)).text();

test("renders a template with the handler's own names, escaped", async () => {
  const answer = await inject(app(), "/");
  assert.is(answer.headers.get("Content-Type"), "text/html; charset=UTF-8");
  assert.match(answer.text(), '<h1>a &amp; b</h1>&lt;ann&gt; / 200<input type="hidden" name="_xsrf"');
  assert.ok(answer.headers.has("Set-Cookie"), "~> the form's token has its cookie");
});

test("UI modules bring their resources, once, in order, in their places", async () => {
  const page = await text("/modules.html");
  assert.is(
    page,
    "<html><head>" +
      '<link href="/entry.css" rel="stylesheet"/>\n<style>\n.entry {}\n</style>\n<meta name=entry>\n</head>' +
      "<body>[&lt;x&gt;]other[y1][y2]".replace("[y1][y2]", "[y1][y2]") +
      '<script src="/entry.js"></script><script src="https://cdn.example/lib.js"></script>\n<script>\nentry();\n</script>\n<i>entry</i>\n</body></html>',
  );
});

test("a page that lacks the tag, or a module that is not there, is said so", async () => {
  expectLog(/need a <\/body> in it/);
  assert.is((await inject(app(), "/bare.html")).status, 500);
  expectLog(/no UI module Nothing/);
  assert.is((await inject(app(), "/unknown.html")).status, 500);
});

test("UI methods, named routes and linkify", async () => {
  assert.is(await text("/methods.html"), 'a &amp; b! /x%20y <a href="http://a.example">http://a.example</a>');
});

test("a template as a module has its own names, and resources once", async () => {
  assert.is(
    await text("/nested.html"),
    '<head><link href="/b.css" rel="stylesheet"/>\n<style>\nb {}\n</style>\n</head>12<body></body>',
  );
});

test("templates from a directory; read anew in debug, with the template's line in the error page", async () => {
  const root = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    writeFileSync(join(root, "page.html"), "one");
    writeFileSync(join(root, "bad.html"), PAGES["bad.html"] as string);
    const settings = (debug: boolean): Settings => ({ templateLoader: undefined as never, templatePath: root, debug });
    const { templateLoader: _none, ...kept } = settings(false);
    const make = (debug: boolean): Application =>
      new Application([["/:page", Page]], { accessLog: false, cookieSecret: "s", ...kept, debug });
    const [plain, debugging] = [make(false), make(true)];
    for (const one of [plain, debugging]) assert.is((await inject(one, "/page.html")).text(), "one");
    writeFileSync(join(root, "page.html"), "two");
    assert.is((await inject(plain, "/page.html")).text(), "one");
    assert.is((await inject(debugging, "/page.html")).text(), "two");
    expectLog(/missing is not defined/);
    const page = (await inject(debugging, "/bad.html")).text();
    assert.match(page, "bad.html:3");
    assert.match(page, "<b>    3  {{ missing }}</b>");
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("speaks the browser's language, or the user's own", async () => {
  const root = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    writeFileSync(
      join(root, "de.csv"),
      '"Hello %(name)s","Hallo %(name)s"\n"%(n)d apple","%(n)d Apfel","singular"\n"%(n)d apples","%(n)d Äpfel","plural"\n',
    );
    loadTranslations(root);
    const page =
      "{{ locale.code }} {{ _('Hello %(name)s', { name: 'A' }) }} {{ _('%(n)d apple', '%(n)d apples', 2, { n: 2 }) }}";
    class Choosing extends Page {
      override getUserLocale() {
        return this.getCookie("lang") === "de" ? locales("de") : undefined;
      }
    }
    const speaking = new Application([["/", Choosing]], {
      accessLog: false,
      templateLoader: new DictLoader({ "page.html": page }),
    });
    const ask = async (headers: { [name: string]: string }) => (await inject(speaking, { url: "/", headers })).text();
    assert.is(await ask({ "Accept-Language": "fr, de;q=0.5" }), "de Hallo A 2 Äpfel");
    assert.is(await ask({ "Accept-Language": "fr" }), "en_US Hello A 2 apples");
    assert.match(await ask({ Cookie: "lang=de" }), /^de /);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("static URLs carry a version; without settings the missing one is named", async () => {
  const root = mkdtempSync(join(tmpdir(), "landspout-"));
  try {
    writeFileSync(join(root, "a.css"), "a {}");
    const loader = new DictLoader({
      "page.html": "{{ static_url('a.css') }} {{ staticUrl('a.css', { includeHost: true, includeVersion: false }) }}",
    });
    const page = await text("/", { templateLoader: loader, staticPath: root });
    assert.match(page, /^\/static\/a\.css\?v=[0-9a-f]+ http:\/\/localhost\/static\/a\.css$/);
    expectLog(/'staticPath' setting/);
    assert.is((await inject(app({ templateLoader: loader }), "/")).status, 500);
    expectLog(/'templatePath' setting/);
    const none = new Application([["/", Page]], { accessLog: false, cookieSecret: "s" });
    assert.is((await inject(none, "/")).status, 500);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.run();
