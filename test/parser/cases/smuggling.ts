/**
 * Heads that two recipients have been known to read differently, which is what request smuggling lives on. Each is either
 * refused here or marked, so that the connection above can refuse it. Kinds of attack by their usual names.
 */
import * as abi from "../../../src/parser/abi.ts";
import type { Case } from "../_case.ts";

const LINE = "POST / HTTP/1.1\r\nHost: a\r\n";
/** Length of LINE. */
const AT = 26;
const RFC = "RFC 9112 §11.2";
const CHUNKED = abi.F_TE_PRESENT | abi.F_TE_CHUNKED_LAST;

const marked = (title: string, lines: string, flags: number, contentLength = 0): Case => ({
  title: `§11.2 marks ${title}`,
  rfc: RFC,
  input: `${LINE}${lines}\r\n\r\n`,
  expect: { host: "a", flags, contentLength },
});

const refused = (title: string, lines: string, error: number, at: number): Case => ({
  title: `§11.2 rejects ${title}`,
  rfc: RFC,
  input: `${LINE}${lines}\r\n\r\n`,
  expect: { error, at: AT + at },
});

export const smuggling: readonly Case[] = [
  marked(
    "CL.TE: Content-Length before chunked",
    "Content-Length: 6\r\nTransfer-Encoding: chunked",
    CHUNKED | abi.F_CL_PRESENT,
    6,
  ),
  marked(
    "TE.CL: chunked before Content-Length",
    "Transfer-Encoding: chunked\r\nContent-Length: 6",
    CHUNKED | abi.F_CL_PRESENT,
    6,
  ),
  marked(
    "TE.TE: chunked and a second, odd line",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
    abi.F_TE_PRESENT | abi.F_TE_CHUNKED_MISPLACED | abi.F_TE_OTHER,
  ),
  marked("TE.TE in the other order", "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked", CHUNKED | abi.F_TE_OTHER),
  marked("CL.CL: two lengths", "Content-Length: 8\r\nContent-Length: 7", abi.F_CL_PRESENT | abi.F_CL_REPEATED),
  marked("two lengths in one line", "Content-Length: 8, 7", abi.F_CL_PRESENT | abi.F_CL_INVALID),
  marked(
    "CL.0: a second length of zero",
    "Content-Length: 44\r\nContent-Length: 0",
    abi.F_CL_PRESENT | abi.F_CL_REPEATED,
  ),
  marked("a length that wraps at 32 bits as what it is", "Content-Length: 4294967301", abi.F_CL_PRESENT, 4294967301),
  marked("a length that wraps at 64 bits", "Content-Length: 18446744073709551621", abi.F_CL_PRESENT | abi.F_CL_INVALID),
  marked("chunked behind a no-break space", "Transfer-Encoding: \xa0chunked", abi.F_TE_PRESENT | abi.F_TE_INVALID),
  marked("chunked behind an empty element", "Transfer-Encoding: , chunked", CHUNKED | abi.F_TE_INVALID),
  marked(
    "chunked before identity",
    "Transfer-Encoding: chunked, identity",
    abi.F_TE_PRESENT | abi.F_TE_CHUNKED_MISPLACED | abi.F_TE_OTHER,
  ),
  marked("a quoted chunked", 'Transfer-Encoding: "chunked"', abi.F_TE_PRESENT | abi.F_TE_INVALID),
  marked("x: chunked", "Transfer-Encoding: x: chunked", abi.F_TE_PRESENT | abi.F_TE_OTHER),
  marked("nothing where another name only looks like Transfer-Encoding", "Transfer_Encoding: chunked", 0),
  marked("nothing where the name is cut into the value", "Transfer-: Encoding: chunked", 0),
  refused("a space before the colon of Transfer-Encoding", "Transfer-Encoding : chunked", abi.E_SPACE_BEFORE_COLON, 17),
  refused("a tab before the colon of Transfer-Encoding", "Transfer-Encoding\t: chunked", abi.E_SPACE_BEFORE_COLON, 17),
  refused("a vertical tab before chunked", "Transfer-Encoding: \vchunked", abi.E_FIELD_VALUE, 19),
  refused("a form feed after chunked", "Transfer-Encoding: chunked\f", abi.E_FIELD_VALUE, 26),
  refused("a NUL in Transfer-Encoding", "Transfer\0-Encoding: chunked", abi.E_FIELD_NAME, 8),
  refused("a name behind a space", " Transfer-Encoding: chunked", abi.E_OBS_FOLD, 0),
  refused("chunked in a folded line", "Transfer-Encoding:\r\n chunked", abi.E_OBS_FOLD, 20),
  refused("a length in a folded line", "Content-Length: 1\r\n 0", abi.E_OBS_FOLD, 19),
  refused("a name behind a bare LF", "X: y\nTransfer-Encoding: chunked", abi.E_BARE_LF, 4),
  refused("a name behind a bare CR", "X: y\rTransfer-Encoding: chunked", abi.E_BARE_CR, 4),
  refused("a head that ends with LF LF", "X: y\n\nGET /admin HTTP/1.1", abi.E_BARE_LF, 4),
  refused("a head that ends with CRLF LF", "X: y\r\n\nGET /admin HTTP/1.1", abi.E_BARE_LF, 6),
  refused("a head that ends with CRLF CR", "X: y\r\n\rGET /admin HTTP/1.1", abi.E_BARE_CR, 6),
  refused("a NUL that cuts a value", "Content-Length: 5\x000", abi.E_FIELD_VALUE, 17),
  {
    title: "§11.2 rejects a second request line hidden behind a bare LF in the target",
    rfc: RFC,
    input: "GET /\nGET /admin HTTP/1.1\r\n\r\n",
    expect: { error: abi.E_TARGET, at: 5 },
  },
  {
    title: "§11.2 rejects a request line with a bare CR in place of a space",
    rfc: RFC,
    input: "GET\r/ HTTP/1.1\r\n\r\n",
    expect: { error: abi.E_METHOD, at: 3 },
  },
  {
    title: "§11.2 rejects a vertical tab in place of a space",
    rfc: RFC,
    input: "GET\v/ HTTP/1.1\r\n\r\n",
    expect: { error: abi.E_METHOD, at: 3 },
  },
  {
    title: "§11.2 marks two Host lines",
    rfc: RFC,
    input: "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    expect: { host: "a", flags: abi.F_HOST_REPEATED },
  },
  {
    title: "§11.2 reports authority and Host apart",
    rfc: RFC,
    input: "GET http://a/x HTTP/1.1\r\nHost: b\r\n\r\n",
    expect: { authority: "a", host: "b", path: "/x", flags: 0 },
  },
  {
    title: "§11.2 leaves a request within what follows a head alone",
    rfc: RFC,
    input: "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /admin HTTP/1.1\r\nHost: b\r\n\r\n",
    expect: { consumed: 27, host: "a", target: "/", flags: 0 },
  },
  ...["0x5", "+5", "-5", "5 ", " 5", "5_", "5h", "\x005"].map((text): Case => ({
    title: `§11.2 rejects the chunk size ${JSON.stringify(text)}`,
    rfc: RFC,
    element: "chunk",
    input: `${text}\r\nhello\r\n`,
    expect: { error: abi.E_CHUNK_SIZE, at: { "0x5": 1, "5 ": 2, "5_": 1, "5h": 1 }[text] ?? 0 },
  })),
  {
    title: "§11.2 rejects TERM.EXT: a bare LF within a chunk extension",
    rfc: RFC,
    element: "chunk",
    input: "5;a\nhello\r\n",
    expect: { error: abi.E_CHUNK_EXTENSION, at: 3 },
  },
  {
    title: "§11.2 rejects EXT.TERM: a bare LF right after the semicolon",
    rfc: RFC,
    element: "chunk",
    input: "5;\nhello\r\n",
    expect: { error: abi.E_CHUNK_EXTENSION, at: 2 },
  },
  {
    title: "§11.2 rejects a chunk line that ends with CR and another byte",
    rfc: RFC,
    element: "chunk",
    input: "5\rXhello\r\n",
    expect: { error: abi.E_BARE_CR, at: 1 },
  },
  {
    title: "§11.2 rejects a chunk size that wraps at 64 bits",
    rfc: RFC,
    element: "chunk",
    input: "10000000000000005\r\nhello\r\n",
    expect: { error: abi.E_CHUNK_OVERFLOW, at: 14 },
  },
];
