/** Who the client is: xheaders, the PROXY protocol and unix sockets, on real connections; nothing one request says is believed of the next. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isLandspoutError } from "../../../src/errors.ts";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import { HTTPServer } from "../../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../../src/http/request.ts";
import { expectLog, suite } from "../../_support/suite.ts";
import { Peer, serving, SETUPS, withPeer } from "../../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const get = (fields = ""): string => `GET / HTTP/1.1\r\n${HOST}${fields}\r\n`;

/** Answers with what is known of the client. */
function answer({ connection, remoteIp, protocol }: HTTPServerRequest): void {
  const body = `${protocol} ${remoteIp}`;
  connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": body.length }), body);
  connection.finish();
}

const V2 = (block: readonly number[], command = 0x21, family = 0x11): Buffer =>
  Buffer.from([13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, command, family, 0, block.length, ...block]);

for (const [name, setup] of SETUPS) {
  const test = suite(`proxies · ${name}`, { deadline: 10 });
  const talk = (title: string, options: object, conversation: (peer: Peer, port: number) => Promise<void>): void => {
    test(title, () =>
      serving(answer, { ...setup, ...options }, (port) => withPeer(port, (peer) => conversation(peer, port))),
    );
  };

  talk("the headers are not believed by default", {}, async (peer) => {
    peer.write(get("X-Real-Ip: 4.4.4.4\r\nX-Forwarded-For: 5.5.5.5\r\nX-Scheme: https\r\n"));
    assert.is((await peer.answer()).body, "http 127.0.0.1");
  });
  talk("with xheaders each request is believed by itself", { xheaders: true }, async (peer) => {
    const requests: [string, string][] = [
      ["X-Real-Ip: 4.4.4.4\r\nX-Scheme: https\r\n", "https 4.4.4.4"],
      ["", "http 127.0.0.1"],
      ["X-Forwarded-For: 127.0.0.1, 5.5.5.5\r\nX-Forwarded-Proto: https\r\n", "https 5.5.5.5"],
      ["X-Real-Ip: nobody\r\n", "http 127.0.0.1"],
      ["", "http 127.0.0.1"],
    ];
    peer.write(requests.map(([fields]) => get(fields)).join(""));
    for (const [, expected] of requests) assert.is((await peer.answer()).body, expected);
    for (const [fields, expected] of requests) {
      peer.write(get(fields));
      assert.is((await peer.answer()).body, expected);
    }
  });
  talk(
    "trusted proxies are skipped",
    { xheaders: true, trustedDownstream: ["5.5.5.5", "10.0.0.0/8"] },
    async (peer) => {
      peer.write(get("X-Forwarded-For: 9.9.9.9, 4.4.4.4, 10.0.0.9, 5.5.5.5\r\n"));
      assert.is((await peer.answer()).body, "http 4.4.4.4");
    },
  );
  talk("protocol may be set for all", { protocol: "https", xheaders: true }, async (peer) => {
    peer.write(get("X-Scheme: http\r\n"));
    assert.is((await peer.answer()).body, "https 127.0.0.1");
  });
  test("the client's address is known after it has left", async () => {
    let request: HTTPServerRequest | undefined;
    await serving(
      (arrived) => {
        request = arrived;
      },
      setup,
      async (port, server) => {
        await withPeer(port, async (peer) => {
          peer.write(get());
          while (request === undefined) await new Promise((resolve) => setImmediate(resolve));
          peer.socket.resetAndDestroy();
        });
        while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
        assert.is(request?.remoteIp, "127.0.0.1");
      },
    );
  });

  const trusting = { proxyProtocol: ["loopback"] };
  const headers: readonly (readonly [title: string, bytes: Buffer, expected: string])[] = [
    ["v1 over IPv4", Buffer.from("PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n"), "192.0.2.1"],
    ["v1 over IPv6", Buffer.from("PROXY TCP6 2001:db8::1 2001:db8::2 1234 80\r\n"), "2001:db8::1"],
    ["v1 of an unknown client", Buffer.from("PROXY UNKNOWN\r\n"), "127.0.0.1"],
    ["v2 over IPv4", V2([192, 0, 2, 7, 192, 0, 2, 2, 4, 210, 0, 80]), "192.0.2.7"],
    [
      "v2 of an IPv4 client over IPv6",
      V2([...Array<number>(10).fill(0), 255, 255, 192, 0, 2, 9, ...Array<number>(20).fill(1)], 0x21, 0x21),
      "192.0.2.9",
    ],
    ["v2 of the proxy itself", V2([], 0x20, 0), "127.0.0.1"],
  ];
  for (const [title, bytes, expected] of headers) {
    const latin1 = bytes.toString("latin1");
    talk(`PROXY ${title}: the client is who the proxy says`, trusting, async (peer) => {
      peer.write(latin1 + get() + get());
      for (let i = 0; i < 2; i++) assert.is((await peer.answer()).body, `http ${expected}`);
      peer.write(get());
      assert.is((await peer.answer()).body, `http ${expected}`);
    });
    talk(`PROXY ${title}, byte by byte`, trusting, async (peer) => {
      await peer.writeSlowly(latin1 + get());
      assert.is((await peer.answer()).body, `http ${expected}`);
    });
  }
  talk("PROXY and xheaders go together", { ...trusting, xheaders: true }, async (peer) => {
    peer.write(`PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n${get("X-Real-Ip: 4.4.4.4\r\n")}${get()}`);
    assert.is((await peer.answer()).body, "http 4.4.4.4");
    assert.is((await peer.answer()).body, "http 192.0.2.1");
  });
  for (const bytes of [get(), "PROXY TCP4 192.0.2.1\r\n", "\r\n", "\x16\x03\x01"]) {
    talk(
      `a trusted proxy that begins with ${JSON.stringify(bytes.slice(0, 12))} is cut off unanswered`,
      trusting,
      async (peer) => {
        expectLog(/No valid PROXY header from 127\.0\.0\.1/);
        peer.write(bytes + get());
        assert.is(await peer.rest(), "");
      },
    );
  }
  talk("a second PROXY header is no request", trusting, async (peer) => {
    expectLog(/Malformed HTTP message/);
    peer.write(`PROXY UNKNOWN\r\nPROXY UNKNOWN\r\n${get()}`);
    assert.is((await peer.answer()).status, 400);
    assert.is(await peer.rest(), "");
  });
  talk("whom nobody trusts cannot speak PROXY", { proxyProtocol: ["192.0.2.1"] }, async (peer, port) => {
    peer.write(get());
    assert.is((await peer.answer()).body, "http 127.0.0.1");
    await withPeer(port, async (other) => {
      expectLog(/Malformed HTTP message/);
      other.write(`PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n${get()}`);
      assert.is((await other.answer()).status, 400);
    });
  });
  talk(
    "a PROXY header that does not come to an end is waited for no longer than a head",
    { ...trusting, headerTimeout: 0.1 },
    async (peer) => {
      peer.write("PROXY TCP4 1");
      assert.is(await peer.rest(), "");
    },
  );
  test("a PROXY header is half a connection: onClose hears of none", async () => {
    let closed = 0;
    const delegate = { startRequest: () => assert.unreachable() as never, onClose: () => void closed++ };
    await serving(delegate, { ...setup, ...trusting }, async (port, server) => {
      await withPeer(port, async (peer) => {
        peer.write("PROXY ");
        while (server.connectionCount === 0) await new Promise((resolve) => setImmediate(resolve));
      });
      while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
    });
    assert.is(closed, 0);
  });
  test("a list of proxies with an entry that is no address is a wrong call", () => {
    for (const option of ["proxyProtocol", "trustedDownstream"]) {
      try {
        new HTTPServer(answer, { ...setup, [option]: ["localhost"] });
        assert.unreachable();
      } catch (error) {
        assert.ok(isLandspoutError(error) && error.code === "ERR_LANDSPOUT_ADDRESS", String(error));
      }
    }
  });

  /** Serves on a unix socket. */
  const onUnix = async (options: object, use: (peer: Peer) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), "landspout-"));
    const path = join(folder, "socket");
    const server = new HTTPServer(answer, { ...setup, ...options });
    await server.listenUnix(path);
    const socket = net.connect({ path, allowHalfOpen: true });
    try {
      await once(socket, "connect");
      await use(Peer.over(socket));
    } finally {
      socket.destroy();
      await server.stop();
      await server.closeAllConnections();
      rmSync(folder, { recursive: true });
    }
  };
  test("the client on a unix socket has the address 0.0.0.0", () =>
    onUnix({}, async (peer) => {
      for (let i = 0; i < 2; i++) {
        peer.write(get());
        assert.is((await peer.answer()).body, "http 0.0.0.0");
      }
    }));
  test("a bad request on a unix socket is answered", () => {
    expectLog(/Malformed HTTP message from unix socket/);
    return onUnix({}, async (peer) => {
      peer.write(`nonsense\r\n\r\n${get()}`);
      assert.is((await peer.answer()).status, 400);
      assert.is(await peer.rest(), "");
    });
  });
  test("a proxy on a unix socket may speak for others", () =>
    onUnix({ proxyProtocol: ["unix"], xheaders: true }, async (peer) => {
      peer.write(`PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n${get()}${get("X-Real-Ip: 4.4.4.4\r\n")}`);
      assert.is((await peer.answer()).body, "http 192.0.2.1");
      assert.is((await peer.answer()).body, "http 4.4.4.4");
    }));

  test.run();
}
