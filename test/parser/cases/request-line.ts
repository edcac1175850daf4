/** The request line: empty lines in front of it, method, spaces, version. Target forms have their own file. */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_METHOD,
  E_TARGET,
  E_TARGET_FORM,
  E_VERSION,
  E_VERSION_UNSUPPORTED,
  M_CONNECT,
  M_DELETE,
  M_GET,
  M_HEAD,
  M_OPTIONS,
  M_OTHER,
  M_PATCH,
  M_POST,
  M_PUT,
  M_TRACE,
} from "../../../src/parser/abi.ts";
import type { ByteTable, Case } from "../_case.ts";

const R3 = "RFC 9112 §3";
const R22 = "RFC 9112 §2.2";
const R23 = "RFC 9112 §2.3";
const METHOD = "RFC 9110 §9.1";
const END = " HTTP/1.1\r\n\r\n";

const method = (id: number, text: string): Case => ({
  title: `§9.1 knows the method ${text}`,
  rfc: METHOD,
  input: `${text} /a${END}`,
  expect: { method: id, methodText: text, target: "/a", path: "/a", minor: 1, flags: 0, fields: [] },
});

const otherMethod = (text: string): Case => ({
  title: `§9.1 takes ${text} for a method without an id`,
  rfc: METHOD,
  input: `${text} /a${END}`,
  expect: { method: M_OTHER, methodText: text, target: "/a", flags: 0 },
});

export const requestLine: readonly Case[] = [
  method(M_GET, "GET"),
  method(M_HEAD, "HEAD"),
  method(M_POST, "POST"),
  method(M_PUT, "PUT"),
  method(M_DELETE, "DELETE"),
  method(M_PATCH, "PATCH"),
  method(M_TRACE, "TRACE"),
  method(M_OPTIONS, "OPTIONS"),
  {
    title: "§9.1 knows the method CONNECT",
    rfc: METHOD,
    input: `CONNECT a:1${END}`,
    expect: { method: M_CONNECT, methodText: "CONNECT", target: "a:1", path: "" },
  },
  // One letter off, in every direction: the method is case-sensitive and compared to its end.
  ...["get", "Get", "GEt", "GeT", "GETS", "GE", "G", "HEAP", "head", "POS", "POSTS", "PUD", "PATCHY", "PATC"].map(
    otherMethod,
  ),
  ...["DELETEX", "DELET", "OPTION", "OPTIONZ", "CONNECTS", "connect", "TRACER", "TRACX", "PROPFIND", "M-SEARCH"].map(
    otherMethod,
  ),
  ...["!#$%&'*+-.^_`|~", "0123456789", "A".repeat(300)].map(otherMethod),

  // RFC 9112 §2.2: "a server that is expecting to receive and parse a request-line SHOULD ignore at least one empty line (CRLF)
  // received prior to the request-line."
  {
    title: "§2.2 skips one CRLF before the request line",
    rfc: R22,
    input: `\r\nGET /${END}`,
    expect: { methodText: "GET", target: "/", method: M_GET },
  },
  {
    title: "§2.2 rejects a second CRLF before the request line",
    rfc: R22,
    input: `\r\n\r\nGET /${END}`,
    expect: { error: E_METHOD, at: 2 },
  },
  {
    title: "§2.2 rejects a LF before the request line",
    rfc: R22,
    input: `\nGET /${END}`,
    expect: { error: E_BARE_LF, at: 0 },
  },
  {
    title: "§2.2 rejects a LF after the skipped CRLF",
    rfc: R22,
    input: `\r\n\nGET /${END}`,
    expect: { error: E_METHOD, at: 2 },
  },
  {
    title: "§2.2 rejects a CR without LF before the request line",
    rfc: R22,
    input: `\rGET /${END}`,
    expect: { error: E_BARE_CR, at: 0 },
  },
  {
    title: "§2.2 rejects CR CR LF before the request line",
    rfc: R22,
    input: `\r\r\nGET /${END}`,
    expect: { error: E_BARE_CR, at: 0 },
  },
  { title: "§2.2 waits after the CR of an empty line", rfc: R22, input: "\r", expect: { unfinished: 0 } },
  { title: "§2.2 waits after an empty line", rfc: R22, input: "\r\n", expect: { unfinished: 0 } },

  { title: "§3 waits where nothing has come", rfc: R3, input: "", expect: { unfinished: 0 } },
  { title: "§3 waits in the method", rfc: R3, input: "GE", expect: { unfinished: 0 } },
  { title: "§3 waits after the method", rfc: R3, input: "GET", expect: { unfinished: 0 } },
  { title: "§3 waits before the target", rfc: R3, input: "GET ", expect: { unfinished: 0 } },
  { title: "§3 waits in the target", rfc: R3, input: "GET /ab", expect: { unfinished: 0 } },
  { title: "§3 waits before the version", rfc: R3, input: "GET /ab ", expect: { unfinished: 0 } },
  { title: "§3 waits in the version", rfc: R3, input: "GET /ab HTTP/1.", expect: { unfinished: 0 } },
  { title: "§3 waits after the version", rfc: R3, input: "GET /ab HTTP/1.1", expect: { unfinished: 0 } },
  {
    title: "§3 waits after the CR of the request line",
    rfc: R3,
    input: "GET /ab HTTP/1.1\r",
    expect: { unfinished: 0 },
  },
  {
    title: "§3 is past the start line once its CRLF has come",
    rfc: R3,
    input: "GET /ab HTTP/1.1\r\n",
    expect: { unfinished: 1 },
  },

  { title: "§3 rejects an empty method", rfc: R3, input: ` /${END}`, expect: { error: E_METHOD, at: 0 } },
  { title: "§3 rejects a space before the method", rfc: R3, input: ` GET /${END}`, expect: { error: E_METHOD, at: 0 } },
  { title: "§3 rejects a tab after the method", rfc: R3, input: `GET\t/${END}`, expect: { error: E_METHOD, at: 3 } },
  {
    title: "§3 rejects two spaces after the method",
    rfc: R3,
    input: `GET  /${END}`,
    expect: { error: E_TARGET, at: 4 },
  },
  {
    title: "§3 rejects a comma in the method",
    rfc: METHOD,
    input: `FOO,BAR /${END}`,
    expect: { error: E_METHOD, at: 3 },
  },
  { title: "§3 rejects a method alone", rfc: R3, input: "GET\r\n\r\n", expect: { error: E_METHOD, at: 3 } },
  {
    title: "§3 rejects the first byte of a TLS handshake",
    rfc: R3,
    input: "\x16\x03\x01\x02\x00\x01",
    expect: { error: E_METHOD, at: 0 },
  },
  { title: "§3 rejects a NUL in the method", rfc: METHOD, input: `G\0T /${END}`, expect: { error: E_METHOD, at: 1 } },
  {
    title: "§3 rejects a byte order mark",
    rfc: METHOD,
    input: `\xef\xbb\xbfGET /${END}`,
    expect: { error: E_METHOD, at: 0 },
  },

  {
    title: "§3 rejects a request without version (HTTP/0.9)",
    rfc: R3,
    input: "GET /\r\n",
    expect: { error: E_TARGET, at: 5 },
  },
  { title: "§3 rejects a bare LF after the target", rfc: R3, input: "GET /\n", expect: { error: E_TARGET, at: 5 } },
  {
    title: "§3 rejects a tab after the target",
    rfc: R3,
    input: "GET /\tHTTP/1.1\r\n\r\n",
    expect: { error: E_TARGET, at: 5 },
  },
  {
    title: "§3 rejects two spaces after the target",
    rfc: R3,
    input: "GET /  HTTP/1.1\r\n\r\n",
    expect: { error: E_VERSION, at: 6 },
  },
  { title: "§3 rejects a space in the target", rfc: R3, input: `GET /a b${END}`, expect: { error: E_VERSION, at: 7 } },
  {
    title: "§3 rejects a space after the version",
    rfc: R3,
    input: "GET / HTTP/1.1 \r\n\r\n",
    expect: { error: E_VERSION, at: 14 },
  },
  {
    title: "§3 rejects a tab after the version",
    rfc: R3,
    input: "GET / HTTP/1.1\t\r\n\r\n",
    expect: { error: E_VERSION, at: 14 },
  },
  {
    title: "§2.2 rejects a request line that ends with LF alone",
    rfc: R22,
    input: "GET / HTTP/1.1\n\r\n",
    expect: { error: E_BARE_LF, at: 14 },
  },
  {
    title: "§2.2 rejects a request line that ends with CR alone",
    rfc: R22,
    input: "GET / HTTP/1.1\rHost: a\r\n\r\n",
    expect: { error: E_BARE_CR, at: 14 },
  },
  {
    title: "§2.2 rejects a request line that ends with CR CR LF",
    rfc: R22,
    input: "GET / HTTP/1.1\r\r\n\r\n",
    expect: { error: E_BARE_CR, at: 14 },
  },
  {
    title: "§3 decides the form of the target before the version",
    rfc: R3,
    input: "GET a HTTP/2.0\r\n\r\n",
    expect: { error: E_TARGET_FORM, at: 4 },
  },

  {
    title: "§2.3 reports the minor version 0",
    rfc: R23,
    input: "GET / HTTP/1.0\r\n\r\n",
    expect: { minor: 0, flags: 0 },
  },
  {
    title: "§2.3 reports the minor version 1",
    rfc: R23,
    input: "GET / HTTP/1.1\r\n\r\n",
    expect: { minor: 1, flags: 0 },
  },
  {
    title: "§2.3 reports the minor version 2",
    rfc: R23,
    input: "GET / HTTP/1.2\r\n\r\n",
    expect: { minor: 2, flags: 0 },
  },
  {
    title: "§2.3 reports the minor version 9",
    rfc: R23,
    input: "GET / HTTP/1.9\r\n\r\n",
    expect: { minor: 9, flags: 0 },
  },
  {
    title: "§2.3 rejects the major version 0",
    rfc: R23,
    input: "GET / HTTP/0.9\r\n\r\n",
    expect: { error: E_VERSION_UNSUPPORTED, at: 11 },
  },
  {
    title: "§2.3 rejects the major version 2",
    rfc: R23,
    input: "GET / HTTP/2.0\r\n\r\n",
    expect: { error: E_VERSION_UNSUPPORTED, at: 11 },
  },
  {
    title: "§2.3 rejects the major version 3",
    rfc: R23,
    input: "GET / HTTP/3.1\r\n\r\n",
    expect: { error: E_VERSION_UNSUPPORTED, at: 11 },
  },
  {
    title: "§2.3 rejects the major version 9",
    rfc: R23,
    input: "GET / HTTP/9.9\r\n\r\n",
    expect: { error: E_VERSION_UNSUPPORTED, at: 11 },
  },
  {
    title: "§2.3 rejects the preface of HTTP/2",
    rfc: R23,
    input: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    expect: { error: E_TARGET_FORM, at: 4 },
  },
  {
    title: "§2.3 rejects a major version alone",
    rfc: R23,
    input: "GET / HTTP/1\r\n\r\n",
    expect: { error: E_VERSION, at: 12 },
  },
  {
    title: "§2.3 rejects HTTP/2 without minor version",
    rfc: R23,
    input: "GET / HTTP/2\r\n\r\n",
    expect: { error: E_VERSION, at: 12 },
  },
  {
    title: "§2.3 rejects a minor version of two digits",
    rfc: R23,
    input: "GET / HTTP/1.10\r\n\r\n",
    expect: { error: E_VERSION, at: 14 },
  },
  {
    title: "§2.3 rejects a major version of two digits",
    rfc: R23,
    input: "GET / HTTP/11.0\r\n\r\n",
    expect: { error: E_VERSION, at: 12 },
  },
  {
    title: "§2.3 rejects an empty minor version",
    rfc: R23,
    input: "GET / HTTP/1.\r\n\r\n",
    expect: { error: E_VERSION, at: 13 },
  },
  {
    title: "§2.3 rejects a version in lower case",
    rfc: R23,
    input: "GET / http/1.1\r\n\r\n",
    expect: { error: E_VERSION, at: 6 },
  },
  {
    title: "§2.3 rejects a version in mixed case",
    rfc: R23,
    input: "GET / HTTp/1.1\r\n\r\n",
    expect: { error: E_VERSION, at: 9 },
  },
  {
    title: "§2.3 rejects a comma in the version",
    rfc: R23,
    input: "GET / HTTP/1,1\r\n\r\n",
    expect: { error: E_VERSION, at: 12 },
  },
  {
    title: "§2.3 rejects a version without slash",
    rfc: R23,
    input: "GET / HTTP1.1\r\n\r\n",
    expect: { error: E_VERSION, at: 10 },
  },
  {
    title: "§2.3 rejects a space in the version",
    rfc: R23,
    input: "GET / HTTP/ 1.1\r\n\r\n",
    expect: { error: E_VERSION, at: 11 },
  },
  {
    title: "§2.3 rejects a signed version",
    rfc: R23,
    input: "GET / HTTP/+1.1\r\n\r\n",
    expect: { error: E_VERSION, at: 11 },
  },
  {
    title: "§2.3 rejects another protocol",
    rfc: R23,
    input: "GET / ICAP/1.0\r\n\r\n",
    expect: { error: E_VERSION, at: 6 },
  },
  {
    title: "§2.3 rejects HTTPS as a protocol name",
    rfc: R23,
    input: "GET / HTTPS/1.1\r\n\r\n",
    expect: { error: E_VERSION, at: 10 },
  },
  {
    title: "§2.3 rejects a missing version after the space",
    rfc: R23,
    input: "GET / \r\n\r\n",
    expect: { error: E_VERSION, at: 6 },
  },
  {
    title: "§2.3 rejects a LF in place of the version",
    rfc: R23,
    input: "GET / \n\r\n",
    expect: { error: E_VERSION, at: 6 },
  },
  {
    title: "§2.1 ends the head at the empty line and leaves the rest",
    rfc: "RFC 9112 §2.1",
    input: "GET / HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
    expect: { consumed: 18, target: "/" },
  },
];

/** The bytes 0x80-0xFF. */
const ABOVE_ASCII = Array.from({ length: 128 }, (_none, i) => String.fromCharCode(128 + i)).join("");

export const requestLineBytes: readonly ByteTable[] = [
  {
    title: "§5.6.2 permits the tchars and nothing else as first byte of a method",
    rfc: "RFC 9110 §5.6.2",
    before: "",
    after: "ET /\x20HTTP/1.1\r\n\r\n",
    accepts: "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    error: E_METHOD,
    except: { "\n": { error: E_BARE_LF, at: 0 }, "\r": { error: E_BARE_CR, at: 0 } },
  },
  {
    title: "§5.6.2 permits the tchars and nothing else within a method",
    rfc: "RFC 9110 §5.6.2",
    before: "GE",
    after: "T /\x20HTTP/1.1\r\n\r\n",
    accepts: "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    error: E_METHOD,
    // The method is GE, the target `T`.
    except: { " ": { error: E_TARGET_FORM, at: 3 } },
  },
  {
    title: "§3.2 permits everything but controls, the space and the number sign within a target",
    rfc: "RFC 9112 §3.2",
    before: "GET /a",
    after: "b HTTP/1.1\r\n\r\n",
    accepts: `!"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\`abcdefghijklmnopqrstuvwxyz{|}~${ABOVE_ASCII}`,
    error: E_TARGET,
    // The version begins with `b`.
    except: { " ": { error: E_VERSION, at: 7 } },
  },
  {
    title: "§2.3 permits an H and nothing else where the version begins",
    rfc: "RFC 9112 §2.3",
    before: "GET / ",
    after: "TTP/1.1\r\n\r\n",
    accepts: "H",
    error: E_VERSION,
  },
  {
    title: "§2.3 permits a digit and nothing else as minor version",
    rfc: "RFC 9112 §2.3",
    before: "GET / HTTP/1.",
    after: "\r\n\r\n",
    accepts: "0123456789",
    error: E_VERSION,
  },
  {
    title: "§2.3 permits 1 and nothing else as major version",
    rfc: "RFC 9112 §2.3",
    before: "GET / HTTP/",
    after: ".1\r\n\r\n",
    accepts: "1",
    error: E_VERSION,
    except: Object.fromEntries([..."023456789"].map((digit) => [digit, { error: E_VERSION_UNSUPPORTED, at: 11 }])),
  },
  {
    title: "§3 permits CR and nothing else after the version",
    rfc: "RFC 9112 §3",
    before: "GET / HTTP/1.1",
    after: "\n\r\n",
    accepts: "\r",
    error: E_VERSION,
    except: { "\n": { error: E_BARE_LF, at: 14 } },
  },
  {
    title: "§2.2 permits LF and nothing else after the CR of the request line",
    rfc: "RFC 9112 §2.2",
    before: "GET / HTTP/1.1\r",
    after: "\r\n",
    accepts: "\n",
    error: E_BARE_CR,
    errorAt: 14,
  },
];
