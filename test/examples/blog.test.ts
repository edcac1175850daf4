/** The blog with raw requests: accounts, entries, the feed, languages, and all that is refused. */
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Example } from "../_support/example.ts";
import { LOADER } from "../_support/loader.ts";
import { suite } from "../_support/suite.ts";
import { hasSqlite, missing, startBlog, Visitor } from "./_blog.ts";
import { parseXML } from "./_xml.ts";
import type { XMLElement } from "./_xml.ts";

const test = suite("examples/blog", { deadline: 40 });
let blog: Example;
/** The author, logged in. */
let ada: Visitor;

test.before(async () => {
  blog = await startBlog("--title", "Ada & <friends>");
  ada = new Visitor(blog);
});
test.after(() => blog.stop());

const child = ({ children }: XMLElement, name: string): XMLElement => {
  const found = children.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no <${name}>`);
  return found;
};

test("says where it serves, where its data is, and that it has no author yet", async () => {
  assert.match(blog.banner, /^The blog is at http:\/\/localhost:\d+\n/);
  assert.match(blog.banner, /^ {2}data +in memory, gone at the end \((?:bun|node):sqlite\)$/m);
  assert.match(blog.banner, /^ {2}author +nobody yet/m);
  const feed = parseXML((await ada.ask("/feed")).body);
  assert.is(feed.children.filter(({ name }) => name === "entry").length, 0);
});

test("of two who register first at the same time one is the author", async () => {
  const other = await startBlog();
  try {
    const visitors = [new Visitor(other), new Visitor(other), new Visitor(other)];
    const answers = await Promise.all(visitors.map((visitor, number) => visitor.register(`Guest${number}`)));
    assert.equal(answers.map(({ headers }) => headers["location"]).sort(), ["/", "/", "/compose"]);
  } finally {
    await other.stop();
  }
});

test("makes the first user the author, and keeps the session in a signed cookie", async () => {
  const registered = await ada.register("Ada");
  assert.is(registered.status, 303);
  assert.is(registered.headers["location"], "/compose");
  const line = ada.cookieLines.at(-1) ?? "";
  assert.match(line, /^blog_user="?2\|/);
  assert.match(line, /; HttpOnly/);
  assert.match(line, /; SameSite=Lax/);
  assert.not.match(line, /; Secure/, "there is no TLS here");
  assert.is((await ada.ask("/compose")).status, 200);
  const forger = new Visitor(blog);
  forger.cookies.set("blog_user", (ada.cookies.get("blog_user") ?? "").replace(/[0-9a-f]{4}"?$/, "0000"));
  assert.is((await forger.ask("/compose")).status, 302);
});

test("refuses an address that is taken, and what is no account", async () => {
  const visitor = new Visitor(blog);
  const taken = await visitor.register("ADA");
  assert.is(taken.status, 409);
  assert.match(taken.body, /registered with this address already/);
  for (const [fields, sentence] of [
    [{ email: "nobody" }, "This is no e-mail address."],
    [{ name: "  " }, "The name is missing."],
    [{ name: "x".repeat(61) }, "The name is too long."],
    [{ password: "short" }, "The password is too short."],
    [{ password: "x".repeat(201) }, "The password is too long."],
  ] as const) {
    const given = { name: "Eve", email: "eve@blog.example", password: "long enough", ...fields };
    const answer = await visitor.send("/register", given);
    assert.is(answer.status, 400);
    assert.ok(answer.body.includes(`role="alert">${sentence}`), sentence);
    assert.not.ok(answer.body.includes(`"${given.password}"`), "passwords are not sent back");
  }
});

test("publishes, shows, changes and removes an entry", async () => {
  const path = await ada.publish("Grüße aus Łódź", "First *one*.\n\nSecond <script>alert(1)</script>");
  assert.is(path, "/entry/grusse-aus-lodz");
  const page = (await new Visitor(blog).ask(path)).body;
  assert.match(page, /<h1>Grüße aus Łódź<\/h1>/);
  assert.match(page, /<p>First <em>one<\/em>\.<\/p>\n<p>Second &lt;script&gt;alert\(1\)&lt;\/script&gt;<\/p>/);
  const home = (await new Visitor(blog).ask("/")).body;
  assert.match(home, /<p>First <em>one<\/em>\.<\/p><\/div>/, "the beginning");
  assert.not.match(home, /Second/);
  await ada.ask(`${path}/edit`);
  const changed = await ada.send(`${path}/edit`, { title: "Greetings", text: "Changed", action: "publish" });
  assert.is(changed.headers["location"], path, "the address stays");
  assert.match((await ada.ask(path)).body, /<h1>Greetings<\/h1>[^]*<p>Changed<\/p>/);
  assert.match((await ada.ask("/archive")).body, /Greetings/);
  assert.is((await ada.send(`${path}/remove`, {})).headers["location"], "/");
  assert.is((await ada.ask(path)).status, 404);
});

test("gives every entry an address of its own", async () => {
  const paths = [];
  for (const title of ["Twice", "Twice", "twice!", "你好", "???"]) paths.push(await ada.publish(title, "text"));
  assert.equal(paths, [
    "/entry/twice",
    "/entry/twice-2",
    "/entry/twice-3",
    "/entry/%E4%BD%A0%E5%A5%BD",
    "/entry/entry",
  ]);
  for (const path of paths) assert.is((await ada.ask(path)).status, 200, path);
});

test("shows a preview that nobody else sees", async () => {
  await ada.ask("/compose");
  const answer = await ada.send("/compose", { title: "Secret <plan>", text: "\n**soon** & `x`", action: "preview" });
  assert.is(answer.status, 200);
  assert.match(answer.body, /<h3>Secret &lt;plan&gt;<\/h3>/);
  assert.match(answer.body, /<strong>soon<\/strong> &amp; <code>x<\/code>/);
  assert.ok(answer.body.includes("**soon** &amp; `x`</textarea>"), "and the form with what was typed");
  assert.not.match((await ada.ask("/archive")).body, /Secret/);
  for (const fields of [
    { title: "", text: "x" },
    { title: "x", text: "" },
    { title: "x".repeat(201), text: "x" },
    { title: "x", text: "x".repeat(100_001) },
  ])
    assert.is((await ada.send("/compose", { ...fields, action: "preview" })).status, 400);
});

test("takes the longest entry there may be, and refuses a larger form unread", async () => {
  const path = await ada.publish("ä".repeat(200), "字".repeat(100_000));
  assert.is((await ada.ask(path)).status, 200);
  await ada.ask("/");
  assert.is((await ada.send("/compose", { title: "x", text: "字".repeat(112_000) })).status, 413);
});

test("refuses a wrong password and an unknown address with the same words", async () => {
  const visitor = new Visitor(blog);
  const wrong = await visitor.logIn("Ada", "battery staple");
  const unknown = await visitor.logIn("Nobody", "battery staple");
  for (const { status, body } of [wrong, unknown]) {
    assert.is(status, 403);
    assert.match(body, /The address or the password is wrong\./);
    assert.not.match(body, /battery/);
  }
  assert.not.ok(visitor.cookies.has("blog_user"));
  const right = await visitor.logIn("ADA");
  assert.is(right.status, 303);
  assert.ok(visitor.cookies.has("blog_user"));
  await visitor.ask("/");
  await visitor.send("/logout", {});
  assert.not.ok(visitor.cookies.has("blog_user"));
  assert.is((await visitor.ask("/compose")).status, 302);
});

test("refuses to let passwords be guessed", async () => {
  const visitor = new Visitor(blog);
  const statuses = [];
  for (let guess = 0; guess < 11; guess++) statuses.push((await visitor.logIn("Mallory", `guess ${guess}`)).status);
  assert.equal(statuses, [...Array.from({ length: 10 }, () => 403), 429]);
  assert.is((await visitor.logIn("Ada")).status, 303, "another account may log in");
});

test("refuses every form without its token", async () => {
  const path = await ada.publish("Guarded", "text");
  const forms = [
    "/register",
    "/login",
    "/logout",
    "/language",
    "/compose",
    `${path}/edit`,
    `${path}/remove`,
    `${path}/like`,
  ];
  const stranger = new Visitor(blog);
  await stranger.ask("/");
  for (const form of forms) {
    for (const _xsrf of ["", stranger.token, "2|00000000|00000000000000000000000000000000|0"]) {
      const { status, body } = await ada.send(form, { _xsrf, title: "x", text: "x", language: "de" });
      assert.is(status, 403, form);
      assert.match(body, /this form is too old/);
    }
  }
  assert.match((await ada.ask(path)).body, /<h1>Guarded<\/h1>/);
});

test("lets readers like, and nobody but the author write", async () => {
  const path = await ada.publish("Liked", "text");
  const bob = new Visitor(blog);
  assert.is((await bob.register("Bob")).headers["location"], "/");
  await bob.ask("/");
  for (const page of ["/compose", `${path}/edit`]) {
    const { status, body } = await bob.ask(page);
    assert.is(status, 403);
    assert.match(body, /Only the author writes here\./);
    assert.is((await bob.send(page, { title: "Mine", text: "now" })).status, 403);
  }
  assert.is((await bob.send(`${path}/remove`, {})).status, 403);
  assert.not.match((await bob.ask(path)).body, /href="\/compose"|\/edit"/);
  await bob.send(`${path}/like`, { likes: "yes" });
  assert.is((await bob.send(`${path}/like`, { likes: "yes" })).headers["location"], `${path}#likes`);
  assert.match((await bob.ask(path)).body, /liked by one reader/);
  const cleo = new Visitor(blog);
  await cleo.register("Cleo");
  await cleo.ask("/");
  await cleo.send(`${path}/like`, { likes: "yes" });
  assert.match((await cleo.ask(path)).body, /liked by 2 readers/);
  await bob.send(`${path}/like`, { likes: "no" });
  assert.match((await bob.ask(path)).body, /liked by one reader/);
  const stranger = new Visitor(blog);
  await stranger.ask(path);
  assert.is((await stranger.send(`${path}/like`, { likes: "yes" })).status, 403);
});

test("leads back after a login, and to no other site", async () => {
  const stranger = new Visitor(blog);
  const asked = await stranger.ask("/compose?from=here");
  assert.is(asked.headers["location"], "/login?next=%2Fcompose%3Ffrom%3Dhere");
  assert.match((await stranger.ask(asked.headers["location"] ?? "")).body, /name="next" value="\/compose\?from=here"/);
  for (const [next, place] of [
    ["/compose?from=here", "/compose?from=here"],
    ["https://evil.example/", "/"],
    ["//evil.example/", "/"],
    ["/\\evil.example/", "/"],
    ["/\t/evil.example/", "/"],
    ["/.//evil.example/", "/"],
    ["javascript:alert(1)", "/"],
  ] as const)
    assert.is((await new Visitor(blog).logIn("Ada", "correct horse", next)).headers["location"], place, next);
});

test("answers 404 where there is nothing, in the words of the browser's language", async () => {
  for (const path of ["/entry/unknown", "/entry/unknown/edit", "/nothing", "/entry/", "/static/unknown.css"])
    assert.is((await ada.ask(path)).status, 404, path);
  const { body, headers } = await ada.ask("/entry/unknown", { fields: { "Accept-Language": "de-AT, en;q=0.5" } });
  assert.match(body, /<html lang="de">[^]*Diese Seite gibt es nicht\./);
  assert.match(headers["vary"] ?? "", /Accept-Language, Cookie/);
});

test("speaks the language that was chosen, else the browser's, else English", async () => {
  const visitor = new Visitor(blog);
  const heading = async (accept: string): Promise<string> =>
    /<h1>(.*)<\/h1>/.exec((await visitor.ask("/archive", { fields: { "Accept-Language": accept } })).body)?.[1] ?? "";
  assert.is(await heading("fr, de;q=0.8, en;q=0.5"), "Archiv");
  assert.is(await heading("de;q=0.1, en"), "Archive");
  assert.is(await heading("fr"), "Archive");
  const chosen = await visitor.send("/language", { language: "de", next: "/archive?x=1" });
  assert.is(chosen.headers["location"], "/archive?x=1");
  assert.is(await heading("en"), "Archiv");
  assert.is((await visitor.send("/language", { language: "xx" })).status, 400);
  visitor.cookies.set("blog_language", "../../etc");
  assert.is(await heading("en"), "Archive");
});

test("has every sentence of its pages in German", () => {
  const root = fileURLToPath(new URL("../../examples/blog/", import.meta.url));
  const german = readFileSync(join(root, "locale/de.csv"), "utf8");
  const templates = "base home archive entry compose problem login register error modules/entry modules/preview";
  const sentences = templates
    .split(" ")
    .flatMap((name) => [...readFileSync(join(root, `templates/${name}.html`), "utf8").matchAll(/\b_\("([^"]+)"/g)])
    .map((match) => match[1] ?? "");
  for (const file of ["accounts.ts", "writing.ts", "blog-handler.ts"]) {
    const source = readFileSync(join(root, file), "utf8");
    sentences.push(...[...source.matchAll(/"([A-Z][^"]* [^"]*\.)"/g)].map((match) => match[1] ?? ""));
  }
  assert.ok(sentences.length > 50);
  for (const sentence of sentences) assert.ok(german.includes(`"${sentence}",`), sentence);
});

test("has a feed that is well-formed whatever is written", async () => {
  const title = `"Quotes" & <tags> ]]> 'n' \u0001\u000b\uffff 😀`;
  const path = await ada.publish(title, "<b>&amp;\u0000\u000c\uffff</b> [x](/entry/twice)\n\n```\n]]></entry>\n```");
  const { body, headers } = await new Visitor(blog).ask("/feed");
  assert.is(headers["content-type"], "application/atom+xml; charset=UTF-8");
  assert.is(headers["set-cookie"], undefined);
  assert.match(headers["cache-control"] ?? "", /^public/);
  const feed = parseXML(body);
  assert.is(feed.name, "feed");
  assert.is(feed.attributes["xmlns"], "http://www.w3.org/2005/Atom");
  assert.is(child(feed, "title").text, "Ada & <friends>");
  assert.is(child(child(feed, "author"), "name").text, "Ada");
  const entries = feed.children.filter(({ name }) => name === "entry");
  const [entry] = entries;
  assert.ok(entry);
  assert.is(child(entry, "title").text, `"Quotes" & <tags> ]]> 'n' 😀`);
  assert.is(child(entry, "link").attributes["href"], `http://localhost${path}`);
  assert.is(child(entry, "content").attributes["type"], "html");
  assert.match(
    child(entry, "content").text,
    /^<p>&lt;b&gt;&amp;amp; *&lt;\/b&gt; <a href="\/entry\/twice">x<\/a><\/p>\n<pre>/,
  );
  const ids = entries.map((one) => child(one, "id").text);
  assert.is(new Set(ids).size, ids.length);
  for (const id of [child(feed, "id").text, ...ids]) assert.match(id, /^urn:uuid:[0-9a-f-]{36}$/);
  for (const one of [feed, ...entries])
    assert.match(child(one, "updated").text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.is(child(feed, "updated").text, child(entry, "updated").text);
  const again = await new Visitor(blog).ask("/feed", { fields: { "If-None-Match": headers["etag"] ?? "" } });
  assert.is(again.status, 304);
});

test("keeps entries, sessions and ids when it is started again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-test-"));
  const data = join(folder, "blog.db");
  try {
    let server = await startBlog("--data", data, "--url", "https://blog.example");
    const dora = new Visitor(server);
    await dora.register("Dora");
    assert.match(dora.cookieLines.join("\n"), /blog_user=[^\n]*; Secure/, "the blog says it is reached by TLS");
    const path = await dora.publish("Kept", "text");
    const feed = (await dora.ask("/feed")).body;
    assert.match(feed, /href="https:\/\/blog\.example\/entry\/kept"/);
    await server.stop();
    server = await startBlog("--data", data, "--url", "https://blog.example");
    const later = new Visitor(server);
    for (const [name, value] of dora.cookies) later.cookies.set(name, value);
    assert.is((await later.ask(`${path}/edit`)).status, 200);
    assert.is((await later.ask("/feed")).body, feed);
    assert.not.match(server.banner, /nobody yet/);
    await server.stop();
    assert.not.ok(readFileSync(data).includes(Buffer.from("correct horse")), "the password is nowhere");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("says what is wrong with its arguments, and what to install where there is no SQLite", () => {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const run = (args: readonly string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  for (const [args, sentence] of [
    [["--port", "http"], "--port is a number from 0 (any free port) to 65535, not http"],
    [["--url", "blog.example/x"], "--url is as https://blog.example, without a path, not blog.example/x"],
    [["--colour", "red"], "Unknown option '--colour'"],
  ] as const) {
    const { status, stderr } = run([...LOADER, "examples/blog/server.ts", ...args]);
    assert.is(status, 2);
    assert.ok(stderr.startsWith(sentence), stderr);
  }
  if ("Bun" in globalThis) return;
  const without = hasSqlite ? ["--no-experimental-sqlite"] : [];
  const { status, stderr } = run([...without, ...LOADER, "examples/blog/server.ts", "--data", ":memory:"]);
  assert.is(status, 1);
  assert.match(
    stderr,
    /^Node [\d.]+ has no SQLite of its own\. Run the blog with Node 22\.13 or later or with Bun, or install/,
  );
});

if (missing === undefined) test.run();
else {
  const none = suite("examples/blog");
  none(missing, () => assert.ok(true));
  none.run();
}
