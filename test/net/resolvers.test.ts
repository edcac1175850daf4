/** Resolvers: override, cache and its bounds, filter, name servers of our own; which addresses are public. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import * as assert from "uvu/assert";
import {
  CachingResolver,
  DefaultResolver,
  DnsResolver,
  FilteringResolver,
  OverrideResolver,
  publicAddress,
} from "../../src/net/netutil.ts";
import type { ResolvedAddress, Resolver } from "../../src/net/netutil.ts";
import { suite } from "../_support/suite.ts";
import { rejection } from "./_pair.ts";

const test = suite("resolvers", { deadline: 20 });
const four = (address: string, more: object = {}): ResolvedAddress => ({ address, family: 4, ...more });

/** A resolver whose answers the test makes. */
function counted(answer: (host: string, call: number) => readonly ResolvedAddress[]): Resolver & { calls: number } {
  const resolver = {
    calls: 0,
    resolve: async (host: string) => {
      resolver.calls++;
      return answer(host, resolver.calls);
    },
  };
  return resolver;
}

test("override: name, name and port, name and port and family, and another port", async () => {
  const resolver = new OverrideResolver(
    new DefaultResolver(),
    new Map([
      ["a.test", "127.0.0.1"],
      ["a.test:443", "127.0.0.2:8443"],
      ["a.test:443:6", "[::1]:9443"],
      ["b.test", "::1"],
    ]),
  );
  assert.equal(await resolver.resolve("A.test"), [four("127.0.0.1")]);
  assert.equal(await resolver.resolve("a.test", { port: 443 }), [four("127.0.0.2", { port: 8443 })]);
  assert.equal(await resolver.resolve("a.test", { port: 443, family: 6 }), [{ address: "::1", family: 6, port: 9443 }]);
  assert.equal(await resolver.resolve("b.test"), [{ address: "::1", family: 6 }]);
});

test("cache: one look-up for calls at one time, kept for its time, turned at each call", async () => {
  const inner = counted(() => [four("10.0.0.1"), { address: "::1", family: 6 }, four("10.0.0.2")]);
  const cache = new CachingResolver(inner, { ttl: 0.1 });
  const firsts = await Promise.all([1, 2, 3].map(async () => (await cache.resolve("a.test"))[0]?.address));
  assert.is(inner.calls, 1);
  assert.equal(firsts, ["10.0.0.1", "10.0.0.2", "10.0.0.1"]);
  assert.equal(
    (await cache.resolve("A.TEST")).map(({ address }) => address),
    ["10.0.0.2", "::1", "10.0.0.1"],
  );
  assert.is(inner.calls, 1);
  await new Promise((resolve) => setTimeout(resolve, 120));
  await cache.resolve("a.test");
  assert.is(inner.calls, 2);
  await cache.resolve("a.test", { family: 4 });
  assert.is(inner.calls, 3);
});

test("cache: the resolver's own time counts, failures are kept shortly, old addresses serve while it fails", async () => {
  let fails = false;
  const inner = counted(() => {
    if (fails) throw new Error("no such name");
    return [four("10.0.0.1", { ttl: 0.02 })];
  });
  const cache = new CachingResolver(inner, { negativeTtl: 0.05, staleIfError: 0.2 });
  await cache.resolve("a.test");
  await new Promise((resolve) => setTimeout(resolve, 30));
  fails = true;
  assert.is((await cache.resolve("a.test"))[0]?.address, "10.0.0.1");
  assert.is((await cache.resolve("a.test"))[0]?.address, "10.0.0.1");
  assert.is(inner.calls, 2);
  assert.match((await rejection(cache.resolve("b.test"))).message, /no such name/);
  await rejection(cache.resolve("b.test"));
  assert.is(inner.calls, 3);
  await new Promise((resolve) => setTimeout(resolve, 250));
  assert.match((await rejection(cache.resolve("a.test"))).message, /no such name/);
});

test("cache: names that strangers choose do not fill it", async () => {
  const inner = counted(() => [four("10.0.0.1")]);
  const cache = new CachingResolver(inner, { maxEntries: 10 });
  for (let i = 0; i < 100; i++) {
    await cache.resolve(`name${i}.test`);
    await cache.resolve("kept.test");
  }
  assert.is(cache.size, 10);
  assert.is(inner.calls, 101);
  cache.clear();
  assert.is(cache.size, 0);
});

test("cache: an aborted call leaves the look-up to the others", async () => {
  let answer: (addresses: readonly ResolvedAddress[]) => void = () => undefined;
  const cache = new CachingResolver({ resolve: () => new Promise((resolve) => (answer = resolve)) });
  const abort = new AbortController();
  const first = cache.resolve("a.test", { signal: abort.signal });
  const second = cache.resolve("a.test");
  const reason = new Error("enough");
  abort.abort(reason);
  assert.is(await rejection(first), reason);
  answer([four("10.0.0.1")]);
  assert.equal(await second, [four("10.0.0.1")]);
});

test("filter: only allowed addresses are left", async () => {
  const inner = counted(() => [four("10.0.0.1"), four("93.184.216.34")]);
  assert.equal(await new FilteringResolver(inner, publicAddress).resolve("a.test"), [four("93.184.216.34")]);
  const error = await rejection(
    new FilteringResolver(
      counted(() => [four("10.0.0.1")]),
      publicAddress,
    ).resolve("a.test"),
  );
  assert.is(error.code, "ERR_LANDSPOUT_ADDRESS_REFUSED");
});

/** A name server (RFC 1035 §4.1): `answers` by type of question (1: A, 28: AAAA); undefined: no answer at all. */
async function withNameServer(
  answers: (name: string, type: number) => { addresses?: readonly (readonly number[])[]; rcode?: number } | undefined,
  use: (server: string) => Promise<void>,
): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (message, peer) => {
    const labels: string[] = [];
    let at = 12;
    for (let size = message[at] as number; size > 0; size = message[at] as number) {
      labels.push(message.toString("latin1", at + 1, at + 1 + size));
      at += size + 1;
    }
    const type = message.readUInt16BE(at + 1);
    const answer = answers(labels.join("."), type);
    if (answer === undefined) return;
    const { addresses = [], rcode = 0 } = answer;
    const head = Buffer.from(message.subarray(0, 12));
    head.writeUInt16BE(0x8180 | rcode, 2);
    head.writeUInt16BE(addresses.length, 6);
    head.writeUInt32BE(0, 8);
    const records = addresses.map((bytes) => {
      const record = Buffer.alloc(12);
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(type, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(77, 6);
      record.writeUInt16BE(bytes.length, 10);
      return Buffer.concat([record, Buffer.from(bytes)]);
    });
    socket.send(Buffer.concat([head, message.subarray(12, at + 5), ...records]), peer.port, peer.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  try {
    await use(`127.0.0.1:${socket.address().port}`);
  } finally {
    socket.close();
    await once(socket, "close");
  }
}

test("name servers: both families with their times, one family, no such name", () =>
  withNameServer(
    (name, type) => {
      if (name === "none.test") return { rcode: 3 };
      if (name === "four.test" && type === 28) return {};
      return { addresses: [type === 1 ? [192, 0, 2, 7] : [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 9]] };
    },
    async (server) => {
      const resolver = new DnsResolver({ servers: [server], timeout: 1, tries: 1 });
      const six = { family: 6, address: "2001:db8::9", ttl: 77 };
      assert.equal(await resolver.resolve("both.test"), [six, four("192.0.2.7", { ttl: 77 })]);
      assert.equal(await resolver.resolve("both.test", { family: 4 }), [four("192.0.2.7", { ttl: 77 })]);
      assert.equal(await resolver.resolve("four.test"), [four("192.0.2.7", { ttl: 77 })]);
      assert.is((await rejection(resolver.resolve("none.test"))).code, "ENOTFOUND");
      assert.equal(await resolver.resolve("127.0.0.1"), [four("127.0.0.1")]);
      assert.equal(await resolver.resolve("localhost", { family: 4 }), [four("127.0.0.1")]);
      resolver.close();
    },
  ));

test("name servers: a family that is not answered does not hold the other up", () =>
  withNameServer(
    (_name, type) => (type === 1 ? { addresses: [[192, 0, 2, 7]] } : undefined),
    async (server) => {
      const resolver = new DnsResolver({ servers: [server], timeout: 1, tries: 1 });
      const start = performance.now();
      assert.equal(await resolver.resolve("slow.test"), [four("192.0.2.7", { ttl: 77 })]);
      assert.ok(performance.now() - start < 900);
      resolver.close();
    },
  ));

test("public addresses, in every form they can be written", () => {
  const refused = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "::", "::1", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fe80::1%lo",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::FFFF:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "2001::1", "100::1", "::127.0.0.1", "::7f00:1", "localhost", "", "1.2.3",
  ]; // prettier-ignore
  const allowed = [
    "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.1.1", "172.15.255.255",
    "172.32.0.1", "192.0.1.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
    "2a00:1450::1", "::ffff:1.1.1.1", "::ffff:101:101", "64:ff9b::1.1.1.1", "2002:101:101::1", "2001:4860:4860::8888",
  ]; // prettier-ignore
  const family = (address: string): 4 | 6 => (address.includes(":") ? 6 : 4);
  for (const address of refused) assert.not.ok(publicAddress(address, family(address), "some.test"), address);
  for (const address of allowed) assert.ok(publicAddress(address, family(address), "some.test"), address);
});

test.run();
