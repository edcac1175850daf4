/** The failures that users of HTTP clients report most, one test each, over real sockets. The numbers are those of the list this client was built from. */
import { getEventListeners, once, setMaxListeners } from "node:events";
import { createServer } from "node:net";
import * as assert from "uvu/assert";
import { HTTPRequest, publicAddress } from "../../src/http/client/index.ts";
import { suite } from "../_support/suite.ts";
import { failure, OK, sleep, turns, withClient, withRaw } from "./_peer.ts";

const test = suite("client, reported failures", { deadline: 60 });

test("1: a server that closes idle connections at the worst time costs no GET, and doubles no POST", () =>
  withClient({ maxClients: 8 }, async (client) => {
    let posts = 0;
    await withRaw(
      ({ socket, head }) => {
        if (head.startsWith("POST")) posts++;
        socket.write(OK);
        setTimeout(() => socket.destroy(), Math.random() * 5);
      },
      async ({ url }) => {
        let sent = 0;
        let lost = 0;
        const one = async (i: number): Promise<void> => {
          await sleep(Math.random() * 5);
          if (i % 5 !== 0) await client.fetch(url);
          else {
            sent++;
            await client.fetch(url, { method: "POST", body: "x" }).catch(() => lost++);
          }
        };
        const worker = async (): Promise<void> => {
          for (let i = 0; i < 120; i++) await one(i);
        };
        await Promise.all(Array.from({ length: 8 }, worker));
        assert.ok(posts <= sent && posts + lost >= sent, `${posts} seen, ${sent} sent, ${lost} lost`);
      },
    );
  }));

test("2: a POST whose connection breaks is not sent again; a GET on a new connection neither", () =>
  withClient({}, async (client) => {
    await withRaw(
      ({ socket, request }) => {
        if (request === 1) socket.write(OK);
        else socket.resetAndDestroy();
      },
      async ({ url, heads }) => {
        await client.fetch(url);
        const error = await failure(client.fetch(url, { method: "POST", body: "x" }));
        assert.is(error["code"], "ERR_LANDSPOUT_FETCH_CLOSED_EARLY");
        assert.is(error["answered"], false);
        assert.is(heads.length, 2);
        // An idempotent one is, once, and on a new connection.
        await client.fetch(url);
        assert.is((await client.fetch(url)).reused, false);
        assert.is(heads.length, 5);
        // With Idempotency-Key a POST too.
        await client.fetch(url, { method: "POST", body: "x", headers: { "Idempotency-Key": "k" } });
        assert.is(heads.length, 7);
      },
    );
    await withRaw(
      ({ socket }) => socket.destroy(),
      async ({ url, heads }) => {
        await failure(client.fetch(url));
        assert.is(heads.length, 1);
      },
    );
  }));

test("3: a connection that was forgotten on the way ends by headTimeout, and the GET is sent again", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, connection, request }) => {
        if (connection > 1 || request === 1) socket.write(OK);
      },
      async ({ url, heads }) => {
        await client.fetch(url, { headTimeout: 0.1 });
        const response = await client.fetch(url, { headTimeout: 0.1 });
        assert.is(response.reused, false);
        assert.is(heads.length, 3);
      },
    ),
  ));

test("4: bytes behind a response, or on an idle connection, never reach the next request", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => {
        socket.write(OK);
        setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"), 5);
      },
      async ({ url }) => {
        for (let i = 0; i < 5; i++) {
          assert.is((await client.fetch(url)).text(), "ok");
          while (client.stats().idle > 0) await sleep(1);
        }
      },
    ),
  ));

test("5, 6: content that is cut short is an error with the bytes that came", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
      async ({ url }) => {
        const error = await failure(client.fetch(url));
        assert.is(error["code"], "ERR_LANDSPOUT_FETCH_CLOSED_EARLY");
        assert.equal([error["received"], error["answered"], error["status"]], [4, true, 599]);
      },
    ),
  ));

test("7: requests that are aborted in any phase give everything back", () =>
  withClient({ maxClients: 4 }, (client) =>
    withRaw(
      ({ socket }) =>
        void setTimeout(() => {
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
          setTimeout(() => socket.write("ok"), Math.random() * 2);
        }, Math.random() * 2),
      async ({ url }) => {
        const outcomes = { ok: 0, aborted: 0 };
        const one = async (): Promise<void> => {
          const abort = new AbortController();
          const reason = new Error("mine");
          const timer = setTimeout(() => abort.abort(reason), Math.random() * 60);
          try {
            await client.fetch(url, { signal: abort.signal });
            outcomes.ok++;
          } catch (error) {
            assert.is(error, reason);
            outcomes.aborted++;
          }
          clearTimeout(timer);
          assert.is(getEventListeners(abort.signal, "abort").length, 0);
        };
        for (let round = 0; round < 50; round++) await Promise.all(Array.from({ length: 20 }, one));
        assert.ok(outcomes.ok > 10 && outcomes.aborted > 10, JSON.stringify(outcomes));
        await Promise.all(Array.from({ length: 4 }, () => client.fetch(url)));
        assert.ok(client.stats().open <= 4);
      },
    ),
  ));

test("8: a streamed response that nobody reads holds its slot, and its server, until it is given up", () =>
  withClient({ maxClients: 1 }, (client) =>
    withRaw(
      ({ socket, head }) => {
        if (head.includes("/small")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmall");
        else {
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
          socket.write(Buffer.alloc(5_000_000));
        }
      },
      async ({ url, sockets }) => {
        const stream = await client.fetchStream(url);
        await sleep(30);
        assert.is(client.stats().active, 1);
        assert.ok((sockets[0]?.writableLength ?? 0) > 0, "the server is held back");
        stream.cancel();
        // Too much is left: the connection goes. Little is left: it stays.
        assert.is(await (await client.fetchStream(`${url}/small`)).text(), "small");
        const left = await client.fetchStream(`${url}/small`);
        left.cancel();
        assert.is((await client.fetch(`${url}/small`)).reused, true);
      },
    ),
  ));

test("9: the message says host, phase and the system's code; errors has every address", () =>
  withClient(
    {
      resolver: {
        resolve: () =>
          Promise.resolve([
            { address: "127.0.0.2", family: 4 },
            { address: "127.0.0.3", family: 4 },
          ]),
      },
    },
    async (client) => {
      const error = await failure(client.fetch("http://two.test:1/"));
      assert.is(error["code"], "ERR_LANDSPOUT_FETCH_CONNECT");
      assert.match(error.message, /two\.test:1.*127\.0\.0\.2.*ECONNREFUSED.*127\.0\.0\.3.*ECONNREFUSED/);
      assert.equal(
        (error["errors"] as { address: string }[]).map(({ address }) => address),
        ["127.0.0.2", "127.0.0.3"],
      );
      assert.is(error["status"], 599);
      await withRaw(
        ({ socket }) => void socket.resetAndDestroy(),
        async ({ port }) =>
          assert.match(
            (await failure(client.fetch(`http://127.0.0.1:${port}/p?q`))).message,
            /ECONNRESET.*GET http:\/\/127\.0\.0\.1:\d+\/p\?q/,
          ),
      );
    },
  ));

test("10: each phase has a time limit, and one deadline is over all", () =>
  withClient({ maxClients: 2, resolver: { resolve: () => new Promise(() => undefined) } }, (client) =>
    withRaw(
      ({ socket, head }) => {
        if (head.includes("/idle")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        if (head.includes("/loop"))
          setTimeout(() => socket.write("HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"), 30);
      },
      async ({ url }) => {
        const phases: unknown[] = [];
        const phase = async (where: string, options: object): Promise<void> => {
          const start = performance.now();
          const error = await failure(client.fetch(where, options));
          assert.is(error["code"], "ERR_LANDSPOUT_TIMEOUT");
          assert.ok(performance.now() - start < 2000);
          phases.push(error["phase"]);
        };
        await phase("http://never.test/", { connectTimeout: 0.05 });
        await phase(`${url}/head`, { headTimeout: 0.05 });
        await phase(`${url}/idle`, { bodyIdleTimeout: 0.05 });
        await phase(`${url}/idle`, { requestTimeout: 0.05 });
        await phase(`${url}/loop`, { requestTimeout: 0.2, maxRedirects: 100 });
        const held = [1, 2].map(() => client.fetch(`${url}/head`, { requestTimeout: 0.3 }).catch(() => undefined));
        await phase(`${url}/head`, { queueTimeout: 0.05 });
        await Promise.all(held);
        assert.equal(phases, ["dns", "head", "idle", "request", "request", "queue"]);
      },
    ),
  ));

test("10: a TLS handshake that stalls", () =>
  withClient({}, (client) =>
    withRaw(
      () => undefined,
      async ({ port }) =>
        assert.is((await failure(client.fetch(`https://127.0.0.1:${port}/`, { connectTimeout: 0.1 })))["phase"], "tls"),
    ),
  ));

test("15: a stream that is used up is not sent again", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, head }) => {
        if (head.includes("/end")) socket.write(OK);
        else
          setTimeout(
            () => socket.write("HTTP/1.1 307 Temporary Redirect\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n"),
            20,
          );
      },
      async ({ url, heads }) => {
        async function* content(): AsyncGenerator<Buffer> {
          yield Buffer.from("abc");
        }
        const error = await failure(client.fetch(url, { method: "POST", body: content() }));
        assert.is(error["code"], "ERR_LANDSPOUT_FETCH_REDIRECT");
        assert.match(error.message, /give bytes or a bodyProducer/);
        let calls = 0;
        const bodyProducer = async (write: (piece: string) => Promise<void>): Promise<void> => {
          calls++;
          await write("abc");
        };
        await client.fetch(url, { method: "POST", bodyProducer });
        assert.is(calls, 2);
        await client.fetch(url, { method: "PUT", body: "abc" });
        assert.match(heads.at(-1) as string, /^PUT \/end .*Content-Length: 3/s);
      },
    ),
  ));

test("19: a response that comes before the upload is complete wins, and stops the producer", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => {
        socket.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge");
        socket.end();
      },
      async ({ url }) => {
        let stopped: unknown;
        const bodyProducer = async (write: (piece: Uint8Array) => Promise<void>): Promise<void> => {
          try {
            for (let i = 0; i < 10_000; i++) await write(Buffer.alloc(10_000));
          } catch (error) {
            stopped = error;
            throw error;
          }
        };
        const response = await client.fetch(url, { method: "POST", bodyProducer, raiseError: false });
        assert.equal([response.code, response.text()], [413, "large"]);
        await turns(10);
        assert.ok(stopped instanceof Error);
        let returned = false;
        async function* content(): AsyncGenerator<Buffer> {
          try {
            for (;;) yield Buffer.alloc(10_000);
          } finally {
            returned = true;
          }
        }
        assert.is((await client.fetch(url, { method: "POST", body: content(), raiseError: false })).code, 413);
        await turns(10);
        assert.ok(returned);
        assert.is(client.stats().open, 0);
      },
    ),
  ));

test("20: Expect: 100-continue holds content back, for a while, and gives way to 417", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, head, body }) => {
        const expects = head.includes("Expect: 100-continue");
        if (head.includes("/refuse")) socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        else if (head.includes("/ask")) {
          assert.is(body(), "");
          socket.write("HTTP/1.1 100 Continue\r\n\r\n");
          setTimeout(() => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${body()}`), 30);
        } else if (head.includes("/silent"))
          setTimeout(() => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${body()}`), 150);
        else if (expects) socket.write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
        else socket.write(OK);
      },
      async ({ url, heads }) => {
        const post = { method: "POST", expect100Continue: true, body: "abc" };
        assert.is((await client.fetch(`${url}/ask`, post)).text(), "abc");
        assert.is((await client.fetch(`${url}/silent`, { ...post, continueTimeout: 0.05 })).text(), "abc");
        let called = false;
        const refused = await client.fetch(`${url}/refuse`, {
          method: "POST",
          expect100Continue: true,
          bodyProducer: () => void (called = true),
          raiseError: false,
        });
        assert.equal([refused.code, called], [403, false]);
        assert.is((await client.fetch(`${url}/no`, post)).code, 200);
        assert.not.match(heads.at(-1) as string, /Expect/);
      },
    ),
  ));

test("21: interim responses are skipped, and told", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`),
      async ({ url }) => {
        const seen: unknown[] = [];
        await client.fetch(url, { informationCallback: (code, headers) => seen.push(code, headers.get("Link")) });
        assert.equal(seen, [103, "</a>"]);
      },
    ),
  ));

test("25: nothing a program gives can split a request", async () => {
  await withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url, heads }) => {
        for (let byte = 0; byte < 256; byte++) {
          const character = String.fromCharCode(byte);
          const before = heads.length;
          const tries: (() => Promise<unknown>)[] = [
            () => client.fetch(`${url}/a${character}b`),
            () => client.fetch(`${url}/?a${character}b`),
            () => client.fetch(url, { method: `GE${character}T`, allowNonstandardMethods: true }),
            () => client.fetch(url, { headers: { [`X${character}Y`]: "v" } }),
            () => client.fetch(url, { headers: { "X-Y": `v${character}w` } }),
            () => client.fetch(url, { headers: { Host: `h${character}i` } }),
            () => client.fetch(url, { userAgent: `a${character}b` }),
            () => client.fetch(url, { authUsername: `a${character}b`, authPassword: "p" }),
          ];
          for (const one of tries)
            try {
              await one();
            } catch (error) {
              assert.match(
                String((error as { code?: string }).code),
                /^ERR_LANDSPOUT_(?:FETCH_REQUEST|HEADER_|REQUEST_LINE)/,
                JSON.stringify(character),
              );
            }
          for (const head of heads.slice(before)) {
            const lines = head.split("\r\n");
            assert.ok(lines.every((line) => !/[\r\n\0]/.test(line)));
            assert.match(lines[0] as string, /^[!-~\x80-\xff]+ \S+ HTTP\/1\.1$/);
            assert.ok(lines.length <= 9, head);
          }
        }
      },
    ),
  );
});

test("25: fields of framing are the client's", () =>
  withClient({}, async (client) => {
    for (const name of [
      "Transfer-Encoding",
      "Connection",
      "Upgrade",
      "Expect",
      "Trailer",
      "Proxy-Authorization",
      "Keep-Alive",
    ])
      assert.is(
        (await rejected(() => client.fetch("http://127.0.0.1:1/", { headers: { [name]: "x" } })))["code"],
        "ERR_LANDSPOUT_FETCH_REQUEST",
        name,
      );
  }));

async function rejected(call: () => Promise<unknown>): Promise<{ [name: string]: unknown }> {
  try {
    await call();
  } catch (error) {
    return error as { [name: string]: unknown };
  }
  throw new Error("nothing was thrown");
}

test("26: content that is not as long as its Content-Length", () =>
  withClient({}, (client) =>
    withRaw(
      () => undefined,
      async ({ url, sockets }) => {
        const long = { method: "POST", headers: { "Content-Length": 3 } };
        assert.match(
          (await rejected(() => client.fetch(url, { ...long, body: "abcd" })))["message"] as string,
          /Content-Length is 3, and the body has 4/,
        );
        const error = await rejected(() => client.fetch(url, { ...long, bodyProducer: async (write) => { await write("ab"); await write("cd"); } })); // prettier-ignore
        assert.match(error["message"] as string, /longer than its Content-Length/);
        const short = await rejected(() => client.fetch(url, { ...long, bodyProducer: async (write) => write("ab") }));
        assert.match(short["message"] as string, /has 2 bytes, and its Content-Length says 3/);
        await turns(5);
        assert.ok(sockets.every((socket) => socket.destroyed || socket.readableEnded));
      },
    ),
  ));

test("27: addresses are asked about when connecting, literal ones and after redirects too", () =>
  withRaw(
    ({ socket }) => socket.write("HTTP/1.1 302 Found\r\nLocation: http://inside.test:1/\r\nContent-Length: 0\r\n\r\n"),
    async ({ url, port, heads }) => {
      await withClient({ allowAddress: publicAddress }, async (client) => {
        for (const host of [
          "127.0.0.1",
          "localhost",
          "[::1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "0x7f.1",
          "2130706433",
        ]) {
          const error = await failure(client.fetch(`http://${host}:${port}/`));
          assert.is(error["code"], "ERR_LANDSPOUT_FETCH_ADDRESS", host);
        }
      });
      assert.is(heads.length, 0);
      const resolver = { resolve: () => Promise.resolve([{ address: "10.0.0.1", family: 4 as const }]) };
      await withClient({ resolver, allowAddress: (address) => address === "127.0.0.1" }, async (client) => {
        assert.is((await failure(client.fetch(url)))["code"], "ERR_LANDSPOUT_FETCH_ADDRESS");
        assert.is(heads.length, 1);
      });
    },
  ));

test("28: one host that is slow does not take all slots", () =>
  withClient({ maxClients: 4, maxClientsPerHost: 2, maxQueue: 10 }, (client) =>
    withRaw(
      ({ socket, head }) => {
        if (!head.includes("/slow")) socket.write(OK);
      },
      async ({ url, port }) => {
        const abort = new AbortController();
        setMaxListeners(0, abort.signal);
        const slow = Array.from({ length: 10 }, () =>
          client.fetch(`${url}/slow`, { signal: abort.signal }).catch(() => "gone"),
        );
        await turns(5);
        assert.is(client.stats().active, 2);
        for (let i = 0; i < 5; i++) assert.is((await client.fetch(`http://localhost:${port}/`)).text(), "ok");
        const two = [
          client.fetch(`${url}/slow`, { signal: abort.signal }),
          client.fetch(`${url}/slow`, { signal: abort.signal }),
        ];
        const error = await failure(client.fetch(`${url}/slow`));
        assert.is(error["code"], "ERR_LANDSPOUT_FETCH_QUEUE");
        abort.abort(new Error("enough"));
        await Promise.allSettled([...slow, ...two]);
      },
    ),
  ));

test("29: the cookie jar is asked anew on each hop", () =>
  withRaw(
    ({ socket, head }) => {
      if (head.startsWith("GET / "))
        socket.write(
          `HTTP/1.1 302 Found\r\nLocation: http://localhost:${socket.localPort}/other\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n`,
        );
      else socket.write(OK);
    },
    async ({ url, heads }) => {
      const log: string[] = [];
      const cookieJar = {
        getCookieString: async (where: string) => {
          log.push(`get ${new URL(where).hostname}`);
          return `jar=${new URL(where).hostname}`;
        },
        setCookie: (line: string, where: string) => log.push(`set ${line} ${new URL(where).hostname}`),
      };
      await withClient({ cookieJar }, async (client) => {
        await client.fetch(`${url}/`);
        assert.equal(log, ["get 127.0.0.1", "set a=1 127.0.0.1", "get localhost"]);
        assert.match(heads[0] as string, /Cookie: jar=127\.0\.0\.1\r\n/);
        assert.match(heads[1] as string, /Cookie: jar=localhost\r\n/);
        await client.fetch(`${url}/`, { headers: { Cookie: "own=1" } });
        assert.match(heads[2] as string, /Cookie: own=1\r\n/);
        assert.not.match(heads[3] as string, /own=1/);
      });
    },
  ));

test("30: names in a form cannot end themselves, and the boundary cannot be guessed", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket, body, head }) => {
        const length = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
        const wait = (): void => {
          if (body().length < length) setTimeout(wait, 1);
          else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${body()}`);
        };
        wait();
      },
      async ({ url }) => {
        const form = (): FormData => {
          const data = new FormData();
          data.append('na"me\r\nX: y', "line\nline");
          data.append("file", new Blob(["content"], { type: "text/plain" }), 'a"b\r\n.txt');
          return data;
        };
        const first = (await client.fetch(url, { method: "POST", body: form() })).text();
        const second = (await client.fetch(url, { method: "POST", body: form() })).text();
        assert.match(first, /name="na%22me%0D%0AX: y"\r\n\r\nline\r\nline\r\n/);
        assert.match(first, /filename="a%22b%0D%0A\.txt"\r\nContent-Type: text\/plain[^\r]*\r\n\r\ncontent\r\n/);
        assert.is.not(first.split("\r\n")[0], second.split("\r\n")[0]);
      },
    ),
  ));

test("31: a signal used for long keeps no listener", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url }) => {
        const { signal } = new AbortController();
        for (let i = 0; i < 200; i++) await client.fetch(url, { signal });
        assert.is(getEventListeners(signal, "abort").length, 0);
      },
    ),
  ));

test("32: connections that are closed while idle end in good order", () =>
  withClient({ maxIdlePerHost: 1 }, async (client) => {
    const errors: unknown[] = [];
    let ends = 0;
    await withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url }) => {
        await Promise.all([1, 2, 3].map(() => client.fetch(url)));
        assert.is(client.stats().idle, 1);
        await client.close();
        await sleep(20);
        assert.equal(errors, []);
        assert.is(ends, 3);
      },
      (socket) => {
        socket.on("error", (error) => errors.push(error));
        socket.on("end", () => ends++);
      },
    );
  }));

test("a server's Keep-Alive hint shortens the life of an idle connection; the client's limits end it", () =>
  withClient({ maxRequestsPerConnection: 2, idleTimeout: 0.05 }, (client) =>
    withRaw(
      ({ socket, head }) =>
        socket.write(head.includes("/hint") ? OK.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=1\r\n\r\n") : OK),
      async ({ url }) => {
        await client.fetch(`${url}/hint`);
        assert.is(client.stats().idle, 0);
        const reused = [];
        for (let i = 0; i < 4; i++) reused.push((await client.fetch(url)).reused);
        assert.equal(reused, [false, true, false, true]);
        await client.fetch(url);
        assert.is(client.stats().idle, 1);
        await sleep(90);
        assert.is(client.stats().idle, 0);
      },
    ),
  ));

test("24: options of TLS, and others of the connection, are never shared between requests", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url, sockets }) => {
        await client.fetch(url);
        await client.fetch(url, { allowIpv6: false });
        await client.fetch(url, { networkInterface: "127.0.0.1" });
        await client.fetch(url.replace("127.0.0.1", "localhost"));
        assert.is(sockets.length, 4);
        await client.fetch(new HTTPRequest(url, { allowIpv6: false }));
        assert.is(sockets.length, 4);
      },
    ),
  ));

test("a unix socket", async () => {
  const path = `\0landspout-client-${process.pid}`;
  const server = createServer((socket) => void socket.on("data", () => socket.write(OK))).listen(path);
  await once(server, "listening");
  await withClient({}, async (client) => {
    const response = await client.fetch("http://any.test/x", { unixSocket: path });
    assert.is(response.text(), "ok");
  });
  server.close();
});

test.run();
