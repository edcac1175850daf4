/** The status line of a response head. */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_FIELD_NAME,
  E_OBS_FOLD,
  E_REASON,
  E_STATUS,
  E_VERSION,
  E_VERSION_UNSUPPORTED,
} from "../../../src/parser/abi.ts";
import type { ByteTable, Case } from "../_case.ts";

const RFC = "RFC 9112 §4";

const accepted = (title: string, line: string, status: number, reason: string, minor = 1): Case => ({
  title: `§4 ${title}`,
  rfc: RFC,
  element: "response",
  input: `${line}\r\n\r\n`,
  expect: { status, reason, minor, flags: 0, fields: [], method: 0, form: 0, target: "", path: "", authority: "" },
});

const refused = (title: string, input: string, error: number, at: number): Case => ({
  title: `§4 ${title}`,
  rfc: RFC,
  element: "response",
  input,
  expect: { error, at },
});

const waits = (title: string, input: string, stage: 0 | 1 = 0): Case => ({
  title: `§4 waits ${title}`,
  rfc: RFC,
  element: "response",
  input,
  expect: { unfinished: stage },
});

export const response: readonly Case[] = [
  accepted("accepts a status line", "HTTP/1.1 200 OK", 200, "OK"),
  accepted("accepts an empty reason", "HTTP/1.1 204 ", 204, ""),
  accepted("accepts HTTP/1.0", "HTTP/1.0 404 Not Found", 404, "Not Found", 0),
  accepted("accepts another minor version", "HTTP/1.7 404 Not Found", 404, "Not Found", 7),
  accepted("accepts the lowest status", "HTTP/1.1 100 Continue", 100, "Continue"),
  accepted("accepts the highest status", "HTTP/1.1 999 x", 999, "x"),
  accepted("accepts an unknown status", "HTTP/1.1 799 x", 799, "x"),
  accepted("does not trim the reason", "HTTP/1.1 200  \tOK\t ", 200, " \tOK\t "),
  accepted("accepts bytes above 0x7F in the reason", "HTTP/1.1 200 \x80\xff\xe4", 200, "\x80\xff\xe4"),
  accepted("accepts a long reason", `HTTP/1.1 200 ${"r".repeat(900)}`, 200, "r".repeat(900)),
  {
    title: "§4 reports the fields of a response",
    rfc: RFC,
    element: "response",
    input: "HTTP/1.1 200 OK\r\nServer: a\r\nX: \r\n\r\nbody",
    expect: {
      consumed: 35,
      fields: [
        ["Server", "a"],
        ["X", ""],
      ],
      status: 200,
      reason: "OK",
      flags: 0,
    },
  },
  refused("rejects a status line without reason and its space", "HTTP/1.1 200\r\n\r\n", E_STATUS, 12),
  refused("rejects a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", E_STATUS, 11),
  refused("rejects a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", E_STATUS, 12),
  refused("rejects a status that begins with 0", "HTTP/1.1 020 OK\r\n\r\n", E_STATUS, 9),
  refused("rejects a signed status", "HTTP/1.1 -20 OK\r\n\r\n", E_STATUS, 9),
  refused("rejects a letter in the status", "HTTP/1.1 2x0 OK\r\n\r\n", E_STATUS, 10),
  refused("rejects an empty status", "HTTP/1.1 \r\n\r\n", E_STATUS, 9),
  refused("rejects two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", E_STATUS, 9),
  refused("rejects a tab before the status", "HTTP/1.1\t200 OK\r\n\r\n", E_VERSION, 8),
  refused("rejects a tab after the status", "HTTP/1.1 200\tOK\r\n\r\n", E_STATUS, 12),
  refused("rejects a version alone", "HTTP/1.1\r\n\r\n", E_VERSION, 8),
  refused("rejects a minor version of two digits", "HTTP/1.10 200 OK\r\n\r\n", E_VERSION, 8),
  refused("rejects HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", E_VERSION_UNSUPPORTED, 5),
  refused("rejects HTTP/2 without minor version", "HTTP/2 200 OK\r\n\r\n", E_VERSION, 6),
  refused("rejects HTTP/0.9", "HTTP/0.9 200 OK\r\n\r\n", E_VERSION_UNSUPPORTED, 5),
  refused("rejects a version in lower case", "http/1.1 200 OK\r\n\r\n", E_VERSION, 0),
  refused("rejects ICY", "ICY 200 OK\r\n\r\n", E_VERSION, 0),
  refused("rejects a space before the version", " HTTP/1.1 200 OK\r\n\r\n", E_VERSION, 0),
  refused("rejects a CRLF before the status line", "\r\nHTTP/1.1 200 OK\r\n\r\n", E_VERSION, 0),
  refused("rejects a LF before the status line", "\nHTTP/1.1 200 OK\r\n\r\n", E_VERSION, 0),
  refused("rejects a request line", "GET / HTTP/1.1\r\n\r\n", E_VERSION, 0),
  refused("rejects a status line that ends with LF alone", "HTTP/1.1 200 OK\n\r\n", E_BARE_LF, 15),
  refused("rejects an empty reason that ends with LF alone", "HTTP/1.1 200 \n\r\n", E_BARE_LF, 13),
  refused("rejects a status line that ends with CR alone", "HTTP/1.1 200 OK\rX: y\r\n\r\n", E_BARE_CR, 15),
  refused("rejects a NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", E_REASON, 14),
  refused("rejects a DEL in the reason", "HTTP/1.1 200 \x7f\r\n\r\n", E_REASON, 13),
  refused("rejects a line that begins with a colon", "HTTP/1.1 200 OK\r\n:a\r\n\r\n", E_FIELD_NAME, 17),
  refused("rejects obs-fold in a response", "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n", E_OBS_FOLD, 23),
  waits("where nothing has come", ""),
  waits("in the version", "HTTP/1"),
  waits("after the version", "HTTP/1.1"),
  waits("before the status", "HTTP/1.1 "),
  waits("in the status", "HTTP/1.1 20"),
  waits("after the status", "HTTP/1.1 200"),
  waits("before the reason", "HTTP/1.1 200 "),
  waits("in the reason", "HTTP/1.1 200 O"),
  waits("after the CR of the status line", "HTTP/1.1 200 OK\r"),
  waits("after the status line", "HTTP/1.1 200 OK\r\n", 1),
  waits("in a field", "HTTP/1.1 200 OK\r\na: b", 1),
  waits("before the last LF", "HTTP/1.1 200 OK\r\na: b\r\n\r", 1),
];

const digits = (title: string, before: string, after: string, accepts: string): ByteTable => ({
  title: `§4 ${title}`,
  rfc: RFC,
  element: "response",
  before,
  after: `${after} OK\r\n\r\n`,
  accepts,
  error: E_STATUS,
});

export const responseBytes: readonly ByteTable[] = [
  digits("permits 1 to 9 and nothing else as first digit of a status", "HTTP/1.1 ", "00", "123456789"),
  digits("permits a digit and nothing else as second of a status", "HTTP/1.1 2", "0", "0123456789"),
  digits("permits a digit and nothing else as third of a status", "HTTP/1.1 20", "", "0123456789"),
  {
    title: "§4 permits field-vchar and blanks within a reason",
    rfc: RFC,
    element: "response",
    before: "HTTP/1.1 200 O",
    after: "K\r\n\r\n",
    accepts:
      "\t !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~" +
      Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join(""),
    error: E_REASON,
    except: { "\n": { error: E_BARE_LF, at: 14 }, "\r": { error: E_BARE_CR, at: 14 } },
  },
  {
    title: "§4 permits a space and nothing else after the version",
    rfc: RFC,
    element: "response",
    before: "HTTP/1.1",
    after: "200 OK\r\n\r\n",
    accepts: " ",
    error: E_VERSION,
  },
];
