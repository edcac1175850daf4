/**
 * SSLIOStream: TLS from the first byte and put on a plain connection, on both sides; certificates that do not fit; handshakes that
 * break off or never end. Servers with certificates are in test/http/https.test.ts and tcpserver.test.ts.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { StreamClosedError } from "../../src/net/errors.ts";
import { IOStream, SSLIOStream } from "../../src/net/iostream.ts";
import type { IOStreamOptions } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import type { TCPServerOptions } from "../../src/net/tcpserver.ts";
import type { TlsClientOptions, TlsServerOptions } from "../../src/net/transport.ts";
import { websocketConnect } from "../../src/websocket/client.ts";
import { certificate } from "../_support/certificates.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { onBun, rejection, ROADS } from "./_pair.ts";

const test = suite("SSLIOStream", { deadline: 20 });
const host = "127.0.0.1";
const pair = certificate("localhost");
const trusting: TlsClientOptions = { ca: pair.cert, serverHostname: "localhost" };

type Handle = (stream: IOStream) => void | Promise<void>;

/** A TCPServer whose connections go to `handle`, while `use` runs. */
async function withServer(
  handle: Handle,
  options: TCPServerOptions,
  use: (port: number) => Promise<void>,
): Promise<void> {
  class Server extends TCPServer {
    override handleStream(stream: IOStream): void | Promise<void> {
      return handle(stream);
    }
  }
  const server = new Server(options);
  await server.listen(0, host);
  try {
    await use(server.port);
  } finally {
    await server.stop();
  }
}

/** Both ends of a plain connection, each a stream of ours. */
async function withEnds(
  options: IOStreamOptions,
  use: (server: IOStream, client: IOStream) => Promise<void>,
): Promise<void> {
  let accept: (stream: IOStream) => void = () => undefined;
  const accepted = new Promise<IOStream>((resolve) => {
    accept = resolve;
  });
  await withServer(
    (stream) => accept(stream),
    options,
    async (port) => {
      const client = await new IOStream(options).connect(port, host);
      const server = await accepted;
      try {
        await use(server, client);
      } finally {
        client.close();
        server.close();
      }
    },
  );
}

/** Both ends of a connection on which both have put TLS. */
function withSecured(
  options: IOStreamOptions,
  use: (server: SSLIOStream, client: SSLIOStream) => Promise<void>,
): Promise<void> {
  return withEnds(options, async (server, client) => {
    const ends = await Promise.all([server.startTls(true, pair), client.startTls(false, trusting)]);
    try {
      await use(...ends);
    } finally {
      for (const end of ends) end.close();
    }
  });
}

/** Why a stream closed, behind the StreamClosedError it is told with. */
async function reason(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  assert.instance(error, StreamClosedError);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? "";
}

/** Resolves when a stream is closed. */
const closing = (stream: IOStream): Promise<void> => new Promise((resolve) => stream.setCloseCallback(resolve));

for (const [road, options] of ROADS) {
  test(`startTls encrypts both sides, every shape works (${road})`, () =>
    withSecured(options, async (server, client) => {
      for (const end of [server, client]) {
        assert.instance(end, SSLIOStream);
        assert.ok(end.encrypted);
        assert.is(await end.waitForHandshake(), end);
      }
      assert.is(client.remoteAddress, host);
      await server.write("line\r\nword 12345until");
      assert.is(String(await client.readUntil("\r\n")), "line\r\n");
      assert.is(String(await client.readUntilRegex(/\s/)), "word ");
      assert.is(String(await client.readBytes(5)), "12345");
      const target = Buffer.alloc(5);
      assert.is(await client.readInto(target), 5);
      assert.is(String(target), "until");
      await client.write("answer");
      assert.is(String(await server.readBytes(100, { partial: true })), "answer");
      const rest = client.readUntilClose();
      await server.write("the end");
      server.close();
      assert.is(String(await rest), "the end");
    }));

  test(`the plain bytes before, then TLS, as in SMTP (${road})`, () =>
    withEnds(options, async (server, client) => {
      const served = (async () => {
        assert.is(String(await server.readUntil("\n")), "STARTTLS\n");
        await server.write("GO\n");
        const secure = await server.startTls(true, pair);
        await secure.write(await secure.readUntil("\n"));
        return secure;
      })();
      await client.write("STARTTLS\n");
      assert.is(String(await client.readUntil("\n")), "GO\n");
      const secure = await client.startTls(false, { ca: pair.cert }, "localhost");
      await secure.write("now secret\n");
      assert.is(String(await secure.readUntil("\n")), "now secret\n");
      (await served).close();
      await closing(secure);
    }));

  test(`a lot goes both ways at once (${road})`, () =>
    withSecured(options, async (server, client) => {
      const size = 5_000_000;
      const [one, two] = [Buffer.alloc(size, "first "), Buffer.alloc(size, "second ")];
      const written = [server.write(one), client.write(two)];
      const [atServer, atClient] = await Promise.all([server.readBytes(size), client.readBytes(size)]);
      await Promise.all(written);
      assert.ok(atServer.equals(two) && atClient.equals(one));
    }));
}

test("what is sent at once after the handshake is not lost", async () => {
  for (let round = 0; round < 10; round++) {
    await withEnds({}, async (server, client) => {
      const greeted = server.startTls(true, pair).then(async (secure) => {
        await secure.write("hello\n");
        return secure;
      });
      const secure = await client.startTls(false, trusting);
      assert.is(String(await secure.readUntil("\n")), "hello\n");
      secure.close();
      (await greeted).close();
    });
  }
});

test("its connect speaks TLS, with a port alone too; a server with certificates has such streams", async () => {
  let served: IOStream | undefined;
  const echo: Handle = async (stream) => {
    served = stream;
    await stream.write(await stream.readUntil("\n"));
    stream.close();
  };
  await withServer(echo, { ssl: pair }, async (port) => {
    const stream = new SSLIOStream();
    const connected = stream.connect({ port, host, ssl: trusting });
    void stream.write("early\n");
    assert.is(await stream.waitForHandshake(), await connected);
    assert.is(String(await stream.readUntil("\n")), "early\n");
    stream.close();
    assert.instance(served, SSLIOStream);
    await rejection(new SSLIOStream().connect(port, host));
    await rejection(new SSLIOStream().connect({ port, host }));
  });
});

test("what is spoken inside is agreed on where both sides say something", async () => {
  expectLog(/TLS handshake failed/, { required: false });
  const greet: Handle = async (stream) => {
    await stream.write("hello");
    stream.close();
  };
  const offered = async (port: number, ALPNProtocols?: readonly string[]): Promise<string> => {
    const stream = new IOStream();
    const said = ALPNProtocols === undefined ? {} : { ALPNProtocols };
    await stream.connect({ port, host, ssl: { ...trusting, ...said } });
    const text = String(await stream.readUntilClose());
    stream.close();
    return text;
  };
  await withServer(greet, { ssl: pair }, async (port) => {
    assert.equal([await offered(port), await offered(port, ["smtp"])], ["hello", "hello"]);
  });
  await withServer(greet, { ssl: { ...pair, ALPNProtocols: ["smtp"] } }, async (port) => {
    assert.equal([await offered(port), await offered(port, ["imap", "smtp"])], ["hello", "hello"]);
    await rejection(offered(port, ["imap"]));
  });
  for (const [asked, agreed] of [
    [["imap", "smtp"], true],
    [["imap"], false],
  ] as const) {
    await withEnds({}, async (server, client) => {
      const ends = await Promise.allSettled([
        server.startTls(true, { ...pair, ALPNProtocols: ["smtp"] }),
        client.startTls(false, { ...trusting, ALPNProtocols: asked }),
      ]);
      for (const end of ends) if (end.status === "fulfilled") end.value.close();
      assert.is(ends[1].status === "fulfilled", agreed, asked.join());
    });
  }
});

test("a certificate that does not fit closes the connection, with a StreamClosedError that says why", () => {
  const unverifiable = /SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER_CERT|UNTRUSTED|ca unknown/;
  const misfits: readonly (readonly [options: TlsClientOptions, why: RegExp])[] = [
    [{ serverHostname: "localhost" }, unverifiable],
    [{ serverHostname: "localhost", ca: certificate("stranger").cert }, unverifiable],
    [{ ca: pair.cert, serverHostname: "elsewhere.example" }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    [{ ca: pair.cert, serverHostname: "127.0.0.2" }, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ];
  expectLog(/TLS handshake failed/, { required: false });
  return withServer(
    () => undefined,
    { ssl: pair },
    async (port) => {
      for (const [ssl, why] of misfits) {
        const stream = new IOStream();
        assert.match(await reason(stream.connect({ port, host, ssl })), why, JSON.stringify(ssl.serverHostname));
        assert.ok(stream.closed());
        await withEnds({}, async (server, client) => {
          const other = server.startTls(true, pair).then(
            (secure) => secure.close(),
            () => undefined,
          );
          assert.match(await reason(client.startTls(false, ssl)), why, `startTls ${String(ssl.serverHostname)}`);
          await other;
        });
      }
      for (const ssl of [{ ca: pair.cert }, { rejectUnauthorized: false }]) {
        const stream = await new IOStream().connect({ port, host, ssl });
        assert.ok(stream.encrypted, "~> an address in the certificate; or none is asked about");
        stream.close();
      }
    },
  );
});

/** The name in a ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), where there is one. */
function serverNameIn(hello: Buffer): string | undefined {
  // Record 5, handshake 4, version 2, random 32; then the session, the ciphers, the compressions, and the extensions.
  let at = 5 + 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  for (at += 2; at < end; at += 4 + hello.readUInt16BE(at + 2))
    if (hello.readUInt16BE(at) === 0) return hello.toString("latin1", at + 9, at + 4 + hello.readUInt16BE(at + 2));
  return undefined;
}

test("an address is not sent as the server's name; a name is", async () => {
  const names: (string | undefined)[] = [];
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (hello) => {
      names.push(serverNameIn(hello));
      socket.destroy();
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const named = { serverHostname: "localhost" };
  await reason(new IOStream().connect({ port, host, ssl: {} }));
  await reason(new IOStream().connect({ port, host, ssl: { rejectUnauthorized: false } }));
  await reason(new IOStream().connect({ port, host, ssl: { serverHostname: "::1" } }));
  await reason(new IOStream().connect({ port, host, ssl: named }));
  await reason((await new IOStream().connect(port, host)).startTls(false, {}));
  await reason((await new IOStream().connect(port, host)).startTls(false, named));
  await reason(websocketConnect(`wss://${host}:${port}/`));
  assert.equal(names, [undefined, undefined, undefined, "localhost", undefined, "localhost", undefined]);
  server.close();
});

test("startTls as a client expects the host that was connected to, and has to expect one", async () => {
  let accept: (stream: IOStream) => void = () => undefined;
  const other = certificate("other.example");
  await withServer(
    (stream) => accept(stream),
    {},
    async (port) => {
      const secured = async (serverPair: TlsServerOptions): Promise<SSLIOStream> => {
        const accepted = new Promise<IOStream>((resolve) => {
          accept = resolve;
        });
        const client = await new IOStream().connect(port, "localhost");
        const server = (await accepted).startTls(true, serverPair);
        server.then(
          (stream) => stream.close(),
          () => undefined,
        );
        return client.startTls(false, { ca: [pair.cert, other.cert] });
      };
      (await secured(pair)).close();
      assert.match(await reason(secured(other)), /ERR_TLS_CERT_ALTNAME_INVALID/);
    },
  );
  await withEnds({}, async (server) => {
    const error = await rejection(server.startTls(false, { ca: pair.cert }));
    assert.is(error.code, "ERR_LANDSPOUT_OPTION");
    assert.not.ok(server.closed());
  });
});

test("connect to a unix socket with TLS has to expect a name, too", async () => {
  assert.is(await reason(new IOStream().connect({ path: "/nowhere", ssl: {} })), "ERR_LANDSPOUT_OPTION");
});

test("startTls as a server asks for a certificate where it is told to, and believes the known alone", async () => {
  const [known, stranger] = [certificate("known"), certificate("stranger")];
  const asking: TlsServerOptions = { ...pair, ca: known.cert, requestCert: true };
  for (const [own, welcome] of [
    [known, true],
    [stranger, false],
    [{}, false],
  ] as const) {
    await withEnds({}, async (server, client) => {
      const [atServer, atClient] = await Promise.allSettled([
        server.startTls(true, asking),
        client.startTls(false, { ...trusting, ...own }),
      ]);
      assert.is(atServer.status, welcome ? "fulfilled" : "rejected");
      // In TLS 1.3 the client is done before its certificate has been looked at.
      if (atClient.status === "fulfilled") {
        const { value } = atClient;
        if (welcome) value.close();
        else assert.ok((await value.readUntilClose().catch(() => "")).length === 0);
      }
      if (atServer.status === "fulfilled") atServer.value.close();
      else assert.instance(atServer.reason, StreamClosedError);
    });
  }
});

if (onBun) {
  test("startTls as a server has one certificate on Bun", () =>
    withEnds({}, async (server) => {
      const error = await rejection(server.startTls(true, { ...pair, serverNames: { "a.example": pair } }));
      assert.is(error.code, "ERR_LANDSPOUT_UNSUPPORTED");
      assert.not.ok(server.closed(), "~> the plain stream is as before");
    }));
} else {
  test("startTls as a server has certificates by name", () =>
    withEnds({}, async (server, client) => {
      const other = certificate("other.example");
      const [atServer, atClient] = await Promise.all([
        server.startTls(true, { ...pair, serverNames: { "other.example": other } }),
        client.startTls(false, { ca: other.cert }, "other.example"),
      ]);
      atServer.close();
      atClient.close();
    }));
}

test("startTls refuses a stream that is busy or closed", () =>
  withEnds({}, async (server, client) => {
    const pending = client.readUntil("\n");
    assert.is((await rejection(client.startTls(false, trusting))).code, "ERR_LANDSPOUT_STREAM_BUSY");
    await server.write("one\ntwo\n");
    await pending;
    assert.is(
      (await rejection(client.startTls(false, trusting))).code,
      "ERR_LANDSPOUT_STREAM_BUSY",
      "~> bytes that came before TLS must not be taken for bytes within",
    );
    client.close();
    assert.instance(await rejection(client.startTls(false, trusting)), StreamClosedError);
  }));

test("a key that is none fails the handshake", () =>
  withEnds({}, async (server) => {
    const error = await rejection(server.startTls(true, { key: "no key", cert: "no certificate" }));
    assert.instance(error, StreamClosedError);
    assert.ok(error.cause !== undefined);
  }));

for (const serverSide of [true, false]) {
  const side = serverSide ? "a server" : "a client";
  const options: TlsServerOptions & TlsClientOptions = serverSide ? pair : trusting;

  /** One side begins a handshake, the other is a plain stream that may do anything. */
  const withHalf = (use: (half: IOStream, plain: IOStream) => Promise<void>): Promise<void> =>
    withEnds({}, (server, client) => (serverSide ? use(server, client) : use(client, server)));

  test(`a peer that leaves during the handshake fails it (${side})`, () =>
    withHalf(async (half, plain) => {
      const secured = half.startTls(serverSide, options);
      plain.close();
      assert.instance(await rejection(secured), StreamClosedError);
      assert.ok(half.closed());
    }));

  test(`a peer that says something else fails it (${side})`, () =>
    withHalf(async (half, plain) => {
      const secured = half.startTls(serverSide, options);
      void plain.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.instance(await rejection(secured), StreamClosedError);
    }));

  test(`close() during the handshake ends it and the connection (${side})`, () =>
    withHalf(async (half, plain) => {
      const secured = half.startTls(serverSide, options);
      const gone = plain.readUntilClose().catch(() => undefined);
      half.close();
      assert.instance(await rejection(secured), StreamClosedError);
      await gone;
    }));

  test(`a handshake without end is ended (${side})`, () =>
    withHalf(async (half, plain) => {
      const gone = plain.readUntilClose().catch(() => undefined);
      const secured = half.startTls(serverSide, { ...options, handshakeTimeout: 0.1 });
      assert.is(await reason(secured), "ERR_LANDSPOUT_TIMEOUT");
      await gone;
    }));
}

test("connect with TLS to somebody who stays silent ends, too", async () => {
  const silent = net.createServer((socket) => socket.on("error", () => undefined).resume());
  silent.listen(0, host);
  await once(silent, "listening");
  const { port } = silent.address() as net.AddressInfo;
  const stream = new IOStream();
  assert.is(
    await reason(stream.connect({ port, host, ssl: { ...trusting, handshakeTimeout: 0.1 } })),
    "ERR_LANDSPOUT_TIMEOUT",
  );
  assert.ok(stream.closed());
  // Ends only when the connection has.
  silent.close();
  await once(silent, "close");
  const bad = rejection(new IOStream().connect({ port, host, ssl: { handshakeTimeout: Number.NaN } }));
  assert.is(((await bad).cause as { code?: string }).code, "ERR_LANDSPOUT_OPTION");
});

test("a server ends a handshake without end and writes it down", () => {
  expectLog("TLS handshake failed: TLS handshake timeout");
  return withServer(
    () => undefined,
    { ssl: { ...pair, handshakeTimeout: 0.1 } },
    async (port) => {
      const silent = net.connect(port, host);
      silent.on("error", () => undefined);
      await once(silent, "close");
    },
  );
});

test("many peers that leave during the handshake leave nothing in the log, and the server goes on", () => {
  const echo: Handle = async (stream) => {
    await stream.write(await stream.readUntil("\n"));
    stream.close();
  };
  return withServer(echo, { ssl: pair }, async (port) => {
    for (let i = 0; i < 20; i++) {
      const plain = net.connect(port, host);
      plain.on("error", () => undefined);
      await once(plain, "connect");
      if (i % 2 === 0) plain.destroy();
      else plain.resetAndDestroy();
    }
    const stream = await new IOStream().connect({ port, host, ssl: trusting });
    await stream.write("still\n");
    assert.is(String(await stream.readUntil("\n")), "still\n");
    stream.close();
  });
});

test("the close callback goes over to the encrypted stream", () =>
  withEnds({}, async (server, client) => {
    let calls = 0;
    const told = new Promise<void>((resolve) => {
      client.setCloseCallback(() => {
        calls++;
        resolve();
      });
    });
    const [atServer] = await Promise.all([server.startTls(true, pair), client.startTls(false, trusting)]);
    assert.is(calls, 0);
    atServer.close();
    await told;
    assert.is(calls, 1);
  }));

test("a client of the runtime talks to startTls, and ours to a server of the runtime", async () => {
  await withServer(
    async (stream) => {
      const secure = await stream.startTls(true, pair);
      await secure.write(await secure.readUntil("\n"));
      secure.close();
    },
    {},
    async (port) => {
      const socket = tls.connect({ port, host, servername: "localhost", ca: pair.cert });
      socket.write("runtime\n");
      const [data] = (await once(socket, "data")) as [Buffer];
      assert.is(String(data), "runtime\n");
      await once(socket, "close");
    },
  );
  const server = tls.createServer({ ...pair }, (socket) => socket.on("error", () => undefined).end("bye"));
  server.listen(0, host);
  await once(server, "listening");
  const plain = await new IOStream().connect((server.address() as net.AddressInfo).port, host);
  const secure = await plain.startTls(false, trusting);
  assert.is(String(await secure.readUntilClose()), "bye");
  server.close();
  await once(server, "close");
});

test.run();
