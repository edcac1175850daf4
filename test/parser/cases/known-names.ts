/** The ids of the well-known field names: each in its usual, lower and upper spelling, and names that are nearly one. */
import * as abi from "../../../src/parser/abi.ts";
import type { Case } from "../_case.ts";

const LINE = "GET / HTTP/1.1\r\n";
const RFC = "RFC 9110 §5.1";

/** Written out by hand, apart from names.ts, so that a slip in either shows. */
const KNOWN: readonly (readonly [number, string])[] = [
  [abi.H_HOST, "Host"],
  [abi.H_CONNECTION, "Connection"],
  [abi.H_CONTENT_LENGTH, "Content-Length"],
  [abi.H_TRANSFER_ENCODING, "Transfer-Encoding"],
  [abi.H_EXPECT, "Expect"],
  [abi.H_UPGRADE, "Upgrade"],
  [abi.H_CONTENT_TYPE, "Content-Type"],
  [abi.H_CONTENT_ENCODING, "Content-Encoding"],
  [abi.H_ACCEPT, "Accept"],
  [abi.H_ACCEPT_ENCODING, "Accept-Encoding"],
  [abi.H_ACCEPT_LANGUAGE, "Accept-Language"],
  [abi.H_USER_AGENT, "User-Agent"],
  [abi.H_COOKIE, "Cookie"],
  [abi.H_AUTHORIZATION, "Authorization"],
  [abi.H_IF_NONE_MATCH, "If-None-Match"],
  [abi.H_IF_MODIFIED_SINCE, "If-Modified-Since"],
  [abi.H_IF_MATCH, "If-Match"],
  [abi.H_IF_UNMODIFIED_SINCE, "If-Unmodified-Since"],
  [abi.H_IF_RANGE, "If-Range"],
  [abi.H_RANGE, "Range"],
  [abi.H_REFERER, "Referer"],
  [abi.H_ORIGIN, "Origin"],
  [abi.H_CACHE_CONTROL, "Cache-Control"],
  [abi.H_TE, "TE"],
  [abi.H_TRAILER, "Trailer"],
  [abi.H_FORWARDED, "Forwarded"],
  [abi.H_X_FORWARDED_FOR, "X-Forwarded-For"],
  [abi.H_X_FORWARDED_PROTO, "X-Forwarded-Proto"],
  [abi.H_X_REAL_IP, "X-Real-Ip"],
  [abi.H_X_SCHEME, "X-Scheme"],
  [abi.H_SEC_WEBSOCKET_KEY, "Sec-WebSocket-Key"],
  [abi.H_SEC_WEBSOCKET_VERSION, "Sec-WebSocket-Version"],
  [abi.H_SEC_WEBSOCKET_PROTOCOL, "Sec-WebSocket-Protocol"],
  [abi.H_SEC_WEBSOCKET_EXTENSIONS, "Sec-WebSocket-Extensions"],
  [abi.H_X_REQUESTED_WITH, "X-Requested-With"],
  [abi.H_X_XSRFTOKEN, "X-Xsrftoken"],
  [abi.H_X_CSRFTOKEN, "X-CSRFToken"],
  [abi.H_LAST_EVENT_ID, "Last-Event-ID"],
  [abi.H_SEC_FETCH_SITE, "Sec-Fetch-Site"],
  [abi.H_SEC_FETCH_MODE, "Sec-Fetch-Mode"],
  [abi.H_SEC_FETCH_DEST, "Sec-Fetch-Dest"],
  [abi.H_TRACEPARENT, "traceparent"],
  [abi.H_DATE, "Date"],
  [abi.H_SERVER, "Server"],
  [abi.H_LOCATION, "Location"],
  [abi.H_SET_COOKIE, "Set-Cookie"],
  [abi.H_ETAG, "ETag"],
  [abi.H_LAST_MODIFIED, "Last-Modified"],
  [abi.H_CONTENT_RANGE, "Content-Range"],
  [abi.H_VARY, "Vary"],
];

/** Names that share first letters, last letters or lengths with known ones, or differ from one by a bit of a byte. */
const UNKNOWN: readonly string[] = [
  "Hos", "Hosts", "Most", "Hosu", "H", "h0st", "Hort", "Te2", "T", "E", "tx", "xe",
  "Content-Lengtg", "Content_Length", "ContentLength", "Content-Lengths", "Xontent-Length", "Content-Lenght", "Content.Length",
  "Transfer-Encodinh", "Transfer_Encoding", "Transfer-Encodin", "Transfer-Encoding2", "Transfer-Coding", "Ransfer-Encoding",
  "Accept-", "Accept-Charset", "Accept-Encodings", "Accept-Languagf", "Acceptt", "Accep", "Expects", "Expec",
  "Sec-WebSocket-Keys", "Sec-WebSocket", "Sec-WebSocket-Accept", "Sec-Fetch-User", "Sec-Fetch", "Set-Cookie2", "Cookie2",
  "If-None-Matcj", "If-Unmodified-Sincf", "X-Forwarded-Host", "X-Forwarded", "X-Real-Iq", "X^Real~Ip", "Dnt", "Etaf", "Varx",
  "Upgrade-Insecure-Requests", "Keep-Alive", "Proxy-Connection", "Connectio", "Connection-", "-Host", "Host-", "~~~~", "^^^^",
];

const spelled = (spelling: string, change: (name: string) => string): Case => ({
  title: `§5.1 knows the names ${spelling}`,
  rfc: RFC,
  input: `${LINE}${KNOWN.map(([, name]) => `${change(name)}: x\r\n`).join("")}\r\n`,
  expect: { ids: KNOWN.map(([id]) => id), fields: KNOWN.map(([, name]) => [change(name), "x"]) },
});

const alternating = (name: string): string =>
  [...name].map((letter, i) => (i % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase())).join("");

export const knownNames: readonly Case[] = [
  spelled("as they are usually written", (name) => name),
  spelled("in lower case", (name) => name.toLowerCase()),
  spelled("in upper case", (name) => name.toUpperCase()),
  spelled("in alternating case", alternating),
  ...KNOWN.map(([id, name]): Case => ({
    title: `§5.1 knows ${name} alone, in a response`,
    rfc: RFC,
    element: "response",
    input: `HTTP/1.1 200 OK\r\n${name}:x\r\n\r\n`,
    expect: { ids: [id], fields: [[name, "x"]] },
  })),
  ...UNKNOWN.map((name): Case => ({
    title: `§5.1 does not take ${name} for a well-known name`,
    rfc: RFC,
    input: `${LINE}${name}: x\r\n\r\n`,
    expect: { ids: [0], fields: [[name, "x"]], flags: 0 },
  })),
];
