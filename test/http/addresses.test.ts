/** Addresses of peers and lists of them. Pure. */
import * as assert from "uvu/assert";
import { isLandspoutError } from "../../src/errors.ts";
import { AddressList, normalizeAddress } from "../../src/http/server/addresses.ts";
import { suite } from "../_support/suite.ts";

const test = suite("addresses");

test("an IPv4 address on an IPv6 socket is written as IPv4", () => {
  assert.is(normalizeAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assert.is(normalizeAddress("::FFFF:192.0.2.1"), "192.0.2.1");
  assert.is(normalizeAddress("::ffff:c000:201"), "192.0.2.1");
  assert.is(normalizeAddress("::ffff:0:1"), "0.0.0.1");
});

test("other addresses stay as they are", () => {
  for (const address of ["192.0.2.1", "::1", "2001:db8::1", "fe80::1%eth0", "::ffff:999.0.0.1", "::ffff:0:192.0.2.1"]) {
    assert.is(normalizeAddress(address), address);
  }
});

test("the peer of a unix socket has the address 0.0.0.0", () => {
  assert.is(normalizeAddress(undefined), "0.0.0.0");
  assert.is(normalizeAddress(""), "0.0.0.0");
});

test("a list has its single addresses, however they are written", () => {
  const list = new AddressList(["192.0.2.7", "2001:db8::1"]);
  for (const address of ["192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207", "2001:db8::1", "2001:DB8:0:0:0:0:0:1"]) {
    assert.ok(list.has(address), address);
  }
  for (const address of ["192.0.2.8", "2001:db8::2", "::1"]) assert.not(list.has(address), address);
});

test("a list has its ranges from their first to their last address", () => {
  const list = new AddressList(["10.1.0.0/16", "172.16.5.4/30", "2001:db8::/33"]);
  for (const address of [
    "10.1.0.0",
    "10.1.255.255",
    "172.16.5.4",
    "172.16.5.7",
    "2001:db8::",
    "2001:db8:7fff:ffff::",
  ]) {
    assert.ok(list.has(address), address);
  }
  for (const address of ["10.0.255.255", "10.2.0.0", "172.16.5.3", "172.16.5.8", "2001:db8:8000::", "2001:db7::"]) {
    assert.not(list.has(address), address);
  }
});

test("a range of no bits has all addresses of its version and none of the other", () => {
  const four = new AddressList(["0.0.0.0/0"]);
  assert.ok(four.has("203.0.113.9"));
  assert.not(four.has("2001:db8::1"));
  assert.ok(new AddressList(["::/0"]).has("2001:db8::1"));
});

test("loopback, private and unix are names of ranges", () => {
  const loopback = new AddressList(["loopback"]);
  for (const address of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"])
    assert.ok(loopback.has(address), address);
  assert.not(loopback.has("128.0.0.1"));
  const inside = new AddressList(["private"]);
  for (const address of [
    "10.255.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.3.4",
    "169.254.0.1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
  ]) {
    assert.ok(inside.has(address), address);
  }
  for (const address of ["172.32.0.0", "11.0.0.1", "192.169.0.0", "127.0.0.1", "fe00::1", "unix"])
    assert.not(inside.has(address), address);
  const unix = new AddressList(["unix"]);
  assert.ok(unix.has("unix"));
  assert.not(unix.has("0.0.0.0"));
});

test("what is no address is in no list", () => {
  const list = new AddressList(["0.0.0.0/0", "::/0", "unix"]);
  for (const text of [
    "",
    "constructor",
    "1",
    "127.1",
    "0x7f.0.0.1",
    "1.2.3.4, 5.6.7.8",
    "1.2.3.4:80",
    "[::1]",
    "::g",
    "192.0.2.01",
  ]) {
    assert.not(list.has(text), text);
  }
});

test("a zone neither throws nor makes an address another", () => {
  const list = new AddressList(["2001:db8::/32"]);
  assert.not(list.has("fe80::1%eth0"));
  assert.type(list.has("2001:db8::1%eth0"), "boolean");
});

test("an entry that is no address, range or name is a wrong call", () => {
  const bad = [
    "",
    "localhost",
    "constructor",
    "__proto__",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/08",
  ];
  bad.push("::/129", "fe80::1%eth0", "10.0.0/8", "1.2.3.4/ 8", "1.2.3.4:80", "*", "LOOPBACK");
  for (const entry of bad) {
    try {
      new AddressList([entry]);
    } catch (error) {
      assert.ok(isLandspoutError(error) && error.code === "ERR_LANDSPOUT_ADDRESS", entry);
      assert.match(error.message, JSON.stringify(entry));
      continue;
    }
    assert.unreachable(`accepted ${JSON.stringify(entry)}`);
  }
});

test.run();
