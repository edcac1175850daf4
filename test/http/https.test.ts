/**
 * HTTPS and unix sockets through HTTPServer: keep-alive, pipelining, large content, certificates by name and exchanged while
 * serving, certificates of clients, peers that do not speak TLS.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { existsSync, linkSync, mkdtempSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { certificate } from "../_support/certificates.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Peer, serving } from "../_support/wire.ts";

const test = suite("HTTPS", { deadline: 30 });
const large = Buffer.alloc(3_000_000, "large content ");

/** Says how it was asked, or sends back what it got; `/slow` after those behind it, `/large` a lot. */
function answer(request: HTTPServerRequest): void {
  const { path } = request;
  const body =
    request.method === "POST"
      ? request.body
      : path === "/large"
        ? large
        : Buffer.from(`${request.protocol} ${request.remoteIp} ${path}`);
  const respond = (): void => {
    void request.connection.writeHeaders(
      { code: 200, reason: "OK" },
      new HTTPHeaders({ "Content-Length": body.length }),
      body,
    );
    request.connection.finish();
  };
  if (path === "/slow") setTimeout(respond, 20);
  else respond();
}

const withServer = (options: HTTPServerOptions, use: (server: HTTPServer) => Promise<void>): Promise<void> =>
  serving(answer, options, (_port, server) => use(server));

async function secured(port: number, options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  const socket = tls.connect({ port, host: "127.0.0.1", ...options });
  await once(socket, "secureConnect");
  return socket;
}

/** A client that trusts one certificate and expects its name. */
async function securely(port: number, name: string, ca: string, more: tls.ConnectionOptions = {}): Promise<Peer> {
  return Peer.over(await secured(port, { servername: name, ca, ...more }));
}

/** Whose certificate is shown to a client that asks for a name, or for none. */
async function shown(port: number, servername?: string): Promise<string> {
  const socket = await secured(port, {
    rejectUnauthorized: false,
    ...(servername === undefined ? {} : { servername }),
  });
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

async function get(peer: Peer, path: string): Promise<string> {
  peer.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const { status, body } = await peer.answer();
  assert.is(status, 200);
  return body;
}

/** Why a client could not connect, or was thrown out after it had. */
async function refusal(port: number, options: tls.ConnectionOptions): Promise<string> {
  const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  const error = new Promise<string>((resolve) => {
    socket.on("error", (thrown: Error & { code?: string }) => resolve(thrown.code ?? thrown.message));
    socket.on("close", () => resolve("closed"));
  });
  socket.on("data", () => undefined);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  socket.once("data", () => socket.destroy(new Error("answered")));
  return error;
}

test("serves keep-alive, pipelines in order and large content both ways", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async ({ port, transport, transportReason }) => {
    assert.equal([transport, transportReason], ["copy", "TLS decrypts into buffers of its own"]);
    const peer = await securely(port, "localhost", pair.cert);
    const paths = ["/slow", "/one", "/slow", "/two"];
    peer.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    for (const path of paths) assert.is((await peer.answer()).body, `https 127.0.0.1 ${path}`);
    const body = large.toString("latin1");
    peer.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    assert.ok((await peer.answer()).body === body, "~> what was sent comes back");
    assert.ok((await get(peer, "/large")) === body, "~> large answers come whole");
    peer.write("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert.is((await peer.answer()).body, "https 127.0.0.1 /last");
    assert.is(await peer.rest(), "");
  });
});

test("a client that does not read makes a TLS connection wait, and gets all in the end", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async ({ port }) => {
    const socket = await secured(port, { servername: "localhost", ca: pair.cert });
    socket.pause();
    const count = 8;
    socket.write("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(count));
    const other = await securely(port, "localhost", pair.cert);
    assert.is(await get(other, "/meanwhile"), "https 127.0.0.1 /meanwhile");
    other.destroy();
    const peer = Peer.over(socket);
    socket.resume();
    for (let i = 0; i < count; i++) assert.is((await peer.answer()).body.length, large.length);
    peer.destroy();
  });
});

test("shows each name its own certificate, and the first to all others", () => {
  const [main, other, wild] = [certificate("localhost"), certificate("other.example"), certificate("*.wild.example")];
  const serverNames = { "other.example": other, "*.wild.example": wild };
  return withServer({ ssl: { ...main, serverNames } }, async ({ port }) => {
    for (const [asked, subject] of [
      ["localhost", "localhost"],
      ["other.example", "other.example"],
      ["OTHER.Example", "other.example"],
      ["a.wild.example", "*.wild.example"],
      ["a.b.wild.example", "localhost"],
      ["wild.example", "localhost"],
      ["unknown.example", "localhost"],
      [undefined, "localhost"],
    ] as const)
      assert.is(await shown(port, asked), subject, asked);
    const peer = await securely(port, "other.example", other.cert);
    assert.is(await get(peer, "/"), "https 127.0.0.1 /");
    peer.destroy();
  });
});

test("takes new certificates while it serves; open connections go on", () => {
  const [first, second] = [certificate("localhost", 1), certificate("localhost", 2)];
  const [other, others] = [certificate("other.example", 1), certificate("other.example", 2)];
  return withServer({ ssl: { ...first, serverNames: { "other.example": other } } }, async (server) => {
    const { port } = server;
    const serial = async (name: string): Promise<number> => {
      const socket = await secured(port, { servername: name, rejectUnauthorized: false });
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return Number.parseInt(serialNumber, 16);
    };
    const old = await securely(port, "localhost", first.cert);
    await get(old, "/before");
    server.reloadCertificates(second);
    const peer = await securely(port, "localhost", second.cert);
    for (const one of [old, peer]) assert.is(await get(one, "/after"), "https 127.0.0.1 /after");
    assert.equal([await serial("localhost"), await serial("other.example")], [2, 1], "~> what is not named stays");
    server.reloadCertificates({ serverNames: { "other.example": others } });
    assert.equal([await serial("localhost"), await serial("other.example")], [2, 2]);
    assert.throws(() => server.reloadCertificates({ key: "no key", cert: second.cert }));
    assert.throws(() => server.reloadCertificates({ serverNames: { x: { key: "no key", cert: "none" } } }));
    assert.equal([await serial("localhost"), await serial("other.example")], [2, 2], "~> after files that are none");
    assert.is(await get(old, "/still"), "https 127.0.0.1 /still");
    old.destroy();
    peer.destroy();
  });
});

test("requests are answered while certificates are exchanged again and again", () => {
  const pairs = [certificate("localhost", 1), certificate("localhost", 2)] as const;
  const ca = [pairs[0].cert, pairs[1].cert];
  return withServer({ ssl: pairs[0] }, async (server) => {
    const rounds = 12;
    const ask = async (round: number): Promise<void> => {
      const peer = Peer.over(await secured(server.port, { servername: "localhost", ca }));
      assert.is(await get(peer, `/${round}`), `https 127.0.0.1 /${round}`);
      peer.destroy();
    };
    const asked: Promise<void>[] = [];
    for (let round = 0; round < rounds; round++) {
      asked.push(ask(round));
      server.reloadCertificates(pairs[round % 2 === 0 ? 1 : 0]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(asked);
  });
});

test("certificates can be reloaded where there are some", () =>
  withServer({}, async (server) => {
    assert.throws(
      () => server.reloadCertificates(certificate("localhost")),
      (error: { code?: string }) => error.code === "ERR_LANDSPOUT_OPTION",
    );
  }));

test("clients show a certificate where one is asked for, also after a reload", () => {
  const [pair, known, stranger] = [certificate("localhost"), certificate("known"), certificate("stranger")];
  return withServer({ ssl: { ...pair, ca: known.cert, requestCert: true } }, async (server) => {
    const { port } = server;
    expectLog(/TLS handshake failed/, { required: false });
    for (let round = 0; round < 2; round++) {
      const peer = await securely(port, "localhost", pair.cert, known);
      assert.is(await get(peer, "/"), "https 127.0.0.1 /");
      peer.destroy();
      assert.is.not(await refusal(port, stranger), "answered", "~> a certificate nobody trusts");
      assert.is.not(await refusal(port, {}), "answered", "~> no certificate");
      server.reloadCertificates(pair);
    }
  });
});

test("speaks HTTP/1.1 and says so in the handshake", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async ({ port }) => {
    const socket = await secured(port, { servername: "localhost", ca: pair.cert, ALPNProtocols: ["h2", "http/1.1"] });
    assert.is(socket.alpnProtocol, "http/1.1");
    socket.destroy();
    const old = await secured(port, { servername: "localhost", ca: pair.cert, ALPNProtocols: ["http/1.0"] });
    assert.is(old.alpnProtocol, "http/1.0");
    old.destroy();
    expectLog(/TLS handshake failed/, { required: false });
    assert.is.not(await refusal(port, { ALPNProtocols: ["h2"] }), "answered", "~> a client that speaks HTTP/2 alone");
  });
});

test("who speaks plain HTTP to it, or nothing, harms nobody", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async ({ port }) => {
    expectLog(/^TLS handshake failed:.*http.request/i);
    const plain = net.connect(port, "127.0.0.1");
    plain.on("error", () => undefined);
    plain.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const silent = net.connect(port, "127.0.0.1");
    await once(silent, "connect");
    silent.destroy();
    await once(plain, "close");
    const peer = await securely(port, "localhost", pair.cert);
    assert.is(await get(peer, "/"), "https 127.0.0.1 /");
    peer.destroy();
  });
});

test("a handshake that does not come ends the connection", () =>
  withServer({ ssl: { ...certificate("localhost"), handshakeTimeout: 0.2 } }, async ({ port }) => {
    expectLog(/^TLS handshake failed: TLS handshake timeout \(127\.0\.0\.1\)$/);
    const silent = net.connect(port, "127.0.0.1");
    silent.on("error", () => undefined);
    await once(silent, "close");
  }));

test("a shutdown closes idle TLS connections and waits for the answer that is being made", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async (server) => {
    const idle = await securely(server.port, "localhost", pair.cert);
    await get(idle, "/");
    const busy = await securely(server.port, "localhost", pair.cert);
    busy.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 5));
    const done = server.shutdown({ deadline: 10 });
    assert.is(await idle.rest(), "");
    assert.is((await busy.answer()).headers["connection"], "close");
    assert.is(await busy.rest(), "");
    await done;
    assert.is(server.connectionCount, 0);
  });
});

test("a handshake that is complete after a shutdown ends with nothing", () => {
  const pair = certificate("localhost");
  return withServer({ ssl: pair }, async (server) => {
    const socket = net.connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    await get(await securely(server.port, "localhost", pair.cert), "/");
    await server.shutdown({ deadline: 0 });
    const late = tls.connect({ socket, servername: "localhost", ca: pair.cert });
    late.on("error", () => undefined);
    late.on("secureConnect", () => late.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    late.on("data", () => assert.unreachable());
    await once(late, "close");
    assert.is(server.connectionCount, 0);
  });
});

test("serves over a unix socket in place of one nobody listens on, with TLS too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-"));
  const path = join(folder, "http.sock");
  const pair = certificate("localhost");
  try {
    // What a server leaves behind that was killed: a file without a listener.
    const stale = net.createServer().listen(path);
    await once(stale, "listening");
    const kept = join(folder, "kept");
    linkSync(path, kept);
    stale.close();
    await once(stale, "close");
    linkSync(kept, path);
    assert.ok(existsSync(path));
    for (const ssl of [undefined, pair]) {
      const server = new HTTPServer(answer, ssl === undefined ? {} : { ssl });
      await server.listenUnix(path);
      const socket =
        ssl === undefined ? net.connect(path) : tls.connect({ path, servername: "localhost", ca: pair.cert });
      await once(socket, ssl === undefined ? "connect" : "secureConnect");
      const peer = Peer.over(socket);
      assert.is(await get(peer, "/unix"), `${ssl === undefined ? "http" : "https"} 0.0.0.0 /unix`);
      peer.destroy();
      await server.stop();
      await server.closeAllConnections();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an IPv4 address is one also where the server listens on all interfaces", async () => {
  const pair = certificate("localhost");
  for (const ssl of [undefined, pair]) {
    const server = new HTTPServer(answer, ssl === undefined ? {} : { ssl });
    await server.listen(0);
    const socket = net.connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    const peer =
      ssl === undefined
        ? Peer.over(socket)
        : Peer.over(tls.connect({ socket, servername: "localhost", ca: pair.cert }));
    assert.is(await get(peer, "/"), `${ssl === undefined ? "http" : "https"} 127.0.0.1 /`);
    peer.destroy();
    await server.stop();
    await server.closeAllConnections();
  }
});

test.run();
