/** Field lines: name, colon, value, line ends, the end of the section, well-known names, the limit of their number. */
import {
  E_BARE_CR,
  E_BARE_LF,
  E_FIELD_NAME,
  E_FIELD_VALUE,
  E_NO_COLON,
  E_OBS_FOLD,
  E_SPACE_BEFORE_COLON,
  E_TOO_MANY_FIELDS,
} from "../../../src/parser/abi.ts";
import type { ByteTable, Case } from "../_case.ts";

const LINE = "GET / HTTP/1.1\r\n";
const R5 = "RFC 9112 §5";
const NAME = "RFC 9112 §5.1";
const VALUE = "RFC 9110 §5.5";
const FOLD = "RFC 9112 §5.2";
const R22 = "RFC 9112 §2.2";
/** Where the field lines begin: the length of LINE. */
const AT = 16;

const value = (title: string, raw: string, trimmed: string): Case => ({
  title: `§5.5 ${title}`,
  rfc: VALUE,
  input: `${LINE}X:${raw}\r\n\r\n`,
  expect: { fields: [["X", trimmed]], ids: [0], flags: 0 },
});

const refused = (title: string, rfc: string, lines: string, error: number, at: number): Case => ({
  title,
  rfc,
  input: `${LINE}${lines}\r\n\r\n`,
  expect: { error, at: AT + at },
});

/** One byte among harmless ones, at every place that matters to a scan of several bytes at a time. */
const misplaced = (name: string, byte: string, error: number): Case[] =>
  Array.from({ length: 36 }, (_, i) =>
    refused(
      `§5.5 rejects ${name} after ${i} bytes of a value`,
      VALUE,
      `a:${"b".repeat(i)}${byte}${"c".repeat(36 - i)}`,
      error,
      2 + i,
    ),
  );
const accepted = (name: string, byte: string): Case[] =>
  Array.from({ length: 36 }, (_, i) => {
    const text = `b${"b".repeat(i)}${byte}${"c".repeat(36 - i)}`;
    return value(`accepts ${name} after ${i + 1} bytes of a value`, text, text);
  });
/** A byte that is the hyphen of a well-known name but for the bit that tells upper from lower case. */
const hyphens = (name: string): Case =>
  refused(
    `§5.1 does not take CR for the hyphen of ${name}`,
    NAME,
    `${name.replace("-", "\r")}: 5`,
    E_NO_COLON,
    name.indexOf("-"),
  );

export const fieldLine: readonly Case[] = [
  ...misplaced("a NUL", "\0", E_FIELD_VALUE),
  ...misplaced("a control", "\x1f", E_FIELD_VALUE),
  ...misplaced("a DEL", "\x7f", E_FIELD_VALUE),
  ...misplaced("a DEL behind obs-text", "\xff\x7f", E_FIELD_VALUE).map((one): Case => ({
    ...one,
    expect: { error: E_FIELD_VALUE, at: one.input.indexOf("\x7f") },
  })),
  ...misplaced("a bare LF", "\n", E_BARE_LF),
  ...misplaced("a bare CR", "\r", E_BARE_CR),
  ...accepted("a tab", "\t"),
  ...accepted("two tabs", "\t\t"),
  ...accepted("the byte 0x80", "\x80"),
  ...accepted("the byte 0xFF", "\xff"),
  ...accepted("a tilde", "~"),
  ...["User-Agent", "Content-Length", "Transfer-Encoding", "If-None-Match", "X-Scheme", "Set-Cookie"].map(hyphens),
  {
    title: "§5 accepts a head without fields",
    rfc: R5,
    input: `${LINE}\r\n`,
    expect: { fields: [], ids: [], flags: 0 },
  },
  {
    title: "§5 keeps the order, the spelling and repeated lines",
    rfc: R5,
    input: `${LINE}b: 1\r\nA: 2\r\nB: 3\r\nb: 4\r\n\r\n`,
    expect: {
      fields: [
        ["b", "1"],
        ["A", "2"],
        ["B", "3"],
        ["b", "4"],
      ],
      ids: [0, 0, 0, 0],
      flags: 0,
    },
  },
  {
    title: "§5.1 accepts every tchar in a name",
    rfc: NAME,
    input: `${LINE}!#$%&'*+-.^_\`|~09AZaz: x\r\n\r\n`,
    expect: { fields: [["!#$%&'*+-.^_`|~09AZaz", "x"]], ids: [0] },
  },
  {
    title: "§5.1 accepts long names",
    rfc: NAME,
    input: `${LINE}${"n".repeat(700)}: x\r\n\r\n`,
    expect: { fields: [["n".repeat(700), "x"]], ids: [0] },
  },
  refused("§5.1 rejects space before the colon", NAME, "Host : a", E_SPACE_BEFORE_COLON, 4),
  refused("§5.1 rejects a tab before the colon", NAME, "Host\t: a", E_SPACE_BEFORE_COLON, 4),
  refused("§5.1 rejects a space in a name", NAME, "Ho st: a", E_SPACE_BEFORE_COLON, 2),
  refused(
    "§5.1 rejects a space before the colon of a well-known name of framing",
    NAME,
    "Content-Length : 3",
    E_SPACE_BEFORE_COLON,
    14,
  ),
  refused("§5.1 rejects an empty name", NAME, ": a", E_FIELD_NAME, 0),
  refused("§5.1 rejects an empty name in the second line", NAME, "a: b\r\n: c", E_FIELD_NAME, 6),
  refused("§5.1 rejects a NUL in a name", NAME, "Ho\0st: a", E_FIELD_NAME, 2),
  refused("§5.1 rejects a byte above 0x7F in a name", NAME, "H\xf6st: a", E_FIELD_NAME, 1),
  refused("§5.1 rejects a quotation mark in a name", NAME, '"Host": a', E_FIELD_NAME, 0),
  refused("§5.1 rejects a slash in a name", NAME, "a/b: c", E_FIELD_NAME, 1),
  refused("§5.1 rejects parentheses in a name", NAME, "a(b): c", E_FIELD_NAME, 1),
  refused("§5.1 rejects an at sign in a name", NAME, "a@b: c", E_FIELD_NAME, 1),
  refused("§5 rejects a line without colon", R5, "Host", E_NO_COLON, 4),
  refused("§5 rejects a line without colon that ends with LF", R5, "Host\nb: c", E_NO_COLON, 4),
  refused("§5 rejects a second request line among the fields", R5, "GET / HTTP/1.1", E_SPACE_BEFORE_COLON, 3),

  value("trims a space before the value", " a", "a"),
  value("accepts a value without space before it", "a", "a"),
  value("trims blanks on both sides", " \t \ta\t \t ", "a"),
  value("keeps blanks within the value", "  a \t b  ", "a \t b"),
  value("accepts an empty value", "", ""),
  value("accepts a value of blanks alone", "  \t ", ""),
  value("accepts colons in the value", "a:b: c:", "a:b: c:"),
  value("accepts bytes above 0x7F in the value", " \x80\xff\xc3\xa9 ", "\x80\xff\xc3\xa9"),
  value("does not trim a no-break space", " \xa0a\xa0 ", "\xa0a\xa0"),
  value("does not trim NEL", "\x85a\x85", "\x85a\x85"),
  value(
    "accepts every visible byte",
    "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~",
    "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~",
  ),
  value("accepts a long value", ` ${"v".repeat(5000)} `, "v".repeat(5000)),
  ...Array.from({ length: 40 }, (_, i): Case =>
    value(`finds the end of a value of ${i + 1} bytes`, "v".repeat(i + 1), "v".repeat(i + 1)),
  ),
  ...Array.from({ length: 40 }, (_, i): Case => ({
    title: `§5.1 finds the end of a name of ${i + 1} bytes`,
    rfc: NAME,
    input: `${LINE}${"N".repeat(i + 1)}: x\r\n\r\n`,
    expect: { fields: [["N".repeat(i + 1), "x"]], ids: [0] },
  })),
  {
    title: "§5.5 puts an empty value at its CR",
    rfc: VALUE,
    input: `${LINE}a:  \r\nb:\r\n\r\n`,
    expect: {
      fields: [
        ["a", ""],
        ["b", ""],
      ],
    },
  },
  refused("§5.5 rejects a NUL in a value", VALUE, "a: b\0c", E_FIELD_VALUE, 4),
  refused("§5.5 rejects a NUL as first byte of a value", VALUE, "a:\0", E_FIELD_VALUE, 2),
  refused("§5.5 rejects a DEL in a value", VALUE, "a: b\x7f", E_FIELD_VALUE, 4),
  refused("§5.5 rejects an escape in a value", VALUE, "a: \x1b[31m", E_FIELD_VALUE, 3),
  refused("§5.5 rejects a form feed in a value", VALUE, "a: \f", E_FIELD_VALUE, 3),
  refused("§5.5 rejects a vertical tab in a value", VALUE, "a: b\v", E_FIELD_VALUE, 4),
  refused("§5.5 reports the first of two bad bytes", VALUE, "a: b\x01c\x02", E_FIELD_VALUE, 4),
  refused("§5.5 reports a bad byte after a long value", VALUE, `a: ${"v".repeat(100)}\x01`, E_FIELD_VALUE, 103),

  refused("§2.2 rejects a line that ends with LF alone", R22, "a: b\nc: d", E_BARE_LF, 4),
  refused("§2.2 rejects an empty value that ends with LF alone", R22, "a:\nc: d", E_BARE_LF, 2),
  refused("§2.2 rejects a CR alone in a value", R22, "a: b\rc: d", E_BARE_CR, 4),
  refused("§2.2 rejects CR CR LF after a value", R22, "a: b\r\r\nc: d", E_BARE_CR, 4),
  refused("§2.2 rejects a CR before a blank", R22, "a: b\r c", E_BARE_CR, 4),
  refused("§2.2 rejects a CR alone where the section would end", R22, "a: b\r\n\rc", E_BARE_CR, 6),
  refused("§2.2 rejects a LF alone where the section would end", R22, "a: b\r\n\nc", E_BARE_LF, 6),
  {
    title: "§2.2 rejects an empty line of LF alone after the request line",
    rfc: R22,
    input: `${LINE}\n`,
    expect: { error: E_BARE_LF, at: AT },
  },
  {
    title: "§2.2 rejects an empty line of CR CR",
    rfc: R22,
    input: `${LINE}\r\r\n`,
    expect: { error: E_BARE_CR, at: AT },
  },

  refused("§5.2 rejects obs-fold with a space", FOLD, "a: b\r\n c", E_OBS_FOLD, 6),
  refused("§5.2 rejects obs-fold with a tab", FOLD, "a: b\r\n\tc: d", E_OBS_FOLD, 6),
  refused("§2.2 rejects white space before the first field line", R22, " Host: a", E_OBS_FOLD, 0),
  refused("§2.2 rejects a tab before the first field line", R22, "\tHost: a", E_OBS_FOLD, 0),
  refused("§5.2 rejects a line of blanks alone", FOLD, "a: b\r\n ", E_OBS_FOLD, 6),

  { title: "§5 waits in a name", rfc: R5, input: `${LINE}Ho`, expect: { unfinished: 1 } },
  { title: "§5 waits after the colon", rfc: R5, input: `${LINE}Host:`, expect: { unfinished: 1 } },
  { title: "§5 waits in the blanks before a value", rfc: R5, input: `${LINE}Host: \t `, expect: { unfinished: 1 } },
  { title: "§5 waits in a value", rfc: R5, input: `${LINE}Host: a`, expect: { unfinished: 1 } },
  { title: "§5 waits after the CR of a line", rfc: R5, input: `${LINE}Host: a\r`, expect: { unfinished: 1 } },
  { title: "§5 waits for the next line", rfc: R5, input: `${LINE}Host: a\r\n`, expect: { unfinished: 1 } },
  {
    title: "§5 waits after the CR of the empty line",
    rfc: R5,
    input: `${LINE}Host: a\r\n\r`,
    expect: { unfinished: 1 },
  },
];

const many = (lines: number): string => "a:\r\n".repeat(lines);
const manyFields = (lines: number): [string, string][] => Array.from({ length: lines }, () => ["a", ""]);

/** The one limit that the parser itself keeps: it bounds the table, and the work that a request can ask of a server. */
export const fieldLimits: readonly Case[] = [
  {
    title: "§5 accepts as many field lines as the limit says",
    rfc: R5,
    maxFields: 3,
    input: `${LINE}${many(3)}\r\n`,
    expect: { fields: manyFields(3) },
  },
  {
    title: "§5 rejects one field line more at its first byte",
    rfc: R5,
    maxFields: 3,
    input: `${LINE}${many(4)}\r\n`,
    expect: { error: E_TOO_MANY_FIELDS, at: AT + 12 },
  },
  {
    title: "§5 rejects one line more before it looks at it",
    rfc: R5,
    maxFields: 3,
    input: `${LINE}${many(3)} \0`,
    expect: { error: E_TOO_MANY_FIELDS, at: AT + 12 },
  },
  {
    title: "§5 rejects a LF after the last permitted line as one line more",
    rfc: R5,
    maxFields: 3,
    input: `${LINE}${many(3)}\n`,
    expect: { error: E_TOO_MANY_FIELDS, at: AT + 12 },
  },
  {
    title: "§5 rejects a CR alone after the last permitted line as such",
    rfc: R5,
    maxFields: 3,
    input: `${LINE}${many(3)}\ra`,
    expect: { error: E_BARE_CR, at: AT + 12 },
  },
  {
    title: "§5 accepts no field line where the limit is 0",
    rfc: R5,
    maxFields: 0,
    input: `${LINE}\r\n`,
    expect: { fields: [] },
  },
  {
    title: "§5 rejects any field line where the limit is 0",
    rfc: R5,
    maxFields: 0,
    input: `${LINE}a: b\r\n\r\n`,
    expect: { error: E_TOO_MANY_FIELDS, at: AT },
  },
  {
    title: "§5 accepts 31, 32, 33 and more lines",
    rfc: R5,
    maxFields: 70,
    input: `${LINE}${many(70)}\r\n`,
    expect: { fields: manyFields(70) },
  },
  {
    title: "§5 counts past 64 lines",
    rfc: R5,
    maxFields: 70,
    input: `${LINE}${many(71)}\r\n`,
    expect: { error: E_TOO_MANY_FIELDS, at: AT + 280 },
  },
  {
    title: "§5 accepts 1024 field lines, the most that the table holds",
    rfc: R5,
    maxFields: 1024,
    input: `${LINE}${many(1024)}\r\n`,
    expect: { fields: manyFields(1024) },
  },
  {
    title: "§5 rejects 1025 field lines",
    rfc: R5,
    maxFields: 1024,
    input: `${LINE}${many(1025)}\r\n`,
    expect: { error: E_TOO_MANY_FIELDS, at: AT + 4096 },
  },
  {
    title: "§5 counts the lines of a trailer section",
    rfc: "RFC 9112 §7.1.2",
    element: "trailers",
    maxFields: 2,
    input: `${many(3)}\r\n`,
    expect: { error: E_TOO_MANY_FIELDS, at: 8 },
  },
  {
    title: "§5 counts the lines of a response",
    rfc: R5,
    element: "response",
    maxFields: 2,
    input: `HTTP/1.1 200 \r\n${many(3)}\r\n`,
    expect: { error: E_TOO_MANY_FIELDS, at: 23 },
  },
];

const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PRINTABLE =
  " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~" +
  Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join("");

const valueBytes = (title: string, before: string, after: string): ByteTable => ({
  title,
  rfc: VALUE,
  before: `${LINE}${before}`,
  after: `${after}\r\n\r\n`,
  accepts: `\t${PRINTABLE}`,
  error: E_FIELD_VALUE,
  except: { "\n": { error: E_BARE_LF, at: AT + before.length }, "\r": { error: E_BARE_CR, at: AT + before.length } },
});

export const fieldLineBytes: readonly ByteTable[] = [
  {
    title: "§5.1 permits the tchars and nothing else as first byte of a name",
    rfc: NAME,
    before: LINE,
    after: "b: c\r\n\r\n",
    accepts: TCHARS,
    error: E_FIELD_NAME,
    except: {
      " ": { error: E_OBS_FOLD, at: AT },
      "\t": { error: E_OBS_FOLD, at: AT },
      "\n": { error: E_BARE_LF, at: AT },
      "\r": { error: E_BARE_CR, at: AT },
    },
  },
  {
    title: "§5.1 permits the tchars and a colon within a name",
    rfc: NAME,
    before: `${LINE}a`,
    after: "b: c\r\n\r\n",
    accepts: `:${TCHARS}`,
    error: E_FIELD_NAME,
    except: {
      " ": { error: E_SPACE_BEFORE_COLON, at: AT + 1 },
      "\t": { error: E_SPACE_BEFORE_COLON, at: AT + 1 },
      "\n": { error: E_NO_COLON, at: AT + 1 },
      "\r": { error: E_NO_COLON, at: AT + 1 },
    },
  },
  {
    title: "§5.1 permits the tchars and a colon after many bytes of a name",
    rfc: NAME,
    before: `${LINE}abcdefghijklmnopqrstuvwxyz`,
    after: "b: c\r\n\r\n",
    accepts: `:${TCHARS}`,
    error: E_FIELD_NAME,
    except: {
      " ": { error: E_SPACE_BEFORE_COLON, at: AT + 26 },
      "\t": { error: E_SPACE_BEFORE_COLON, at: AT + 26 },
      "\n": { error: E_NO_COLON, at: AT + 26 },
      "\r": { error: E_NO_COLON, at: AT + 26 },
    },
  },
  valueBytes("§5.5 permits field-vchar and blanks right after the colon", "a:", "b"),
  valueBytes("§5.5 permits field-vchar and blanks within a value", "a: b", "c"),
  valueBytes("§5.5 permits field-vchar and blanks after many bytes of a value", `a: ${"b".repeat(61)}`, "c"),
  {
    title: "§5 permits a name, or CR, where the next line begins",
    rfc: R5,
    before: `${LINE}a: b\r\n`,
    after: "\n",
    accepts: "\r",
    error: E_FIELD_NAME,
    except: {
      " ": { error: E_OBS_FOLD, at: AT + 6 },
      "\t": { error: E_OBS_FOLD, at: AT + 6 },
      "\n": { error: E_BARE_LF, at: AT + 6 },
      ...Object.fromEntries([...TCHARS].map((byte) => [byte, { error: E_NO_COLON, at: AT + 7 }])),
    },
  },
  {
    title: "§2.2 permits LF and nothing else after the CR of a field line",
    rfc: R22,
    before: `${LINE}a: b\r`,
    after: "\r\n",
    accepts: "\n",
    error: E_BARE_CR,
    errorAt: AT + 4,
  },
  {
    title: "§2.2 permits LF and nothing else after the CR of the empty line",
    rfc: R22,
    before: `${LINE}a: b\r\n\r`,
    after: "",
    accepts: "\n",
    error: E_BARE_CR,
    errorAt: AT + 6,
  },
];
