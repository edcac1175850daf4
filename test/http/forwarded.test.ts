/** Tornado's xheaders, each request by itself. Pure. */
import * as assert from "uvu/assert";
import { AddressList } from "../../src/http/server/addresses.ts";
import { applyForwarded } from "../../src/http/server/forwarded.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import { suite } from "../_support/suite.ts";

const test = suite("forwarded");

const PEER = "127.0.0.1";
const ip = (fields: { readonly [name: string]: string }, trusted?: readonly string[]): string =>
  applyForwarded(new HTTPHeaders(fields), PEER, false, trusted === undefined ? undefined : new AddressList(trusted))
    .remoteIp;
const protocol = (fields: { readonly [name: string]: string }, encrypted = false): string =>
  applyForwarded(new HTTPHeaders(fields), PEER, encrypted, undefined).protocol;

test("without the headers the peer is the client", () => {
  assert.is(ip({}), PEER);
  assert.is(protocol({}), "http");
  assert.is(protocol({}, true), "https");
});

test("X-Real-Ip names the client", () => {
  assert.is(ip({ "X-Real-IP": "4.4.4.4" }), "4.4.4.4");
  assert.is(ip({ "X-Real-IP": " 2620:0:1cfe:face:b00c::3 " }), "2620:0:1cfe:face:b00c::3");
});

test("the last address of X-Forwarded-For is the client", () => {
  assert.is(ip({ "X-Forwarded-For": "4.4.4.4" }), "4.4.4.4");
  assert.is(ip({ "X-Forwarded-For": "127.0.0.1, 4.4.4.4" }), "4.4.4.4");
  assert.is(ip({ "X-Forwarded-For": "127.0.0.1,\t2620:0:1cfe:face:b00c::3" }), "2620:0:1cfe:face:b00c::3");
});

test("several lines of X-Forwarded-For are one list", () => {
  const headers = new HTTPHeaders([
    ["X-Forwarded-For", "9.9.9.9, 4.4.4.4"],
    ["X-Forwarded-For", "5.5.5.5"],
  ]);
  assert.is(applyForwarded(headers, PEER, false, undefined).remoteIp, "5.5.5.5");
  assert.is(applyForwarded(headers, PEER, false, new AddressList(["5.5.5.5"])).remoteIp, "4.4.4.4");
});

test("trusted proxies are skipped from the right", () => {
  const trusted = ["5.5.5.5", "10.0.0.0/8"];
  assert.is(ip({ "X-Forwarded-For": "9.9.9.9, 4.4.4.4, 5.5.5.5" }, trusted), "4.4.4.4");
  assert.is(ip({ "X-Forwarded-For": "9.9.9.9, 4.4.4.4, 10.1.1.1, ::ffff:10.2.2.2, 5.5.5.5" }, trusted), "4.4.4.4");
  assert.is(ip({ "X-Forwarded-For": "4.4.4.4, 10.1.1.1, 6.6.6.6" }, trusted), "6.6.6.6");
});

test("where all are trusted the leftmost is the client", () => {
  assert.is(ip({ "X-Forwarded-For": "10.0.0.1, 10.0.0.2" }, ["10.0.0.0/8"]), "10.0.0.1");
});

test("X-Real-Ip overrides X-Forwarded-For", () => {
  assert.is(ip({ "X-Forwarded-For": "4.4.4.4", "X-Real-Ip": "5.5.5.5" }), "5.5.5.5");
});

test("what is no literal address is ignored", () => {
  const bad = [
    "",
    "host.example",
    "4.4.4.4<script>",
    "4.4.4",
    "1",
    "[::1",
    "::1]",
    "[4.4.4.4",
    "4.4.4.4:",
    "4.4.4.4:port",
    "4.4.4.4:123456",
    "[]:80",
    "[fe80::1%eth0]:80",
    "[::1]80",
    "host.example:80",
    "unix",
    "fe80::1%eth0",
    "4.4.4.4,",
    "0x4.4.4.4",
  ];
  for (const text of bad) {
    assert.is(ip({ "X-Forwarded-For": text }), PEER, text);
    assert.is(ip({ "X-Forwarded-For": `9.9.9.9, ${text}` }), PEER, text);
    assert.is(ip({ "X-Real-Ip": text }), PEER, text);
  }
});

test("a port and brackets are taken off, as some proxies add them", () => {
  for (const [text, address] of [
    ["4.4.4.4:1234", "4.4.4.4"],
    ["[2001:db8::1]:1234", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[::ffff:4.4.4.4]:1", "4.4.4.4"],
  ] as const) {
    assert.is(ip({ "X-Forwarded-For": text }), address, text);
    assert.is(ip({ "X-Forwarded-For": `9.9.9.9, ${text}` }), address, text);
    assert.is(ip({ "X-Real-Ip": text }), address, text);
    assert.is(ip({ "X-Forwarded-For": `4.4.4.5, ${text}` }, [address]), "4.4.4.5", `${text}, trusted`);
  }
});

test("a mapped address is written as IPv4", () => {
  assert.is(ip({ "X-Real-Ip": "::ffff:4.4.4.4" }), "4.4.4.4");
});

test("X-Scheme, else the last X-Forwarded-Proto is the protocol", () => {
  assert.is(protocol({ "X-Scheme": "https" }), "https");
  assert.is(protocol({ "X-Forwarded-Proto": "https" }), "https");
  assert.is(protocol({ "X-Forwarded-Proto": "http" }, true), "http");
  assert.is(protocol({ "X-Forwarded-Proto": "https , http" }), "http");
  assert.is(protocol({ "X-Forwarded-Proto": "http,https" }), "https");
  assert.is(protocol({ "X-Scheme": "http", "X-Forwarded-Proto": "https" }), "http");
  assert.is(protocol({ "X-Scheme": "HTTPS" }), "https");
});

test("another protocol is ignored", () => {
  for (const scheme of ["unknown", "", "wss", "https:", "http,", "constructor"]) {
    assert.is(protocol({ "X-Scheme": scheme }), "http", scheme);
    assert.is(protocol({ "X-Forwarded-Proto": scheme }, true), "https", scheme);
  }
});

test("a list of many hops is read once", () => {
  // 60 KB of trusted hops: each is looked at once, and none is left over.
  const hops = Array.from({ length: 7500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  let asked = 0;
  const trusted = new AddressList(["10.0.0.0/8"]);
  const has = trusted.has.bind(trusted);
  trusted.has = (address) => {
    asked++;
    return has(address);
  };
  const headers = new HTTPHeaders({ "X-Forwarded-For": `4.4.4.4, ${hops.join(",")}` });
  assert.is(applyForwarded(headers, PEER, false, trusted).remoteIp, "4.4.4.4");
  assert.ok(asked <= hops.length + 1);
});

test.run();
