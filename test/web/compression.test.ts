/** Compressed answers: when, with what, and that a live one can be decoded as it comes. */
import { Buffer } from "node:buffer";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import * as assert from "uvu/assert";
import { chooseCoding, parsePreferences } from "../../src/http/message/accept.ts";
import { RequestHandler, StaticFileHandler } from "../../src/web/index.ts";
import type { Route } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("compression", { deadline: 20 });

const LONG = "all work and no play ".repeat(100);
const HUGE = LONG.repeat(20);

const answering = (get: (handler: RequestHandler) => void | Promise<void>) =>
  class extends RequestHandler {
    override get(): void | Promise<void> {
      return get(this);
    }
  };

const ROUTES: readonly Route[] = [
  ["/long", answering((handler) => handler.write(LONG))],
  ["/huge", answering((handler) => handler.write(HUGE))],
  ["/short", answering((handler) => handler.write("short"))],
  [
    "/image",
    answering((handler) => {
      handler.setHeader("Content-Type", "image/png");
      handler.write(LONG);
    }),
  ],
  [
    "/coded",
    answering((handler) => {
      handler.setHeader("Content-Encoding", "compress");
      handler.setHeader("Vary", "Cookie");
      handler.write(LONG);
    }),
  ],
  [
    "/fixed",
    answering((handler) => {
      handler.setHeader("Cache-Control", "no-transform");
      handler.write(LONG);
    }),
  ],
  [
    "/live",
    answering(async (handler) => {
      for (const piece of ["one ", "two ", "three"]) {
        handler.write(piece);
        await handler.flush();
      }
    }),
  ],
];

const inflate: { readonly [coding: string]: (bytes: Buffer) => Buffer } = {
  gzip: (bytes) => zlib.gunzipSync(bytes),
  deflate: (bytes) => zlib.inflateSync(bytes),
  br: (bytes) => zlib.brotliDecompressSync(bytes),
  zstd: (bytes) => (zlib as unknown as { zstdDecompressSync(bytes: Buffer): Buffer }).zstdDecompressSync(bytes),
};
const HAS_ZSTD = "zstdDecompressSync" in zlib;
const decoded = (coding: string, body: string): string | undefined =>
  inflate[coding]?.(Buffer.from(body, "latin1")).toString();

for (const coding of ["gzip", "deflate", "br", ...(HAS_ZSTD ? ["zstd"] : [])]) {
  test(`answers in ${coding}: small, large and live`, () =>
    talk(
      ROUTES,
      async (peer) => {
        const fields = `Accept-Encoding: ${coding}\r\n`;
        for (const [path, text] of [
          ["/long", LONG],
          ["/huge", HUGE],
          ["/live", "one two three"],
        ] as const) {
          const answer = await ask(peer, path, { fields });
          assert.is(answer.headers["content-encoding"], coding, path);
          assert.is(answer.headers["vary"], "Accept-Encoding");
          assert.is(decoded(coding, answer.body), text);
          if (path !== "/live") assert.is(answer.headers["content-length"], String(answer.body.length));
        }
      },
      { compressResponse: true },
    ));
}

test("leaves alone what is short, coded, not text, or not to be changed, and who does not want it", () =>
  talk(
    ROUTES,
    async (peer) => {
      const fields = "Accept-Encoding: gzip, br\r\n";
      for (const [path, vary] of [
        ["/short", "Accept-Encoding"],
        ["/image", undefined],
        ["/fixed", "Accept-Encoding"],
      ] as const) {
        const { headers } = await ask(peer, path, { fields });
        assert.is(headers["content-encoding"], undefined, path);
        assert.is(headers["vary"], vary, path);
      }
      const coded = await ask(peer, "/coded", { fields });
      assert.is(coded.headers["content-encoding"], "compress");
      assert.is(coded.headers["vary"], "Cookie, Accept-Encoding");
      for (const none of ["", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: identity, gzip;q=0.5\r\n"])
        assert.is((await ask(peer, "/long", { fields: none })).headers["content-encoding"], undefined, none);
    },
    { compressResponse: true },
  ));

test("a coded answer has a weak tag, and a 304 when it comes back", () =>
  talk(
    ROUTES,
    async (peer) => {
      const fields = "Accept-Encoding: gzip\r\n";
      const tag = (await ask(peer, "/long", { fields })).headers["etag"] ?? "";
      assert.match(tag, /^W\/"[0-9a-f]{32}"$/);
      const again = await ask(peer, "/long", { fields: `${fields}If-None-Match: ${tag}\r\n` });
      assert.is(again.status, 304);
      assert.is(again.headers["vary"], "Accept-Encoding");
      assert.is(again.headers["content-encoding"], undefined);
      const head = await ask(peer, "/long", { fields, method: "HEAD" });
      const got = await ask(peer, "/long", { fields });
      assert.is(head.headers["content-length"], got.headers["content-length"]);
    },
    { compressResponse: { codings: ["gzip"], level: 1 } },
  ));

// RFC 9110 §15.4.5: a 304 has the Etag that "would have been sent in a 200 (OK) response to the same request".
const TAGS: readonly (readonly [title: string, target: string, fields: string])[] = [
  ["compressed", "/long", "Accept-Encoding: gzip\r\n"],
  ["below the threshold", "/short", "Accept-Encoding: gzip\r\n"],
  ["of another type", "/image", "Accept-Encoding: gzip\r\n"],
  ["without a coding the client takes", "/long", "Accept-Encoding: identity\r\n"],
  ["of a handler that answers 304 by itself", "/itself", "Accept-Encoding: gzip\r\n"],
  ["of a file", "/files/long.txt", "Accept-Encoding: gzip\r\n"],
  ["of a short file", "/files/short.txt", "Accept-Encoding: gzip\r\n"],
];
for (const [title, target, fields] of TAGS) {
  test(`a 304 has the tag and Vary of the 200: ${title}`, async () => {
    const path = await mkdtemp(join(tmpdir(), "compression-"));
    await writeFile(join(path, "long.txt"), LONG);
    await writeFile(join(path, "short.txt"), "short");
    const itself = answering((handler) => {
      handler.setHeader("Etag", '"own"');
      if (handler.checkEtagHeader()) handler.setStatus(304);
      else handler.write(LONG);
    });
    const routes: Route[] = [...ROUTES, ["/itself", itself], ["/files/*", StaticFileHandler, { path }]];
    try {
      await talk(
        routes,
        async (peer) => {
          const whole = await ask(peer, target, { fields });
          assert.is(whole.status, 200);
          const tag = whole.headers["etag"] ?? "";
          const again = await ask(peer, target, { fields: `${fields}If-None-Match: ${tag}\r\n` });
          assert.is(again.status, 304);
          assert.is(again.headers["etag"], tag);
          assert.is(again.headers["vary"], whole.headers["vary"]);
          for (const name of ["content-type", "content-encoding", "content-length"])
            assert.is(again.headers[name], undefined, name);
          const other = await ask(peer, target, { fields: `${fields}If-None-Match: "another"\r\n` });
          assert.is(other.headers["etag"], tag, "the tag does not depend on what the client has");
        },
        { compressResponse: { codings: ["gzip"], level: 1 } },
      );
    } finally {
      await rm(path, { recursive: true });
    }
  });
}

test("takes threshold and codings from the setting", () =>
  talk(
    ROUTES,
    async (peer) => {
      const { headers } = await ask(peer, "/short", { fields: "Accept-Encoding: gzip, br\r\n" });
      assert.is(headers["content-encoding"], "br");
    },
    { compressResponse: { threshold: 1, codings: ["br", "gzip"], brotliQuality: 1 } },
  ));

test("a client that leaves a live answer is no error", async () => {
  let over: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const live = answering(async (handler) => {
    try {
      for (let i = 0; ; i++) {
        handler.write(`${LONG}${i}`);
        await handler.flush();
      }
    } finally {
      over?.();
    }
  });
  await talk(
    [["/", live]],
    async (peer) => {
      peer.write("GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
      await new Promise((resolve) => peer.socket.once("data", resolve));
      peer.socket.resetAndDestroy();
      await ended;
    },
    { compressResponse: true },
  );
});

test("weighs what clients accept", () => {
  const all = ["br", "gzip", "deflate"] as const;
  assert.is(chooseCoding("gzip, deflate, br", all), "br");
  assert.is(chooseCoding("gzip;q=1.0, br;q=0.9", all), "gzip");
  assert.is(chooseCoding("*", all), "br");
  assert.is(chooseCoding("*;q=0", all), undefined);
  assert.is(chooseCoding("*, br;q=0", all), "gzip");
  assert.is(chooseCoding("X-GZIP", all), "gzip");
  assert.is(chooseCoding("", all), undefined);
  assert.is(chooseCoding("gzip;q=2", all), undefined, "~> a malformed weight");
  assert.is(chooseCoding("identity;q=0.5, gzip;q=0.4", all), undefined);
  assert.equal(parsePreferences("a;q=0.5;x=1, b , ;q=1, c;q=x"), [
    { name: "a", weight: 0.5 },
    { name: "b", weight: 1 },
  ]);
  assert.is(parsePreferences("a,".repeat(100_000)).length, 64);
  // RFC 9110 §5.6.1.2: empty members count for nothing, not towards a limit either.
  assert.equal(parsePreferences(`${", ".repeat(10_000)}gzip${",".repeat(10_000)}, br`), [
    { name: "gzip", weight: 1 },
    { name: "br", weight: 1 },
  ]);
  assert.is(parsePreferences(",".repeat(60_000)).length, 0);
});

test.run();
