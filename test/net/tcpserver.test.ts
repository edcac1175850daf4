/** TCPServer: ports, unix sockets, descriptors, several processes, TLS; on real sockets. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import type { TCPServerOptions } from "../../src/net/tcpserver.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("TCPServer", { deadline: 20 });
const onBun = "Bun" in globalThis;
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

/** Key and certificate for a name, made by openssl. */
function certificate(name: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  if (!existsSync(key)) {
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name},IP:127.0.0.1`];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", key, "-out", cert, ...subject],
      { stdio: "ignore" },
    );
  }
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
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

test("a plain stream becomes an encrypted one on the client's side", () => {
  const ssl = certificate("localhost");
  return withEcho({ ssl }, async (server) => {
    await server.listen(0, "127.0.0.1");
    const plain = await new IOStream().connect(server.port, "127.0.0.1");
    await says(await plain.startTls(false, { ca: ssl.cert }, "localhost"), "now secret");
    const wrong = await new IOStream().connect(server.port, "127.0.0.1");
    try {
      await wrong.startTls(false, { ca: ssl.cert }, "elsewhere.example");
      assert.unreachable("a certificate of another name");
    } catch (error) {
      assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_STREAM_CLOSED");
    }
  });
});

test("turns plain streams into encrypted ones on both sides", async () => {
  if (onBun) return; // Bun puts TLS on the client's side only: docs/runtimes.md
  const ssl = certificate("localhost");
  class Starting extends TCPServer {
    override async handleStream(stream: IOStream): Promise<void> {
      assert.is(String(await stream.readUntil("\n")), "STARTTLS\n");
      await stream.write("GO\n");
      const secure = await stream.startTls(true, ssl);
      await secure.write(await secure.readUntil("\n"));
    }
  }
  for (const transport of ["zero-copy", "copy"] as const) {
    const server = new Starting({ transport });
    await server.listen(0, "127.0.0.1");
    const plain = await new IOStream({ transport }).connect(server.port, "127.0.0.1");
    await plain.write("STARTTLS\n");
    await plain.readUntil("\n");
    const secure = await plain.startTls(false, { ca: ssl.cert }, "localhost");
    await says(secure, "now secret");
    await server.stop();
  }
});

if (!onBun) {
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

  test("closes plain bytes on a TLS port, with one record", () => {
    const log = expectLog(/./, { logger: "general" });
    return withEcho({ ssl: certificate("localhost") }, async (server) => {
      await server.listen(0, "127.0.0.1");
      const socket = net.connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write("GET / HTTP/1.1\r\n\r\n");
      await new Promise((resolve) => socket.once("close", resolve));
      void log;
    });
  });
}

test.run();
