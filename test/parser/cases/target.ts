/** The four forms of the request target, and the parts reported of each. */
import {
  E_TARGET,
  E_TARGET_FORM,
  F_PATH_ESCAPED,
  F_TARGET_RAW,
  FORM_ABSOLUTE,
  FORM_ASTERISK,
  FORM_AUTHORITY,
  FORM_ORIGIN,
} from "../../../src/parser/abi.ts";
import type { Case } from "../_case.ts";

const END = " HTTP/1.1\r\n\r\n";
const ORIGIN = "RFC 9112 §3.2.1";
const ABSOLUTE = "RFC 9112 §3.2.2";
const AUTHORITY = "RFC 9112 §3.2.3";
const ASTERISK = "RFC 9112 §3.2.4";

const origin = (title: string, target: string, path: string, flags = 0): Case => ({
  title: `§3.2.1 ${title}`,
  rfc: ORIGIN,
  input: `GET ${target}${END}`,
  expect: { form: FORM_ORIGIN, target, path, authority: "", flags },
});

const absolute = (title: string, target: string, authority: string, path: string, flags = 0): Case => ({
  title: `§3.2.2 ${title}`,
  rfc: ABSOLUTE,
  input: `GET ${target}${END}`,
  expect: { form: FORM_ABSOLUTE, target, path, authority, flags },
});

const authority = (title: string, target: string): Case => ({
  title: `§3.2.3 ${title}`,
  rfc: AUTHORITY,
  input: `CONNECT ${target}${END}`,
  expect: { form: FORM_AUTHORITY, target, path: "", authority: target, flags: 0 },
});

const refused = (title: string, rfc: string, method: string, target: string): Case => ({
  title,
  rfc,
  input: `${method} ${target}${END}`,
  expect: { error: E_TARGET_FORM, at: method.length + 1 },
});

/** One byte that is not allowed, among harmless ones, at every place that matters to a scan of several bytes at a time. */
const misplaced = (name: string, byte: string): Case[] =>
  Array.from({ length: 20 }, (_, i): Case => ({
    title: `§3.2 rejects ${name} after ${i + 1} bytes of a target`,
    rfc: "RFC 9112 §3.2",
    input: `GET /${"a".repeat(i)}${byte}${"b".repeat(20 - i)}${END}`,
    expect: { error: E_TARGET, at: 5 + i },
  }));

/** A byte above 0x7F at every place that matters to a scan of several bytes at a time. */
const rawBytes: Case[] = Array.from({ length: 20 }, (_, i) =>
  origin(
    `reports a byte above 0x7F after ${i + 1} bytes of a path`,
    `/${"a".repeat(i)}\xe9${"b".repeat(20 - i)}`,
    `/${"a".repeat(i)}\xe9${"b".repeat(20 - i)}`,
    F_TARGET_RAW,
  ),
);

const queries: Case[] = Array.from({ length: 20 }, (_, i) =>
  origin(
    `finds the query and the escape after ${i + 1} bytes of a path`,
    `/${"a".repeat(i)}%41?b?%`,
    `/${"a".repeat(i)}%41`,
    F_PATH_ESCAPED,
  ),
);

export const target: readonly Case[] = [
  ...queries,
  ...misplaced("a number sign", "#"),
  ...misplaced("a DEL", "\x7f"),
  ...misplaced("a control", "\x1f"),
  ...misplaced("a NUL", "\0"),
  origin("accepts the root", "/", "/"),
  origin("accepts a path", "/index.html", "/index.html"),
  origin("ends the path at the first question mark", "/a?b?c", "/a"),
  origin("accepts an empty query", "/a?", "/a"),
  origin("accepts a query after the root", "/?", "/"),
  origin("accepts two slashes at the beginning", "//a/b", "//a/b"),
  origin("does not take //host for an authority", "//user@host:80/x", "//user@host:80/x"),
  origin("leaves dot segments as they are", "/a/../b/./c", "/a/../b/./c"),
  origin("reports an escape in the path", "/a%20b", "/a%20b", F_PATH_ESCAPED),
  origin("reports an escape at the end of the path", "/%?x", "/%", F_PATH_ESCAPED),
  origin("does not report an escape in the query", "/a?%20", "/a"),
  origin("leaves a percent without hexadecimal digits as it is", "/%zz", "/%zz", F_PATH_ESCAPED),
  origin("accepts a colon and an absolute URI in the path", "/http://a:80/", "/http://a:80/"),
  origin("accepts what browsers leave unescaped", "/a[1]{2}|3\\4^5`6?[]{}|\\^`", "/a[1]{2}|3\\4^5`6"),
  origin("accepts a long target", `/${"a".repeat(3000)}?${"b".repeat(1000)}`, `/${"a".repeat(3000)}`),
  {
    title: "§3.2.1 accepts origin-form for OPTIONS",
    rfc: ORIGIN,
    input: `OPTIONS /a${END}`,
    expect: { form: FORM_ORIGIN, target: "/a", path: "/a", authority: "" },
  },
  {
    title: "§3.2.1 counts the target from where the method ended after a skipped CRLF",
    rfc: ORIGIN,
    input: `\r\nPOST /a?b${END}`,
    expect: { form: FORM_ORIGIN, target: "/a?b", path: "/a", methodText: "POST" },
  },
  {
    title: "§3.2 rejects an empty target",
    rfc: "RFC 9112 §3.2",
    input: "GET  HTTP/1.1\r\n\r\n",
    expect: { error: E_TARGET, at: 4 },
  },
  {
    title: "§3.2 rejects a fragment",
    rfc: "RFC 9112 §3.2",
    input: `GET /a#b${END}`,
    expect: { error: E_TARGET, at: 6 },
  },
  {
    title: "§3.2 rejects a number sign behind bytes above 0x7F",
    rfc: "RFC 9112 §3.2",
    input: `GET /\xc3\xa9#${END}`,
    expect: { error: E_TARGET, at: 7 },
  },
  origin("reports bytes above 0x7F in the path", "/caf\xc3\xa9?a", "/caf\xc3\xa9", F_TARGET_RAW),
  origin("reports bytes above 0x7F in the query", "/a?caf\xc3\xa9", "/a", F_TARGET_RAW),
  origin("reports an escape beside bytes above 0x7F", "/%41\xff?\x80", "/%41\xff", F_PATH_ESCAPED | F_TARGET_RAW),
  origin("accepts JSON in the query", '/a?{"b":[1,<2>]}', "/a"),
  origin("accepts quotation marks and angle brackets in the path", '/"a"<b>', '/"a"<b>'),
  {
    title: "§3.2 does not report bytes above 0x7F behind the target",
    rfc: "RFC 9112 §3.2",
    input: "GET /a HTTP/1.1\r\nA: \xc3\xa9\r\n\r\n",
    expect: { form: FORM_ORIGIN, target: "/a", path: "/a", flags: 0 },
  },
  {
    title: "§3.2 rejects a DEL in the target",
    rfc: "RFC 9112 §3.2",
    input: `GET /\x7f${END}`,
    expect: { error: E_TARGET, at: 5 },
  },
  ...rawBytes,
  absolute("reports bytes above 0x7F", "http://a/\xe4?b", "a", "/\xe4", F_TARGET_RAW),
  absolute("reports bytes above 0x7F in the query alone", "http://a/b?\xe4", "a", "/b", F_TARGET_RAW),
  refused("§3.2.2 rejects bytes above 0x7F in the host", ABSOLUTE, "GET", "http://b\xc3\xbccher/"),
  refused("§3.2.3 rejects bytes above 0x7F in the host", AUTHORITY, "CONNECT", "b\xc3\xbccher:80"),
  refused("§3.2.1 rejects a path without slash", ORIGIN, "GET", "index.html"),
  refused("§3.2.1 rejects a question mark as first byte", ORIGIN, "GET", "?a"),
  refused("§3.2.1 rejects a percent as first byte", ORIGIN, "GET", "%2Fa"),
  refused("§3.2.1 rejects a backslash as first byte", ORIGIN, "GET", "\\a"),
  refused("§3.2.1 rejects origin-form for CONNECT", ORIGIN, "CONNECT", "/"),

  absolute("accepts http with a path", "http://example.com/a?b", "example.com", "/a"),
  absolute("accepts https", "https://example.com/a", "example.com", "/a"),
  absolute("accepts the scheme in any case", "hTTp://a/", "a", "/"),
  absolute("accepts https in any case", "HTTPS://a/", "a", "/"),
  absolute("accepts an absent path", "http://a", "a", ""),
  absolute("accepts a query without path", "http://a?b/c", "a", ""),
  absolute("accepts a port", "http://a:8080/", "a:8080", "/"),
  absolute("accepts an empty port", "http://a:/", "a:", "/"),
  absolute("accepts an IPv4 address", "http://127.0.0.1:80/x", "127.0.0.1:80", "/x"),
  absolute("accepts an IPv6 address", "http://[::1]/x", "[::1]", "/x"),
  absolute("accepts an IPv6 address with a port", "http://[2001:DB8::a.b]:443?x", "[2001:DB8::a.b]:443", ""),
  absolute("accepts an escape in the host", "http://a%2Db/", "a%2Db", "/"),
  absolute("reports an escape in the path, not in the authority", "http://a%2Db/%2f", "a%2Db", "/%2f", F_PATH_ESCAPED),
  absolute("accepts an at sign after the authority", "http://a/b@c", "a", "/b@c"),
  {
    title: "§3.2.2 accepts absolute-form for OPTIONS",
    rfc: ABSOLUTE,
    input: `OPTIONS http://a${END}`,
    expect: { form: FORM_ABSOLUTE, target: "http://a", authority: "a", path: "" },
  },
  refused("§3.2.2 rejects userinfo", ABSOLUTE, "GET", "http://user@a/"),
  refused("§3.2.2 rejects userinfo with a password", ABSOLUTE, "GET", "http://user:pw@a/"),
  refused("§3.2.2 rejects an empty authority", ABSOLUTE, "GET", "http:///a"),
  refused("§3.2.2 rejects a scheme alone", ABSOLUTE, "GET", "http://"),
  refused("§3.2.2 rejects https alone", ABSOLUTE, "GET", "https://"),
  refused("§3.2.2 rejects a port without host", ABSOLUTE, "GET", "http://:80/"),
  refused("§3.2.2 rejects an empty authority before a query", ABSOLUTE, "GET", "http://?a"),
  refused("§3.2.2 rejects a port with a letter", ABSOLUTE, "GET", "http://a:8o/"),
  refused("§3.2.2 rejects a port of six digits", ABSOLUTE, "GET", "http://a:000080/"),
  refused("§3.2.2 rejects two colons", ABSOLUTE, "GET", "http://a:1:2/"),
  refused("§3.2.2 rejects a comma in the host", ABSOLUTE, "GET", "http://a,b/"),
  refused("§3.2.2 rejects a backslash in the host", ABSOLUTE, "GET", "http://a\\b/"),
  refused("§3.2.2 rejects a half escape in the host", ABSOLUTE, "GET", "http://a%2/"),
  refused("§3.2.2 rejects an escape cut by the end of the target", ABSOLUTE, "GET", "http://a%"),
  refused("§3.2.2 rejects an IP literal that does not end", ABSOLUTE, "GET", "http://[::1/"),
  refused("§3.2.2 rejects bytes after an IP literal", ABSOLUTE, "GET", "http://[::1]a/"),
  absolute("accepts the zone of an IPv6 address", "http://[fe80::1%25eth0]/", "[fe80::1%25eth0]", "/"),
  refused("§3.2.2 rejects an empty zone", ABSOLUTE, "GET", "http://[fe80::1%]/"),
  refused("§3.2.2 rejects one slash after the scheme", ABSOLUTE, "GET", "http:/a"),
  refused("§3.2.2 rejects no slash after the scheme", ABSOLUTE, "GET", "http:a"),
  refused("§3.2.2 rejects a scheme cut short", ABSOLUTE, "GET", "http:/"),
  refused("§3.2.2 rejects another byte for the colon after the scheme", ABSOLUTE, "GET", "http;//a/"),
  refused("§3.2.2 rejects another byte for the first slash", ABSOLUTE, "GET", "http:x/a/"),
  refused("§3.2.2 rejects another byte for the second slash", ABSOLUTE, "GET", "http:/xa/"),
  refused("§3.2.2 rejects other bytes for colon and slash", ABSOLUTE, "GET", "httpaa/b/"),
  refused("§3.2.2 rejects httpx", ABSOLUTE, "GET", "httpx://a/"),
  refused("§3.2.2 rejects httpss", ABSOLUTE, "GET", "httpss://a/"),
  refused("§3.2.2 rejects htt", ABSOLUTE, "GET", "htt://a/bcd"),
  refused("§3.2.2 rejects ftp", ABSOLUTE, "GET", "ftp://a/"),
  refused("§3.2.2 rejects ws", ABSOLUTE, "GET", "ws://a/"),
  refused("§3.2.2 rejects a scheme in which a control character would pass for a letter", ABSOLUTE, "GET", "HTTP:..a/"),
  refused("§3.2.2 rejects absolute-form for CONNECT", ABSOLUTE, "CONNECT", "http://a:80/"),

  authority("accepts host and port", "example.com:443"),
  authority("accepts an IPv4 address", "127.0.0.1:1"),
  authority("accepts an IPv6 address", "[::1]:65535"),
  authority("accepts a port of five digits", "a:99999"),
  refused("§3.2.3 rejects a missing port", AUTHORITY, "CONNECT", "a"),
  refused("§3.2.3 rejects an empty port", AUTHORITY, "CONNECT", "a:"),
  refused("§3.2.3 rejects an empty host", AUTHORITY, "CONNECT", ":80"),
  refused("§3.2.3 rejects a port of six digits", AUTHORITY, "CONNECT", "a:123456"),
  refused("§3.2.3 rejects a port with a letter", AUTHORITY, "CONNECT", "a:8a"),
  refused("§3.2.3 rejects userinfo", AUTHORITY, "CONNECT", "u@a:80"),
  refused("§3.2.3 rejects a path", AUTHORITY, "CONNECT", "a:80/"),
  refused("§3.2.3 rejects an IPv6 address without brackets", AUTHORITY, "CONNECT", "::1:80"),
  refused("§3.2.3 rejects an IPv6 address without port", AUTHORITY, "CONNECT", "[::1]"),
  refused("§3.2.3 rejects authority-form for GET", AUTHORITY, "GET", "example.com:443"),
  refused("§3.2.3 rejects authority-form for the method connect in lower case", AUTHORITY, "connect", "a:443"),

  {
    title: "§3.2.4 accepts the asterisk for OPTIONS",
    rfc: ASTERISK,
    input: `OPTIONS *${END}`,
    expect: { form: FORM_ASTERISK, target: "*", path: "*", authority: "", flags: 0 },
  },
  refused("§3.2.4 rejects the asterisk for GET", ASTERISK, "GET", "*"),
  refused("§3.2.4 rejects the asterisk for CONNECT", ASTERISK, "CONNECT", "*"),
  refused("§3.2.4 rejects the asterisk for the method options in lower case", ASTERISK, "options", "*"),
  refused("§3.2.4 rejects bytes after the asterisk", ASTERISK, "OPTIONS", "*a"),
  refused("§3.2.4 rejects a query after the asterisk", ASTERISK, "OPTIONS", "*?a"),
  refused("§3.2.4 rejects two asterisks", ASTERISK, "OPTIONS", "**"),
];
