/** The opening handshake, as a sceptic reads RFC 6455 §4.2: what is refused and how, what a handler may do before, and what follows it. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { Application, HTTPError, RequestHandler } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, serving, SETUPS, withPeer } from "../_support/wire.ts";
import { masked, RawWebSocket, unmasked } from "./_raw.ts";

type Ask = (bytes: Uint8Array) => Promise<Peer>;
type Fields = { readonly [name: string]: string | undefined };
const GOOD: Fields = {
  Host: "example.org",
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version": "13",
};
const ACCEPTED =
  /^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/;

/** A request, and whatever follows it in the same packet. */
function request(change: Fields = {}, line = "GET / HTTP/1.1", rest: Uint8Array = Buffer.alloc(0)): Buffer {
  const fields = Object.entries({ ...GOOD, ...change }).filter(([, value]) => value !== undefined);
  const head = `${line}\r\n${fields.map(([name, value]) => `${name}: ${value ?? ""}\r\n`).join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), rest]);
}

class Echo extends WebSocketHandler {
  override onMessage(message: Message) {
    return this.writeMessage(message);
  }
}

for (const [name, setup] of SETUPS) {
  const test = suite(`WebSocket handshake, ${name}`);
  const withHandler = (handler: typeof WebSocketHandler, use: (ask: Ask) => Promise<void>): Promise<void> => {
    const routes = [
      ["/", handler],
      ["/again", RequestHandler],
    ] as const;
    return serving(new Application(routes as never, { accessLog: false }), setup, async (port) => {
      const peers: Peer[] = [];
      const ask = async (bytes: Uint8Array): Promise<Peer> => {
        const peer = await Peer.connect(port);
        peers.push(peer);
        peer.write(bytes);
        return peer;
      };
      try {
        await use(ask);
      } finally {
        for (const peer of peers) peer.destroy();
      }
    });
  };
  const echo = Echo as unknown as typeof WebSocketHandler;
  /** Asks, and is answered with a status. */
  async function refused(ask: Ask, bytes: Uint8Array, status: number, about: string): Promise<Fields> {
    const peer = await ask(bytes);
    const answer = await peer.answer();
    assert.is(answer.status, status, about);
    peer.destroy();
    return answer.headers;
  }
  async function accepted(ask: Ask, bytes: Uint8Array, about = ""): Promise<void> {
    const peer = await ask(bytes);
    const raw = new RawWebSocket(peer.socket);
    assert.match(await raw.head(), ACCEPTED, about);
    raw.write(masked(0x81, "hello"));
    assert.is(await raw.text(), "hello", about);
    raw.destroy();
  }

  test("is taken in every spelling", () =>
    withHandler(echo, async (ask) => {
      for (const change of [
        {},
        { Upgrade: "WebSocket" },
        { Upgrade: "h2c, WEBSOCKET" },
        { Connection: "keep-alive, upgrade" },
        { Connection: "UPGRADE , close" },
        // Empty members of a list count for nothing (RFC 9110 §5.6.1.2).
        { Upgrade: ", websocket ,," },
        { Connection: ",, Upgrade," },
        { "Sec-WebSocket-Extensions": ",, x ,," },
        { Origin: "http://example.org" },
        { Origin: "http://EXAMPLE.org:80" },
        { Host: "example.org:80", Origin: "http://example.org" },
        { Host: "example.org:8443", Origin: "https://example.org:8443" },
        { Host: "example.org:443", Origin: "https://example.org" },
        { Host: "[::1]:8888", Origin: "http://[::1]:8888" },
        // TLS ends at a proxy.
        { Host: "example.org", Origin: "https://example.org" },
      ] as Fields[])
        await accepted(ask, request(change), JSON.stringify(change));
    }));

  test("is refused with the right status", () =>
    withHandler(echo, async (ask) => {
      for (const [change, status, log] of [
        [{ Upgrade: undefined }, 400, /Upgrade/],
        [{ Upgrade: "websockets" }, 400, /Upgrade/],
        [{ Connection: undefined }, 400, /Connection/],
        [{ Connection: "keep-alive" }, 400, /Connection/],
        [{ "Sec-WebSocket-Key": undefined }, 400, /Key/],
        [{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ" }, 400, /Key/],
        [{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSEh" }, 400, /Key/],
        [{ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" }, 400, /Key/],
        [{ Origin: "http://example.org.evil.example" }, 403, /cross-origin/],
        [{ Origin: "http://example.org@evil.example" }, 403, /cross-origin/],
        [{ Origin: "http://evil.example/example.org" }, 403, /cross-origin/],
        [{ Origin: "http://example.org:8080" }, 403, /cross-origin/],
        [{ Origin: "null" }, 403, /cross-origin/],
        [{ Origin: "file://" }, 403, /cross-origin/],
        [{ Origin: "" }, 403, /cross-origin/],
      ] as [Fields, number, RegExp][]) {
        expectLog(log);
        await refused(ask, request(change), status, JSON.stringify(change));
      }
      for (const version of [undefined, "8", "12", "14", "13, 8", "013", ""]) {
        expectLog(/version/);
        const headers = await refused(ask, request({ "Sec-WebSocket-Version": version }), 426, `version ${version}`);
        assert.is(headers["sec-websocket-version"], "13");
        // RFC 9110 §15.5.22: "The server MUST send an Upgrade header field in a 426 response".
        assert.is(headers["upgrade"], "websocket");
        assert.match(headers["connection"] ?? "", /upgrade/i);
      }
      expectLog(/1\.1/);
      await refused(ask, request({}, "GET / HTTP/1.0"), 400, "HTTP/1.0");
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
        const headers = await refused(ask, request({ "Content-Length": "0" }, `${method} / HTTP/1.1`), 405, method);
        assert.match(headers["allow"] ?? "", /\bGET\b/, method);
      }
      // After a refusal the connection is one like any other.
      expectLog(/version/);
      const peer = await ask(request({ "Sec-WebSocket-Version": "7" }));
      assert.is((await peer.answer()).status, 426);
      peer.write(request());
      const raw = new RawWebSocket(peer.socket);
      assert.match(await raw.head(), ACCEPTED);
      raw.destroy();
    }));

  test("a handler may refuse with any status before it, and set fields and cookies", async () => {
    class Picky extends Echo {
      override async prepare() {
        await new Promise((resolve) => setImmediate(resolve));
        const status = Number(this.request.headers.get("X-Status"));
        this.setHeader("X-Was", "here");
        this.setCookie("a", "b");
        if (status >= 400) throw new HTTPError(status);
        if (status === 302) this.redirect("/login");
        else if (status === 204) {
          this.setStatus(204);
          void this.finish();
        }
      }
    }
    await withHandler(Picky as unknown as typeof WebSocketHandler, async (ask) => {
      for (const status of [401, 404, 418, 503]) {
        expectLog(new RegExp(String(status)), { required: false });
        await refused(ask, request({ "X-Status": `${status}` }), status, `${status}`);
      }
      const headers = await refused(ask, request({ "X-Status": "302" }), 302, "redirect");
      assert.is(headers["location"], "/login");
      await refused(ask, request({ "X-Status": "204" }), 204, "204");
      const raw = new RawWebSocket((await ask(request())).socket);
      const head = await raw.head();
      assert.match(head, ACCEPTED);
      assert.match(head, /\r\nX-Was: here/);
      assert.match(head, /\r\nSet-Cookie: a=b/);
      raw.destroy();
    });
  });

  test("frames in one packet with the request wait for open(), which is awaited", async () => {
    const seen: string[] = [];
    class Slow extends Echo {
      override async open() {
        seen.push("begin");
        await new Promise((resolve) => setTimeout(resolve, 30));
        seen.push("end");
      }
      override onMessage(message: Message) {
        seen.push(String(message));
        return super.onMessage(message);
      }
    }
    await withHandler(Slow as unknown as typeof WebSocketHandler, async (ask) => {
      const early = Buffer.concat([masked(0x81, "one"), masked(0x89, "p"), masked(0x01, "tw"), masked(0x80, "o")]);
      const raw = new RawWebSocket((await ask(request({}, "GET / HTTP/1.1", early))).socket);
      assert.match(await raw.head(), ACCEPTED);
      assert.is(await raw.text(), "one");
      assert.is((await raw.frame())?.opcode, 10);
      assert.is(await raw.text(), "two");
      assert.equal(seen, ["begin", "end", "one", "two"]);
      raw.destroy();
    });
  });

  test("behind another request, after content, split anywhere; what follows is frames, whatever it looks like", () =>
    withHandler(echo, async (ask) => {
      const first = Buffer.from("HEAD /again HTTP/1.1\r\nHost: a\r\n\r\n");
      const second = request({ "Content-Length": "3" }, "GET / HTTP/1.1", Buffer.from("abc"));
      const raw = new RawWebSocket((await ask(Buffer.concat([first, second]))).socket);
      assert.match(await raw.head(), /^HTTP\/1\.1 405 /);
      assert.match(await raw.head(), ACCEPTED);
      raw.write(first);
      assert.is(await raw.closeCode(), 1002);
      raw.destroy();
      const whole = request({}, "GET / HTTP/1.1", masked(0x81, "split"));
      for (const at of [1, 20, whole.length - 13, whole.length - 11, whole.length - 8, whole.length - 1]) {
        const split = await ask(whole.subarray(0, at));
        const answered = new RawWebSocket(split.socket);
        await new Promise((resolve) => setTimeout(resolve, 5));
        split.write(whole.subarray(at));
        assert.match(await answered.head(), ACCEPTED);
        assert.is(await answered.text(), "split");
        answered.destroy();
      }
    }));

  test("a client that leaves before the handler is ready: what is opened is closed, once", async () => {
    for (const how of ["end", "destroy", "resetAndDestroy"] as const)
      for (const where of ["prepare", "open"] as const) {
        const told: string[] = [];
        let arrived: () => void = () => undefined;
        let left: () => void = () => undefined;
        let done: () => void = () => undefined;
        const here = new Promise<void>((resolve) => (arrived = resolve));
        const gone = new Promise<void>((resolve) => (left = resolve));
        const over = new Promise<void>((resolve) => (done = resolve));
        class Late extends Echo {
          override async prepare() {
            if (where === "open") return;
            arrived();
            await gone;
          }
          override async open() {
            told.push("open");
            if (where === "prepare") return;
            arrived();
            await gone;
          }
          override onClose(code: number) {
            told.push(`close ${code}`);
            done();
          }
          // A handler that is not opened ends like any other.
          override onFinish() {
            if (!told.includes("open")) done();
          }
        }
        await withHandler(Late as unknown as typeof WebSocketHandler, async (ask) => {
          const peer = await ask(request());
          await here;
          peer.socket[how]();
          // The server hears of it first.
          await new Promise((resolve) => setTimeout(resolve, 50));
          left();
          await over;
          await new Promise((resolve) => setTimeout(resolve, 20));
          assert.ok(told.join() === "" || told.join() === "open,close 1006", `${how} in ${where}: ${told.join()}`);
        });
      }
  });

  test("a subprotocol nobody offered is the handler's mistake, and an unmasked first frame the client's", async () => {
    class Mistaken extends Echo {
      override selectSubprotocol() {
        return "mine";
      }
    }
    await withHandler(Mistaken as unknown as typeof WebSocketHandler, async (ask) => {
      expectLog(/mine is none of the subprotocols/);
      await refused(ask, request({ "Sec-WebSocket-Protocol": "yours" }), 500, "not offered");
      const raw = new RawWebSocket((await ask(request({ "Sec-WebSocket-Protocol": ",, yours, ,mine," }))).socket);
      assert.match(await raw.head(), /\r\nSec-WebSocket-Protocol: mine/);
      raw.write(unmasked(0x81));
      assert.is(await raw.closeCode(), 1002);
      raw.destroy();
    });
  });

  test("null selects no subprotocol and turns no compression on, as undefined; that none was selected is logged once", async () => {
    class Nulls extends Echo {
      override selectSubprotocol() {
        return null;
      }
      override getCompressionOptions() {
        return null;
      }
      override getWebSocketOptions() {
        return null as never;
      }
    }
    await withHandler(Nulls as unknown as typeof WebSocketHandler, async (ask) => {
      const said = expectLog(/^Nulls: a client offers the subprotocols "yours, mine" and none is selected/, {
        level: "info",
      });
      for (let i = 0; i < 2; i++) {
        const offers = { "Sec-WebSocket-Protocol": "yours, mine", "Sec-WebSocket-Extensions": "permessage-deflate" };
        const raw = new RawWebSocket((await ask(request(offers))).socket);
        const head = await raw.head();
        assert.match(head, ACCEPTED);
        assert.not.match(head, /Sec-WebSocket-(?:Protocol|Extensions)/);
        raw.destroy();
      }
      assert.is(said.records.length, 1);
    });
  });

  test("Allow names GET alone, and HEAD where a class answers it", async () => {
    for (const [handler, allowed] of [
      [Echo, "GET"],
      [
        class extends Echo {
          override head(): never {
            return this.finish() as never;
          }
        },
        "GET, HEAD",
      ],
    ] as const)
      await withHandler(handler as unknown as typeof WebSocketHandler, async (ask) => {
        for (const method of handler === Echo ? ["POST", "HEAD", "DELETE", "OPTIONS"] : ["POST"]) {
          const peer = await ask(request({ Connection: "close", Upgrade: undefined }, `${method} / HTTP/1.1`));
          const answer = await peer.rest();
          assert.match(answer, /^HTTP\/1\.1 405 /, method);
          assert.match(answer, new RegExp(`\r\nAllow: ${allowed}\r\n`), method);
        }
      });
  });

  test("a request that does not end in time is no handshake", () =>
    serving(new Application([["/", echo]] as never, { accessLog: false }), { ...setup, headerTimeout: 0.2 }, (port) =>
      withPeer(port, async (peer) => {
        expectLog(/did not arrive in time/);
        peer.write(request().subarray(0, -2));
        const answer = await peer.rest();
        assert.match(answer, /^(?:HTTP\/1\.1 408 |$)/);
      }),
    ));
  test.run();
}
