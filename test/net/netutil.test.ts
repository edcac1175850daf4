/** Addresses, resolvers and the files of unix sockets. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  addAcceptHandler,
  bindSockets,
  bindUnixSocket,
  DefaultResolver,
  isAbstractPath,
  isValidIp,
  OverrideResolver,
  removeStaleSocket,
} from "../../src/net/netutil.ts";
import type { BoundSocket } from "../../src/net/netutil.ts";
import type { IOStream } from "../../src/net/iostream.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { rejection } from "./_pair.ts";

const test = suite("netutil", { deadline: 20 });

test("addresses are literal, whole and nothing else", () => {
  for (const text of ["127.0.0.1", "4.4.4.4", "::1", "2620:0:1cfe:face:b00c::3", "::ffff:1.2.3.4"])
    assert.ok(isValidIp(text), text);
  for (const text of [
    "",
    " ",
    "\n",
    "\0",
    " 127.0.0.1",
    "127.0.0.1\n",
    "4.4.4.4<",
    "1",
    "127.1",
    "www.google.com",
    "localhost",
    "[::1]",
    "fe80::1%eth0",
    "a".repeat(100),
  ])
    assert.not.ok(isValidIp(text), JSON.stringify(text));
});

test("names become addresses, some by our own list", async () => {
  const resolver = new OverrideResolver(new DefaultResolver(), new Map([["google.example", "127.0.0.1"]]));
  for (const name of ["google.example", "GOOGLE.example", "127.0.0.1"])
    assert.equal(await resolver.resolve(name), [{ family: 4, address: "127.0.0.1" }], name);
  assert.equal(await resolver.resolve("::1"), [{ family: 6, address: "::1" }]);
  const error = await rejection(resolver.resolve("an invalid domain"));
  assert.ok(error.code !== undefined);
});

test("the file of a socket nobody listens on goes, any other stays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-"));
  const path = join(folder, "socket");
  try {
    await removeStaleSocket(path);
    const server = net.createServer().listen(path);
    await once(server, "listening");
    assert.match((await rejection(removeStaleSocket(path))).message, /somebody listens/);
    assert.ok(existsSync(path));
    server.close();
    await once(server, "close");
    const file = join(folder, "file");
    writeFileSync(file, "text");
    assert.match((await rejection(removeStaleSocket(file))).message, /is no socket/);
    assert.ok(existsSync(file));
    assert.ok(isAbstractPath("\0name"));
    await removeStaleSocket("\0name");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("sockets listen first and are served later; connections wait for the handler", async () => {
  const [socket, ...others] = await bindSockets(0, "127.0.0.1");
  assert.is(others.length, 0);
  const early = net.connect(socket?.port as number, "127.0.0.1");
  early.write("hello");
  await once(early, "connect");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const seen: string[] = [];
  const echo = (stream: IOStream, address: string): void => {
    seen.push(address);
    void stream.readBytes(5).then((bytes) => {
      void stream.write(bytes);
      stream.close();
    });
  };
  const remove = addAcceptHandler(socket as BoundSocket, echo);
  assert.throws(() => addAcceptHandler(socket as BoundSocket, echo), /has a handler already/);
  assert.is(String((await once(early, "data"))[0]), "hello");
  remove();
  const [second] = await bindSockets(0);
  expectLog(/Uncaught exception in an accept handler[\s\S]*mine/, { level: "error" });
  addAcceptHandler(second as BoundSocket, () => {
    throw new Error("mine");
  });
  const refused = net.connect(second?.port as number, "127.0.0.1");
  refused.resume();
  await once(refused, "close");
  early.destroy();
  assert.equal(seen, ["127.0.0.1"]);
  await socket?.close();
  await second?.close();
  const all = await bindSockets(0, "localhost");
  assert.ok(all.every(({ port }) => port === all[0]?.port));
  await Promise.all(all.map((one) => one.close()));
});

test("a unix socket is bound with its permissions", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-"));
  const path = join(folder, "socket");
  const socket = await bindUnixSocket(path, { mode: 0o640 });
  assert.is(statSync(path).mode & 0o777, 0o640);
  addAcceptHandler(socket, (stream) => void stream.write("hi").then(() => stream.close()));
  const client = net.connect(path);
  assert.is(String((await once(client, "data"))[0]), "hi");
  client.destroy();
  await socket.close();
  rmSync(folder, { recursive: true });
});

test.run();
