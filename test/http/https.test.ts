/** HTTPS and unix sockets through HTTPServer: keep-alive, pipelining, large content, SNI, certificates exchanged while serving. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/httpserver.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { certificate } from "../_support/certificates.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer } from "../_support/wire.ts";

const test = suite("HTTPS", { deadline: 30 });
let folder = "";

/** Says how it was asked, or sends back what it got. */
function answer(request: HTTPServerRequest): void {
  const body =
    request.method === "POST" ? request.body : Buffer.from(`${request.protocol} ${request.remoteIp} ${request.path}`);
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n`;
  request.connection.respond(head, 0, body, 0);
}

async function withServer(
  options: ConstructorParameters<typeof HTTPServer>[1],
  use: (server: HTTPServer) => Promise<void>,
): Promise<void> {
  const server = new HTTPServer(answer, options);
  await server.listen(0, "127.0.0.1");
  try {
    await use(server);
  } finally {
    await server.stop();
    await server.closeAllConnections();
  }
}

async function securely(port: number, name: string, ca: string): Promise<[Peer, tls.TLSSocket]> {
  const socket = tls.connect({ port, host: "127.0.0.1", servername: name, ca });
  await once(socket, "secureConnect");
  return [Peer.over(socket), socket];
}

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "landspout-"));
});
test.after(() => rmSync(folder, { recursive: true }));

test("serves keep-alive, pipelines and large content", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async ({ port }) => {
    const [peer] = await securely(port, "localhost", pair.cert);
    peer.write("GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.is((await peer.answer()).body, "https 127.0.0.1 /one");
    assert.is((await peer.answer()).body, "https 127.0.0.1 /two");
    const body = "x".repeat(3_000_000);
    peer.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    assert.is((await peer.answer()).body.length, body.length);
    peer.write("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert.is((await peer.answer()).body, "https 127.0.0.1 /last");
    peer.destroy();
  });
});

test("shows each name its own certificate", () => {
  const main = certificate("localhost");
  const other = certificate("other.example");
  return withServer({ ssl: { ...main, serverNames: { "other.example": other } } }, async ({ port }) => {
    for (const [name, pair] of [
      ["localhost", main],
      ["other.example", other],
    ] as const) {
      const [peer, socket] = await securely(port, name, pair.cert);
      assert.is(socket.getPeerCertificate().subject.CN, name);
      peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.is((await peer.answer()).status, 200);
      peer.destroy();
    }
  });
});

test("takes new certificates while it serves; open connections go on", () => {
  const first = certificate("localhost", 1);
  const second = certificate("localhost", 2);
  return withServer({ ssl: first }, async (server) => {
    const [old] = await securely(server.port, "localhost", first.cert);
    server.reloadCertificates(second);
    const [peer, socket] = await securely(server.port, "localhost", second.cert);
    assert.is(Number.parseInt(socket.getPeerCertificate().serialNumber, 16), 2);
    for (const one of [old, peer]) {
      one.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.is((await one.answer()).status, 200);
      one.destroy();
    }
  });
});

test("who speaks plain HTTP to it, or nothing, harms nobody", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async ({ port }) => {
    expectLog(/TLS handshake failed:.*http.request/i);
    const plain = net.connect(port, "127.0.0.1");
    plain.on("error", () => undefined);
    plain.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const silent = net.connect(port, "127.0.0.1");
    await once(silent, "connect");
    silent.destroy();
    await once(plain, "close");
    const [peer] = await securely(port, "localhost", pair.cert);
    peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.is((await peer.answer()).status, 200);
    peer.destroy();
  });
});

test("a handshake that does not come ends the connection", () =>
  withServer({ ssl: { ...certificate("localhost"), handshakeTimeout: 0.2 } }, async ({ port }) => {
    expectLog(/TLS handshake timeout/);
    const silent = net.connect(port, "127.0.0.1");
    silent.on("error", () => undefined);
    await new Promise((resolve) => silent.once("close", resolve));
  }));

test("serves over a unix socket", async () => {
  const server = new HTTPServer(answer);
  const path = join(folder, "http.sock");
  await server.listenUnix(path);
  const socket = net.connect(path);
  await once(socket, "connect");
  const peer = Peer.over(socket);
  peer.write("GET /unix HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.is((await peer.answer()).body, "http 0.0.0.0 /unix");
  peer.destroy();
  await server.stop();
  await server.closeAllConnections();
});

test.run();
