/** No way out of the root, and no way to what is not meant to be served. */
import { spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { posix, win32 } from "node:path";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { HTTPError, StaticFileHandler } from "../../src/web/index.ts";
import { isInside, rootPrefix } from "../../src/web/paths/file-paths.ts";
import type { PathRules } from "../../src/web/paths/file-paths.ts";
import { checkPath, joinPath } from "../../src/web/static/paths.ts";
import { expectLog, suite } from "../_support/suite.ts";
import type { Peer } from "../_support/wire.ts";
import { Folder, ROBOTS } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("paths of static files", { deadline: 30 });

const SECRET = "secret";
const outside = new Folder({ "static/robots.txt": ROBOTS, "static-secret/x.txt": SECRET, "secret.txt": SECRET });
const root = outside.at("static");
const write = (name: string): string => outside.write(`static/${name}`, SECRET);

write(".env");
write(".git/config");
write("dir/.hidden/x.txt");
write("..double");
outside.write("static/.well-known/security.txt", "well known");
outside.write("static/.well-known/.private", SECRET);
outside.write("static/dir/file.txt", "file");

const serve = (use: (peer: Peer) => Promise<void>, options: object = {}): Promise<void> =>
  talk([["/static/*", StaticFileHandler, { path: root, ...options }]], use);

/** Target below `/static/`, and the status it gets. None may give the secret. */
const TARGETS: readonly (readonly [target: string, status: number])[] = [
  ["robots.txt", 200],
  ["dir/../robots.txt", 200],
  ["./robots.txt", 200],
  ["dir//file.txt", 200],
  ["/robots.txt", 200],
  ["dir/%2e%2e/robots.txt", 200],
  ["../secret.txt", 403],
  ["../../../../../../../../etc/passwd", 403],
  ["dir/../../secret.txt", 403],
  ["..", 403],
  ["../", 403],
  ["../static", 403],
  ["../static-secret/x.txt", 403],
  ["%2e%2e/secret.txt", 403],
  ["%2e%2e%2fsecret.txt", 403],
  [".%2e/secret.txt", 403],
  ["%2E%2E%2Fsecret.txt", 403],
  ["..%2fsecret.txt", 403],
  ["%252e%252e/secret.txt", 404],
  ["%252e%252e%252fsecret.txt", 404],
  ["%c0%ae%c0%ae/secret.txt", 400],
  ["%e0%80%ae%e0%80%ae/secret.txt", 400],
  ["..%5csecret.txt", 404],
  ["..\\secret.txt", 404],
  ["%5c%5chost%5cshare", 404],
  ["dir%5c..%5crobots.txt", 404],
  ["..;/secret.txt", 404],
  ["....//secret.txt", 404],
  [".../secret.txt", 404],
  ["/etc/passwd", 404],
  ["//etc/passwd", 404],
  ["%2fetc%2fpasswd", 404],
  [`${outside.path}/secret.txt`, 404],
  ["file:///etc/passwd", 404],
  ["robots.txt%00", 404],
  ["%00robots.txt", 404],
  ["robots.txt%00.html", 404],
  ["..%00/secret.txt", 404],
  ["robots.txt%0a", 404],
  ["robots.txt%20", 404],
  [".env", 404],
  ["%2eenv", 404],
  [".git/config", 404],
  ["dir/../.env", 404],
  ["dir/.hidden/x.txt", 404],
  ["..double", 404],
  [".well-known/security.txt", 200],
  [".well-known/.private", 404],
  [`${"x".repeat(300)}`, 404],
  [`${"x/".repeat(2500)}y`, 404],
];

test("stays inside the folder", () =>
  serve(async (peer) => {
    // Twice: what was seen before must not open another way.
    for (const [target, status] of [...TARGETS, ...TARGETS]) {
      if (status === 403) expectLog(/403 GET .*(?:is not in root static directory|is not a file)/);
      if (status === 400) expectLog(/400 GET .*Invalid unicode/);
      const answer = await ask(peer, `/static/${target}`);
      assert.is(answer.status, status, target);
      assert.not.ok(answer.body.includes(SECRET), target);
    }
  }));

test("serves names that begin with a dot where it is asked to", () =>
  serve(
    async (peer) => {
      for (const target of [".env", ".git/config", "dir/.hidden/x.txt", "..double"])
        assert.is((await ask(peer, `/static/${target}`)).body, SECRET, target);
      expectLog(/403 GET/);
      assert.is((await ask(peer, "/static/../secret.txt")).status, 403);
    },
    { dotfiles: true },
  ));

test("follows links within the folder, and out of it only where it is asked to", async () => {
  const folder = new Folder({ "site/real.txt": "real", "site/sub/x.txt": "sub", "elsewhere/s.txt": SECRET });
  const site = folder.at("site");
  symlinkSync(join(site, "real.txt"), join(site, "link.txt"));
  symlinkSync(join(site, "sub"), join(site, "subs"));
  symlinkSync("../elsewhere/s.txt", join(site, "out.txt"));
  symlinkSync(folder.at("elsewhere"), join(site, "outs"));
  symlinkSync("loop", join(site, "loop"));
  symlinkSync("nowhere", join(site, "dangling"));
  symlinkSync(site, folder.at("current"));
  for (const path of [site, folder.at("current")]) {
    for (const followSymlinks of [false, true]) {
      await talk([["/*", StaticFileHandler, { path, followSymlinks }]], async (peer) => {
        assert.is((await ask(peer, "/link.txt")).body, "real");
        assert.is((await ask(peer, "/subs/x.txt")).body, "sub");
        for (const target of ["/out.txt", "/outs/s.txt"]) {
          if (!followSymlinks) expectLog(/403 GET .*leads out of the static directory/);
          assert.is((await ask(peer, target)).status, followSymlinks ? 200 : 403, target);
        }
        for (const target of ["/loop", "/dangling"]) assert.is((await ask(peer, target)).status, 404, target);
      });
    }
  }
});

test("refuses what is no file, without opening it", async () => {
  const folder = new Folder({ "x.txt": "x" });
  if (process.platform === "win32" || spawnSync("mkfifo", [folder.at("pipe")]).status !== 0) return;
  symlinkSync("/dev/zero", folder.at("zero"));
  await talk([["/*", StaticFileHandler, { path: folder.path, followSymlinks: true }]], async (peer) => {
    for (const name of ["pipe", "zero"]) {
      expectLog(/403 GET .*is not a file/);
      assert.is((await ask(peer, `/${name}`)).status, 403, name);
    }
  });
});

test("answers 403 where the system forbids it", async () => {
  const folder = new Folder();
  writeFileSync(folder.at("closed.txt"), SECRET, { mode: 0o000 });
  if (process.platform === "win32" || process.getuid?.() === 0) return;
  await talk([["/*", StaticFileHandler, { path: folder.path }]], async (peer) => {
    assert.is((await ask(peer, "/closed.txt")).status, 403);
  });
});

const statusOf = (run: () => unknown): number => {
  try {
    run();
  } catch (error) {
    if (error instanceof HTTPError) return error.status;
    throw error;
  }
  return 200;
};

function check(rules: PathRules, folder: string, path: string, dotfiles = false): number {
  return statusOf(() => checkPath(rootPrefix(folder, rules), joinPath(folder, path, rules), { dotfiles }, rules));
}

test("knows the names that Windows does not take for names", () => {
  const folder = "C:\\srv\\static";
  for (const path of ["a.txt", "a/b.txt", "console.txt", "auxiliary", "com.txt", "nul1", "a b.txt", "com10"])
    assert.is(check(win32, folder, path), 200, path);
  for (const path of [
    "con",
    "CON.txt",
    "a/nul",
    "aux.tar.gz",
    "com1",
    "lpt9.txt",
    "conin$",
    "a.txt::$DATA",
    "C:x",
    "a.",
    "a ",
  ])
    assert.is(check(win32, folder, path), 404, path);
  for (const path of ["..\\x", "../x", "a\\..\\..\\x", "..", "..\\static-secret\\x"])
    assert.is(check(win32, folder, path), 403, path);
  for (const path of ["C:\\Windows\\win.ini", "\\\\host\\share\\x", "D:", "\\Windows"])
    assert.is(check(win32, folder, path), path.includes(":") ? 404 : 200, path);
  assert.is(joinPath(folder, "D:\\x", win32), "C:\\srv\\static\\D:\\x");
  assert.is(joinPath(folder, "//host/share", win32), "C:\\srv\\static\\host\\share");
});

test("takes the root of the file system for a folder like any other", () => {
  assert.is(check(posix, "/", "etc/passwd"), 200);
  assert.is(check(posix, "/", "../../etc"), 200);
  assert.is(check(posix, "/srv/static", ""), 200);
  assert.is(check(posix, "/srv/static/", "x"), 200);
  assert.is(check(posix, "/srv/static", "../static"), 200);
  assert.is(check(posix, "/srv/static", "../staticx"), 403);
  assert.ok(isInside("/", "/etc") && isInside("/srv", "/srv") && !isInside("/srv", "/srvx"));
});

test.run();
