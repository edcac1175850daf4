/** The PROXY header in front of a TLS handshake, as load balancers send it that leave TLS to the server. */
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import type { HTTPServerOptions } from "../../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../../src/http/request.ts";
import { certificate } from "../../_support/certificates.ts";
import { expectLog, suite } from "../../_support/suite.ts";
import { Peer, serving, withPeer } from "../../_support/wire.ts";

const test = suite("PROXY header before TLS", { deadline: 20 });
const GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const pair = certificate("localhost");
const trusting: HTTPServerOptions = { ssl: pair, proxyProtocol: ["loopback"] };

function answer({ connection, remoteIp, protocol }: HTTPServerRequest): void {
  const body = `${protocol} ${remoteIp} ${connection.stream.remotePort}`;
  connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": body.length }), body);
  connection.finish();
}

const V1 = Buffer.from("PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n");
const V2 = Buffer.concat([
  Buffer.from([13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, 0x21, 0x11, 0, 12]),
  Buffer.from([192, 0, 2, 7, 192, 0, 2, 2, 4, 210, 1, 187]),
]);
const LOCAL = Buffer.from([13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, 0x20, 0, 0, 0]);

/** A client behind a proxy. `how` sends the header. */
async function proxied(
  port: number,
  how: (socket: net.Socket) => Promise<void> | void,
  use: (peer: Peer, socket: net.Socket) => Promise<void>,
): Promise<void> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  await how(socket);
  const secure = tls.connect({ socket, ca: pair.cert, servername: "localhost" });
  await once(secure, "secureConnect");
  try {
    await use(Peer.over(secure), socket);
  } finally {
    socket.destroy();
  }
}

// A health check of a proxy does so. The system does not know the peer of such a connection any more.
for (const [title, options] of [
  ["TLS", trusting],
  ["plain", { proxyProtocol: ["loopback"] }],
  ["plain, unix sockets trusted", { proxyProtocol: ["loopback", "unix"] }],
] as readonly (readonly [string, HTTPServerOptions])[]) {
  test(`a peer that has reset its connection before it is accepted is no peer: ${title}`, async () => {
    let answered = 0;
    await serving(
      (request: HTTPServerRequest) => {
        answered++;
        answer(request);
      },
      options,
      async (port) => {
        const program = `
          const socket = require("node:net").connect(${port}, "127.0.0.1", () =>
            socket.write("PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\\r\\nGET /reset HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n", () => socket.resetAndDestroy()));
          socket.on("error", () => undefined);`;
        // This process accepts nothing meanwhile.
        spawnSync("node", ["-e", program]);
        await new Promise((resolve) => setImmediate(resolve));
        const next = net.connect({ port, host: "127.0.0.1" });
        await once(next, "connect");
        next.destroy();
        await once(next, "close");
      },
    );
    assert.is(answered, 0);
  });
}

for (const [title, header, expected] of [
  ["v1", V1, "https 192.0.2.1 1234"],
  ["v2", V2, "https 192.0.2.7 1234"],
] as const) {
  for (const [way, how] of [
    ["with the handshake", (socket: net.Socket): void => void socket.write(header)],
    [
      "byte by byte",
      async (socket: net.Socket): Promise<void> => {
        for (const byte of header) {
          await new Promise<void>((resolve) => socket.write(Buffer.from([byte]), () => resolve()));
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    ],
  ] as const) {
    test(`${title} ${way}: the client is who the proxy says`, () =>
      serving(answer, trusting, (port) =>
        proxied(port, how, async (peer) => {
          for (let i = 0; i < 2; i++) {
            peer.write(GET);
            assert.is((await peer.answer()).body, expected);
          }
        }),
      ));
  }
}

test("of the proxy's own connections the client is the proxy", () =>
  serving(answer, trusting, (port) =>
    proxied(
      port,
      (socket) => void socket.write(LOCAL),
      async (peer, socket) => {
        peer.write(GET);
        assert.is((await peer.answer()).body, `https 127.0.0.1 ${socket.localPort}`);
      },
    ),
  ));

test("a peer that is not trusted speaks TLS at once", () =>
  serving(answer, { ...trusting, proxyProtocol: ["192.0.2.1"] }, (port) =>
    proxied(
      port,
      () => undefined,
      async (peer, socket) => {
        peer.write(GET);
        assert.is((await peer.answer()).body, `https 127.0.0.1 ${socket.localPort}`);
      },
    ),
  ));

test("many at once are told apart", () =>
  serving(answer, trusting, (port) =>
    Promise.all(
      Array.from({ length: 30 }, (_none, i) =>
        proxied(
          port,
          (socket) => void socket.write(`PROXY TCP4 192.0.2.${i} 192.0.2.2 ${1000 + i} 443\r\n`),
          async (peer) => {
            peer.write(GET);
            assert.is((await peer.answer()).body, `https 192.0.2.${i} ${1000 + i}`);
          },
        ),
      ),
    ).then(() => undefined),
  ));

for (const bytes of ["\x16\x03\x01\x02\x00\x01", GET, "PROXY TCP4 192.0.2.1\r\n"]) {
  test(`a trusted proxy that begins with ${JSON.stringify(bytes.slice(0, 6))} is cut off`, () => {
    expectLog(/^No valid PROXY header from 127\.0\.0\.1$/);
    return serving(answer, trusting, (port) =>
      withPeer(port, async (peer) => {
        peer.write(bytes);
        assert.is(await peer.rest(), "");
      }),
    );
  });
}

test("a header that does not come to an end is waited for no longer than a handshake", () => {
  expectLog(/^No valid PROXY header from 127\.0\.0\.1$/);
  return serving(answer, { ...trusting, ssl: { ...pair, handshakeTimeout: 0.1 } }, (port) =>
    withPeer(port, async (peer) => {
      peer.write("PROXY TCP4 1");
      assert.is(await peer.rest(), "");
    }),
  );
});

test("the log of a failed handshake names the client", () => {
  expectLog(/^TLS handshake failed: [^]+ \(192\.0\.2\.1\)$/);
  return serving(answer, trusting, (port) =>
    withPeer(port, async (peer) => {
      peer.write(Buffer.concat([V1, Buffer.from(GET)]));
      await peer.rest();
    }),
  );
});

test("a client that leaves within the header leaves nothing behind", () =>
  serving(answer, trusting, (port, server) =>
    withPeer(port, async (peer) => {
      peer.write("PROXY ");
      await new Promise((resolve) => setImmediate(resolve));
      peer.socket.resetAndDestroy();
      assert.is(server.connectionCount, 0);
    }),
  ));

test.run();
