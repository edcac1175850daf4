/** Connection, Upgrade and Expect: tokens found, values told apart. What follows from them is decided above the parser. */
import {
  F_CL_PRESENT,
  F_CONN_CLOSE,
  F_CONN_KEEP_ALIVE,
  F_CONN_UPGRADE,
  F_EXPECT_CONTINUE,
  F_EXPECT_OTHER,
  F_TE_CHUNKED_LAST,
  F_TE_PRESENT,
  F_UPGRADE,
} from "../../../src/parser/abi.ts";
import type { Case } from "../_case.ts";

const CONNECTION = "RFC 9110 §7.6.1";
const UPGRADE = "RFC 9110 §7.8";
const EXPECT = "RFC 9110 §10.1.1";

const head = (rfc: string, title: string, name: string, values: readonly string[], flags: number): Case => ({
  title: `§${rfc.slice(10)} ${title}`,
  rfc,
  input: `GET / HTTP/1.1\r\n${values.map((value) => `${name}:${value}\r\n`).join("")}\r\n`,
  expect: { flags },
});

const connection = (title: string, values: readonly string[], flags: number): Case =>
  head(CONNECTION, title, "Connection", values, flags);
const expectation = (title: string, values: readonly string[], flags: number): Case =>
  head(EXPECT, title, "Expect", values, flags);
const upgrade = (title: string, values: readonly string[], flags: number): Case =>
  head(UPGRADE, title, "Upgrade", values, flags);

export const connectionFields: readonly Case[] = [
  connection("finds close", [" close"], F_CONN_CLOSE),
  connection("finds close without space before it", ["close"], F_CONN_CLOSE),
  connection("finds close in any case", [" CLosE"], F_CONN_CLOSE),
  connection("finds keep-alive", [" keep-alive"], F_CONN_KEEP_ALIVE),
  connection("finds keep-alive in any case", [" Keep-Alive"], F_CONN_KEEP_ALIVE),
  connection("finds upgrade", [" Upgrade"], F_CONN_UPGRADE),
  connection("finds several options", [" keep-alive, Upgrade"], F_CONN_KEEP_ALIVE | F_CONN_UPGRADE),
  connection(
    "finds all three options",
    ["close,upgrade,keep-alive"],
    F_CONN_KEEP_ALIVE | F_CONN_UPGRADE | F_CONN_CLOSE,
  ),
  connection("finds contradicting options", [" keep-alive, close"], F_CONN_KEEP_ALIVE | F_CONN_CLOSE),
  connection("finds an option between unknown ones", [" x, close\t,\ty"], F_CONN_CLOSE),
  connection("finds options over several lines", [" close", " keep-alive"], F_CONN_KEEP_ALIVE | F_CONN_CLOSE),
  connection("passes over empty elements", [" , ,close,, "], F_CONN_CLOSE),
  connection("passes over unknown options", [" TE, x-foo"], 0),
  connection("accepts an empty value", [""], 0),
  connection("accepts a comma alone", [" ,"], 0),
  connection("does not find closed", [" closed"], 0),
  connection("does not find xclose", [" xclose"], 0),
  connection("does not find xlose", [" xlose"], 0),
  connection("does not find deep-alive", [" deep-alive"], 0),
  connection("does not find deep-alive after another option", [" x, deep-alive"], 0),
  connection(
    "does not find keep-alive in the first of two options that differ",
    [" keep-alivf, keep-alive"],
    F_CONN_KEEP_ALIVE,
  ),
  connection("does not find upgrada", [" vpgrade, upgrada"], 0),
  connection("does not find clos", [" clos"], 0),
  connection("does not find keep alive with a space", [" keep alive"], 0),
  connection("does not find keep=alive", [" keep=alive"], 0),
  connection("does not find close in two words", [" close now"], 0),
  connection("does not find close with a parameter", [" close;x"], 0),
  connection("does not find a quoted close", [' "close"'], 0),
  connection("finds close after a comma within quotes", [' "a, close'], F_CONN_CLOSE),
  connection("does not trim a no-break space", [" close\xa0"], 0),
  {
    title: "§7.6.1 reports the options of a response",
    rfc: CONNECTION,
    element: "response",
    input: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nConnection: upgrade\r\n\r\n",
    expect: { minor: 0, flags: F_CONN_KEEP_ALIVE | F_CONN_UPGRADE },
  },

  upgrade("reports an Upgrade field", [" websocket"], F_UPGRADE),
  upgrade("reports an Upgrade field of any value", [" h2c, x/1"], F_UPGRADE),
  upgrade("does not report an empty Upgrade field", [""], 0),
  upgrade("does not report an Upgrade field of blanks", [" \t "], 0),
  upgrade("reports a second Upgrade field after an empty one", ["", " websocket"], F_UPGRADE),
  upgrade("reports a first Upgrade field before an empty one", [" websocket", ""], F_UPGRADE),
  {
    title: "§7.8 reports the request of a WebSocket handshake",
    rfc: UPGRADE,
    input: "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    expect: { host: "a", flags: F_UPGRADE | F_CONN_UPGRADE },
  },
  {
    title: "§7.8 reports the Upgrade field of a response",
    rfc: UPGRADE,
    element: "response",
    input: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    expect: { status: 101, flags: F_UPGRADE | F_CONN_UPGRADE },
  },

  expectation("finds 100-continue", [" 100-continue"], F_EXPECT_CONTINUE),
  expectation("finds 100-continue in any case", [" 100-Continue"], F_EXPECT_CONTINUE),
  expectation("finds 100-continue without space before it", ["100-CONTINUE\t"], F_EXPECT_CONTINUE),
  expectation("marks another expectation", [" 200-ok"], F_EXPECT_OTHER),
  // Expect = #expectation; §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements"
  expectation("accepts an empty value", [""], 0),
  expectation("accepts commas and blanks alone", [" , ,\t,"], 0),
  expectation("accepts empty lines", ["", " ", ","], 0),
  expectation("finds 100-continue before a comma", [" 100-continue,"], F_EXPECT_CONTINUE),
  expectation("finds 100-continue behind a comma", [",100-Continue"], F_EXPECT_CONTINUE),
  expectation("finds 100-continue among empty elements", [" , ,\t100-continue ,,\t"], F_EXPECT_CONTINUE),
  expectation("finds 100-continue before an empty line", [" 100-continue", ""], F_EXPECT_CONTINUE),
  expectation("finds 100-continue after an empty line", ["", " 100-continue"], F_EXPECT_CONTINUE),
  expectation("marks another among empty elements", [",,x,,"], F_EXPECT_OTHER),
  expectation("marks 100-continue that a blank cuts", [" ,100- continue,"], F_EXPECT_OTHER),
  expectation("marks 100-continue that a comma cuts", [" 100,-continue"], F_EXPECT_OTHER),
  expectation("marks a list", [" 100-continue, x"], F_EXPECT_CONTINUE | F_EXPECT_OTHER),
  expectation("marks a list in the other order", [" x, 100-continue"], F_EXPECT_OTHER),
  expectation(
    "marks 100-continue twice in one line",
    [" 100-continue, 100-continue"],
    F_EXPECT_CONTINUE | F_EXPECT_OTHER,
  ),
  expectation("marks 100-continue with a parameter", [" 100-continue;x"], F_EXPECT_OTHER),
  expectation("marks 100-continued", [" 100-continued"], F_EXPECT_OTHER),
  expectation("marks 100-continu", [" 100-continu"], F_EXPECT_OTHER),
  expectation("marks 200-continue", [" 200-continue"], F_EXPECT_OTHER),
  expectation("marks 101-continue", [" 101-continue"], F_EXPECT_OTHER),
  expectation("marks 100 continue", [" 100 continue"], F_EXPECT_OTHER),
  expectation(
    "marks a second line with 100-continue",
    [" 100-continue", " 100-continue"],
    F_EXPECT_CONTINUE | F_EXPECT_OTHER,
  ),
  expectation("marks a second line with anything", [" 100-continue", "x"], F_EXPECT_CONTINUE | F_EXPECT_OTHER),
  expectation("does not find 100-continue in a second line", [" x", " 100-continue"], F_EXPECT_OTHER),
  {
    title: "§10.1.1 reports no expectation of a response",
    rfc: EXPECT,
    element: "response",
    input: "HTTP/1.1 200 OK\r\nExpect: x\r\nExpect: 100-continue\r\n\r\n",
    expect: { flags: 0 },
  },
  {
    title: "§10.1.1 reports an expectation beside the facts of framing",
    rfc: EXPECT,
    input: "POST / HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
    expect: { flags: F_EXPECT_CONTINUE | F_CL_PRESENT | F_TE_PRESENT | F_TE_CHUNKED_LAST, contentLength: 0 },
  },
];
