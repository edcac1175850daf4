/** Static files as they reach the client: fields, ranges, conditions, folders, versions, settings. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import * as assert from "uvu/assert";
import { StaticFileHandler } from "../../src/web/index.ts";
import type { Settings } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import type { Answer, Peer } from "../_support/wire.ts";
import { Folder, LONG_AGO, LONG_AGO_TEXT, ROBOTS } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("static files", { deadline: 30 });

const LARGE = "0123456789abcdef".repeat(20_000);
const folder = new Folder({
  "robots.txt": ROBOTS,
  "large.bin": LARGE,
  "empty.txt": "",
  "dir/index.html": "<p>index</p>",
  "a b/ü.txt": "umlaut",
  "page.html": "<p>page</p>",
});

const serve = (use: (peer: Peer) => Promise<void>, options: object = {}, settings: Settings = {}): Promise<void> =>
  talk([["/static/*", StaticFileHandler, { path: folder.path, ...options }]], use, settings);

test("sends a file with the fields that describe it", () =>
  serve(async (peer) => {
    for (const round of ["from the disk", "from memory"]) {
      const { status, headers, body } = await ask(peer, "/static/robots.txt");
      assert.is(status, 200, round);
      assert.is(body, ROBOTS);
      assert.is(headers["content-type"], "text/plain; charset=UTF-8");
      assert.is(headers["content-length"], "26");
      assert.is(headers["last-modified"], LONG_AGO_TEXT);
      assert.is(headers["etag"], `"${createHash("sha256").update(ROBOTS).digest("hex").slice(0, 32)}"`);
      assert.is(headers["accept-ranges"], "bytes");
      assert.is(headers["cache-control"], undefined);
      assert.is(headers["vary"], undefined);
    }
  }));

test("sends a file that is too large for memory", () =>
  serve(async (peer) => {
    const { headers, body } = await ask(peer, "/static/large.bin");
    assert.is(body, LARGE);
    assert.is(headers["content-type"], "application/octet-stream");
    assert.is(headers["etag"], `"${createHash("sha256").update(LARGE).digest("hex").slice(0, 32)}"`);
    assert.is((await ask(peer, "/static/empty.txt")).headers["content-length"], "0");
  }));

test("takes names as they are written, decoded once", () =>
  serve(async (peer) => {
    assert.is((await ask(peer, "/static/a%20b/%C3%BC.txt")).body, "umlaut");
    assert.is((await ask(peer, "/static/a%2520b/%C3%BC.txt")).status, 404);
    assert.is((await ask(peer, "/static/robots%2Etxt")).body, ROBOTS);
    expectLog(/400 GET .*Invalid unicode/);
    assert.is((await ask(peer, "/static/%ff.txt")).status, 400);
    assert.is((await ask(peer, "/static/missing.txt")).status, 404);
    assert.is((await ask(peer, "/static/robots.txt/")).status, 404);
    assert.is((await ask(peer, "/static/robots.txt/x")).status, 404);
    assert.is((await ask(peer, "/static/robots.txt", { method: "POST" })).status, 405);
  }));

/** The cases of Tornado's suite over its 26 bytes, and those RFC 9110 adds. */
const RANGES: readonly (readonly [field: string, status: number, body: string, contentRange?: string])[] = [
  ["bytes=0-9", 206, "User-agent", "bytes 0-9/26"],
  ["bytes=10-", 206, ROBOTS.slice(10), "bytes 10-25/26"],
  ["bytes=-10", 206, ROBOTS.slice(-10), "bytes 16-25/26"],
  ["bytes=25-", 206, "\n", "bytes 25-25/26"],
  ["bytes=-1", 206, "\n", "bytes 25-25/26"],
  ["bytes=1-1", 206, "s", "bytes 1-1/26"],
  ["bytes=,1-1 ,,", 206, "s", "bytes 1-1/26"],
  ["bytes=10-1000", 206, ROBOTS.slice(10), "bytes 10-25/26"],
  ["bytes= 0-1", 206, "Us", "bytes 0-1/26"],
  ["Bytes=0-1", 206, "Us", "bytes 0-1/26"],
  ["bytes=0-", 200, ROBOTS],
  ["bytes=0-25", 200, ROBOTS],
  ["bytes=0-1000", 200, ROBOTS],
  ["bytes=-26", 200, ROBOTS],
  ["bytes=-1000000", 200, ROBOTS],
  ["bytes=26-", 416, "", "bytes */26"],
  ["bytes=26-30", 416, "", "bytes */26"],
  ["bytes=1000-", 416, "", "bytes */26"],
  ["bytes=-0", 416, "", "bytes */26"],
  ["bytes=5-4", 200, ROBOTS],
  ["bytes=", 200, ROBOTS],
  ["bytes=-", 200, ROBOTS],
  ["bytes=5", 200, ROBOTS],
  ["bytes=--5", 200, ROBOTS],
  ["bytes=0_1-3", 200, ROBOTS],
  ["bytes=+1-3", 200, ROBOTS],
  ["bytes=1-+3", 200, ROBOTS],
  ["bytes=0x1-3", 200, ROBOTS],
  ["bytes=a-b", 200, ROBOTS],
  ["bytes=0-1,3-4", 200, ROBOTS],
  ["bytes 0-1", 200, ROBOTS],
  ["0-1", 200, ROBOTS],
  ["lines=0-1", 200, ROBOTS],
];

async function checkRanges(peer: Peer): Promise<void> {
  for (const [field, status, body, contentRange] of RANGES) {
    const answer = await ask(peer, "/static/robots.txt", { fields: `Range: ${field}\r\n` });
    assert.is(answer.status, status, field);
    assert.is(answer.body, body, field);
    assert.is(answer.headers["content-range"], contentRange, field);
    assert.is(answer.headers["content-length"], String(body.length), field);
    if (status === 416) assert.is(answer.headers["content-type"], "text/plain");
    else assert.ok(answer.headers["etag"], field);
  }
}

test("serves one range, from memory", () => serve(checkRanges));
test("serves one range, from the disk", () => serve(checkRanges, { cachedFileSize: 0 }));
test("serves one range, looking each time", () => serve(checkRanges, { checkInterval: 0 }));

test("serves ranges of large and of empty files", () =>
  serve(async (peer) => {
    const range = { fields: "Range: bytes=262140-262150\r\n" };
    const answer = await ask(peer, "/static/large.bin", range);
    assert.is(answer.status, 206);
    assert.is(answer.body, LARGE.slice(262_140, 262_151));
    assert.is(
      (await ask(peer, "/static/large.bin", { fields: "Range: bytes=-300000\r\n" })).body,
      LARGE.slice(-300_000),
    );
    for (const [field, status] of [
      ["bytes=0-", 416],
      ["bytes=-5", 200],
      ["bytes=-0", 416],
    ] as const)
      assert.is((await ask(peer, "/static/empty.txt", { fields: `Range: ${field}\r\n` })).status, status, field);
  }));

const EARLIER = new Date((LONG_AGO - 1) * 1000).toUTCString();
const LATER = new Date((LONG_AGO + 1) * 1000).toUTCString();

/** Fields, where TAG stands for the tag, and the status they lead to. */
const CONDITIONS: readonly (readonly [fields: readonly string[], status: number])[] = [
  [["If-None-Match: TAG"], 304],
  [["If-None-Match: W/TAG"], 304],
  [["If-None-Match: *"], 304],
  [['If-None-Match: "x", TAG'], 304],
  [["If-None-Match: ,, TAG ,"], 304],
  [["If-None-Match: ,"], 200],
  [['If-None-Match: "x"'], 200],
  [["If-None-Match: "], 200],
  // RFC 9110 §13.1.3: with If-None-Match, If-Modified-Since is ignored.
  [['If-None-Match: "x"', `If-Modified-Since: ${LATER}`], 200],
  [["If-None-Match: TAG", `If-Modified-Since: ${EARLIER}`], 304],
  [[`If-Modified-Since: ${LONG_AGO_TEXT}`], 304],
  [[`If-Modified-Since: ${LATER}`], 304],
  [[`If-Modified-Since: ${EARLIER}`], 200],
  [["If-Modified-Since: Fri, 01 Jan 1960 00:00:00 GMT"], 200],
  [["If-Modified-Since: Sunday, 13-Sep-20 12:26:40 GMT"], 304],
  [["If-Modified-Since: Sun Sep 13 12:26:40 2020"], 304],
  [["If-Modified-Since: yesterday"], 200],
  [["If-Match: TAG"], 200],
  [["If-Match: *"], 200],
  [['If-Match: "x", TAG'], 200],
  [["If-Match: , ,TAG,,"], 200],
  [['If-Match: "x"'], 412],
  [["If-Match: W/TAG"], 412],
  [[`If-Unmodified-Since: ${LONG_AGO_TEXT}`], 200],
  [[`If-Unmodified-Since: ${EARLIER}`], 412],
  [["If-Unmodified-Since: never"], 200],
  // RFC 9110 §13.1.4: with If-Match, If-Unmodified-Since is ignored.
  [["If-Match: TAG", `If-Unmodified-Since: ${EARLIER}`], 200],
  [["If-Match: TAG", "If-None-Match: TAG"], 304],
  [['If-Match: "x"', "If-None-Match: TAG"], 412],
  [["Range: bytes=0-9", "If-None-Match: TAG"], 304],
  [["Range: bytes=0-9", "If-Range: TAG"], 206],
  [["Range: bytes=0-9", 'If-Range: "x"'], 200],
  [["Range: bytes=0-9", "If-Range: W/TAG"], 200],
  [["Range: bytes=0-9", `If-Range: ${LONG_AGO_TEXT}`], 206],
  [["Range: bytes=0-9", `If-Range: ${LATER}`], 200],
  [["Range: bytes=0-9", "If-Range: soon"], 200],
  [["Range: bytes=99-", 'If-Range: "x"'], 200],
  [["If-Range: TAG"], 200],
];

async function checkConditions(peer: Peer): Promise<void> {
  const first = await ask(peer, "/static/robots.txt");
  const tag = first.headers["etag"] ?? "";
  for (const [fields, status] of CONDITIONS) {
    const text = fields.map((field) => `${field.replace("TAG", tag)}\r\n`).join("");
    const answer = await ask(peer, "/static/robots.txt", { fields: text });
    assert.is(answer.status, status, text);
    if (status === 412) continue;
    assert.is(answer.headers["etag"], tag, text);
    assert.is(answer.headers["last-modified"], LONG_AGO_TEXT, text);
    if (status === 200) assert.is(answer.body, ROBOTS, text);
    if (status === 304)
      for (const name of ["content-length", "content-type"]) assert.is(answer.headers[name], undefined);
  }
}

test("answers conditional requests, from memory", () => serve(checkConditions));
test("answers conditional requests, from the disk", () => serve(checkConditions, { cachedFileSize: 0 }));

test("answers HEAD with the fields of GET, and ignores its Range", () =>
  serve(async (peer) => {
    const described = ({ status, headers }: Answer): object => ({ status, ...headers, date: "" });
    for (const name of ["robots.txt", "large.bin", "empty.txt", "missing", "page.html?v=1"]) {
      const got = await ask(peer, `/static/${name}`);
      assert.equal(described(await ask(peer, `/static/${name}`, { method: "HEAD" })), described(got), name);
      const ranged = await ask(peer, `/static/${name}`, { method: "HEAD", fields: "Range: bytes=0-3\r\n" });
      assert.equal(described(ranged), described(got), name);
    }
  }));

test("adds the slash to a folder, and serves its default file", () =>
  serve(
    async (peer) => {
      const moved = await ask(peer, "/static/dir?a=1");
      assert.is(moved.status, 301);
      assert.is(moved.headers["location"], "/static/dir/?a=1");
      for (let round = 0; round < 2; round++) {
        const answer = await ask(peer, "/static/dir/");
        assert.is(answer.body, "<p>index</p>");
        assert.is(answer.headers["content-type"], "text/html; charset=UTF-8");
      }
      assert.is((await ask(peer, "/static/a%20b/")).status, 404);
    },
    { defaultFilename: "index.html" },
  ));

test("refuses a folder without a default file", () =>
  serve(async (peer) => {
    for (const path of ["dir", "dir/", ""]) {
      expectLog(/403 GET .*is not a file/);
      assert.is((await ask(peer, `/static/${path}`)).status, 403, path);
    }
  }));

test("does not send anybody to another host for a slash", () =>
  talk([["/*", StaticFileHandler, { path: folder.path, defaultFilename: "index.html" }]], async (peer) => {
    for (const target of ["//dir", "//evil.example/../dir", "/\\dir", "//dir%2f..%2fdir"]) {
      if (target.startsWith("//")) expectLog(/403 GET .*two slashes/);
      const answer = await ask(peer, target);
      assert.is(answer.status, target.startsWith("//") ? 403 : 404, target);
      assert.is(answer.headers["location"], undefined, target);
    }
    assert.is((await ask(peer, "/dir")).headers["location"], "/dir/");
  }));

test("lets versioned addresses be kept for ten years", () =>
  serve(async (peer) => {
    const { headers } = await ask(peer, "/static/robots.txt?v=1");
    assert.is(headers["cache-control"], "max-age=315360000");
    assert.ok(Date.parse(headers["expires"] ?? "") > Date.now() + 9 * 365 * 86_400_000);
  }));

test("makes versioned addresses", () => {
  const settings = { staticPath: folder.path };
  const hash = createHash("sha256").update(ROBOTS).digest("hex").slice(0, 32);
  assert.is(StaticFileHandler.makeStaticUrl(settings, "robots.txt"), `/static/robots.txt?v=${hash}`);
  assert.is(StaticFileHandler.makeStaticUrl(settings, "robots.txt", false), "/static/robots.txt");
  assert.is(StaticFileHandler.makeStaticUrl(settings, "missing.txt"), "/static/missing.txt");
  assert.is(StaticFileHandler.makeStaticUrl(settings, "dir"), "/static/dir");
  const other = { ...settings, staticUrlPrefix: "/s/" };
  assert.match(StaticFileHandler.makeStaticUrl(other, "a b/ü.txt"), /^\/s\/a%20b\/%C3%BC\.txt\?v=/);
  assert.is(StaticFileHandler.makeStaticUrl(other, "what?#", false), "/s/what%3F%23");
  assert.throws(() => StaticFileHandler.makeStaticUrl({}, "x"), /staticPath/);
});

test("finds out the version of a large file behind the scenes", async () => {
  const settings = { staticPath: folder.path };
  const hash = createHash("sha256").update(LARGE).digest("hex").slice(0, 32);
  StaticFileHandler.reset();
  assert.ok(statSync(folder.at("large.bin")).size > 262_144);
  assert.is(StaticFileHandler.getVersion(settings, "large.bin"), undefined);
  while (StaticFileHandler.getVersion(settings, "large.bin") === undefined)
    await new Promise((resolve) => setImmediate(resolve));
  assert.is(StaticFileHandler.getVersion(settings, "large.bin"), hash);
  StaticFileHandler.reset();
});

test("serves the folder that the settings name, and the two files browsers look for", async () => {
  await talk(
    [["/:page", class extends StaticFileHandler {}, { path: folder.at("dir") }]],
    async (peer) => {
      assert.is((await ask(peer, "/robots.txt")).body, ROBOTS);
      assert.is((await ask(peer, "/favicon.ico")).status, 404);
      assert.is((await ask(peer, "/static/page.html")).body, "<p>page</p>");
      assert.is((await ask(peer, "/index.html")).body, "<p>index</p>");
    },
    { staticPath: folder.path },
  );
  await talk(
    [],
    async (peer) => {
      const answer = await ask(peer, "/files/dir/");
      assert.is(answer.headers["x-own"], "dir/");
      assert.is(answer.body, "<p>index</p>");
    },
    {
      staticPath: folder.path,
      staticUrlPrefix: "/files/",
      staticHandlerClass: class extends StaticFileHandler {
        override setExtraHeaders(path: string): void {
          this.setHeader("X-Own", path);
        }
      },
      staticHandlerArgs: { defaultFilename: "index.html" },
    },
  );
});

test.run();
