/** Single-page applications: which requests get the page in place of a file that is not there, and what may be kept of it. */
import { renameSync, symlinkSync } from "node:fs";
import * as assert from "uvu/assert";
import { FolderHandler } from "../../src/serve/index.ts";
import { Application, StaticFileHandler } from "../../src/web/index.ts";
import type { StaticFileOptions } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import type { Answer, Peer } from "../_support/wire.ts";
import { Folder } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("single-page applications", { deadline: 20 });

const PAGE = "<!doctype html><div id=app></div>\n";
const BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n";
const FETCH = "Accept: */*\r\n";

const open = (peer: Peer, target: string, method = "GET"): Promise<Answer> =>
  ask(peer, target, { method, fields: BROWSER });

const folder = (): Folder =>
  new Folder({
    "index.html": PAGE,
    "app.js": "go()",
    "assets/a.css": "a{}",
    "docs/index.html": "docs",
    ".env": "secret",
  });

async function single(
  options: Partial<StaticFileOptions>,
  use: (peer: Peer, files: Folder) => Promise<void>,
  handler: typeof StaticFileHandler = StaticFileHandler,
): Promise<void> {
  const files = folder();
  await talk([["/*", handler, { path: files.path, singlePage: true, ...options }]], (peer) => use(peer, files));
}

for (const handler of [StaticFileHandler, FolderHandler]) {
  test(`${handler.name}: a browser gets the page, whatever the address`, () =>
    single(
      {},
      async (peer) => {
        for (const path of [
          "/",
          "/users",
          "/users/5",
          "/users/",
          "/users?tab=1&v=3",
          "/assets",
          "/assets/",
          "/caf%C3%A9",
          "/a.b/c",
        ]) {
          const answer = await open(peer, path);
          assert.is(answer.status, 200, path);
          assert.is(answer.body, PAGE, path);
          assert.is(answer.headers["content-type"], "text/html; charset=UTF-8");
          assert.is(answer.headers["cache-control"], "no-cache", path);
          assert.is(answer.headers["expires"], undefined, path);
          assert.is(answer.headers["vary"], path === "/" ? undefined : "Accept", path);
        }
        const head = await open(peer, "/users/5", "HEAD");
        assert.is(head.status, 200);
        assert.is(head.headers["content-length"], String(PAGE.length));
        assert.is((await open(peer, "/users/5", "POST")).status, 405);
      },
      handler,
    ));

  test(`${handler.name}: what is missing and no page is 404`, () =>
    single(
      {},
      async (peer) => {
        for (const path of [
          "/old.js",
          "/users/5.json",
          "/img/logo.png",
          "/.git",
          "/.git/config",
          "/.env",
          "/a%5Cb",
          "/a%00b",
        ])
          assert.is((await open(peer, path)).status, 404, path);
        for (const fields of [
          FETCH,
          "",
          "Accept: image/avif,image/webp,*/*\r\n",
          "Accept: text/css,*/*;q=0.1\r\n",
          "Accept: text/html;q=0\r\n",
        ]) {
          const answer = await ask(peer, "/users/5", { fields });
          assert.is(answer.status, 404, fields);
          assert.is(answer.headers["vary"], "Accept", fields);
        }
        assert.is((await ask(peer, "/", { fields: FETCH })).body, PAGE);
        expectLog(/is not in root static directory/);
        assert.is((await open(peer, "/..%2F..%2Fetc%2Fpasswd")).status, 403);
      },
      handler,
    ));
}

test("what is there is served as ever", () =>
  single({}, async (peer) => {
    const script = await open(peer, "/app.js?v=1");
    assert.is(script.body, "go()");
    assert.is(script.headers["cache-control"], "max-age=315360000");
    assert.is(script.headers["vary"], undefined);
    assert.is((await open(peer, "/docs/")).body, "docs");
    const moved = await open(peer, "/docs");
    assert.is(moved.status, 301);
    assert.is(moved.headers["location"], "/docs/");
  }));

test("the page is asked for again, by tag and by date, and never kept by a version", () =>
  single({ checkInterval: 0 }, async (peer, files) => {
    const first = await open(peer, "/index.html?v=1");
    assert.is(first.headers["cache-control"], "no-cache");
    const etag = first.headers["etag"] ?? "";
    const fields = `${BROWSER}If-None-Match: ${etag}\r\n`;
    const same = await ask(peer, "/users/7", { fields });
    assert.is(same.status, 304);
    assert.is(same.headers["cache-control"], "no-cache");
    assert.is(same.headers["vary"], "Accept");
    const since = `${BROWSER}If-Modified-Since: ${first.headers["last-modified"]}\r\n`;
    assert.is((await ask(peer, "/users/7", { fields: since })).status, 304);
    files.write("index.html", "built anew", 1_700_000_000);
    const changed = await ask(peer, "/users/7", { fields });
    assert.is(changed.status, 200);
    assert.is(changed.body, "built anew");
  }));

test("another page, in a folder; coded siblings", async () => {
  await single({ singlePage: "docs/index.html" }, async (peer) => {
    assert.is((await open(peer, "/users")).body, "docs");
    assert.is((await ask(peer, "/")).body, "docs");
  });
  await single({ precompressed: true }, async (peer, files) => {
    files.write("index.html.gz", "packed");
    const answer = await ask(peer, "/users", { fields: `${BROWSER}Accept-Encoding: gzip\r\n` });
    assert.is(answer.headers["content-encoding"], "gzip");
    assert.is(answer.headers["vary"], "Accept-Encoding, Accept");
    assert.is(answer.body, "packed");
  });
});

test("a page that is missing, or leads out of the folder", async () => {
  await single({ singlePage: "none.html" }, async (peer) => {
    assert.is((await open(peer, "/users")).status, 404);
  });
  await single({ checkInterval: 0 }, async (peer, files) => {
    const secret = new Folder({ "secret.html": "secret" });
    assert.is((await open(peer, "/users")).body, PAGE);
    renameSync(files.at("index.html"), files.at("old.html"));
    symlinkSync(secret.at("secret.html"), files.at("index.html"));
    expectLog(/leads out of the static directory/);
    const answer = await open(peer, "/users");
    assert.is(answer.status, 403);
    assert.not.match(answer.body, "secret");
  });
});

test("a class of its own is asked for the time it may be kept", async () => {
  class Kept extends StaticFileHandler {
    override getCacheTime(): number {
      return 60;
    }
  }
  await single({}, async (peer) => assert.is((await open(peer, "/a")).headers["cache-control"], "max-age=60"), Kept);
});

test("without the option nothing changes", () =>
  single({ singlePage: false }, async (peer) => {
    assert.is((await open(peer, "/users")).status, 404);
    expectLog(/is not a file/);
    assert.is((await open(peer, "/")).status, 403);
    assert.is((await open(peer, "/index.html")).headers["cache-control"], undefined);
  }));

test("wrong options are refused", () => {
  const { path } = folder();
  for (const singlePage of ["", "/index.html", "../x.html", "a//b", "a\\b", 1, null]) {
    const options = { path, singlePage: singlePage as string };
    assert.throws(() => new Application([["/*", StaticFileHandler, options]]), /singlePage/, String(singlePage));
  }
  const both = { path, singlePage: true, listing: true };
  assert.throws(() => new Application([["/*", FolderHandler, both]]), /contradict/);
});

test.run();
