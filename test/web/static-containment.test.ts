/**
 * Nothing outside the folder of a `StaticFileHandler` or a `FolderHandler` is served, whatever is renamed or linked between two looks at a
 * path, and however long a file was known.
 */
import * as fs from "node:fs";
import { renameSync, rmSync, symlinkSync } from "node:fs";
import * as assert from "uvu/assert";
import { FolderHandler } from "../../src/serve/index.ts";
import { StaticFileHandler } from "../../src/web/index.ts";
import type { StaticFileOptions } from "../../src/web/index.ts";
import { Containment, realPathByName } from "../../src/web/static/containment.ts";
import { closeFile, openFile } from "../../src/web/static/files.ts";
import { resolveStaticOptions } from "../../src/web/static/options.ts";
import { StoredFiles } from "../../src/web/static/stored-files.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Folder } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("static containment", { deadline: 30 });

const SECRET = "a secret of another folder";
const LARGE = "x".repeat(200_000);

/** A folder `served` and one beside it; `served/d` is a folder that tests replace by a link. */
function folders(content = "public"): Folder {
  return new Folder({
    "served/d/f.txt": content,
    "served/index.html": "home",
    "outside/f.txt": SECRET.padEnd(content.length),
  });
}
const refusals = (): unknown => expectLog("leads out of the static directory", { required: false });

/** Replaces `served/d` by a link to `target`. */
function link(folder: Folder, target: string): void {
  renameSync(folder.at("served/d"), folder.at(`gone-${process.hrtime.bigint()}`));
  symlinkSync(folder.at(target), folder.at("served/d"));
}

for (const [title, content] of [
  ["kept in memory", "public"],
  ["read from the disk each time", LARGE],
] as const) {
  test(`a file that is known, ${title}, is refused once its folder is a link to another`, async () => {
    const folder = folders(content);
    refusals();
    await talk([["/*", StaticFileHandler, { path: folder.at("served"), checkInterval: 0 }]], async (peer) => {
      assert.is((await ask(peer, "/d/f.txt")).body, content);
      link(folder, "outside");
      assert.is((await ask(peer, "/d/f.txt")).status, 403);
      assert.is((await ask(peer, "/d/f.txt")).status, 403);
    });
  });

  test(`a file that is known, ${title}, is refused where it moved out with its folder and a link leads to it`, async () => {
    const folder = folders(content);
    refusals();
    await talk([["/*", StaticFileHandler, { path: folder.at("served"), checkInterval: 0 }]], async (peer) => {
      assert.is((await ask(peer, "/d/f.txt")).body, content);
      // The same file: device, inode, size and times are equal.
      renameSync(folder.at("served/d"), folder.at("moved"));
      symlinkSync(folder.at("moved"), folder.at("served/d"));
      assert.is((await ask(peer, "/d/f.txt")).status, 403);
    });
  });
}

test("a file is the one that was opened, whatever its path leads to by then", async () => {
  const folder = folders();
  const files = new StoredFiles(resolveStaticOptions({ path: folder.at("served"), checkInterval: 0 }));
  // As between two calls of a program that looked at the path first.
  renameSync(folder.at("served/d"), folder.at("kept"));
  symlinkSync(folder.at("outside"), folder.at("served/d"));
  const opened = files.open(folder.at("served/d/f.txt"));
  opened.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  rmSync(folder.at("served/d"));
  renameSync(folder.at("kept"), folder.at("served/d"));
  const text = await opened.then(
    (fd) => {
      const content = fs.readFileSync(fd, "utf8");
      closeFile(fd);
      return content;
    },
    (error: { status?: number }) => String(error.status),
  );
  assert.ok(text === "403" || text === "public", text);
});

/** Swaps a folder and a link as fast as it goes, while clients ask. */
test("no answer holds what is outside while folder and link are swapped all the time", async () => {
  for (const options of [
    { checkInterval: 0 },
    {},
    { checkInterval: 0, cacheSize: 0 },
    { checkInterval: 0, cacheEntries: 0 },
  ]) {
    const folder = folders(LARGE);
    refusals();
    expectLog(/404|50[03]|cut short|was replaced/, { required: false });
    const path = folder.at("served/d");
    const [real, other] = [folder.at("real"), folder.at("other")];
    symlinkSync(folder.at("outside"), other);
    let going = true;
    const swapping = (async () => {
      while (going) {
        renameSync(path, real);
        renameSync(other, path);
        await new Promise((resolve) => setImmediate(resolve));
        renameSync(path, other);
        renameSync(real, path);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await talk([["/*", StaticFileHandler, { path: folder.at("served"), ...options }]], async (peer) => {
      for (let i = 0; i < 300; i++) {
        const { status, body } = await ask(peer, "/d/f.txt");
        assert.not.ok(body.includes(SECRET), `request ${i}`);
        if (status === 200) assert.is(body, LARGE);
      }
    });
    going = false;
    await swapping;
  }
});

test("a subclass that has other sizes or hooks reads no file outside", async () => {
  const folder = folders(LARGE);
  class Sized extends StaticFileHandler {
    override getModifiedTime(): Date | undefined {
      return undefined;
    }
    override async getContentSize(): Promise<number> {
      link(folder, "outside");
      return LARGE.length;
    }
  }
  refusals();
  expectLog("Uncaught exception", { required: false });
  await talk([["/*", Sized, { path: folder.at("served") }]], async (peer) => {
    const answer = await ask(peer, "/d/f.txt").catch(() => undefined);
    assert.not.ok(answer?.body.includes(SECRET));
  });
});

test("realPathByName says where what is open lies, and nothing where the path is another's now", async () => {
  const folder = folders();
  const path = folder.at("served/d/f.txt");
  const fd = await openFile(path);
  try {
    assert.is(await realPathByName(fd, path), path);
    link(folder, "outside");
    const error = await realPathByName(fd, path).then(
      () => undefined,
      (thrown: { status?: number }) => thrown,
    );
    assert.is(error?.status, 403);
  } finally {
    closeFile(fd);
  }
});

test("a list is that of the folder that was looked at", async () => {
  const folder = folders();
  folder.write("outside/secret.txt", SECRET);
  const containment = new Containment(folder.at("served"), 0);
  const swap = (): void => link(folder, "outside");
  const error = await containment
    .readFolderByName(folder.at("served/d"), (path) => {
      swap();
      return fs.promises.readdir(path);
    })
    .then(
      () => undefined,
      (thrown: { status?: number }) => thrown,
    );
  assert.is(error?.status, 403);
  if (process.platform !== "linux") return;
  const again = folders();
  const names = await new Containment(again.at("served"), 0).readFolder(again.at("served/d"), (path) => {
    link(again, "outside");
    return fs.promises.readdir(path);
  });
  assert.equal(names, ["f.txt"]);
});

test("a folder that is a link to another is neither listed nor redirected to", async () => {
  const folder = folders();
  refusals();
  link(folder, "outside");
  const options: StaticFileOptions = { path: folder.at("served"), defaultFilename: "index.html" };
  await talk(
    [
      ["/list/*", FolderHandler, { path: folder.at("served") }],
      ["/*", StaticFileHandler, options],
    ],
    async (peer) => {
      for (const target of ["/d", "/d/", "/d/f.txt", "/list/d", "/list/d/", "/list/d/f.txt"]) {
        const answer = await ask(peer, target);
        assert.is(answer.status, 403, target);
        assert.not.ok(answer.body.includes("f.txt"));
      }
    },
  );
});

test("makes no version of a file outside", () => {
  const folder = folders();
  const settings = { staticPath: folder.at("served") };
  assert.match(StaticFileHandler.makeStaticUrl(settings, "d/f.txt"), /\?v=[0-9a-f]+$/);
  assert.not.match(StaticFileHandler.makeStaticUrl(settings, "../outside/f.txt"), /\?v=/);
});

test.run();
