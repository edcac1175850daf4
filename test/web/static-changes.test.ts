/** Static files while things happen to them: changes, clients that leave or wait, bounds on what is remembered, coded siblings. */
import { Buffer } from "node:buffer";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { StaticFileHandler } from "../../src/web/index.ts";
import type { Settings } from "../../src/web/index.ts";
import { resolveStaticOptions } from "../../src/web/static/options.ts";
import { Piece } from "../../src/web/static/pieces.ts";
import { DIRECTORY, StoredFiles } from "../../src/web/static/stored-files.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving, withPeer } from "../_support/wire.ts";
import type { Peer } from "../_support/wire.ts";
import { Application } from "../../src/web/index.ts";
import { Folder, LONG_AGO } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("static files that change", { deadline: 30 });

const serve = (
  folder: Folder,
  options: object,
  use: (peer: Peer) => Promise<void>,
  settings: Settings = {},
): Promise<void> => talk([["/*", StaticFileHandler, { path: folder.path, ...options }]], use, settings);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (const cachedFileSize of [0, 65_536]) {
  test(`sees every change when it looks each time (kept in memory up to ${cachedFileSize})`, async () => {
    const folder = new Folder({ "a.txt": "one" });
    await serve(folder, { checkInterval: 0, cachedFileSize }, async (peer) => {
      const bodyOf = async (): Promise<string> => (await ask(peer, "/a.txt")).body;
      assert.is(await bodyOf(), "one");
      // The same size and, in the end, the same time.
      folder.write("a.txt", "two");
      assert.is(await bodyOf(), "two");
      writeFileSync(folder.at("a.txt"), "three and more");
      assert.is(await bodyOf(), "three and more");
      // Changes so quick that the clock of the file system does not tick between them.
      for (let round = 0; round < 50; round++) {
        writeFileSync(folder.at("a.txt"), `r${round % 10}`);
        assert.is(await bodyOf(), `r${round % 10}`);
      }
      renameSync(folder.write("b.txt", "other"), folder.at("a.txt"));
      assert.is(await bodyOf(), "other");
      rmSync(folder.at("a.txt"));
      assert.is((await ask(peer, "/a.txt")).status, 404);
      mkdirSync(folder.at("a.txt"));
      expectLog(/is not a file/);
      assert.is((await ask(peer, "/a.txt")).status, 403);
      rmSync(folder.at("a.txt"), { recursive: true });
      folder.write("a.txt", "again");
      assert.is(await bodyOf(), "again");
    });
  });
}

test("sees a change after the interval, and a folder that is another now", async () => {
  const folder = new Folder({ "v1/a.txt": "one", "v2/a.txt": "two" });
  symlinkSync("v1", folder.at("current"));
  await talk([["/*", StaticFileHandler, { path: folder.at("current"), checkInterval: 0.05 }]], async (peer) => {
    assert.is((await ask(peer, "/a.txt")).body, "one");
    symlinkSync("v2", folder.at("next"));
    renameSync(folder.at("next"), folder.at("current"));
    // The deadline of the test is the limit.
    while ((await ask(peer, "/a.txt")).body === "one") await turn();
    assert.is((await ask(peer, "/a.txt")).body, "two");
  });
});

test("answers from memory within the interval", async () => {
  const folder = new Folder({ "a.txt": "one" });
  await serve(folder, { checkInterval: 3600 }, async (peer) => {
    assert.is((await ask(peer, "/a.txt")).body, "one");
    rmSync(folder.at("a.txt"));
    assert.is((await ask(peer, "/a.txt")).body, "one");
  });
});

test("serves a large file that was replaced after it was looked at, as it is now", async () => {
  const folder = new Folder({ "a.bin": "a".repeat(100_000) });
  await serve(folder, { checkInterval: 3600 }, async (peer) => {
    const before = await ask(peer, "/a.bin");
    folder.write("a.bin", "b".repeat(99_999));
    const after = await ask(peer, "/a.bin", { fields: "Range: bytes=99998-\r\n" });
    assert.is(after.body, "b");
    assert.is(after.headers["content-range"], "bytes 99998-99998/99999");
    assert.is.not(after.headers["etag"], before.headers["etag"]);
    rmSync(folder.at("a.bin"));
    assert.is((await ask(peer, "/a.bin")).status, 404);
  });
});

test("serves a file that never rests, with a tag that promises nothing", async () => {
  const folder = new Folder({ "log.txt": "x".repeat(100_000) });
  let writes = 0;
  /** Changes the file between every look and every opening. */
  class Restless extends StaticFileHandler {
    override setExtraHeaders(): void {
      writes++;
      appendFileSync(folder.at("log.txt"), "y");
    }
  }
  await talk([["/*", Restless, { path: folder.path }]], async (peer) => {
    const { status, headers, body } = await ask(peer, "/log.txt");
    assert.is(status, 200);
    assert.match(headers["etag"] ?? "", /^W\//);
    assert.ok(/^x{100000}y*$/.test(body));
    assert.ok(writes > 1);
  });
});

// --- clients ---

/** Descriptors of this process on files of a folder; where the system does not tell, none. */
function openFiles(folder: Folder): number {
  if (process.platform !== "linux") return 0;
  let count = 0;
  for (const name of readdirSync("/proc/self/fd")) {
    try {
      if (readlinkSync(`/proc/self/fd/${name}`).startsWith(folder.path)) count++;
    } catch {
      // Closed in the meantime.
    }
  }
  return count;
}

const HUGE = 64 * 1024 * 1024;

test("closes the file when the client leaves midway", async () => {
  const folder = new Folder({ "huge.bin": Buffer.alloc(HUGE) });
  const app = new Application([["/*", StaticFileHandler, { path: folder.path }]], { accessLog: false });
  await serving(app, {}, async (port) => {
    for (let round = 0; round < 3; round++) {
      await withPeer(port, async (peer) => {
        peer.write("GET /huge.bin HTTP/1.1\r\nHost: a\r\n\r\n");
        await peer.expect("HTTP/1.1 200 OK\r\n");
        // Our side does not read, so that the file stays open.
        peer.socket.pause();
        if (process.platform === "linux") while (openFiles(folder) === 0) await turn();
      });
    }
    while (openFiles(folder) > 0) await turn();
    await withPeer(port, async (peer) => {
      const answer = await ask(peer, "/huge.bin");
      assert.is(answer.body.length, HUGE);
    });
    while (openFiles(folder) > 0) await turn();
  });
});

test("cuts the connection where a file ends before its time", async () => {
  const folder = new Folder({ "huge.bin": Buffer.alloc(HUGE) });
  await serve(folder, {}, async (peer) => {
    expectLog(/was cut short/);
    peer.write("GET /huge.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    await peer.expect("HTTP/1.1 200 OK\r\n");
    truncateSync(folder.at("huge.bin"), 1024);
    const rest = await peer.rest();
    assert.ok(rest.length < HUGE);
    while (openFiles(folder) > 0) await turn();
  });
});

test("sends whole files to many at once, each its own", async () => {
  const folder = new Folder();
  for (let i = 0; i < 4; i++) folder.write(`${i}.bin`, Buffer.alloc(1_500_000 + i, String(i)));
  const app = new Application([["/*", StaticFileHandler, { path: folder.path }]], { accessLog: false });
  await serving(app, {}, async (port) => {
    const one = (i: number): Promise<void> =>
      withPeer(port, async (peer) => {
        for (let round = 0; round < 3; round++) {
          const { body } = await ask(peer, `/${i % 4}.bin`);
          assert.ok(body === String(i % 4).repeat(1_500_000 + (i % 4)), `${i}`);
        }
      });
    await Promise.all(Array.from({ length: 24 }, (_, i) => one(i)));
  });
});

test("asks a source for no more than its client reads, and lets go of it when that leaves", async () => {
  let given = 0;
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  class Endless extends StaticFileHandler {
    override validateAbsolutePath(_root: string, path: string): Promise<string> {
      return Promise.resolve(path);
    }
    override getContentSize(): number {
      return 4096 * 65_536;
    }
    override getModifiedTime(): undefined {}
    static override getContentVersion(): string {
      return "1";
    }
    static override async *getContent(): AsyncGenerator<Buffer> {
      try {
        for (; given < 4096; given++) {
          yield Buffer.alloc(65_536);
          await turn();
        }
      } finally {
        ended();
      }
    }
  }
  await talk([["/*", Endless, { path: "." }]], async (peer) => {
    peer.write("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    await peer.expect("HTTP/1.1 200 OK\r\n");
    peer.socket.pause();
    for (let before = -1, same = 0; same < 200;) {
      same = given === before ? same + 1 : 0;
      before = given;
      await turn();
    }
    assert.ok(given < 1024, `${given} pieces`);
    peer.destroy();
    await end;
  });
});

test("never changes what it gave to somebody in this process", async () => {
  const folder = new Folder({ "a.bin": Buffer.alloc(3_000_000, "0123456789abcdef") });
  const app = new Application([["/*", StaticFileHandler, { path: folder.path }]], { accessLog: false });
  const response = await app.fetch(new Request("http://localhost/a.bin"));
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
  assert.ok(Buffer.concat(pieces).equals(Buffer.alloc(3_000_000, "0123456789abcdef")));
});

// --- what is remembered ---

test("remembers no more files, and no more content, than it may", async () => {
  const folder = new Folder();
  for (let i = 0; i < 20; i++) folder.write(`${i}.txt`, "x".repeat(100));
  folder.write("large.txt", "x".repeat(600));
  const files = new StoredFiles(
    resolveStaticOptions({ path: folder.path, cacheEntries: 8, cacheSize: 500, checkInterval: 3600 }),
  );
  for (let i = 0; i < 20; i++) {
    await files.find(folder.at(`${i}.txt`));
    assert.ok(files.entries <= 8 && files.bytes <= 500);
    // What is used stays.
    assert.ok(i === 0 || files.recent("0.txt") !== undefined, `${i}`);
    files.recent("0.txt");
  }
  assert.is(files.bytes, 500);
  const large = await files.find(folder.at("large.txt"));
  assert.ok(large !== DIRECTORY && large.content === undefined);
  assert.is(files.entries, 6);
  rmSync(folder.at("0.txt"));
  const nothing = new StoredFiles(resolveStaticOptions({ path: folder.path, cacheEntries: 0 }));
  await nothing.find(folder.at("1.txt"));
  assert.is(nothing.entries + nothing.bytes, 0);
});

test("sends through small pieces while many files are being sent", () => {
  const pieces = Array.from({ length: 64 }, () => new Piece());
  const [first] = pieces;
  assert.is(first?.next(HUGE, false).length, 262_144);
  assert.is(first?.next(1000, true).length, 1000);
  const last = new Piece();
  assert.is(last.next(HUGE, false).length, 65_536);
  const before = last.next(HUGE, false);
  assert.ok(last.next(HUGE, true) === before, "~> the same memory, once it is free");
  assert.ok(last.next(HUGE, false) !== before, "~> and another as long as it is not");
  for (const piece of [...pieces, last]) piece.close(true);
  const alone = new Piece();
  assert.is(alone.next(HUGE, false).length, 262_144);
  alone.close(false);
});

test("looks once for many who ask for the same", async () => {
  const folder = new Folder({ "a.txt": "one" });
  const files = new StoredFiles(resolveStaticOptions({ path: folder.path, checkInterval: 0 }));
  const found = await Promise.all(Array.from({ length: 10 }, () => files.find(folder.at("a.txt"))));
  assert.ok(found.every((file) => file === found[0]));
});

test("refuses options that are none", () => {
  for (const [options, pattern] of [
    [{}, /path/],
    [{ path: "" }, /path/],
    [{ path: ".", checkInterval: -1 }, /checkInterval/],
    [{ path: ".", cacheSize: Number.NaN }, /cacheSize/],
    [{ path: ".", cacheEntries: "1" }, /cacheEntries/],
    [{ path: ".", cachedFileSize: -5 }, /cachedFileSize/],
    [{ path: ".", defaultFilename: "a/b" }, /defaultFilename/],
    [{ path: ".", precompressed: ["deflate"] }, /precompressed/],
  ] as const)
    assert.throws(() => resolveStaticOptions(options as object), pattern);
});

// --- coded siblings ---

const SCRIPT = "const answer = 42;\n".repeat(100);
const coded = new Folder({
  "app.js": SCRIPT,
  "app.js.gz": gzipSync(SCRIPT),
  "app.js.br": "br",
  "app.js.zst": "zstd",
  "old.js": SCRIPT,
  "only.js.gz": "x",
  "plain.js": SCRIPT,
});
coded.write("old.js.gz", "old", LONG_AGO - 5);

test("serves a coded sibling to who takes it", () =>
  serve(coded, { precompressed: true }, async (peer) => {
    const tags = new Set<string | undefined>();
    for (const [accepts, coding] of [
      ["", undefined],
      ["gzip", "gzip"],
      ["gzip, br", "br"],
      ["gzip, zstd", "zstd"],
      ["gzip;q=1, br;q=0.5", "gzip"],
      ["gzip;q=0", undefined],
      ["*", "br"],
      ["*;q=0", undefined],
      ["br;q=0, *", "zstd"],
      ["identity, gzip;q=0.5", undefined],
      ["deflate", undefined],
    ] as const) {
      const fields = accepts === "" ? "" : `Accept-Encoding: ${accepts}\r\n`;
      for (const method of ["GET", "HEAD"]) {
        const answer = await ask(peer, "/app.js", { fields, method });
        assert.is(answer.headers["content-encoding"], coding, accepts);
        assert.is(answer.headers["vary"], "Accept-Encoding");
        assert.is(answer.headers["content-type"], "text/javascript; charset=UTF-8");
        if (method === "GET" && coding === undefined) assert.is(answer.body, SCRIPT);
        if (method === "GET" && coding === "br") assert.is(answer.body, "br");
        tags.add(answer.headers["etag"]);
      }
    }
    assert.is(tags.size, 4);
    const fields = "Accept-Encoding: br\r\n";
    const tag = (await ask(peer, "/app.js", { fields })).headers["etag"];
    const known = await ask(peer, "/app.js", { fields: `${fields}If-None-Match: ${tag}\r\n` });
    assert.is(known.status, 304);
    assert.is(known.headers["vary"], "Accept-Encoding");
    assert.is(known.headers["content-encoding"], undefined);
    const part = await ask(peer, "/app.js", { fields: `${fields}Range: bytes=1-\r\n` });
    assert.is(part.body, "r");
    assert.is(part.headers["content-range"], "bytes 1-1/2");
    assert.is(part.headers["content-encoding"], "br");
  }));

test("serves no sibling that is older, or stands alone, or was not asked for", async () => {
  const fields = "Accept-Encoding: gzip\r\n";
  await serve(coded, { precompressed: ["gzip"] }, async (peer) => {
    for (const name of ["old.js", "plain.js"]) {
      const answer = await ask(peer, `/${name}`, { fields });
      assert.is(answer.body, SCRIPT, name);
      assert.is(answer.headers["vary"], undefined);
    }
    assert.is((await ask(peer, "/only.js", { fields })).status, 404);
    const archive = await ask(peer, "/app.js.gz", { fields });
    assert.is(archive.headers["content-type"], "application/gzip");
    assert.is(archive.headers["content-encoding"], undefined);
    assert.is((await ask(peer, "/app.js", { fields: "Accept-Encoding: br\r\n" })).body, SCRIPT);
  });
  await serve(coded, {}, async (peer) => {
    const answer = await ask(peer, "/app.js", { fields });
    assert.is(answer.body, SCRIPT);
    assert.is(answer.headers["vary"], undefined);
  });
});

test("sees a sibling come and go", async () => {
  const folder = new Folder({ "a.js": "plain" });
  await serve(folder, { precompressed: ["gzip"], checkInterval: 0 }, async (peer) => {
    const fields = "Accept-Encoding: gzip\r\n";
    const bodyOf = async (): Promise<string> => (await ask(peer, "/a.js", { fields })).body;
    assert.is(await bodyOf(), "plain");
    folder.write("a.js.gz", "coded");
    assert.is(await bodyOf(), "coded");
    utimesSync(folder.at("a.js"), LONG_AGO + 5, LONG_AGO + 5);
    assert.is(await bodyOf(), "plain");
    folder.write("a.js.gz", "later", LONG_AGO + 9);
    assert.is(await bodyOf(), "later");
    rmSync(folder.at("a.js.gz"));
    assert.is(await bodyOf(), "plain");
  });
});

test("serves a large sibling that was replaced, or removed, after it was looked at", async () => {
  const folder = new Folder({ "a.js": "plain", "a.js.gz": "coded" });
  await serve(folder, { precompressed: ["gzip"], checkInterval: 3600, cachedFileSize: 0 }, async (peer) => {
    const fields = "Accept-Encoding: gzip\r\n";
    assert.is((await ask(peer, "/a.js", { fields })).body, "coded");
    folder.write("a.js.gz", "replaced");
    const answer = await ask(peer, "/a.js", { fields });
    assert.is(answer.body, "replaced");
    assert.is(answer.headers["content-encoding"], "gzip");
    rmSync(folder.at("a.js.gz"));
    const plain = await ask(peer, "/a.js", { fields });
    assert.is(plain.body, "plain");
    assert.is(plain.headers["content-encoding"], undefined);
  });
});

test("goes with compression on the way out: what is coded stays, parts stay whole", async () => {
  const folder = new Folder({ "a.js": SCRIPT, "a.js.br": "br", "large.txt": "large ".repeat(20_000) });
  await serve(
    folder,
    { precompressed: ["br"] },
    async (peer) => {
      const gzip = "Accept-Encoding: gzip\r\n";
      assert.is((await ask(peer, "/a.js", { fields: "Accept-Encoding: br\r\n" })).body, "br");
      for (const name of ["a.js", "large.txt"]) {
        const answer = await ask(peer, `/${name}`, { fields: gzip });
        assert.is(answer.headers["content-encoding"], "gzip", name);
        assert.match(answer.headers["etag"] ?? "", /^W\//);
        assert.is(answer.headers["vary"], "Accept-Encoding");
        const part = await ask(peer, `/${name}`, { fields: `${gzip}Range: bytes=0-3\r\n` });
        assert.is(part.status, 206);
        assert.is(part.body.length, 4);
        assert.is(part.headers["content-encoding"], undefined);
      }
    },
    { compressResponse: true },
  );
});

test.run();
