/** `StaticFileHandler` serving from elsewhere, and with a say in what it sends, by overriding its hooks. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as assert from "uvu/assert";
import { HTTPError, StaticFileHandler } from "../../src/web/index.ts";
import type { HandlerClass, HandlerResult, StaticContent } from "../../src/web/index.ts";
import { MAX_VERSIONS } from "../../src/web/static/versions.ts";
import { expectLog, suite } from "../_support/suite.ts";
import type { Answer, Peer } from "../_support/wire.ts";
import { Folder, LONG_AGO, LONG_AGO_TEXT, ROBOTS } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("hooks of static files", { deadline: 30 });

const folder = new Folder({ "robots.txt": ROBOTS, "page.html": "<p>", "a/x.txt": "of a", "b/x.txt": "of b" });
const large = "0123456789".repeat(30_000);

const serve = (handler: HandlerClass, use: (peer: Peer) => Promise<void>): Promise<void> =>
  talk([["/*", handler, { path: folder.path }]], use);

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

const memory = new Map<string, string>([
  ["/site/robots.txt", ROBOTS],
  ["/site/large.txt", large],
]);
let hashed = 0;

/** What is nowhere in the file system. */
class FromMemory extends StaticFileHandler {
  static override getAbsolutePath(_root: string, path: string): string {
    return `/site/${path}`;
  }
  override validateAbsolutePath(_root: string, absolutePath: string): Promise<string> {
    if (!memory.has(absolutePath)) throw new HTTPError(404);
    return Promise.resolve(absolutePath);
  }
  override async getContentSize(): Promise<number> {
    return memory.get(this.absolutePath)?.length ?? 0;
  }
  override getModifiedTime(): Date {
    return new Date(LONG_AGO * 1000 + 123);
  }
  static override getContent(path: string, start?: number, end?: number): StaticContent | Promise<StaticContent> {
    if (start === undefined) hashed++;
    return memory.get(path)?.slice(start, end) ?? "";
  }
}

class InPieces extends FromMemory {
  static override async *getContent(path: string, start = 0, end = Infinity): AsyncGenerator<string | Buffer> {
    const text = memory.get(path)?.slice(start, end) ?? "";
    for (let at = 0; at < text.length; at += 7000) {
      await new Promise((resolve) => setImmediate(resolve));
      yield at % 2 === 0 ? text.slice(at, at + 7000) : Buffer.from(text.slice(at, at + 7000));
    }
  }
}

class FromStream extends FromMemory {
  static override getContent(path: string, start?: number, end?: number): Promise<StaticContent> {
    return Promise.resolve(Readable.from([Buffer.from(memory.get(path)?.slice(start, end) ?? "")]));
  }
}

for (const handler of [FromMemory, InPieces, FromStream]) {
  test(`serves what is no file: ${handler.name}`, () =>
    serve(handler, async (peer) => {
      const first = await ask(peer, "/robots.txt");
      assert.is(first.body, ROBOTS);
      assert.is(first.headers["content-type"], "text/plain; charset=UTF-8");
      assert.is(first.headers["content-length"], "26");
      assert.is(first.headers["etag"], `"${hashOf(ROBOTS)}"`);
      assert.is(first.headers["last-modified"], LONG_AGO_TEXT);
      assert.is((await ask(peer, "/large.txt")).body, large);
      const described = ({ status, headers }: Answer): object => ({ status, ...headers, date: "" });
      assert.equal(described(await ask(peer, "/robots.txt", { method: "HEAD" })), described(first));
      const part = await ask(peer, "/large.txt", { fields: "Range: bytes=20001-20003\r\n" });
      assert.is(part.status, 206);
      assert.is(part.body, "123");
      assert.is((await ask(peer, "/large.txt", { fields: "Range: bytes=300000-\r\n" })).status, 416);
      for (const field of [`If-None-Match: ${first.headers["etag"]}`, `If-Modified-Since: ${LONG_AGO_TEXT}`])
        assert.is((await ask(peer, "/robots.txt", { fields: `${field}\r\n` })).status, 304);
      assert.is((await ask(peer, "/missing")).status, 404);
    }));
}

test("asks for a version again only where size or time are others", async () => {
  class Counted extends FromMemory {}
  hashed = 0;
  await serve(Counted, async (peer) => {
    for (let round = 0; round < 3; round++) await ask(peer, "/robots.txt");
    assert.is(hashed, 1);
    memory.set("/site/robots.txt", `${ROBOTS}#`);
    assert.is((await ask(peer, "/robots.txt")).headers["etag"], `"${hashOf(`${ROBOTS}#`)}"`);
    assert.is(hashed, 2);
    memory.set("/site/robots.txt", ROBOTS);
  });
});

test("makes addresses with the version a class finds out in its time", async () => {
  let asked = 0;
  class Versioned extends FromMemory {
    static override getContentVersion(path: string): Promise<string | undefined> {
      asked++;
      return Promise.resolve(memory.has(path) ? "v 7" : undefined);
    }
  }
  const settings = { staticPath: "/anywhere" };
  assert.is(Versioned.makeStaticUrl(settings, "robots.txt"), "/static/robots.txt");
  await Promise.resolve();
  await Promise.resolve();
  assert.is(Versioned.makeStaticUrl(settings, "robots.txt"), "/static/robots.txt?v=v%207");
  assert.is(Versioned.getVersion(settings, "robots.txt"), "v 7");
  assert.is(asked, 1);
  Versioned.reset();
  Versioned.getVersion(settings, "robots.txt");
  assert.is(asked, 2);
  Versioned.getVersion({ ...settings, staticHashCache: false }, "robots.txt");
  await serve(Versioned, async (peer) => {
    assert.is((await ask(peer, "/robots.txt")).headers["etag"], '"v 7"');
  });
});

test("remembers a bounded number of versions", () => {
  let asked = 0;
  class Many extends FromMemory {
    static override getContentVersion(): string {
      asked++;
      return "1";
    }
  }
  const settings = { staticPath: "/anywhere" };
  for (let i = 0; i <= MAX_VERSIONS; i++) Many.getVersion(settings, `${i}`);
  assert.is(asked, MAX_VERSIONS + 1);
  Many.getVersion(settings, `${MAX_VERSIONS}`);
  assert.is(asked, MAX_VERSIONS + 1);
  Many.getVersion(settings, "0");
  assert.is(asked, MAX_VERSIONS + 2);
});

test("says where a version cannot be found out, and asks again", async () => {
  let failing = true;
  class Failing extends FromMemory {
    static override getContentVersion(): Promise<string> {
      return failing ? Promise.reject(new Error("no bucket")) : Promise.resolve("1");
    }
  }
  const told = expectLog(/No version of .*no bucket/s);
  Failing.getVersion({ staticPath: "/x" }, "a");
  await told;
  failing = false;
  while (Failing.getVersion({ staticPath: "/x" }, "a") !== "1") await new Promise((resolve) => setImmediate(resolve));
});

test("refuses a source of another size than it said, and cuts the connection where that shows midway", async () => {
  class Short extends FromMemory {
    static override getContent(): StaticContent {
      return "short";
    }
    static override getContentVersion(): string {
      return "1";
    }
  }
  await serve(Short, async (peer) => {
    expectLog(/500 .*the 26 bytes/);
    assert.is((await ask(peer, "/robots.txt")).status, 500);
  });
  class Lacking extends Short {
    static override *getContent(): Generator<string> {
      yield "begun";
    }
  }
  class Endless extends Short {
    static override *getContent(): Generator<string> {
      for (let i = 0; i < 10; i++) yield "begun";
    }
  }
  class Broken extends Short {
    static override async *getContent(): AsyncGenerator<string> {
      yield "begun";
      await Promise.reject(new Error("the source is gone"));
    }
  }
  for (const [handler, log] of [
    [Lacking, /500 .*the 26 bytes/],
    [Endless, /500 .*the 26 bytes/],
    [Broken, /the source is gone/],
  ] as const) {
    await serve(handler, async (peer) => {
      expectLog(log);
      peer.write("GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match(await peer.rest(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n(?:begun)+$/);
    });
  }
});

test("lets a class decide on fields, types and time in caches", () => {
  class Own extends StaticFileHandler {
    override getCacheTime(path: string, modified: Date | undefined, type: string): number {
      assert.is(modified?.getTime(), LONG_AGO * 1000);
      return path === "robots.txt" && type === "text/x-robots" ? 60 : 0;
    }
    override getContentType(): string {
      return this.path === "robots.txt" ? "text/x-robots" : "";
    }
    override setExtraHeaders(path: string): void {
      this.setHeader("X-Path", path);
    }
    override computeEtag(): string | undefined {
      return this.path === "page.html" ? undefined : super.computeEtag("");
    }
  }
  return serve(Own, async (peer) => {
    for (let round = 0; round < 2; round++) {
      const { headers } = await ask(peer, "/robots.txt");
      assert.is(headers["content-type"], "text/x-robots");
      assert.is(headers["cache-control"], "max-age=60");
      assert.is(headers["x-path"], "robots.txt");
      assert.is((await ask(peer, "/page.html")).headers["etag"], undefined);
    }
  });
});

test("lets a class send again what the client has", () => {
  class Again extends StaticFileHandler {
    override shouldReturn304(): boolean {
      return false;
    }
  }
  return serve(Again, async (peer) => {
    for (let round = 0; round < 2; round++) {
      const answer = await ask(peer, "/robots.txt", { fields: "If-None-Match: *\r\n" });
      assert.is(answer.status, 200);
      assert.is(answer.body, ROBOTS);
      assert.is(answer.headers["content-length"], "26");
    }
  });
});

test("lets a class turn paths into others, and choose a folder for each request", async () => {
  class Mapped extends StaticFileHandler {
    override parseUrlPath(path: string): string {
      return `${path}.txt`;
    }
  }
  await serve(Mapped, async (peer) => {
    for (let round = 0; round < 2; round++) assert.is((await ask(peer, "/robots")).body, ROBOTS);
    expectLog(/not in root/);
    assert.is((await ask(peer, "/../robots")).status, 403);
  });
  class Hosted extends StaticFileHandler {
    override prepare(): void {
      this.root = join(folder.path, this.request.hostName.charAt(0));
    }
  }
  await serve(Hosted, async (peer) => {
    for (const host of ["a", "b", "a"]) {
      peer.write(`GET /x.txt HTTP/1.1\r\nHost: ${host}.example\r\n\r\n`);
      assert.is((await peer.answer()).body, `of ${host}`);
    }
    expectLog(/not in root/);
    peer.write("GET /../b/x.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.is((await peer.answer()).status, 403);
  });
});

test("lets a class change size and time of a file, and keeps the file's tag", () => {
  class Timeless extends StaticFileHandler {
    override getModifiedTime(): undefined {}
  }
  return serve(Timeless, async (peer) => {
    const answer = await ask(peer, "/robots.txt");
    assert.is(answer.body, ROBOTS);
    assert.is(answer.headers["last-modified"], undefined);
    assert.is(answer.headers["etag"], `"${hashOf(ROBOTS)}"`);
    const since = await ask(peer, "/robots.txt", { fields: "If-Modified-Since: Mon, 01 Jan 2035 00:00:00 GMT\r\n" });
    assert.is(since.status, 200);
  });
});

test("serves files to methods that ask with arguments of their own", () => {
  class Fixed extends StaticFileHandler {
    override get(): HandlerResult {
      return super.get("robots.txt");
    }
  }
  return serve(Fixed, async (peer) => {
    assert.is((await ask(peer, "/whatever")).body, ROBOTS);
    assert.is((await ask(peer, "/whatever", { method: "HEAD" })).headers["content-length"], "26");
  });
});

test.run();
