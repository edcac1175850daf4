/** AsyncHTTPClient: what a program gives and gets; redirects and their credentials, codings, streams, authentication, callbacks (Tornado's `httpclient_test`). */
import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import * as zlib from "node:zlib";
import * as assert from "uvu/assert";
import { AsyncHTTPClient, HTTPRequest } from "../../src/http/client/index.ts";
import type { HTTPResponse } from "../../src/http/client/index.ts";
import { Decoder } from "../../src/http/client/decode.ts";
import { digestAuthorization } from "../../src/http/client/auth.ts";
import { fromEnvironment } from "../../src/http/client/proxy.ts";
import { redirected } from "../../src/http/client/redirects.ts";
import type { Settings } from "../../src/http/client/settings.ts";
import { targetOf } from "../../src/http/client/target.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { failure, OK, sleep, turns, withClient, withRaw } from "./_peer.ts";

const test = suite("AsyncHTTPClient", { deadline: 60 });

// --- redirects ---

const from = (url: string, method = "GET", headers: [string, string][] = [], body?: string) => ({
  target: targetOf(url),
  method,
  headers: new HTTPHeaders(headers),
  payload:
    body === undefined
      ? undefined
      : { bytes: Buffer.from(body), produce: undefined, length: body.length, type: undefined, repeatable: true },
  trusted: true,
});
const settings = { followRedirects: true, maxRedirects: 5, sensitiveHeaders: ["X-Api-Key"] } as unknown as Settings;
const to = (location: string): HTTPHeaders => new HTTPHeaders({ Location: location });

test("14: the method after a redirect, and what goes with the content", () => {
  const expected: { [status: number]: { [method: string]: string } } = {
    301: { GET: "GET", HEAD: "HEAD", POST: "GET", PUT: "PUT", DELETE: "DELETE" },
    302: { GET: "GET", HEAD: "HEAD", POST: "GET", PUT: "PUT", DELETE: "DELETE" },
    303: { GET: "GET", HEAD: "HEAD", POST: "GET", PUT: "GET", DELETE: "GET" },
    307: { GET: "GET", HEAD: "HEAD", POST: "POST", PUT: "PUT", DELETE: "DELETE" },
    308: { GET: "GET", HEAD: "HEAD", POST: "POST", PUT: "PUT", DELETE: "DELETE" },
  };
  for (const [status, methods] of Object.entries(expected))
    for (const [method, next] of Object.entries(methods)) {
      const hop = from(
        "http://a.test/",
        method,
        [
          ["Content-Type", "text/x"],
          ["Content-Encoding", "x"],
          ["Host", "b"],
        ],
        "abc",
      );
      const made = redirected(hop, Number(status), to("/b"), settings);
      assert.is(made?.method, next, `${status} ${method}`);
      const dropped = next !== method || status === "303";
      assert.is(made?.payload === undefined, dropped);
      assert.is(made?.headers.has("Content-Type"), !dropped);
      assert.is(made?.headers.has("Content-Encoding"), !dropped);
      assert.is(made?.headers.has("Host"), false);
    }
});

test("13: credentials go nowhere but to the same scheme, host and port", () => {
  const fields: [string, string][] = [
    ["Authorization", "a"], ["authorization", "b"], ["Cookie", "c"], ["cookie", "d"], ["X-Api-Key", "e"], ["x-api-key", "f"], ["X-Other", "g"],
  ]; // prettier-ignore
  const rows: [string, string, boolean][] = [
    ["http://a.test/", "/b", true],
    ["http://a.test/", "http://A.TEST:80/b", true],
    ["http://a.test/", "https://a.test/", false],
    ["https://a.test/", "http://a.test/", false],
    ["http://a.test/", "http://b.test/", false],
    ["http://a.test/", "http://sub.a.test/", false],
    ["http://a.test/", "http://a.test.b/", false],
    ["http://a.test/", "http://a.test:8080/", false],
    ["https://a.test/", "https://a.test:80/", false],
    ["http://a.test/", "//b.test/", false],
    ["http://a.test/", String.raw`\\b.test/`, false],
  ];
  for (const [start, location, kept] of rows) {
    const next = redirected(from(start, "GET", fields), 302, to(location), settings);
    for (const name of ["Authorization", "Cookie", "X-Api-Key"])
      assert.is(next?.headers.getList(name).length, kept ? 2 : 0, `${start} ${location} ${name}`);
    assert.is(next?.trusted, kept);
    assert.is(next?.headers.get("X-Other"), "g");
    // Once lost they do not come back.
    const back = redirected(next as NonNullable<typeof next>, 302, to(start), settings);
    assert.is(back?.trusted, kept);
  }
});

test("redirects that are refused, fragments, credentials in Location", () => {
  const refuses = (location: string | HTTPHeaders, hop = from("https://a.test/"), status = 302): void => {
    const answer = typeof location === "string" ? to(location) : location;
    assert.throws(
      () => redirected(hop, status, answer, settings),
      (error: { code: string }) => error.code === "ERR_LANDSPOUT_FETCH_REDIRECT",
    );
  };
  for (const location of ["ftp://a.test/", "javascript:alert(1)", "file:///etc/passwd", "http://", "data:,x"])
    refuses(location);
  refuses(
    new HTTPHeaders([
      ["Location", "/a"],
      ["Location", "/b"],
    ]),
  );
  refuses("http://a.test/", from("https://a.test/", "POST", [], "secret"), 307);
  assert.is(redirected(from("http://a.test/"), 302, new HTTPHeaders(), settings), undefined);
  const downgrade = redirected(from("https://a.test/", "POST", [], "x"), 307, to("http://a.test/"), {
    ...settings,
    followRedirects: "downgrade",
  });
  assert.is(downgrade?.method, "POST");
  const next = redirected(from("http://a.test/#part"), 302, to("http://u:p@a.test/b"), settings);
  assert.equal([next?.target.fragment, next?.target.username, next?.target.resource], ["#part", "", "/b"]);
  assert.is(redirected(from("http://a.test/#part"), 302, to("/b#own"), settings)?.target.fragment, "#own");
});

test("a chain of redirects: one slot, the original request, the last one where there are too many", () =>
  withClient({ maxClients: 1 }, (client) =>
    withRaw(
      ({ socket, head }) => {
        const n = Number(/\/(\d+)/.exec(head)?.[1]);
        if (n === 0) socket.write(OK);
        else socket.write(`HTTP/1.1 302 Found\r\nLocation: /${n - 1}\r\nContent-Length: 4\r\n\r\nmore`);
      },
      async ({ url, sockets, heads }) => {
        const request = new HTTPRequest(`${url}/3#f`, { authUsername: "u", authPassword: "p" });
        const response = await client.fetch(request);
        assert.equal(
          [response.code, response.effectiveUrl, response.request, response.text()],
          [200, `${url}/0#f`, request, "ok"],
        );
        assert.is(sockets.length, 1);
        assert.ok(heads.every((head) => head.includes("Authorization: Basic dTpw\r\n")));
        const last = await client.fetch(`${url}/3`, { maxRedirects: 2, raiseError: false });
        assert.equal([last.code, last.effectiveUrl, last.text()], [302, `${url}/1`, "more"]);
        assert.is((await client.fetch(`${url}/1`, { followRedirects: false, raiseError: false })).code, 302);
      },
    ),
  ));

// --- codings ---

const hasZstd =
  typeof (zlib as { zstdCompressSync?: unknown }).zstdCompressSync === "function" && "createZstdDecompress" in zlib;
const zstd = (bytes: Buffer): Buffer =>
  (zlib as unknown as { zstdCompressSync(bytes: Buffer): Buffer }).zstdCompressSync(bytes);
const PACK: { [coding: string]: (bytes: Buffer) => Buffer } = {
  gzip: (bytes) => zlib.gzipSync(bytes),
  "x-gzip": (bytes) => zlib.gzipSync(bytes),
  deflate: (bytes) => zlib.deflateSync(bytes),
  br: (bytes) => zlib.brotliCompressSync(bytes),
  "gzip, br": (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes)),
  ...(hasZstd ? { zstd } : {}),
};

test("16, 18: every coding is undone, however it is cut; its limit counts inflated bytes", () =>
  withClient({ maxBodySize: 1_000_000 }, async (client) => {
    const text = "some text, again and again. ".repeat(50);
    for (const [coding, pack] of [
      ...Object.entries(PACK),
      ["deflate", (bytes: Buffer) => zlib.deflateRawSync(bytes)] as const,
    ]) {
      let bytes = pack(Buffer.from(text));
      let step = bytes.length;
      const send = async (write: (piece: Buffer) => void): Promise<void> => {
        for (let at = 0; at < bytes.length; at += step) {
          write(bytes.subarray(at, at + step));
          if (step < bytes.length) await turns(1);
        }
      };
      await withRaw(
        ({ socket }) => {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n\r\n`);
          void send((piece) => void socket.write(piece));
        },
        async ({ url }) => {
          assert.is((await client.fetch(url)).text(), text, coding);
          step = 1;
          assert.is((await client.fetch(url)).text(), text, coding);
          step = bytes.length;
          const raw = await client.fetch(url, { decompressResponse: false });
          assert.ok(raw.body.equals(bytes));
          // Cut short, followed by other bytes, a bomb.
          const whole = bytes;
          for (const bad of [
            whole.subarray(0, whole.length - 3),
            Buffer.concat([whole, Buffer.from("x")]),
            Buffer.from("not that at all"),
          ]) {
            bytes = bad;
            step = bytes.length;
            assert.is(
              (await failure(client.fetch(url)))["code"],
              "ERR_LANDSPOUT_CONTENT_CODING",
              `${coding} ${bad.length}`,
            );
          }
          bytes = pack(Buffer.alloc(20_000_000));
          step = bytes.length;
          const error = await failure(client.fetch(url));
          assert.equal([error["code"], error["limit"]], ["ERR_LANDSPOUT_BODY_SIZE", 1_000_000], coding);
          let streamed = 0;
          assert.is(
            (await failure(client.fetch(url, { streamingCallback: (piece) => void (streamed += piece.length) })))[
              "code"
            ],
            "ERR_LANDSPOUT_BODY_SIZE",
          );
          assert.ok(streamed <= 1_000_000);
        },
      );
    }
  }));

test("17: zeros may follow gzip; codings without end are refused", async () => {
  const pieces: Buffer[] = [];
  const decoder = new Decoder(["gzip"], 1000, (piece) => void pieces.push(piece));
  await decoder.write(Buffer.concat([zlib.gzipSync("text"), Buffer.alloc(100)]));
  await decoder.write(Buffer.alloc(50));
  await decoder.end();
  assert.is(String(Buffer.concat(pieces)), "text");
  await withClient({}, (client) =>
    withRaw(
      ({ socket }) =>
        socket.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip\r\nContent-Length: 1\r\n\r\nx"),
      async ({ url }) => assert.is((await failure(client.fetch(url)))["code"], "ERR_LANDSPOUT_CONTENT_CODING"),
    ),
  );
});

test("what is larger than maxBodySize or maxBufferSize is refused, however it is framed", () =>
  withClient({ maxBodySize: 10, maxBufferSize: 5 }, (client) =>
    withRaw(
      ({ socket, head }) => {
        const content = "x".repeat(Number(/\/(\d+)/.exec(head)?.[1]));
        if (head.includes("chunked"))
          socket.write(
            `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${content.length.toString(16)}\r\n${content}\r\n0\r\n\r\n`,
          );
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`);
      },
      async ({ url }) => {
        for (const kind of ["", "?chunked"]) {
          assert.is((await client.fetch(`${url}/5${kind}`)).text(), "xxxxx");
          assert.is((await failure(client.fetch(`${url}/6${kind}`)))["limit"], 5);
          let size = 0;
          await client.fetch(`${url}/10${kind}`, { streamingCallback: (piece) => void (size += piece.length) });
          assert.is(size, 10);
          assert.is(
            (await failure(client.fetch(`${url}/11${kind}`, { streamingCallback: () => undefined })))["limit"],
            10,
          );
        }
      },
    ),
  ));

// --- streams ---

test("a slow streamingCallback holds the server back; borrowed pieces are whole while it runs", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n");
        for (let i = 0; i < 20; i++) socket.write(Buffer.alloc(1_000_000, i));
      },
      async ({ url, sockets }) => {
        let size = 0;
        let held = 0;
        let good = true;
        await client.fetch(url, {
          borrow: true,
          streamingCallback: async (piece) => {
            if (size < 1_000_000) await sleep(2);
            held = Math.max(held, sockets[0]?.writableLength ?? 0);
            const from = Math.floor(size / 1_000_000);
            if (piece[0] !== from) good = false;
            size += piece.length;
          },
        });
        assert.is(size, 20_000_000);
        assert.ok(good);
        assert.ok(held > 5_000_000, `the server had ${held} bytes to send`);
      },
    ),
  ));

test("fetchStream, toWeb and toNode give all of it", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
        socket.write(Buffer.alloc(300_000, 7));
      },
      async ({ url }) => {
        const whole = async (source: AsyncIterable<Uint8Array>): Promise<number> => {
          let size = 0;
          for await (const piece of source) size += piece.length;
          return size;
        };
        assert.is(await whole(await client.fetchStream(url)), 300_000);
        assert.is(await whole((await client.fetchStream(url)).toNode()), 300_000);
        assert.is(
          await whole((await client.fetchStream(url)).toWeb() as unknown as AsyncIterable<Uint8Array>),
          300_000,
        );
        assert.is((await (await client.fetchStream(url)).bytes()).length, 300_000);
        assert.is((await failure((await client.fetchStream(url)).bytes(1000)))["limit"], 1000);
      },
    ),
  ));

test("toFetch has the shape of fetch", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, head, body }) => {
        if (head.startsWith("POST"))
          setTimeout(
            () => socket.write(`HTTP/1.1 201 Created\r\nX-A: 1\r\nContent-Length: ${body().length}\r\n\r\n${body()}`),
            10,
          );
        else if (head.includes("/r")) socket.write("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        else socket.write(OK);
      },
      async ({ url }) => {
        const get = client.toFetch();
        const posted = await get(url, { method: "POST", body: "hello", headers: { "X-B": "2" } });
        assert.equal(
          [posted.status, posted.ok, posted.headers.get("x-a"), await posted.text()],
          [201, true, "1", "hello"],
        );
        const followed = await get(`${url}/r`);
        assert.equal(
          [followed.status, followed.redirected, followed.url, await followed.text()],
          [200, true, `${url}/`, "ok"],
        );
        assert.is((await get(`${url}/r`, { redirect: "manual" })).status, 302);
        assert.ok((await failure(get(`${url}/r`, { redirect: "error" }))) instanceof TypeError);
        assert.ok((await failure(get("http://127.0.0.1:1/"))) instanceof TypeError);
      },
    ),
  ));

// --- programs ---

test("callbacks get the response, or the error in it; what they throw is logged", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, head }) =>
        socket.write(head.includes("/404") ? "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno" : OK),
      async ({ url }) => {
        const call = (where: string): Promise<HTTPResponse> => new Promise((resolve) => client.fetch(where, resolve));
        assert.is((await call(url)).error, undefined);
        const missing = await call(`${url}/404`);
        assert.equal(
          [missing.code, missing.text(), (missing.error as { code?: string }).code],
          [404, "no", "ERR_LANDSPOUT_FETCH_STATUS"],
        );
        assert.throws(() => missing.rethrow(), /404/);
        const none = await call("http://127.0.0.1:1/");
        assert.equal([none.code, (none.error as { code?: string }).code], [599, "ERR_LANDSPOUT_FETCH_CONNECT"]);
        expectLog(/Uncaught exception in a callback of fetch[\s\S]*mine/, { level: "error" });
        client.fetch(url, () => {
          throw new Error("mine");
        });
        await sleep(20);
        const lines: string[] = [];
        await client.fetch(url, { headerCallback: (line) => lines.push(line) });
        assert.equal(lines, ["HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n", "\r\n"]);
        const thrown = new Error("mine");
        const fail = (): never => {
          throw thrown;
        };
        for (const options of [
          { headerCallback: fail },
          { streamingCallback: fail },
          { streamingCallback: () => Promise.reject(thrown) },
        ])
          assert.is(await failure(client.fetch(url, options)), thrown);
        assert.is(await failure(client.fetch(url, { method: "POST", bodyProducer: fail })), thrown);
      },
    ),
  ));

test("callbacks, promises and resumed queues are in the context of whoever fetched", () =>
  withClient({ maxClients: 2 }, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url }) => {
        const storage = new AsyncLocalStorage<number>();
        const seen: unknown[] = [];
        const one = (n: number): Promise<void> =>
          storage.run(n, async () => {
            await client.fetch(url, { streamingCallback: () => void seen.push(storage.getStore() === n) });
            seen.push(storage.getStore() === n);
            await new Promise<void>((resolve) =>
              client.fetch(url, () => {
                seen.push(storage.getStore() === n);
                resolve();
              }),
            );
          });
        await Promise.all(Array.from({ length: 20 }, (_, n) => one(n)));
        assert.is(seen.length, 60);
        assert.ok(seen.every(Boolean));
      },
    ),
  ));

test("defaults fill what is left unset; request objects are not changed and can be fetched again", () =>
  withClient({ defaults: { userAgent: "mine", headers: {} } }, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url, heads }) => {
        const request = new HTTPRequest(`${url}/x?y=1`, { method: "POST", body: "a=b", headers: { "X-A": "1" } });
        await client.fetch(request);
        await client.fetch(request);
        assert.is(heads[0], heads[1]);
        assert.match(
          heads[0] as string,
          /^POST \/x\?y=1 HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nX-A: 1\r\nUser-Agent: mine\r\nAccept-Encoding: gzip, deflate, br/,
        );
        assert.match(heads[0] as string, /Content-Type: application\/x-www-form-urlencoded\r\nContent-Length: 3\r\n/);
        assert.equal(request.headers.getAll(), [["X-A", "1"]]);
        await client.fetch(url, { method: "POST", json: { a: 1 } });
        assert.match(heads[2] as string, /Content-Type: application\/json\r\nContent-Length: 7\r\n/);
      },
    ),
  ));

test("wrong requests are refused at once, with a sentence", () =>
  withClient({}, async (client) => {
    const bad: [() => unknown, RegExp][] = [
      [() => client.fetch("ftp://a.test/"), /no http: or https: URL/],
      [() => client.fetch("nonsense"), /is no URL/],
      [() => client.fetch(5 as unknown as string), /takes a URL/],
      [() => client.fetch("http://a.test/", { method: "POST" }), /needs a body/],
      [() => client.fetch("http://a.test/", { body: "x" }), /GET has no body/],
      [() => client.fetch("http://a.test/", { method: "get" }), /no standard method/],
      [() => client.fetch("http://a.test/", { method: "POST", body: "x", json: 1 }), /one of body, json/],
      [() => client.fetch("http://a.test/", { requestTimeout: -1 }), /requestTimeout must be/],
      [() => client.fetch("http://a.test/", { request_timeout: 1 } as object), /did you mean requestTimeout/],
      [() => client.fetch(new HTTPRequest("http://a.test/"), { userAgent: "x" }), /on the HTTPRequest itself/],
      [() => client.fetch("http://u:v:w@a.test/", { authMode: "other" as "basic" }), /authMode must be/],
    ];
    for (const [call, sentence] of bad) {
      let error: Error | undefined;
      try {
        await call();
      } catch (thrown) {
        error = thrown as Error;
      }
      assert.match(String(error?.message), sentence);
      assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_FETCH_REQUEST");
    }
  }));

test("one shared client for a thread, others by force; a closed one refuses", async () => {
  const shared = new AsyncHTTPClient();
  assert.is(new AsyncHTTPClient(), shared);
  assert.throws(() => new AsyncHTTPClient({ maxClients: 5 }), /forceInstance/);
  const own = new AsyncHTTPClient({ forceInstance: true, maxClients: 5 });
  assert.is.not(own, shared);
  await shared.close();
  assert.is(
    (await failure(Promise.resolve().then(() => shared.fetch("http://a.test/"))))["code"],
    "ERR_LANDSPOUT_CLIENT_CLOSED",
  );
  const again = new AsyncHTTPClient();
  assert.is.not(again, shared);
  await Promise.all([again.close(), own.close()]);
});

test("close rejects what runs, or lets it end", () =>
  withRaw(
    ({ socket }) => void setTimeout(() => socket.write(OK), 50),
    async ({ url }) => {
      const first = new AsyncHTTPClient({ forceInstance: true });
      const lost = failure(first.fetch(url));
      await sleep(10);
      await first.close();
      assert.is((await lost)["code"], "ERR_LANDSPOUT_CLIENT_CLOSED");
      const second = new AsyncHTTPClient({ forceInstance: true });
      const good = second.fetch(url);
      await second.close({ drain: 5 });
      assert.is((await good).text(), "ok");
      await turns(5);
      assert.equal(second.stats(), { active: 0, queued: 0, idle: 0, open: 0 });
    },
  ));

test("retries that are asked for: statuses, delays, the limit, Retry-After", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, head }) => {
        const count = ++tries;
        socket.write(
          count < 3
            ? `HTTP/1.1 503 Service Unavailable\r\n${head.includes("/later") ? "Retry-After: 100\r\n" : ""}Content-Length: 0\r\n\r\n`
            : OK,
        );
      },
      async ({ url }) => {
        const retry = { limit: 2, delay: 0.01 };
        assert.is((await client.fetch(url, { retry })).code, 200);
        tries = 0;
        assert.is((await client.fetch(url, { retry: { ...retry, limit: 1 }, raiseError: false })).code, 503);
        tries = 0;
        assert.is((await client.fetch(url, { method: "POST", body: "x", retry, raiseError: false })).code, 503);
        tries = 0;
        assert.is((await client.fetch(`${url}/later`, { retry, raiseError: false })).code, 503);
        assert.is(tries, 1);
      },
    ),
  ));
let tries = 0;

test("middleware runs around each hop, and may ask again", () =>
  withClient({}, async (client) => {
    await withRaw(
      ({ socket, head }) =>
        socket.write(head.includes("/r") ? "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n" : OK),
      async ({ url, heads }) => {
        const seen: unknown[] = [];
        client.use(async (request, next) => {
          const response = await next(request);
          seen.push(new URL(request.url).pathname, response.code);
          return request.url.endsWith("/twice") && seen.length < 7 ? next(request) : response;
        });
        assert.is((await client.fetch(`${url}/r`)).code, 200);
        assert.equal(seen, ["/r", 302, "/", 200]);
        await client.fetch(`${url}/twice`);
        assert.is(heads.length, 4);
      },
    );
  }));

test("diagnostics: each request begins and ends, or fails", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url }) => {
        const seen: unknown[] = [];
        const names = ["start", "end", "asyncEnd", "error"].map((name) => {
          const listener = (): void => void seen.push(name);
          channel(`tracing:landspout.client:${name}`).subscribe(listener);
          return () => channel(`tracing:landspout.client:${name}`).unsubscribe(listener);
        });
        await client.fetch(url);
        await failure(client.fetch("http://127.0.0.1:1/"));
        for (const end of names) end();
        assert.equal(seen, ["start", "end", "asyncEnd", "start", "end", "error", "asyncEnd"]);
      },
    ),
  ));

// --- authentication ---

test("Basic, with the vectors of RFC 7617; Bearer; credentials of the URL", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url, heads }) => {
        const sent = async (where: string, options: object): Promise<string | undefined> => {
          await client.fetch(where, options);
          return /Authorization: (.*)\r/.exec(heads.at(-1) as string)?.[1];
        };
        assert.is(await sent(url, { authUsername: "test", authPassword: "123£" }), "Basic dGVzdDoxMjPCow==");
        assert.is(
          await sent(url, { authUsername: "jose\u0301", authPassword: "x" }),
          `Basic ${Buffer.from("josé:x").toString("base64")}`,
        );
        assert.is(await sent(url, { authMode: "bearer", authPassword: "abc" }), "Bearer abc");
        assert.is(
          await sent(url.replace("//", "//me:s%40crt@"), {}),
          `Basic ${Buffer.from("me:s@crt").toString("base64")}`,
        );
        assert.not.match(heads.at(-1) as string, /s%40crt/);
      },
    ),
  ));

test("Digest, with the example of RFC 7616", () => {
  const challenge = (algorithm: string): [string, string] => [
    "WWW-Authenticate",
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
  ];
  const made = digestAuthorization(
    new HTTPHeaders([challenge("MD5"), challenge("SHA-256")]),
    "WWW-Authenticate",
    "GET",
    "/dir/index.html",
    { username: "Mufasa", password: "Circle of Life" },
  );
  assert.match(String(made), /algorithm=SHA-256/);
  assert.match(
    String(made),
    /^Digest username="Mufasa", realm="http-auth@example\.org", nonce="7ypf.*", uri="\/dir\/index\.html", response="[0-9a-f]{64}"/,
  );
  const old = digestAuthorization(new HTTPHeaders({ "WWW-Authenticate": 'Basic realm="x", Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"' }), "WWW-Authenticate", "GET", "/dir/index.html", { username: "Mufasa", password: "CircleOfLife" }); // prettier-ignore
  // RFC 2069 §2.4, with the erratum's value.
  assert.match(String(old), /response="1949323746fe6a43ef61f9606e7febea"/);
});

// --- proxies ---

test("23: a plain proxy gets the whole URL, and its credentials, which the server's request does not have", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, head }) =>
        socket.write(
          head.startsWith("CONNECT") ? "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n" : OK,
        ),
      async ({ url, heads, sockets }) => {
        const proxy = url.replace("//", "//user:pass@");
        await client.fetch("http://one.test/a?b", { proxy });
        await client.fetch("http://two.test/", { proxy });
        assert.match(heads[0] as string, /^GET http:\/\/one\.test\/a\?b HTTP\/1\.1\r\nHost: one\.test\r\n/);
        assert.match(heads[0] as string, /Proxy-Authorization: Basic dXNlcjpwYXNz\r\n/);
        assert.is(sockets.length, 1);
        const error = await failure(client.fetch("https://three.test/", { proxy }));
        assert.equal([error["code"], error["proxyStatus"]], ["ERR_LANDSPOUT_FETCH_PROXY", 407]);
        assert.match(
          heads[2] as string,
          /^CONNECT three\.test:443 HTTP\/1\.1\r\nHost: three\.test:443\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n$/,
        );
      },
    ),
  ));

test("23: proxies of the environment, and their exceptions", () => {
  const find = (url: string, env: { [name: string]: string }): string | undefined =>
    fromEnvironment(targetOf(url), env);
  const env = {
    http_proxy: "http://p:1",
    https_proxy: "q:2",
    no_proxy: "a.test,.b.test,c.test:8080,10.0.0.0/8,[2001:db8::1],*.d.test",
  };
  assert.is(find("http://x.test/", env), "http://p:1");
  assert.is(find("https://x.test/", env), "http://q:2");
  for (const url of [
    "http://a.test/",
    "http://sub.a.test/",
    "http://b.test/",
    "http://x.b.test/",
    "http://c.test:8080/",
    "http://10.1.2.3/",
    "http://[2001:db8::1]/",
    "http://e.d.test/",
    "http://localhost/",
    "http://127.0.0.9/",
    "http://[::1]/",
  ])
    assert.is(find(url, env), undefined, url);
  for (const url of ["http://nota.test/", "http://c.test/", "http://11.1.2.3/", "http://[2001:db8::2]/"])
    assert.ok(find(url, env), url);
  assert.is(find("http://x.test/", { ...env, no_proxy: "*" }), undefined);
  // CVE-2016-5385.
  assert.is(find("http://x.test/", { HTTP_PROXY: "http://p:1", REQUEST_METHOD: "GET" }), undefined);
  assert.is(find("http://x.test/", { HTTP_PROXY: "http://p:1" }), "http://p:1");
});

test.run();
