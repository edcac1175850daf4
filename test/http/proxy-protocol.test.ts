/** PROXY protocol v1 and v2: every header whole, with bytes behind it, and at every cut. Pure. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { parseProxyHeader } from "../../src/http/server/proxy-protocol.ts";
import type { ProxyHeader } from "../../src/http/server/proxy-protocol.ts";
import { suite } from "../_support/suite.ts";

const test = suite("proxy-protocol");

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

function binary(
  versionCommand: number,
  family: number,
  block: readonly number[],
  announced: number = block.length,
): Buffer {
  return Buffer.from([...SIGNATURE, versionCommand, family, announced >> 8, announced & 255, ...block]);
}

/** Parses it whole, followed by a request, and cut at every byte: only the whole decides. */
function accept(header: Uint8Array): ProxyHeader {
  const result = parseProxyHeader(header);
  if (typeof result === "string") throw new Error(`${result}: ${Buffer.from(header).toString("latin1")}`);
  assert.is(result.consumed, header.length);
  assert.equal(parseProxyHeader(Buffer.concat([header, Buffer.from("GET / HTTP/1.1\r\n")])), result);
  for (let cut = 0; cut < header.length; cut++) {
    assert.is(parseProxyHeader(header.subarray(0, cut)), "incomplete", `cut at ${cut}`);
  }
  return result;
}

/** Refused at `at` bytes and not before, and with whatever follows. */
function refuse(header: Uint8Array, at: number = header.length): void {
  const text = Buffer.from(header).toString("latin1");
  for (let cut = 0; cut <= header.length + 3; cut++) {
    const bytes =
      cut <= header.length ? header.subarray(0, cut) : Buffer.concat([header, Buffer.alloc(cut - header.length, 65)]);
    assert.is(parseProxyHeader(bytes), cut < at ? "incomplete" : "malformed", `${JSON.stringify(text)} cut at ${cut}`);
  }
}

const line = (text: string): Buffer => Buffer.from(text, "latin1");

test("v1 names the client over IPv4", () => {
  const { local, source, destination } = accept(line("PROXY TCP4 255.255.255.255 192.0.2.1 65535 0\r\n"));
  assert.is(local, false);
  assert.equal(source, { address: "255.255.255.255", port: 65535 });
  assert.equal(destination, { address: "192.0.2.1", port: 0 });
});

test("v1 names the client over IPv6", () => {
  const full = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  const { source, destination } = accept(line(`PROXY TCP6 ${full} 2001:db8::1 65535 443\r\n`));
  assert.equal(source, { address: full, port: 65535 });
  assert.equal(destination, { address: "2001:db8::1", port: 443 });
});

test("v1 may not know the client", () => {
  assert.equal(accept(line("PROXY UNKNOWN\r\n")), { consumed: 15, local: true });
  const longest =
    "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
  assert.is(longest.length, 107);
  assert.is(accept(line(longest)).local, true);
});

test("v1 is refused at the first byte that cannot be right", () => {
  refuse(line("GET / HTTP/1.1\r\n"), 1);
  refuse(line("PROXX TCP4 "), 5);
  refuse(line("proxy TCP4 "), 1);
  refuse(line("PROXY  TCP4"), 7);
  refuse(line("PROXY TCP5 "), 10);
  refuse(line("PROXY UDP4 "), 8);
  refuse(line("PROXY TCP4\t"), 11);
  refuse(line("PROXY TCP4 192.0.2.1 host"), 22);
  refuse(line("PROXY TCP4 192.0.2.1\n"), 21);
});

test("v1 is refused with anything but two addresses and two ports of the family", () => {
  const bad = [
    "TCP4 192.0.2.1 192.0.2.2 1",
    "TCP4 192.0.2.1 192.0.2.2 1 2 ",
    "TCP4 192.0.2.1 192.0.2.2 1 2 3",
    "TCP4  192.0.2.1 192.0.2.2 1 2",
    "TCP4 192.0.2.1 192.0.2.256 1 2",
    "TCP4 192.0.2.01 192.0.2.2 1 2",
    "TCP4 ::1 ::2 1 2",
    "TCP6 192.0.2.1 192.0.2.2 1 2",
    "TCP6 ::1 ::g 1 2",
    "TCP4 192.0.2.1 192.0.2.2 65536 2",
    "TCP4 192.0.2.1 192.0.2.2 01 2",
    "TCP4 192.0.2.1 192.0.2.2 +1 2",
    "TCP4 192.0.2.1 192.0.2.2 1 -2",
    "TCP4 192.0.2.1 192.0.2.2 1 ",
    "TCP4",
    "UNKNOWNX",
  ];
  for (const text of bad) assert.is(parseProxyHeader(line(`PROXY ${text}\r\n`)), "malformed", text);
  refuse(line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rX"));
  assert.is(parseProxyHeader(line("PROXY TCP6 fe80::1%eth0 ::2 1 2\r\n")), "malformed");
});

test("v1 is at most 107 bytes", () => {
  refuse(line(`PROXY UNKNOWN ${"x".repeat(92)}\r\n`), 106);
  refuse(line(`PROXY TCP4 ${"1".repeat(200)}`), 106);
});

test("v2 names the client over IPv4", () => {
  const { local, source, destination } = accept(
    binary(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 2, 0xff, 0xfe, 0x01, 0xbb]),
  );
  assert.is(local, false);
  assert.equal(source, { address: "192.0.2.1", port: 0xfffe });
  assert.equal(destination, { address: "198.51.100.2", port: 443 });
});

test("v2 names the client over IPv6 in the usual form", () => {
  const from = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1];
  const { source, destination } = accept(binary(0x21, 0x21, [...from, ...mapped, 0, 80, 31, 144]));
  assert.equal(source, { address: "2001:db8::1", port: 80 });
  assert.equal(destination, { address: "::ffff:c000:201", port: 8080 });
});

test("v2 reads at any offset of a larger buffer", () => {
  const header = binary(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 2, 0, 1, 0, 2]);
  const large = Buffer.concat([Buffer.alloc(13, 9), header]).subarray(13);
  assert.equal(parseProxyHeader(large), parseProxyHeader(Uint8Array.from(header)));
});

test("v2 skips what follows the addresses", () => {
  const block = [192, 0, 2, 1, 198, 51, 100, 2, 0, 1, 0, 2, 0x04, 0, 3, 1, 2, 3];
  assert.is(accept(binary(0x21, 0x11, block)).source?.address, "192.0.2.1");
  const most = [...block, ...Array.from({ length: 4096 - block.length }, () => 7)];
  const result = parseProxyHeader(binary(0x21, 0x11, most));
  assert.ok(typeof result === "object" && result.consumed === 16 + 4096);
});

test("v2 says nothing of the client in LOCAL, unspecified and unix headers", () => {
  assert.equal(accept(binary(0x20, 0x00, [])), { consumed: 16, local: true });
  assert.is(accept(binary(0x20, 0x11, [1, 2, 3])).local, true, "of LOCAL the block is skipped, whatever it holds");
  assert.is(accept(binary(0x20, 0xff, [1, 2, 3])).local, true, "of LOCAL the family is ignored");
  assert.is(accept(binary(0x21, 0x00, [9, 9])).local, true);
  assert.is(
    accept(
      binary(
        0x21,
        0x31,
        Array.from({ length: 216 }, () => 47),
      ),
    ).local,
    true,
  );
});

test("v2 is refused at the first byte that cannot be right", () => {
  refuse(Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x01]), 5);
  refuse(Buffer.from([...SIGNATURE.slice(0, 11), 0x0d]), 12);
  refuse(binary(0x11, 0x11, []), 13);
  refuse(binary(0x31, 0x11, []), 13);
  refuse(binary(0x22, 0x11, []), 13);
  refuse(binary(0x21, 0x12, []), 14);
  refuse(binary(0x21, 0x22, []), 14);
  refuse(binary(0x21, 0x32, []), 14);
  refuse(binary(0x21, 0x41, []), 14);
  refuse(binary(0x21, 0x11, [], 11), 16);
  refuse(binary(0x21, 0x21, [], 35), 16);
  refuse(binary(0x21, 0x31, [], 215), 16);
  refuse(binary(0x21, 0x11, [], 4097), 16);
  refuse(binary(0x20, 0x11, [], 0xffff), 16);
});

test.run();
