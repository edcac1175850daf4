/** Addresses, resolvers and the files of unix sockets. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  DefaultResolver,
  isAbstractPath,
  isValidIp,
  OverrideResolver,
  removeStaleSocket,
} from "../../src/net/netutil.ts";
import { suite } from "../_support/suite.ts";
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

test.run();
