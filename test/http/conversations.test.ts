/**
 * HTTP/1.1 as it should go: keep-alive, pipelining in order, content in and out, expectations, old clients, forms of targets.
 */
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const get = (path: string, fields = ""): string => `GET ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`;
const post = (body: string, fields = ""): string =>
  `POST /echo HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n${fields}\r\n${body}`;
const chunked = (chunks: string): string => `POST /echo HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunks}`;

/** Answers with method, target and content; a target `/slow/N` takes N turns of the loop, `/stream/N` sends N pieces. */
function answer(request: HTTPServerRequest): void | Promise<void> {
  const { connection } = request;
  const [, what, count = "0"] = request.path.split("/");
  const body = `${request.method} ${request.uri} ${request.body.toString("latin1")}`;
  const whole = (): void => {
    connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": body.length }), body);
    connection.finish();
  };
  if (what === "slow") return turns(Number(count)).then(whole);
  if (what === "stream") {
    connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders());
    for (let i = 0; i < Number(count); i++) void connection.write(`piece ${i};`);
    connection.finish();
    return undefined;
  }
  if (what === "empty") {
    connection.writeHeaders({ code: Number(count), reason: "Empty" }, new HTTPHeaders());
    connection.finish();
    return undefined;
  }
  return whole();
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

for (const [name, setup] of SETUPS) {
  const test = suite(`conversations · ${name}`, { deadline: 20 });
  const talk = (title: string, options: object, conversation: Parameters<typeof withPeer<void>>[1]): void => {
    test(title, () => serving(answer, { ...setup, ...options }, (port) => withPeer(port, conversation)));
  };

  talk("§9.3 keeps a connection of HTTP/1.1 open", {}, async (peer) => {
    for (const path of ["/a", "/b"]) {
      peer.write(get(path));
      const got = await peer.answer();
      assert.is(got.body, `GET ${path} `);
      assert.is(got.headers["connection"], undefined);
    }
  });
  for (const value of ["close", "Close", "keep-alive, close", "close, x"]) {
    talk(`§9.6 closes where the client says Connection: ${value}`, {}, async (peer) => {
      peer.write(get("/", `Connection: ${value}\r\n`) + get("/2"));
      assert.is((await peer.answer()).headers["connection"], "close");
      assert.is(await peer.rest(), "");
    });
  }
  talk("§9.3 closes a connection of HTTP/1.0", {}, async (peer) => {
    peer.write("GET / HTTP/1.0\r\n\r\n");
    const got = await peer.answer();
    assert.is(got.version, "HTTP/1.1");
    assert.is(got.headers["connection"], "close");
    assert.is(await peer.rest(), "");
  });
  talk("§9.3 keeps one of HTTP/1.0 open that asks for it, and says so", {}, async (peer) => {
    for (let i = 0; i < 2; i++) {
      peer.write("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
      assert.is((await peer.answer()).headers["connection"], "keep-alive");
    }
  });
  talk("§6.1 never sends chunks to HTTP/1.0, but closes", {}, async (peer) => {
    peer.write("GET /stream/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const got = await peer.answer();
    assert.is(got.headers["transfer-encoding"], undefined);
    assert.is(got.headers["connection"], "close");
    assert.is(got.body, "piece 0;piece 1;");
  });
  talk("closes after every answer where told to", { noKeepAlive: true }, async (peer) => {
    peer.write(get("/"));
    assert.is((await peer.answer()).headers["connection"], "close");
    assert.is(await peer.rest(), "");
  });

  talk("§9.3.2 answers pipelined requests in order, whatever they take", {}, async (peer) => {
    const paths = ["/a", "/slow/9", "/b", "/stream/2", "/slow/1", "/c", "/slow/5"];
    peer.write(paths.map((path) => get(path)).join(""));
    for (const path of paths) {
      const got = await peer.answer();
      assert.is(got.body, path === "/stream/2" ? "piece 0;piece 1;" : `GET ${path} `);
    }
  });
  talk("answers a thousand pipelined requests", {}, async (peer) => {
    peer.write(get("/many").repeat(1000));
    for (let i = 0; i < 1000; i++) assert.is((await peer.answer()).body, "GET /many ");
  });
  talk("reads pipelined requests with content", {}, async (peer) => {
    peer.write(post("one") + chunked("3\r\ntwo\r\n0\r\n\r\n") + post("") + get("/slow/3") + post("five"));
    for (const body of ["POST /echo one", "POST /echo two", "POST /echo ", "GET /slow/3 ", "POST /echo five"]) {
      assert.is((await peer.answer()).body, body);
    }
  });
  talk("skips one empty line between requests", {}, async (peer) => {
    peer.write(`${get("/a")}\r\n${get("/b")}`);
    assert.is((await peer.answer()).body, "GET /a ");
    assert.is((await peer.answer()).body, "GET /b ");
  });
  talk("answers requests that come byte by byte", {}, async (peer) => {
    await peer.writeSlowly(
      post("slowly", "X-A: b\r\n") + chunked('3;a=b\r\nabc\r\n4;q="x;y"\r\ndefg\r\n0\r\nT: v\r\n\r\n'),
    );
    assert.is((await peer.answer()).body, "POST /echo slowly");
    assert.is((await peer.answer()).body, "POST /echo abcdefg");
  });
  talk("§7.1 reads large content in chunks and by length", {}, async (peer) => {
    const body = "0123456789".repeat(30_000);
    peer.write(post(body));
    assert.is((await peer.answer()).body.length, body.length + 11);
    peer.write(chunked(`${body.length.toString(16)}\r\n${body}\r\n1\r\nx\r\n0\r\n\r\n`));
    assert.is((await peer.answer()).body, `POST /echo ${body}x`);
  });

  for (const value of ["100-continue", "100-Continue", ", 100-continue ,,"]) {
    talk(`§10.1.1 asks for the content after Expect: ${value}`, {}, async (peer) => {
      peer.write(`POST /echo HTTP/1.1\r\n${HOST}Content-Length: 2\r\nExpect: ${value}\r\n\r\n`);
      await peer.expect("HTTP/1.1 100 Continue\r\n\r\n");
      peer.write("hi");
      assert.is((await peer.answer()).body, "POST /echo hi");
    });
  }
  talk("§10.1.1 does not ask HTTP/1.0, nor for content that is not there", {}, async (peer) => {
    peer.write(`POST /echo HTTP/1.1\r\n${HOST}Content-Length: 0\r\nExpect: 100-continue\r\n\r\n`);
    assert.is((await peer.answer()).status, 200);
    peer.write("POST /echo HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");
    assert.is((await peer.answer()).body, "POST /echo hi");
  });
  talk("§10.1.1 refuses content that is too long instead of asking for it", { maxBodySize: 5 }, async (peer) => {
    const { expectLog } = await import("../_support/suite.ts");
    expectLog(/larger than 5 bytes/);
    peer.write(`POST /echo HTTP/1.1\r\n${HOST}Content-Length: 6\r\nExpect: 100-continue\r\n\r\n`);
    assert.is((await peer.answer()).status, 413);
    assert.is(await peer.rest(), "");
  });

  talk("§9.3.2 answers HEAD without content, in step with what follows", {}, async (peer) => {
    peer.write(`HEAD /x HTTP/1.1\r\n${HOST}\r\nHEAD /stream/3 HTTP/1.1\r\n${HOST}\r\n${get("/y")}`);
    assert.is((await peer.answer(true)).headers["content-length"], "8");
    await peer.answer(true);
    assert.is((await peer.answer()).body, "GET /y ");
  });
  talk("§6.3 answers 204 and 304 without content or length", {}, async (peer) => {
    peer.write(get("/empty/204") + get("/empty/304") + get("/y"));
    for (const status of [204, 304]) {
      const got = await peer.answer();
      assert.is(got.status, status);
      assert.is(got.headers["transfer-encoding"], undefined);
      assert.is(got.headers["content-length"], undefined);
    }
    assert.is((await peer.answer()).body, "GET /y ");
  });
  talk("§7.1 sends content of unknown length in chunks", {}, async (peer) => {
    peer.write(get("/stream/3"));
    const got = await peer.answer();
    assert.is(got.headers["transfer-encoding"], "chunked");
    assert.is(got.body, "piece 0;piece 1;piece 2;");
  });
  talk("§7.8 ignores an upgrade nobody takes", {}, async (peer) => {
    peer.write(get("/", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    assert.is((await peer.answer()).status, 200);
    peer.write(get("/b"));
    assert.is((await peer.answer()).body, "GET /b ");
  });

  test("§3.2.2 takes absolute-form apart", () =>
    serving(
      (request) => {
        const body = JSON.stringify([request.path, request.query, request.host, request.uri]);
        request.connection.writeHeaders(
          { code: 200, reason: "OK" },
          new HTTPHeaders({ "Content-Length": body.length }),
          body,
        );
        request.connection.finish();
      },
      setup,
      (port) =>
        withPeer(port, async (peer) => {
          peer.write(
            `GET http://example.org:81/a/b?c=d HTTP/1.1\r\n${HOST}\r\nGET http://example.org HTTP/1.1\r\n${HOST}\r\n`,
          );
          assert.equal(JSON.parse((await peer.answer()).body), [
            "/a/b",
            "c=d",
            "example.org:81",
            "http://example.org:81/a/b?c=d",
          ]);
          assert.equal(JSON.parse((await peer.answer()).body), ["/", "", "example.org", "http://example.org"]);
        }),
    ));

  test("§9.3.7 answers OPTIONS * for the server", () =>
    serving(new Application([["/", RequestHandler]], { accessLog: false }), setup, (port) =>
      withPeer(port, async (peer) => {
        peer.write(`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`);
        const got = await peer.answer();
        assert.is(got.status, 204);
        assert.match(got.headers["allow"] ?? "", /GET, HEAD, POST/);
      }),
    ));

  test.run();
}
