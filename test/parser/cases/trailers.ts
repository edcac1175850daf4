/** The trailer section after the last chunk: field lines as in a head, without the facts of framing. */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_FIELD_NAME,
  E_FIELD_VALUE,
  E_NO_COLON,
  E_OBS_FOLD,
  E_SPACE_BEFORE_COLON,
  H_CONTENT_LENGTH,
  H_ETAG,
  H_HOST,
  H_TRANSFER_ENCODING,
  H_VARY,
} from "../../../src/parser/abi.ts";
import type { Case } from "../_case.ts";

const RFC = "RFC 9112 §7.1.2";

const accepted = (title: string, input: string, expect: Case["expect"]): Case => ({
  title: `§7.1.2 ${title}`,
  rfc: RFC,
  element: "trailers",
  input,
  expect,
});

const refused = (title: string, input: string, error: number, at: number): Case =>
  accepted(`rejects ${title} in a trailer section`, input, { error, at });

const waits = (title: string, input: string): Case => accepted(`waits ${title}`, input, { unfinished: 1 });

export const trailers: readonly Case[] = [
  accepted("accepts an empty trailer section", "\r\n", { fields: [], flags: 0 }),
  accepted("accepts one field", "Expires: x\r\n\r\n", { fields: [["Expires", "x"]], ids: [0], flags: 0 }),
  accepted("reports ids", "ETag: a\r\nVARY:\r\nx:y\r\n\r\n", {
    fields: [
      ["ETag", "a"],
      ["VARY", ""],
      ["x", "y"],
    ],
    ids: [H_ETAG, H_VARY, 0],
    flags: 0,
  }),
  accepted(
    "reports no facts, even of fields that have no place in trailers",
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: a\r\nHost: b\r\nContent-Length: x\r\n\r\n",
    {
      fields: [
        ["Content-Length", "5"],
        ["Transfer-Encoding", "chunked"],
        ["Host", "a"],
        ["Host", "b"],
        ["Content-Length", "x"],
      ],
      ids: [H_CONTENT_LENGTH, H_TRANSFER_ENCODING, H_HOST, H_HOST, H_CONTENT_LENGTH],
      flags: 0,
      contentLength: 0,
    },
  ),
  accepted("leaves what follows alone", "a: b\r\n\r\nGET / HTTP/1.1\r\n\r\n", { consumed: 8, fields: [["a", "b"]] }),
  accepted("takes a request line for no field", "GET / HTTP/1.1\r\n\r\n", { error: E_SPACE_BEFORE_COLON, at: 3 }),
  refused("a LF alone", "\n", E_BARE_LF, 0),
  refused("a CR alone", "\ra", E_BARE_CR, 0),
  refused("a line that ends with LF alone", "a: b\n\r\n", E_BARE_LF, 4),
  refused("a line that ends with CR alone", "a: b\rc", E_BARE_CR, 4),
  refused("white space before the first line", " a: b\r\n\r\n", E_OBS_FOLD, 0),
  refused("obs-fold", "a: b\r\n\tc\r\n\r\n", E_OBS_FOLD, 6),
  refused("space before the colon", "a : b\r\n\r\n", E_SPACE_BEFORE_COLON, 1),
  refused("a line without colon", "a\r\n\r\n", E_NO_COLON, 1),
  refused("an empty name", ": a\r\n\r\n", E_FIELD_NAME, 0),
  refused("a NUL in a value", "a: \0\r\n\r\n", E_FIELD_VALUE, 3),
  waits("for a trailer section", ""),
  waits("for the LF of an empty trailer section", "\r"),
  waits("in a name of a trailer", "a"),
  waits("after the colon of a trailer", "a:"),
  waits("in a value of a trailer", "a: b"),
  waits("for the LF of a trailer", "a: b\r"),
  waits("for another trailer", "a: b\r\n"),
  waits("for the last LF", "a: b\r\n\r"),
];
