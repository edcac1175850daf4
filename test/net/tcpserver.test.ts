/** TCPServer: ports, unix sockets, descriptors, several processes, TLS; on real sockets. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import type { TCPServerOptions } from "../../src/net/tcpserver.ts";
import { certificate } from "../_support/certificates.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { rejection } from "./_pair.ts";
import { startFixture } from "./fixtures/spawn.ts";

const test = suite("TCPServer", { deadline: 20 });
let folder = "";

class Echo extends TCPServer {
  override async handleStream(stream: IOStream): Promise<void> {
    try {
      for (;;) await stream.write(await stream.readUntil("\n"));
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_LANDSPOUT_STREAM_CLOSED") throw error;
    }
  }
}

async function withEcho(options: TCPServerOptions, use: (server: Echo) => Promise<void>): Promise<void> {
  const server = new Echo(options);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

async function says(stream: IOStream, text: string): Promise<void> {
  void stream.write(`${text}\n`);
  assert.is(String(await stream.readUntil("\n")), `${text}\n`);
  stream.close();
}

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "landspout-"));
});
test.after(() => rmSync(folder, { recursive: true }));

test("has its real port as soon as listen has been called", () =>
  withEcho({}, async (server) => {
    void server.listen(0, "127.0.0.1");
    assert.ok(server.port > 0);
    const stream = await new IOStream().connect(server.port, "127.0.0.1");
    await says(stream, "hello");
  }));

test("rejects where the port is taken", () =>
  withEcho({}, async (server) => {
    await server.listen(0, "127.0.0.1");
    const second = new Echo();
    try {
      await second.listen(server.port, "127.0.0.1");
      assert.unreachable();
    } catch (error) {
      assert.is((error as { code?: string }).code, "EADDRINUSE");
      // The same sentence on both runtimes.
      assert.is((error as Error).message, `listen EADDRINUSE: address already in use 127.0.0.1:${server.port}`);
    }
  }));

test("says which parser and which road it has", () =>
  withEcho({ parser: "ts", transport: "copy" }, async (server) => {
    await server.listen(0, "127.0.0.1");
    assert.is(server.parser, "ts");
    assert.match(server.parserReason, "option");
    assert.is(server.transport, "copy");
    assert.ok(server.transportReason !== "");
  }));

test("serves what bind named after start, on several ports", () =>
  withEcho({}, async (server) => {
    server.bind(0, "127.0.0.1");
    assert.is(server.port, 0);
    assert.is(await server.start(), undefined);
    await says(await new IOStream().connect(server.port, "127.0.0.1"), "started");
  }));

test("logs what handleStream throws", async () => {
  expectLog(/Error in connection callback[^]*sync/);
  expectLog(/Error in connection callback[^]*async/);
  let round = 0;
  class Failing extends TCPServer {
    override handleStream(stream: IOStream): Promise<void> {
      stream.close();
      if (round++ === 0) throw new Error("sync");
      return Promise.reject(new Error("async"));
    }
  }
  const server = new Failing();
  await server.listen(0, "127.0.0.1");
  for (let i = 0; i < 2; i++) {
    const stream = await new IOStream().connect(server.port, "127.0.0.1");
    await stream.readUntilClose();
  }
  await server.stop();
});

test("listens on a unix socket for its user alone, and replaces one nobody listens on", async () => {
  const path = join(folder, "echo.sock");
  for (let round = 0; round < 2; round++) {
    await withEcho({}, async (server) => {
      await server.listenUnix(path);
      assert.is(statSync(path).mode & 0o777, 0o600);
      await says(await new IOStream().connect({ path }), "unix");
      try {
        await new Echo().listenUnix(path);
        assert.unreachable();
      } catch (error) {
        assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_UNIX_SOCKET");
      }
    });
  }
});

test("leaves a file that is no socket alone", async () => {
  const path = join(folder, "precious");
  writeFileSync(path, "data");
  try {
    await new Echo().listenUnix(path);
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_UNIX_SOCKET");
  }
  assert.is(readFileSync(path, "utf8"), "data");
});

if (process.platform === "linux") {
  test("listens on an abstract unix socket", () =>
    withEcho({}, async (server) => {
      const path = `\0landspout-${process.pid}`;
      await server.listenUnix(path);
      await says(await new IOStream().connect({ path }), "abstract");
    }));
}

test("speaks TLS, and its client verifies the certificate and its name", () => {
  const ssl = certificate("localhost");
  return withEcho({ ssl }, async (server) => {
    await server.listen(0, "127.0.0.1");
    const { port } = server;
    const trusted = { ca: ssl.cert };
    await says(
      await new IOStream().connect({ port, host: "127.0.0.1", ssl: { ...trusted, serverHostname: "localhost" } }),
      "secret",
    );
    for (const options of [{}, { ...trusted, serverHostname: "elsewhere.example" }]) {
      try {
        await new IOStream().connect({ port, host: "127.0.0.1", ssl: options });
        assert.unreachable("a certificate that does not fit");
      } catch (error) {
        assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_STREAM_CLOSED");
      }
    }
  });
});

test("has certificates by name, and takes new ones while it runs", () => {
  const [one, two] = [certificate("one.example"), certificate("two.example")];
  return withEcho({ ssl: { ...one, serverNames: { "two.example": two } } }, async (server) => {
    await server.listen(0, "127.0.0.1");
    const { port } = server;
    const connect = (ca: string, serverHostname: string): Promise<IOStream> =>
      new IOStream().connect({ port, host: "127.0.0.1", ssl: { ca, serverHostname } });
    await says(await connect(one.cert, "one.example"), "one");
    await says(await connect(two.cert, "two.example"), "two");
    server.reloadCertificates(two);
    await says(await connect(two.cert, "two.example"), "reloaded");
  });
});

test("closes plain bytes on a TLS port, with one record", async () => {
  const log = expectLog("TLS handshake failed", { logger: "general" });
  await withEcho({ ssl: certificate("localhost") }, async (server) => {
    await server.listen(0, "127.0.0.1");
    const socket = net.connect(server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await once(socket, "close");
  });
  assert.is(log.records.length, 1);
  assert.match(log.records[0]?.message ?? "", /\(127\.0\.0\.1\)$/);
});

test("refuses a handshake timeout that is none, where the server is made", () =>
  assert.throws(
    () => new TCPServer({ ssl: { ...certificate("localhost"), handshakeTimeout: -1 } }),
    (error: { code?: string }) => error.code === "ERR_LANDSPOUT_OPTION",
  ));

test("closes the connection whose handleStream failed, when what was written is out", async () => {
  expectLog(/Error in connection callback[^]*sync/);
  expectLog(/Error in connection callback[^]*async/);
  let round = 0;
  class Failing extends TCPServer {
    override async handleStream(stream: IOStream): Promise<void> {
      void stream.write("last words");
      if (round++ === 0) throw new Error("sync");
      await stream.readUntil("\n");
      throw new Error("async");
    }
  }
  const server = new Failing();
  await server.listen(0, "127.0.0.1");
  for (let i = 0; i < 2; i++) {
    const stream = await new IOStream().connect(server.port, "127.0.0.1");
    void stream.write("go\n");
    assert.is(String(await stream.readUntilClose()), "last words");
  }
  await server.stop();
});

test("stops twice, in a connection's callback, while it is about to listen; listens again after it", async () => {
  class Once extends TCPServer {
    override async handleStream(stream: IOStream): Promise<void> {
      await Promise.all([this.stop(), this.stop()]);
      await stream.write("stopped\n");
      stream.close();
    }
  }
  const server = new Once();
  for (let round = 0; round < 2; round++) {
    await server.listen(0, "127.0.0.1");
    const { port } = server;
    const stream = await new IOStream().connect(port, "127.0.0.1");
    assert.is(String(await stream.readUntil("\n")), "stopped\n");
    stream.close();
    assert.is(server.port, 0);
    assert.is((await rejection(new IOStream().connect(port, "127.0.0.1"))).code, "ERR_LANDSPOUT_STREAM_CLOSED");
  }
  // A name is looked up first, on Node.
  const listening = server.listen(0, "localhost");
  await server.stop();
  await listening;
  assert.is(server.port, 0);
});

test("serves a socket it inherits by its descriptor, with TLS too", async () => {
  const ssl = certificate("localhost");
  for (const secure of [false, true]) {
    const inherited = net.createServer().listen(0, "127.0.0.1");
    await once(inherited, "listening");
    const { port } = inherited.address() as net.AddressInfo;
    const { fd } = (inherited as unknown as { _handle: { fd: number } })._handle;
    const pair = secure ? { KEY: ssl.key, CERT: ssl.cert } : {};
    const child = startFixture("tcpserver-inherits.ts", [], ["ignore", "pipe", "pipe", fd], pair);
    await child.until((output) => output === "serving\n");
    inherited.close();
    const where = { port, host: "127.0.0.1" };
    const stream = await new IOStream().connect(secure ? { ...where, ssl: { ca: ssl.cert } } : where);
    await stream.write("hello\n");
    assert.is(String(await stream.readUntil("\n")), `${child.process.pid} hello\n`);
    stream.close();
    child.process.kill();
    await child.ended;
  }
});

test("listens on several ports, and on all interfaces where no address or an empty one is given", () =>
  withEcho({}, async (server) => {
    for (const address of ["127.0.0.1", undefined, ""]) {
      const own = new Echo();
      await own.listen(0, address);
      await says(await new IOStream().connect(own.port, "127.0.0.1"), String(address));
      await own.stop();
    }
    await server.listen(0, "127.0.0.1");
    const { port } = server;
    await server.listen(0, "127.0.0.1");
    assert.is(server.port, port, "~> the first");
  }));

test.run();
