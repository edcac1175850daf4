/** A served folder over raw HTTP: what is listed and what is not, names that are no markup, ranges, and no way out. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";
import { Peer, withPeer } from "../_support/wire.ts";
import type { Answer } from "../_support/wire.ts";

const test = suite("examples/files", { deadline: 30 });
const outside = mkdtempSync(join(tmpdir(), "landspout-test-"));
const folder = join(outside, "shared");
/** Names that mean something in HTML, in URLs or to a file system. */
const STRANGE = [
  `<img src=x onerror="alert(1)">&'.txt`,
  "100% #1?.txt",
  "a:b",
  "żółw \u202egpj.txt",
  " blank",
  "%2e%2e",
];
let server: Example;

function file(name: string, content = "", seconds = 1_700_000_000): void {
  const path = join(folder, name);
  writeFileSync(path, content);
  utimesSync(path, seconds, seconds);
}

test.before(async () => {
  mkdirSync(join(folder, "docs/deep"), { recursive: true });
  mkdirSync(join(folder, "site"));
  mkdirSync(join(folder, ".git"));
  mkdirSync(join(folder, "names"));
  mkdirSync(join(folder, "empty"));
  file("docs/readme.txt", "read me");
  file("site/index.html", "<p>home</p>");
  file(".git/config", "secret");
  file(".env", "secret");
  file("file10.bin", "x".repeat(10), 1_700_000_100);
  file("file9.bin", "x".repeat(2_000_000), 1_700_000_200);
  file("File1.bin", "x".repeat(300), 1_700_000_300);
  for (const name of STRANGE) file(`names/${name}`, `content of ${name}`);
  writeFileSync(join(outside, "private.txt"), "private");
  mkdirSync(join(outside, "elsewhere"));
  symlinkSync(join(outside, "private.txt"), join(folder, "out.txt"));
  symlinkSync(join(outside, "elsewhere"), join(folder, "out"));
  symlinkSync("docs", join(folder, "inner"));
  symlinkSync("missing", join(folder, "nowhere"));
  server = await startExample("files/server.ts", ["--port", "0", "--quiet", "--folder", folder]);
});
test.after(async () => {
  await server?.stop();
  rmSync(outside, { recursive: true, force: true });
});

function ask(peer: Peer, target: string, fields = "", method = "GET"): Promise<Answer> {
  peer.write(`${method} ${target} HTTP/1.1\r\nHost: localhost:${server.port}\r\n${fields}\r\n`);
  return peer.answer(method === "HEAD");
}
const get = (target: string, fields = "", method = "GET"): Promise<Answer> =>
  withPeer(server.port, (peer) => ask(peer, target, fields, method));
const textOf = ({ body }: Answer): string => Buffer.from(body, "latin1").toString();

const unescaped = (text: string): string =>
  text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(+code));
/** `[name, address, size]` of the rows of a list, in their order. */
function rowsOf(answer: Answer): [name: string, address: string, size: string][] {
  const rows = textOf(answer).matchAll(
    /<tr><td class="name"><a href="([^"]*)">.*?<bdi>(.*?)<\/bdi>(\/?)<\/a><\/td><td class="size"[^>]*>(.*?)<\/td>/g,
  );
  return [...rows].map(([, address = "", name = "", slash = "", size = ""]) => [
    unescaped(name) + slash,
    unescaped(address),
    size,
  ]);
}

test("lists a folder: folders first, names in their natural order, nothing hidden", async () => {
  const answer = await get("/");
  assert.is(answer.status, 200);
  assert.is(answer.headers["content-type"], "text/html; charset=UTF-8");
  assert.match(answer.headers["content-security-policy"] ?? "", "default-src 'none'; style-src 'sha256-");
  assert.equal(rowsOf(answer), [
    ["docs/", "./docs/", ""],
    ["empty/", "./empty/", ""],
    ["inner/", "./inner/", ""],
    ["names/", "./names/", ""],
    ["site/", "./site/", ""],
    ["File1.bin", "./File1.bin", "300 B"],
    ["file9.bin", "./file9.bin", "2.0 MB"],
    ["file10.bin", "./file10.bin", "10 B"],
  ]);
  assert.match(textOf(answer), "<title>shared</title>");
  assert.match(textOf(answer), 'datetime="2023-11-14T22:18:20.000Z"');
  assert.match(textOf(answer), "5 folders, 3 files, 2.0 MB");
  assert.match(textOf(await get("/empty/")), "This folder is empty.");
});

test("sorts by size and date, both ways, and passes the order on", async () => {
  const files = async (query: string): Promise<string[]> =>
    rowsOf(await get(`/${query}`))
      .map(([name]) => name)
      .filter((name) => !name.endsWith("/"));
  assert.equal(await files("?sort=size&order=asc"), ["file10.bin", "File1.bin", "file9.bin"]);
  assert.equal(await files("?sort=size&order=desc"), ["file9.bin", "File1.bin", "file10.bin"]);
  assert.equal(await files("?sort=date&order=asc"), ["file10.bin", "file9.bin", "File1.bin"]);
  assert.equal(await files("?sort=name&order=desc"), ["file10.bin", "file9.bin", "File1.bin"]);
  assert.equal(await files("?sort=%3Cb%3E&order=x"), await files(""));
  const answer = await get("/?sort=size&order=desc");
  assert.is(rowsOf(answer)[0]?.[1], "./docs/?sort=size&amp;order=desc");
  assert.match(
    textOf(answer),
    '<th class="size" scope="col" aria-sort="descending"><a href="./?sort=size&amp;order=asc">',
  );
});

test("makes text and links of names, whatever they are", async () => {
  const answer = await get("/names/");
  assert.not.match(textOf(answer), "<img");
  const rows = rowsOf(answer);
  assert.equal(rows.map(([name]) => name).sort(), [...STRANGE].sort());
  for (const [name, address] of rows) {
    const { pathname } = new URL(address, `http://localhost:${server.port}/names/`);
    const found = await get(pathname);
    assert.is(found.status, 200, pathname);
    assert.is(textOf(found), `content of ${name}`);
  }
});

test("leads up from below, and serves the default file of a folder", async () => {
  const deep = textOf(await get("/docs/deep/?sort=date&order=desc"));
  const query = "?sort=date&amp;order=desc";
  assert.match(
    deep,
    `<li><a href="../../${query}"><bdi>shared</bdi></a></li><li><a href="../${query}"><bdi>docs</bdi></a></li>`,
  );
  assert.match(deep, '<li aria-current="page"><h1><bdi>deep</bdi></h1></li>');
  assert.match(deep, `<a href="../${query}">`);
  const moved = await get("/docs?sort=size");
  assert.is(moved.status, 301);
  assert.is(moved.headers["location"], "/docs/?sort=size");
  assert.is((await get("/site/")).body, "<p>home</p>");
  assert.equal(
    rowsOf(await get("/inner/")).map(([name]) => name),
    ["deep/", "readme.txt"],
  );
});

test("sends ranges, and nothing where nothing has changed", async () => {
  const part = await get("/file9.bin", "Range: bytes=1999995-\r\n");
  assert.is(part.status, 206);
  assert.is(part.headers["content-range"], "bytes 1999995-1999999/2000000");
  assert.is(part.body, "xxxxx");
  assert.is((await get("/file9.bin", "Range: bytes=2000000-\r\n")).status, 416);
  const head = await get("/file9.bin", "", "HEAD");
  assert.is(head.headers["content-length"], "2000000");
  assert.is(head.headers["accept-ranges"], "bytes");
  assert.is(head.headers["cache-control"], "no-cache");
  for (const target of ["/file9.bin", "/", "/docs/"]) {
    const { headers } = await get(target);
    assert.is((await get(target, `If-None-Match: ${headers["etag"]}\r\n`)).status, 304, target);
  }
  const listed = await get("/", "", "HEAD");
  assert.is(listed.status, 200);
  assert.is(listed.headers["content-length"], (await get("/")).headers["content-length"]);
});

test("shows no way out", async () => {
  for (const [target, status] of [
    ["/.env", 404],
    ["/.git/", 404],
    ["/.git/config", 404],
    ["/out.txt", 403],
    ["/out/", 403],
    ["/nowhere", 404],
    ["/nowhere/", 404],
    ["/../private.txt", 403],
    ["/%2e%2e/", 403],
    ["/..%2fprivate.txt", 403],
    ["/docs/../../", 403],
    ["//", 404],
    ["/docs//", 404],
    ["/./", 404],
    ["/docs%5c", 404],
    ["/a%00b/", 404],
    ["/file9.bin/", 404],
    ["/missing/", 404],
  ] as const) {
    const answer = await get(target);
    assert.is(answer.status, status, target);
    assert.match(answer.headers["content-security-policy"] ?? "", "default-src 'none'");
    assert.not.match(answer.body, /private|secret/, target);
  }
  assert.is((await get("/", "", "POST")).status, 405);
});

test("answers for names of this machine only", async () => {
  for (const [host, status] of [
    ["localhost", 200],
    ["LOCALHOST:80", 200],
    ["files.localhost", 200],
    ["127.0.0.1", 200],
    ["[::1]:80", 200],
    ["192.0.2.1", 200],
    ["evil.example", 421],
    ["localhost.evil.example", 421],
    ["127.0.0.1.evil.example", 421],
  ] as const) {
    await withPeer(server.port, async (peer) => {
      peer.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      assert.is((await peer.answer()).status, status, host);
    });
  }
});

test("lists so many names and says that there are more", async () => {
  mkdirSync(join(folder, "many"));
  for (let i = 0; i < 5010; i++) writeFileSync(join(folder, `many/${i}`), "");
  const answer = await get("/many/");
  assert.is(rowsOf(answer).length, 5000);
  assert.match(textOf(answer), "The first 5000 files, 0 B. There are more than this page shows.");
  rmSync(join(folder, "many"), { recursive: true });
});

test.run();
